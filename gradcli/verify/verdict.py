"""The verdict: one word on a gradient, from methods that share no code with the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np

from gradcli.lang.tree import Call, Name, postorder
from gradcli.verify import methods
from gradcli.verify.methods import AGREES, DIFFERS, ROUNDING, Finding
from gradcli.verify.probes import Probe, Prober
from gradcli.verify.problem import Problem, Verdict
from gradcli.verify.rounding import Rounding

_JAX_AT_KINK = {"abs": 1.0, "relu": 0.0, "maximum": 0.5, "minimum": 0.5, "clamp": 0.5}
"""The slope that JAX takes at the kink of these functions: jax.numpy's, and jax.nn.relu."""


@dataclass(frozen=True)
class Claimed:
    """What is known of a gradient that somebody claims.

    engine  the engine's gradients, by name, as one more method; None where there are none, and the differences, which
            are then the only method, are enough to contradict the claim
    """

    engine: Mapping[str, Any] | None = None


def judge(
    problem: Problem,
    value: Any,
    gradients: Mapping[str, Any],
    symbolic: Mapping[str, Any],
    *,
    order: int = 1,
    torch: Mapping[str, Any] | None = None,
    tol: float | None = None,
    trouble: str | None = None,
    claim: Claimed | None = None,
) -> dict[str, Verdict]:
    """The verdict on each gradient.

    problem    for a derivative of order k: of the engine's derivative of order k - 1 (`evaluate` and `perturbed`)
    value      the engine's result
    symbolic   the SymPy worker's answer, or {"error": why there is none}
    order      which of the worker's derivatives to compare with
    torch      PyTorch's gradients, if it was asked
    tol        the largest difference allowed, relative to max(1, |expected|); None for the methods' own bounds
    trouble    a sentence that names the operation that first made something infinite or NaN
    claim      if the gradients are not the engine's but somebody's claim: what is known beside the methods
    """
    case = _Case(problem, np.asarray(value), symbolic, order, tol, claim)
    verdicts = {}
    for name, gradient in gradients.items():
        absent = case.absent(name, gradient)
        if absent is not None:
            verdicts[name] = Verdict("domain", trouble or absent)
        else:
            verdicts[name] = case.verdict(name, np.asarray(gradient), None if torch is None else torch.get(name))
    return verdicts


def check_value(
    problem: Problem, value: Any, symbolic: Mapping[str, Any], *, tol: float | None = None, trouble: str | None = None
) -> Verdict:
    """The verdict on the result itself, from SymPy alone; arguments as for `judge`."""
    array = np.asarray(value)
    if not np.all(np.isfinite(array)):
        return Verdict("domain", trouble or "the value does not exist here")
    rounding = Rounding(problem)
    finding = methods.symbolic(array, symbolic.get("value"), symbolic.get("error", ""), rounding.of_value, tol)
    return _conclude([finding], rounding.of_value() if finding.outcome == ROUNDING else None, array)


class _Case:
    """What the verdicts on several gradients share."""

    def __init__(
        self,
        problem: Problem,
        value: Any,
        symbolic: Mapping[str, Any],
        order: int,
        tol: float | None,
        claim: Claimed | None = None,
    ) -> None:
        self.problem = problem
        self.value = value
        self.symbolic = symbolic
        self.order = order
        self.tol = tol
        self.claim = claim
        self.rounding = Rounding(problem)

    @cached_property
    def noise(self) -> float:
        return self.rounding.of_total()

    def absent(self, name: str, gradient: Any) -> str | None:
        """Why there is no derivative here: the value, the gradient or the point is infinite or NaN; None if none is."""
        point = np.asarray(self.problem.values[name])
        if not np.all(np.isfinite(point)):
            return f"{name} itself is {float(point[~np.isfinite(point)].flat[0])}: there is no derivative there"
        for what, array in (("value", self.value), ("gradient", gradient)):
            if not np.all(np.isfinite(array)):
                return f"the {what} does not exist here"
        return None

    def verdict(self, name: str, gradient: Any, torch: Any) -> Verdict:
        def spread() -> Any:
            return self.rounding.of_gradient(name)

        derivatives = self.symbolic.get("derivatives", {}).get(name)
        entry = derivatives and derivatives[self.order - 1]
        sympy = methods.symbolic(gradient, entry, self.symbolic.get("error", "not asked"), spread, self.tol)
        singular = self.symbolic.get("singular")  # None: it is not known where there might be a kink
        if self.problem.unprobed:
            sympy = replace(sympy, proof=sympy.proof and singular == {})
            findings = [sympy, Finding("numeric", self.problem.unprobed)]
        else:
            prober = Prober(self.problem, name, gradient, self.noise)
            probes = prober.one() if sympy.proof else prober.all()
            suspects = probes if singular is None else prober.some(map(tuple, singular.get(name, [])))
            with np.errstate(all="ignore"):
                found = (probe for probe in suspects if probe.index is not None and probe.has_kink())
                kinks = list(found if self.claim else islice(found, 1))
                if kinks:
                    refuted = self.claim and self.refuted(self.claim, name, gradient, prober, kinks)
                    return refuted or self.kink(name, kinks[0], entry, torch)
                findings = [sympy, methods.numeric(probes, gradient, spread, self.tol)]
        if torch is not None:
            findings.append(methods.peer("torch", gradient, torch, self.tol))
        if self.claim is not None and self.claim.engine is not None:
            findings.append(methods.peer("engine", gradient, self.claim.engine[name], self.tol))
        return _conclude(findings, spread() if sympy.outcome == ROUNDING else None, gradient, self.claim)

    def refuted(
        self, claim: Claimed, name: str, gradient: Any, prober: Prober, kinks: Sequence[Probe]
    ) -> Verdict | None:
        """A mismatch, where a claim is beyond both one-sided derivatives at a kink, or is wrong beside the kinks.

        What the engine gives at a kink, PyTorch's convention, may be claimed wherever it lies.
        """
        engine = None if claim.engine is None else np.asarray(claim.engine[name])
        unlike = [probe for probe in kinks if engine is None or probe.found != float(engine[probe.index])]
        beyond = methods.between_sides(unlike, gradient, self.tol)
        if beyond.outcome == DIFFERS:
            place = f" at {list(beyond.worst)}" if beyond.worst else ""
            found = f"the claimed {beyond.found!r}{place} is beyond both one-sided derivatives"
            verdict = _conclude([beyond], None, gradient, Claimed())
            return replace(verdict, detail=f"{found}; {beyond.expected!r} is the nearer")
        verdict = _conclude(self.beside(name, gradient, engine, prober, kinks), None, gradient, claim)
        return verdict if verdict.word == "mismatch" else None

    def beside(self, name: str, gradient: Any, engine: Any, prober: Prober, kinks: Sequence[Probe]) -> list[Finding]:
        """What is found of a claim at the elements at which there can be no kink; `engine` may be None."""
        singular = (self.symbolic.get("singular") or {}).get(name, ())
        smooth = np.ones(gradient.shape, bool)
        for index in (*(probe.index for probe in kinks), *map(tuple, singular)):
            smooth[index] = False
        findings = []
        if engine is None:
            probes = [probe for probe in prober.all() if probe.index is not None and smooth[probe.index]]
        else:
            peer = methods.peer("engine", np.where(smooth, gradient, engine), engine, self.tol)
            findings.append(peer)
            probes = prober.some([peer.worst]) if peer.outcome == DIFFERS and peer.worst is not None else []
        return [*findings, methods.numeric(probes, gradient, lambda: self.rounding.of_gradient(name), self.tol)]

    def kink(self, name: str, probe: Probe, entry: Mapping[str, Any] | None, torch: Any) -> Verdict:
        """The verdict at a kink: what the libraries return there is convention."""
        estimate = probe.estimate()
        digits = {tuple(index): number for index, number in ((entry and entry["elements"]) or ())}
        given = "PyTorch's convention, used here, gives" if self.claim is None else "what is claimed is"
        conventions = [f"{given} {probe.found:g}"]
        if torch is not None:
            conventions.append(f"PyTorch itself {float(np.asarray(torch)[probe.index]):g}")
        jax = _jax(self.problem, name) if self.order == 1 else None
        conventions.append(f"JAX {jax:g}" if jax is not None else "JAX: not known")
        sympy = digits.get(probe.index or (), "has no answer")
        conventions.append(f"SymPy {_short(sympy)}")
        sides = f"the derivative is {estimate.left:.6g} from the left and {estimate.right:.6g} from the right"
        place = f" at {name}{list(probe.index)}" if probe.index else ""
        return Verdict(
            "kink",
            f"{sides}{place}; {', '.join(conventions)}",
            methods={"sympy": f"gives {_short(sympy)}", "numeric": "the one-sided derivatives differ"},
            worst=probe.index,
            found=probe.found,
            jax=jax,
        )


def _short(digits: str) -> str:
    try:
        return f"{float(digits):g}"
    except ValueError:
        return digits


def _jax(problem: Problem, name: str) -> float | None:
    """JAX's slope at a kink, where the program is one function of the variable alone."""
    result, alone = problem.program.result, not problem.program.assignments and problem.cotangent is None
    if not isinstance(result, Call) or not alone or problem.values[name].shape:
        return None
    holding = [child for child in result.children if Name(name) in postorder(child)]
    return _JAX_AT_KINK.get(result.function) if holding == [Name(name)] else None


def _conclude(findings: Sequence[Finding], spread: Any, array: Any, claim: Claimed | None = None) -> Verdict:
    """The word that follows from what the methods found; `spread` is what rounding does to the array, if decisive."""
    differing, agreeing, rounded = (
        [finding for finding in findings if finding.outcome == outcome] for outcome in (DIFFERS, AGREES, ROUNDING)
    )
    proofs = [finding for finding in agreeing if finding.proof]
    best = [*proofs, *rounded, *differing, *agreeing, *findings][0]
    detail = "; ".join(f"{finding.method} {finding.outcome}" for finding in findings)
    enough = 1 if claim is not None and claim.engine is None else 2
    whose = "the engine's" if claim is None else "the claimed"
    if len(differing) >= enough:
        word, best = "mismatch", differing[0]
        against = " and ".join(finding.method for finding in differing)
        detail = f"{whose} {_sides(best)}: {against} contradict{'s' * (len(differing) == 1)} it"
    elif proofs:
        word, detail = "proved", f"SymPy's thirty digits agree at every element (error {best.error:.2g})"
    elif rounded:
        word, detail = "ill-conditioned", _condition(spread, array)
    elif differing:
        word = "undecided"
        detail = f"{whose} {_sides(best)}, says {best.method}, but no other method confirms it ({detail})"
    elif agreeing:
        word = "agrees"
        if best.error is not None:
            detail = f"error {best.error:.2g}, tolerance {best.tolerance:.2g} ({detail})"
    else:
        word = "undecided"
    return Verdict(
        word,
        detail,
        error=best.error,
        tolerance=best.tolerance,
        methods={finding.method: finding.outcome for finding in findings},
        worst=best.worst,
        found=best.found,
        expected=best.expected,
    )


def _sides(finding: Finding) -> str:
    place = f" at {list(finding.worst)}" if finding.worst else ""
    return f"{finding.found!r}{place} should be {finding.expected!r} (tolerance {finding.tolerance:.2g})"


def _condition(spread: Any, array: Any) -> str:
    """How badly rounding is amplified, and how many digits are left."""
    relative = float(np.max(spread) / (np.max(np.abs(array)) or 1.0))
    condition = relative / float(np.finfo(array.dtype).eps)
    digits = max(0, int(-np.log10(relative))) if relative else 0
    return (
        f"rounding alone moves it by {np.max(spread):.2g} (condition {condition:.2g}): {digits} digits can be trusted"
    )
