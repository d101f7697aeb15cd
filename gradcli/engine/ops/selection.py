"""Slices picked, placed and added by a vector of indices; elements picked and placed by a mask."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.axes import axis_in
from gradcli.engine.domain import REAL
from gradcli.engine.errors import size_mismatch
from gradcli.engine.fitting import fitting
from gradcli.engine.op import general, not_differentiable
from gradcli.engine.ops.gathering import values
from gradcli.engine.ops.indexing import index as elements
from gradcli.engine.ops.indexing import scatter as place
from gradcli.engine.ops.shape import clone, expand, flatten, reshape, unsqueeze
from gradcli.engine.tensor import Tensor
from gradcli.engine.type_names import TYPE_NAMES

MATRIX = REAL.shaped(3, 4)


def _lines(name: str, x: Any, index: Any, axis: int) -> tuple[Any, ...]:
    """The key of the slices of `x` along `axis` that a vector of indices names."""
    axis = axis_in(axis, x.ndim)
    if index.dtype not in (np.int32, np.int64):
        raise RuntimeError(f"{name}(): Expected dtype int32 or int64 for index")
    if index.ndim > 1:
        raise IndexError(f"{name}(): Index is supposed to be a vector")
    if np.any((index < 0) | (index >= x.shape[axis])):
        raise IndexError("index out of range in self")
    return (*[slice(None)] * axis, index)


_index_select: Callable[..., Any] = general(
    "index_select",
    "IndexSelectBackward0",
    lambda x, index, axis: x.take(_lines("index_select", x, index, axis)[-1], axis),
    domain=(MATRIX, REAL),
    shapes_only=["x"],
    x=lambda g, x, index, axis: place(g, x.shape, _lines("index_select", x, index, axis)),
    index=not_differentiable,
)


def index_select(x: Any, axis: int, index: Any) -> Any:
    """The slices of `x` along `axis` that `index` names."""
    index = np.atleast_1d(values(index))
    if x.ndim == 0:
        return reshape(_index_select(reshape(x, (1,)), index, axis), ())
    return _index_select(x, index, axis)


def _lines_added(x: Any, source: Any, index: Any, axis: int, alpha: float = 1) -> Any:
    result = x.copy()
    np.add.at(result, _lines("index_add", x, index, axis), fitting(alpha, x.dtype) * source)
    return result


def _lines_copied(x: Any, source: Any, index: Any, axis: int) -> Any:
    result = x.copy()
    result[_lines("index_copy", x, index, axis)] = source
    return result


_index_add = general(
    "index_add",
    "IndexAddBackward0",
    _lines_added,
    domain=(MATRIX, MATRIX),
    shapes_only=["x", "source"],
    x=lambda g: g,
    source=lambda g, index, axis, alpha: alpha * _index_select(g, index, axis),
)


def _filled(x: Any, value: Any, index: Any, axis: int) -> Any:
    return _lines_copied(x, fitting(value, x.dtype), index, axis)


index_fill_number: Callable[..., Any] = general(
    "index_fill",
    "IndexFillBackward0",
    lambda x, index, axis, value: _filled(x, value, index, axis),
    domain=(MATRIX, REAL),
    shapes_only=["x"],
    x=lambda g, index, axis: index_fill_number(g, index, axis, 0),
    index=not_differentiable,
)
_index_fill_tensor = general(
    "index_fill_tensor",
    "IndexFillBackward1",
    _filled,
    domain=(MATRIX, REAL.shaped()),
    shapes_only=["x", "value"],
    x=lambda g, index, axis: index_fill_number(g, index, axis, 0),
    value=lambda g, index, axis: np.sum(_index_select(g, np.unique(index), axis)),
)
_index_copy = general(
    "index_copy",
    "IndexCopyBackward0",
    _lines_copied,
    domain=(MATRIX, MATRIX),
    shapes_only=["x", "source"],
    x=lambda g, index, axis: index_fill_number(g, index, axis, 0),
    source=lambda g, index, axis: _index_select(g, index, axis),
)


def _source_fits(name: str, x: Any, axis: int, index: Any, source: Any) -> None:
    axis = axis_in(axis, x.ndim)
    if source.dtype != x.dtype:
        raise RuntimeError(f"{name}_(): self and source must have the same scalar type")
    count = values(index).size
    if count != source.shape[axis]:
        raise RuntimeError(
            f"{name}_(): Number of indices ({count}) should be equal to source.size(dim): "
            f"({source.shape[axis]}), for dim: {axis}"
        )
    if [n for i, n in enumerate(source.shape) if i != axis] != [n for i, n in enumerate(x.shape) if i != axis]:
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. "
            f"Got self.shape = {[*x.shape]} source.shape = {[*source.shape]}"
        )


def index_add(x: Any, axis: int, index: Any, source: Any, alpha: float = 1) -> Any:
    """`x` with `alpha` times the slices of `source` added to those that `index` names."""
    _source_fits("index_add", x, axis, index, source)
    return _index_add(x, source, values(index), axis, alpha)


def index_copy(x: Any, axis: int, index: Any, source: Any) -> Any:
    """`x` with the slices of `source` in the places that `index` names."""
    _source_fits("index_copy", x, axis, index, source)
    return _index_copy(x, source, values(index), axis)


def index_fill(x: Any, axis: int, index: Any, value: Any) -> Any:
    """`x` with `value` in all slices along `axis` that `index` names; a number gives a node of its own."""
    if np.ndim(values(value)):
        raise RuntimeError(
            "index_fill_ only supports a 0-dimensional value tensor, but got tensor with "
            f"{np.ndim(values(value))} dimension(s)."
        )
    if isinstance(value, Tensor):
        return _index_fill_tensor(x, value, values(index), axis)
    return index_fill_number(x, values(index), axis, value)


def repeat_interleave(x: Any, repeats: Any = None, axis: int | None = None) -> Any:
    """Each slice along `axis` (each element where there is none) as often as `repeats`, one number or many, says.

    Of an array of counts alone, the indices that it repeats.
    """
    if repeats is None:
        counts = values(x)
        return Tensor(np.repeat(np.arange(counts.size), counts))
    if axis is None:
        x, axis = flatten(x), 0
    counts = values(repeats)
    if np.any(np.less(counts, 0)):
        raise RuntimeError("Repeats must be non-negative")
    axis = axis_in(axis, x.ndim)
    n = x.shape[axis]
    if np.size(counts) not in (1, n):
        raise RuntimeError(
            f"repeats must have the same size as input along dim, but got repeats.size(0) = {np.size(counts)} and "
            f"input.size({axis}) = {n}"
        )
    if not isinstance(counts, int):
        return index_select(x, axis, np.repeat(np.arange(n), counts))
    spread = unsqueeze(x, axis + 1)
    spread = expand(spread, (*x.shape[: axis + 1], counts, *x.shape[axis + 1 :]))
    return reshape(clone(spread), (*x.shape[:axis], n * counts, *x.shape[axis + 1 :]))


# Masks


def _as_mask(name: str, mask: Any) -> Any:
    if mask.dtype.kind != "b":
        raise RuntimeError(f"{name}: expected BoolTensor for mask")
    return mask


_masked_select: Callable[..., Any] = general(
    "masked_select",
    "MaskedSelectBackward0",
    lambda x, mask: x[mask],
    domain=(MATRIX, REAL),
    shapes_only=["x"],
    x=lambda g, x, mask: place(g, x.shape, (mask,)),
    mask=not_differentiable,
)


def masked_select(x: Any, mask: Any) -> Any:
    """The elements where the mask, which broadcasts with `x`, is true, in order."""
    mask = _as_mask("masked_select", values(mask))
    if wrong := size_mismatch(mask.shape, x.shape):
        raise wrong
    shape = np.broadcast_shapes(x.shape, mask.shape)
    return _masked_select(x if x.shape == shape else expand(x, shape), np.broadcast_to(mask, shape))


def _masked_scatter(x: Any, source: Any, mask: Any) -> Any:
    if source.dtype != x.dtype:
        names = " and ".join(TYPE_NAMES[array.dtype.name].scalar for array in (x, source))
        raise RuntimeError(f"masked_scatter: expected self and source to have same dtypes but got{names}")
    count = np.count_nonzero(mask)
    if source.size < count:
        raise RuntimeError("Number of elements of source < number of ones in mask")
    result = x.copy()
    result[mask] = source.reshape(-1)[:count]
    return result


def _back_to_source(g: Any, source: Any, mask: Any) -> Any:
    picked = elements(g, (mask,))
    return reshape(place(picked, (math.prod(source.shape),), (slice(picked.shape[0]),)), source.shape)


_masked_scatter_op = general(
    "masked_scatter",
    "MaskedScatterBackward0",
    _masked_scatter,
    domain=(MATRIX, MATRIX),
    shapes_only=["x", "source"],
    x=lambda g, mask: np.where(mask, 0, g),
    source=_back_to_source,
)


def masked_scatter(x: Any, mask: Any, source: Any) -> Any:
    """`x` with the elements of `source`, in order, where the mask is true."""
    mask = np.broadcast_to(_as_mask("masked_scatter", values(mask)), x.shape)
    return _masked_scatter_op(x, source, mask)


nonzero = general("nonzero", "", lambda x: np.argwhere(x), domain=MATRIX, x=not_differentiable)
"""The places of the elements that are not 0, one a row."""


def nonzero_each(x: Any) -> tuple[Any, ...]:
    """The places of the elements that are not 0, an array for each axis."""
    return tuple(map(Tensor, np.nonzero(np.atleast_1d(values(x)))))
