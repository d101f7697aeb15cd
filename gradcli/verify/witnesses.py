"""The verdict where nothing can be enclosed: on code that is not known, what is too large, without python-flint.

Witnesses are compared, in floating point: SymPy's formula, differences, PyTorch, the engine. However many agree,
nothing is proved by them; and it takes two to contradict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from gradcli.verdict import Word
from gradcli.verify import methods
from gradcli.verify.methods import AGREES, DIFFERS, ROUNDING, Finding
from gradcli.verify.probes import Probe, Prober
from gradcli.verify.problem import Problem, Verdict
from gradcli.verify.rounding import Rounding


@dataclass(frozen=True)
class Witnesses:
    """What there is beside differences.

    symbolic  the SymPy worker's answer, or {"error": why there is none}
    torch     PyTorch's gradients, if it was asked
    engine    the engine's gradients, where the gradients judged are somebody's claim
    is_claim  whether they are
    tol       the largest difference allowed, relative to max(1, |expected|); None for the methods' own bounds
    trouble   a sentence that names the operation that first made something infinite or NaN
    """

    symbolic: Mapping[str, Any]
    torch: Mapping[str, Any] | None = None
    engine: Mapping[str, Any] | None = None
    is_claim: bool = False
    tol: float | None = None
    trouble: str | None = None

    @property
    def enough(self) -> int:
        """Methods that must contradict: for a claim on code that nothing else knows, differences are all there is."""
        return 1 if self.is_claim and self.engine is None else 2


def judge(problem: Problem, value: Any, gradients: Mapping[str, Any], witnesses: Witnesses) -> dict[str, Verdict]:
    """The verdict on each gradient; `value` is the result."""
    case = _Case(problem, np.asarray(value), witnesses)
    return {name: case.verdict(name, np.asarray(gradient)) for name, gradient in gradients.items()}


def check_value(problem: Problem, value: Any, witnesses: Witnesses) -> Verdict:
    """The verdict on the result itself, from SymPy alone."""
    array = np.asarray(value)
    if not np.all(np.isfinite(array)):
        return Verdict(Word.DOMAIN, witnesses.trouble or "the value does not exist here", shape=array.shape)
    entry, reason = witnesses.symbolic.get("value"), witnesses.symbolic.get("error", "")
    rounding = Rounding(problem)
    finding = methods.symbolic(array, entry, reason, problem.values, rounding.of_value, witnesses.tol)
    return _concluded([finding], rounding.of_value() if finding.outcome == ROUNDING else None, array, witnesses)


class _Case:
    """What the verdicts on several gradients share."""

    def __init__(self, problem: Problem, value: Any, witnesses: Witnesses) -> None:
        self.problem = problem
        self.value = value
        self.witnesses = witnesses
        self.rounding = Rounding(problem)

    @cached_property
    def noise(self) -> float:
        return self.rounding.of_total()

    def verdict(self, name: str, gradient: Any) -> Verdict:
        """On one gradient."""
        for what, array in (("value", self.value), ("gradient", gradient)):
            if not np.all(np.isfinite(array)):
                detail = self.witnesses.trouble or f"the {what} does not exist here"
                return Verdict(Word.DOMAIN, detail, shape=gradient.shape)
        if self.problem.unprobed:
            findings = [Finding("numeric", self.problem.unprobed)]
        else:
            prober = Prober(self.problem, name, gradient, self.noise)
            probes = prober.all()
            with np.errstate(all="ignore"):
                kinks = [probe for probe in probes if probe.index is not None and probe.has_kink()]
                if kinks:
                    return self.kink(name, gradient, kinks)
                findings = [
                    methods.numeric(probes, gradient, lambda: self.rounding.of_gradient(name), self.witnesses.tol)
                ]
        findings = [self.sympy(name, gradient), *findings, *self.peers(name, gradient)]
        rounded = any(finding.outcome == ROUNDING for finding in findings)
        spread = self.rounding.of_gradient(name) if rounded else None
        return _concluded(findings, spread, gradient, self.witnesses)

    def sympy(self, name: str, gradient: Any) -> Finding:
        """SymPy's formula, computed by the engine."""
        derivatives = self.witnesses.symbolic.get("derivatives", {}).get(name)
        entry = derivatives and derivatives[self.problem.order - 1]
        reason = self.witnesses.symbolic.get("error", "not asked")
        spread = lambda: self.rounding.of_gradient(name)  # noqa: E731
        return methods.symbolic(gradient, entry, reason, self.problem.values, spread, self.witnesses.tol)

    def peers(self, name: str, gradient: Any) -> list[Finding]:
        """The other engines."""
        named = (("torch", self.witnesses.torch), ("engine", self.witnesses.engine))
        return [methods.peer(peer, gradient, theirs[name], self.witnesses.tol) for peer, theirs in named if theirs]

    def kink(self, name: str, gradient: Any, kinks: Sequence[Probe]) -> Verdict:
        """The verdict at a kink; a claim is refuted beyond both slopes."""
        probe = kinks[0]
        estimate = probe.estimate()
        place = f" at {name}{list(probe.index)}" if probe.index else ""
        sides = f"the derivative is {estimate.left:.6g} from the left and {estimate.right:.6g} from the right{place}"
        found = Verdict(
            Word.KINK,
            f"{sides}; what is given is {probe.found:g}",
            methods={"numeric": "the one-sided derivatives differ"},
            worst=probe.index,
            found=probe.found,
            shape=gradient.shape,
        )
        beyond = methods.between_sides(kinks, gradient, self.witnesses.tol)
        if self.witnesses.is_claim and beyond.outcome == DIFFERS:
            detail = f"the claimed {beyond.found!r} is beyond both one-sided derivatives: {sides}"
            return replace(found, word=Word.MISMATCH, detail=detail, found=beyond.found, expected=beyond.expected)
        return found


def _concluded(findings: Sequence[Finding], spread: Any, array: Any, witnesses: Witnesses) -> Verdict:
    """The word that follows from what the methods found; `spread` is what rounding does to the array, if decisive."""
    differing, agreeing, rounded = (
        [finding for finding in findings if finding.outcome == outcome] for outcome in (DIFFERS, AGREES, ROUNDING)
    )
    best = [*rounded, *differing, *agreeing, *findings][0]
    detail = "; ".join(f"{finding.method} {finding.outcome}" for finding in findings)
    whose = "the claimed" if witnesses.is_claim else "the engine's"
    if len(differing) >= witnesses.enough:
        word, best = Word.MISMATCH, differing[0]
        against = " and ".join(finding.method for finding in differing)
        detail = f"{whose} {_sides(best)}: {against} contradict{'s' * (len(differing) == 1)} it"
    elif rounded:
        word, detail = Word.ILL_CONDITIONED, _condition(spread, array)
    elif differing:
        word = Word.UNDECIDED
        detail = f"{whose} {_sides(best)}, says {best.method}, but no other method confirms it ({detail})"
    elif agreeing:
        word = Word.AGREES
        if best.error is not None:
            detail = f"error {best.error:.2g}, tolerance {best.tolerance:.2g} ({detail})"
    else:
        word = Word.UNDECIDED
    return Verdict(
        word,
        detail,
        error=best.error,
        tolerance=best.tolerance,
        methods={finding.method: finding.outcome for finding in findings},
        worst=best.worst,
        found=best.found,
        expected=best.expected,
        shape=np.shape(array),
    )


def _sides(finding: Finding) -> str:
    place = f" at {list(finding.worst)}" if finding.worst else ""
    return f"{finding.found!r}{place} should be {finding.expected!r} (tolerance {finding.tolerance:.2g})"


def _condition(spread: Any, array: Any) -> str:
    """How badly rounding is amplified, and how many digits are left."""
    relative = float(np.max(spread) / (np.max(np.abs(array)) or 1.0))
    condition = relative / float(np.finfo(array.dtype).eps)
    digits = max(0, int(-np.log10(relative))) if 0 < relative < np.inf else 0
    return (
        f"rounding alone moves it by {np.max(spread):.2g} (condition {condition:.2g}): {digits} digits can be trusted"
    )
