"""The numeric method: difference quotients extrapolated to step 0, after Richardson and Ridders, with error bounds."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

EPS = 2.0**-52
_STEPS = 0.5 ** np.arange(2, 32)
_ORDERS = 7  # of extrapolation
_FEWEST = 8  # steps that an estimate is made from
_LIMIT = 0.01  # the error of a limit, relative or absolute
_SAFETY = 4.0  # on the rounding error of a function's value
_SIGNIFICANT = 100.0  # a difference this many times its rounding error is one of the function
_PROBES = 0.0625 ** np.arange(1, 31)
_IN_A_ROW = 3  # probes that must show a kink
_DECAY = 1.25  # over a step 16 times smaller, what belongs to a smooth function falls by more than this

Function = Callable[[float], float]


@dataclass(frozen=True)
class Estimate:
    """A derivative, how far it may be off (infinite: there is no answer), and the derivatives from both sides.

    side_error  how far those may be off; they are infinite where there is no limit
    usual  the size of a slope that would not be remarkable: of the function's values over the scale of x
    """

    value: float
    error: float
    left: float
    right: float
    side_error: float
    usual: float

    def beyond(self, slope: float) -> float:
        """How far a slope is outside what lies between the one-sided derivatives; 0 inside, or if one is infinite."""
        if math.isinf(self.left) or math.isinf(self.right):
            return 0.0
        return max(0.0, min(self.left, self.right) - slope, slope - max(self.left, self.right))


def derivative(f: Function, x: float = 0.0, scale: float = 1.0, noise: float = 0.0) -> Estimate:
    """The derivative of f at x from 61 values of it.

    scale  a distance over which f is expected to vary where x is 0; elsewhere it is |x|
    noise  by how much a value of f may be wrong, beyond a few units in its last place
    Steps at which f is not finite are left out; if f is finite on one side only, that side counts.
    """
    steps = _unit(x, scale) * _STEPS
    centre = f(x)
    right, left = (np.array([f(x + sign * h) for h in steps], dtype=float) for sign in (1, -1))
    after, before = (x + steps) - x, x - (x - steps)  # what the steps are after rounding
    with np.errstate(all="ignore"):
        size = np.fmax(np.fmax(abs(right), abs(left)), abs(centre))
        rounding = (noise + _SAFETY * EPS * size) / steps
        quotients = ((right - left) / (after + before), (centre - left) / before, (right - centre) / after)
        central, *sides = (
            _extrapolate(quotient, ratio, rounding) for quotient, ratio in zip(quotients, (4, 2, 2), strict=True)
        )
    value, error = min(central, *sides, key=lambda pair: pair[1])
    left_side, right_side = (_side(*pair, quotient[-1]) for pair, quotient in zip(sides, quotients[1:], strict=True))
    usual = float(np.max(size, where=np.isfinite(size), initial=0.0)) / _unit(x, scale)
    return Estimate(value, error, left_side, right_side, max(error for _, error in sides), usual)


def _side(value: float, error: float, last: float) -> float:
    """A one-sided derivative; infinite if the quotients, of which `last` is one, have no limit."""
    if abs(value) <= error < _LIMIT:
        return 0.0
    return value if error < _LIMIT * max(1, abs(value)) else math.copysign(math.inf, last)


def _unit(x: float, scale: float) -> float:
    """A power of two, so that steps are exact."""
    return 2.0 ** math.floor(math.log2(max(abs(x) or scale, 1e-300)))


def _extrapolate(quotients: Any, ratio: int, rounding: Any) -> tuple[float, float]:
    """The limit of quotients at halved steps, whose error shrinks by `ratio`, then its square and so on; and its error.

    Steps from which the quotients at smaller ones stray, as at a feature too narrow for them, are given up.
    """
    bad = np.flatnonzero(~np.isfinite(quotients))
    first = bad[-1] + 1 if len(bad) else 0
    while len(quotients) - first > _FEWEST:
        value, error, step = _best(quotients[first:], ratio, rounding[first:])
        away = abs(quotients[first + step :] - value)
        if np.all(away <= 2 * away[0] + 2 * rounding[first + step :] + error):
            return value, error
        first += step + 1
    return math.nan, math.inf


def _best(quotients: Any, ratio: int, rounding: Any) -> tuple[float, float, int]:
    """An entry of the extrapolation triangle, its error, and the number of the smallest step it was made from.

    It is the one that differs least from the two it was made of (Ridders 1982); an error below what rounding does to
    the quotient would be chance.
    """
    best = (math.nan, math.inf, 0)
    table = quotients
    for order in range(1, _ORDERS):
        factor = float(ratio**order)
        finer = (factor * table[1:] - table[:-1]) / (factor - 1)
        errors = np.maximum(abs(finer - table[1:]), abs(finer - table[:-1])) + rounding[order:]
        least = int(np.argmin(errors))
        if errors[least] < best[1]:
            best = (float(finer[least]), float(errors[least]), least + order)
        table = finer
    return best


def has_kink(f: Function, x: float = 0.0, scale: float = 1.0, noise: float = 0.0) -> bool:
    """Whether the quotients keep changing, from the left to the right or from step to step, however small the step.

    Where f is smooth, the change is proportional to the step. So the smallest steps decide at which it is still larger
    than rounding; no feature of f that is wider than those is taken for a kink.
    """
    changes: list[float] = []
    centre, previous = f(x), math.nan
    for h in _unit(x, scale) * _PROBES:
        if x + h == x or x - h == x:
            break
        above, below = f(x + h), f(x - h)
        right, left = (above - centre) / (x + h - x), (centre - below) / (x - (x - h))
        change = abs(right - left) + abs(right - previous)
        size = max(abs(above), abs(below), abs(centre), abs(x * right), abs(x * left))  # the last two: x is rounded
        rounding = (noise + _SAFETY * EPS * size) / h
        changes.append(change if change > _SIGNIFICANT * rounding else math.nan)
        previous = right
    while changes and math.isnan(changes[-1]):
        changes.pop()
    last = changes[-_IN_A_ROW - 1 :]
    return len(last) > _IN_A_ROW and all(a < _DECAY * b for a, b in pairwise(last))
