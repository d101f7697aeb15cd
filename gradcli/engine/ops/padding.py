"""Arrays with a margin: constant, or of the elements that reflection, repetition or a circle brings there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradcli.engine.domain import REAL
from gradcli.engine.fitting import fitting
from gradcli.engine.op import general
from gradcli.engine.ops.indexing import scatter

Margins = tuple[tuple[int, int], ...]


def _pad(x: Any, margins: Margins, value: float) -> Any:
    """`x` with elements of `value` before and after, along its last axes; a negative margin takes elements away."""
    lengths = x.shape[x.ndim - len(margins) :]
    needed = [n + before + after for n, (before, after) in zip(lengths, margins, strict=True)]
    taken = any(n + min(before, after) < 0 for n, (before, after) in zip(lengths, margins, strict=True))
    if taken or min(needed, default=0) < 0:
        raise RuntimeError(
            f"The input size {[*x.shape]}, plus negative padding {[*margins[0]]} resulted in a negative output size"
        )
    filling = fitting(value, x.dtype, wraps=False) if value else 0
    padded = np.full((*x.shape[: x.ndim - len(margins)], *needed), filling, x.dtype)
    inner: list[Any] = [
        slice(max(before, 0), n - max(after, 0)) for n, (before, after) in zip(needed, margins, strict=True)
    ]
    outer: list[Any] = [
        slice(max(-before, 0), n - max(-after, 0)) for n, (before, after) in zip(lengths, margins, strict=True)
    ]
    padded[..., *inner] = x[..., *outer]
    return padded


pad: Callable[..., Any] = general(
    "pad",
    "ConstantPadNdBackward0",
    _pad,
    domain=REAL.shaped(2, 3),
    x=lambda g, margins: pad(g, tuple((-before, -after) for before, after in margins), 0),
)


def _pad_from(x: Any, indices: Sequence[Any], mode: str) -> Any:
    """`x`, along its last axes, at the `indices`, one array of them per axis."""
    for axis, index in enumerate(indices, x.ndim - len(indices)):
        x = x.take(index, axis)
    return x


pad_from = general(
    "pad_from",
    lambda x, indices, mode: f"{mode}Pad{len(indices)}DBackward0",
    _pad_from,
    domain=REAL.shaped(2, 2, 4),
    shapes_only=["x"],
    x=lambda g, x, indices: scatter(g, x.shape, (..., *np.ix_(*indices))),
)
