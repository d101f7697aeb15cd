"""How the elements of an array lie in memory: the order in which PyTorch walks them, and arrays that lie alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np


def storage_order(shape: Sequence[int], *strides: Sequence[int]) -> list[int]:
    """The axes, outermost first, as PyTorch's iterators walk the elements: along memory, not along the last axis.

    Of several arrays, with these strides, the first decides that tells two axes apart; one that is repeated (stride 0)
    does not.
    """
    inner = list(reversed(range(len(shape))))  # innermost first
    for i in range(1, len(inner)):
        here = i
        for other in range(i - 1, -1, -1):
            order = _compared(inner[other], inner[here], shape, strides)
            if order < 0:
                break
            if order > 0:
                inner[other], inner[here], here = inner[here], inner[other], other
    return inner[::-1]


def _compared(one: int, other: int, shape: Sequence[int], strides: Sequence[Sequence[int]]) -> int:
    """Below 0 if axis `one` lies inside the `other`, above 0 if outside, 0 if nothing tells."""
    for each in strides:
        a, b = each[one], each[other]
        if a and b and (a != b or shape[one] > shape[other]):
            return -1 if a < b else 1
    return 0


def laid(result: Any, *operands: Any) -> Any:
    """The result of an elementwise operation on arrays, its elements in the order in which PyTorch would walk them.

    NumPy keeps the last axis innermost if one of the arrays has it so; in PyTorch the first array decides.
    """
    if result.ndim < 2 or all(each.flags.c_contiguous for each in (result, *operands)):
        return result
    axes = storage_order(result.shape, *(_strides_in(result.shape, each) for each in operands))
    strides = _dense_strides(result.shape, axes, result.itemsize)
    if result.strides == tuple(strides):
        return result
    ordered = np.ndarray(result.shape, result.dtype, np.empty(result.size, result.dtype), strides=strides)
    np.copyto(ordered, result)
    return ordered


def _strides_in(shape: Sequence[int], array: Any) -> list[int]:
    """The strides of an array that is broadcast to this shape."""
    lacking = len(shape) - array.ndim
    own = zip(array.shape, array.strides, shape[lacking:], strict=True)
    return [0] * lacking + [0 if n == 1 != wanted else stride for n, stride, wanted in own]


def _dense_strides(shape: Sequence[int], axes: Sequence[int], itemsize: int) -> list[int]:
    """The strides without gaps of an array whose axes have this order, outermost first."""
    strides, step = [0] * len(shape), itemsize
    for axis in reversed(axes):
        strides[axis], step = step, step * max(shape[axis], 1)
    return strides


def empty_like(array: Any, dtype: Any) -> Any:
    """A new array of that shape, whose elements lie as those of `array` do, without gaps; they mean nothing yet."""
    array = np.asarray(array)
    if in_order(array):
        return np.empty(array.shape, dtype)
    itemsize = np.dtype(dtype).itemsize
    if is_dense(array):
        strides = [stride // array.itemsize * itemsize for stride in array.strides]
    else:
        strides = _dense_strides(array.shape, storage_order(array.shape, array.strides), itemsize)
    return np.ndarray(array.shape, dtype, np.empty(array.size, dtype), strides=strides)


def columns_first(matrices: Any) -> Any:
    """A copy of matrices (..., m, n) whose columns lie one after the other, as LAPACK has them."""
    return np.swapaxes(np.array(np.swapaxes(matrices, -2, -1), order="C"), -2, -1)


def in_rows(array: Any) -> Any:
    """The array with its last axis innermost: itself, or a copy."""
    return array if in_order(array) else np.array(array, order="C")


def own_copy(values: Any) -> Any:
    """A copy on memory of its own, the last axis innermost. NumPy copies no scalar that is bfloat16 otherwise."""
    return np.asarray(values).copy(order="C")


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


def laid_out(values: Any, like: Any) -> Any:
    """A copy of the values, with the strides of `like` if its elements leave no gaps in memory, else in their order."""
    if like.flags.c_contiguous:
        copy = np.array(values, order="C")
        return copy if copy.ndim else copy[()]
    by_stride = sorted(range(like.ndim), key=lambda axis: -like.strides[axis])
    if not like.transpose(by_stride).flags.c_contiguous:
        return np.array(values, order="C")
    return np.array(values.transpose(by_stride), order="C").transpose(np.argsort(by_stride))


def along_memory(array: Any, draw: Callable[[tuple[int, ...]], Any]) -> Any:
    """What `draw` gives for the shape of `array` if its axes are taken in the order of its memory."""
    if in_order(array):
        return np.asarray(draw(array.shape)).reshape(array.shape)
    axes = storage_order(array.shape, array.strides)
    values = draw(tuple(array.shape[axis] for axis in axes))
    return np.asarray(values).reshape([array.shape[axis] for axis in axes]).transpose(np.argsort(axes))
