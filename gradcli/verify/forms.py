"""SymPy as what the forms of the functions compute with, with numbers and pieces of our own."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import sympy

from gradcli.catalogue import Function
from gradcli.lang.tree import NoFormError

CONSTANTS = {"pi": sympy.pi, "e": sympy.E, "tau": 2 * sympy.pi, "inf": sympy.oo, "nan": sympy.nan}
ROUNDED_CONSTANTS = {"pi": math.pi, "e": math.e, "tau": math.tau}  # what they are in floating point

EPS = {"float16": 2.0**-10, "float32": 2.0**-23, "float64": 2.0**-52}

_PACKED = {"float16": "e", "float32": "f", "float64": "d"}
_FLOAT_DIGITS = 60  # no digit of a double is lost, nor of a product of some
_MAX_DENOMINATOR = 64
_MAX_POWER_BITS = 4096


def number(value: float, dtype: str = "float64") -> sympy.Expr:
    """A literal as the engine uses it, rounded to `dtype`: exact as integer or simple fraction, else a long Float."""
    if isinstance(value, int) and abs(value) <= 2**53:
        return sympy.Integer(value)
    if math.isinf(value) or math.isnan(value):
        return sympy.nan if math.isnan(value) else sympy.oo * int(math.copysign(1, value))
    (rounded,) = struct.unpack(_PACKED[dtype], struct.pack(_PACKED[dtype], value))
    fraction = Fraction(rounded)
    if fraction.denominator <= _MAX_DENOMINATOR and abs(rounded) <= 2**53:
        return sympy.Rational(fraction.numerator, fraction.denominator)
    return sympy.Float(rounded, _FLOAT_DIGITS)


# Pieces. SymPy's own ask whether their arguments are real, and simplify for seconds; these only know their slopes.


def _piece(name: str, slope: Callable[..., sympy.Expr] | None = None, exact: Callable[..., Any] | None = None) -> Any:
    """A function called `name`.

    slope  slope(i, *args) is its derivative for the i-th argument; None for a function that is flat between its jumps
    exact  exact(*args) is its value at rational numbers
    """

    def evaluate(_cls: type, *args: sympy.Expr) -> sympy.Expr | None:
        return sympy.sympify(exact(*args)) if exact and all(arg.is_Rational for arg in args) else None

    def fdiff(self: Any, index: int = 1) -> sympy.Expr:
        return slope(index - 1, *self.args) if slope else sympy.Integer(0)

    return type(name, (sympy.Function,), {"eval": classmethod(evaluate), "fdiff": fdiff})


def _others(index: int, xs: Sequence[sympy.Expr], extreme: Any) -> sympy.Expr:
    """The extreme of all arguments but one."""
    others = [*xs[:index], *xs[index + 1 :]]
    return extreme(*others) if len(others) > 1 else others[0]


sign = _piece("sign", exact=lambda x: (x > 0) - (x < 0))
step = _piece("step")  # 1 where the first argument is larger than the second, 1/2 where they are equal
floor = _piece("floor", exact=math.floor)
ceil = _piece("ceil", exact=math.ceil)
half_even = _piece("round", exact=lambda x: round(Fraction(int(x.p), int(x.q))))
absolute = _piece("abs", lambda index, x: sign(x), abs)
maximum: Any = _piece("maximum", lambda index, *xs: step(xs[index], _others(index, xs, maximum)), max)
minimum: Any = _piece("minimum", lambda index, *xs: step(_others(index, xs, minimum), xs[index]), min)
# SymPy's own add up x terms at a whole x, and write zeta and EulerGamma, which the language has not.
polygamma: Any = _piece("polygamma", lambda index, n, x: polygamma(n + 1, x))
loggamma = _piece("loggamma", lambda index, x: polygamma(sympy.Integer(0), x))


class where(sympy.Function):  # noqa: N801  # printed under the name it has in the language
    """The second argument where the first holds, else the third; so is its derivative."""

    @classmethod
    def eval(cls, condition: Any, a: sympy.Expr, b: sympy.Expr) -> sympy.Expr | None:
        """The simpler form, if there is one: what SymPy calls when it makes an expression."""
        if condition in (sympy.true, sympy.false):
            return a if condition else b
        return a if a == b else None

    def _eval_derivative(self, symbol: sympy.Symbol) -> sympy.Expr:
        condition, a, b = self.args
        return where(condition, a.diff(symbol), b.diff(symbol))


def _extreme(piece: Any, xs: Sequence[sympy.Expr | None]) -> sympy.Expr:
    """The extreme of what is given; of arguments that are the same, one counts."""
    different = list(dict.fromkeys(sympy.sympify(x) for x in xs if x is not None))
    return piece(*different) if len(different) > 1 else different[0]


def _xlogy(x: sympy.Expr, y: sympy.Expr) -> sympy.Expr:
    return sympy.Integer(0) if x == 0 else x * sympy.log(y)


PRIMITIVES: dict[str, Any] = {
    **{name: getattr(sympy, name) for name in "sqrt exp log sin cos tan asin acos atan atan2".split()},
    **{name: getattr(sympy, name) for name in "sinh cosh tanh asinh acosh atanh erf erfc pi".split()},
    "lt": sympy.Lt, "le": sympy.Le, "gt": sympy.Gt, "ge": sympy.Ge, "eq": sympy.Eq, "ne": sympy.Ne,
    "logical_and": sympy.And, "logical_or": sympy.Or, "logical_not": sympy.Not,
    "abs": absolute, "sign": sign, "floor": floor, "ceil": ceil, "round": half_even, "where": where,
    "maximum": lambda *xs: _extreme(maximum, xs), "minimum": lambda *xs: _extreme(minimum, xs),
    "lgamma": loggamma, "polygamma": polygamma, "digamma": lambda x: polygamma(sympy.Integer(0), x),
    "sinc": lambda x: sympy.sinc(sympy.pi * x), "xlogy": _xlogy,
    "sum": sympy.Add, "prod": sympy.Mul, "inf": sympy.oo,
}  # fmt: skip
"""SymPy's functions and those of this module, by the names of the language; that of `detach` is in `Symbols`."""


class Symbols:
    """SymPy as an algebra for `Builder`, with the pieces of this module instead of its own.

    dtype            the dtype to which literals are rounded
    detached_values  what the symbols of detached values stand for, inner ones before outer ones
    """

    def __init__(self, dtype: str) -> None:
        self.dtype = dtype
        self.detached_values: dict[sympy.Dummy, sympy.Expr] = {}

    # What `Builder` asks for

    def primitive(self, name: str) -> Any:
        """The function of SymPy, or of this module, or the constant."""
        return self._detached if name == "detach" else PRIMITIVES[name]

    def _detached(self, x: sympy.Expr) -> sympy.Expr:
        """A symbol that stands for x: a constant for every derivative."""
        symbol = sympy.Dummy("detached", real=True)
        self.detached_values[symbol] = x
        return symbol

    def exact(self, value: Any) -> sympy.Expr:
        """The number as SymPy's."""
        return sympy.sympify(value)

    def matrix(self, rows: Any) -> sympy.Matrix:
        """SymPy's matrix."""
        return sympy.Matrix(rows)

    def number(self, value: float) -> sympy.Expr:
        """A literal, rounded to the dtype."""
        return number(value, self.dtype)

    def computed(self, value: float) -> sympy.Expr:
        """The same: a number is its digits."""
        return number(value, self.dtype)

    def lift(self, value: Any) -> sympy.Basic:
        """What a form gives, as an expression."""
        return sympy.sympify(value)

    def is_condition(self, value: Any) -> bool:
        """Whether it is true or false. To SymPy a Symbol is a Boolean too."""
        return isinstance(value, (bool, sympy.logic.boolalg.Boolean)) and not isinstance(value, sympy.Expr)

    def as_condition(self, value: Any) -> Any:
        """Whether it is not 0."""
        return sympy.Ne(value, 0)

    def as_number(self, condition: Any) -> sympy.Expr:
        """1 and 0."""
        return where(condition, sympy.Integer(1), sympy.Integer(0))

    def plain(self, value: Any) -> Any:
        """A Python number, where it is a whole one, or a condition."""
        if isinstance(value, sympy.Integer):
            return int(value)
        return bool(value) if value in (sympy.true, sympy.false) else value

    def entering(self, function: Function, args: Sequence[Any]) -> None:
        """Refuses a power of numbers that no double can hold."""
        if function.name == "pow":
            _check_power(*args)


def _check_power(base: Any, exponent: Any) -> None:
    """Refuses a power of numbers that no double can hold, and that would take for ever to write out."""
    if not (base.is_number and exponent.is_number):
        return
    try:
        size = abs(float(exponent)) * max(1, abs(math.log2(abs(float(base)) or 1)))
    except (OverflowError, TypeError):  # TypeError: not real
        size = math.inf
    if size > _MAX_POWER_BITS:
        raise NoFormError("no exact form: a power of numbers is too large")
