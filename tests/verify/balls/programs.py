"""Enclosures of programs that are written as text, and whether they hold numbers of many digits."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, fmpq
from mpmath import mpf

from gradcli.lang.functions import find
from gradcli.lang.parser import parse
from gradcli.verify.balls.context import working
from gradcli.verify.balls.enclosures import NUMBER, Enclosed, Enclosures

DIGITS = 60
"""Of the numbers that are compared with."""


def enclosures(text: str, dtype: str = "float64", wrt: str = "", **values: Any) -> Enclosures:
    """Of a program at a point; without `wrt` by all names."""
    arrays = {name: np.asarray(value, dtype) for name, value in values.items()}
    return Enclosures(parse(text, find, bound=set(values)).program, arrays, tuple(wrt or values), dtype)


def slope(text: str, x: float, **values: Any) -> Enclosed:
    """The derivative by x."""
    return enclosures(text, x=x, **values).gradient()["x"][0]


def number(text: str, x: float, **values: Any) -> float:
    """The derivative by x, which exists."""
    found = slope(text, x, **values)
    assert found.kind == NUMBER, found
    return float(found.ball)


def exact(number: Any) -> Any:
    """A ball for a number of mpmath, whose last digits are unsure."""
    if not isinstance(number, mpf):
        number = mpf(number)
    sign, mantissa, exponent, _ = number._mpf_
    fraction = Fraction(-mantissa if sign else mantissa) * Fraction(2) ** exponent
    with working(512):
        ball = arb(fmpq(fraction.numerator, fraction.denominator))
        return arb(ball, (abs(ball) * arb(10) ** (8 - DIGITS)).upper())


def holds(ball: Any, number: Any) -> bool:
    """Whether a ball holds a number of mpmath."""
    with working(512):
        return bool(ball.overlaps(exact(number)))
