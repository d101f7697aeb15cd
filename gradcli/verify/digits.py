"""Expressions as decimal numbers: mpmath computes them at growing precision until thirty digits stand still."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy
from mpmath import mp

from gradcli.verify.forms import where

DIGITS = 30
_PRECISIONS = (40, 80, 160, 340)  # decimal digits; what vanishes at the last one is smaller than any double
_NEAR = mp.mpf("1e-30")
_LARGEST_EXPONENT = 10**9  # exp of more would fill the memory with the digits of its exponent

Real = Any


class UnboundError(Exception):
    """An expression has a symbol without a value."""


class _UndefinedError(Exception):
    """An expression has no real value."""


def _exp(x: Real) -> Real:
    return mp.exp(x) if abs(x) < _LARGEST_EXPONENT else mp.inf if x > 0 else mp.zero


_CONSTANTS = {sympy.pi: mp.pi, sympy.E: mp.e, sympy.EulerGamma: mp.euler, sympy.oo: mp.inf, -sympy.oo: -mp.inf}
_FUNCTIONS: dict[str, Callable[..., Real]] = {
    "Add": lambda *terms: mp.fsum(terms),
    "Mul": lambda *factors: mp.fprod(factors),
    "Pow": mp.power,
    "exp": _exp,
    "Abs": mp.fabs,
    "abs": mp.fabs,
    "step": lambda a, b: (1 + mp.sign(a - b)) / 2,
    "maximum": max,
    "minimum": min,
    "frac": lambda x: x - mp.floor(x),
    "Mod": lambda x, y: x - y * mp.floor(x / y),
    "polygamma": lambda n, x: mp.psi(int(n), x),
}
"""By SymPy's or our name; the other functions have the same name in mpmath."""

_COMPARISONS: dict[str, Callable[[Real, Real], bool]] = {
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip


class Evaluator:
    """Evaluates expressions at one point.

    values    what the symbols stand for: doubles, or expressions in other symbols
    singular  whether a function was met at a point where it may have no derivative: abs(0), floor(2), equal candidates
              of a maximum, the edge of a condition
    """

    def __init__(self, values: Mapping[sympy.Symbol, Any]) -> None:
        self.values = values
        self.singular = False
        self.known: dict[int, dict[sympy.Basic, Real]] = {precision: {} for precision in _PRECISIONS}

    def digits(self, expression: sympy.Expr) -> str:
        """Thirty digits, or "infinite", or "undefined". Raises UnboundError."""
        last = None
        for precision in _PRECISIONS:
            with mp.workdps(precision):
                try:
                    value = _Pass(self, self.known[precision]).real(expression)
                except _UndefinedError:
                    return "undefined"
                if not mp.isfinite(value):
                    return "infinite" if mp.isinf(value) else "undefined"
                if last is not None and abs(value - last) <= abs(value) * mp.mpf(10) ** -DIGITS:
                    return str(mp.nstr(value, DIGITS))
                last = value
        return "0" if abs(value) < mp.mpf(10) ** -330 else "undefined"


class _Pass:
    """One evaluation at the current precision; every node once, however often it occurs."""

    def __init__(self, evaluator: Evaluator, known: dict[sympy.Basic, Real]) -> None:
        self.evaluator = evaluator
        self.known = known

    def real(self, node: sympy.Basic) -> Real:
        value = self.known.get(node)
        if value is None:
            value = self.known[node] = self.compute(node)
        return value

    def compute(self, node: Any) -> Real:
        if isinstance(node, sympy.Symbol):
            return self.symbol(node)
        if isinstance(node, sympy.Rational):
            return mp.mpf(node.p) / node.q
        if isinstance(node, sympy.Float):
            return mp.mpf(node.num)
        if node in _CONSTANTS:
            return +_CONSTANTS[node]
        if isinstance(node, where):
            return self.real(node.args[1] if self.holds(node.args[0]) else node.args[2])
        return self.apply(type(node).__name__, [self.real(arg) for arg in node.args])

    def symbol(self, symbol: sympy.Symbol) -> Real:
        value = self.evaluator.values.get(symbol)
        if value is None:
            raise UnboundError(symbol.name)
        return self.real(value) if isinstance(value, sympy.Basic) else mp.mpf(value)

    def apply(self, name: str, args: list[Real]) -> Real:
        function = _FUNCTIONS.get(name) or getattr(mp, name, None)
        if function is None or not args:
            raise _UndefinedError
        self.evaluator.singular |= _is_singular(name, args)
        try:
            value = function(*args)
        except ZeroDivisionError:
            return mp.inf
        except ValueError:  # a pole
            raise _UndefinedError from None
        if isinstance(value, mp.mpc):
            raise _UndefinedError
        return value

    def holds(self, condition: Any) -> bool:
        if isinstance(condition, sympy.And):
            return all(map(self.holds, condition.args))
        if isinstance(condition, sympy.Or):
            return any(map(self.holds, condition.args))
        if isinstance(condition, sympy.Not):
            return not self.holds(condition.args[0])
        if not isinstance(condition, sympy.core.relational.Relational):
            return bool(condition)
        a, b = map(self.real, condition.args)
        self.evaluator.singular |= bool(abs(a - b) < _NEAR)
        return _COMPARISONS[condition.rel_op](a, b)


def _is_singular(name: str, args: list[Real]) -> bool:
    if not all(map(mp.isfinite, args)):
        return False
    match name:
        case "abs" | "Abs" | "sign":
            return bool(abs(args[0]) < _NEAR)
        case "floor" | "ceil" | "frac":
            return bool(abs(args[0] - mp.nint(args[0])) < _NEAR)
        case "maximum" | "minimum" | "step":
            ranked = sorted(args, reverse=name != "minimum")
            return bool(abs(ranked[0] - ranked[1]) < _NEAR)
        case "Pow":
            return bool(abs(args[0]) < _NEAR and not (args[1] >= 0 and mp.isint(args[1])))
    return False
