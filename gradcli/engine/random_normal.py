"""Uniform numbers to normal ones, as PyTorch's CPU kernels do it (Box and Muller, 1958).

The float32 kernel evaluates Cephes' single-precision log, sin and cos (S. L. Moshier, logf.c and sinf.c) with fused
multiply-adds; here every step is computed in float64 and rounded once. The float64 kernel calls the C library, and so
do we, through `math`, because NumPy's own vector functions round a few values in a thousand differently.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradcli.engine.fma import fma32

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]

BLOCK = 16

_LOG_COEFFICIENTS = (
    7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
    -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
)  # fmt: skip
_SIN_COEFFICIENTS = (-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)
_COS_COEFFICIENTS = (2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
# ln 2 and π/4, each as a sum of numbers short enough for exact products.
_LN2_HIGH, _LN2_LOW = 0.693359375, -2.12194440e-4
_QUARTER_PI_PARTS = (0.78515625, 2.4187564849853515625e-4, 3.77489497744594108e-8)


def pair(u1: float, u2: float) -> tuple[float, float]:
    """Two normal numbers from two uniform ones in [0, 1): the short path, which also says which is used first."""
    radius = math.sqrt(-2 * math.log1p(-u2))
    angle = 2 * math.pi * u1
    return radius * math.cos(angle), radius * math.sin(angle)


def blocks(uniform: NDArray[Any]) -> NDArray[Any]:
    """As many normal numbers as there are uniform ones in [0, 1), of the same dtype (float32 or float64).

    The length is a multiple of 16. In each block of 16 the first eight numbers make radii and the last eight angles;
    the cosines come first.
    """
    halves = uniform.reshape(-1, 2, BLOCK // 2)
    transform = _polar32 if uniform.dtype == np.float32 else _polar64
    return np.stack(transform(1 - halves[:, 0], halves[:, 1]), axis=1).reshape(-1)


def _polar64(u1: Float64, u2: Float64) -> tuple[Float64, Float64]:
    radius = np.sqrt(-2 * _each(math.log, u1))
    angle = 2 * math.pi * u2
    return radius * _each(math.cos, angle), radius * _each(math.sin, angle)


def _each(function: Callable[[float], float], values: Float64) -> Float64:
    return np.fromiter(map(function, values.ravel().tolist()), np.float64, values.size).reshape(values.shape)


def _polar32(u1: Float32, u2: Float32) -> tuple[Float32, Float32]:
    radius = np.sqrt(np.float32(-2) * _log32(u1))
    sine, cosine = _sincos32(np.float32(2 * math.pi) * u2)
    return radius * cosine, radius * sine


def _log32(x: Float32) -> Float32:
    """The natural logarithm of 0 < x ≤ 1."""
    mantissa, exponent = np.frexp(x)
    small = mantissa < np.float32(math.sqrt(0.5))
    exponent = (exponent - small).astype(np.float32)
    m = np.where(small, mantissa + mantissa, mantissa) - np.float32(1)
    z = m * m
    y = fma32(_polynomial32(_LOG_COEFFICIENTS, m) * m, z, exponent * np.float32(_LN2_LOW))
    y = fma32(-z, np.float32(0.5), y)
    return fma32(exponent, np.float32(_LN2_HIGH), m + y)


def _sincos32(angle: Float32) -> tuple[Float32, Float32]:
    """The sine and the cosine of an angle ≥ 0 (radians)."""
    octant = ((angle * np.float32(4 / math.pi)).astype(np.int32) + 1) & ~1
    for part in _QUARTER_PI_PARTS:
        angle = fma32(octant, -np.float32(part), angle)
    z = angle * angle
    cosine = fma32(_polynomial32(_COS_COEFFICIENTS, z) * z, z, np.float32(-0.5) * z) + np.float32(1)
    sine = fma32(_polynomial32(_SIN_COEFFICIENTS, z) * z, angle, angle)
    swapped = (octant & 2) != 0
    sine, cosine = np.where(swapped, cosine, sine), np.where(swapped, sine, cosine)
    return np.where(octant & 4, -sine, sine), np.where((octant - 2) & 4, cosine, -cosine)


def _polynomial32(coefficients: tuple[float, ...], x: Float32) -> Float32:
    """Horner's rule, highest power first."""
    value: Float32 = np.float32(coefficients[0]) + np.zeros_like(x)
    for coefficient in coefficients[1:]:
        value = fma32(value, x, np.float32(coefficient))
    return value
