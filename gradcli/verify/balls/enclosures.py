"""What can be proved of a program's value and derivatives at a point, element by element."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping, Sequence
from time import monotonic
from typing import Any

import numpy as np
from flint import arb

from gradcli.lang.folding import folded
from gradcli.lang.tree import Program, free_names
from gradcli.verify.balls.context import working
from gradcli.verify.balls.enclosed import (
    DOMAIN,
    JUMP,
    KINK,
    NUMBER,
    OPEN,
    UNTOLD,
    Enclosed,
    Goal,
    number,
    second,
    thin,
    ulp,
)
from gradcli.verify.balls.numbers import ULPS, Ball
from gradcli.verify.balls.search import Search, SecondSearch, derivatives
from gradcli.verify.balls.tape import LateError, Run
from gradcli.verify.balls.trace import Trace
from gradcli.verify.conventions import LIBRARIES, Library

__all__ = ["DOMAIN", "JUMP", "KINK", "NUMBER", "OPEN", "ULPS", "Enclosed", "Enclosures", "Goal", "thin", "ulp"]

PRECISIONS = (96, 256, 640, 1408, 3072, 6144)
"""Bits, tried in turn until everything is told."""
SECONDS = 10.0
CACHED = 512
_EXACT_SUMS = 2200  # bits that hold any sum of doubles


class Enclosures:
    """A program at a point.

    program  as it is parsed, with names in the places of created arrays
    values   the arrays of all names, in the dtype of the computation; whole numbers and conditions stand for themselves
    wrt      the names to differentiate by
    dtype    that literals are rounded to
    libraries  whose rules at a break are those of the program's functions
    first    the precision to begin with, of PRECISIONS
    folding  whether constant parts are the doubles that the engine computes; else 1/3 is a third, and pi is pi
    Raises NoFormError for a program that has no form, or is too large.
    """

    def __init__(
        self,
        program: Program,
        values: Mapping[str, Any],
        wrt: Sequence[str],
        dtype: str,
        seconds: float = SECONDS,
        *,
        folding: bool = True,
        first: int = PRECISIONS[0],
    ) -> None:
        arrays = {name: np.asarray(array) for name, array in values.items()}
        self.trace = _traced(program, arrays, tuple(wrt), dtype, folding)
        self.point = {name: a.reshape(-1).tolist() for name, a in arrays.items() if a.dtype.kind == "f"}
        self.wrt = tuple(wrt)
        self.dtype = dtype
        self.first = first
        self.deadline = monotonic() + seconds
        self.libraries: Collection[Library] = LIBRARIES.keys()
        self._runs: dict[int, Run] = {}
        self._value: list[Enclosed] | None = None

    def run(self, bits: int, **how: Any) -> Run:
        """A pass with this precision, in which the caller works; the plain ones are made once."""
        if how:
            return Run(self.trace, self.point, deadline=self.deadline, **how)
        if bits not in self._runs:
            self._runs[bits] = Run(self.trace, self.point, deadline=self.deadline)
        return self._runs[bits]

    @property
    def bits(self) -> int:
        """The largest precision that was needed."""
        return max(self._runs, default=PRECISIONS[0])

    def precisions(self) -> Iterator[int]:
        """Precisions to try, inside each of which the caller works, while there is time."""
        for bits in PRECISIONS:
            if bits < self.first:
                continue
            if bits > PRECISIONS[0] and monotonic() > self.deadline:
                return
            with working(bits):
                yield bits

    def goal(self, cotangent: Any = None, tangents: Mapping[str, Any] | None = None, order: int = 1) -> Goal:
        """What `gradient` and `numbers` differentiate.

        cotangent  an array of the result's shape; None for a scalar
        tangents   a direction: arrays by name
        """
        flat = [1.0] * len(self.trace.results) if cotangent is None else np.asarray(cotangent).reshape(-1).tolist()
        weights: dict[int, Ball] = {}
        with working(_EXACT_SUMS):
            for node, weight in zip(self.trace.results, flat, strict=True):
                if weight:
                    weights[node.index] = weights.get(node.index, arb(0)) + arb(weight)
        if not tangents:
            return Goal(weights, None, order)
        moved = {
            (name, i): length
            for name, array in tangents.items()
            for i, length in enumerate(np.asarray(array).reshape(-1).tolist())
            if length
        }
        return Goal(weights, moved, order)

    def value(self) -> list[Enclosed]:
        """Of each element of the result."""
        if self._value is None:
            self._value = self._values()
        return self._value

    def _values(self) -> list[Enclosed]:
        found: dict[int, Enclosed] = {}
        left = {node.index for node in self.trace.results}
        try:
            for bits in self.precisions():
                values = self.run(bits).values
                told = {index: one for index in left if (one := number(values[index]))}
                found, left = found | told, left - told.keys()
                if not left:
                    break
        except LateError:
            pass
        return [found.get(node.index, UNTOLD) for node in self.trace.results]

    def gradient(self, goal: Goal | None = None) -> dict[str, list[Enclosed]]:
        """Of each element of each variable; without a goal, of the sum of the result's elements."""
        goal = goal or self.goal()
        if goal.order > 1:
            return {self.wrt[0]: [self.orders(goal)[-1]]}
        search = (Search if goal.moved is None else SecondSearch)(self, goal)
        return {name: [search.found[leaf.index] for leaf in self.trace.leaves[name]] for name in self.wrt}

    def numbers(self, goal: Goal | None, bits: int, **how: Any) -> dict[str, list[Any]]:
        """The same from one pass of a kind (see `Run`): balls; None for what is not told. Without a goal, the value.

        Empty for an order above 2 at a break: what rules make of it is not known.
        """
        with working(bits):
            if goal is None:
                values = self.run(bits, **how).values
                found = [values[node.index] for node in self.trace.results]
                return {"": [one if isinstance(one, arb) and not one.is_nan() else None for one in found]}
            if goal.order == 2:
                goal = Goal(goal.weights, {(self.wrt[0], 0): 1.0})
            if goal.order > 1:
                (leaf,) = self.trace.leaves[self.wrt[0]]
                one = derivatives(self.run(bits), leaf.index, goal, self.dtype, loose=True)[-1]
                return {self.wrt[0]: [one.ball]} if one.kind == NUMBER else {}
            run = self.run(bits, moved=goal.moved, **how)
            slopes = run.pulled(goal.weights)
            return {
                name: [_slope_of(slopes.get(leaf.index), goal) for leaf in self.trace.leaves[name]] for name in self.wrt
            }

    def orders(self, goal: Goal) -> list[Enclosed]:
        """The derivatives of a scalar by its one scalar variable, up to the goal's order."""
        (leaf,) = self.trace.leaves[self.wrt[0]]
        found: list[Enclosed] = []
        try:
            for bits in self.precisions():
                found = derivatives(self.run(bits), leaf.index, goal, self.dtype)
                if all(one.kind != OPEN for one in found):
                    break
        except LateError:
            pass
        return found or [UNTOLD] * goal.order


def _slope_of(slope: Any, goal: Goal) -> Any:
    """The number that was asked for, of what the way back gives."""
    ball = second(slope) if goal.moved is not None else arb(0) if slope is None else slope
    return None if ball.is_nan() else ball


_traces: OrderedDict[Any, tuple[Program, Trace]] = OrderedDict()


def _traced(program: Program, arrays: Mapping[str, Any], wrt: tuple[str, ...], dtype: str, folding: bool) -> Trace:
    """The trace of a program, which is kept for other points of it."""
    shapes = {name: array.shape for name, array in arrays.items() if array.dtype.kind == "f"}
    given = {name: array for name, array in arrays.items() if name not in shapes}
    known = tuple((name, array.shape, array.dtype.str, array.tobytes()) for name, array in given.items())
    key = (id(program), tuple(shapes.items()), wrt, dtype, folding, known)
    found = _traces.get(key)
    if found is None:
        if not free_names(program):  # a constant, which the engine computes in float64 whatever the dtype
            dtype = "float64"
        with working(PRECISIONS[0]):
            trace = Trace(folded(program, arrays) if folding else program, shapes, wrt, dtype, given)
        trace.finish()
        found = _traces[key] = program, trace
        if len(_traces) > CACHED:
            _traces.popitem(last=False)
    return found[1]
