"""What is true of a claimed formula, at a point or for every value."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from mpmath import mp

from .exact import Run, parsed
from .numbers import DoubtError, Real, is_nan, nearest
from .slopes import JITTERS, MARGIN, MORE, Problem, agree, jitter_of
from .truth import FAR, FINE, GROSS, Element

LAST_PLACES = mp.mpf(2) ** -50
"""Of a formula, whose constants are doubles."""
ROUGH = 1
"""How much rounding, times FAR, may do to a right formula: one that loses its digits is not claimed at a point."""
ENOUGH = 3
"""Points at which a formula has to be right."""
USUAL = [0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 3.0, 10.0, -10.0, 0.1]


@dataclass
class Formula:
    """A formula for one derivative, at a point."""

    text: str
    problem: Problem

    def run(self, seed: int | None = None) -> Real:
        """Its value. Raises DoubtError."""
        jitter = None if seed is None else jitter_of(seed, self.problem.dtype)
        value = Run(self.problem.leaves, self.problem.dtype, jitter=jitter).result(self.text)
        if not isinstance(value, mp.mpf):
            raise DoubtError("a formula with axes")
        return value

    def value(self) -> Real:
        digits = MARGIN + 4 * self.problem.scale + 2 * Problem(self.text, {}).scale + 2 * MORE
        with mp.workdps(digits):
            value = self.run()
        with mp.workdps(digits + MORE):
            if not agree(self.run(), value):
                raise DoubtError("more digits say otherwise")
        return value

    def rounding(self) -> Real:
        """How far rounding may move it."""
        with mp.workdps(MARGIN + 4 * self.problem.scale + MORE):
            exact = self.run()
            return FAR * max(abs(self.run(seed) - exact) for seed in range(JITTERS))

    def truth(self, element: Element, *, robust: bool = False) -> str:
        """That of the formula as a real function; a `robust` one gives it in doubles too. Raises DoubtError."""
        value = self.value()
        if is_nan(value):
            raise DoubtError("the formula has no value")
        if element.kind != "smooth":
            return element.truth(nearest(value))
        nearest(element.slope)  # or none is, and nothing is claimed
        error, size = abs(value - element.slope), abs(element.slope)
        if error <= LAST_PLACES * size and (not robust or self.rounding() <= ROUGH * size):
            return "right"
        gross = error > GROSS * (size or 1)
        fine = error > FINE[self.problem.dtype] * size > 0 and error > element.rounding
        if (gross or fine) and error > self.rounding():
            return "wrong"
        raise DoubtError("nearly right")


def truth_at(problem: Problem, name: str, text: str) -> str:
    """Raises DoubtError."""
    element = Element(problem, (name, ()), problem.sides((name, ())))
    return Formula(text, problem).truth(element, robust=True)


def literals(text: str) -> Iterator[float]:
    for statement in parsed(text):
        for node in ast.walk(statement):
            if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
                yield float(node.value)
                yield -float(node.value)


def points(draw: Random, expr: str, formula: str, names: list[str]) -> Iterator[dict[str, float]]:
    """Where a formula for every value is looked at: also at each number that it or the expression names."""
    special = sorted({*USUAL, *literals(expr), *literals(formula)})
    if len(names) == 1:
        for x in special:
            yield {names[0]: x}
    for reach in (1, 3, 3, 3, 30):
        yield {name: draw.uniform(-reach, reach) for name in names}
        yield {name: draw.uniform(0, reach) for name in names}


def has_value(problem: Problem) -> bool:
    with mp.workdps(MARGIN):
        return not is_nan(problem.value(Run(problem.leaves, problem.dtype)))


def for_every_value(draw: Random, expr: str, name: str, text: str, names: list[str]) -> str:
    """right where the formula is right, or between two slopes, wherever it was looked at; else wrong or beyond.

    Raises DoubtError, also where only the expression has a value.
    """
    found = set()
    count = 0
    for point in points(draw, expr, text, names):
        problem = Problem(expr, dict(point))
        if not has_value(problem):
            continue
        element = Element(problem, (name, ()), problem.sides((name, ())))
        if element.kind == "none":
            continue
        truth = Formula(text, problem).truth(element)
        if truth == "wrong":
            return truth
        count += truth == "right"
        found.add(truth)
    if "beyond" in found:
        return "beyond"
    if count < ENOUGH:
        raise DoubtError("not looked at often enough")
    return "right"


def wrong_at(expr: str, name: str, text: str, point: dict[str, Any]) -> str:
    """Raises DoubtError if the formula is not wrong at this point."""
    if (truth := truth_at(Problem(expr, point), name, text)) != "wrong":
        raise DoubtError(f"{truth} at its witness")
    return truth
