"""Special functions that NumPy lacks, on floating-point NumPy values of any shape. The dtype is kept."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from gradcli.engine.layout import laid


def _per_element(function: Callable[[float], float]) -> Callable[[Any], Any]:
    """A function of one number as a function of arrays."""

    def apply(x: Any) -> Any:
        values = map(function, x.ravel().tolist())
        return laid(np.fromiter(values, x.dtype, x.size).reshape(x.shape)[()], x)

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
MAX_ORDER = 170
"""The largest order of `polygamma`: the factorial of a larger one is no double."""
_BERNOULLI_NUMBERS = [
    Fraction(*ratio) for ratio in ((1, 6), (-1, 30), (1, 42), (-1, 30), (5, 66), (-691, 2730), (7, 6), (-3617, 510))
]
"""The Bernoulli numbers of order 2, 4, ..., 16 (DLMF 24.2)."""


def digamma(x: Any) -> Any:
    """The derivative of `lgamma`; NaN at the poles -1, -2, ..., an infinity of the other sign at either zero.

    Right of 0 by recurrence, DLMF 5.5.2, and asymptotic series, each less its value at the root, where the sum is 0:
    all these differences have the sign of x - root, and nothing cancels.
    """
    positive = x > 0
    y = np.where(positive, x, 1).astype(np.float64)
    distance = y - _ROOT - _ROOT_REST
    t = y + _SHIFT
    w = 1 / (t * t)
    slope: Any = 0.0
    for coefficient in reversed(_SLOPES):
        slope = slope * w + coefficient
    slope *= (1 / t + w * _FAR_ROOT) / _FAR_ROOT**2
    slope += 0.5 / _FAR_ROOT / t + 1 / _ROOT / y + sum(1 / (_ROOT + k) / (y + k) for k in range(1, _SHIFT))
    value = np.where(np.isinf(y), y, distance * slope + np.log1p(distance / _FAR_ROOT)).astype(x.dtype)[()]
    return value if np.all(positive) else np.where(positive, value, polygamma(0, x))[()]


def polygamma(n: int, x: Any) -> Any:
    """The derivative of order n of `digamma`, for n up to MAX_ORDER; for n > 0 an infinity at every pole.

    It is the sum of (-1)**(n + 1) n!/(x + k)**(n + 1) over k = 0, 1, ... (DLMF 5.15.1), for n = 0 without its infinite
    part. For negative x the terms on either side of 0 are two such sums, which start from the p that is next to 0. That
    is the reflection formula (DLMF 5.15.6) without its cotangent, of which the derivatives would lose digits.
    """
    given, x = x, x.astype(np.float64).reshape(-1)  # powers of a NumPy scalar round otherwise
    sign = 1 if n % 2 else -1
    negative = x < 0
    p = np.where(negative, x - np.rint(x), x)
    p = np.where(p == -0.5, 0.5, p)  # where the sides are equal, term by term
    p = p + 0.0 if n else np.where(negative & (p == 0), np.nan, p)  # of -0 as of 0
    total = _term(n, p) + _terms_from(1, n, p)
    if np.any(negative):
        opposite = np.where(negative, -p, 0)
        left = _shifted(n, opposite, 1)[1] + _terms_from(2, n, opposite)
        total = np.where(negative, total + sign * left - sign * _terms_from(1, n, np.abs(x)), total)
    at_infinity = 0.0 if n else np.inf
    values = np.where(x == np.inf, at_infinity, sign * total).astype(given.dtype)
    return laid(values.reshape(given.shape)[()], given)


def _term(n: int, t: Any) -> Any:
    """n!/t**(n + 1), as a product whose factors do not underflow before it does."""
    half = n // 2
    return t ** -(half + 1) * float(math.factorial(n)) * t ** (half - n)


def _shifted(n: int, x: Any, k: int) -> tuple[Any, Any]:
    """t = x + k and n!/(x + k)**(n + 1), to which the error of t adds its share: it is known (Knuth's TwoSum)."""
    t = x + k
    added = t - x
    error = (x - (t - added)) + (k - added)
    return t, _term(n, t) * (1 - (n + 1) * error / t)


def _terms_from(start: int, n: int, x: Any) -> Any:
    """The sum of n!/(x + k)**(n + 1) over k = start, start + 1, ...; for n = 0 it is -digamma(x + start).

    The first terms one by one, the others by the Euler-Maclaurin formula: for n = 0 that is DLMF 5.11.2, for larger n
    its derivative.
    """
    stop = start + 9 + n // 2  # from where on the series has all digits
    t, term = _shifted(n, x, stop)
    w = 1 / (t * t)
    series = 0.0
    for order, number in reversed([*enumerate(_BERNOULLI_NUMBERS, 1)]):
        series = series * w + float(number * math.perm(n + 2 * order - 1, 2 * order - 1) / math.factorial(2 * order))
    integral = _shifted(n - 1, x, stop)[1] if n else -np.log(t)
    rest = integral + term * (0.5 + series / t)
    return rest + sum(_shifted(n, x, k)[1] for k in range(stop - 1, start - 1, -1))
