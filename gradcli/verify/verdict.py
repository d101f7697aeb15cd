"""The verdict: one word on each element of a gradient, and the worst of them on the whole.

It rests on enclosures (`verify/balls`), which are computed from the expression and share nothing with the engine.
SymPy's formula is evaluated with balls too, and cross-checks them. Where there is no enclosure, `witnesses` says what
it can.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcli.verdict import Word
from gradcli.verify import witnesses
from gradcli.verify.conventions import Library
from gradcli.verify.methods import AGREES, DIFFERS, Finding, numeric, peer
from gradcli.verify.probes import Prober
from gradcli.verify.problem import Element, Problem, Verdict
from gradcli.verify.rounding import Rounding
from gradcli.verify.witnesses import Witnesses

if TYPE_CHECKING:
    from gradcli.verify.balls.enclosures import Enclosed, Enclosures, Goal
    from gradcli.verify.balls.explain import Explanations

_SAME = 1e-9  # by how much SymPy's number may differ, relative to the enclosed one: its decimals have sixty digits
_SMALLEST = 1e-290  # below it, relative to which the difference is measured
_BITS = 128


@dataclass(frozen=True)
class Claimed:
    """What is known of a gradient that somebody claims.

    engine      the engine's gradients, by name, as one more method; None where there are none
    formulas    by name, the enclosures of a claimed formula
    convention  the library to whose numbers the claim is held at a kink
    """

    engine: Mapping[str, Any] | None = None
    formulas: Mapping[str, Enclosures] | None = None
    convention: Library | None = None


def judge(
    problem: Problem,
    value: Any,
    gradients: Mapping[str, Any],
    symbolic: Mapping[str, Any],
    *,
    torch: Mapping[str, Any] | None = None,
    tol: float | None = None,
    trouble: str | None = None,
    claim: Claimed | None = None,
) -> dict[str, Verdict]:
    """The verdict on each gradient.

    problem    for a derivative of order k, `evaluate` and `perturbed` are of the engine's derivative of order k - 1
    value      the engine's result
    symbolic   the SymPy worker's answer, or {"error": why there is none}
    torch      PyTorch's gradients, if it was asked
    tol        the largest difference allowed, relative to max(1, |expected|); None for the verdict's own bounds
    trouble    a sentence that names the operation that first made something infinite or NaN
    claim      if the gradients are not the engine's but somebody's claim: what is known beside the methods
    """
    infinite = {name: found for name in gradients if (found := _infinite_point(problem, name)) is not None}
    if isinstance(problem.enclosures, str):
        seen = Witnesses(symbolic, torch, None if claim is None else claim.engine, claim is not None, tol, trouble)
        return witnesses.judge(problem, value, gradients, seen) | infinite
    case = _Case(problem, problem.enclosures, symbolic, torch, tol, trouble, claim)
    return {
        name: infinite[name] if name in infinite else case.verdict(name, np.asarray(gradient))
        for name, gradient in gradients.items()
    }


def check_value(
    problem: Problem, value: Any, symbolic: Mapping[str, Any], *, tol: float | None = None, trouble: str | None = None
) -> Verdict:
    """The verdict on the result itself; arguments as for `judge`."""
    array = np.asarray(value)
    if isinstance(problem.enclosures, str):
        return witnesses.check_value(problem, array, Witnesses(symbolic, tol=tol, trouble=trouble))
    from gradcli.verify.balls.explain import Explanations
    from gradcli.verify.elements import Subject, elements

    explanations = Explanations(problem.enclosures, None)
    spread = Rounding(problem).of_value
    subject = Subject("", array.dtype.name, explanations, spread, tol=tol)
    found = elements(subject, array.reshape(-1).tolist(), problem.enclosures.value())
    return _concluded(found, array.shape, "value", trouble)


def _infinite_point(problem: Problem, name: str) -> Verdict | None:
    """At infinity there is no derivative, whatever rules give."""
    point = np.asarray(problem.values[name])
    if np.isfinite(point).all():
        return None
    return Verdict(
        Word.DOMAIN, f"{name} itself is {float(point[~np.isfinite(point)].flat[0])}: there is no derivative there"
    )


class _Case:
    """What the verdicts on several gradients share."""

    def __init__(
        self,
        problem: Problem,
        enclosures: Enclosures,
        symbolic: Mapping[str, Any],
        torch: Mapping[str, Any] | None,
        tol: float | None,
        trouble: str | None,
        claim: Claimed | None,
    ) -> None:
        self.problem = problem
        self.enclosures = enclosures
        self.symbolic = symbolic
        self.torch = torch
        self.tol = tol
        self.trouble = trouble
        self.claim = claim
        self.rounding = Rounding(problem)

    @cached_property
    def goal(self) -> Goal:
        problem = self.problem
        cotangent = problem.cotangent if problem.order == 1 else problem.weight
        return self.enclosures.goal(cotangent, problem.tangents, problem.order)

    @cached_property
    def explanations(self) -> Explanations:
        from gradcli.verify.balls.explain import Explanations

        return Explanations(self.enclosures, self.goal)

    @cached_property
    def enclosed(self) -> dict[str, list[Enclosed]]:
        return self.enclosures.gradient(self.goal)

    def verdict(self, name: str, gradient: Any) -> Verdict:
        """On one gradient."""
        from gradcli.verify.balls.explain import Explanations
        from gradcli.verify.elements import Subject, elements

        claim = self.claim
        subject = Subject(
            name,
            gradient.dtype.name,
            self.explanations,
            lambda: self.rounding.of_gradient(name),
            engine=None if claim is None or claim.engine is None else claim.engine[name],
            is_claim=claim is not None,
            convention=None if claim is None else claim.convention,
            formula=None if (formula := self.formula(name)) is None else Explanations(formula, None),
            tol=self.tol,
        )
        found = elements(subject, self.numbers(name, gradient), self.enclosed[name])
        return self.crossed(name, gradient, _concluded(found, gradient.shape, name, self.trouble))

    def numbers(self, name: str, gradient: Any) -> list[Any]:
        """What is judged: doubles, or what is certified of a claimed formula."""
        formula = self.formula(name)
        if formula is None:
            return list(gradient.reshape(-1).tolist())
        value = formula.value()
        balls = [one.ball if one.kind == "number" else None for one in value]
        return balls * gradient.size if len(balls) == 1 else balls  # a number may stand for each element

    def formula(self, name: str) -> Enclosures | None:
        """The enclosures of what is claimed for a name, if that is a formula."""
        return None if self.claim is None or self.claim.formulas is None else self.claim.formulas.get(name)

    def crossed(self, name: str, gradient: Any, verdict: Verdict) -> Verdict:
        """The verdict with what the other methods say: SymPy always, PyTorch if it was asked."""
        methods = {"enclosure": _outcome(verdict)}
        sympy = self.sympy(name, gradient)
        methods["sympy"] = sympy.outcome
        if self.torch is not None and name in self.torch:
            methods["torch"] = peer("torch", gradient, self.torch[name], self.tol).outcome
        verdict = replace(verdict, methods=methods)
        if sympy.outcome == DIFFERS and verdict.word.is_settled:
            return self.contradicted(name, gradient, verdict, sympy)
        return verdict

    def contradicted(self, name: str, gradient: Any, verdict: Verdict, sympy: Finding) -> Verdict:
        """Where SymPy's formula gives another number than the enclosure: differences tell who is right, if they can."""
        both = f"SymPy's formula gives {sympy.found!r} where {sympy.expected!r} is enclosed"
        probes = Prober(self.problem, name, gradient, self.rounding.of_total()).some([sympy.worst or ()])
        with np.errstate(all="ignore"):
            third = numeric(probes, gradient, lambda: self.rounding.of_gradient(name), self.tol)
        methods = {**verdict.methods, "numeric": third.outcome}
        if third.outcome == AGREES:
            return replace(
                verdict, methods=methods, detail=f"{verdict.detail}; {both}, and differences agree with the latter"
            )
        return replace(verdict, word=Word.UNDECIDED, methods=methods, detail=f"{both}, and no third method tells")

    def sympy(self, name: str, gradient: Any) -> Finding:
        """SymPy's formula, evaluated with balls, beside the enclosures; beside the numbers where these are open.

        Where there is no derivative, its formula says nothing.
        """
        derivatives = self.symbolic.get("derivatives", {}).get(name)
        if not derivatives:
            return Finding("sympy", self.symbolic.get("error", "not asked"))
        from gradcli.verify.balls.context import working
        from gradcli.verify.balls.enclosures import NUMBER, OPEN
        from gradcli.verify.balls.formulas import exact_value
        from gradcli.verify.balls.numbers import exactly

        entry, shape = derivatives[self.problem.order - 1], np.shape(self.problem.values[name])
        places = [(tuple(place), text) for place, text in entry["elements"] if text is not None]
        if any(len(place) != len(shape) for place, _ in places):
            return Finding("sympy", "has a result of another shape")
        compared, exists = 0, not places
        for place, text in places:
            enclosed = self.enclosed[name][int(np.ravel_multi_index(place, shape)) if place else 0]
            if enclosed.kind not in (NUMBER, OPEN):
                continue
            exists, formula = True, exact_value(text, self.problem.values)
            if formula.kind != NUMBER:
                continue
            true = enclosed.ball if enclosed.kind == NUMBER else exactly(float(gradient[place]))
            compared += 1
            with working(_BITS):
                error = abs(formula.ball - true)
                if not error <= _SAME * max(abs(float(true)), _SMALLEST):
                    return Finding("sympy", DIFFERS, float(error), None, place, float(formula.ball), float(true))
        if not compared:
            return Finding("sympy", "has no number here" if exists else "there is no derivative")
        return Finding("sympy", AGREES, tolerance=_SAME if compared == gradient.size else None)


def _outcome(verdict: Verdict) -> str:
    """What the enclosures say of the numbers."""
    if verdict.word.is_settled:
        return AGREES
    return DIFFERS if verdict.word.is_wrong else str(verdict.word)


def _concluded(found: Sequence[Element], shape: tuple[int, ...], name: str, trouble: str | None) -> Verdict:
    """The verdict on an array, from those on its elements."""
    if not found:
        return Verdict(Word.PROVED, "there are no elements", shape=shape)
    place = max(range(len(found)), key=lambda i: (found[i].word.rank, found[i].ulps or 0.0, _error(found[i]) or 0.0))
    element = found[place]
    index = tuple(int(i) for i in np.unravel_index(place, shape)) if shape else ()
    detail = element.detail
    if trouble and (element.word is Word.DOMAIN or not math.isfinite(element.found)):
        detail = f"{detail}; {trouble}"
    if shape and not element.word.is_settled:
        detail = f"at {name}{list(index)}: {detail}{_counted(found)}"
    return Verdict(
        element.word,
        detail,
        error=_error(element),
        worst=index,
        found=element.found,
        expected=element.mid,
        elements=tuple(found),
        shape=shape,
    )


def _error(element: Element) -> float | None:
    """How far the number is from the true one; None where that is no number."""
    error = math.inf if element.mid is None else abs(element.found - element.mid)
    return error if math.isfinite(error) else None


def _counted(found: Sequence[Element]) -> str:
    """How many elements have which word, the worst first; nothing where there is but one."""
    counts = Counter(one.word for one in found)
    told = ", ".join(f"{counts[word]:,} {word}" for word in sorted(counts, key=lambda word: -word.rank))
    return f" ({told})" if len(found) > 1 else ""
