"""Questions about Tensors that Python values answer, and comparison within a tolerance."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gradcli.engine import ties
from gradcli.engine.bfloat16 import readable
from gradcli.engine.errors import size_mismatch, uncomputed
from gradcli.engine.ops.products import scalar_name
from gradcli.engine.tensor import Tensor
from gradcli.torch.storage import UntypedStorage

__all__ = [
    "allclose", "equal", "is_complex", "is_floating_point", "is_inference", "is_nonzero", "is_same_size", "is_storage",
    "is_tensor", "isclose", "isreal", "numel", "typename",
]  # fmt: skip


def equal(input: Tensor, other: Tensor) -> bool:
    """True if both have the same shape and elements."""
    return bool(np.array_equal(readable(input.array), readable(other.array)))


def isclose(input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Tensor:
    """Where |input - other| <= atol + rtol * |other|."""
    for name, tolerance in (("rtol", rtol), ("atol", atol)):
        if tolerance < 0:
            raise RuntimeError(f"{name} must be greater than or equal to zero, but got {tolerance:g}")
    if input.dtype is not other.dtype:
        names = [scalar_name(x.array) for x in (input, other)]
        raise RuntimeError(f"{names[0]} did not match {names[1]}")
    if mismatch := uncomputed(input.array) or size_mismatch(input.array.shape, other.array.shape):
        raise mismatch
    return Tensor(np.asarray(np.isclose(input.array, other.array, rtol, atol, equal_nan)))


def allclose(input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> bool:
    """True if `isclose` holds everywhere."""
    return bool(np.all(isclose(input, other, rtol, atol, equal_nan).array))


# What a Tensor is


def numel(input: Tensor) -> int:
    """The number of elements."""
    return math.prod(input.shape)


def is_tensor(obj: object) -> bool:
    """True for a Tensor."""
    return isinstance(obj, Tensor)


def is_storage(obj: object) -> bool:
    """True for what `storage()` and `untyped_storage()` give."""
    return isinstance(obj, UntypedStorage)


def typename(obj: Any) -> str:
    """The name of a Tensor's type, "torch.FloatTensor"; else of the class, after its module, or of a builtin."""
    if isinstance(obj, Tensor):
        return f"torch.{scalar_name(obj.array)}Tensor"
    kind = type(obj)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def is_nonzero(input: Tensor) -> bool:
    """Whether the only element is not 0. Raises RuntimeError if there are more or none."""
    return bool(input)


def is_floating_point(input: Tensor) -> bool:
    """True for float16, float32 and float64."""
    return input.dtype.is_floating_point


def is_complex(input: Tensor) -> bool:
    """True for complex64 and complex128."""
    return input.dtype.is_complex


def is_same_size(input: Tensor, other: Tensor) -> bool:
    """True if both have the same shape."""
    return input.shape == other.shape


def is_inference(input: Tensor) -> bool:
    """True for what was made in inference mode."""
    return ties.is_inference(input)


def isreal(input: Tensor) -> Tensor:
    """Where the imaginary part is 0."""
    return Tensor(np.asarray(np.isreal(readable(input.array))))
