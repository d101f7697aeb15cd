"""Arrays joined into one, and taken apart again."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from gradcli.engine.axes import axis_in
from gradcli.engine.domain import REAL
from gradcli.engine.dtypes import result_type
from gradcli.engine.op import of_sequence
from gradcli.engine.ops.indexing import scatter, select, slice_axis
from gradcli.engine.ops.shape import reshape, unsqueeze
from gradcli.engine.tensor import Tensor
from gradcli.engine.type_names import TYPE_NAMES
from gradcli.engine.views import of_one_call, view_of


def _promoted(arrays: Sequence[Any]) -> list[Any]:
    """The arrays and numbers as arrays of the dtype that PyTorch combines them in."""
    dtype = result_type(*arrays)
    return [np.asarray(array, dtype) for array in arrays]


def _stack(arrays: Sequence[Any], axis: int = 0) -> Any:
    _some("stack", arrays)
    arrays = _promoted(arrays)
    for i, array in enumerate(arrays):
        if array.shape != arrays[0].shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {[*arrays[0].shape]} at entry 0 and "
                f"{[*array.shape]} at entry {i}"
            )
    return np.ascontiguousarray(np.stack(arrays, axis_in(axis, arrays[0].ndim + 1)))


stack = of_sequence(
    "stack",
    "StackBackward0",
    _stack,
    domain=REAL,
    shapes_only=("arrays",),
    numpy=[np.stack],
    arrays=lambda g, arrays, axis: [select(g, axis, i) for i in range(len(arrays))],
)


def _cat(arrays: Sequence[Any], axis: int = 0) -> Any:
    """Joined along an axis. Empty vectors fit everywhere, as they always did in PyTorch."""
    if not len(arrays):
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    arrays = [array for array in _promoted(arrays) if array.shape != (0,)] or _promoted(arrays)
    first = arrays[0]
    for i, array in enumerate(arrays):
        if array.ndim == 0:
            raise RuntimeError(f"zero-dimensional tensor (at position {i}) cannot be concatenated")
        if array.ndim != first.ndim:
            raise RuntimeError(f"Tensors must have same number of dimensions: got {first.ndim} and {array.ndim}")
    axis = axis_in(axis, first.ndim) if first.shape != (0,) else 0
    for i, array in enumerate(arrays):
        for k, (n, m) in enumerate(zip(first.shape, array.shape, strict=True)):
            if n != m and k != axis:
                raise RuntimeError(
                    f"Sizes of tensors must match except in dimension {axis}. Expected size {n} but got size {m} for "
                    f"tensor number {i} in the list."
                )
    return np.ascontiguousarray(np.concatenate(arrays, axis))


def _cut(g: Any, arrays: Sequence[Any], axis: int) -> list[Any]:
    """The parts of `g` where the arrays lie."""
    ends = itertools.accumulate((0 if array.shape == (0,) else array.shape[axis] for array in arrays), initial=0)
    return [slice_axis(g, axis, start, stop) for start, stop in itertools.pairwise(ends)]


cat = of_sequence(
    "cat",
    "CatBackward0",
    _cat,
    domain=REAL.shaped(2, 3),
    shapes_only=("arrays",),
    arrays=_cut,
)


def at_least(x: Any, ndim: int) -> Any:
    """`x` with at least so many axes: a vector as a row, a matrix in planes of one column."""
    if ndim == 3 and x.ndim == 2:
        return unsqueeze(x, -1)
    while x.ndim < ndim:
        x = unsqueeze(x, -1 if ndim == 3 and x.ndim == 2 else 0)
    return x


def _some(name: str, arrays: Sequence[Any]) -> None:
    if not len(arrays):
        raise RuntimeError(f"{name} expects a non-empty TensorList")


def hstack(arrays: Sequence[Any]) -> Any:
    """Arrays beside one another: along the second axis, vectors along their only one."""
    _some("hstack", arrays)
    arrays = [at_least(x, 1) for x in arrays]
    return cat(arrays, 0 if arrays and arrays[0].ndim == 1 else 1)


def vstack(arrays: Sequence[Any]) -> Any:
    """Arrays below one another; vectors are rows."""
    _some("vstack", arrays)
    return cat([at_least(x, 2) for x in arrays], 0)


def dstack(arrays: Sequence[Any]) -> Any:
    """Arrays behind one another: along the third axis."""
    _some("dstack", arrays)
    return cat([at_least(x, 3) for x in arrays], 2)


def column_stack(arrays: Sequence[Any]) -> Any:
    """Arrays beside one another; vectors are columns."""
    _some("column_stack", arrays)
    return cat([x if x.ndim > 1 else reshape(x, (-1, 1)) for x in arrays], 1)


# Taken apart: in PyTorch one node has all the parts, here each part has a node of that name

split_part = view_of(
    "split_part",
    lambda x, axis, start, stop, step, by_sizes: "SplitWithSizesBackward0" if by_sizes else "SplitBackward0",
    lambda x, axis, start, stop, step, by_sizes: slice_axis(x, axis, start, stop, step),
    domain=REAL.shaped(3, 4),
    x=lambda g, x, axis, start, stop: scatter(g, x.shape, (*[slice(None)] * axis_in(axis, x.ndim), slice(start, stop))),
)
unbind_part = view_of(
    "unbind_part",
    "UnbindBackward0",
    lambda x, axis, index: select(x, axis, index),
    domain=REAL.shaped(3, 4),
    x=lambda g, x, axis, index: scatter(g, x.shape, (*[slice(None)] * axis_in(axis, x.ndim), index)),
)


def split(x: Any, size: int | Sequence[int], axis: int = 0) -> tuple[Any, ...]:
    """Parts of `x` along `axis`: each of `size` elements, the last perhaps fewer; or of the given sizes."""
    if not x.ndim:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    at = axis_in(axis, x.ndim)
    n = x.shape[at]
    if isinstance(size, Sequence):
        if min(size, default=0) < 0:
            raise RuntimeError(
                f"split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes={[*size]}"
            )
        if sum(size) != n:
            raise RuntimeError(
                f"split_with_sizes expects split_sizes to sum exactly to {n} (input tensor's size at dimension "
                f"{axis}), but got split_sizes={[*size]}"
            )
        ends = [*itertools.accumulate(size, initial=0)]
    else:
        if size < 0:
            raise RuntimeError(f"split expects split_size be non-negative, but got split_size={size}")
        if size == 0 and n:
            raise RuntimeError(f"split_size can only be 0 if dimension size is 0, but got dimension size of {n}")
        ends = [*range(0, n, size), n] if n else [0, 0]
    by_sizes = isinstance(size, Sequence)
    return of_one_call(split_part(x, axis, start, stop, None, by_sizes) for start, stop in itertools.pairwise(ends))


def chunk(x: Any, chunks: int, axis: int = 0) -> tuple[Any, ...]:
    """At most `chunks` parts of `x` along `axis`, all of one size but perhaps the last."""
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    if not x.ndim:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    at = axis_in(axis, x.ndim)
    return split(x, -(-x.shape[at] // chunks) if x.shape[at] else (0,) * chunks, axis)


def unbind(x: Any, axis: int = 0) -> tuple[Any, ...]:
    """The slices of `x` along `axis`, without that axis."""
    if not x.ndim:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    return of_one_call(unbind_part(x, axis, i) for i in range(x.shape[axis_in(axis, x.ndim)]))


def _numbers(places: Tensor) -> Any:
    """The numbers in a Tensor of them. Raises PyTorch's RuntimeErrors for one that holds others or has more axes."""
    if places.ndim > 1:
        raise RuntimeError(
            "tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional tensor, but "
            f"got a tensor with {places.ndim} dims"
        )
    if places.array.dtype != np.int64:
        kind = TYPE_NAMES[places.array.dtype.name].scalar
        raise RuntimeError(f"tensor_split expected tensor_indices_or_sections to have dtype of long, but got {kind}")
    return places.tolist()


def tensor_split(x: Any, places: int | Sequence[int], axis: int = 0) -> tuple[Any, ...]:
    """As many parts of `x` along `axis`, the first ones perhaps longer by one; or its parts between given places."""
    if not x.ndim:
        raise RuntimeError("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims")
    n = x.shape[axis_in(axis, x.ndim)]
    places = _numbers(places) if isinstance(places, Tensor) else places
    if isinstance(places, Sequence):
        ends = [slice(None, place).indices(n)[1] for place in places]
    elif places <= 0:
        raise RuntimeError(f"number of sections must be larger than 0, got {places}")
    else:
        ends = [k * (n // places) + min(k, n % places) for k in range(1, places)]
    bounds = zip([0, *ends], [*ends, n], strict=True)
    return tuple([slice_axis(x, axis, start, max(start, stop)) for start, stop in bounds])
