"""A Python number in a dtype, as PyTorch puts one there."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gradcli.engine.bfloat16 import BFLOAT16, converted, readable
from gradcli.engine.dtypes import DType
from gradcli.engine.type_names import TYPE_NAMES


def fitting(value: Any, dtype: DType, *, wraps: bool = True) -> Any:
    """A number, or a 0-d array, as a 0-d array of a dtype. Raises PyTorch's RuntimeError for one that it cannot hold.

    Fractions are cut off. If it `wraps`, an unsigned dtype takes the negatives of its whole numbers too, counted from
    its end.
    """
    if isinstance(value, (np.generic, np.ndarray)):
        value = readable(value).item()
    if dtype == BFLOAT16:
        return converted(np.array(value, np.float32), dtype)
    called = f"{dtype.name}_t" if dtype in (np.int8, np.uint8, np.int64) else TYPE_NAMES[dtype.name].cpp
    overflow = RuntimeError(f"value cannot be converted to type {called} without overflow")
    if dtype.kind == "b":
        return np.array(bool(value))
    if isinstance(value, complex) and dtype.kind != "c":
        if value.imag:
            raise overflow
        value = value.real
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise OverflowError("int too big to convert")
    if dtype.kind in "iu":
        least, most = np.iinfo(dtype).min, np.iinfo(dtype).max
        if not (-most if wraps and dtype.kind == "u" and isinstance(value, int) else least) <= value <= most:
            raise overflow
        return np.array(math.trunc(value)).astype(dtype)
    with np.errstate(over="ignore"):
        result = np.array(value).astype(dtype)
    if dtype.kind == "f" and np.isinf(result) and math.isfinite(value):
        raise overflow
    return result


def refuse_overflow(x: Any, *numbers: Any) -> None:
    """Raises PyTorch's RuntimeError if one of the Python numbers does not fit among the whole numbers of an array."""
    if x.dtype.kind in "iu":
        for number in numbers:
            if type(number) is int:
                fitting(number, x.dtype)
