"""PyTorch's words for shapes that do not fit."""

from __future__ import annotations

from collections.abc import Sequence


def size_mismatch(a: Sequence[int], b: Sequence[int]) -> RuntimeError | None:
    """The error for two shapes that do not broadcast, naming the last axis that is wrong; None if they do."""
    for back in range(1, min(len(a), len(b)) + 1):
        if a[-back] != b[-back] and 1 not in (a[-back], b[-back]):
            axis = max(len(a), len(b)) - back
            return RuntimeError(
                f"The size of tensor a ({a[-back]}) must match the size of tensor b ({b[-back]}) "
                f"at non-singleton dimension {axis}"
            )
    return None
