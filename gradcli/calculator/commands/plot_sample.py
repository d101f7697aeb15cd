"""Checking a plot: some of the numbers that are drawn are judged as any derivative is."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gradcli.calculator.kernel.compute import Computed, compute
from gradcli.calculator.kernel.differentiate import answer_to
from gradcli.calculator.kernel.prepare import Array, Prepared
from gradcli.calculator.kernel.question import DerivativeQuestion
from gradcli.verify.problem import Verdict

if TYPE_CHECKING:
    from gradcli.calculator.commands.plot import Curve
    from gradcli.verify.client import SympyWorker

SPREAD, OFFSET = 5, 0.382
"""Places all over the interval, and where each lies in its part of it: in the middle there may be a kink."""
CUTS = 2
"""Breaks that are found, on both sides of which the numbers are judged."""
NEAR = 1e-9
"""Nearer to a break than this share of the interval, a place may be on it."""


@dataclass(frozen=True)
class PlaceVerdict:
    """The verdict on the number of a curve at a place."""

    place: float
    curve: Curve
    verdict: Verdict


class PlaceSample:
    """A sample of the places at which an output has a value.

    asked     the question that the plot answers
    prepared  the output
    curves    its value and its derivatives
    """

    def __init__(self, asked: DerivativeQuestion, prepared: Prepared, places: Array, curves: Sequence[Curve]) -> None:
        self.asked = replace(asked, order=len(curves) - 1)
        self.prepared = prepared
        self.places = places
        self.curves = curves

    def verdicts(self, worker: SympyWorker, deadline: float) -> list[PlaceVerdict]:
        """The verdicts at the places in their order, until the deadline; at least at one."""
        found: list[PlaceVerdict] = []
        for index in self._chosen():
            if found and time.monotonic() > deadline:
                break
            found += self._judged(index, worker)
        return found

    def _chosen(self) -> list[int]:
        """Places all over the interval, and those beside some of the breaks; none on a break."""
        breaks = np.unique([place for curve in self.curves for place in curve.breaks])
        near = NEAR * (self.places[-1] - self.places[0])
        apart = np.abs(self.places[:, None] - breaks).min(axis=1, initial=np.inf)
        clear = np.flatnonzero(np.isfinite(self.curves[0].values) & (apart > near))
        if not clear.size:
            return []
        after = np.searchsorted(self.places[clear], breaks[:CUTS])
        beside = np.clip([after - 1, after], 0, clear.size - 1)
        spread = (np.arange(SPREAD) + OFFSET) / SPREAD * clear.size
        return [int(index) for index in clear[np.union1d(beside, spread.astype(int))]]

    def _judged(self, index: int, worker: SympyWorker) -> list[PlaceVerdict]:
        """The verdicts on all that is drawn at a place."""
        (name,), place = self.prepared.wrt, self.places[index]
        value, *slopes = (curve.values[index] for curve in self.curves)

        def drawn(prepared: Prepared, order: int) -> Computed:
            computed = compute(prepared, order)
            return replace(computed, value=np.full_like(computed.value, value), gradients={name: slopes})

        answer = answer_to(self.asked, replace(self.prepared, at={name: place}), worker, drawn)
        found = [answer.value_verdict, *(derivative.verdict for derivative in answer.derivatives)]
        return [
            PlaceVerdict(float(place), curve, verdict)
            for curve, verdict in zip(self.curves, found, strict=True)
            if verdict is not None
        ]
