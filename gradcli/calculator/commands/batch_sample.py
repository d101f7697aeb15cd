"""Checking a table of gradients: some of its rows, drawn at random, are judged as any gradient is."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gradcli.calculator.kernel.compute import Computed, compute
from gradcli.calculator.kernel.differentiate import PATIENCE, differentiate
from gradcli.calculator.kernel.prepare import Array, Prepared
from gradcli.calculator.kernel.question import DerivativeQuestion
from gradcli.verify.problem import Verdict

if TYPE_CHECKING:
    from gradcli.verify.client import SympyWorker

SAMPLE = 8
"""Rows that are judged."""
KINKS = 4
"""Rows that are judged of those that may be at a kink."""


@dataclass(frozen=True)
class RowVerdict:
    """The verdict on a row's gradient with respect to a variable; rows count from 1."""

    row: int
    name: str
    verdict: Verdict


@dataclass(frozen=True)
class _Row:
    """A row of the sample: the point, and the value and the gradients that were written."""

    number: int
    point: dict[str, Array]
    results: list[Array]


class RowSample:
    """A sample of the rows at a finite point that have a gradient, each with the same chance, however many there are.

    Each row draws a random key, and those with the smallest keys stay.
    """

    def __init__(self, asked: DerivativeQuestion, size: int) -> None:
        self._asked = asked
        self._size = size
        self._random = np.random.default_rng(0)
        self._kept: list[tuple[float, _Row]] = []

    def offer(self, before: int, rows: Array, arrays: Mapping[str, Array], results: Sequence[Array]) -> None:
        """Rows of a chunk, by their places in it; `before` it there have been so many."""
        keys = self._random.random(len(rows))
        for place in np.argsort(keys)[: self._size]:
            row = rows[place]
            point = {name: array[row] for name, array in arrays.items()}
            self._kept.append((keys[place], _Row(before + int(row) + 1, point, [result[row] for result in results])))
        self._kept = sorted(self._kept, key=lambda kept: kept[0])[: self._size]

    def verdicts(self, worker: SympyWorker) -> list[RowVerdict]:
        """The verdicts on the rows in their order, of as many as SymPy has time for; at least of one."""
        deadline = time.monotonic() + PATIENCE
        found: list[RowVerdict] = []
        for row in sorted((row for _, row in self._kept), key=lambda row: row.number):
            if found and time.monotonic() > deadline:
                break
            found += self._judged(row, worker)
        return found

    def _judged(self, row: _Row, worker: SympyWorker) -> list[RowVerdict]:
        def written(prepared: Prepared, order: int) -> Computed:
            value, *gradients = (np.asarray(number) for number in row.results)
            computed = compute(prepared, order)
            known = {name: [gradient] for name, gradient in zip(prepared.wrt, gradients, strict=True)}
            return replace(computed, value=value, gradients=computed.gradients | known)

        at = tuple(f"{name}={float(number)!r}" for name, number in row.point.items())
        answer = differentiate(replace(self._asked, at=at), worker, written)
        return [RowVerdict(row.number, name, verdict) for name, verdict in answer.named_verdicts if verdict is not None]
