"""bfloat16, which NumPy lacks: numbers that are stored, converted and printed, and that nothing is computed with.

They are kept as the upper halves of float32 numbers, in a dtype of their own. As it has two fields, NumPy neither
computes with it nor casts it to numbers.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

BFLOAT16 = np.dtype([("first", np.uint8), ("second", np.uint8)])
BFLOAT16_MAX = (2 - 2.0**-7) * 2.0**127


def converted(array: Any, dtype: Any) -> Any:
    """`array.astype(dtype)`, where either may be bfloat16. Numbers are rounded to the nearest, ties to even."""
    if array.dtype == BFLOAT16 != dtype:
        upper = np.asarray(array).view(np.uint16).astype(np.uint32)
        return (upper << 16).view(np.float32).astype(dtype)
    if dtype == BFLOAT16 != array.dtype:
        single = array.astype(np.float32)
        bits = single.view(np.uint32).astype(np.uint64)
        rounded = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16
        return np.where(np.isnan(single), 0x7FC0, rounded).astype(np.uint16).view(BFLOAT16)
    if array.dtype.kind == "c" and np.dtype(dtype).kind not in "cb":
        warnings.warn("Casting complex values to real discards the imaginary part", UserWarning, stacklevel=3)
        return array.real.astype(dtype)
    return array.astype(dtype)


def readable(array: Any) -> Any:
    """The array, as float32 if it is bfloat16: what prints and what Python sees."""
    return converted(array, np.float32) if array.dtype == BFLOAT16 else array
