"""A claimed derivative at single points of a range: where a range is no proof, and where it is refuted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

import numpy as np
from flint import arb

from gradcli.lang.tree import Program
from gradcli.verify.balls.context import working
from gradcli.verify.balls.enclosures import DOMAIN, JUMP, KINK, NUMBER, OPEN, PRECISIONS, Enclosed, Enclosures
from gradcli.verify.balls.numbers import Ball, hull

AGREES, REFUTED = "agrees", "refuted"

Interval = tuple[float, float]


@dataclass(frozen=True)
class Spot:
    """What is certain of the claim at one point.

    kind        "agrees", "refuted"; why there is no derivative: "kink", "jump", "domain"; "open": it could not be told
    text        in a few words
    derivative  doubles that enclose it; at a kink, the slopes from both sides; None where there is none
    claim       doubles that enclose the claimed number; None where it has no value
    settled     whether the claim says nothing wrong: it agrees, lies between the slopes of a kink, or has no value
    """

    kind: str
    text: str
    derivative: Interval | None = None
    claim: Interval | None = None
    settled: bool = False


class Spots:
    """A claim at points; arguments as for `prove`."""

    def __init__(
        self,
        program: Program,
        formula: Program,
        name: str,
        values: Mapping[str, Any],
        dtype: str,
        tol: float,
        ends: float,
    ) -> None:
        self.program = program
        self.formula = formula
        self.name = name
        self.values = values
        self.dtype = dtype
        self.tol = tol
        self.ends = ends
        self.known: dict[tuple[float, ...], Spot] = {}

    def at(self, point: Mapping[str, float]) -> Spot:
        """What is certain at a point; looked at once."""
        key = tuple(point.values())
        if key not in self.known:
            self.known[key] = self._looked(point)
        return self.known[key]

    def _looked(self, point: Mapping[str, float]) -> Spot:
        values = dict(self.values) | {name: np.array(number, self.dtype) for name, number in point.items()}
        seconds = max(0.0, self.ends - monotonic())
        slope = Enclosures(self.program, values, (self.name,), self.dtype, seconds).gradient()[self.name][0]
        (claim,) = Enclosures(self.formula, values, (), self.dtype, seconds).value()
        with working(PRECISIONS[-1]):
            return self._judged(slope, claim)

    def _judged(self, slope: Enclosed, claim: Enclosed) -> Spot:
        if OPEN in (slope.kind, claim.kind):
            reason = slope.reason if slope.kind == OPEN else claim.reason
            return Spot(OPEN, reason or "it could not be told")
        ball = claim.ball if claim.kind == NUMBER else None
        claimed = "the claim has no value" if ball is None else f"the claim is {shown(ball)}"
        ends = None if ball is None else interval(ball)
        if slope.kind == NUMBER:
            return self._number(slope.ball, ball, f"the derivative is {shown(slope.ball)}, {claimed}", ends)
        if slope.kind == KINK:
            return self._kink(slope, ball, claimed, ends)
        if slope.kind == JUMP:
            text = f"a jump from {shown(slope.left)} to {shown(slope.right)}; {claimed}"
            return Spot(JUMP, text, None, ends, settled=ball is None)
        return self._domain(slope, ball, claimed, ends)

    def _number(self, slope: Ball, claim: Ball | None, text: str, ends: Interval | None) -> Spot:
        if claim is None:
            return Spot(REFUTED, text, interval(slope), None)
        within = self.within(slope, claim)
        kind = OPEN if within is None else AGREES if within else REFUTED
        return Spot(kind, text, interval(slope), ends, settled=bool(within))

    def _kink(self, slope: Enclosed, claim: Ball | None, claimed: str, ends: Interval | None) -> Spot:
        text = f"the slopes are {shown(slope.left)} to the left and {shown(slope.right)} to the right; {claimed}"
        both = hull(slope.left, slope.right)
        if claim is None:
            return Spot(KINK, text, interval(both), None, settled=True)
        within = self._small(abs(claim - both.mid()) - both.rad(), both)
        return Spot(REFUTED if within is False else KINK, text, interval(both), ends, settled=bool(within))

    def _domain(self, slope: Enclosed, claim: Ball | None, claimed: str, ends: Interval | None) -> Spot:
        text = f"{slope.reason or 'no derivative'}; {claimed}"
        sides = [side for side in (slope.left, slope.right) if side is not None]
        if claim is None or not sides:
            return Spot(DOMAIN, text, None, ends, settled=claim is None)
        text += f", the slope on the other side {shown(sides[0])}"
        return Spot(DOMAIN, text, interval(sides[0]), ends, settled=bool(self.within(sides[0], claim)))

    def within(self, slope: Ball, claim: Ball) -> bool | None:
        """Whether a claim is the slope within the tolerance; None if that is not told."""
        return self._small(abs(slope - claim), slope)

    def _small(self, apart: Ball, slope: Ball) -> bool | None:
        bound = self.tol * abs(slope).max(arb(1))
        return True if apart <= bound else False if apart > bound else None


def shown(ball: Ball) -> str:
    """The middle of a ball, to read."""
    return f"{float(ball.mid()):.12g}"


def interval(ball: Ball) -> Interval:
    """Doubles that a ball lies between."""
    low, high = ball.lower(), ball.upper()
    below, above = float(low), float(high)
    return (
        below if arb(below) <= low else math.nextafter(below, -math.inf),
        above if arb(above) >= high else math.nextafter(above, math.inf),
    )
