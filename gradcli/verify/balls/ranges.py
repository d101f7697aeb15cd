"""A claimed derivative on a whole range: proved box by box, or refuted at a point.

A box on which the difference is not small enough is bisected. What is smooth is proved on boxes of some width; where
there is a break, a pole or an infinite slope, the boxes shrink to neighbouring doubles, and these are looked at one by
one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import inf, isfinite, sqrt
from time import monotonic
from typing import Any

import numpy as np

from gradcli.lang.tree import Program
from gradcli.verify.balls.differences import Box, Difference, Found
from gradcli.verify.balls.enclosures import DOMAIN, OPEN
from gradcli.verify.balls.spots import AGREES, REFUTED, Interval, Spot, Spots
from gradcli.verify.balls.tape import LateError

PROVED = "proved"
LISTED = 64
"""Neighbouring doubles on one break, beyond which it is more than a break."""
EAGER = 16
"""Of so many boxes that cannot be enclosed, the middle of one is looked at all the same; of the first, of all."""
FINEST = 2.0**-8
"""The side of a box on a break in two variables, relative to the whole range."""


@dataclass(frozen=True)
class Named:
    """A part of the range that is not proved by a box.

    box      where
    kind     "kink", "jump", "domain" (no derivative), "break" (the claim holds at each of its doubles); "open"
    settled  whether the claim says nothing wrong at any double of it
    text     in a few words
    """

    box: Box
    kind: str
    settled: bool
    text: str


@dataclass(frozen=True)
class Counterexample:
    """A point, by name, at which the claim is certainly wrong, and doubles that enclose the numbers; None: no value."""

    point: dict[str, float]
    derivative: Interval | None
    claim: Interval | None
    text: str


@dataclass(frozen=True)
class RangeProof:
    """What is certain of a claim on a range.

    word            "proved": on every leaf, and at those doubles of the exceptions at which there is a derivative, it
                    is what is claimed, within the tolerance; "refuted"; "open"
    names           of the variables, as the sides of boxes have them
    whole           the range
    boxes           how many were looked at
    bound           of |derivative - claim| / max(1, |derivative|) on all leaves
    leaves          the boxes that are proved, from left to right
    exceptions      the rest of the range, as far as it was looked at
    counterexample  if it is refuted
    reason          why it is open, or refuted
    seconds         that it took
    """

    word: str
    names: tuple[str, ...]
    whole: Box
    boxes: int
    bound: float
    leaves: tuple[Box, ...]
    exceptions: tuple[Named, ...] = ()
    counterexample: Counterexample | None = None
    reason: str = ""
    seconds: float = 0.0


def prove(
    program: Program,
    formula: Program,
    name: str,
    over: Mapping[str, tuple[float, float]],
    values: Mapping[str, Any],
    dtype: str,
    *,
    tol: float = 1e-12,
    seconds: float = 10.0,
) -> RangeProof:
    """Whether the derivative of a program by one name is the formula, on a range.

    over     the ends of the ranges of one or two names, `name` among them; they are rounded to the dtype
    values   arrays of the other names
    tol      the largest difference, relative to max(1, |derivative|)
    seconds  after which what is left stays open
    Raises ValueError for ranges that are none, and NoFormError for a program that has no form.
    """
    if name not in over:
        raise ValueError(f"no range for {name}")
    if len(over) > 2:
        raise ValueError("at most two ranges")
    real = np.dtype(dtype).type
    order = sorted(over, key=lambda one: one != name)
    ends = {one: (float(real(over[one][0])), float(real(over[one][1]))) for one in order}
    for one, (low, high) in ends.items():
        if not (isfinite(low) and isfinite(high) and low < high):
            raise ValueError(f"no range of finite numbers: {one} = [{low}, {high}]")
    return _Search(program, formula, ends, values, dtype, tol, seconds).proof()


class _Refuted(Exception):  # noqa: N818  # an event, not an error
    def __init__(self, point: dict[str, float], spot: Spot) -> None:
        self.example = Counterexample(point, spot.derivative, spot.claim, spot.text)


class _Search:
    """Bisects a range."""

    def __init__(
        self,
        program: Program,
        formula: Program,
        ends: Mapping[str, Interval],
        values: Mapping[str, Any],
        dtype: str,
        tol: float,
        seconds: float,
    ) -> None:
        self.began = monotonic()
        self.ends = self.began + seconds
        self.names = list(ends)
        self.whole: Box = tuple(ends.values())
        self.dtype = dtype
        held = dict(values) | {name: np.array(low, dtype) for name, (low, _) in ends.items()}
        self.difference = Difference(program, formula, self.names, held, dtype, tol, self.ends)
        self.spots = Spots(program, formula, self.names[0], values, dtype, tol, self.ends)
        self.left: deque[Box] = deque([self.whole])
        self.boxes = self.eager = 0
        self.bound = 0.0
        self.leaves: list[Box] = []
        self.points: list[Box] = []
        self.missing: list[Named] = []

    def proof(self) -> RangeProof:
        """What is found."""
        try:
            self.bisect()
            named = self.named()
            word, reason = self.word(named)
        except _Refuted as refuted:
            return self.said(REFUTED, refuted.example.text, (), refuted.example)
        return self.said(word, reason, named)

    def said(self, word: str, reason: str, named: Sequence[Named], example: Counterexample | None = None) -> RangeProof:
        """With what is known beside."""
        leaves, took = tuple(sorted(self.leaves)), monotonic() - self.began
        return RangeProof(
            word, tuple(self.names), self.whole, self.boxes, self.bound, leaves, tuple(named), example, reason, took
        )

    def bisect(self) -> None:
        """Looks at boxes, the largest first, while there is time. Raises _Refuted."""
        while self.left and monotonic() < self.ends:
            box = self.left[0]
            try:
                self.look(box)
            except LateError:
                return
            self.left.popleft()

    def word(self, named: Sequence[Named]) -> tuple[str, str]:
        """What is to be said, and why."""
        if self.left:
            return OPEN, f"out of time: {len(self.left)} boxes are left"
        for one in named:
            if one.kind == OPEN:
                return OPEN, one.text
        for one in self.missing:
            return OPEN, f"no value on {_written(one.box)}: {one.text}"
        return PROVED, ""

    def look(self, box: Box) -> None:
        """Proves a box, or divides it."""
        self.boxes += 1
        middle = middle_of(box, self.dtype)
        found = self.difference.on(box, middle)
        if found.bound < inf:
            self.leaves.append(box)
            self.bound = max(self.bound, found.bound)
        elif found.missing:
            self.missing.append(Named(box, DOMAIN, False, found.missing))
        else:
            if found.suspect or (found.divided and self.rarely()):
                self.spot(middle)
            self.divide(box, middle, found)

    def rarely(self) -> bool:
        """True some times at first, and every now and then."""
        self.eager += 1
        return self.eager <= EAGER or not self.eager % EAGER

    def divide(self, box: Box, middle: Sequence[float], found: Found) -> None:
        """Halves the widest side of a box; one that has no double inside is looked at double by double."""
        widths = [(high - low) / (end - start) for (low, high), (start, end) in zip(box, self.whole, strict=True)]
        axis = max(range(len(box)), key=widths.__getitem__)
        low, high = box[axis]
        if not low < middle[axis] < high or (len(box) > 1 and found.divided and widths[axis] <= FINEST):
            self.points.append(box)
            for corner in product(*box):
                self.spot(corner)
            return
        for side in ((low, middle[axis]), (middle[axis], high)):
            self.left.append((*box[:axis], side, *box[axis + 1 :]))

    def spot(self, numbers: Sequence[float]) -> Spot:
        """What is certain at a point. Raises _Refuted."""
        point = dict(zip(self.names, numbers, strict=True))
        spot = self.spots.at(point)
        if spot.kind == REFUTED:
            raise _Refuted(point, spot)
        return spot

    def named(self) -> list[Named]:
        """The parts of the range that are not proved, as few as can be."""
        late = [Named(box, OPEN, False, "out of time") for box in self.left]
        if len(self.names) > 1:
            broken = [Named(box, OPEN, False, "a break, or no value, on a part of the box") for box in self.points]
            return sorted(self.missing + broken + late, key=lambda one: one.box)
        found: list[Named] = []
        for run in _runs(self.points):
            found += self._settled(run)
        return _joined(sorted(self.missing + found + late, key=lambda one: one.box))

    def _settled(self, run: Sequence[Interval]) -> list[Named]:
        """A row of boxes without a double inside, as their ends have it."""
        numbers = [run[0][0], *(high for _, high in run)]
        box: Box = ((numbers[0], numbers[-1]),)
        if len(run) > LISTED:
            return [Named(box, OPEN, False, "not smooth, or not told, at many neighbouring numbers")]
        spots = [(number, self.spot([number])) for number in numbers]
        strange = [(number, spot) for number, spot in spots if spot.kind != AGREES]
        if not strange:
            return [Named(box, "break", True, "a break, or too steep; the claim holds at each double")]
        number, worst = min(strange, key=lambda pair: (pair[1].kind != OPEN, pair[1].settled))
        text = f"at {self.names[0]} = {number:.17g}: {worst.text}"
        return [Named(box, worst.kind, all(spot.settled for _, spot in spots), text)]


def middle_of(box: Box, dtype: str) -> list[float]:
    """Of each side a number of the dtype between its ends, by order of magnitude where it has several.

    Its lower end, if there is none.
    """
    return [_middle(low, high, dtype) for low, high in box]


def _middle(low: float, high: float, dtype: str) -> float:
    real = np.dtype(dtype).type
    middle = float(real(_between(low, high, float(np.finfo(dtype).smallest_subnormal))))
    if low < middle < high:
        return middle
    following = np.nextafter(real(low), real(high))
    return float(following) if following < high else low


def _between(low: float, high: float, least: float) -> float:
    """A number that halves a range, or its orders of magnitude, if there are many; `least` is the one next to 0."""
    if low < 0 < high:
        return 0.0
    if low < 0:
        return -_between(-high, -low, least)
    if low == 0:  # towards 0 in few steps
        return sqrt(high) if high > 4 else high / 2 if high >= 0.25 else max(high * high, sqrt(least) * sqrt(high))
    return sqrt(low) * sqrt(high) if high > 4 * low else low + (high - low) / 2


def _runs(boxes: Sequence[Box]) -> list[list[Interval]]:
    """Intervals in rows that touch."""
    rows: list[list[Interval]] = []
    for (side,) in sorted(boxes):
        if rows and rows[-1][-1][1] == side[0]:
            rows[-1].append(side)
        else:
            rows.append([side])
    return rows


def _joined(parts: Sequence[Named]) -> list[Named]:
    """Neighbours of which the same is to be said as one."""
    found: list[Named] = []
    for one in parts:
        last = found[-1] if found else None
        if last and last.kind == one.kind and one.kind in (DOMAIN, OPEN) and last.box[0][1] == one.box[0][0]:
            box = ((last.box[0][0], one.box[0][1]),)
            found[-1] = Named(box, one.kind, last.settled and one.settled, last.text)
        else:
            found.append(one)
    return found


def _written(box: Box) -> str:
    return " × ".join(f"[{low:.12g}, {high:.12g}]" for low, high in box)
