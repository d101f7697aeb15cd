"""Elements picked, placed and added by arrays that hold an index for each of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.axes import axis_in, no_axes
from gradcli.engine.domain import REAL
from gradcli.engine.errors import size_mismatch
from gradcli.engine.fitting import fitting
from gradcli.engine.layout import in_rows, own_copy
from gradcli.engine.op import general, not_differentiable
from gradcli.engine.ops.indexing import scatter as place
from gradcli.engine.ops.indexing import slice_axis
from gradcli.engine.ops.shape import expand, reshape
from gradcli.engine.tensor import Tensor
from gradcli.engine.type_names import TYPE_NAMES

MATRIX = REAL.shaped(3, 4)


def values(x: Any) -> Any:
    """The NumPy values of a Tensor; anything else as it is."""
    return x.array if isinstance(x, Tensor) else x


# An index for each element of the result


def along(index: Any, axis: int) -> tuple[Any, ...]:
    """The key that takes, at each place of `index`, the element that has the index there along `axis`."""
    key: list[Any] = [*np.ogrid[tuple([slice(n) for n in index.shape])]]
    key[axis] = index
    return tuple(key)


def _key(name: str, x: Any, index: Any, axis: int) -> tuple[Any, ...]:
    """`along`, of arrays with axes. Raises PyTorch's errors where `index` does not fit `x`."""
    axis = axis_in(axis, x.ndim)
    called = "input" if name == "gather" else "self"
    if index.ndim != x.ndim:
        raise RuntimeError(f"Index tensor must have the same number of dimensions as {called} tensor")
    if any(i != axis and n > m for i, (n, m) in enumerate(zip(index.shape, x.shape, strict=True))):
        where = next(i for i, n in enumerate(index.shape) if i != axis and n > x.shape[i])
        first = f"Size does not match at dimension {where} expected" if name == "gather" else "Expected"
        raise RuntimeError(
            f"{first} index {[*index.shape]} to be no larger than self {[*x.shape]} apart from dimension {axis}"
        )
    for wrong in index[(index < 0) | (index >= x.shape[axis])][:1]:
        raise RuntimeError(f"index {wrong} is out of bounds for dimension {axis} with size {x.shape[axis]}")
    return along(index, axis)


def _check_kind(name: str, index: Any) -> None:
    if index.size and index.dtype not in (np.int32, np.int64):
        raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index")


def _gathered(x: Any, index: Any, axis: int) -> Any:
    axis_in(axis, x.ndim)
    _check_kind("gather", index)
    if not index.size:
        return np.empty(index.shape, x.dtype)
    rows, places = np.atleast_1d(x, index)
    picked = rows[_key("gather", rows, places, axis)]
    return in_rows(picked) if index.ndim else picked[0]


def _spread(g: Any, x: Any, index: Any, axis: int) -> Any:
    """The transpose of `gather`: an array of zeros to which `g` is added."""
    rows, shape = np.atleast_1d(index), x.shape or (1,)
    if not index.size:
        return np.zeros(x.shape, values(g).dtype)
    return reshape(place(reshape(g, rows.shape), shape, along(rows, axis_in(axis, len(shape)))), x.shape)


_gather: Callable[..., Any] = general(
    "gather",
    "GatherBackward0",
    _gathered,
    domain=(MATRIX, REAL),
    shapes_only=["x"],
    x=_spread,
    index=not_differentiable,
)


def gather(x: Any, axis: int, index: Any) -> Any:
    """At each place of `index`, the element of `x` that has this index along `axis`, and the place's others."""
    return _gather(x, index, axis)


def changed(x: Any, index: Any, axis: int, change: Callable[[Any, Any], None]) -> Any:
    """A copy of `x` after a change of its elements at `index` along the axis; no axes count as one, as in PyTorch.

    change  is given the copy, as an array with axes, and the key of the elements
    """
    axis_in(axis, x.ndim)
    _check_kind("scatter", index)
    result = own_copy(x)
    if index.size:
        rows = np.atleast_1d(result)
        change(rows, _key("scatter", rows, np.atleast_1d(index), axis))
    return result if result.ndim else result[()]


def _placed(x: Any, source: Any, index: Any, axis: int) -> Any:
    number = source if np.ndim(source) else fitting(source, x.dtype)
    return changed(x, index, axis, lambda rows, key: rows.__setitem__(key, number))


_scatter: Callable[..., Any] = general(
    "scatter_along",
    lambda x, source, index, axis: "ScatterBackward0" if hasattr(source, "dtype") else "ScatterBackward1",
    _placed,
    domain=(MATRIX, MATRIX),
    shapes_only=["x", "source"],
    x=lambda g, index, axis: _scatter(g, 0, index, axis),
    source=lambda g, index, axis: _gather(g, index, axis),
)


def _added(x: Any, source: Any, index: Any, axis: int) -> Any:
    return changed(x, index, axis, lambda rows, key: np.add.at(rows, key, source))


_scatter_add = general(
    "scatter_add",
    "ScatterAddBackward0",
    _added,
    domain=(MATRIX, MATRIX),
    shapes_only=["x", "source"],
    x=lambda g: g,
    source=lambda g, index, axis: _gather(g, index, axis),
)


def part_for(x: Any, source: Any, index: Any, axis: int) -> Any:
    """The part of `source` that `index` has places for. Raises PyTorch's errors where it has no such part."""
    if source.dtype != x.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    if not source.ndim or not index.size:
        return source
    sizes = index.shape or (1,)
    if source.ndim != len(sizes):
        raise RuntimeError("Index tensor must have the same number of dimensions as src tensor")
    if any(n > m for n, m in zip(sizes, source.shape, strict=True)):
        raise RuntimeError(
            f"Expected index {[*index.shape]} to be no larger than self {[*x.shape]} apart from dimension {axis} and "
            f"to be no larger size than src {[*source.shape]}"
        )
    for i, (n, m) in enumerate(zip(sizes, source.shape, strict=True)):
        source = source if n == m else slice_axis(source, i, 0, n)
    return source


def put_along(x: Any, axis: int, index: Any, source: Any) -> Any:
    """`x` with the elements of `source`, or a number, at the indices `index` along `axis`."""
    part = part_for(x, source, index, axis) if isinstance(source, (Tensor, np.ndarray)) else source
    return _scatter(x, part, values(index), axis)


def add_along(x: Any, axis: int, index: Any, source: Any) -> Any:
    """`x` with the elements of `source` added at the indices `index` along `axis`."""
    return _scatter_add(x, part_for(x, source, index, axis), values(index), axis)


def _modulo(index: Any, length: int) -> Any:
    return np.remainder(index, length) if length else index


def take_along(x: Any, index: Any, axis: int | None = None) -> Any:
    """As `gather`, of arrays that broadcast; of all elements in order where there is no axis.

    Along an axis, an index beyond either end is taken modulo the length.
    """
    dtype = values(index).dtype
    if dtype != np.int64:
        raise RuntimeError(
            f"torch.take_along_dim(): dtype of indices should be Long but got {TYPE_NAMES[dtype.name].scalar}"
        )
    if axis is None:
        return gather(reshape(x, (-1,)), 0, np.reshape(values(index), -1))
    if x.ndim != index.ndim:
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, "
            f"but got {x.ndim} dimensions for input, and {index.ndim} dimensions for indices"
        )
    if not x.ndim:
        raise no_axes(axis)
    axis = axis_in(axis, x.ndim)
    sizes = [[n for i, n in enumerate(a.shape) if i != axis] for a in (x, index)]
    if wrong := size_mismatch(*sizes):
        raise wrong
    shape = [*np.broadcast_shapes(*sizes)]
    return gather(
        expand(x, (*shape[:axis], x.shape[axis], *shape[axis:])),
        axis,
        _modulo(np.broadcast_to(values(index), (*shape[:axis], index.shape[axis], *shape[axis:])), x.shape[axis]),
    )


# Numbered in order


def _take_key(shape: tuple[int, ...], index: Any) -> tuple[Any, ...]:
    size = math.prod(shape)
    if index.dtype != np.int64:
        raise RuntimeError(f"take(): Expected a long tensor for index, but got {TYPE_NAMES[index.dtype.name].scalar}")
    if index.size and not size:
        raise IndexError("take(): tried to take from an empty tensor")
    for wrong in index[(index < -size) | (index >= size)][:1]:
        raise IndexError(f"out of range: tried to access index {wrong} on a tensor of {size} elements.")
    return np.unravel_index(index % max(size, 1), shape)


_take = general(
    "take",
    "TakeBackward0",
    lambda x, index: x[_take_key(x.shape, index)],
    domain=(MATRIX, REAL),
    shapes_only=["x"],
    x=lambda g, x, index: place(g, x.shape, _take_key(x.shape, index)),
    index=not_differentiable,
)


def take(x: Any, index: Any) -> Any:
    """The elements that `index` numbers in their order."""
    return _take(reshape(x, (1,)) if x.ndim == 0 else x, index)
