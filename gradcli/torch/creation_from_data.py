"""Tensors from Python data and from NumPy: `tensor`, `as_tensor`, `from_numpy`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gradcli.engine import dtypes, ops
from gradcli.engine.bfloat16 import BFLOAT16, converted
from gradcli.engine.fitting import fitting
from gradcli.engine.layout import copied_like, own_copy
from gradcli.engine.tensor import Tensor
from gradcli.torch.argument_checks import check_device, numpy_dtype, refuse

__all__ = [
    "as_tensor", "asarray", "from_numpy", "tensor",
]  # fmt: skip

MAX_DIMENSIONS = 64


def tensor(data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False, **others: Any) -> Tensor:
    """A new leaf with a copy of `data`: a number, nested sequences, an array or a Tensor.

    Without a dtype, Python's floats become float32 and its integers int64; NumPy's data and Tensors keep theirs.
    Raises PyTorch's errors: ValueError for ragged sequences, TypeError and RuntimeError for what is no number.
    """
    refuse("tensor", others)
    check_device("tensor", device)
    return leaf(_array(data, numpy_dtype("tensor", dtype)), requires_grad)


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """`data` itself if it is a Tensor of that dtype, its memory if it is an array of that dtype, otherwise a copy."""
    check_device("as_tensor", device)
    wanted = numpy_dtype("as_tensor", dtype)
    if isinstance(data, Tensor):
        return data if wanted is None or wanted == data.array.dtype else ops.cast(data, wanted)
    if isinstance(data, np.ndarray) and (wanted is None or wanted == data.dtype):
        return from_numpy(data)
    return Tensor(_array(data, wanted)[()])


def asarray(
    obj: Any, *, dtype: Any = None, device: Any = None, copy: bool | None = None, requires_grad: bool | None = None
) -> Tensor:
    """As `as_tensor`; with `copy`, always memory of its own, or, if that is False, never.

    A Tensor keeps its history unless `requires_grad` is False.
    """
    if copy and not isinstance(obj, Tensor):
        result = tensor(obj, dtype=dtype, device=device)
    else:
        result = as_tensor(obj, dtype, device)
        result = ops.clone(result, True) if copy and result is obj else result
    shared = isinstance(obj, (Tensor, np.ndarray)) and np.shares_memory(result.array, getattr(obj, "array", obj))
    if copy is False and not shared:
        raise ValueError("asarray(): no Tensor can be made of this without a copy")
    if requires_grad is False and result.requires_grad:
        return result.detach()
    return result.requires_grad_() if requires_grad and not result.requires_grad else result


def from_numpy(ndarray: Any) -> Tensor:
    """A Tensor on the memory of an array. Raises TypeError and ValueError for what PyTorch cannot hold."""
    if not isinstance(ndarray, np.ndarray):
        kind = "numpy." if isinstance(ndarray, np.generic) else ""
        raise TypeError(f"expected np.ndarray (got {kind}{type(ndarray).__name__})")
    _check_kind(ndarray)
    if any(stride < 0 for stride in ndarray.strides):
        raise ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative strides are not "
            "currently supported. (You can probably work around this by making a copy of your array  with "
            "array.copy().) "
        )
    return Tensor(ndarray)


def leaf(array: Any, requires_grad: bool) -> Tensor:
    """A leaf that holds `array`. Raises PyTorch's RuntimeError where integers would need a gradient."""
    if requires_grad and array.dtype.kind not in "fc":
        raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
    return Tensor(array[()], requires_grad)


def _array(data: Any, dtype: dtypes.DType | None) -> Any:
    """A new array with the elements of `data`."""
    if isinstance(data, Tensor):
        data = data.array
    if isinstance(data, (np.ndarray, np.generic)):
        array = copied_like(data, data) if np.ndim(data) > 1 else own_copy(data)
        _check_kind(array)
        return array if dtype is None else converted(array, dtype)
    shape, elements = _flatten(data)
    values = [e.item() if isinstance(e, (Tensor, np.generic, np.ndarray)) else e for e in elements]
    if dtype is None:
        dtype = _inferred(elements)
    _refuse_no_numbers(values, dtype, shape)
    if dtype == BFLOAT16:
        return converted(np.array(values, np.float32).reshape(shape), dtype)
    try:
        return np.array(values, dtype).reshape(shape)
    except TypeError:
        if complex in map(type, values):
            raise TypeError("must be real number, not complex") from None
        raise
    except (OverflowError, ValueError):
        return np.array([_counted(value, dtype) for value in values], dtype).reshape(shape)


def _refuse_no_numbers(values: list[Any], dtype: dtypes.DType, shape: tuple[int, ...]) -> None:
    """Raises PyTorch's errors for what is no number."""
    for kind in dict.fromkeys(map(type, values)):
        if kind in (str, bytes):
            if shape and kind is str and any(type(value) is str and len(value) != 1 for value in values[:1]):
                raise ValueError("too many dimensions 'str'")
            raise TypeError(f"new(): invalid data type '{kind.__name__}'")
        if kind not in dtypes.PYTHON_CATEGORY and not issubclass(kind, (int, float, complex)):
            says = (
                "must be real number, not {}"
                if dtype.kind in "fcV"
                else "'{}' object cannot be interpreted as an integer"
            )
            raise TypeError(says.format(kind.__name__))


def _counted(value: Any, dtype: dtypes.DType) -> Any:
    """A number in an integer dtype. Raises PyTorch's errors for one that it cannot hold."""
    try:
        return fitting(value, dtype)
    except OverflowError:
        raise ValueError("Overflow when unpacking long long") from None
    except RuntimeError:
        raise RuntimeError(f"value cannot be converted to type {dtype.name} without overflow") from None


def _check_kind(array: Any) -> None:
    if array.dtype not in dtypes.BY_NUMPY:
        if not array.dtype.isnative:
            raise ValueError(
                "given numpy array has byte order different from the native byte order. Conversion between byte orders "
                "is currently not supported."
            )
        raise TypeError(
            f"can't convert np.ndarray of type numpy.{array.dtype.type.__name__}. "
            "The only supported types are: float64, float32, float16, complex64, complex128, int64, int32, int16, "
            "int8, uint64, uint32, uint16, uint8, and bool."
        )


def _is_sequence(x: Any) -> bool:
    if isinstance(x, (np.ndarray, Tensor)):
        return x.ndim > 0
    return isinstance(x, Sequence) and not isinstance(x, (str, bytes))


def _flatten(data: Any) -> tuple[tuple[int, ...], list[Any]]:
    """The shape of nested sequences, as their first elements show it, and all elements in order."""
    shape: list[int] = []
    level = [data]
    while level and _is_sequence(level[0]):
        if shape and isinstance(level[0], Tensor):
            if any(item.array.size != 1 for item in level):
                raise ValueError("only one element tensors can be converted to Python scalars")
            break
        if len(shape) == MAX_DIMENSIONS:
            raise ValueError(f"too many dimensions '{type(level[0]).__name__}'")
        length = len(level[0])
        for item in level:
            if not _is_sequence(item):
                raise TypeError("not a sequence")
            if len(item) != length:
                raise ValueError(f"expected sequence of length {length} at dim {len(shape)} (got {len(item)})")
        shape.append(length)
        level = [element for item in level for element in item]
    return tuple(shape), level


def _inferred(elements: list[Any]) -> dtypes.DType:
    """The dtype that holds all elements, by PyTorch's promotion. Raises what PyTorch raises for what is no number."""
    found = {dtypes.Default.float} if not elements else set()
    for kind in dict.fromkeys(map(type, elements)):
        if kind in dtypes.PYTHON_CATEGORY:
            found.add(dtypes.default_for(dtypes.PYTHON_CATEGORY[kind]))
        elif kind is str:
            raise TypeError("new(): invalid data type 'str'")
        elif issubclass(kind, Sequence):
            raise TypeError(f"'{kind.__name__}' object cannot be interpreted as an integer")
        elif not issubclass(kind, (Tensor, np.generic, np.ndarray)):
            raise RuntimeError(f"Could not infer dtype of {kind.__name__}")
    found |= {e.dtype.numpy if isinstance(e, Tensor) else e.dtype for e in elements if hasattr(e, "dtype")}
    return dtypes.result_type(*(np.empty(1, dtype) for dtype in found))
