"""The fused multiply-add, which NumPy lacks and PyTorch's kernels use nearly everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

_SPLITTER = 2.0**27 + 1


def fma32(a: ArrayLike, b: ArrayLike, c: ArrayLike) -> NDArray[np.float32]:
    """a·b + c of float32 values, rounded to float32 once.

    The product is exact in float64 (24 + 24 bits). The sum is rounded to 53 bits first, which changes the result about
    once in 2²⁸ times.
    """
    product = np.multiply(a, b, dtype=np.float64)
    total: NDArray[np.float64] = np.add(product, c, dtype=np.float64)
    return total.astype(np.float32)


def fma64(a: ArrayLike, b: ArrayLike, c: ArrayLike) -> NDArray[np.float64]:
    """a·b + c of float64 values, rounded once but for rare ties; by Dekker's product and Knuth's sum.

    T. J. Dekker, "A floating-point technique for extending the available precision", Numer. Math. 18 (1971).
    Where a partial result overflows, and for the sign of a zero, the plain a·b + c is returned.
    """
    a, b, c = np.asarray(a, np.float64), np.asarray(b, np.float64), np.asarray(c, np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        product = a * b
        (a_high, a_low), (b_high, b_low) = _split(a), _split(b)
        product_error = a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low)
        total = product + c
        c_part = total - product
        total_error = (product - (total - c_part)) + (c - c_part)
        fused = total + (total_error + product_error)
        return np.asarray(np.where(np.isfinite(fused) & (fused != 0), fused, total))


def _split(x: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """x as the sum of two numbers of at most 26 bits (Veltkamp)."""
    scaled = _SPLITTER * x
    high = scaled - (scaled - x)
    return high, x - high
