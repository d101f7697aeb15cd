"""A backward pass over single numbers, with one library's rules at breaks: all that the rules are meant to explain.

An array is NumPy's, of Nodes; a call makes a Node for each number of its result, with the slope by each argument.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from gradcli.lang.call_arguments import defaults
from gradcli.lang.functions import find, functions, names
from gradcli.lang.parser import parse
from gradcli.lang.tree import Call, List, Name, fold
from gradcli.verify.conventions import CUT, LOCAL, Library, divided, is_expression, pulled, rule, variant


class NoRuleError(Exception):
    """A library has no rule for what is computed."""


class Node:
    """A number, and what it was computed from: (node, slope, key of the rule) each."""

    def __init__(self, value: float, edges: Any = ()) -> None:
        self.value, self.edges = np.float64(value), tuple(edges)
        self.depth: int = 1 + max((node.depth for node, _, _ in self.edges), default=0)


ELEMENTWISE: dict[str, tuple[Callable[..., Any], ...]] = {
    "add": (operator.add, lambda a, b, r: 1, lambda a, b, r: 1),
    "sub": (operator.sub, lambda a, b, r: 1, lambda a, b, r: -1),
    "mul": (operator.mul, lambda a, b, r: b, lambda a, b, r: a),
    "div": (operator.truediv, lambda a, b, r: 1 / b, lambda a, b, r: -r / b),
    "neg": (operator.neg, lambda x, r: -1),
    "remainder": (np.remainder, lambda a, b, r: 1, lambda a, b, r: -np.floor(a / b)),
    "floor_divide": (np.floor_divide, lambda a, b, r: 0, lambda a, b, r: 0),
    "pow": (np.power, lambda a, b, r: b * a ** (b - 1), lambda a, b, r: r * np.log(a)),
    "sqrt": (np.sqrt, lambda x, r: 0.5 / r),
    "rsqrt": (lambda x: 1 / np.sqrt(x), lambda x, r: -0.5 * r**3),
    "reciprocal": (lambda x: 1 / x, lambda x, r: -r * r),
    "hypot": (np.hypot, lambda a, b, r: a / r, lambda a, b, r: b / r),
    "exp": (np.exp, lambda x, r: r),
    "log": (np.log, lambda x, r: 1 / x),
    "log2": (np.log2, lambda x, r: 1 / (x * math.log(2))),
    "log10": (np.log10, lambda x, r: 1 / (x * math.log(10))),
    "log1p": (np.log1p, lambda x, r: 1 / (x + 1)),
    "cos": (np.cos, lambda x, r: -np.sin(x)),
    "tanh": (np.tanh, lambda x, r: 1 - r * r),
    "asin": (np.arcsin, lambda x, r: 1 / np.sqrt(1 - x * x)),
    "acos": (np.arccos, lambda x, r: -1 / np.sqrt(1 - x * x)),
    "acosh": (np.arccosh, lambda x, r: 1 / np.sqrt(x * x - 1)),
    "atanh": (np.arctanh, lambda x, r: 1 / (1 - x * x)),
    "atan2": (np.arctan2, lambda a, b, r: b / (a * a + b * b), lambda a, b, r: -a / (a * a + b * b)),
    "logit": (lambda x: np.log(x / (1 - x)), lambda x, r: 1 / (x * (1 - x))),
    "lgamma": (lambda x: math.inf, lambda x, r: math.nan),  # at its poles
    "digamma": (lambda x: -math.inf, lambda x, r: math.inf),
    "sinc": (np.sinc, lambda x, r: (np.cos(math.pi * x) - r) / x),
    "xlogy": (lambda x, y: 0 if x == 0 else x * np.log(y), lambda x, y, r: np.log(y), lambda x, y, r: x / y),
    "logaddexp": (np.logaddexp, lambda a, b, r: np.exp(a - r), lambda a, b, r: np.exp(b - r)),
    "softplus": (lambda x: np.logaddexp(x, 0), lambda x, r: 1 / (1 + np.exp(-x))),
    "logsigmoid": (lambda x: -np.logaddexp(-x, 0), lambda x, r: 1 / (1 + np.exp(x))),
    "silu": (lambda x: x / (1 + np.exp(-x)), lambda x, r: (1 + np.exp(-x) * (1 + x)) / (1 + np.exp(-x)) ** 2),
    "gelu": (
        lambda x: x * (1 + math.erf(x / 2**0.5)) / 2,
        lambda x, r: (1 + math.erf(x / 2**0.5)) / 2 + x * np.exp(-x * x / 2) / math.sqrt(math.tau),
    ),
    "abs": (abs, lambda x, r: np.sign(x)),
    "relu": (lambda x: np.maximum(x, 0), lambda x, r: float(x > 0)),
    "leaky_relu": (lambda x, k: x if x > 0 else k * x, lambda x, k, r: 1.0 if x > 0 else k),
    "elu": (lambda x, k: x if x > 0 else k * np.expm1(x), lambda x, k, r: 1.0 if x > 0 else k * np.exp(x)),
    "maximum": (np.maximum, lambda a, b, r: float(a > b), lambda a, b, r: float(b > a)),
    "minimum": (np.minimum, lambda a, b, r: float(a < b), lambda a, b, r: float(b < a)),
    "where": (lambda c, a, b: a if c else b, lambda c, a, b, r: 0, lambda c, a, b, r: c, lambda c, a, b, r: 1 - c),
    "frac": (lambda x: x - np.trunc(x), lambda x, r: 1),
    "detach": (lambda x: x, lambda x, r: 0),
    **{name: (getattr(np, name), lambda x, r: 0) for name in ("sign", "floor", "ceil", "trunc", "round")},
    **{name: (getattr(operator, name), lambda a, b, r: 0, lambda a, b, r: 0) for name in ("lt", "gt", "ge", "eq")},
}
"""The value, and the derivative by each argument, of arguments and value."""

PLACES: dict[str, tuple[Any, Callable[..., bool]]] = {
    **{name: (None, lambda x, r: x == 0) for name in ("abs", "relu", "sinc", "lgamma")},
    **{name: (None, lambda x, r: True) for name in ("sign", "floor", "ceil", "trunc", "round", "frac")},
    "floor_divide": (None, lambda a, b, r: True),
    **{name: (0, lambda x, k, r: x == 0) for name in ("leaky_relu", "elu")},
    **{name: (None, lambda a, b, r: a == b) for name in ("maximum", "minimum")},
    "logaddexp": (None, lambda a, b, r: a == b or math.inf in (abs(a), abs(b))),
    **{name: (None, lambda a, b, r: a == b == 0) for name in ("hypot", "atan2")},
    "logaddexp inf": (None, lambda a, b, r: a == b == math.inf),
    "pow.a zero": (0, lambda a, b, r: b == 0),
    "pow.b zero": (1, lambda a, b, r: a == 0 <= b),
    "pow.b pole": (1, lambda a, b, r: a == 0 > b),
    "pow.b negative": (1, lambda a, b, r: a < 0 and not math.isnan(r)),
    "xlogy.x zero": (0, lambda x, y, r: x == 0 >= y),
    "xlogy.x positive": (0, lambda x, y, r: x == 0 < y),
    "xlogy.y zero": (1, lambda x, y, r: x == 0),
    "logit": (None, lambda x, r: not 0 <= x <= 1),
    "softplus": (None, lambda x, r: x > 20),
}
"""By the key of a rule: the argument that it is for, None for all of them; and whether there is a break."""

REDUCTIONS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "sum": (np.sum, lambda x, r: np.ones_like(x)),
    "prod": (np.prod, lambda x, r: np.array([np.prod(np.delete(x, i)) for i in range(len(x))])),
    "max": (np.max, lambda x, r: None),
    "min": (np.min, lambda x, r: None),
    "logsumexp": (np.logaddexp.reduce, lambda x, r: np.exp(x - r)),
    "var": (lambda x, k: variance(x, k), lambda x, r, k: 2 * (x - np.mean(x)) / np.float64(len(x) - k)),
    "std": (lambda x, k: np.sqrt(variance(x, k)), lambda x, r, k: (x - np.mean(x)) / (np.float64(len(x) - k) * r)),
    "norm": (lambda x, k: np.linalg.norm(x, k), lambda x, r, k: np.sign(x) * (np.abs(x) / r) ** (k - 1)),
}
"""The value, and the derivatives by the elements, of the elements along the axis, the value, and a number."""


def gradients(expression: str, at: Mapping[str, Any], cotangent: Any, library: Library) -> dict[str, Any]:
    """The gradients, by name."""
    lift = np.frompyfunc(Node, 1, 1)
    leaves = {name: np.asarray(lift(np.asarray(value, float)), object) for name, value in at.items()}
    with np.errstate(all="ignore"):
        result = np.asarray(Pass(library).value(expression, leaves), object)
        found = pull_back(result, np.broadcast_to(cotangent, result.shape), library)
    return {name: np.vectorize(lambda node: found.get(node, 0.0))(leaf) for name, leaf in leaves.items()}


def pull_back(result: Any, cotangents: Any, library: Library) -> dict[Node, float]:
    """The cotangent of each Node, deepest first."""
    found: dict[Node, float] = {}
    for node, cotangent in zip(result.flat, cotangents.flat, strict=True):
        found[node] = found.get(node, 0.0) + cotangent
    waiting = set(found)
    while waiting:
        node = max(waiting, key=lambda node: node.depth)
        waiting.remove(node)
        for parent, slope, key in node.edges:
            found[parent] = found.get(parent, 0.0) + pulled(found[node], slope, key, library)
            waiting.add(parent)
    return found


class Pass:
    """The forward pass: it makes the Nodes, with one library's slopes."""

    def __init__(self, library: Library) -> None:
        self.library = library

    def value(self, expression: str, values: Mapping[str, Any]) -> Any:
        """The expression's value for these values of its names."""
        known = {"inf": math.inf, **values}

        def visit(node: Any, parts: list[Any]) -> Any:
            if isinstance(node, Call):
                return self.call(node, parts)
            if isinstance(node, List):
                return np.stack([nodes(part) for part in parts]) if any(map(is_array, parts)) else tuple(parts)
            return known[node.id] if isinstance(node, Name) else node.value

        return fold(parse(expression, find, names=names(), bound=known).program.result, visit)

    def call(self, node: Call, parts: list[Any]) -> Any:
        """The value of a call."""
        function = functions()[node.function]
        given = dict(zip((p.name for p in function.parameters), parts[: len(node.args)], strict=False))
        given |= dict(zip((name for name, _ in node.keywords), parts[len(node.args) :], strict=True))
        given = defaults(function, node) | given
        key = variant(node.function, given)
        if not any(map(is_array, given.values())):
            return ELEMENTWISE[key][0](*given.values())
        if key in ("det", "logdet"):
            return self.determinant(key, given["x"])
        if key in ELEMENTWISE:
            arguments = [given[p.name] for p in function.parameters]
            whole = isinstance(given.get("b"), int) and given["b"] == 0 and key == "pow"
            lifted = [
                argument if name in ("negative_slope", "alpha") else nodes(argument)
                for name, argument in zip(given, arguments, strict=True)
            ]
            return np.frompyfunc(lambda *each: self.elements(key, each, whole), len(arguments), 1)(*lifted)
        found = rule(key, self.library) if key in LOCAL else None
        if is_expression(found):
            return self.value(str(found), given)
        return self.reduction(key, **given)

    def elements(self, key: str, arguments: Any, whole: bool) -> Node:
        """A function of single numbers; `whole` for an exponent that is written as a whole 0."""
        values = [getattr(argument, "value", argument) for argument in arguments]
        value, *derivatives = ELEMENTWISE[key]
        result = np.float64(value(*values))
        edges = {i: (derivative(*values, result), key) for i, derivative in enumerate(derivatives)}
        if key in ("pow", "xlogy"):
            edges = {
                i: (slope, f"{key}.{name}")
                for (i, (slope, _)), name in zip(edges.items(), "ab" if key == "pow" else "xy", strict=True)
            }
        for place, (which, holds) in PLACES.items():
            if re.split("[. ]", place)[0] == key and holds(*values, result):
                place = "pow.a literal" if whole and place == "pow.a zero" else place
                found = rule(place, self.library)
                if is_expression(found):
                    return self.value(str(found), dict(zip("ab", map(np.asarray, arguments), strict=True)))
                slopes = self.at_break(found, values)
                for i in edges if which is None else [which]:
                    edges[i] = (edges[i][0] if slopes is None else slopes[i], place)
        kept = [(arguments[i], slope, key) for i, (slope, key) in edges.items() if key not in CUT[self.library]]
        return Node(result, [edge for edge in kept if isinstance(edge[0], Node)])

    def at_break(self, found: Any, values: Any) -> Any:
        """The slopes that a rule means; None for the formula's."""
        if found in ("share", "first"):
            return divided(found, [True] * len(values))
        sides = {"below": values[-1], "above": 1.0}
        return None if found == "formula" else [sides.get(found, found)] * len(values)

    def reduction(self, key: str, x: Any, axis: Any = None, keepdims: bool = False, **more: Any) -> Any:
        """A function of the elements along an axis."""
        x = nodes(x)
        axes = tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        others = [i for i in range(x.ndim) if i not in axes]
        rows = x.transpose(*others, *axes).reshape(*(x.shape[i] for i in others), -1)
        number = more.get("correction", more.get("ord"))
        results = np.empty(rows.shape[:-1], object)
        if key == "cumprod":
            results = np.empty(rows.shape, object)
        for i in np.ndindex(*rows.shape[:-1]):
            results[i] = (
                self.products(rows[i]) if key == "cumprod" else self.row(key, rows[i], number, whole=axis is None)
            )
        if key == "cumprod":
            return np.moveaxis(results, -1, axes[0])
        return np.expand_dims(results, axes) if keepdims else results[()]

    def row(self, key: str, row: Any, number: Any, *, whole: bool) -> Node:
        """The Node of one result of a reduction."""
        values = np.array([node.value for node in row])
        name = {"amax": "max", "amin": "min"}.get(key, key.split(maxsplit=1)[0])
        more = [] if number is None else [number]
        value, derivatives = REDUCTIONS[name]
        result = np.float64(value(values, *more))
        if key in CUT[self.library]:
            return Node(result)
        if name in ("max", "min"):
            slopes = divided(rule(key, self.library), values == result)
        else:
            slopes = derivatives(values, result, *more)
        if key in ("norm", "norm p", "std") and rule(key, self.library) == "zero":
            slopes = np.where((result == 0) | ((values == 0) & (name == "norm")), 0.0, slopes)
        key = "prod zeros" if key == "prod" and whole and np.sum(values == 0) > 1 else key
        return Node(result, zip(row, slopes, [key] * len(row), strict=True))

    def products(self, row: Any) -> Any:
        """The Nodes of running products."""
        values, found = np.array([node.value for node in row]), []
        for n in range(1, len(row) + 1):
            edges = zip(row[:n], REDUCTIONS["prod"][1](values[:n], None), ["cumprod"] * n, strict=True)
            if rule("cumprod", self.library) == "quotient":
                edges = [(node, np.prod(values[:n]) / node.value, "cumprod") for node in row[:n] if node.value]
            found.append(Node(np.prod(values[:n]), edges))
        return np.array(found, object)

    def determinant(self, key: str, x: Any) -> Any:
        """The determinant of one matrix, or what is computed from it."""
        if key == "logdet":
            if rule(key, self.library) is None:
                raise NoRuleError
            return self.value(str(rule(key, self.library)), {"x": x})
        values = np.vectorize(lambda node: node.value)(x)
        minors = {i: np.delete(np.delete(values, i[0], 0), i[1], 1) for i in np.ndindex(*x.shape)}
        slopes = {i: (-1.0) ** sum(i) * np.linalg.det(minor) for i, minor in minors.items()}
        result = sum(values[i] * slope for i, slope in slopes.items() if i[0] == 0)
        known = rule("det", self.library)
        if abs(result) < 1e-9 and isinstance(known, int):
            slopes = dict.fromkeys(slopes, known)
        return np.asarray(Node(result, [(x[i], slope, "det") for i, slope in slopes.items()]), object)


def variance(x: Any, correction: float) -> Any:
    return np.sum((x - np.mean(x)) ** 2) / np.float64(len(x) - correction)


def is_array(value: Any) -> bool:
    return isinstance(value, (np.ndarray, Node))


def nodes(value: Any) -> Any:
    """An array of Nodes."""
    lift = np.frompyfunc(lambda item: item if isinstance(item, Node) else Node(item), 1, 1)
    return np.asarray(lift(np.asarray(value, object)), object)
