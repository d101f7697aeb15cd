"""The length of a step along a direction that satisfies the strong Wolfe conditions.

Source: J. Nocedal, S. J. Wright, "Numerical optimization", 2nd edition, algorithms 3.5 and 3.6, with cubic
interpolation (equation 3.59). The constants are PyTorch's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from gradcli.engine.dtypes import Array

DECREASE = 1e-4
"""The loss must fall by this part of what the slope at the start promises ..."""
CURVATURE = 0.9
"""... and the slope must flatten to this part of the one at the start."""
MARGIN = 0.1
"""A second trial so near the end of its bracket, as a part of its width, is moved away from there."""
NARROWEST = 1e-9
"""A bracket that changes no parameter by more is not worth narrowing."""


class Point(NamedTuple):
    """What is known at a distance `step` along the direction: the loss, its gradient, its slope along the direction."""

    step: Any
    loss: float
    gradient: Array
    slope: Any


class Search:
    """A search from `start` (step 0) with at most `limit` trials after the first.

    evaluate  gives the Point at a distance
    longest   the direction's largest element
    """

    def __init__(self, evaluate: Callable[[Any], Point], start: Point, longest: Any, limit: int) -> None:
        self._evaluate = evaluate
        self._start = start
        self._longest = longest
        self._limit = limit
        self.trials = 0

    def run(self, step: Any) -> Point:
        """The Point that satisfies the conditions, or the best one found; `step` is the first guess."""
        low, high = self._bracket(step)
        if low is high:
            return low
        return self._zoom(low, high) if low.loss <= high.loss else self._zoom(high, low)

    def _bracket(self, step: Any) -> tuple[Point, Point]:
        """Two Points with a good one between them; the same one twice if it is good itself."""
        before, here = self._start, self._evaluate(step)
        while self.trials < self._limit:
            if self._too_high(here) or (self.trials > 1 and here.loss >= before.loss):
                return before, here
            if self._flat(here):
                return here, here
            if here.slope >= 0:
                return before, here
            least, most = here.step + 0.01 * (here.step - before.step), here.step * 10
            before, here = here, self._try(_cubic_minimum(before, here, least, most))
        return self._start, here

    def _zoom(self, low: Point, high: Point) -> Point:
        """Narrows the bracket; `low` is its better end."""
        hesitated = False
        while self.trials < self._limit and not abs(high.step - low.step) * self._longest < NARROWEST:
            left, right = sorted((low.step, high.step))
            step = _cubic_minimum(low, high, left, right)
            margin = MARGIN * (right - left)
            near = min(right - step, step - left) < margin
            if near and (hesitated or step >= right or step <= left):
                step = right - margin if abs(step - right) < abs(step - left) else left + margin
                near = False
            hesitated = near
            here = self._try(step)
            if self._too_high(here) or here.loss >= low.loss:
                low, high = (here, low) if here.loss < low.loss else (low, here)
            elif self._flat(here):
                return here
            else:
                low, high = here, low if here.slope * (high.step - low.step) >= 0 else high
        return low

    def _try(self, step: Any) -> Point:
        self.trials += 1
        return self._evaluate(step)

    def _too_high(self, here: Point) -> bool:
        return bool(here.loss > self._start.loss + DECREASE * here.step * self._start.slope)

    def _flat(self, here: Point) -> bool:
        return bool(abs(here.slope) <= -CURVATURE * self._start.slope)


def _cubic_minimum(one: Point, other: Point, least: Any, most: Any) -> Any:
    """Where the cubic through two Points is lowest, no less than `least` and no more than `most`; else half way."""
    left, right = (one, other) if one.step <= other.step else (other, one)
    secant = left.slope + right.slope - 3 * (left.loss - right.loss) / (left.step - right.step)
    square = secant * secant - left.slope * right.slope
    if not square >= 0:
        return (least + most) / 2
    root = np.sqrt(square)
    part = (right.slope + root - secant) / (right.slope - left.slope + 2 * root)
    return min(max(right.step - (right.step - left.step) * part, least), most)
