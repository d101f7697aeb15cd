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
from gradcli.engine.ops.indexing import select, slice_axis


def _promoted(arrays: Sequence[Any]) -> list[Any]:
    """The arrays and numbers as arrays of the dtype that PyTorch combines them in."""
    dtype = result_type(*arrays)
    return [np.asarray(array, dtype) for array in arrays]


def _stack(arrays: Sequence[Any], axis: int = 0) -> Any:
    if not len(arrays):
        raise RuntimeError("stack expects a non-empty TensorList")
    arrays = _promoted(arrays)
    for i, array in enumerate(arrays):
        if array.shape != arrays[0].shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {[*arrays[0].shape]} at entry 0 and "
                f"{[*array.shape]} at entry {i}"
            )
    return np.stack(arrays, axis_in(axis, arrays[0].ndim + 1))


stack = of_sequence(
    "stack",
    "StackBackward0",
    _stack,
    domain=REAL,
    numpy=[np.stack],
    arrays=lambda g, arrays, axis: [select(g, axis, i) for i in range(len(arrays))],
)


def _cat(arrays: Sequence[Any], axis: int = 0) -> Any:
    if not len(arrays):
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    arrays = _promoted(arrays)
    first = arrays[0]
    for i, array in enumerate(arrays):
        if array.ndim == 0:
            raise RuntimeError(f"zero-dimensional tensor (at position {i}) cannot be concatenated")
        if array.ndim != first.ndim:
            raise RuntimeError(f"Tensors must have same number of dimensions: got {first.ndim} and {array.ndim}")
    axis = axis_in(axis, first.ndim)
    for i, array in enumerate(arrays):
        for k, (n, m) in enumerate(zip(first.shape, array.shape, strict=True)):
            if n != m and k != axis:
                raise RuntimeError(
                    f"Sizes of tensors must match except in dimension {axis}. Expected size {n} but got size {m} for "
                    f"tensor number {i} in the list."
                )
    return np.concatenate(arrays, axis)


def _cut(g: Any, arrays: Sequence[Any], axis: int) -> list[Any]:
    """The parts of `g` where the arrays lie."""
    ends = itertools.accumulate((array.shape[axis] for array in arrays), initial=0)
    return [slice_axis(g, axis, start, stop) for start, stop in itertools.pairwise(ends)]


cat = of_sequence("cat", "CatBackward0", _cat, domain=REAL.shaped(2, 3), numpy=[np.concatenate], arrays=_cut)

# Taken apart; PyTorch has nodes with several outputs for these (SplitBackward0, UnbindBackward0), here they are slices


def split(x: Any, size: int | Sequence[int], axis: int = 0) -> tuple[Any, ...]:
    """Parts of `x` along `axis`: each of `size` elements, the last perhaps fewer; or of the given sizes."""
    n = x.shape[axis_in(axis, x.ndim)]
    if isinstance(size, Sequence):
        if sum(size) != n:
            raise RuntimeError(
                f"split_with_sizes expects split_sizes to sum exactly to {n} (input tensor's size at dimension "
                f"{axis}), but got split_sizes={[*size]}"
            )
        ends = [*itertools.accumulate(size, initial=0)]
    else:
        if size <= 0:
            raise RuntimeError(f"split expects a positive split_size, but got split_size={size}")
        ends = [*range(0, n, size), n] if n else [0, 0]
    return tuple([slice_axis(x, axis, start, stop) for start, stop in itertools.pairwise(ends)])


def chunk(x: Any, chunks: int, axis: int = 0) -> tuple[Any, ...]:
    """At most `chunks` parts of `x` along `axis`, all of one size but perhaps the last."""
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    return split(x, -(-x.shape[axis_in(axis, x.ndim)] // chunks) or 1, axis)


def unbind(x: Any, axis: int = 0) -> tuple[Any, ...]:
    """The slices of `x` along `axis`, without that axis."""
    return tuple([select(x, axis, i) for i in range(x.shape[axis_in(axis, x.ndim)])])
