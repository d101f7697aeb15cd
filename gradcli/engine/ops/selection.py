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
from gradcli.engine.layout import laid, own_copy
from gradcli.engine.op import general, not_differentiable
from gradcli.engine.ops.gathering import values
from gradcli.engine.ops.indexing import index as elements
from gradcli.engine.ops.indexing import scatter as place
from gradcli.engine.ops.shape import clone, expand, flatten, reshape, unsqueeze
from gradcli.engine.tensor import Tensor
from gradcli.engine.type_names import TYPE_NAMES, not_implemented

MATRIX = REAL.shaped(3, 4)


def _kind(array: Any) -> str:
    return TYPE_NAMES[array.dtype.name].scalar


def _lines(name: str, x: Any, index: Any, axis: int) -> tuple[Any, ...]:
    """The key of the slices of `x`, an array with axes, along `axis` that an index or a vector of them names.

    Raises PyTorch's errors, which each of the four functions has in words of its own.
    """
    axis, size = axis_in(axis, x.ndim), [*index.shape]
    if name in ("index_fill", "index_copy") and index.dtype != np.int64:
        if name == "index_fill":
            raise IndexError("index_fill_(): Expected dtype int64 for index.")
        raise RuntimeError(f"index_copy_(): Expected a long tensor for index, but got {_kind(index)}")
    if index.dtype not in (np.int32, np.int64):
        if name == "index_add":
            raise RuntimeError(f"index_add_(): Expected dtype int32/int64 for index but got: {_kind(index)}")
        raise RuntimeError(f"{name}(): Expected dtype int32 or int64 for index")
    if index.ndim > 1:
        raise {
            "index_select": IndexError("index_select(): Index is supposed to be a vector"),
            "index_add": IndexError(
                f"index_add_(): Index is supposed to be a vector, but got dim: {index.ndim} with type: {_kind(index)} "
                f"and size: {size}"
            ),
            "index_copy": IndexError(f"index_copy_(): Index should have dimension 1 or 0 (got {index.ndim})"),
            "index_fill": RuntimeError("Index has to be a vector/scalar"),
        }[name]
    n, lines = x.shape[axis], np.atleast_1d(index)
    for wrong in lines[(lines < (-n if name == "index_fill" else 0)) | (lines >= n)][:1]:
        if name in ("index_select", "index_add"):
            raise IndexError("index out of range in self")
        words = f"index {wrong} is out of bounds for dimension {axis} with size {n}"
        raise IndexError(f"index_copy_(): {words}" if name == "index_copy" else words)
    return (*[slice(None)] * axis, lines)


def _selected(x: Any, index: Any, axis: int) -> Any:
    key = _lines("index_select", np.atleast_1d(x), index, axis)
    if x.ndim:
        return x.take(key[-1], axis)
    if index.size != 1:
        raise RuntimeError(f"index_select(): Index to scalar can have only 1 value, got {index.size} value(s)")
    return own_copy(x)[()]


def _back_to_lines(g: Any, x: Any, index: Any, axis: int) -> Any:
    return place(g, x.shape, _lines("index_select", x, index, axis)) if x.ndim else g


_index_select: Callable[..., Any] = general(
    "index_select",
    "IndexSelectBackward0",
    _selected,
    domain=(MATRIX, REAL),
    shapes_only=["x"],
    x=_back_to_lines,
    index=not_differentiable,
)


def index_select(x: Any, axis: int, index: Any) -> Any:
    """The slices of `x` along `axis` that `index` names; a number is its only slice."""
    return _index_select(x, values(index), axis)


def _changed(name: str, x: Any, index: Any, axis: int, change: Callable[[Any, Any], None]) -> Any:
    """A copy of `x` after a change of the slices that `index` names; no axes count as one."""
    result = own_copy(x)
    rows = np.atleast_1d(result)
    change(rows, _lines(name, rows, index, axis))
    return result if result.ndim else result[()]


def _lines_added(x: Any, source: Any, index: Any, axis: int, alpha: float = 1) -> Any:
    factor = fitting(alpha, x.dtype)
    return _changed("index_add", x, index, axis, lambda rows, key: np.add.at(rows, key, factor * source))


def _lines_copied(x: Any, source: Any, index: Any, axis: int) -> Any:
    return _changed("index_copy", x, index, axis, lambda rows, key: rows.__setitem__(key, source))


def _filled(x: Any, value: Any, index: Any, axis: int) -> Any:
    if isinstance(value, complex) and x.dtype.kind != "c":
        raise RuntimeError("index_fill_(): Converting complex Scalar to non-complex type is not supported")
    number = fitting(value, x.dtype)
    return laid(_changed("index_fill", x, index, axis, lambda rows, key: rows.__setitem__(key, number)), x)


_index_add = general(
    "index_add",
    "IndexAddBackward0",
    _lines_added,
    domain=(MATRIX, MATRIX),
    shapes_only=["x", "source"],
    x=lambda g: g,
    source=lambda g, index, axis, alpha: alpha * _index_select(g, index, axis),
)


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


def index_add(x: Any, axis: int, index: Any, source: Any, alpha: float = 1) -> Any:
    """`x` with `alpha` times the slices of `source` added to those that `index` names."""
    place, count = axis_in(axis, x.ndim), values(index).size
    others = [[n for i, n in enumerate(a.shape) if i != place] for a in (x, source)]
    if source.dtype != x.dtype:
        kinds = [_kind(values(a)) for a in (x, source)]
        raise RuntimeError(f"index_add_(): self ({kinds[0]}) and source ({kinds[1]}) must have the same scalar type")
    if x.ndim != source.ndim or others[0] != others[1]:
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. "
            f"Got self.shape = {[*x.shape]} source.shape = {[*source.shape]}"
        )
    _same_count("index_add", count, source, place)
    if isinstance(alpha, float) and values(x).dtype.kind in "bui":
        alpha = int(alpha)
    return _index_add(x, source, values(index), axis, alpha)


def _same_count(name: str, count: int, source: Any, axis: int) -> None:
    n = source.shape[axis] if source.ndim else 1
    if count != n and name == "index_copy":
        raise IndexError(f"index_copy_(): Number of indices ({count}) should be equal to source.size(dim) ({n})")
    if count != n:
        raise RuntimeError(
            f"{name}_(): Number of indices ({count}) should be equal to source.size(dim): ({n}), for dim: {axis}"
        )


def index_copy(x: Any, axis: int, index: Any, source: Any) -> Any:
    """`x` with the slices of `source` in the places that `index` names."""
    place, count = axis_in(axis, x.ndim), values(index).size
    if not source.ndim and count != 1:
        raise IndexError(f"index_copy_(): When source is scalar, index should have one element (got {count})")
    if x.ndim and source.ndim and x.ndim != source.ndim:
        raise IndexError(
            "index_copy_(): When source and destination are not scalars, their dimensionality must match. Source "
            f"dimensionality ({source.ndim}), destination dimensionality ({x.ndim})"
        )
    if source.dtype != x.dtype:
        kinds = [_kind(values(a)) for a in (x, source)]
        raise RuntimeError(
            f"index_copy_(): self and source expected to have the same dtype, but got (self) {kinds[0]} and (source) "
            f"{kinds[1]}"
        )
    slices = [[n for i, n in enumerate(a.shape) if i != place] for a in (x, source)]
    if slices[0] != slices[1]:
        shapes = [" ".join(map(str, sizes)) for sizes in slices]
        raise RuntimeError(
            "index_copy_(): Source/destination tensor must have same slice shapes. Destination slice shape: "
            f"{shapes[0]} at dimension {place} and source slice shape: {shapes[1]} at dimension "
            f"{place}."
        )
    _same_count("index_copy", count, source, place)
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
    counts = values(x if repeats is None else repeats)
    if np.ndim(counts) > 1 or (repeats is None and not counts.ndim):
        only = "repeat_interleave only accept 1D vector as repeat"
        raise RuntimeError(only if repeats is None else "repeats must be 0-dim or 1-dim tensor")
    if not isinstance(counts, int) and counts.dtype not in (np.int32, np.int64):
        raise not_implemented("repeat_interleave_cpu", counts.dtype)
    if np.any(np.less(counts, 0)):
        raise RuntimeError("Repeats must be non-negative" if isinstance(counts, int) else "repeats can not be negative")
    if repeats is None:
        return Tensor(np.repeat(np.arange(counts.size), counts))
    if axis is None:
        x, axis = flatten(x), 0
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
        if name == "masked_scatter":
            kind = TYPE_NAMES[mask.dtype.name].scalar
            raise RuntimeError(f"masked_scatter_ only supports boolean masks, but got mask with dtype {kind}")
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
    result = own_copy(x)
    result[mask] = source.reshape(-1)[:count]
    return result if result.ndim else result[()]


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
    mask = _as_mask("masked_scatter", values(mask))
    if wrong := size_mismatch(mask.shape, x.shape):
        raise wrong
    if source.dtype != x.dtype:
        kinds = [TYPE_NAMES[values(a).dtype.name].scalar for a in (x, source)]
        raise RuntimeError(f"masked_scatter: expected self and source to have same dtypes but got{' and '.join(kinds)}")
    shape = np.broadcast_shapes(x.shape, mask.shape)
    return _masked_scatter_op(x if x.shape == shape else expand(x, shape), source, np.broadcast_to(mask, shape))


nonzero = general("nonzero", "", lambda x: np.asfortranarray(np.argwhere(x)), domain=MATRIX, x=not_differentiable)
"""The places of the elements that are not 0, one a row."""


def nonzero_each(x: Any) -> tuple[Any, ...]:
    """The places of the elements that are not 0, an array for each axis."""
    return tuple(map(Tensor, np.array(np.nonzero(np.atleast_1d(values(x))))))  # parts of one memory
