"""The call behind `gradcli check`: claims are tried at points, and each is judged there as the engine's gradients are.

A claim is checked in two halves, so that SymPy works on the next claims while the engine computes for these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcli.calculator.claim import Case, Checked, Claim, Formula, Part, fitting, read_claim
from gradcli.calculator.compute import all_orders, hold_detached, leaves_of, lower_value
from gradcli.calculator.diagnose import PerturbedRuns, trouble
from gradcli.calculator.differentiate import PATIENCE
from gradcli.calculator.points import points_of
from gradcli.calculator.prepare import Array, Prepared
from gradcli.errors import InputError
from gradcli.verify.convention import Convention, by_convention
from gradcli.verify.jitter import jitter
from gradcli.verify.problem import Problem, Verdict, symbolic_request
from gradcli.verify.rounding import Rounding
from gradcli.verify.verdict import Claimed, judge

if TYPE_CHECKING:
    from gradcli.verify.client import SympyWorker

SETTLED = ("proved", "agrees")
QUICK = (*SETTLED, "mismatch")
"""Words that need no differences where SymPy met no point of doubt: its digits and the engine's are two methods."""
UNPROBED = "not needed: SymPy and the engine decide"
PATIENCE_EACH = 0.1
"""Seconds more that SymPy is given for each request of a batch."""
_RUNS = 6
_FEW = 8


@dataclass(frozen=True)
class Question:
    """A claim that has been read, the points at which it is tried, and what SymPy is asked."""

    case: Case
    points: list[Prepared]
    requests: list[dict[str, Any]]


def ask(claim: Claim) -> Question:
    """The first half of a check. Raises InputError for a claim that cannot be read."""
    case = read_claim(claim)
    points = points_of(case.template, case.dtype)
    requests = [
        symbolic_request(case.program, point.at | point.fixed, point.wrt, point.cotangent, 1, case.dtype)
        for point in points
    ]
    formulas = {name: formula.text for name, formula in case.claimed.items() if isinstance(formula, Formula)}
    if case.template.missing:
        held = [*case.template.fixed, *(name for name in case.template.at if name not in case.template.missing)]
        proofs = [{"formulas": {name: text}, "held": held} for name, text in formulas.items()]
        requests += [requests[-1] | proof for proof in proofs]
    return Question(case, points, requests)


def conclude(question: Question, answers: Sequence[Mapping[str, Any]], convention: Convention | None) -> Checked:
    """The second half, with SymPy's answers. Raises InputError for a claim that cannot be computed."""
    case, points = question.case, question.points
    tried = list(_tried(case, points, answers[: len(points)], convention))
    proofs = dict(
        zip((n for n, c in case.claimed.items() if isinstance(c, Formula)), answers[len(points) :], strict=False)
    )
    searched = bool(case.template.missing)
    parts = [
        _searched(name, tried, proofs.get(name, {})) if searched else tried[0].part(name) for name in case.template.wrt
    ]
    return Checked(case.understood, tuple(parts), case.template.notes, case.claim.name)


def check(claim: Claim, worker: SympyWorker, convention: Convention | None = None) -> Checked:
    """What is said of one claim. Raises InputError for one that cannot be read or computed."""
    question = ask(claim)
    return conclude(question, Asker(worker).ask(question.requests), convention)


def _tried(
    case: Case, points: Sequence[Prepared], answers: Sequence[Mapping[str, Any]], convention: Convention | None
) -> Iterator[_AtPoint]:
    """The claim at each point. Of many, those are left out for which something cannot be computed, such as an inverse.

    Raises InputError where it can be computed at none.
    """
    refused = None
    left_out = 0
    for point, answer in zip(points, answers, strict=True):
        try:
            yield _AtPoint(case, point, answer, convention)
        except InputError as error:
            refused = refused or error
            left_out += 1
    if refused is not None and left_out == len(points):
        raise refused


class Asker:
    """Asks SymPy many things at once, and nothing twice that it could not answer in time."""

    def __init__(self, worker: SympyWorker) -> None:
        self.worker = worker
        self.requests: list[dict[str, Any]] = []
        self.failed: dict[str, dict[str, Any]] = {}

    def ask(self, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """`post`, then `answers`."""
        self.post(requests)
        return self.answers()

    def post(self, requests: list[dict[str, Any]]) -> None:
        """Sends the requests and returns at once. The answers to those before must have been fetched."""
        self.requests = requests
        self.worker.post({"batch": [request for request in requests if _kind(request) not in self.failed]})

    def answers(self) -> list[dict[str, Any]]:
        """The answers; where there are none in time for all together, each request is sent by itself."""
        found = self.worker.answer(PATIENCE + PATIENCE_EACH * len(self.requests))
        together = iter(found.get("batch", ()))
        return [
            self.failed.get(_kind(request)) or next(together, None) or self.alone(request) for request in self.requests
        ]

    def alone(self, request: dict[str, Any]) -> dict[str, Any]:
        """The answer to one request, which is not asked again if there is none."""
        answer = self.failed.get(_kind(request)) or self.worker.ask(request, PATIENCE)
        if "error" in answer:
            self.failed[_kind(request)] = answer
        return answer


def _kind(request: Mapping[str, Any]) -> str:
    """What requests have in common that differ in their point only."""
    shapes = [(name, entry["shape"]) for name, entry in request["values"].items()]
    return f"{request['program']} {shapes} {request.get('formulas')}"


class _AtPoint:
    """A claim at one point."""

    def __init__(self, case: Case, point: Prepared, symbolic: Mapping[str, Any], convention: Convention | None) -> None:
        self.case = case
        self.point = point
        self.symbolic = symbolic
        self.convention = convention
        self.claim = case.claim
        result, levels = all_orders(point, leaves_of(point), 1)
        self.value = np.asarray(result.array)
        self.engine = {name: np.asarray(levels[0][name].array)[()] for name in point.wrt}
        self.claimed = {name: self.numbers(name) for name in point.wrt}

    @property
    def values(self) -> dict[str, Array]:
        return self.point.at | self.point.fixed

    def numbers(self, name: str, seed: int | None = None) -> Array:
        """What is claimed here; with a seed, as rounding might make it. Raises InputError for another shape."""
        claimed = self.case.claimed[name]
        if isinstance(claimed, Formula):
            after = None if seed is None else jitter(seed)
            claimed = claimed.at(self.values, after).astype(self.case.dtype)
        elif claimed.dtype.itemsize > np.dtype(self.case.dtype).itemsize:
            claimed = claimed.astype(self.case.dtype)
        return fitting(name, claimed, np.shape(self.point.at[name]), self.claim.option)

    def part(self, name: str) -> Part:
        """What is said of the claim here."""
        derivatives = self.symbolic.get("derivatives", {}).get(name)
        formula = derivatives[0]["text"] if derivatives else None
        claimed = self.case.claimed[name]
        return Part(
            name,
            claimed.text if isinstance(claimed, Formula) and self.is_shown(claimed) else None,
            self.claimed[name],
            self.engine[name],
            formula,
            self.verdicts[name],
            self.values,
        )

    def is_shown(self, formula: Formula) -> bool:
        """Whether the formula says more than the numbers here."""
        return bool(self.case.template.missing) or not formula.is_constant

    @cached_property
    def verdicts(self) -> dict[str, Verdict]:
        if self.symbolic.get("singular") == {} and self.is_finite:
            quick = self.judged(self.claimed, Claimed(self.engine), UNPROBED)
            if all(found.word in QUICK for found in quick.values()):
                return quick
        return {name: self.verdict(name) for name in self.point.wrt}

    @cached_property
    def is_finite(self) -> bool:
        """Whether the value, the gradients and what is claimed exist here."""
        arrays = (self.value, *self.engine.values(), *self.claimed.values())
        return all(bool(np.isfinite(array).all()) for array in arrays)

    @cached_property
    def true(self) -> dict[str, Verdict]:
        """The verdicts on the engine's own gradients."""
        return self.judged(self.engine)

    def verdict(self, name: str) -> Verdict:
        if not self.is_finite:
            return self.not_finite(name)
        found = self.judged({name: self.claimed[name]}, Claimed(self.engine))[name]
        if found.word != "kink":
            return found
        kink = self.true[name]
        if self.convention is None or kink.word != "kink":
            return kink
        derivatives = self.symbolic.get("derivatives", {}).get(name)
        return by_convention(
            self.convention,
            kink,
            np.asarray(self.claimed[name]),
            np.asarray(self.engine[name]),
            derivatives and derivatives[0],
            lambda: Rounding(self.problem()).of_gradient(name),
            self.claim.tol,
        )

    def not_finite(self, name: str) -> Verdict:
        """The verdict where the value, the gradient or the claim is infinite or NaN."""
        true, claimed = self.true[name], np.asarray(self.claimed[name])
        if true.word not in SETTLED or np.all(np.isfinite(claimed)):
            return true if true.word not in SETTLED else self.judged({name: claimed}, Claimed(self.engine))[name]
        worst = tuple(int(i) for i in np.argwhere(~np.isfinite(claimed))[0])
        expected = float(np.asarray(self.engine[name])[worst])
        detail = f"the claimed {claimed[worst]} should be {expected!r}, which is {true.word}"
        return replace(
            true, word="mismatch", detail=detail, worst=worst, found=float(claimed[worst]), expected=expected
        )

    def judged(
        self, gradients: Mapping[str, Array], claim: Claimed | None = None, unprobed: str = ""
    ) -> dict[str, Verdict]:
        """The verdicts on these gradients."""
        return judge(
            self.problem(unprobed),
            self.value,
            gradients,
            self.symbolic,
            tol=self.claim.tol,
            trouble=None if self.is_finite else trouble(self.point),
            claim=claim,
        )

    def problem(self, unprobed: str = "") -> Problem:
        point = self.point
        return Problem(
            program=point.program,
            values=self.values,
            wrt=point.wrt,
            cotangent=point.cotangent,
            evaluate=partial(lower_value, point, order=1, after=None if unprobed else hold_detached(point)),
            perturbed=partial(PerturbedRuns(point, 1).run, 1),
            unprobed=unprobed,
        )

    def is_rounding(self, name: str) -> bool:
        """Whether rounding inside the claimed formula explains why it gives another number here."""
        runs = np.array([self.numbers(name, seed) for seed in range(_RUNS)], np.float64)
        error = np.abs(np.asarray(self.claimed[name], np.float64) - self.engine[name])
        return bool(np.all(error <= _FEW * (np.max(runs, axis=0) - np.min(runs, axis=0))))


def _searched(name: str, tried: Iterable[_AtPoint], proof: Mapping[str, Any]) -> Part:
    """What is said of a formula that is claimed for every value of some names."""
    proved = proof.get("identical", {}).get(name, False)
    parts, rounded, unclear = [], [], []
    for at_point in tried:
        part = at_point.part(name)
        if part.verdict.word in SETTLED:
            parts.append(part)
        elif part.verdict.word != "mismatch" or not np.all(np.isfinite(part.claimed)):
            unclear.append(part)
        elif proved or at_point.is_rounding(name):
            rounded.append(part)
        else:
            return part
    if not parts and not rounded:
        return unclear[0]
    if not parts:
        return replace(rounded[0], verdict=_all_rounding(rounded[0].verdict, proved), point=None)
    unclear += rounded
    beside = f" (beside {len(unclear)} at a kink, outside the domain or lost to rounding)" if unclear else ""
    if proved:
        found = Verdict("proved", f"the difference is identically zero, says SymPy; {len(parts)} points agree{beside}")
    else:
        why = (
            f"SymPy has no proof: {proof['error']}"
            if "error" in proof
            else "SymPy could not bring the difference to zero"
        )
        found = Verdict("agrees", f"no counterexample among {len(parts)} points{beside}; {why}")
    worst = max(parts, key=lambda part: part.verdict.error or 0.0).verdict
    found = replace(found, error=worst.error, tolerance=worst.tolerance, methods=worst.methods)
    return replace(parts[0], verdict=found, point=None)


def _all_rounding(found: Verdict, proved: bool) -> Verdict:
    """The verdict on a formula whose numbers are nothing but rounding errors."""
    lost = "in floating point the formula loses all its digits"
    if proved:
        return Verdict("proved", f"the difference is identically zero, says SymPy; but {lost}")
    return replace(found, word="ill-conditioned", detail=lost)
