"""The call behind `gradcli check`: a claim is judged at its point, or searched for one that refutes it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, partial
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcli.calculator.claims.claim import Case, Checked, Claim, Formula, Part, fitting, read_claim
from gradcli.calculator.kernel.compute import all_orders, hold_detached, leaves_of, lower_value
from gradcli.calculator.kernel.diagnose import PerturbedRuns, trouble
from gradcli.calculator.kernel.differentiate import PATIENCE
from gradcli.calculator.kernel.prepare import Array, Prepared
from gradcli.verdict import Word
from gradcli.verify.certified import SECONDS, enclose
from gradcli.verify.conventions import Library
from gradcli.verify.problem import Problem, Verdict, symbolic_request
from gradcli.verify.verdict import Claimed, judge

if TYPE_CHECKING:
    from gradcli.verify.balls.enclosures import Enclosures
    from gradcli.verify.client import SympyWorker

NOT_ASKED: Mapping[str, Any] = {"error": "not asked"}


def check(
    claim: Claim, worker: SympyWorker | Asker, convention: Library | None = None, *, always: bool = True
) -> Checked:
    """What is said of one claim. Raises InputError for one that cannot be read or computed.

    always  whether SymPy is asked even where the enclosures have decided
    """
    return check_case(read_claim(claim), worker, convention, always=always)


def check_case(
    case: Case, worker: SympyWorker | Asker, convention: Library | None = None, *, always: bool = True
) -> Checked:
    """The same of a claim that has been read."""
    asker = worker if isinstance(worker, Asker) else Asker(worker)
    if case.over:
        from gradcli.calculator.claims.over import proved_over

        parts = proved_over(case, asker, always=always)
    elif case.template.missing:
        from gradcli.calculator.claims.search import searched

        parts = searched(case, asker, always=always)
    else:
        parts = AtPoint(case, case.template, convention).parts(asker, always=always)
    return Checked(case.understood, tuple(parts), case.template.notes, case.claim.name)


class Asker:
    """Asks SymPy, and nothing twice that it could not answer in time."""

    def __init__(self, worker: SympyWorker) -> None:
        self.worker = worker
        self.failed: dict[str, dict[str, Any]] = {}

    def ask(self, request: dict[str, Any]) -> Mapping[str, Any]:
        """The answer to a request; {"error": reason} if there is none."""
        kind = _kind(request)
        if kind in self.failed:
            return self.failed[kind]
        answer = self.worker.ask(request, PATIENCE)
        if "error" in answer:
            self.failed[kind] = answer
        return answer


def _asks_the_engine(verdict: Verdict) -> bool:
    """Whether the engine's number may change a verdict: at a break it may be claimed, PyTorch's convention."""
    at_break = any(element.sides is not None for element in verdict.elements)
    return at_break or verdict.word in (Word.UNDECIDED, Word.ILL_CONDITIONED) or not verdict.elements


def _kind(request: Mapping[str, Any]) -> str:
    """What requests have in common that differ in their point only."""
    shapes = [(name, entry["shape"]) for name, entry in request["values"].items()]
    return f"{request['program']} {shapes} {request.get('formulas')}"


class AtPoint:
    """A claim at one point."""

    def __init__(
        self, case: Case, point: Prepared, convention: Library | None = None, seconds: float = SECONDS
    ) -> None:
        self.case = case
        self.seconds = seconds
        self.point = point
        self.convention = convention
        self.claim = case.claim

    @property
    def values(self) -> dict[str, Array]:
        return self.point.at | self.point.fixed

    def parts(self, asker: Asker, *, always: bool) -> list[Part]:
        """What is said of the claim for each name; without the engine's numbers where enclosures settle all."""
        if not always:
            verdicts = self.verdicts(alone=True)
            settled = all(verdict.word.is_settled for verdict in verdicts.values())
            if settled or not any(map(_asks_the_engine, verdicts.values())):
                return [self.part(name, verdicts[name], alone=settled) for name in self.point.wrt]
            always = any(verdict.word is Word.UNDECIDED for verdict in verdicts.values())
        symbolic = asker.ask(self.request()) if always else NOT_ASKED
        verdicts = self.verdicts(symbolic)
        return [self.part(name, verdicts[name], symbolic) for name in self.point.wrt]

    def part(
        self, name: str, verdict: Verdict, symbolic: Mapping[str, Any] = NOT_ASKED, *, alone: bool = False
    ) -> Part:
        """What is said of the claim for one name, with the numbers here; `alone` without the engine's."""
        derivatives = symbolic.get("derivatives", {}).get(name)
        claimed = self.case.claimed[name]
        return Part(
            name,
            claimed.text if isinstance(claimed, Formula) and self.is_shown(claimed) else None,
            self.claimed[name],
            None if alone else self.engine[name],
            derivatives[0]["text"] if derivatives else None,
            verdict,
            self.values,
        )

    def is_shown(self, formula: Formula) -> bool:
        """Whether the formula says more than the numbers here."""
        return bool(self.case.template.missing) or not formula.is_constant

    def verdicts(self, symbolic: Mapping[str, Any] = NOT_ASKED, *, alone: bool = False) -> dict[str, Verdict]:
        """The verdict for each name; `alone` if the engine is not to be asked, where there are enclosures."""
        asked = not alone or not self.is_enclosed
        engine = self.engine if asked else None
        return judge(
            self.problem,
            self.value if asked else None,
            self.claimed,
            symbolic,
            tol=self.claim.tol,
            trouble=trouble(self.point) if asked and not self.is_finite else None,
            claim=Claimed(engine, self.formulas, self.convention),
        )

    @cached_property
    def is_enclosed(self) -> bool:
        """Whether what is differentiated has enclosures: with what the engine refuses there is nothing to do."""
        enclosures, cotangent = self.enclosures, self.point.cotangent
        if isinstance(enclosures, str):
            return False
        shape = enclosures.trace.shape
        return prod(shape) == 1 if cotangent is None else shape == cotangent.shape

    # The numbers

    @cached_property
    def computed(self) -> tuple[Array, dict[str, Array]]:
        """The engine's value and gradients."""
        result, levels = all_orders(self.point, leaves_of(self.point), 1)
        return np.asarray(result.array), {name: np.asarray(levels[0][name].array)[()] for name in self.point.wrt}

    @property
    def value(self) -> Array:
        return self.computed[0]

    @property
    def engine(self) -> dict[str, Array]:
        return self.computed[1]

    @cached_property
    def claimed(self) -> dict[str, Array]:
        """What is claimed here, in floating point. Raises InputError for another shape."""
        return {name: self.numbers(name) for name in self.point.wrt}

    def numbers(self, name: str) -> Array:
        """The same for one name."""
        claimed = self.case.claimed[name]
        if isinstance(claimed, Formula):
            claimed = self.of_formula(name, claimed)
        elif claimed.dtype.itemsize > np.dtype(self.case.dtype).itemsize:
            with np.errstate(over="ignore"):  # what does not fit is infinite, and told as such
                claimed = claimed.astype(self.case.dtype)
        return fitting(name, claimed, np.shape(self.point.at[name]), self.claim.option)

    def of_formula(self, name: str, formula: Formula) -> Array:
        """A formula's value: the middle of what encloses it, or as the engine computes it."""
        enclosures = self.formulas.get(name)
        enclosed = enclosures.value() if enclosures is not None else []
        if enclosures is not None and all(one.kind == "number" for one in enclosed):
            numbers = np.array([float(one.ball) for one in enclosed]).reshape(enclosures.trace.shape)
        else:
            numbers = formula.at(self.values)
        with np.errstate(over="ignore"):
            return numbers.astype(self.case.dtype)

    @cached_property
    def formulas(self) -> dict[str, Enclosures]:
        """What is certified of the formulas' values."""
        found = {}
        for name, formula in self.case.claimed.items():
            if isinstance(formula, Formula):
                values = {**self.values, **formula.made}
                enclosures = enclose(formula.program, values, (), self.case.dtype, self.seconds)
                if not isinstance(enclosures, str):
                    found[name] = enclosures
        return found

    @cached_property
    def is_finite(self) -> bool:
        """Whether the value, the gradients and what is claimed exist here."""
        arrays = (self.value, *self.engine.values(), *self.claimed.values())
        return all(bool(np.isfinite(array).all()) for array in arrays)

    @cached_property
    def enclosures(self) -> Enclosures | str:
        """What is certified of the expression here."""
        return enclose(self.point.program, self.values, self.point.wrt, self.case.dtype, self.seconds)

    @cached_property
    def problem(self) -> Problem:
        point = self.point
        return Problem(
            program=point.program,
            values=self.values,
            wrt=point.wrt,
            cotangent=point.cotangent,
            evaluate=lambda values: lower_value(point, values, order=1, after=hold_detached(point)),
            perturbed=partial(PerturbedRuns(point, 1).run, 1),
            enclosures=self.enclosures,
        )

    def request(self, **more: Any) -> dict[str, Any]:
        """What SymPy is asked."""
        point = self.point
        return symbolic_request(point.program, self.values, point.wrt, point.cotangent, 1, self.case.dtype) | more
