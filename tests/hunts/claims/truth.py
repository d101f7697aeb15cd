"""What is true of a claimed gradient: right, wrong, kink, beyond or none; or a doubt, and no claim is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from random import Random
from typing import Any

import numpy as np
from mpmath import mp

from .numbers import DoubtError, Real, nearest
from .slopes import Place, Problem, Side

SAME = mp.mpf(10) ** -30
GROSS = mp.mpf("1e-3")
"""A relative error beyond what rounding is ever allowed to explain."""
FINE = {"float64": mp.mpf("1e-10"), "float32": mp.mpf("5e-4")}
"""The least relative error that is claimed, and only where it is far beyond rounding."""
FAR = 1000
WORST_FIRST = ("wrong", "beyond", "none", "kink", "right")
COMPARED = 60  # digits


@dataclass
class Element:
    """One variable's element: its slopes, and what they make of a number."""

    problem: Problem
    place: Place
    sides: tuple[Side, Side]

    @cached_property
    def kind(self) -> str:
        """smooth, kink or none. Raises DoubtError for two slopes that are nearly the same."""
        left, right = self.sides
        if left.slope is None or right.slope is None:
            return "none"
        gap, size = abs(left.slope - right.slope), max(abs(left.slope), abs(right.slope))
        if gap <= SAME * size:
            return "smooth"
        if gap < GROSS * size:
            raise DoubtError("nearly the same slopes")
        return "kink"

    @property
    def slope(self) -> Real:
        return self.sides[0].slope

    @cached_property
    def number(self) -> float:
        """The right number at a smooth place."""
        return nearest(self.slope, self.problem.dtype)

    @property
    def hull(self) -> list[Real]:
        return sorted(side.slope for side in self.sides if side.slope is not None)

    @cached_property
    def rounding(self) -> Real:
        """How far rounding may move the slope."""
        return FAR * self.problem.jittered(self.place)

    def truth(self, claimed: Real) -> str:
        """Raises DoubtError for a number that is neither right nor clearly wrong."""
        with mp.workdps(COMPARED):
            return {"smooth": self._smooth, "kink": self._kink, "none": self._none}[self.kind](mp.mpf(claimed))

    def _smooth(self, claimed: Real) -> str:
        if claimed == self.number:
            return "right"
        error = abs(claimed - self.slope)
        if error > GROSS * (abs(self.slope) or 1):
            return "wrong"
        if self.slope and error > FINE[self.problem.dtype] * abs(self.slope) and error > self.rounding:
            return "wrong"
        raise DoubtError("nearly right")

    def _kink(self, claimed: Real) -> str:
        low, high = self.hull
        if low <= claimed <= high or claimed in [nearest(slope, self.problem.dtype) for slope in (low, high)]:
            return "kink"
        if max(low - claimed, claimed - high) > GROSS * max(abs(low), abs(high)):
            return "beyond"
        raise DoubtError("nearly between the slopes")

    def _none(self, claimed: Real) -> str:
        """At the end of a domain, the only slope is not claimed, lest somebody take it for the derivative."""
        for slope in self.hull if "undefined" in {side.word for side in self.sides} else ():
            if abs(claimed - slope) <= GROSS * max(1, abs(slope)):
                raise DoubtError("the only slope")
        return "none"


def worst(truths: list[str]) -> str:
    return min(truths, key=WORST_FIRST.index)


@dataclass
class Gradient:
    """Every element of some variables."""

    problem: Problem
    elements: dict[str, np.ndarray]

    @classmethod
    def of(cls, problem: Problem, names: list[str]) -> Gradient:
        """Raises DoubtError."""
        found = {}
        for name in names:
            found[name] = np.empty(np.shape(problem.leaves[name]), dtype=object)
            for index in problem.places(name):
                found[name][index] = Element(problem, (name, index), problem.sides((name, index)))
        return cls(problem, found)

    def numbers(self, choose: Callable[[Element], float]) -> dict[str, Any]:
        return {name: np.frompyfunc(choose, 1, 1)(array) for name, array in self.elements.items()}

    def truth(self, numbers: dict[str, Any]) -> str:
        """Of the numbers as they are, by name."""
        pairs = [
            zip(array.flat, np.ravel(np.asarray(numbers[name], float)), strict=True)
            for name, array in self.elements.items()
        ]
        return worst([element.truth(claimed) for element, claimed in chain(*pairs)])


def right_number(element: Element, draw: Random) -> float:
    """A number that is as true as can be here."""
    if element.kind == "smooth":
        return element.number
    if element.kind == "none":
        return draw.choice([-1.0, 0.0, 0.5, 1.0, 2.0, -3.0])
    low, high = (nearest(slope, element.problem.dtype) for slope in element.hull)
    middle = nearest(mp.mpf(low) + (mp.mpf(high) - low) * draw.random(), element.problem.dtype)
    inside = [low, high, middle, *([0.0] if low < 0 < high else [])]
    return draw.choice(inside)


def wrong_number(element: Element, draw: Random) -> float:
    """A number that is wrong here, as a person or a program might have it."""
    dtype = element.problem.dtype
    if element.kind == "none":
        return nearest(mp.mpf(draw.uniform(-4, 4)), dtype)
    if element.kind == "kink":
        low, high = element.hull
        reach = draw.choice([mp.mpf("0.01"), 1, 5]) * max(high - low, 1)
        return nearest(draw.choice([low - reach, high + reach]), dtype)
    slope = element.slope
    if not slope:
        return nearest(mp.mpf(draw.choice([1.0, -1.0, 0.5, 0.01, -2.0])), dtype)
    small = [1e-3, 1e-6, 1e-9] if dtype == "float64" else [0.1, 1e-2, 2e-3]
    error = draw.choice([-2, 1, -0.5, *small, *(-each for each in small)])
    if draw.random() < 0.1:
        return nearest(slope + draw.choice([1, -1]), dtype)
    return nearest(slope * (1 + mp.mpf(error)), dtype)


def as_json(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray) else value


def claim(draw: Random, problem: Problem, names: list[str]) -> tuple[dict[str, Any], str]:
    """A claim of numbers, and its truth. Raises DoubtError."""
    gradient = Gradient.of(problem, names)
    with mp.workdps(COMPARED):
        numbers = gradient.numbers(lambda element: right_number(element, draw))
        if draw.random() < 0.5:
            name = draw.choice(names)
            index = draw.choice(list(np.ndindex(np.shape(gradient.elements[name]))))
            changed = wrong_number(np.asarray(gradient.elements[name])[index], draw)
            if index:
                numbers[name][index] = changed
            else:
                numbers[name] = changed
    return stated(problem, {name: as_json(value) for name, value in numbers.items()}), gradient.truth(numbers)


def stated(problem: Problem, grad: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The claim as a line of JSON says it."""
    fields = {"expr": problem.expr, "at": problem.at, "let": problem.let, "cotangent": problem.cotangent, "grad": grad}
    fields |= {"dtype": problem.dtype if problem.dtype != "float64" else None} | more
    return {key: value for key, value in fields.items() if value not in (None, {})}
