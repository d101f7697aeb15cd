"""Parts of an array: x[...] as the chain of views that PyTorch records, and diagonals; and what scatters back."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradcli.engine.axes import axis_in
from gradcli.engine.domain import REAL
from gradcli.engine.layout import in_rows
from gradcli.engine.op import general
from gradcli.engine.ops.shape import moveaxis, unsqueeze
from gradcli.engine.tensor import NUMPY, Tensor
from gradcli.engine.views import view_of, writable


def _at(axis: int, item: Any) -> tuple[Any, ...]:
    """The key that applies `item` along `axis`; the Ellipsis makes even a 0-d result a view."""
    return (*[slice(None)] * axis, item, ...)


def _scatter(x: Any, shape: Sequence[int], key: tuple[Any, ...]) -> Any:
    """Zeros of `shape`, to which `x` is added at `key`."""
    result = np.zeros(shape, x.dtype)
    if any(isinstance(item, np.ndarray) and item.dtype.kind != "b" for item in key):
        np.add.at(result, key, x)  # counts a place as often as it is named
    else:
        result[key] = x
    return result


scatter: Callable[..., Any] = general(
    "scatter", "IndexPutBackward0", _scatter, domain=REAL, x=lambda g, key: index(g, key)
)


def _select(x: Any, axis: int, index: int) -> Any:
    if x.ndim == 0:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    axis = axis_in(axis, x.ndim)
    if not -x.shape[axis] <= index < x.shape[axis]:
        raise IndexError(f"select(): index {index} out of range for tensor of size {[*x.shape]} at dimension {axis}")
    return x[_at(axis, index)]


select = view_of(
    "select",
    "SelectBackward0",
    _select,
    domain=REAL.shaped(3, 4),
    x=lambda g, x, axis, index: scatter(g, x.shape, _at(axis_in(axis, x.ndim), index)),
)


def _slice_axis(x: Any, axis: int, start: int | None = None, stop: int | None = None, step: int | None = None) -> Any:
    if x.ndim == 0:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    if step is not None and step <= 0:
        raise ValueError("step must be greater than zero")
    return x[_at(axis_in(axis, x.ndim), slice(start, stop, step))]


slice_axis = view_of(
    "slice_axis",
    "SliceBackward0",
    _slice_axis,
    domain=REAL.shaped(3, 4),
    x=lambda g, x, axis, start, stop, step: scatter(g, x.shape, _at(axis_in(axis, x.ndim), slice(start, stop, step))),
)


def _index(x: Any, key: tuple[Any, ...]) -> Any:
    try:
        return in_rows(x[key])
    except IndexError as error:
        words = str(error).replace("axis", "dimension")
        if words.startswith("shape mismatch"):
            shapes = [str([*item.shape]) for item in key if isinstance(item, np.ndarray)]
            words = f"shape mismatch: indexing tensors could not be broadcast together with shapes {', '.join(shapes)}"
        raise IndexError(words) from None


index: Callable[..., Any] = general(
    "index",
    "IndexBackward0",
    _index,
    domain=REAL.shaped(3, 4),
    shapes_only=["x"],
    x=lambda g, x, key: scatter(g, x.shape, key),
)


alias = view_of("alias", "AliasBackward0", lambda x: x[...], domain=REAL, x=lambda g: g)


def _item(item: Any) -> Any:
    """An item of a key as an int, a slice, None, Ellipsis, or an array of ints or bools."""
    if item is None or item is Ellipsis or isinstance(item, slice):
        return item
    if isinstance(item, Tensor):
        item = item.array
    if isinstance(item, (bool, list, tuple, range, np.ndarray, np.generic)):
        array = np.array(item)  # a copy: the backward pass needs it as it is now
        if array.dtype == np.uint8:
            return array.astype(bool)  # PyTorch takes bytes for a mask
        if array.size == 0 and isinstance(item, (list, tuple, range)):
            return array.astype(np.int64)
        if array.dtype.kind not in "bi" or array.dtype in (np.int8, np.int16):
            raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
        return int(array) if array.ndim == 0 and array.dtype.kind == "i" else array
    try:
        return operator.index(item)
    except TypeError:
        raise IndexError(
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices "
            f"(got {type(item).__name__})"
        ) from None


def _consumed(item: Any) -> int:
    """How many axes of the array an item of a key stands for."""
    if item is None or item is Ellipsis:
        return 0
    return item.ndim if isinstance(item, np.ndarray) and item.dtype.kind == "b" else 1


def _items(x: Any, key: Any) -> list[Any]:
    """The items of a key on `x`, the first Ellipsis spelt out as slices. Raises IndexError if they are too many."""
    if isinstance(key, list) and not all(isinstance(item, (int, float)) for item in key):
        key = tuple(key)  # as NumPy once did, and PyTorch does
    items = [_item(item) for item in (key if isinstance(key, tuple) else (key,))]
    free = x.ndim - sum(map(_consumed, items))
    if free < 0 and isinstance(key, slice):
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    if free < 0 and x.ndim == 0 and not isinstance(key, tuple):
        raise IndexError(
            "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a "
            "0-dim tensor to a number"
        )
    if free < 0:
        raise IndexError(f"too many indices for tensor of dimension {x.ndim}")
    spelt: list[Any] = []
    for item in items:
        if item is Ellipsis:
            spelt += [slice(None)] * free
            free = 0
        else:
            spelt.append(item)
    return spelt


def getitem(x: Any, key: Any) -> Any:
    """x[key] as PyTorch takes it: ints, slices and None one after another, each a view and a node; then index arrays.

    Raises IndexError in PyTorch's words; ValueError for a slice whose step is not positive.
    """
    view, axis, place = x, 0, 0  # the next axis of the view, and of x
    picks: list[Any] = []  # for each axis of the view, or for the axes of a mask together
    for item in _items(x, key):
        if isinstance(item, int):
            n = view.shape[axis]
            if not -n <= item < n:
                raise IndexError(f"index {item} is out of bounds for dimension {place} with size {n}")
            view = select(view, axis, item)
        elif isinstance(item, slice):
            n = view.shape[axis]
            bounds = item.indices(n)
            if bounds != (0, n, 1) or item.start or isinstance(key, slice):
                view = slice_axis(view, axis, *bounds)
            picks.append(slice(None))
            axis += 1
        else:
            if _consumed(item) == 0:  # None, or a single bool, which is a mask of a new axis
                view = unsqueeze(view, axis)
            picks.append(slice(None) if item is None else _fitting(np.atleast_1d(item), view.shape, axis))
            axis += _consumed(item) or 1
        place += _consumed(item)
    if any(isinstance(pick, np.ndarray) for pick in picks):
        return index(view, tuple(picks))
    return alias(view) if view is x else view


def _fitting(array: Any, shape: Sequence[int], axis: int) -> Any:
    """An index array. Raises IndexError for a mask whose shape is not that of the axes it stands for."""
    for k, n in enumerate(array.shape if array.dtype.kind == "b" else ()):
        if n != shape[axis + k]:
            raise IndexError(
                f"The shape of the mask {[*array.shape]} at index {k} does not match the shape of the indexed tensor "
                f"{[*shape]} at index {axis + k}"
            )
    return array


# Diagonals


def _diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    first, second = axis_in(axis1, x.ndim), axis_in(axis2, x.ndim)
    if first == second:
        raise RuntimeError(f"diagonal dimensions cannot be identical {axis1}, {axis2}")
    return writable(x.diagonal(offset, first, second), x)


def _on_diagonal(n: int, offset: int) -> tuple[Any, ...]:
    """Where the `n` elements of a diagonal lie in a matrix."""
    along = np.arange(n)
    return ..., along + max(-offset, 0), along + max(offset, 0)


def _back_onto_diagonal(g: Any, x: Any, offset: int, axis1: int, axis2: int) -> Any:
    axes = axis_in(axis1, x.ndim), axis_in(axis2, x.ndim)
    others = [n for axis, n in enumerate(x.shape) if axis not in axes]
    matrices = scatter(g, (*others, *(x.shape[axis] for axis in axes)), _on_diagonal(g.shape[-1], offset))
    return moveaxis(matrices, (-2, -1), axes)


diagonal = view_of(
    "diagonal", "DiagonalBackward0", _diagonal, domain=REAL.shaped(3, 4), numpy=[np.diagonal], x=_back_onto_diagonal
)


diagonal_copy = general(
    "diagonal_copy",
    "DiagonalBackward0_copy",
    lambda x, offset=0: _diagonal(x, offset).copy(),
    domain=REAL.shaped(3, 4),
    shapes_only=["x"],
    x=lambda g, x, offset: _back_onto_diagonal(g, x, offset, 0, 1),
)


def _diag_embed(x: Any, offset: int = 0, axis1: int = -2, axis2: int = -1) -> Any:
    n = x.shape[-1] + abs(offset)
    matrices = np.zeros((*x.shape[:-1], n, n), x.dtype)
    matrices[_on_diagonal(x.shape[-1], offset)] = x
    return in_rows(moveaxis(matrices, (-2, -1), (axis1, axis2)))


diag_embed = general(
    "diag_embed",
    "DiagEmbedBackward0",
    _diag_embed,
    domain=REAL.shaped(3),
    x=lambda g, offset, axis1, axis2: diagonal(g, offset, axis1, axis2),
)


def diag(x: Any, k: int = 0) -> Any:
    """The matrix with the vector `x` on its `k`-th diagonal; of a matrix, a copy of that diagonal."""
    if x.ndim not in (1, 2):
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {x.ndim}D")
    return diag_embed(x, k) if x.ndim == 1 else diagonal_copy(x, k)


NUMPY[np.diag] = diag
