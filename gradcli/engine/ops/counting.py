"""Quantiles; values without repetition, how often they come, and where numbers belong among others."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.axes import axis_in, no_axes
from gradcli.engine.domain import REAL
from gradcli.engine.dtypes import result_type
from gradcli.engine.multi import multi
from gradcli.engine.op import general, missing, not_differentiable
from gradcli.engine.ops.bitwise import WHOLE
from gradcli.engine.ops.fused import lerp
from gradcli.engine.ops.gathering import gather, values
from gradcli.engine.ops.shape import flatten, moveaxis, reshape
from gradcli.engine.ops.sorting import sort
from gradcli.engine.tensor import Tensor
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
    if not isinstance(q, Tensor):
        q = np.asarray(q, values(x).dtype)
    elif interpolation != "linear":
        q = q.detach()  # it chooses an element
    _check_quantile(values(x), values(q), interpolation)
    if axis is not None:
        axis_in(axis, x.ndim)
    rows = flatten(x) if axis is None else reshape(x, (1,)) if not x.ndim else moveaxis(x, axis, -1)
    ordered = sort(rows, -1)[0]
    numbers = (~np.isnan(values(ordered))).sum(-1, keepdims=True)
    last = rows.shape[-1] - 1
    rank = reshape(q, (-1,)) * (last if nans else np.maximum(numbers - 1, 0).astype(values(q).dtype))
    if nans:
        rank = np.where(numbers <= last, values(rank).dtype.type(last), rank)  # where NaN is
    rank = np.round(rank) if interpolation == "nearest" else rank
    below, above = np.floor(values(rank)), np.ceil(values(rank))
    low, high = (gather(ordered, -1, places.astype(np.int64)) for places in (below, above))
    result = moveaxis(lerp(low, high, BETWEEN[interpolation](rank - below)), -1, 0)
    if keepdims:
        shape = (
            [1] * x.ndim if axis is None else [1 if i == axis_in(axis, x.ndim) else n for i, n in enumerate(x.shape)]
        )
    else:
        shape = [] if axis is None or not x.ndim else [*result.shape[1:]]
    return reshape(result, [*result.shape[: q.ndim], *shape])


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
    if q.dtype != x.dtype:
        raise RuntimeError("quantile() q tensor must be same dtype as the input tensor")
    for wrong in q[~((q >= 0) & (q <= 1))][:1]:
        raise RuntimeError(f"quantile() q must be in the range [0, 1] but got {wrong:g}")


# Elements without repetition, each element's number among them, and their counts; the elements have no derivative


def _of_slices(x: Any, axis: int | None) -> int | None:
    """The axis, counted from the front. Raises RuntimeError for slices without elements."""
    if axis is None:
        return None
    axis = axis_in(axis, x.ndim)
    if 0 in x.shape[:axis] + x.shape[axis + 1 :]:
        raise RuntimeError("There are 0 sized dimensions, and they aren't selected, so unique cannot be applied")
    return axis


def _unique(x: Any, axis: int | None = None) -> tuple[Any, ...]:
    """The elements (or the slices along `axis`) that differ, sorted. NaNs differ from one another."""
    axis = _of_slices(x, axis)
    found, inverse, counts = np.unique(x, return_inverse=True, return_counts=True, axis=axis, equal_nan=False)
    return found, np.asarray(inverse, np.int64), np.asarray(counts, np.int64)


def _unique_consecutive(x: Any, axis: int | None = None) -> tuple[Any, ...]:
    """The elements (or the slices along `axis`) that differ from the one before, in their order."""
    axis = _of_slices(x, axis)
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


unique = multi(
    "unique",
    lambda x, axis: "Unique2Backward0" if axis is None else "UniqueDimBackward0",
    _unique,
    outputs=3,
    domain=REAL.shaped(3, 4),
    x=missing,
)
unique_consecutive = multi(
    "unique_consecutive",
    "UniqueConsecutiveBackward0",
    _unique_consecutive,
    outputs=3,
    domain=REAL.shaped(3, 4),
    x=missing,
)


def _bincount(x: Any, weights: Any = None, minlength: int = 0) -> Any:
    """How often each whole number from 0 on comes, or the sum of its weights."""
    if x.dtype.kind not in "iu":
        raise not_implemented("bincount_cpu", x.dtype)
    if x.ndim != 1 or np.any(x < 0):
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if minlength < 0:
        raise RuntimeError("minlength should be >= 0")
    if weights is not None and weights.shape != x.shape:
        raise RuntimeError("weights should be 1-d and have the same length as input")
    if weights is not None and weights.dtype.kind == "c":
        raise not_implemented("bincount_cpu", weights.dtype)
    counts = np.bincount(x, weights, minlength)
    if not x.size:
        weights = None
    return counts.astype(np.int64 if weights is None else np.float32 if weights.dtype == np.float32 else np.float64)


bincount = general(
    "bincount",
    "torch::autograd::NotImplemented",
    _bincount,
    domain=(WHOLE.shaped(3), REAL.shaped(3)),
    x=not_differentiable,
    weights=missing,
)

# These have no derivative, and take and give NumPy values


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
    if max < min:
        raise RuntimeError("torch.histc: max must be larger than min")
    low, high = x.dtype.type(min), x.dtype.type(max)
    inside = x[(x >= low) & (x <= high)]
    places = ((inside - low) * x.dtype.type(bins) / (high - low)).astype(np.int64)  # in PyTorch's order of rounding
    return np.bincount(np.minimum(places, bins - 1), minlength=bins).astype(x.dtype)


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
    places = np.where(np.isnan(x), ordered.shape[-1], places)
    return np.asarray(places, np.int32 if narrow else np.int64)
