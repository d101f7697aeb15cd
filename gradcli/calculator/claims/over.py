"""A formula that is claimed on a whole range: proved there, or refuted at a point."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gradcli.calculator.claims.check import NOT_ASKED, Asker, AtPoint
from gradcli.calculator.claims.claim import Case, Formula, Interval, Part
from gradcli.calculator.claims.points import bound
from gradcli.errors import InputError
from gradcli.lang.functions import similar
from gradcli.lang.tree import NoFormError
from gradcli.verdict import Word
from gradcli.verify.certified import unloadable
from gradcli.verify.problem import Verdict

if TYPE_CHECKING:
    from gradcli.verify.balls.ranges import RangeProof

SECONDS = 10.0
"""That the proof of one formula may take."""
TOLERANCES = {"float64": 1e-12, "float32": 1e-6}
"""The largest difference, relative to max(1, |derivative|), where no other is asked for."""
MOST = 2
"""Names that may have a range."""


def proved_over(case: Case, asker: Asker, *, always: bool, seconds: float = SECONDS) -> list[Part]:
    """What is said of the claim for each name. Raises InputError for ranges that are none.

    always  whether SymPy is asked for its formula
    """
    _refuse_ranges(case)
    return [_OverRange(case, name, asker, always=always, seconds=seconds).part() for name in case.template.wrt]


def _refuse_ranges(case: Case) -> None:
    """Raises InputError for whatever keeps ranges from being those of the claim."""
    claim, missing, option = case.claim, case.template.missing, f"{case.claim.option}over"
    if len(case.over) > MOST:
        raise InputError("range", f"{option}: at most {MOST} names may have a range", hint="give the others by --let")
    for name in case.over:
        if name in claim.at or name in claim.let:
            other = "at" if name in claim.at else "let"
            raise InputError("duplicate", f"{name!r} is given by {option} and by {claim.option}{other}")
        if name not in missing:
            near = similar(name, list(missing))
            message = f"{option} {name}: {name!r} does not occur in the expression"
            raise InputError("range", message, hint=f"did you mean {near!r}?" if near else None)
    for name in missing:
        if name not in case.over:
            hint = f"hold it fixed by {claim.option}let, or give it a range by {option}"
            raise InputError("missing-value", f"no value for {name}", hint=hint)
    if claim.cotangent is not None:
        raise InputError("range", f"{option}: the result must be one number, without a cotangent")
    for name, claimed in case.claimed.items():
        if name not in case.over:
            hint = f'give one: {option} "{name}=[0,1]"'
            raise InputError("range", f"{name} has no range, and its derivative is claimed", hint=hint)
        if not isinstance(claimed, Formula) or claimed.made:
            message = f"{claim.option}grad {name}: on a range a formula is claimed, or one number"
            raise InputError("range", message, hint='--grad "x=2*x" --over "x=[0,1]"')


class _OverRange:
    """The claim for one name on its range."""

    def __init__(self, case: Case, name: str, asker: Asker, *, always: bool, seconds: float) -> None:
        self.case = case
        self.name = name
        self.asker = asker
        self.always = always
        self.seconds = seconds
        self.tol = TOLERANCES[case.dtype] if case.claim.tol is None else case.claim.tol

    def part(self) -> Part:
        """What is said of it, with SymPy's formula if that is asked for."""
        proof = self.proof()
        if isinstance(proof, str):
            verdict, at_point = Verdict(Word.UNDECIDED, proof), self.at_point()
        else:
            verdict, at_point = _verdict(proof), self.at_point(proof)
        methods, symbolic = {"enclosure": _OUTCOMES[verdict.word]}, NOT_ASKED
        if self.always:
            symbolic = self.asker.ask(at_point.request())
            methods["sympy"] = at_point.verdicts(symbolic)[self.name].methods.get("sympy", "not asked")
        verdict = replace(verdict, tolerance=self.tol, methods=methods)
        part = at_point.part(self.name, verdict, symbolic, alone=not self.always)
        if isinstance(proof, str):
            return replace(part, point=None)
        return replace(part, point=part.point if proof.counterexample else None, range=proof)

    def proof(self) -> RangeProof | str:
        """The proof; or why there can be none. Raises InputError for a result that is not one number."""
        try:
            from gradcli.verify.balls.ranges import prove
        except ImportError as error:
            return unloadable(error)
        case, formula = self.case, self.case.claimed[self.name]
        assert isinstance(formula, Formula), "what else is claimed has been refused"
        program, values = case.template.program, case.template.at | case.template.fixed
        how = {"tol": self.tol, "seconds": self.seconds}
        try:
            return prove(program, formula.program, self.name, case.over, values, case.dtype, **how)
        except NoFormError as reason:
            return str(reason)
        except (ValueError, TypeError, IndexError, KeyError, ArithmeticError) as error:
            self.refuse_shapes()
            return f"no form: {error}"

    def refuse_shapes(self) -> None:
        """Raises InputError for what the engine refuses too, and for arrays."""
        at_point = self.at_point()
        value = np.asarray(at_point.value)
        if value.ndim:
            message = f"the result must be one number, and has shape {value.shape}"
            raise InputError("not-scalar", message, hint="sum it: sum(...)")
        at_point.claimed  # noqa: B018  # raises InputError for another shape

    def at_point(self, proof: RangeProof | None = None) -> AtPoint:
        """The claim at the counterexample; else in the middle of the first box that is proved, or of the range."""
        if proof is not None and proof.counterexample is not None:
            numbers = proof.counterexample.point
        else:
            sides = dict(zip(proof.names, proof.leaves[0], strict=True)) if proof and proof.leaves else self.case.over
            numbers = {name: min(max(low / 2 + high / 2, low), high) for name, (low, high) in sides.items()}
        real = np.dtype(self.case.dtype).type
        return AtPoint(self.case, bound(self.case.template, {name: real(number) for name, number in numbers.items()}))


_OUTCOMES = {Word.PROVED: str(Word.AGREES), Word.MISMATCH: "differs", Word.UNDECIDED: str(Word.UNDECIDED)}


def _verdict(proof: RangeProof) -> Verdict:
    """The word for what is certain."""
    example = proof.counterexample
    if example is not None:
        expected, found = _middle(example.derivative), _middle(example.claim)
        error = None if expected is None or found is None else abs(found - expected)
        return Verdict(Word.MISMATCH, proof.reason, error=error, found=found, expected=expected)
    if proof.word == Word.PROVED:
        return Verdict(Word.PROVED, _proof(proof), error=proof.bound)
    return Verdict(Word.UNDECIDED, f"not settled on the whole range: {proof.reason}")


def _proof(proof: RangeProof) -> str:
    """The sentence of a proof."""
    count, kinds = len(proof.leaves), Counter(named.kind for named in proof.exceptions)
    found = f"on the whole range: {count:,} box{'' if count == 1 else 'es'}, bound {proof.bound:.2g}"
    told = ", ".join(f"{times:,} {kind}" for kind, times in kinds.items())
    return f"{found}; listed apart: {told}" if told else found


def _middle(ends: Interval | None) -> float | None:
    return None if ends is None else ends[0] / 2 + ends[1] / 2
