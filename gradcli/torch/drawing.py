"""`torch.multinomial`: random indices by weight."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine import random
from gradcli.engine.dtypes import Array
from gradcli.engine.tensor import Tensor
from gradcli.engine.type_names import TYPE_NAMES
from gradcli.torch.arguments import only_default, require_tensor

__all__ = ["multinomial"]

NOT_POSITIVE = "invalid multinomial distribution (sum of probabilities <= 0)"


def multinomial(
    input: Tensor, num_samples: int, replacement: bool = False, *, generator: Any = None, out: Any = None
) -> Tensor:
    """Random indices into a vector of weights, or into each row of a matrix: `num_samples` of them, as int64.

    With replacement an index is where a uniform number falls among the cumulated weights. Without, an exponential number
    is drawn for each weight, and the largest ratios of weight and number win, which makes PyTorch's choice for the seed.
    Raises PyTorch's RuntimeError for weights that are none and for more indices than there are weights.
    """
    require_tensor("multinomial", "input", input, 1)
    only_default("multinomial", "out", out)
    weights = input.array
    if weights.ndim not in (1, 2):
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    if weights.dtype.kind != "f":
        kind = TYPE_NAMES[weights.dtype.name].scalar
        raise RuntimeError(f"multinomial only supports floating-point dtypes for input, got: {kind}")
    if num_samples <= 0:
        raise RuntimeError("cannot sample n_sample <= 0 samples")
    if not replacement and num_samples > weights.shape[-1]:  # type: ignore[misc]
        raise RuntimeError("cannot sample n_sample > prob_dist.size(-1) samples without replacement")
    source = generator or random.default_generator
    by_ratio = not replacement or num_samples == 1
    rows = np.atleast_2d(weights)
    chosen = _by_ratio(rows, num_samples, source) if by_ratio else _by_cumulation(rows, num_samples, source)
    return Tensor(chosen.reshape((*weights.shape[:-1], num_samples)))


def _by_ratio(rows: Array, count: int, source: random.Generator) -> Array:
    if not np.all((rows >= 0) & (rows < np.inf)):
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
    if np.any(rows.sum(axis=1) == 0):
        raise RuntimeError(NOT_POSITIVE)
    exponential = -np.log1p(-source.rand(rows.shape, np.float64))
    ratios = rows / exponential.astype(rows.dtype)
    return np.argsort(-ratios, axis=1, kind="stable")[:, :count]


def _by_cumulation(rows: Array, count: int, source: random.Generator) -> Array:
    if not np.all(np.isfinite(rows)):
        raise RuntimeError("invalid multinomial distribution (encountering probability entry = infinity or NaN)")
    if np.any(rows < 0):
        raise RuntimeError("invalid multinomial distribution (encountering probability entry < 0)")
    if np.any(rows.sum(axis=1) == 0):
        raise RuntimeError(NOT_POSITIVE)
    chosen = np.empty((len(rows), count), np.int64)
    for row, indices in zip(rows, chosen, strict=True):
        cumulated = np.cumsum(row)
        cumulated /= cumulated[-1]
        indices[:] = np.searchsorted(cumulated, source.rand((count,), np.float64))
    return chosen
