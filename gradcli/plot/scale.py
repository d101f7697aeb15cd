"""An axis: which numbers it covers, where they lie on it, and which of them are named."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from gradcli.plot.figure import Array, Bars, Line, Panel

MARGIN = 0.05
"""How much room is left beside the data, as a share of their extent."""

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
SLACK = 1e-9

LARGEST_POWER = 300
LARGEST = 10.0**LARGEST_POWER
"""Numbers beyond it are not drawn, and those below its reciprocal are 0: the extent of an axis must be a number."""


@dataclass(frozen=True)
class Axis:
    """From `low` to `high`, in logarithms to base 10 if `log`; ticks stand at multiples of `every`, if it is given."""

    low: float
    high: float
    log: bool = False
    every: float | None = None

    def place(self, values: Array) -> Array:
        """Where numbers lie: 0 at the low end, 1 at the high one; nan for what a logarithmic axis cannot hold."""
        values = np.asarray(values, dtype=float)
        with np.errstate(all="ignore"):  # what cannot be placed is nan or inf
            if self.log:
                values = np.where(values > 0, np.log10(values), np.nan)
            return np.asarray((values - self.low) / (self.high - self.low))

    @property
    def ends(self) -> tuple[float, float]:
        """The numbers at both ends, as far as there are such numbers."""
        if not self.log:
            return self.low, self.high
        low, high = (10.0 ** min(max(power, -LARGEST_POWER), LARGEST_POWER) for power in (self.low, self.high))
        return low, high

    def ticks(self, most: int = 7) -> list[tuple[float, str]]:
        """At most `most` round numbers on the axis: the place of each, 0 to 1, and its text."""
        powers = _round_numbers(self.low, self.high, most, whole=True) if self.log else ([], 1.0)
        if len(powers[0]) > 1 or (powers[0] and self.high - self.low > 1):
            return [((n - self.low) / (self.high - self.low), _power(round(n))) for n in powers[0]]
        numbers, step = _round_numbers(*self.ends, most) if self.every is None else _multiples(self, self.every, most)
        return list(zip(self.place(np.array(numbers)).tolist(), _decimals(numbers, step), strict=True))


def axes_of(panel: Panel) -> tuple[Axis, Axis]:
    """The x and the y axis that show everything in the panel, or what its limits say."""
    lines = [mark for mark in panel.marks if isinstance(mark, Line)]
    bars = [mark for mark in panel.marks if isinstance(mark, Bars)]
    beside = [edge for bar in bars for edge in (bar.x - bar.width / 2, bar.x + bar.width / 2)]
    x = _axis([line.x for line in lines] + beside, panel.xlim, log=panel.xscale == "log")
    x = replace(x, every=panel.xevery)
    grounded = [] if panel.yscale == "log" or not bars else [np.zeros(1)]
    y = _axis(
        [line.y for line in lines] + [bar.heights for bar in bars] + grounded, panel.ylim, log=panel.yscale == "log"
    )
    return x, replace(y, every=panel.yevery)


def placed(mark: Line | Bars, x: Axis, y: Axis) -> tuple[Array, Array]:
    """Where the points of a line, or the tops of bars, lie on both axes."""
    if isinstance(mark, Bars):
        return x.place(mark.x), y.place(mark.heights)
    if not mark.endless:
        return x.place(mark.x), y.place(mark.y)
    ends = np.array([0.0, 1.0])
    return (ends, y.place(mark.y)) if np.isinf(mark.x).all() else (x.place(mark.x), ends)


def drawable(values: Array, *, log: bool = False) -> Array:
    """The numbers as they are drawn: nan for those that the axis cannot hold, 0 for those that are too small."""
    size = np.abs(values)
    shown = np.where(size < 1 / LARGEST, 0.0, values)
    return np.where((size < LARGEST) & ((shown > 0) | (not log)), shown, np.nan)


def equalised(x: Axis, y: Axis, width: float, height: float) -> tuple[Axis, Axis]:
    """The axes, one of them widened so that a unit is as long on both in an area of that size."""
    if x.log or y.log:
        return x, y
    unit = max((x.high - x.low) / width, (y.high - y.low) / height)
    return _widened(x, unit * width), _widened(y, unit * height)


def _widened(axis: Axis, extent: float) -> Axis:
    middle = (axis.low + axis.high) / 2
    return replace(axis, low=middle - extent / 2, high=middle + extent / 2)


def _axis(data: Iterable[Array], limits: tuple[float | None, float | None], *, log: bool) -> Axis:
    values = np.concatenate([np.zeros(0), *(np.ravel(part).astype(float) for part in data)])
    values = drawable(values, log=log)
    values = values[np.isfinite(values)]
    given = [
        None if limit is None or (log and limit < 1 / LARGEST) else min(max(limit, -LARGEST), LARGEST)
        for limit in limits
    ]
    if log:
        values = np.log10(values)
        given = [None if limit is None else math.log10(limit) for limit in given]
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    room = (high - low) * MARGIN if high > low else max(abs(low) * MARGIN, 0.5)
    low = low - room if given[0] is None else given[0]
    high = high + room if given[1] is None else given[1]
    if high - low > max(1 / LARGEST, 4 * math.ulp(max(abs(low), abs(high)))):  # else there are no ticks to tell apart
        return Axis(low, high, log)
    least = max(0.5, MARGIN * abs(low))
    return Axis(min(low, high) - least, max(low, high) + least, log)


def _round_numbers(low: float, high: float, most: int, *, whole: bool = False) -> tuple[list[float], float]:
    """At most `most` round numbers from `low` to `high`, and the step between them, a whole number if asked for."""
    least = (high - low) / max(most - 1, 1)
    power = 10.0 ** math.floor(math.log10(least))
    step = next(step * power for step in STEPS if step * power >= least * (1 - SLACK))
    if whole:
        step = max(1.0, math.ceil(step))
    first, last = math.ceil(low / step - SLACK), math.floor(high / step + SLACK)
    return [k * step for k in range(first, last + 1)], step


def _multiples(axis: Axis, every: float, most: int) -> tuple[list[float], float]:
    """As `_round_numbers`, of multiples of `every`: of 2, 5, 10 ... times as much where these would be too many."""
    low, high = axis.ends
    step = next(
        every * size * 10.0**power
        for power in range(LARGEST_POWER)
        for size in (1, 2, 5)
        if (high - low) / (every * size * 10.0**power) < most
    )
    first, last = math.ceil(low / step - SLACK), math.floor(high / step + SLACK)
    return [k * step for k in range(first, last + 1)], step


def _decimals(numbers: list[float], step: float) -> list[str]:
    """The numbers with as many digits as tell them apart."""
    largest = max(map(abs, numbers), default=0.0)
    if largest >= 1e6 or 0 < largest < 1e-4:
        return [f"{number:.6g}" for number in numbers]
    digits = -int(Decimal(f"{step:.3g}").normalize().as_tuple().exponent)
    return [f"{number:.{max(digits, 0)}f}" for number in numbers]


def _power(exponent: int) -> str:
    if -3 <= exponent <= 4:
        return f"{10.0**exponent:g}"
    return f"1e{exponent}"
