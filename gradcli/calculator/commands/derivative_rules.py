"""The derivative rules of the operations that an expression can reach, as formulas of the expression language.

The names in a formula are those of the operation's arguments, and `result`. In ELEMENTWISE it is the local derivative,
by which the cotangent of the result is multiplied; in WHOLE it is the contribution itself, and `g` is that cotangent.
The backward loop then fits the contribution to its argument: it adds up over axes that were broadcast, and spreads what
was reduced. For a reduction along axes, `g` and `result` stand for themselves with those axes kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradcli.lang.functions import find, functions
from gradcli.lang.parser import parse
from gradcli.lang.tree import Call, Expr, Literal, Name, Number, fold, literal, with_children

Slots = Mapping[str, Any]
Formula = str | Callable[[Slots], str]
"""A formula, or a function of what the operation was called with (its arguments, `result`, and `item` in a list)."""

PLACED = "g where the elements were taken from, 0 elsewhere"
WORDS = {PLACED, "g on that diagonal, 0 elsewhere", "g times the cofactors of x"}
"""Rules that have no formula in the language."""


def _inside(slots: Slots) -> str:
    limits = [text for name, text in (("min", "min <= x"), ("max", "x <= max")) if slots[name] is not None]
    return f"where({' and '.join(limits)}, 1, 0)"


def _below(slots: Slots) -> str:
    return "where(x < min, 1, 0)" if slots["max"] is None else "where(x < min and min < max, 1, 0)"


def _above(slots: Slots) -> str:
    return "where(x > max, 1, 0)" if slots["min"] is None else "where(x > max or min > max, 1, 0)"


ELEMENTWISE: dict[str, dict[str, Formula]] = {
    "add": {"a": "1", "b": "1"},
    "sub": {"a": "1", "b": "-1"},
    "rsub": {"x": "-1"},
    "mul": {"a": "b", "b": "a"},
    "div": {"a": "1/b", "b": "-a/b**2"},
    "div_floor": {"a": "0", "b": "0"},
    "neg": {"x": "-1"},
    "reciprocal": {"x": "-1/x**2"},
    "remainder_number": {"x": "1"},
    "remainder_tensor": {"a": "1", "b": "-floor(a/b)"},
    "pow_number": {"x": "exponent*x**(exponent - 1)"},
    "number_pow": {"x": "result*log(base)"},
    "pow_tensor": {"a": "b*a**(b - 1)", "b": "result*log(a)"},
    "square": {"x": "2*x"},
    "sqrt": {"x": "1/(2*result)"},
    "rsqrt": {"x": "-result**3/2"},
    "hypot": {"a": "a/result", "b": "b/result"},
    "exp": {"x": "result"},
    "exp2": {"x": "result*log(2)"},
    "expm1": {"x": "result + 1"},
    "log": {"x": "1/x"},
    "log2": {"x": "1/(x*log(2))"},
    "log10": {"x": "1/(x*log(10))"},
    "log1p": {"x": "1/(1 + x)"},
    "logaddexp": {"a": "sigmoid(a - b)", "b": "sigmoid(b - a)"},
    "xlogy": {"a": "log(b)", "b": "a/b"},
    "sin": {"x": "cos(x)"},
    "cos": {"x": "-sin(x)"},
    "tan": {"x": "1 + result**2"},
    "asin": {"x": "1/sqrt(1 - x**2)"},
    "acos": {"x": "-1/sqrt(1 - x**2)"},
    "atan": {"x": "1/(1 + x**2)"},
    "atan2": {"a": "b/(a**2 + b**2)", "b": "-a/(a**2 + b**2)"},
    "sinc": {"x": "(cos(pi*x) - result)/x"},
    "deg2rad": {"x": "pi/180"},
    "rad2deg": {"x": "180/pi"},
    "sinh": {"x": "cosh(x)"},
    "cosh": {"x": "sinh(x)"},
    "tanh": {"x": "1 - result**2"},
    "asinh": {"x": "1/sqrt(x**2 + 1)"},
    "acosh": {"x": "1/sqrt(x**2 - 1)"},
    "atanh": {"x": "1/(1 - x**2)"},
    "erf": {"x": "2/sqrt(pi)*exp(-x**2)"},
    "erfc": {"x": "-2/sqrt(pi)*exp(-x**2)"},
    "lgamma": {"x": "digamma(x)"},
    "digamma": {"x": "polygamma(1, x)"},
    "polygamma": {"x": lambda slots: f"polygamma({slots['n'] + 1}, x)"},
    "sigmoid": {"x": "result*(1 - result)"},
    "logit": {"x": "1/(x*(1 - x))"},
    "softplus": {"x": "sigmoid(x)"},  # the language leaves beta at 1
    "logsigmoid": {"x": "sigmoid(-x)"},
    "silu": {"x": "sigmoid(x)*(1 + x*(1 - sigmoid(x)))"},
    "gelu": {"x": "(1 + erf(x/sqrt(2)))/2 + x*exp(-x**2/2)/sqrt(2*pi)"},
    "relu": {"x": "where(x > 0, 1, 0)"},
    "leaky_relu": {"x": "where(x > 0, 1, negative_slope)"},
    "elu": {"x": "where(x > 0, 1, alpha*exp(x))"},  # the language leaves scale at 1
    "abs": {"x": "sign(x)"},
    "sign": {"x": "0"},
    "maximum": {"a": "where(a > b, 1, where(a == b, 1/2, 0))", "b": "where(b > a, 1, where(a == b, 1/2, 0))"},
    "minimum": {"a": "where(a < b, 1, where(a == b, 1/2, 0))", "b": "where(b < a, 1, where(a == b, 1/2, 0))"},
    "clamp": {"x": _inside},
    "clamp_tensor": {"x": _inside, "min": _below, "max": _above},
    "where": {"a": "where(condition, 1, 0)", "b": "where(condition, 0, 1)"},
    "floor": {"x": "0"},
    "ceil": {"x": "0"},
    "round": {"x": "0"},
    "trunc": {"x": "0"},
    "frac": {"x": "1"},
    "clone": {"x": "1"},
    "alias": {"x": "1"},
}


SHARED = "g*(x == result)/sum(x == result, axis=axis, keepdims=True)"
"""Equal extremes share what arrives."""


def _first(slots: Slots) -> str:
    """Along an axis the first of equal extremes takes all."""
    hits = "(x == result)"
    return SHARED if slots["axis"] is None else f"g*({hits}*cumsum({hits}, axis=axis) == 1)"


def _norm(slots: Slots) -> str:
    order = slots["ord"]
    if order == 0:
        return "0*x"
    if math.isinf(order):
        return "g*sign(x)*(abs(x) == result)/sum(abs(x) == result, axis=axis, keepdims=True)"
    return {1: "g*sign(x)", 2: "g*x/result"}.get(order, "g*sign(x)*(abs(x)/result)**(ord - 1)")


def _det(slots: Slots) -> str:
    if not np.all(slots["result"]):
        return "g times the cofactors of x"
    each = "g*result" if slots["x"].ndim == 2 else "unsqueeze(unsqueeze(g*result, -1), -1)"
    return f"{each}*transpose(inv(x))"


def _logabsdet(slots: Slots) -> str:
    return f"{'g' if slots['x'].ndim == 2 else 'unsqueeze(unsqueeze(g, -1), -1)'}*transpose(inv(x))"


def _solve(slots: Slots) -> str:
    if slots["result"].ndim == 1:
        return "-outer(solve(transpose(a), g), result)"
    if slots["result"].ndim < slots["a"].ndim:
        return "-unsqueeze(solve(transpose(a, -2, -1), g), -1)*unsqueeze(result, -2)"
    return "-solve(transpose(a, -2, -1), g) @ transpose(result, -2, -1)"


def _permute(slots: Slots) -> str:
    count = slots["x"].ndim
    axes = [*reversed(range(count))] if slots["axes"] is None else [axis % count for axis in slots["axes"]]
    return f"permute(g, {sorted(range(count), key=axes.__getitem__)})"


def _reshape(slots: Slots) -> str:
    return f"reshape(g, {[*slots['x'].shape]})"


def _flip(slots: Slots) -> str:
    axis = slots["axis"]
    axes = [*range(slots["x"].ndim)] if axis is None else [axis] if isinstance(axis, int) else axis
    text = "g"
    for each in axes:
        text = f"flip({text}, {each})"
    return text


def _stacked(slots: Slots) -> str:
    axis = slots["axis"] % slots["result"].ndim
    return f"g[{':, ' * axis}{slots['item']}]"


def _cut(slots: Slots) -> str:
    axis = slots["axis"] % slots["result"].ndim
    ends = np.cumsum([0, *(0 if array.shape == (0,) else array.shape[axis] for array in slots["arrays"])])
    return f"g[{':, ' * axis}{ends[slots['item']]}:{ends[slots['item'] + 1]}]"


def _diagonal(slots: Slots) -> str:
    square = slots["x"].ndim == 2 and slots["x"].shape[0] == slots["x"].shape[1]
    return "diag(g, offset)" if square else "g on that diagonal, 0 elsewhere"


WHOLE: dict[str, dict[str, Formula]] = {
    "sum": {"x": "g"},
    "mean": {"x": "g/n"},
    "prod": {"x": "g*result/x"},
    "max": {"x": _first},
    "min": {"x": _first},
    "amax": {"x": SHARED},
    "amin": {"x": SHARED},
    "var": {"x": "2*g*(x - mean(x, axis=axis, keepdims=True))/(n - correction)"},
    "std": {"x": "g*(x - mean(x, axis=axis, keepdims=True))/((n - correction)*result)"},
    "norm": {"x": _norm},
    "logsumexp": {"x": "g*exp(x - result)"},
    "softmax": {"x": "result*(g - sum(g*result, axis=axis, keepdims=True))"},
    "log_softmax": {"x": "g - exp(result)*sum(g, axis=axis, keepdims=True)"},
    "cumsum": {"x": "flip(cumsum(flip(g, axis), axis), axis)"},
    "cumprod": {"x": "flip(cumsum(flip(g*result, axis), axis), axis)/x"},
    "dot": {"a": "g*b", "b": "g*a"},
    "mv": {"a": "outer(g, b)", "b": "transpose(a) @ g"},
    "mm": {"a": "g @ transpose(b)", "b": "transpose(a) @ g"},
    "bmm": {"a": "g @ transpose(b)", "b": "transpose(a) @ g"},
    "cross": {"a": "cross(b, g, axis=axis)", "b": "cross(g, a, axis=axis)"},
    "trace": {"x": lambda slots: f"g*eye({', '.join(map(str, slots['x'].shape))})"},
    "det": {"x": _det},
    "logabsdet": {"x": _logabsdet},
    "inv": {"x": "-transpose(result, -2, -1) @ g @ transpose(result, -2, -1)"},
    "solve": {"a": _solve, "b": "solve(transpose(a, -2, -1), g)"},
    "tril": {"x": "tril(g, k)"},
    "triu": {"x": "triu(g, k)"},
    "reshape": {"x": _reshape},
    "unsafe_view": {"x": _reshape},
    "squeeze": {"x": _reshape},
    "squeeze_": {"x": _reshape},
    "unsqueeze": {"x": _reshape},
    "expand": {"x": "g"},
    "transpose": {"x": "transpose(g, axis0, axis1)"},
    "t": {"x": "transpose(g)"},
    "permute": {"x": _permute},
    "flip": {"x": _flip},
    "stack": {"arrays": _stacked},
    "cat": {"arrays": _cut},
    "select": {"x": PLACED},
    "slice_axis": {"x": PLACED},
    "index": {"x": PLACED},
    "diagonal_copy": {"x": _diagonal},
    "diag_embed": {"x": "diag(g, offset)"},
}


@dataclass(frozen=True)
class Rule:
    """The rule of one argument.

    local    whether the formula is the local derivative; otherwise it is the contribution
    formula  with the operands in the places of the arguments; words where the language has none
    """

    local: bool
    formula: Expr | str


def rule_of(op: str, argument: str, slots: Slots, names: Mapping[str, Expr]) -> Rule:
    """The rule of an operation for one of its arguments.

    slots  what the operation was called with, and `item` in a list
    names  what stands in the formula for each slot, and for "g"
    """
    local = op in ELEMENTWISE
    formula = (ELEMENTWISE if local else WHOLE)[op][argument]
    text = formula if isinstance(formula, str) else formula(slots)
    if text in WORDS:
        return Rule(local, text)
    known = dict(names)
    if "keepdims" in slots:
        known["n"] = Number(str(slots["x"].size // max(slots["result"].size, 1)))
        if slots["axis"] is not None and not slots["keepdims"]:
            known |= {name: _kept(names[name], slots["axis"], slots["x"].ndim) for name in ("g", "result")}
    parsed = parse(text, find, names=functions(), bound={*known, "n"}).program.result
    return Rule(local, fold(parsed, lambda node, parts: _tidy(_substituted(node, parts, known))))


def _kept(tree: Expr, axis: int | tuple[int, ...], count: int) -> Expr:
    """The array with the axes along which it was reduced, of length 1."""
    for each in sorted(i % count for i in (axis if isinstance(axis, tuple) else (axis,))):
        tree = Call("unsqueeze", (tree, Number(str(each))))
    return tree


def _substituted(node: Expr, parts: list[Expr], known: Mapping[str, Expr]) -> Expr:
    if isinstance(node, Name):
        return known.get(node.id, node)
    node = with_children(node, parts)
    if isinstance(node, Call):  # axis=None is the default
        return Call(node.function, node.args, tuple(pair for pair in node.keywords if pair[1] != Literal(None)))
    return node


def _tidy(node: Expr) -> Expr:
    """The node without what is plain to see: 3 - 1 is 2, x**1 and 1*x are x, x**0 is 1."""
    if not isinstance(node, Call) or len(node.args) != 2 or node.keywords:
        return node
    a, b = node.args
    match node.function, _number(a), _number(b):
        case "sub", int() | float() as first, int() | float() as second:
            return literal(first - second)
        case "pow", _, 0:
            return Number("1")
        case "pow" | "mul", _, 1:
            return a
        case "mul", 1, _:
            return b
    return node


def _number(node: Expr) -> float | None:
    """What a literal is worth, with its sign; None for anything else."""
    if isinstance(node, Call) and node.function == "neg" and isinstance(node.args[0], Number):
        return -node.args[0].value
    return node.value if isinstance(node, Number) else None
