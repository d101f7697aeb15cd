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


_ZETA_LESS_1 = (
    0.644934066848226436, 0.202056903159594285, 0.0823232337111381915, 0.0369277551433699263, 0.0173430619844491397,
    0.00834927738192282684, 0.00407735619794433938, 0.00200839282608221442, 0.000994575127818085337,
    0.000494188604119464559, 0.000246086553308048299, 0.000122713347578489147, 6.12481350587048293e-5,
    3.05882363070204936e-5, 1.52822594086518717e-5, 7.63719763789976227e-6, 3.81729326499983986e-6,
    1.90821271655393893e-6, 9.53962033872796113e-7, 4.76932986787806463e-7, 2.3845050272773299e-7,
    1.19219925965311073e-7, 5.96081890512594796e-8, 2.98035035146522802e-8, 1.49015548283650412e-8,
)  # fmt: skip
"""Riemann's zeta function of 2, 3, ..., less 1."""
_AROUND_2 = (0.42278433509846714, *((-1) ** k * value / k for k, value in enumerate(_ZETA_LESS_1, 2)))[::-1]
"""The coefficients of ..., v², v in log Γ(2 + v): DLMF 5.7.3."""


def _log_gamma(x: float) -> float:
    try:
        return math.lgamma(x)
    except (ValueError, OverflowError):  # a pole; beyond the largest float
        return math.inf


def _fine_log_gamma(x: float) -> float:
    """Python's loses digits below 6.5, all of them near the zeros 1 and 2; there, the series around 2 is used."""
    if not 0 < x < 6.5:
        return _log_gamma(x)
    if x < 0.5:
        v, shift = x, -math.log(x * (1 + x))
    elif x < 1.5:
        v, shift = x - 1, -math.log1p(x - 1)
    else:
        factor = 1.0
        while x > 2.5:
            x -= 1
            factor *= x
        v, shift = x - 2, math.log(factor)
    value = 0.0
    for coefficient in _AROUND_2:
        value = (value + coefficient) * v
    return value + shift


erf = _per_element(math.erf)
erfc = _per_element(math.erfc)
_lgamma, _fine_lgamma = _per_element(_log_gamma), _per_element(_fine_log_gamma)


def lgamma(x: Any) -> Any:
    """log |Γ(x)|; infinity at the poles."""
    return (_fine_lgamma if x.dtype == np.float64 else _lgamma)(x)


_SHIFT = 10
"""The asymptotic series below are accurate to the last digits of a float64 from here on."""
_ROOT, _ROOT_REST = 1.4616321449683622, 9.549995429965697e-17
"""Where digamma is 0, as the sum of two floats."""
_FAR_ROOT = _ROOT + _SHIFT
_BERNOULLI = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12)
"""Of the series in w = 1/t² of log(t) - 1/(2t) - digamma(t): DLMF 5.11.2."""
_SLOPES = [sum(b / _FAR_ROOT ** (2 * m) for m, b in enumerate(_BERNOULLI[i:])) for i in range(len(_BERNOULLI))]
"""Of its slope, the series in w of its difference from its value at the root, over the difference of the w."""


def digamma(x: Any) -> Any:
    """The derivative of `lgamma`; NaN at the poles -1, -2, ..., an infinity of the other sign at either zero.

    Reflection, DLMF 5.5.4; then recurrence, DLMF 5.5.2, and asymptotic series, each less its value at the root, where
    the sum is 0: all these differences have the sign of y - root, and nothing cancels.
    """
    x, dtype = x.astype(np.float64), x.dtype
    reflected = x < 0
    y = np.where(reflected, 1 - x, x)
    distance = y - _ROOT - _ROOT_REST
    t = y + _SHIFT
    w = 1 / (t * t)
    slope = 0.0
    for coefficient in reversed(_SLOPES):
        slope = slope * w + coefficient
    slope *= (1 / t + w * _FAR_ROOT) / _FAR_ROOT**2
    slope += 0.5 / _FAR_ROOT / t + 1 / _ROOT / y + sum(1 / (_ROOT + k) / (y + k) for k in range(1, _SHIFT))
    value = np.where(np.isinf(y), y, distance * slope + np.log1p(distance / _FAR_ROOT))
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
