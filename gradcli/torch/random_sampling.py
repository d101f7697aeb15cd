"""Random numbers whose distribution is given by Tensors: `normal`, `bernoulli`, `multinomial`."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine import random
from gradcli.engine.dtypes import Array, Default
from gradcli.engine.errors import size_mismatch, uncomputed
from gradcli.engine.inplace import own_memory
from gradcli.engine.layout import along_memory
from gradcli.engine.memory import touch
from gradcli.engine.tensor import Tensor
from gradcli.engine.type_names import TYPE_NAMES
from gradcli.torch import filling
from gradcli.torch.argument_checks import only_default, refuse, refuse_gradients, shape_of
from gradcli.torch.creation_from_data import leaf
from gradcli.torch.devices import check_device
from gradcli.torch.filling import stream_of
from gradcli.torch.out import refuse_history, require_out, shaped, wanted_dtype, with_out

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
    **keywords: Any,
) -> Tensor:
    """Normal random numbers, with a mean and a standard deviation for each, or with one of them, or both, for all.

    Two numbers need a `size`. Raises PyTorch's RuntimeError for a negative deviation, NotImplementedError for Tensors
    that need a gradient: it would be zero.
    """
    refuse("normal", keywords)
    given = [x for x in (mean, std) if isinstance(x, Tensor)]
    if given:
        settings = (("size", size), ("dtype", dtype), ("device", device), ("requires_grad", requires_grad or None))
        for name, value in settings:
            only_default("normal", name, value)
        refuse_gradients("normal", mean, std)
        if mismatch := size_mismatch(given[0].array.shape, given[-1].array.shape):
            raise mismatch
        if error := uncomputed(*(x.array for x in given)):
            raise error
        shape, kind = np.broadcast_shapes(*(x.array.shape for x in given)), given[0].array.dtype
    else:
        check_device("normal", device)
        if not isinstance(size, (tuple, list)):
            raise TypeError(f"normal(): argument 'size' must be tuple of ints, not {type(size).__name__}")
        shape, kind = shape_of("normal", (size,)), wanted_dtype("normal", dtype, out) or Default.float
    array = np.empty(shape, kind) if out is None else _memory_of(out, shape, warned=len(given) == 2)
    _draw_normal(array, mean, std, stream_of(generator))
    if out is not None:
        touch(array)
        return out  # type: ignore[no-any-return]  # a Tensor, as `_memory_of` has seen
    return leaf(array, requires_grad)


def _memory_of(out: Any, shape: tuple[int, ...], *, warned: bool) -> Array:
    """The array of `out` in that shape, to be written to."""
    require_out("normal", out)
    refuse_history("normal", out)
    own_memory(shaped(out, shape, warned=warned))
    return out.array  # type: ignore[no-any-return]


def _draw_normal(array: Array, mean: Any, std: Any, source: random.Generator) -> None:
    """Fills the array; where a mean or a deviation is a Tensor, standard numbers are scaled, as PyTorch does it."""
    if not isinstance(mean, Tensor) and not isinstance(std, Tensor):
        return filling.normal(array, mean, std, source)
    means, deviations = (np.asarray(x.array if isinstance(x, Tensor) else x) for x in (mean, std))
    if deviations.dtype.kind == "c":
        raise RuntimeError("normal expects standard deviation to be non-complex")
    if np.any(deviations < 0):
        found = "all elements of std >= 0.0" if isinstance(std, Tensor) else f"std >= 0.0, but found std {std:g}"
        raise RuntimeError(f"normal expects {found}")
    filling.normal(array, 0.0, 1.0, source)
    np.multiply(array, deviations, out=array, casting="same_kind")
    np.add(array, means, out=array, casting="same_kind")
    return None


@with_out
def bernoulli(input: Tensor, p: float | None = None, *, generator: Any = None) -> Tensor:
    """Ones with the probabilities in `input`, or all with the probability `p`, and zeros otherwise; in its dtype.

    Raises PyTorch's errors for probabilities outside [0, 1], NotImplementedError for a Tensor that needs a gradient: it
    would be zero.
    """
    refuse_gradients("bernoulli", input)
    array = np.empty(input.array.shape, input.array.dtype)
    filling.bernoulli(array, np.asarray(input.array) if p is None else p, stream_of(generator))
    return Tensor(array[()])


@with_out
def multinomial(input: Tensor, num_samples: int, replacement: bool = False, *, generator: Any = None) -> Tensor:
    """Random indices into a vector of weights, or into each row of a matrix: `num_samples` of them, as int64.

    With replacement an index is where a uniform number falls among the cumulated weights. Without, an exponential
    number is drawn for each weight, and the largest ratios of weight and number win. So a seed gives PyTorch's indices.
    Raises PyTorch's RuntimeError for weights that are none and for more indices than there are weights.
    """
    weights: Any = input.array
    if weights.ndim not in (1, 2):
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    if weights.dtype.kind != "f":
        kind = TYPE_NAMES[weights.dtype.name].scalar
        raise uncomputed(weights) or RuntimeError(
            f"multinomial only supports floating-point dtypes for input, got: {kind}"
        )
    if num_samples <= 0:
        raise RuntimeError("cannot sample n_sample <= 0 samples")
    if not replacement and num_samples > weights.shape[-1]:
        raise RuntimeError("cannot sample n_sample > prob_dist.size(-1) samples without replacement")
    source = stream_of(generator)
    by_ratio = not replacement or num_samples == 1
    rows = np.asarray(weights).reshape(-1, weights.shape[-1])
    chosen = _by_ratio(rows, num_samples, source) if by_ratio else _by_cumulation(rows, num_samples, source)
    return Tensor(np.ascontiguousarray(chosen.reshape((*weights.shape[:-1], num_samples))))


def _by_ratio(rows: Array, count: int, source: random.Generator) -> Array:
    if not np.all((rows >= 0) & (rows < np.inf)):
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
    if np.any(rows.sum(axis=1) == 0):
        raise RuntimeError(NOT_POSITIVE)
    exponential = -np.log1p(-along_memory(rows, lambda shape: source.rand(shape, np.float64)))
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
