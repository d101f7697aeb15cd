"""A claim at a kink, held to what one library returns there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from gradcli.verify import methods
from gradcli.verify.methods import AGREES, DIFFERS, Finding
from gradcli.verify.problem import Verdict

Convention = Literal["torch", "jax", "sympy"]
LABELS: dict[Convention, str] = {"torch": "PyTorch", "jax": "JAX", "sympy": "SymPy"}


def by_convention(
    convention: Convention,
    kink: Verdict,
    claimed: Any,
    engine: Any,
    entry: Mapping[str, Any] | None,
    spread: Callable[[], Any],
    tol: float | None,
) -> Verdict:
    """The verdict on a claim at a kink: "agrees" or "mismatch" with that library, or "undecided" where it is not known.

    kink    the verdict on the engine's own gradient there
    engine  that gradient: the engine's convention is PyTorch's
    entry   SymPy's derivative, from the worker's answer
    spread  as for `methods.symbolic`
    """
    label = LABELS[convention]
    if convention == "sympy":
        found = methods.symbolic(claimed, entry, "has no answer", spread, tol)
    elif convention == "torch":
        found = methods.peer(label, claimed, engine, tol)
    elif kink.jax is None:
        found = Finding(label, "not known for this expression")
    else:
        found = methods.peer(label, claimed, np.full_like(engine, kink.jax), tol)
    word = {AGREES: "agrees", DIFFERS: "mismatch"}.get(found.outcome, "undecided")
    says = f"{label}'s convention: {found.outcome}"
    if word != "undecided":
        says = f"by {label}'s convention it is {found.expected!r}" if found.expected is not None else says
    return replace(
        kink,
        word=word,
        detail=f"{kink.detail}; {says}",
        error=found.error,
        tolerance=found.tolerance,
        worst=found.worst,
        found=found.found,
        expected=found.expected,
    )
