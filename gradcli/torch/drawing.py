"""Random numbers whose distribution is given by Tensors: `normal`, `bernoulli`, `multinomial`."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine import random
from gradcli.engine.dtypes import Array, Default
from gradcli.engine.modes import THREAD
from gradcli.engine.tensor import Tensor
from gradcli.engine.type_names import TYPE_NAMES
from gradcli.torch.arguments import numpy_dtype, only_default, require_tensor, shape_of
from gradcli.torch.creation import stream_of
from gradcli.torch.data import leaf
from gradcli.torch.devices import check_device

__all__ = ["bernoulli", "multinomial", "normal"]

NOT_POSITIVE = "invalid multinomial distribution (sum of probabilities <= 0)"


def normal(
    mean: Tensor | float,
    std: Tensor | float = 1.0,
    size: Any = None,
    *,
    generator: Any = None,
    out: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Normal random numbers, with a mean and a standard deviation for each, or with one of them, or both, for all.

    Two numbers need a `size`. Raises PyTorch's RuntimeError for a negative deviation, NotImplementedError for Tensors
    that need a gradient: it would be zero.
    """
    only_default("normal", "out", out)
    source = stream_of(generator)
    if not isinstance(mean, Tensor) and not isinstance(std, Tensor):
        check_device("normal", device)
        if not isinstance(size, (tuple, list)):
            raise TypeError(f"normal(): argument 'size' must be tuple of ints, not {type(size).__name__}")
        wanted = numpy_dtype("normal", dtype) or Default.float
        return leaf(source.normal(shape_of("normal", (size,)), mean, std, wanted), requires_grad)
    for name, value in (("size", size), ("dtype", dtype), ("device", device), ("requires_grad", requires_grad or None)):
        only_default("normal", name, value)
    _refuse_gradients("normal", mean, std)
    means: Any = mean.array if isinstance(mean, Tensor) else mean
    deviations: Any = std.array if isinstance(std, Tensor) else std
    if np.any(np.less(deviations, 0)):
        found = "all elements of std >= 0.0" if isinstance(std, Tensor) else f"std >= 0.0, but found std {std:g}"
        raise RuntimeError(f"normal expects {found}")
    kind = (mean if isinstance(mean, Tensor) else std).dtype.numpy  # type: ignore[union-attr]  # one of them is a Tensor
    standard = source.randn(np.broadcast_shapes(np.shape(means), np.shape(deviations)), kind)
    return Tensor((standard * deviations + means).astype(kind)[()])


def bernoulli(input: Tensor, p: float | None = None, *, generator: Any = None, out: Any = None) -> Tensor:
    """Ones with the probabilities in `input`, or all with the probability `p`, and zeros otherwise; in its dtype.

    Raises PyTorch's errors for probabilities outside [0, 1], NotImplementedError for a Tensor that needs a gradient: it
    would be zero.
    """
    require_tensor("bernoulli", "input", input, 1)
    only_default("bernoulli", "out", out)
    _refuse_gradients("bernoulli", input)
    source, array = stream_of(generator), np.asarray(input.array)
    drawn = source.bernoulli_tensor(array) if p is None else source.bernoulli(p, array.shape, array.dtype)
    return Tensor(drawn[()])


def _refuse_gradients(function: str, *inputs: Any) -> None:
    if THREAD.mode.enabled and any(isinstance(x, Tensor) and x.requires_grad for x in inputs):
        raise NotImplementedError(f"gradcli.torch.{function}() of tensors that require gradients; detach() them")


def multinomial(
    input: Tensor, num_samples: int, replacement: bool = False, *, generator: Any = None, out: Any = None
) -> Tensor:
    """Random indices into a vector of weights, or into each row of a matrix: `num_samples` of them, as int64.

    With replacement an index is where a uniform number falls among the cumulated weights. Without, an exponential
    number is drawn for each weight, and the largest ratios of weight and number win. So a seed gives PyTorch's indices.
    Raises PyTorch's RuntimeError for weights that are none and for more indices than there are weights.
    """
    require_tensor("multinomial", "input", input, 1)
    only_default("multinomial", "out", out)
    weights: Any = input.array
    if weights.ndim not in (1, 2):
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    if weights.dtype.kind != "f":
        kind = TYPE_NAMES[weights.dtype.name].scalar
        raise RuntimeError(f"multinomial only supports floating-point dtypes for input, got: {kind}")
    if num_samples <= 0:
        raise RuntimeError("cannot sample n_sample <= 0 samples")
    if not replacement and num_samples > weights.shape[-1]:
        raise RuntimeError("cannot sample n_sample > prob_dist.size(-1) samples without replacement")
    source = stream_of(generator)
    by_ratio = not replacement or num_samples == 1
    rows = np.asarray(weights).reshape(-1, weights.shape[-1])
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
