"""Special functions that NumPy lacks, on floating-point NumPy values of any shape. The dtype is kept."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np


def _per_element(function: Callable[[float], float]) -> Callable[[Any], Any]:
    """A function of one number as a function of arrays."""

    def apply(x: Any) -> Any:
        values = map(function, x.ravel().tolist())
        return np.fromiter(values, x.dtype, x.size).reshape(x.shape)[()]

    return apply


def _log_gamma(x: float) -> float:
    try:
        return math.lgamma(x)
    except (ValueError, OverflowError):  # a pole; beyond the largest float
        return math.inf


erf = _per_element(math.erf)
erfc = _per_element(math.erfc)
lgamma = _per_element(_log_gamma)

_SHIFT = 10
"""The asymptotic series below are accurate to the last digits of a float64 from here on."""


def digamma(x: Any) -> Any:
    """The derivative of `lgamma`; NaN at the poles -1, -2, ..., an infinity of the other sign at either zero.

    Reflection, recurrence and asymptotic series: DLMF 5.5.4, 5.5.2, 5.11.2.
    """
    x, dtype = x.astype(np.float64), x.dtype
    reflected = x < 0
    y = np.where(reflected, 1 - x, x)
    t = y + _SHIFT
    w = 1 / (t * t)
    series = w * (1 / 12 - w * (1 / 120 - w * (1 / 252 - w * (1 / 240 - w * (1 / 132 - w * (691 / 32760 - w / 12))))))
    value = np.log(t) - 0.5 / t - series - 1 / y - sum(1 / (y + k) for k in range(1, _SHIFT))
    part = np.where(reflected, x - np.rint(x), 0.5)  # exact, unlike pi * x modulo pi
    pole = np.where(part == 0, np.nan, np.pi / np.tan(np.pi * part))
    return np.where(reflected, value - pole, value).astype(dtype)[()]


def trigamma(x: Any) -> Any:
    """The derivative of `digamma`; infinity at its poles.

    Reflection, recurrence and asymptotic series: DLMF 5.15.6, 5.15.5, 5.15.8.
    """
    x, dtype = x.astype(np.float64), x.dtype
    reflected = x < 0
    y = np.where(reflected, 1 - x, x)
    t = y + _SHIFT
    w = 1 / (t * t)
    series = w * (1 / 6 - w * (1 / 30 - w * (1 / 42 - w * (1 / 30 - w * (5 / 66 - w * (691 / 2730 - w * 7 / 6))))))
    value = (1 + 0.5 / t + series) / t + sum(1 / np.square(y + k) for k in range(_SHIFT))
    part = np.where(reflected, x - np.rint(x), 0.5)
    pole = np.square(np.pi / np.sin(np.pi * part))
    return np.where(reflected, pole - value, value).astype(dtype)[()]
