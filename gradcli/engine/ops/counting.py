"""Quantiles; values without repetition, how often they come, and where numbers belong among others."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.axes import axis_in, no_axes
from gradcli.engine.dtypes import result_type
from gradcli.engine.ops.fused import lerp
from gradcli.engine.ops.gathering import gather, values
from gradcli.engine.ops.shape import flatten, moveaxis, reshape
from gradcli.engine.ops.sorting import sort
from gradcli.engine.type_names import not_implemented

BETWEEN: dict[str, Callable[[Any], Any]] = {
    "linear": lambda part: part,
    "lower": lambda part: part * 0,
    "higher": lambda part: np.ceil(part),
    "midpoint": lambda part: np.ceil(part) / 2,
    "nearest": lambda part: part,  # of a rank that is rounded before
}
"""Per interpolation: how far from the lower neighbour a quantile lies, of a rank that is `part` beyond it."""


def quantile(
    x: Any, q: Any, axis: int | None = None, keepdims: bool = False, interpolation: str = "linear", nans: bool = True
) -> Any:
    """The value below which the part `q` of the elements lies; one for each of a vector `q`, along a new first axis.

    nans  whether a NaN among the elements makes the result NaN; otherwise they are left out
    """
    q = np.asarray(values(q), x.dtype.type if isinstance(x, np.generic) else values(x).dtype)
    _check_quantile(values(x), q, interpolation)
    if axis is not None:
        axis_in(axis, x.ndim)
    rows = flatten(x) if axis is None else reshape(x, (1,)) if not x.ndim else moveaxis(x, axis, -1)
    ordered = sort(rows, -1)[0]
    numbers = (~np.isnan(values(ordered))).sum(-1, keepdims=True)
    last = rows.shape[-1] - 1
    rank = np.atleast_1d(q) * (np.maximum(numbers - 1, 0) if not nans else last)
    if nans:
        rank = np.where(numbers <= last, last, rank)  # where NaN is
    rank = np.round(rank) if interpolation == "nearest" else rank
    below = np.floor(rank)
    low, high = (gather(ordered, -1, places.astype(np.int64)) for places in (below, np.ceil(rank)))
    result = moveaxis(lerp(low, high, BETWEEN[interpolation](rank - below).astype(q.dtype)), -1, 0)
    if keepdims:
        shape = (
            [1] * x.ndim if axis is None else [1 if i == axis_in(axis, x.ndim) else n for i, n in enumerate(x.shape)]
        )
        return reshape(result, shape if not q.ndim else [q.size, *shape])
    shape = [] if axis is None or not x.ndim else [*result.shape[1:]]
    return reshape(result, shape if not q.ndim else [q.size, *shape])


def nanquantile(x: Any, q: Any, axis: int | None = None, keepdims: bool = False, interpolation: str = "linear") -> Any:
    """As `quantile`, without the NaNs."""
    return quantile(x, q, axis, keepdims, interpolation, nans=False)


def _check_quantile(x: Any, q: Any, interpolation: str) -> None:
    if x.dtype not in (np.float32, np.float64):
        raise RuntimeError("quantile() input tensor must be either float or double dtype")
    if interpolation not in BETWEEN:
        *names, last = BETWEEN
        raise RuntimeError(
            f"quantile() interpolation must be one of {', '.join(names)} or {last}, but got {interpolation}"
        )
    if not x.size:
        raise RuntimeError("quantile() input tensor must be non-empty")
    if q.ndim > 1:
        raise RuntimeError("quantile() q must be a scalar or 1D tensor")
    for wrong in q[(q < 0) | (q > 1)][:1]:
        raise RuntimeError(f"quantile() q must be in the range [0, 1] but got {wrong:g}")


# These have no derivative, and take and give NumPy values


def unique(x: Any, axis: int | None = None) -> tuple[Any, Any, Any]:
    """The elements (or the slices along `axis`) that differ, sorted; each element's number among them; their counts.

    NaNs differ from one another.
    """
    _check_slices(x, axis)
    return tuple(np.unique(x, return_inverse=True, return_counts=True, axis=axis, equal_nan=False))[:3]  # type: ignore[return-value]


def _check_slices(x: Any, axis: int | None) -> None:
    if axis is not None and 0 in [n for i, n in enumerate(x.shape) if i != axis_in(axis, x.ndim)]:
        raise RuntimeError("There are 0 sized dimensions, and they aren't selected, so unique cannot be applied")


def unique_consecutive(x: Any, axis: int | None = None) -> tuple[Any, Any, Any]:
    """As `unique`, of elements (or slices) that follow one another, in their order."""
    _check_slices(x, axis)
    if axis is not None and not x.ndim:
        raise no_axes(axis)
    rows = x.reshape(-1) if axis is None else np.moveaxis(x, axis, 0)
    differs = np.ones(len(rows), bool)
    differs[1:] = (rows[1:] != rows[:-1]).any(tuple(range(1, rows.ndim)))
    starts = np.flatnonzero(differs)
    found = rows[starts] if axis is None else np.moveaxis(rows[starts], 0, axis)
    inverse = differs.cumsum() - 1
    counts = np.diff(np.append(starts, len(rows)))
    return found, inverse.reshape(x.shape) if axis is None else inverse, counts


def bincount(x: Any, weights: Any = None, minlength: int = 0) -> Any:
    """How often each whole number from 0 on comes, or the sum of its weights."""
    if x.dtype.kind not in "iu":
        raise not_implemented("bincount_cpu", x.dtype)
    if x.ndim != 1 or np.any(x < 0):
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if minlength < 0:
        raise RuntimeError("minlength should be >= 0")
    if weights is not None and weights.shape != x.shape:
        raise RuntimeError("weights should be 1-d and have the same length as input")
    counts = np.bincount(x, weights, minlength)
    return counts.astype(np.int64 if weights is None else np.float32 if weights.dtype == np.float32 else np.float64)


def histc(x: Any, bins: int = 100, min: float = 0, max: float = 0) -> Any:
    """How many elements lie in each of `bins` equal parts of the range, or of their own range if its ends are equal."""
    if x.dtype.kind != "f":
        raise not_implemented("histogram_cpu", x.dtype)
    if bins <= 0:
        raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0")
    if min > max:
        raise RuntimeError("torch.histc: max must be larger than min")
    if min == max and x.size:
        min, max = x.min(), x.max()
    if min == max:
        min, max = min - 1, max + 1
    if not (math.isfinite(min) and math.isfinite(max)):
        raise RuntimeError(f"torch.histc: range of [{min:g}, {max:g}] is not finite")
    return np.histogram(x, bins, (min, max))[0].astype(x.dtype)


def searchsorted(ordered: Any, x: Any, right: bool = False, narrow: bool = False) -> Any:
    """Before which of the ordered numbers each element of `x` belongs; after its equals, if `right`.

    ordered  numbers, or rows of them, one for each row of `x`
    narrow   whether the result has 32 bits an element
    """
    if not ordered.ndim:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 dimension"
        )
    if ordered.ndim > 1 and not np.ndim(x):
        raise RuntimeError(
            "torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, but we got "
            f"boundaries tensor dim({ordered.ndim}) and input value's dim(0) numel(1)"
        )
    common = result_type(ordered, x)
    ordered, x, side = ordered.astype(common), np.asarray(x, common), "right" if right else "left"
    if ordered.ndim == 1:
        places = np.searchsorted(ordered, x, side)  # type: ignore[call-overload]  # "left" or "right"
    else:
        if ordered.shape[:-1] != x.shape[:-1]:
            raise RuntimeError(
                "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of "
                "boundaries tensor and input value tensor must match, but we got boundaries tensor "
                f"{[*ordered.shape]} and input value tensor {[*x.shape]}"
            )
        count = math.prod(ordered.shape[:-1])
        rows = zip(ordered.reshape(count, ordered.shape[-1]), x.reshape(count, x.shape[-1]), strict=True)
        found = [np.searchsorted(row, wanted, side) for row, wanted in rows]  # type: ignore[call-overload]
        places = np.array(found).reshape(x.shape)
    return np.asarray(places, np.int32 if narrow else np.int64)
