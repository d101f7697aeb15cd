"""What the balls share: numbers made exact, signs and hulls, and the elements that have no value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, fmpq

Ball = Any
"""An `arb`: a real number known to lie within a radius of a midpoint. (python-flint's stubs do not always say so.)"""

NAN = arb.nan()
ULPS = 4
"""Units in the last place that two numbers may differ by and be one."""


@dataclass(frozen=True)
class Poison:
    """An element without a value. Everything computed from it is poisoned too, but for what `where` drops.

    kind    "domain": there certainly is no real value here; "open": it could not be told, or not be expanded
    reason  what happened, in a few words
    place   the number of the operation that made it
    """

    kind: str
    reason: str
    place: int = -1

    def _same(self, *_: Any) -> Poison:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _same
    __truediv__ = __rtruediv__ = __pow__ = __rpow__ = __neg__ = _same


class OpenError(Exception):
    """A question about a ball that this precision does not answer."""


class NoRuleError(Exception):
    """What a library gives at a break is not known."""


class TooShortError(Exception):
    """A question about a series that only more terms could answer."""


class Rounded(Fraction):
    """A constant that floating point has computed from others; another order of the steps may give its neighbour."""


def exactly(number: Any) -> Ball:
    """The ball of a Python number: exact for doubles and integers, and as narrow as can be for fractions."""
    if isinstance(number, Fraction):
        return arb(fmpq(number.numerator, number.denominator))
    return arb(number)


def ulp_of(number: float, dtype: str) -> float:
    """A unit in the last place of the dtype, at a double."""
    if dtype == "float64":
        return math.ulp(number)
    with np.errstate(all="ignore"):
        return float(np.spacing(np.abs(np.dtype(dtype).type(number))))


def sign(ball: Ball) -> int:
    """-1, 0 or 1. Raises OpenError where the ball holds 0 and more."""
    if ball > 0:
        return 1
    if ball < 0:
        return -1
    if ball.is_zero():
        return 0
    raise OpenError


def repeated(x: Any, n: int) -> Any:
    """A whole power, by products: what python-flint makes of a ball with 0 inside is NaN."""
    if n < 0:
        return 1 / repeated(x, -n)
    if n == 0:
        return x * 0 + 1
    result: Any = None
    while n:
        if n & 1:
            result = x if result is None else result * x
        n >>= 1
        if n:
            x = x * x
    return result


def hull(*balls: Ball) -> Ball:
    """A ball that holds all of them."""
    first, *rest = balls
    for ball in rest:
        first = first.union(ball)
    return first


def poisoned(values: Any) -> Poison | None:
    """The first poison among the values; one that is certain before one that is open."""
    found = [value for value in values if isinstance(value, Poison)]
    return min(found, key=lambda poison: poison.kind, default=None)
