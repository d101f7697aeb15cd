"""How the elements of an array lie in memory: the order in which PyTorch walks them, and arrays that lie alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np


def storage_order(shape: Sequence[int], strides: Sequence[int]) -> list[int]:
    """The axes, outermost first, as PyTorch's iterators walk the elements: along memory, not along the last axis.

    An axis that is repeated (stride 0) stays where it is.
    """
    inner = list(reversed(range(len(shape))))  # innermost first
    for i in range(1, len(inner)):
        here = i
        for other in range(i - 1, -1, -1):
            (m, a), (n, b) = ((shape[axis], strides[axis]) for axis in (inner[other], inner[here]))
            if a == 0 or b == 0 or (a == b and m <= n):
                continue
            if a < b:
                break
            inner[other], inner[here], here = inner[here], inner[other], other
    return inner[::-1]


def empty_like(array: Any, dtype: Any) -> Any:
    """A new array of that shape, whose elements lie as those of `array` do, without gaps; they mean nothing yet."""
    array = np.asarray(array)
    if in_order(array):
        return np.empty(array.shape, dtype)
    itemsize = np.dtype(dtype).itemsize
    if is_dense(array):
        strides = [stride // array.itemsize * itemsize for stride in array.strides]
    else:
        strides, step = [0] * array.ndim, itemsize
        for axis in reversed(storage_order(array.shape, array.strides)):
            strides[axis], step = step, step * max(array.shape[axis], 1)
    return np.ndarray(array.shape, dtype, np.empty(array.size, dtype), strides=strides)


def in_order(array: Any) -> bool:
    """Whether the elements lie one after another, the last axis first, whatever is said of axes of length 1."""
    return array.ndim < 2 or (array.flags.c_contiguous and 1 not in array.shape)


def is_dense(array: Any) -> bool:
    """Whether the elements fill a piece of memory, each once."""
    step = array.itemsize
    if 0 in array.strides:  # NumPy's new axes of length 1, and its empty arrays, say nothing about an order
        return False
    for stride, length in sorted(zip(array.strides, array.shape, strict=True)):
        if length > 1:
            if stride != step:
                return False
            step *= length
    return True


def overlaps_partly(a: Any, b: Any) -> bool:
    """Whether two arrays without gaps share memory, but not element by element."""
    if a is b or not (isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and np.may_share_memory(a, b)):
        return False
    if not (is_dense(a) and is_dense(b)):
        return False
    same = a.__array_interface__["data"] == b.__array_interface__["data"] and a.nbytes == b.nbytes
    return not (same and a.strides == b.strides)


def copied_like(values: Any, array: Any) -> Any:
    """A copy of the values whose elements lie as those of `array`, of the same shape, do."""
    copy = empty_like(array, values.dtype)
    np.copyto(copy, values)
    return copy


def along_memory(array: Any, draw: Callable[[tuple[int, ...]], Any]) -> Any:
    """What `draw` gives for the shape of `array` if its axes are taken in the order of its memory."""
    if in_order(array):
        return np.asarray(draw(array.shape)).reshape(array.shape)
    axes = storage_order(array.shape, array.strides)
    values = draw(tuple(array.shape[axis] for axis in axes))
    return np.asarray(values).reshape([array.shape[axis] for axis in axes]).transpose(np.argsort(axes))
