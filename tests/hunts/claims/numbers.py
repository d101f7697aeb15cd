"""Numbers with many digits: what is a zero, what is nearly one, and what a double or a float32 makes of them."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from mpmath import mp

Real = Any  # mpmath.mpf

NAN = mp.nan
BITS = {"float64": 53, "float32": 24}
SMALLEST = {"float64": -1074, "float32": -149}
LARGEST = {"float64": Fraction(2) ** 1024, "float32": Fraction(2) ** 128}


class DoubtError(Exception):
    """The truth cannot be had with certainty: the claim is dropped."""


def is_nan(x: Real) -> bool:
    return x != x  # noqa: PLR0124  # a NaN differs from itself


def digits_of(x: Real) -> int:
    """The power of ten of a number that is not 0, roughly."""
    return math.floor(mp.mag(x) * 0.30103)


def exact(x: Real) -> Fraction:
    """The number as the fraction that it is."""
    sign, man, exp, _ = x._mpf_
    whole = int(-man if sign else man)
    return Fraction(whole << int(exp)) if exp >= 0 else Fraction(whole, 1 << -int(exp))


def nearest(x: Real | Fraction, dtype: str = "float64") -> float:
    """The nearest double or float32, ties to even. Raises DoubtError where there is none."""
    value = x if isinstance(x, Fraction) else exact(x)
    if not value:
        return 0.0
    size = abs(value)
    top = size.numerator.bit_length() - size.denominator.bit_length()
    top -= size < Fraction(2) ** top  # 2**top <= size < 2**(top + 1)
    unit = Fraction(2) ** max(top - BITS[dtype] + 1, SMALLEST[dtype])
    rounded = round(value / unit) * unit
    if abs(rounded) >= LARGEST[dtype]:
        raise DoubtError("beyond the largest float")
    return float(rounded)
