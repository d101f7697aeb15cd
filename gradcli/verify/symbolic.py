"""The symbolic method: a program's derivatives by SymPy, as formulas and as numbers of thirty digits."""

from __future__ import annotations

import json
import random
import time
from collections import defaultdict
from collections.abc import Mapping
from functools import cache, lru_cache
from itertools import product
from math import prod
from types import MappingProxyType
from typing import Any

import sympy

from gradcli.lang.building import Builder
from gradcli.lang.functions import find
from gradcli.lang.parser import parse
from gradcli.lang.tree import NoFormError, Program, free_names, postorder
from gradcli.verify.forms import CONSTANTS, EPS, ROUNDED_CONSTANTS, Symbols, number
from gradcli.verify.formula import SHOWN, Formulas, exactly, is_ours

MAX_ELEMENTS = 64  # of an array all of whose elements are computed
SAMPLE = 16  # elements of a larger one
MAX_OPERATIONS = 20_000  # on single elements
LONGEST = 20_000  # characters of a formula that is written out with every digit
SECONDS = 2.0  # of the processor, after which no further element is begun
CACHED = 256  # programs whose derivatives are kept for other points

Index = tuple[int, ...]
Elements = dict[Index, sympy.Expr]


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """Answers a request (see `problem.symbolic_request`). Raises NoFormError.

    value        of the result: {"at", "elements", "complete"} as below
    derivatives  per name, for each order: {"text", "at", "elements", "complete"}: `text` is the formula; `at` is the
                 formula with all that is bound put in, None if nothing is missing; `elements` are pairs of an index and
                 its formula with every digit, None for one that is too long or has no form in our language; `complete`
                 says whether that is all of them
    """
    return solver_of(request).answer(request["values"])


def solver_of(request: Mapping[str, Any]) -> Solver:
    """What answers the request, and those that differ from it in nothing but their point."""
    values = {
        name: entry if any(type(value) is not float for value in entry["values"]) else {"shape": entry["shape"]}
        for name, entry in request["values"].items()
    }
    return _solver(json.dumps({**request, "values": values}))


@lru_cache(maxsize=CACHED)
def _solver(key: str) -> Solver:
    request = json.loads(key)
    program = parse(request["program"], find, bound={*request["values"], *request["wrt"], *CONSTANTS}).program
    return Solver(request, program)


def differentiate(
    expression: sympy.Expr, symbol: sympy.Symbol, plain: Mapping[sympy.Symbol, sympy.Symbol] = MappingProxyType({})
) -> sympy.Expr:
    """The derivative. Terms that are alike in the `plain` names of their symbols are differentiated once."""
    elements = {name: element for element, name in plain.items()}
    terms = [term.xreplace(plain) for term in _terms_by_symbol(expression)[symbol]]
    slopes = [_slope(term, plain.get(symbol, symbol)).xreplace(elements) for term in terms]
    return sympy.Add(*slopes)


@lru_cache(maxsize=8)
def _terms_by_symbol(expression: sympy.Expr) -> dict[sympy.Symbol, list[sympy.Expr]]:
    terms = defaultdict(list)
    for term in sympy.Add.make_args(expression):
        for symbol in term.free_symbols:
            terms[symbol].append(term)
    return terms


@lru_cache(maxsize=1024)
def _slope(term: sympy.Expr, symbol: sympy.Symbol) -> sympy.Expr:
    slope = term.diff(symbol)
    if any(power.exp.free_symbols for power in slope.atoms(sympy.Pow)):
        return sympy.powsimp(slope)  # n*x**n/x has no value at 0, n*x**(n - 1) has
    return slope


class _Result:
    """A program's result, and the scalar that is differentiated: the sum of its elements, weighted by the cotangent."""

    def __init__(self, program: Program, names: Mapping[str, Any], request: Mapping[str, Any]) -> None:
        algebra = Symbols(request["dtype"])
        value = Builder(names, algebra).build(program)
        self.detached = algebra.detached_values
        self.shape = _shape(value)
        self.elements = _elements(value)
        self.total = self.elements.get((), sympy.Integer(0))
        if request["cotangent"] is not None:
            weights = [number(weight, request["dtype"]) for weight in request["cotangent"]["values"]]
            terms = [a * b for a, b in zip(weights, self.elements.values(), strict=True)]
            self.total = sympy.Add(*terms)
        elif self.shape:
            if prod(self.shape) != 1:
                raise NoFormError("the result is an array, and there is no cotangent")
            (self.total,) = self.elements.values()

    def follow(self, tangents: Mapping[sympy.Symbol, sympy.Expr]) -> None:
        """Puts the scalar's derivative along a direction in its place."""
        self.total = sympy.Add(*(length * differentiate(self.total, symbol) for symbol, length in tangents.items()))

    def restored(self, expression: sympy.Expr) -> sympy.Expr:
        """The expression with detached values written out."""
        for symbol, value in reversed(self.detached.items()):
            expression = expression.xreplace({symbol: value})
        return expression


class Solver:
    """Differentiates a program once, and evaluates its derivatives at one point after the other.

    request  whose values need their shapes only, except whole numbers and conditions, which stand for themselves
    """

    def __init__(self, request: Mapping[str, Any], program: Program) -> None:
        _check_size(program, request["values"])
        self.request = request
        self.deadline = time.process_time() + SECONDS
        self.formulas = Formulas(EPS[request["dtype"]])
        used = free_names(program)
        missing = {*used, *request["wrt"]} - {*request["values"], *CONSTANTS}
        self.point: dict[sympy.Symbol, float] = {}
        self.orders = cache(self._orders)
        self.names: dict[str, Any] = {name: _symbol(name) for name in missing}
        self.names |= {name: self.bind(name, **entry) for name, entry in request["values"].items()}
        # A constant is exact in formulas, but its numbers are those of floating point.
        rounded = {name: number(value, request["dtype"]) for name, value in ROUNDED_CONSTANTS.items() if name in used}
        self.missing = bool(missing)
        self.shown = _Result(program, CONSTANTS | self.names, request)
        differs = rounded.keys() - self.names.keys()
        self.exact = _Result(program, CONSTANTS | rounded | self.names, request) if differs else self.shown
        if request.get("tangents"):
            tangents = self.tangents()
            for result in {id(result): result for result in (self.shown, self.exact)}.values():
                result.follow(tangents)

    def tangents(self) -> dict[sympy.Symbol, sympy.Expr]:
        """The lengths of the direction, by the symbols that it moves."""
        return {
            symbol: number(length, self.request["dtype"])
            for name, entry in self.request["tangents"].items()
            for symbol, length in zip(_elements(self.names[name]).values(), entry["values"], strict=True)
            if length
        }

    def bind(self, name: str, shape: list[int], values: list[Any] | None = None) -> Any:
        """Symbols for real numbers; whole numbers and conditions stand for themselves."""

        def element(index: Index, value: Any) -> sympy.Basic:
            if value is not None and not isinstance(value, float):
                return sympy.sympify(value)
            return _symbol(f"{name}[{', '.join(map(str, index))}]" if index else name)

        given = [None] * prod(shape) if values is None else values
        if not shape:
            return element((), given[0])
        import numpy as np

        array = np.empty(shape, dtype=object)
        for index, value in zip(_indices(shape), given, strict=True):
            array[index] = element(index, value)
        return array

    def move(self, values: Mapping[str, Any]) -> None:
        """Goes to another point."""
        self.deadline = time.process_time() + SECONDS
        self.point = {
            symbol: value
            for name, entry in values.items()
            for symbol, value in zip(_elements(self.names[name]).values(), entry["values"], strict=True)
            if isinstance(value, float)
        }

    def answer(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The answer for the point that these values are."""
        self.move(values)
        chosen = _sample(self.exact.shape)
        shown, exact = ({index: result.elements[index] for index in chosen} for result in (self.shown, self.exact))
        return {
            "value": self.described(shown, exact, self.exact.shape),
            "derivatives": {name: self.derivatives(name) for name in self.request["wrt"]},
        }

    def derivatives(self, name: str) -> list[dict[str, Any]]:
        """What there is to say about the derivative of each order."""
        shape = _shape(self.names[name])
        return [{"text": text, **self.described(shown, exact, shape)} for text, shown, exact in self.orders(name)]

    def _orders(self, name: str) -> list[tuple[str | None, Elements, Elements]]:
        """For each order: the formula, the derivatives as they are shown, and as they are computed."""
        shape = _shape(self.names[name])
        symbols = _elements(self.names[name])
        shown = dict.fromkeys(_sample(shape), self.shown.total)
        exact = dict.fromkeys(_sample(shape), self.exact.total)
        found = []
        for _ in range(self.request["order"]):
            shown = self.differentiated(shown, symbols, shape)
            exact = shown if self.exact is self.shown else self.differentiated(exact, symbols, shape)
            found.append((self.formula(shown, shape), shown, exact))
        return found

    def differentiated(self, expressions: Elements, symbols: Elements, shape: Index) -> Elements:
        """The derivative of each expression by the symbol of the same index, for as many as there is time for."""
        derivatives: Elements = {}
        for index, expression in expressions.items():
            if derivatives and time.process_time() > self.deadline:
                break
            derivatives[index] = differentiate(expression, symbols[index], self.plain_names(index, shape))
        return derivatives

    def described(self, shown: Elements, exact: Elements, shape: Index) -> dict[str, Any]:
        """`at`, `elements` and `complete` of these expressions in an array of that shape."""
        at = None
        if self.missing:
            known = {symbol: number(value, self.request["dtype"]) for symbol, value in self.point.items()}
            at = self.formula({index: self.shown.restored(e).xreplace(known) for index, e in shown.items()}, shape)
        written = [[list(index), exactly(self.exact.restored(e), LONGEST)] for index, e in exact.items()]
        return {"at": at, "elements": written, "complete": len(written) == prod(shape)}

    def formula(self, expressions: Elements, shape: Index) -> str | None:
        """The formula in our language; None if it calls what the language does not have."""
        text = self.written(expressions, shape)
        return text if is_ours(text) else None

    def written(self, expressions: Elements, shape: Index) -> str:
        """One formula for all elements, with plain names, if they have the same; else the list of formulas."""
        restored = {index: self.shown.restored(expression) for index, expression in expressions.items()}
        if not shape:
            return self.formulas.text(restored[()])
        plain = {expression.xreplace(self.plain_names(index, shape)) for index, expression in restored.items()}
        if len(plain) == 1 and not any("[" in symbol.name for symbol in next(iter(plain)).free_symbols):
            return self.formulas.text(plain.pop())
        return self.formulas.texts(list(restored.values()), shape)

    def plain_names(self, index: Index, shape: Index) -> dict[sympy.Basic, sympy.Symbol]:
        """For each array that has a symbol there, after broadcasting: the array's name in the place of that symbol."""
        plain = {}
        for name, array in self.names.items():
            if _fits(_shape(array), shape):
                lengths = zip(index[-array.ndim :], array.shape, strict=True)
                plain[array[tuple(i if n > 1 else 0 for i, n in lengths)]] = _symbol(name)
        return {element: name for element, name in plain.items() if isinstance(element, sympy.Symbol)}


def _symbol(name: str) -> sympy.Symbol:
    return sympy.Symbol(name, real=True)


def _shape(value: Any) -> Index:
    return tuple(getattr(value, "shape", ()))


def _indices(shape: Any) -> list[Index]:
    return list(product(*map(range, shape)))


def _elements(value: Any) -> Elements:
    shape = _shape(value)
    return {index: value[index] for index in _indices(shape)} if shape else {(): value}


def _sample(shape: Index) -> list[Index]:
    """All indices of a small array; of a larger one the first, and some at random."""
    indices = _indices(shape)
    if len(indices) <= MAX_ELEMENTS:
        return indices
    return indices[:SHOWN] + random.Random(0).sample(indices[SHOWN:], SAMPLE - SHOWN)  # noqa: S311  # reproducible


def _fits(shape: Index, target: Index) -> bool:
    """Whether an array with axes broadcasts to the target."""
    pairs = zip(reversed(shape), reversed(target), strict=False)
    return 0 < len(shape) <= len(target) and all(n in (1, m) for n, m in pairs)


def _check_size(program: Program, values: Mapping[str, Any]) -> None:
    nodes = sum(1 for tree in (*(a.value for a in program.assignments), program.result) for _ in postorder(tree))
    operations = nodes * max([1, *(prod(entry["shape"]) for entry in values.values())])
    if operations > MAX_OPERATIONS:
        raise NoFormError(f"too large for SymPy: about {operations:,} operations on single elements")
