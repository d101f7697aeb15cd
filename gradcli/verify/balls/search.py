"""The search for slopes: with more and more bits, and to both sides of the point where a break is in doubt."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flint import arb

from gradcli.verify.balls.enclosed import NUMBER, OPEN, UNTOLD, Enclosed, Goal, agreed, nothing, second, thin
from gradcli.verify.balls.jets import Jet
from gradcli.verify.balls.lines import BreakError, expansion
from gradcli.verify.balls.numbers import Ball, Poison
from gradcli.verify.balls.tape import LateError, Run, total

if TYPE_CHECKING:
    from gradcli.verify.balls.enclosures import Enclosures


class Search:
    """Looks for the slopes of a weighted sum, with more and more bits."""

    def __init__(self, whole: Enclosures, goal: Goal) -> None:
        self.whole = whole
        self.goal = goal
        self.found: dict[int, Enclosed] = {}
        self.left = [leaf.index for name in whole.wrt for leaf in whole.trace.leaves[name]]
        self.reasons: dict[int, str] = {}
        every = list(self.left)
        try:
            for bits in whole.precisions():
                self.look(bits)
                self.left = [index for index in self.left if index not in self.found]
                if not self.left:
                    break
        except LateError:
            self.reasons = dict.fromkeys(self.left, "not looked at: out of time")
        for index in every:
            self.found.setdefault(index, Enclosed(OPEN, reason=self.reasons.get(index, UNTOLD.reason)))

    def look(self, bits: int) -> None:
        """What this precision tells."""
        run = self.whole.run(bits)
        if self.has_value(run):
            slopes = run.pulled(self.goal.weights)
            for index in self.left:
                slope = slopes.get(index, arb(0))
                if thin(slope):
                    self.found[index] = Enclosed(NUMBER, slope)
                elif run.doubtful:
                    self.note(index, self.beside(run, index))

    def has_value(self, run: Run) -> bool:
        """Whether the sum has a value; where it certainly has none, there is no slope."""
        value = total(run, self.goal.weights)
        if not isinstance(value, Poison) and value.is_finite():
            return True
        poison = value if isinstance(value, Poison) else Poison("domain", "no finite value")
        for index in self.left:
            self.note(index, nothing(poison))
        return False

    def note(self, index: int, told: Enclosed) -> None:
        """Keeps what is told of an element, or why it is not."""
        if told.kind == OPEN:
            self.reasons[index] = told.reason
        else:
            self.found[index] = told

    def beside(self, run: Run, index: int) -> Enclosed:
        """The slope along one variable, from what is found to both sides of the point."""
        left, right = (expansion(run, index, side, self.goal.weights) for side in (-1, 1))
        return agreed(left, right, _part(run, index, self.goal.weights), 1, self.whole.dtype)[0]


class SecondSearch(Search):
    """The same for the slope of the sum along a direction: second derivatives."""

    def look(self, bits: int) -> None:
        """What this precision tells."""
        plain = self.whole.run(bits)
        if not self.has_value(plain):
            return
        run = self.whole.run(bits, moved=self.goal.moved)
        slopes = run.pulled(self.goal.weights)
        for index in self.left:
            slope = second(slopes.get(index))
            if thin(slope):
                self.found[index] = Enclosed(NUMBER, slope)
            elif run.doubtful:
                self.note(index, self.beside_second(plain, index))

    def beside_second(self, plain: Run, index: int) -> Enclosed:
        """At a break: what fails already in the first derivatives; the second one along a single variable."""
        leaves = [leaf for name in self.whole.wrt for leaf in self.whole.trace.leaves[name]]
        moving = [leaf.index for leaf in leaves if leaf.data in (self.goal.moved or ())]
        if moving == [index]:
            return derivatives(plain, index, Goal(self.goal.weights, None, 2), self.whole.dtype)[-1]
        for one in {index, *moving}:
            first = self.beside(plain, one)
            if first.kind != NUMBER:
                return first
        return Enclosed(OPEN, reason="a mixed second derivative at a break")


def derivatives(run: Run, leaf: int, goal: Goal, dtype: str, *, loose: bool = False) -> list[Enclosed]:
    """The derivatives along a leaf up to an order, through the point if that can be, else from both sides.

    loose  balls need not be thin
    """
    weights, order = goal.weights, goal.order
    value = total(run, weights)
    if isinstance(value, Poison):
        return [nothing(value)] * order
    try:
        through = expansion(run, leaf, 0, weights, order + 1)
    except BreakError:
        through = None
    if through is None or (isinstance(through, Jet) and through.length <= order):  # at a break, or at half a power
        left, right = (expansion(run, leaf, side, weights, order + 1) for side in (-1, 1))
        return agreed(left, right, _part(run, leaf, weights), order, dtype)
    if isinstance(through, Poison):
        return [nothing(through)] * order
    found = [through.term(k) * math.factorial(k) for k in range(1, order + 1)]
    return [Enclosed(NUMBER, ball) if loose or thin(ball) else UNTOLD for ball in found]


def _part(run: Run, leaf: int, weights: Mapping[int, Ball]) -> Any:
    """The value at the point of those results that depend on a leaf."""
    moving = {leaf, *run.trace.dependents(leaf)}
    return sum((run.values[index] * weight for index, weight in weights.items() if index in moving), arb(0))
