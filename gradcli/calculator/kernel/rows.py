"""Checking a Jacobian: each of its rows is a gradient, and is judged as such."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcli.calculator.kernel.compute import constants_of, hold_detached, leaves_of, value_of
from gradcli.calculator.kernel.diagnose import trouble
from gradcli.calculator.kernel.differentiate import MAX_PROBED, PATIENCE
from gradcli.calculator.kernel.field import Field, gradients, operations
from gradcli.calculator.kernel.prepare import Array
from gradcli.engine.tensor import Tensor
from gradcli.verify.blocks import Index, verdict_on_block
from gradcli.verify.certified import enclose
from gradcli.verify.jitter import jitter, moved
from gradcli.verify.problem import Problem, Verdict, symbolic_request
from gradcli.verify.verdict import judge

if TYPE_CHECKING:
    from gradcli.verify.balls.enclosures import Enclosures
    from gradcli.verify.client import SympyWorker

MAX_ROWS = 32
"""Rows of a matrix all of which are judged."""
SAMPLE = 8
"""Rows of a larger one that are judged, beside a weighted sum of all of them."""


class Symbolic:
    """Asks SymPy, with patience for one command in all."""

    def __init__(self, worker: SympyWorker) -> None:
        self.worker = worker
        self.deadline = time.monotonic() + PATIENCE

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """The worker's answer; {"error": reason} where there is none, or no time left for it."""
        left = self.deadline - time.monotonic()
        return self.worker.ask(request, left) if left > 0 else {"error": f"not asked: {PATIENCE:g} s were used up"}


@dataclass(frozen=True)
class Checked:
    """What the check of one block says: the verdict, and the formulas of the rows that were judged, by their index.

    Formulas are pairs: as they are, and with everything known put in where values are missing.
    """

    verdict: Verdict | None
    formulas: dict[Index, tuple[str | None, str | None]]
    trouble: str | None = None


def check(
    field: Field, value: Array, matrices: Mapping[str, Array], symbolic: Symbolic, tol: float | None
) -> dict[str, Checked]:
    """The verdict on each block of the derivative of a field.

    value     the field's
    matrices  by name, of the field's shape followed by the variable's
    """
    case = _Case(field, np.asarray(value), matrices, symbolic, tol)
    rows = {index: case.row(weights) for index, weights in _weights(case.value)}
    return {
        name: Checked(
            verdict_on_block({index: verdicts[name] for index, (verdicts, _) in rows.items()}, case.value.size),
            {index: _formula(answer, name) for index, (_, answer) in rows.items() if index is not None},
        )
        for name in field.prepared.wrt
    }


def formulas(field: Field, symbolic: Symbolic, dtype: str, names: tuple[str, ...]) -> dict[str, Checked]:
    """The formulas of a scalar field's derivative where values are missing, and the reason where there is none."""
    prepared = field.prepared
    values = prepared.at | prepared.fixed
    tangents = field.tangents and field.tangents(np.ones((), dtype))
    answer = symbolic.ask(symbolic_request(prepared.program, values, names, None, 1, dtype, tangents))
    return {name: Checked(None, {(): _formula(answer, name)}, answer.get("error")) for name in names}


def _formula(answer: Mapping[str, Any], name: str) -> tuple[str | None, str | None]:
    derivatives = answer.get("derivatives", {}).get(name)
    return (derivatives[0]["text"], derivatives[0]["at"]) if derivatives else (None, None)


def _weights(value: Array) -> list[tuple[Index | None, Array]]:
    """One row after the other; of a large matrix some rows, and all of them with random weights."""
    size, random = value.size, np.random.default_rng(0)
    every = 0 < size <= MAX_ROWS
    chosen = range(size) if every else np.sort(random.choice(size, min(SAMPLE, size), replace=False))
    found: list[tuple[Index | None, Array]] = []
    for flat in chosen:
        weights = np.zeros(size, value.dtype)
        weights[flat] = 1
        index = tuple(int(i) for i in np.unravel_index(flat, value.shape))
        found.append((index, weights.reshape(value.shape)[()]))
    if not every:
        found.append((None, random.uniform(1, 2, value.shape).astype(value.dtype)))
    return found


class _Case:
    """What the verdicts on several rows share."""

    def __init__(
        self, field: Field, value: Array, matrices: Mapping[str, Array], symbolic: Symbolic, tol: float | None
    ) -> None:
        self.field = field
        self.prepared = field.prepared
        self.value = value
        self.matrices = matrices
        self.symbolic = symbolic
        self.tol = tol
        self.dtype = value.dtype
        self.held = hold_detached(self.prepared)
        self.perturbed = cache(self._perturbed)

    def row(self, weights: Array) -> tuple[dict[str, Verdict], dict[str, Any]]:
        """The verdict on one row, or on the sum of all so weighted, for each name; and SymPy's answer."""
        prepared = self.prepared
        values = prepared.at | prepared.fixed
        tangents = self.field.tangents and self.field.tangents(weights)
        cotangent = weights if tangents is None else None

        def differentiated(field: Array) -> Array:
            return field if tangents is None else np.tensordot(weights, field, weights.ndim)[()]

        request = symbolic_request(prepared.program, values, prepared.wrt, cotangent, 1, str(self.dtype), tangents)
        answer = self.symbolic.ask(request)
        problem = Problem(
            program=prepared.program,
            values=values,
            wrt=prepared.wrt,
            cotangent=cotangent,
            evaluate=lambda values: differentiated(self.evaluate(values)),
            perturbed=lambda seed: self.perturbed_row(seed, weights, differentiated),
            enclosures=self.enclosures,
            tangents=tangents,
            unprobed=f"not tried: each value takes {self.size:,} operations" if self.size > MAX_PROBED else "",
        )
        with np.errstate(all="ignore"):
            row = {name: np.tensordot(weights, m, weights.ndim)[()] for name, m in self.matrices.items()}
        return judge(problem, self.numbers, row, answer, tol=self.tol, trouble=self.reason), answer

    @cached_property
    def enclosures(self) -> Enclosures | str:
        """Of the program, for all rows."""
        prepared = self.prepared
        return enclose(prepared.program, prepared.at | prepared.fixed, prepared.wrt, str(self.dtype))

    @cached_property
    def size(self) -> int:
        return operations(self.field.at_point()[1])

    @cached_property
    def numbers(self) -> Array:
        """What must be finite for a derivative to exist: the field, and the result that it is a derivative of."""
        if self.field.tangents is None:
            return self.value
        tensors = constants_of(self.prepared) | leaves_of(self.prepared)
        return np.append(self.value, value_of(self.prepared, tensors).array)

    @cached_property
    def reason(self) -> str | None:
        """What made something infinite or NaN."""
        finite = all(np.all(np.isfinite(array)) for array in (self.numbers, *self.matrices.values()))
        weighted = replace(self.prepared, cotangent=None if self.field.tangents else np.ones_like(self.value))
        return None if finite else trouble(weighted)

    def evaluate(self, values: Mapping[str, Array]) -> Array:
        """The field at other values, with detached parts held."""
        tensors = {name: Tensor(array, name in self.prepared.at) for name, array in values.items()}
        return np.asarray(self.field.of(tensors, self.held).array)

    def perturbed_row(
        self, seed: int, weights: Array, differentiated: Callable[[Array], Array]
    ) -> tuple[Array, dict[str, Array]]:
        """What is differentiated and the row, with rounding at random."""
        leaves, value = self.perturbed(seed)
        return differentiated(np.asarray(value.array)), gradients(self.field, leaves, value, weights)

    def _perturbed(self, seed: int) -> tuple[dict[str, Tensor], Tensor]:
        leaves = {name: Tensor(moved(array, seed), True) for name, array in self.prepared.at.items()}
        return leaves, self.field.of(constants_of(self.prepared) | leaves, jitter(seed))
