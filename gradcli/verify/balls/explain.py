"""Why a number in floating point is not the exact one: rounding, another branch, what does not fit, a convention."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from flint import arb

from gradcli.verify.balls.context import working
from gradcli.verify.balls.enclosures import Enclosures, Goal
from gradcli.verify.balls.jets import Jet
from gradcli.verify.balls.libraries import Conventions
from gradcli.verify.balls.numbers import Ball, NoRuleError
from gradcli.verify.balls.tape import LateError
from gradcli.verify.conventions import Library

BITS = {"float64": 53, "float32": 24, "float16": 11}
_BRANCHES = 4
"""Operations in doubt all of whose branches are tried."""

Numbers = Mapping[str, list[Any]]


class Explanations:
    """For one goal, or for the value; everything is computed when it is asked for, and once."""

    def __init__(self, enclosures: Enclosures, goal: Goal | None) -> None:
        self.enclosures = enclosures
        self.goal = goal
        self.late = False  # whether time ran out for one of them
        self._libraries: dict[Library, Numbers] = {}

    @cached_property
    def tied(self) -> frozenset[int]:
        """The operations that meet a break at the point, however exactly one computes."""
        with working(self.enclosures.bits):
            return frozenset(
                index for index, exact in self.enclosures.run(self.enclosures.bits).doubtful.items() if exact
            )

    @cached_property
    def rounded(self) -> Numbers:
        """Balls as wide as rounding may scatter the numbers; None where that is not told."""
        return self._rounded({})

    def _rounded(self, forced: Mapping[int, int]) -> Numbers:
        how = {"hulls": True, "tied": self.tied, "conventions": Conventions("torch"), "forced": forced}
        return self._numbers(BITS[self.enclosures.dtype], **how)

    @cached_property
    def loose(self) -> Numbers:
        """Balls that hold what the numbers are with other roundings of the program's constants.

        Where the conventions of breaks are not known, or make NaN of one (0 times the slope in a branch that is not
        taken), that without them.
        """
        bits, dtype = self.enclosures.bits, self.enclosures.dtype
        found = self._numbers(bits, loose=dtype, conventions=Conventions("torch"))
        if all(ball is not None for balls in found.values() for ball in balls):
            return found
        plain = self._numbers(bits, loose=dtype)
        return {
            name: [other if ball is None else ball for ball, other in zip(found[name], balls, strict=True)]
            for name, balls in plain.items()
        }

    def by_library(self, library: Library) -> Numbers:
        """What a library's rules make of the derivatives, without rounding; empty where that is not known."""
        if library not in self._libraries:
            self._libraries[library] = self._by_library(library)
        return self._libraries[library]

    def _by_library(self, library: Library) -> Numbers:
        goal = self.goal
        if library not in self.enclosures.libraries:
            return {}
        try:
            found = self.enclosures.numbers(goal, self.enclosures.bits, conventions=Conventions(library))
        except (NoRuleError, LateError):
            return {}
        balls = [ball for balls in found.values() for ball in balls]
        higher = goal is not None and (goal.order > 1 or bool(goal.moved))
        if higher and any(ball is None or not ball.is_finite() for ball in balls):
            return {}  # a second derivative through an infinite slope is a matter of each library's formulas
        return found

    @cached_property
    def doubtful(self) -> list[int]:
        """The operations that rounding may send another way than exact arithmetic goes."""
        with working(BITS[self.enclosures.dtype]):
            found = self.enclosures.run(0, hulls=True).doubtful
        return [index for index in found if index not in self.tied]

    @cached_property
    def branches(self) -> list[tuple[Numbers, Numbers]]:
        """The numbers along each choice of branches that rounding may make, and the same as rounding scatters them.

        Empty if there is no choice, or there are too many.
        """
        if not 0 < len(self.doubtful) <= _BRANCHES:
            return []
        choices = [
            dict(zip(self.doubtful, choice, strict=True)) for choice in product(range(2), repeat=len(self.doubtful))
        ]
        how = {"conventions": Conventions("torch")}
        return [(self._numbers(self.enclosures.bits, forced=one, **how), self._rounded(one)) for one in choices]

    @property
    def comparisons(self) -> str:
        """What is compared where branches are doubtful, in words."""
        return " and ".join(self._comparison(index) for index in self.doubtful)

    def _comparison(self, index: int) -> str:
        """The comparison of an operation in doubt, in words."""
        node = self.enclosures.trace.nodes[index]
        with working(self.enclosures.bits):
            values = self.enclosures.run(self.enclosures.bits).values
            compared = node.args[0].args if node.op.name == "select" else node.args
            numbers = [values[arg.index] for arg in compared][:2]
            if not all(isinstance(number, arb) for number in numbers):
                return f"a comparison in {node.function or node.op.name}"
            apart = numbers[0] - numbers[1] if len(numbers) > 1 else numbers[0]
            return f"what {node.function or node.op.name} compares is {float(abs(apart)):.2g} apart"

    @cached_property
    def outside(self) -> str:
        """The first operation on a number that does not fit the dtype, or whose square does not, in words."""
        with working(self.enclosures.bits):
            run = self.enclosures.run(self.enclosures.bits)
            for node, value, slopes in zip(run.trace.nodes, run.values, run.slopes, strict=True):
                for number in (value, *(slopes or ())) if node.args else ():
                    size = _size(number)
                    if size is not None and (lost := _lost(size, self.enclosures.dtype)):
                        return f"{node.function or node.op.name} gives {_power(size)}, {lost}"
        return ""

    @cached_property
    def breaks(self) -> str:
        """The functions that meet a break at the point, in words."""
        functions = [self.enclosures.trace.nodes[index].function for index in sorted(self.tied)]
        return " and ".join(dict.fromkeys(filter(None, functions)))

    def _numbers(self, bits: int, **how: Any) -> Numbers:
        try:
            return self.enclosures.numbers(self.goal, bits, **how)
        except (LateError, NoRuleError) as reason:
            self.late = self.late or isinstance(reason, LateError)
            leaves, results = self.enclosures.trace.leaves, self.enclosures.trace.results
            return {"": [None] * len(results)} | {name: [None] * len(leaves[name]) for name in self.enclosures.wrt}


def _size(value: Any) -> Ball | None:
    if isinstance(value, Jet):
        value = value.terms[0]
    return abs(value) if isinstance(value, arb) and value.is_finite() else None


def _lost(size: Ball, dtype: str) -> str:
    """How a number leaves the range of the dtype, if it or its square, which rules may need, does."""
    largest, smallest = float(np.finfo(dtype).max), float(np.finfo(dtype).tiny)
    for limit, whose in ((1, "which"), (2, "whose square")):
        if size > largest ** (1 / limit):
            return f"{whose} overflows"
        if 0 < size < smallest ** (1 / limit):
            return f"{whose} underflows"
    return ""


def _power(size: Ball) -> str:
    """A number too large or too small for a double."""
    with working(64):
        return f"1e{int(float(size.log() / arb(10).log())):d}"
