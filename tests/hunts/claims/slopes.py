"""The one-sided derivatives of a program at a point, by difference quotients with hundreds of digits.

Three steps a side, each 10**7 times smaller than the one before. Their quotients agree to 40 digits, or follow a power
of the step to 0 or to infinity; otherwise the truth is in doubt. So it is where a decision that was clear at the point
falls otherwise a step away, where the digits kept do not span all numbers met, or where 100 digits more say something
else.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from mpmath import mp

from .exact import Run, parsed
from .numbers import DoubtError, Real, digits_of, is_nan
from .scalars import minus

STEPS = (80, 87, 94)
MARGIN = 150
MOST_DIGITS = 6000
MORE = 100
JITTERS = 3
SMALL_JUMP = mp.mpf("1e-6")
UNIT = {"float64": mp.mpf(2) ** -53, "float32": mp.mpf(2) ** -24}

Place = tuple[str, tuple[int, ...]]


@dataclass(frozen=True)
class Side:
    """What is on one side: a slope, or None where it is infinite or there is no value (`word`)."""

    word: str  # finite, infinite, jump, undefined
    slope: Real = None


@dataclass
class Problem:
    """A program at a point, as a claim gives it."""

    expr: str
    at: dict[str, Any]
    let: dict[str, Any] = field(default_factory=dict)
    dtype: str = "float64"
    cotangent: Any = None

    @cached_property
    def leaves(self) -> dict[str, Any]:
        return {name: self.leaf(value) for name, value in {**self.at, **self.let}.items()}

    def leaf(self, value: Any) -> Any:
        rounded = np.asarray(value, self.dtype)
        numbers = np.frompyfunc(lambda each: mp.mpf(float(each)), 1, 1)(rounded)
        return numbers if rounded.ndim else mp.mpf(float(rounded))

    @cached_property
    def scale(self) -> int:
        """The powers of ten of all numbers in the program, together."""
        numbers = [each for value in self.leaves.values() for each in np.ravel(np.asarray(value, dtype=object))]
        for statement in parsed(self.expr):
            numbers += [mp.mpf(n.value) for n in ast.walk(statement) if isinstance(n, ast.Constant) and n.value]
        return sum(abs(digits_of(number)) + 1 for number in numbers if number and abs(digits_of(number)) > 1)

    def places(self, name: str) -> Iterator[tuple[int, ...]]:
        return np.ndindex(np.shape(self.leaves[name]))

    def value(self, run: Run) -> Real:
        """The result, weighed by the cotangent."""
        result = run.result(self.expr)
        if self.cotangent is not None:
            if np.shape(result) != np.shape(self.cotangent):
                raise DoubtError("a cotangent of another shape")
            result = np.sum(np.asarray(result, dtype=object) * self.leaf(self.cotangent))
        if np.ndim(result):
            raise DoubtError("a result with axes")
        return result if np.ndim(result) == 0 and not isinstance(result, np.ndarray) else result.item()

    def moved(self, place: Place, by: Real) -> dict[str, Any]:
        name, index = place
        values = dict(self.leaves)
        if index:
            values[name] = values[name].copy()
            values[name][index] += by
        else:
            values[name] = values[name] + by
        return values

    def sides(self, place: Place) -> tuple[Side, Side]:
        """What is to the left and to the right. Raises DoubtError."""
        digits = MARGIN + 2 * (2 * self.scale + STEPS[-1])
        while digits <= MOST_DIGITS:
            with mp.workdps(digits):
                probe = Probe(self, place)
                found = probe.side(-1), probe.side(1)
                span = probe.span
            if digits >= MARGIN + 2 * span:
                with mp.workdps(digits + MORE):
                    Probe(self, place).confirm(probe)
                return found
            digits = MARGIN + 2 * span + MORE
        raise DoubtError("too many digits")

    def jittered(self, place: Place) -> Real:
        """How far the slope moves when each value and each operation errs by half a unit in the last place, at most."""
        with mp.workdps(MARGIN + 2 * (2 * self.scale + STEPS[-1])):
            exact = Probe(self, place).quotient(0, 1)
            slopes = [Probe(self, place, seed).quotient(0, 1) for seed in range(JITTERS)]
            return max(abs(slope - exact) for slope in slopes)


class Probe:
    """Evaluations around a point, with the digits that are kept now."""

    def __init__(self, problem: Problem, place: Place, seed: int | None = None) -> None:
        self.problem = problem
        self.place = place
        self.seed = seed
        self.held: dict[int, Any] = {}
        self.span = problem.scale + STEPS[-1]
        self.low = self.high = 0
        self.centre, self.notes = self.at(mp.mpf(0))
        self.decided: dict[int, list[Any]] = {}
        self.heights: dict[int, Real] = {}
        self.quotients: dict[tuple[int, int], Real] = {}

    def at(self, by: Real) -> tuple[Real, list[tuple[Any, Real]]]:
        values, jitter = self.problem.moved(self.place, by), None
        if self.seed is not None:
            jitter = jitter_of(self.seed, self.problem.dtype)
            values = {name: value * (1 + jitter()) for name, value in values.items()}
        run = Run(values, self.problem.dtype, self.held, jitter)
        value = self.problem.value(run)
        self.low, self.high = min(self.low, run.digits[0]), max(self.high, run.digits[1])
        self.span = max(self.span, self.high - self.low)
        return value, run.notes

    def step(self, number: int) -> Real:
        return mp.mpf(10) ** -(STEPS[number] + self.problem.scale)

    def quotient(self, number: int, way: int) -> Real:
        by = way * self.step(number)
        value, notes = self.at(by)
        if self.seed is None:
            self.check(notes, number, way)
        self.heights[way] = change = minus(value, self.centre)
        self.quotients[number, way] = change / by
        return change / by

    def check(self, notes: list[tuple[Any, Real]], number: int, way: int) -> None:
        """The decisions fall as at the point, but where that is exactly on a limit."""
        if len(notes) != len(self.notes):
            raise DoubtError("other decisions")
        for (here, distance), (there, off) in zip(self.notes, notes, strict=True):
            if distance != 0 and (here != there or off == 0):
                raise DoubtError("a limit within a step")
        former = self.decided.setdefault(way, [note[0] for note in notes])
        if former != [note[0] for note in notes]:
            raise DoubtError("a limit between two steps")

    def side(self, way: int) -> Side:
        if is_nan(self.centre):
            return Side("undefined")
        slopes = [self.quotient(number, way) for number in range(len(STEPS))]
        if any(map(is_nan, slopes)):
            if all(map(is_nan, slopes)):
                return Side("undefined")
            raise DoubtError("a value here and there")
        side = limit(slopes)
        if side.word == "jump" and abs(self.heights[way]) < SMALL_JUMP * max(1, abs(self.centre)):
            raise DoubtError("a small jump")
        return side

    def confirm(self, other: Probe) -> None:
        """The other, with fewer digits, saw the same."""
        if len(self.notes) != len(other.notes):
            raise DoubtError("more digits decide otherwise")
        pairs = [(self.centre, other.centre)]
        pairs += [(mine[1], theirs[1]) for mine, theirs in zip(self.notes, other.notes, strict=True)]
        if is_nan(self.centre):
            if not is_nan(other.centre):
                raise DoubtError("no value with more digits")
            return
        for way in (-1, 1):
            pairs.append((self.quotient(2, way), other.quotients[2, way]))
        for mine, theirs in pairs:
            if not agree(mine, theirs):
                raise DoubtError("more digits say otherwise")


def agree(a: Real, b: Real) -> bool:
    return (is_nan(a) and is_nan(b)) or abs(a - b) <= mp.mpf(10) ** -40 * abs(b)


def limit(slopes: list[Real]) -> Side:
    """What the quotients of three steps tend to. Raises DoubtError."""
    first, second, third = slopes
    early, late = abs(first - second), abs(second - third)
    if agree(first, second) and agree(second, third):
        return Side("finite", third)
    if first and second and third:
        ratio, again = abs(second / first), abs(third / second)
        if abs(ratio - again) <= ratio * mp.mpf(10) ** -6:
            if ratio < mp.mpf("0.1"):
                return Side("finite", mp.mpf(0))
            if ratio > 10:
                return Side("jump" if abs(ratio / 10**7 - 1) < mp.mpf("0.01") else "infinite")
    if early and late / early < mp.mpf("0.1") and late <= mp.mpf(10) ** -30 * abs(third):
        return Side("finite", third)
    raise DoubtError("no limit in sight")


def jitter_of(seed: int, dtype: str) -> Any:
    """The errors of one run, the same in each evaluation of it."""
    draw = random.Random(seed)
    return lambda: (2 * draw.random() - 1) * UNIT[dtype]
