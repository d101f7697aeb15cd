"""What PyTorch's documentation leaves open: numbers that are not compared."""

from __future__ import annotations

from typing import Any

import numpy as np

EMPTY = {"empty", "empty_like", "empty_strided", "empty_permuted", "new_empty", "new_empty_strided", "resize_"}
"""What their memory holds."""
VECTORS = {"svd", "eig", "eigh", "qr"}
"""Which of the vectors, by sign or phase, or in which order."""
LAZY = {"conj", "H", "mH", "adjoint"}
"""Whether what is conjugated shares the memory: PyTorch's tensors note that it is to be done, ours never do."""
TIES = {"sort", "argsort", "msort", "kthvalue", "topk", "mode"}
"""Where one of several equal elements lies."""

FAULTS = (
    "Found dtype",
    "Function PixelShuffleBackward0 returned an invalid gradient",
    "Negation, the `-` operator, on a bool tensor",
    "Subtraction, the `-` operator, with a bool tensor",
    "isDifferentiableType",
    "one of the variables needed for gradient computation has been modified by an inplace operation",
)
"""How PyTorch's own rules fail at what they are given: derivatives that are there, and that it cannot compute."""


def said(case: dict[str, Any], seen: dict[str, Any]) -> dict[str, Any]:
    """The observation without what is left open; the derivatives of what is left open are, too."""
    last = case["call"].removesuffix(".__get__").removesuffix("()").removesuffix("(n)").rpartition(".")[2]
    if "raises" in seen:
        return seen
    if case["call"].startswith("torch.func."):  # the order in memory of what was computed for a batch
        return seen | {"results": without(seen["results"], "stride")}
    if last in LAZY and str(seen["results"].get("dtype")).startswith("complex"):
        return seen | {"results": without(seen["results"], "shares", "offset")}
    if last not in EMPTY | VECTORS | TIES:
        return seen
    kept = {key: value for key, value in seen.items() if key not in ("first", "second")}
    if last in EMPTY:
        return {key: mapped(value, np.zeros_like) for key, value in kept.items()}
    if last in VECTORS:
        # then only some of the vectors belong to a singular value that is not 0
        singular = case["name"].endswith("/expanded") or ["full_matrices", True] in case["kwargs"]["dict"]
        left = kept if not singular else kept | {"results": mapped(kept["results"], np.zeros_like)}
        return {key: mapped(value, np.abs) for key, value in left.items()}
    results = kept["results"]
    if "items" in results:
        first, *rest = results["items"]
        results = results | {"items": [first, *(mapped(each, np.zeros_like) for each in rest)]}
    elif last == "argsort":
        results = mapped(results, np.zeros_like)
    return kept | {"results": results}


def without(value: Any, *facts: str) -> Any:
    """The same structure with these facts about the tensors in it left blank."""
    if isinstance(value, dict):
        return {key: blank(each) if key in facts else without(each, *facts) for key, each in value.items()}
    return [without(each, *facts) for each in value] if isinstance(value, list) else value


def blank(fact: Any) -> Any:
    return [0 for _ in fact] if isinstance(fact, list) else ""


def mapped(value: Any, change: Any) -> Any:
    """The same structure with every array changed."""
    if isinstance(value, np.ndarray):
        return change(value)
    if isinstance(value, dict):
        return {key: mapped(each, change) for key, each in value.items()}
    return [mapped(each, change) for each in value] if isinstance(value, list) else value
