"""Expressions as text in our own language, so that a formula can be typed in again."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import reduce
from math import prod
from typing import Any

import sympy
from sympy.printing.str import StrPrinter

from gradcli.lang.functions import find

SHOWN = 6  # formulas of a list

_MANY_OPERATIONS = 50  # formulas with more are printed as they are
_LONGEST, _LONGEST_ELEMENT = 2000, 200  # characters of a formula, and of one in a list
_WHOLE = 10**16  # from here on an integer is written with an exponent
_CALLED = re.compile(r"\b(\w+)\(")
_ULPS = 2  # by which a decimal may be off


class Formulas:
    """Writes formulas whose decimals are as exact as a floating point number with this `eps`."""

    def __init__(self, eps: float) -> None:
        self.tolerance = _ULPS * eps
        self.printer = _Printer(self.tolerance)

    def text(self, expression: sympy.Expr, longest: int = _LONGEST) -> str:
        """The expression in our language; an ellipsis stands for what is more than `longest` characters."""
        formula = self.printer.doprint(self._tidy(expression))
        return formula if len(formula) <= longest else f"{formula[:longest]}…"

    def texts(self, expressions: Sequence[sympy.Expr], shape: tuple[int, ...]) -> str:
        """The formulas of the elements as a list of lists, or the first of them and an ellipsis."""
        shown = [self.text(expression, _LONGEST_ELEMENT) for expression in expressions[:SHOWN]]
        if len(shown) < prod(shape):
            return f"[{', '.join(shown)}, …]"
        for axis in reversed(range(1, len(shape))):
            length = shape[axis]
            shown = [f"[{', '.join(shown[i * length : (i + 1) * length])}]" for i in range(prod(shape[:axis]))]
        return f"[{', '.join(shown)}]"

    def _tidy(self, expression: sympy.Expr) -> sympy.Expr:
        """The expression without decimals that are whole; multiplied out where that is a shorter polynomial."""
        whole = {x: sympy.Integer(round(x)) for x in expression.atoms(sympy.Float)}
        near = {x: n for x, n in whole.items() if abs(x - n) <= self.tolerance * abs(x)}
        expression = expression.xreplace(near)
        if 1 < expression.count_ops() < _MANY_OPERATIONS and expression.is_polynomial():
            return min(expression, sympy.expand(expression), key=sympy.count_ops)
        return expression


class _Printer(StrPrinter):
    """SymPy's printer, but for what we write differently. Without a tolerance, no digit of a number is lost."""

    def __init__(self, tolerance: float = 0.0) -> None:
        super().__init__()
        self.tolerance = tolerance

    def text(self, expression: Any) -> str:
        return str(self._print(expression))

    def _print(self, expression: Any, **settings: Any) -> Any:
        form = _FORMS.get(type(expression).__name__)
        return form(self, expression) if form else super()._print(expression, **settings)


Form = Callable[[_Printer, Any], str]


def _call(name: str) -> Form:
    return lambda p, e: f"{name}({', '.join(map(p.text, e.args))})"


def _nested(p: _Printer, extreme: Any) -> str:
    """A function of two arguments in the place of one of many."""
    return reduce(lambda a, b: f"{type(extreme).__name__}({a}, {b})", map(p.text, extreme.args))


def _joined(word: str) -> Form:
    return lambda p, e: f" {word} ".join(f"({p.text(arg)})" for arg in e.args)


def exactly(expression: sympy.Expr, longest: int) -> str | None:
    """The expression in our language with every digit of its numbers; None if it is longer, or has no form."""
    text = _Printer().doprint(expression)
    return text if len(text) <= longest and is_ours(text) else None


def is_ours(text: str) -> bool:
    """Whether a formula calls functions of our language only: SymPy has many more."""
    return all(find(name) for name in _CALLED.findall(text))


def _decimal(p: _Printer, x: Any) -> str:
    """The shortest decimal that is near enough."""
    if not p.tolerance:
        exact = sympy.Rational(x)
        return f"({exact.p}/{exact.q})"
    value = float(x)
    if value.is_integer() and abs(value) < _WHOLE:
        return str(int(value))
    candidates = (f"{value:.{digits}g}" for digits in range(1, 18))
    return next(number for number in candidates if abs(float(number) - value) <= p.tolerance * abs(value))


_FORMS: dict[str, Form] = {
    "Exp1": lambda p, e: "e",
    "ImaginaryUnit": lambda p, e: "imaginary_unit()",  # no function of ours: our numbers are real
    "Infinity": lambda p, e: "inf",
    "NegativeInfinity": lambda p, e: "-inf",
    "ComplexInfinity": lambda p, e: "inf",
    "Float": _decimal,
    "Integer": lambda p, e: str(e.p) if abs(e.p) < _WHOLE or not p.tolerance else _decimal(p, e),
    "Abs": _call("abs"),
    "loggamma": _call("lgamma"),
    "polygamma": lambda p, e: f"digamma({p.text(e.args[1])})" if e.args[0] == 0 else _call("polygamma")(p, e),
    "sinc": lambda p, e: f"sinc({p.text(e.args[0] / sympy.pi)})",
    "step": lambda p, e: f"where({p.text(e.args[0])} > {p.text(e.args[1])}, 1, 0)",
    "maximum": _nested,
    "minimum": _nested,
    "And": _joined("and"),
    "Or": _joined("or"),
    "Not": lambda p, e: f"not ({p.text(e.args[0])})",
} | dict.fromkeys(
    ("StrictLessThan", "LessThan", "StrictGreaterThan", "GreaterThan", "Equality", "Unequality"),
    lambda p, e: f"{p.text(e.lhs)} {e.rel_op} {p.text(e.rhs)}",
)
"""By the name of SymPy's class."""
