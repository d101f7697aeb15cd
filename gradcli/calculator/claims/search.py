"""A formula that is claimed for every value: searched for a point that refutes it, and decided if it can be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise, product
from math import inf, nextafter
from time import monotonic
from typing import Any

import numpy as np

from gradcli.calculator.claims.check import NOT_ASKED, Asker, AtPoint
from gradcli.calculator.claims.claim import Case, Formula, Part
from gradcli.calculator.claims.points import bound, points_of
from gradcli.calculator.kernel.prepare import Prepared
from gradcli.errors import InputError
from gradcli.verdict import Word
from gradcli.verify.problem import Verdict

_OTHERS = (1.0, 2.0, 1.7)  # of the other names, where breaks along one are looked for
SECONDS = 20.0
"""For the points of one claim."""


def searched(case: Case, asker: Asker, *, always: bool) -> list[Part]:
    """What is said of the claim for each name. Raises InputError if it can be computed nowhere.

    always  whether SymPy is asked even where the formula is decided without it
    """
    search = Search(case, asker, always=always)
    return [search.part(name) for name in case.template.wrt]


class Search:
    """The points at which a claim is tried, which its formulas share."""

    def __init__(self, case: Case, asker: Asker, *, always: bool) -> None:
        self.case = case
        self.asker = asker
        self.always = always
        self._tried: list[tuple[AtPoint, dict[str, Verdict]]] = []
        self._coming = self._judged()
        self.is_late = False

    def tried(self) -> Iterator[tuple[AtPoint, dict[str, Verdict]]]:
        """The points with the verdicts there; each is judged when it is first come to."""
        yield from self._tried
        for one in self._coming:
            self._tried.append(one)
            yield one

    def _judged(self) -> Iterator[tuple[AtPoint, dict[str, Verdict]]]:
        """Those points are left out at which something cannot be computed, such as an inverse.

        Raises InputError where it can be computed at none.
        """
        refused, count, deadline = None, 0, monotonic() + SECONDS
        for point in self._points():
            if count and monotonic() > deadline:
                self.is_late = True
                return
            at_point = AtPoint(self.case, point, seconds=SECONDS / 4)
            try:
                if not count:
                    at_point.claimed  # noqa: B018  # raises InputError for another shape
                yield at_point, at_point.verdicts(alone=True)
                count += 1
            except InputError as error:
                refused = refused or error
        if refused is not None and not count:
            raise refused

    def _points(self) -> Iterator[Prepared]:
        formulas = [one.program for one in self.case.claimed.values() if isinstance(one, Formula)]
        usual = None
        for point in points_of(self.case.template, self.case.dtype, [self.case.template.program, *formulas]):
            usual = usual or point
            yield point
        if usual is not None:
            yield from self._beside_breaks(usual)

    def _beside_breaks(self, usual: Prepared) -> Iterator[Prepared]:
        """Points on both sides of where the expression or a formula takes another branch, along each scalar name."""
        names, here = self.case.template.missing, AtPoint(self.case, usual)
        if any(np.ndim(here.values[name]) for name in names):
            return
        traced = [one for one in (here.enclosures, *here.formulas.values()) if not isinstance(one, str)]
        if not traced:
            return
        from gradcli.verify.balls.edges import edges

        for others in _OTHERS if len(names) > 1 else _OTHERS[:1]:
            for name, enclosures in product(names, traced):
                if name in enclosures.point:
                    known = dict.fromkeys(names, others)
                    point = enclosures.point | {other: [others] for other in names if other in enclosures.point}
                    for number in _around(edges(enclosures.trace, point, name)):
                        yield bound(self.case.template, _arrays({**known, name: number}, self.case.dtype))

    # What is said

    def part(self, name: str) -> Part:
        """A counterexample, if there is one; else what is known of the formula everywhere."""
        beside: Counter[str] = Counter()
        agreeing: list[tuple[AtPoint, Verdict]] = []
        unclear: tuple[AtPoint, Verdict] | None = None
        for at_point, verdicts in self.tried():
            verdict = verdicts[name]
            if verdict.word.is_settled:
                agreeing.append((at_point, verdict))
            elif refutes(verdict):
                return self.refuted(name, at_point, verdict)
            else:
                beside[_besides(verdict)] += 1
                unclear = unclear or (at_point, verdict)
        if agreeing:
            return self.everywhere(name, agreeing, beside)
        assert unclear is not None, "a claim that can be computed nowhere has been refused"
        at_point, verdict = unclear
        if verdict.word.is_wrong:
            verdict = replace(verdict, word=Word.UNDECIDED, detail=f"no point tells: {verdict.detail}")
        return at_point.part(name, verdict)

    def refuted(self, name: str, at_point: AtPoint, verdict: Verdict) -> Part:
        """The counterexample."""
        if not self.always:
            return at_point.part(name, verdict)
        symbolic = self.asker.ask(at_point.request())
        return at_point.part(name, at_point.verdicts(symbolic)[name], symbolic)

    def everywhere(self, name: str, agreeing: list[tuple[AtPoint, Verdict]], beside: Counter[str]) -> Part:
        """The verdict where some points agree, and none contradicts: a proof, or no counterexample."""
        first, verdict = agreeing[0]
        told = ", ".join(f"{count} {what}" for what, count in beside.most_common())
        count = len(agreeing)
        counted = f"{count} point{'s agree' if count > 1 else ' agrees'}" + (f" (beside {told})" if told else "")
        counted += "; there was no time for others" if self.is_late else ""
        decision = self.decisions.get(name)
        if decision is not None and decision.point is not None:
            other = AtPoint(self.case, bound(self.case.template, self._at(decision.point)))
            found = other.verdicts(alone=True)[name]
            if refutes(found):
                return self.refuted(name, other, found)
        if decision is not None and decision.word == "identical":
            word, why = Word.PROVED, _proof(decision.domain, decision.reading)
        else:
            word, why = Word.AGREES, self.by_sympy(name, first)
        symbolic = NOT_ASKED
        if self.always:
            symbolic = self.asker.ask(first.request())
            verdict = first.verdicts(symbolic)[name]
            if not verdict.word.is_settled:
                return first.part(name, verdict, symbolic)
        worst = max((one for _, one in agreeing), key=lambda one: one.error or 0.0)
        found = Verdict(
            word, f"{why}; {counted}", error=worst.error, tolerance=worst.tolerance, methods=verdict.methods
        )
        return replace(first.part(name, found, symbolic, alone=not self.always), point=None)

    @cached_property
    def decisions(self) -> Mapping[str, Any]:
        """By name, what algebra decides of the formula; empty where nothing can be decided."""
        at_point = self._tried[0][0]
        formulas = {name: one for name, one in self.case.claimed.items() if isinstance(one, Formula)}
        if isinstance(at_point.enclosures, str) or not formulas:
            return {}
        from gradcli.verify.algebra.decide import decide

        template = self.case.template
        held = template.fixed | {name: a for name, a in template.at.items() if name not in template.missing}
        made = {name: array for formula in formulas.values() for name, array in formula.made.items()}
        shapes = {name: np.shape(at_point.values[name]) for name in template.missing}
        programs = {name: formula.program for name, formula in formulas.items()}
        return decide(template.program, programs, held | made, shapes, self.case.dtype, cotangent=template.cotangent)

    def _at(self, point: Mapping[str, Any]) -> dict[str, Any]:
        values = self._tried[0][0].values
        return {
            name: np.reshape(np.asarray(point[name], self.case.dtype), np.shape(values[name]))[()]
            for name in self.case.template.missing
        }

    def by_sympy(self, name: str, at_point: AtPoint) -> str:
        """What SymPy says of a formula that is not decided: its word is no proof."""
        template, formula = self.case.template, self.case.claimed[name]
        if not isinstance(formula, Formula):
            return "numbers were tried at points"
        held = [*template.fixed, *(one for one in template.at if one not in template.missing)]
        answer = self.asker.ask(at_point.request(formulas={name: formula.text}, held=held))
        if answer.get("identical", {}).get(name):
            return "the difference simplifies to zero, says SymPy"
        why = f"SymPy has no proof: {answer['error']}" if "error" in answer else "SymPy could not bring it to zero"
        return f"no counterexample; {why}"


def _around(pairs: Sequence[tuple[float, float]]) -> Iterator[float]:
    """Neighbouring doubles, those beside them, numbers a little apart, and what lies between two changes."""
    for low, high in pairs:
        step = 1e-3 * max(abs(low), abs(high), 1e-3)
        yield from (low, high, nextafter(low, -inf), nextafter(high, inf), low - step, high + step)
    ends = sorted(high for _, high in pairs)
    yield from ((a + b) / 2 for a, b in pairwise(ends))


def _arrays(values: Mapping[str, float], dtype: str) -> dict[str, Any]:
    return {name: np.dtype(dtype).type(value) for name, value in values.items()}


def _proof(domain: str, reading: str) -> str:
    how = "" if reading == "doubles" else ", with constants as they are written"
    return f"the difference is zero {domain}{how}"


def refutes(verdict: Verdict) -> bool:
    """Whether the formula has a value that certainly is not the derivative, and there is a derivative."""
    wrong = [element for element in verdict.elements if element.word.is_wrong]
    return verdict.word.is_wrong and (not verdict.elements or any(one.ulps is not None for one in wrong))


_BESIDES = {
    Word.KINK: "at a kink", Word.JUMP: "at a jump", Word.DOMAIN: "outside the domain",
    Word.UNDECIDED: "that could not be told",
}  # fmt: skip


def _besides(verdict: Verdict) -> str:
    """What is said of a point that tells nothing."""
    if verdict.word.is_wrong:
        at_break = any(one.word.is_wrong and one.sides is not None for one in verdict.elements)
        return "at a kink" if at_break else "where the formula has no value"
    return _BESIDES.get(verdict.word, str(verdict.word))
