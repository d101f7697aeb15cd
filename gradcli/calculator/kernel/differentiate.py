"""The one call behind `gradcli diff`: read, compute, verify."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcli.calculator.kernel.compute import Computed, compute, hold_detached, lower_value
from gradcli.calculator.kernel.diagnose import PerturbedRuns, trouble
from gradcli.calculator.kernel.prepare import UNASKED, Array, Prepared, prepare, refuse_missing
from gradcli.calculator.kernel.question import Answer, Derivative, DerivativeQuestion
from gradcli.calculator.kernel.steps import Steps, last
from gradcli.lang.evaluate import After
from gradcli.lang.unparse import unparse
from gradcli.verify.problem import Problem, Verdict, symbolic_request

if TYPE_CHECKING:
    from gradcli.verify.balls.enclosures import Enclosures
    from gradcli.verify.client import SympyWorker

PATIENCE = 10.0
"""Seconds that SymPy is given."""
MAX_PROBED = 2000
"""Operations behind a value of which differences, some hundred values a variable, are still quick to take."""


Compute = Callable[[Prepared, int], Computed]
"""What gives the engine's answer: `compute`, or one that watches it."""


def differentiate(question: DerivativeQuestion, worker: SympyWorker | None, compute: Compute = compute) -> Answer:
    """The answer to a question. `worker` is the SymPy process to ask; None if nothing is to be checked.

    Raises InputError for an input that cannot be used, with its place.
    """
    return answer_to(question, prepare(question), worker, compute)


def answer_to(
    question: DerivativeQuestion, prepared: Prepared, worker: SympyWorker | None, compute: Compute = compute
) -> Answer:
    """The answer to a question that has been read, and perhaps moved to another point; arguments as above."""
    return last(answers_to(question, prepared, worker, compute))


def answers_to(
    question: DerivativeQuestion, prepared: Prepared, worker: SympyWorker | None, compute: Compute = compute
) -> Steps[Answer]:
    """The same, after the engine's answer without a verdict."""
    if worker is None:
        refuse_missing(prepared, UNASKED)
    else:
        worker.post(_request(question, prepared))  # SymPy works while the engine does
    computed = None if prepared.missing else compute(prepared, question.order)
    if worker is None:
        return _answer(question, prepared, computed, {}, {})
    if computed is not None:
        yield _answer(question, prepared, computed, {}, {})
    symbolic = worker.answer(PATIENCE)
    verdicts = _verdicts(question, prepared, computed, symbolic) if computed else {}
    return _answer(question, prepared, computed, symbolic, verdicts)


def _answer(
    question: DerivativeQuestion,
    prepared: Prepared,
    computed: Computed | None,
    symbolic: Mapping[str, Any],
    verdicts: Mapping[tuple[str, int], Verdict],
) -> Answer:
    return Answer(
        understood=unparse(prepared.parsed.program),
        notes=prepared.notes,
        dtype=question.dtype,
        missing=prepared.missing,
        value=computed and computed.value,
        value_verdict=verdicts.get(("", 0)),
        cotangent=computed and computed.cotangent,
        graph=computed.graph if computed else (),
        derivatives=tuple(
            _derivative(prepared, computed, symbolic, name, order, verdicts.get((name, order)))
            for name in prepared.wrt
            for order in range(1, question.order + 1)
        ),
        made=prepared.made,
        trouble=symbolic.get("error"),
    )


def _request(question: DerivativeQuestion, prepared: Prepared) -> dict[str, Any]:
    return symbolic_request(
        prepared.program,
        prepared.at | prepared.fixed,
        prepared.wrt,
        prepared.cotangent,
        question.order,
        question.dtype,
    )


def _derivative(
    prepared: Prepared,
    computed: Computed | None,
    symbolic: Mapping[str, Any],
    name: str,
    order: int,
    verdict: Verdict | None,
) -> Derivative:
    formulas = symbolic.get("derivatives", {}).get(name)
    formula = formulas[order - 1] if formulas else {"text": None, "at": None}
    gradient = computed.gradients[name][order - 1] if computed else None
    return Derivative(name, order, prepared.at.get(name), gradient, formula["text"], formula["at"], verdict)


def _verdicts(
    question: DerivativeQuestion, prepared: Prepared, computed: Computed, symbolic: Mapping[str, Any]
) -> dict[tuple[str, int], Verdict]:
    """The verdict on each derivative, by name and order, and on the value, under ("", 0)."""
    from gradcli.verify.certified import enclose
    from gradcli.verify.verdict import check_value, judge

    peers = _peers(question, prepared)
    finite = all(np.all(np.isfinite(array)) for arrays in computed.gradients.values() for array in arrays)
    reason = None if finite and np.all(np.isfinite(computed.value)) else trouble(prepared)
    runs = PerturbedRuns(prepared, question.order)
    held = hold_detached(prepared)
    enclosures = enclose(prepared.program, prepared.at | prepared.fixed, prepared.wrt, question.dtype)
    verdicts = {
        ("", 0): check_value(
            _problem(prepared, runs, held, 1, computed.sizes[0], enclosures),
            computed.value,
            symbolic,
            tol=question.tol,
            trouble=reason,
        )
    }
    for order in range(1, question.order + 1):
        found = judge(
            _problem(prepared, runs, held, order, computed.sizes[order - 1], enclosures),
            computed.value if order == 1 else computed.gradients[prepared.wrt[0]][order - 2],
            {name: computed.gradients[name][order - 1] for name in prepared.wrt},
            symbolic,
            torch=peers and {name: peers[name][order - 1] for name in prepared.wrt},
            tol=question.tol,
            trouble=reason,
        )
        verdicts |= {(name, order): verdict for name, verdict in found.items()}
    return verdicts


def _problem(
    prepared: Prepared, runs: PerturbedRuns, held: After, order: int, size: int, enclosures: Enclosures | str
) -> Problem:
    return Problem(
        program=prepared.program,
        values=prepared.at | prepared.fixed,
        wrt=prepared.wrt,
        cotangent=prepared.cotangent if order == 1 else None,
        evaluate=partial(lower_value, prepared, order=order, after=held),
        perturbed=partial(runs.run, order),
        enclosures=enclosures,
        order=order,
        weight=prepared.cotangent,
        unprobed=f"not tried: each value takes {size:,} operations" if size > MAX_PROBED else "",
    )


def _peers(question: DerivativeQuestion, prepared: Prepared) -> dict[str, list[Array]] | None:
    """PyTorch's gradients, if it was to be asked."""
    if "torch" not in question.against:
        return None
    from gradcli.calculator.kernel.peer import torch_gradients

    return torch_gradients(prepared, question.order)
