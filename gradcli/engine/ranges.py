"""Evenly spaced numbers, rounded as PyTorch's CPU kernels with 256-bit registers round them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from gradcli.engine.fma import fma32, fma64
from gradcli.engine.type_names import TYPE_NAMES, not_implemented

Array = NDArray[Any]

# How many numbers of a type a register holds.
_LANES = {"float16": 16, "float32": 8, "float64": 4}
_INTEGERS = frozenset({"uint8", "int8", "int16", "int32", "int64"})


def linspace(start: float, stop: float, steps: int, dtype: DTypeLike) -> Array:
    """`steps` numbers from `start` to `stop`, both included, in a floating-point or integer dtype: `torch.linspace`.

    The first half counts up from `start`, the second down from `stop`; integer types drop the fraction.
    Raises RuntimeError for negative `steps` and for ends that the dtype cannot hold, NotImplementedError for any other
    dtype.
    """
    dtype = _supported(dtype, "linspace_cpu")
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    if not steps:
        return np.empty(0, dtype)
    first, last = _converted(start, dtype), _converted(stop, dtype)
    if steps == 1:
        return np.array([first])
    working = np.dtype(np.float64) if dtype.kind in "iu" else dtype
    first, last = working.type(first), working.type(last)
    first_half = np.arange(steps) < steps // 2
    with np.errstate(over="ignore", invalid="ignore"):
        up = np.arange(steps).astype(working)
        step = (last - first) / working.type(steps - 1)
        numbers = np.where(first_half, _multiply_add(up, step, first), _multiply_add(up[::-1], -step, last))
        return numbers.astype(dtype)


def arange(start: float, stop: float, step: float, dtype: DTypeLike) -> Array:
    """The numbers from `start` on, `step` apart and before `stop`, in a floating-point or integer dtype.

    As `torch.arange` gives them on one thread; on several, PyTorch cuts ranges of more than 32768 numbers in pieces,
    which moves the last digit of some.
    Raises RuntimeError for a step of 0 (ValueError for one that int64 drops) or of the wrong sign and for an infinite
    range, NotImplementedError for any other dtype. Integer dtypes drop the fractions of `start` and `step`.
    """
    dtype = _supported(dtype, "arange_cpu")
    if not (step > 0 or step < 0):
        raise RuntimeError("step must be nonzero")
    if dtype == np.int64 and not int(step):
        raise ValueError("step must be nonzero")
    if not (math.isfinite(start) and math.isfinite(stop)):
        raise RuntimeError(f"unsupported range: {start:g} -> {stop:g}")
    if (stop - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    if dtype.kind in "iu":
        first, stride = int(start), int(step)
        if dtype == np.int64:  # which alone is counted without the fractions
            start, stop, step = first, int(stop), stride
        count = max(-int((start - stop) // step), 0)
        return (first + stride * np.arange(count)).astype(dtype)
    size = math.ceil((stop - start) / step)
    if size >= 2**63:
        raise RuntimeError("invalid size, possible overflow?")
    lanes = _LANES[dtype.name]
    index = np.arange(size)
    lane = index % lanes
    # The kernel fills two registers at a time; what is left over is computed number by number.
    lane[size - size % (2 * lanes) :] = 0
    working = np.float32 if dtype == np.float16 else np.float64
    with np.errstate(over="ignore", invalid="ignore"):
        register_start = _multiply_add((index - lane).astype(working), working(step), working(start)).astype(dtype)
        numbers = _multiply_add(lane.astype(working), working(step), register_start.astype(working))
        return numbers.astype(dtype)


def _multiply_add(a: Array, b: Any, c: Any) -> Array:
    """a·b + c in the dtype of `a`, which float16 rounds twice and the other types once."""
    if a.dtype == np.float16:
        return np.asarray(a * b + c)
    return fma32(a, b, c) if a.dtype == np.float32 else fma64(a, b, c)


def _supported(dtype: DTypeLike, kernel: str) -> np.dtype[Any]:
    dtype = np.dtype(dtype)
    if dtype.name not in _LANES and dtype.name not in _INTEGERS:
        raise not_implemented(kernel, dtype)
    return dtype


def _converted(value: float, dtype: np.dtype[Any]) -> Any:
    """`value` as a scalar of the dtype."""
    if dtype.kind in "iu":
        value = int(value)
        fits = np.iinfo(dtype).min <= value <= np.iinfo(dtype).max
        called = f"{dtype.name}_t"
    else:
        fits = not math.isfinite(value) or abs(value) <= float(np.finfo(dtype).max)
        called = TYPE_NAMES[dtype.name].cpp
    if not fits:
        raise RuntimeError(f"value cannot be converted to type {called} without overflow")
    return dtype.type(value)
