"""Where the curve of a function, of which some points are known, must not be joined: at poles and jumps."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

from gradcli.calculator.kernel.prepare import Array

STEEP = 0.05
"""Between points between which a curve rises by more than this share of its height, a break is looked for."""
CUT = 0.1
"""The share of the values at either end that does not count for the height of a curve."""
PROBES, BEND = (0.382, 0.618), 0.1
"""A curve is joined where it is nearer than such a share, of its rise or of its values, to a straight line. One point
alone may lie on that line by chance, and in the middle there may be a jump."""
EARLY, MIDWAY, LAST = 8, 24, 48
"""Halvings of the interval around a break, after which it is looked whether there is one."""
CLOSED = 0.02
"""What a difference must have become after the early halvings for the curve to be joined."""
NOISE = 1e-9
"""A difference that is a smaller share of the values is rounding."""
GROWTH = 4.0
"""A pole without a change of sign makes the values so much larger after every eight steps towards it."""
THIRDS = 40

Function = Callable[[float], float]
Point = tuple[float, float]


def breaks(places: Array, values: Array, f: Function) -> tuple[float, ...]:
    """Where f has a pole or a jump, between two neighbouring places at both of which it has a value."""
    height = extent(values)[1]
    found: list[float] = []
    for left, right in pairwise(zip(places.tolist(), values.tolist(), strict=True)):
        if not (math.isfinite(left[1]) and math.isfinite(right[1])):
            continue
        rise, least = abs(right[1] - left[1]), min(abs(left[1]), abs(right[1]))
        steep, far = rise > STEEP * height, least > height and left[1] * right[1] > 0
        bend = _bend(left, right, f) if steep or far else 0.0
        place = _jump(left, right, f) if steep and not bend < BEND * rise else None
        if place is None and far and not bend < BEND * least:
            place = _peak(left, right, f)
        found += [] if place is None else [place]
    return tuple(found)


def extent(values: Array) -> tuple[float, float]:
    """The middle of a curve and its height, without what a pole makes large; 0 and 0 where it has no values."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 0.0, 0.0
    low, middle, high = np.quantile(finite, [CUT, 0.5, 1 - CUT])
    return float(middle), float(high - low)


def _bend(left: Point, right: Point, f: Function) -> float:
    """How far the points between, at the shares PROBES of the way, are from the line that would join the ends."""
    wide, rise = right[0] - left[0], right[1] - left[1]
    return float(np.max([abs(f(left[0] + share * wide) - left[1] - share * rise) for share in PROBES]))


def _jump(left: Point, right: Point, f: Function) -> float | None:
    """Where the curve does not close, however near the points are; None if it does.

    Each time the half is taken in which it rises or falls more. Where the curve is continuous the difference goes to 0;
    at a jump it stays, and at a pole with a change of sign it grows.
    """
    rises = []
    for a, b in _halves(left, right, f):
        rises.append(abs(b[1] - a[1]))
        left, right = a, b
        if not math.isfinite(rises[-1]):
            return right[0]
        if len(rises) == EARLY and rises[-1] < CLOSED * rises[0]:
            return None
    stays = rises[-1] > rises[min(MIDWAY, len(rises) - 1)] / 2
    noise = NOISE * max(abs(left[1]), abs(right[1]))
    return (left[0] + right[0]) / 2 + 0.0 if stays and rises[-1] > noise else None


def _halves(left: Point, right: Point, f: Function) -> Iterator[tuple[Point, Point]]:
    """The interval, and halves of halves of it, as far as there are numbers between."""
    for _ in range(LAST):
        yield left, right
        middle = (left[0] + right[0]) / 2
        if not left[0] < middle < right[0] or not math.isfinite(right[1]):
            return
        half = middle, f(middle)
        if abs(half[1] - left[1]) > abs(right[1] - half[1]) or not math.isfinite(half[1]):
            right = half
        else:
            left = half


def _peak(left: Point, right: Point, f: Function) -> float | None:
    """Where |f| becomes infinite between points on both flanks of a pole; None if it does not.

    Each time the two thirds are kept that have the higher of the two points between.
    """
    low, high, seen = left[0], right[0], 0.0
    for step in range(1, THIRDS + 1):
        inner = low + (high - low) / 3, high - (high - low) / 3
        heights = [abs(f(place)) for place in inner]
        if not all(map(math.isfinite, heights)):
            return inner[math.isfinite(heights[0])] + 0.0
        if heights[0] > heights[1]:
            high = inner[1]
        else:
            low = inner[0]
        if step % EARLY == 0:
            lower = min(heights)  # the other may be near the pole by chance
            if lower < GROWTH * seen:
                return None
            seen = lower
    return (low + high) / 2 + 0.0
