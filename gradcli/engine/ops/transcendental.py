"""Exponentials, logarithms, roots, circular and hyperbolic functions, special functions, smooth activations.

A rule that differs in form from the textbook's avoids an overflow or a cancellation, and says so.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine import special
from gradcli.engine.domain import POSITIVE, REAL, UNIT, Domain
from gradcli.engine.dtypes import as_float
from gradcli.engine.layout import in_rows
from gradcli.engine.op import elementwise, general

_LN2, _LN10 = math.log(2), math.log(10)
_NOT_A_POLE = Domain(0, note="x not in 0, -1, -2, ...")


def _function(name: str, node: str, function: Callable[..., Any], **declared: Any) -> Callable[..., Any]:
    """Declares an element-wise function of floats, `x` or `a` and `b`, that answers for NumPy's `function`."""
    return elementwise(name, node, function, floating=True, **declared)


# Exponentials and logarithms

exp = _function("exp", "ExpBackward0", np.exp, domain=REAL, x=lambda g, result: g * result)
exp2 = _function("exp2", "Exp2Backward0", np.exp2, domain=REAL, x=lambda g, result: g * result * _LN2)
expm1 = _function("expm1", "Expm1Backward0", np.expm1, domain=REAL, x=lambda g, result: g * (result + 1))
log = _function("log", "LogBackward0", np.log, domain=POSITIVE, x=lambda g, x: g / x)
log2 = _function("log2", "Log2Backward0", np.log2, domain=POSITIVE, x=lambda g, x: g / (x * _LN2))
log10 = _function("log10", "Log10Backward0", np.log10, domain=POSITIVE, x=lambda g, x: g / (x * _LN10))
log1p = _function("log1p", "Log1PBackward0", np.log1p, domain=Domain(-1), x=lambda g, x: g / (x + 1))


def _xlogy(a: Any, b: Any) -> Any:
    return np.where((a == 0) & ~np.isnan(b), 0, a * np.log(b, dtype=np.result_type(a, b)))[()]


xlogy = _function(
    "xlogy",
    "XlogyBackward0",
    _xlogy,
    domain=(REAL, POSITIVE),
    a=lambda g, a, b: np.where(np.logical_and(a == 0, b <= 0), 0, _times_log(g, b)),
    b=lambda g, a, b: g * a / b,
)
_times_log: Callable[..., Any] = _function(
    "times_log",
    "XlogyBackward0",
    lambda a, b: _xlogy(a, b),
    domain=(REAL, POSITIVE),
    a=lambda g, b: _times_log(g, b),
    b=lambda g, a, b: g * a / b,
)
"""a log b, linear in a, where it is no argument of a function but a cotangent: its derivative is log b at 0, too."""

# Roots and powers


def _one_less_square(x: Any) -> Any:
    return (1 - x) * (1 + x) if x.dtype == np.float64 else 1 - x * x


one_less_square = _function(
    "one_less_square", "RsubBackward1", _one_less_square, domain=REAL, x=lambda g, x: -g * (2 * x)
)
"""1 - x², with all its digits where x is nearly 1; in float32, where printed digits show PyTorch's loss, with that."""

sqrt = _function("sqrt", "SqrtBackward0", np.sqrt, domain=POSITIVE, x=lambda g, result: g / (2 * result))
rsqrt = _function(
    "rsqrt", "RsqrtBackward0", lambda x: 1 / np.sqrt(x), domain=POSITIVE, x=lambda g, result: -0.5 * g * result**3
)
square = elementwise(
    "square",
    "PowBackward0",
    lambda x: np.square(x, dtype=np.int64 if x.dtype.kind == "b" else None),
    domain=REAL,
    numpy=[np.square],
    x=lambda g, x: g * (2 * x),
)
hypot = _function(
    "hypot",
    "HypotBackward0",
    np.hypot,
    domain=(REAL, REAL),
    kinks=lambda a, b: (a == 0) & (b == 0),
    a=lambda g, result, a: g * (a / result),
    b=lambda g, result, b: g * (b / result),
)

# Circular functions

sin = _function("sin", "SinBackward0", np.sin, domain=REAL, x=lambda g, x: g * np.cos(x))
cos = _function("cos", "CosBackward0", np.cos, domain=REAL, x=lambda g, x: -g * np.sin(x))
tan = _function(
    "tan",
    "TanBackward0",
    np.tan,
    domain=Domain(-math.pi / 2, math.pi / 2, note="x != pi/2 + k*pi"),
    x=lambda g, result: g * (1 + result * result),
)
asin = _function("asin", "AsinBackward0", np.arcsin, domain=UNIT, x=lambda g, x: g / np.sqrt(one_less_square(x)))
acos = _function("acos", "AcosBackward0", np.arccos, domain=UNIT, x=lambda g, x: -g / np.sqrt(one_less_square(x)))
atan = _function("atan", "AtanBackward0", np.arctan, domain=REAL, x=lambda g, x: g / (1 + x * x))


def _over_radius(g: Any, leg: Any, a: Any, b: Any) -> Any:
    """g * leg / (a² + b²), without squares that overflow; 0 at the origin."""
    radius = np.hypot(a, b)
    radius = np.where(radius == 0, math.inf, radius)
    return g * (leg / radius / radius)


atan2 = _function(
    "atan2",
    "Atan2Backward0",
    np.arctan2,
    domain=(REAL, REAL),
    kinks=lambda a, b: (a == 0) & (b <= 0),
    a=lambda g, a, b: _over_radius(g, b, a, b),
    b=lambda g, a, b: _over_radius(g, -a, a, b),
)


def _sinc_slope(x: Any) -> Any:
    """(cos(pi x) - sinc(x)) / x; near 0, where that cancels, its Taylor series."""
    near = np.abs(x) < 0.1
    z2 = np.square(math.pi * np.where(near, x, 0))
    series = 1 - z2 / 10 * (1 - z2 / 28 * (1 - z2 / 54 * (1 - z2 / 88 * (1 - z2 / 130))))
    quotient = (np.cos(math.pi * x) - np.sinc(x)) / np.where(near, 1, x)
    return np.where(near, -(math.pi**2) / 3 * x * series, quotient)


def _sinc(x: Any) -> Any:
    """float16 is computed in float32: its multiples of pi are too coarse."""
    return np.sinc(x.astype(np.float32)).astype(x.dtype) if x.dtype == np.float16 else np.sinc(x)


sinc = _function("sinc", "SincBackward0", _sinc, domain=REAL, numpy=[np.sinc], x=lambda g, x: g * _sinc_slope(x))
deg2rad = _function("deg2rad", "Deg2RadBackward0", np.deg2rad, domain=REAL, x=lambda g: g * (math.pi / 180))
rad2deg = _function("rad2deg", "Rad2DegBackward0", np.rad2deg, domain=REAL, x=lambda g: g * (180 / math.pi))

# Hyperbolic functions

sinh = _function("sinh", "SinhBackward0", np.sinh, domain=REAL, x=lambda g, x: g * np.cosh(x))
cosh = _function("cosh", "CoshBackward0", np.cosh, domain=REAL, x=lambda g, x: g * np.sinh(x))
tanh = _function("tanh", "TanhBackward0", np.tanh, domain=REAL, x=lambda g, result: g * (1 - result * result))
asinh = _function("asinh", "AsinhBackward0", np.arcsinh, domain=REAL, x=lambda g, x: g / np.sqrt(x * x + 1))
acosh = _function(
    "acosh",
    "AcoshBackward0",
    np.arccosh,
    domain=Domain(1),
    x=lambda g, x: g / np.sqrt(0 - one_less_square(x)),  # - alone makes -0 of 0
)
atanh = _function("atanh", "AtanhBackward0", np.arctanh, domain=UNIT, x=lambda g, x: g / one_less_square(x))

# Special functions


def _bell(x: Any) -> Any:
    return 2 / math.sqrt(math.pi) * np.exp(-x * x)


erf = _function("erf", "ErfBackward0", special.erf, domain=REAL, x=lambda g, x: g * _bell(x))
erfc = _function("erfc", "ErfcBackward0", special.erfc, domain=REAL, x=lambda g, x: -g * _bell(x))


def polygamma(n: int, x: Any) -> Any:
    """The derivative of order n of digamma."""
    n = operator.index(n)
    if n < 0:
        raise RuntimeError("polygamma(n, x) does not support negative n.")
    if n > special.MAX_ORDER:
        raise RuntimeError(f"polygamma(n, x) does not support n > {special.MAX_ORDER}.")
    return _polygamma(x, n)


_polygamma = general(
    "polygamma",
    "PolygammaBackward0",
    lambda x, n: special.polygamma(n, as_float(x)) if n else special.digamma(as_float(x)),
    domain=_NOT_A_POLE,
    x=lambda g, x, n: g * polygamma(n + 1, x),
)
digamma = _function(
    "digamma", "DigammaBackward0", special.digamma, domain=_NOT_A_POLE, x=lambda g, x: g * polygamma(1, x)
)
lgamma = _function("lgamma", "LgammaBackward0", special.lgamma, domain=_NOT_A_POLE, x=lambda g, x: g * digamma(x))

# Smooth activations

sigmoid = _function(
    "sigmoid",
    "SigmoidBackward0",
    lambda x: 1 / (1 + np.exp(-x)),
    domain=REAL,
    x=lambda g, result: g * (1 - result) * result,
)
logistic: Callable[..., Any] = _function(
    "logistic",
    "SigmoidBackward0",
    lambda x: 1 / (1 + np.exp(-x)),
    domain=REAL,
    x=lambda g, x: g * logistic(x) * logistic(-x),
)
"""The sigmoid, with derivatives that keep their digits where it is nearly 1."""


def _logit(x: Any) -> Any:
    odds = x / (1 - x)
    near = np.abs(x - 0.5) < 0.25  # where the odds are near 1
    return np.where(near, np.log1p((2 * x - 1) / (1 - x)), np.log(odds))[()]


def _logit_slope(x: Any) -> Any:
    product = x * (1 - x)
    return 1 / np.where(product < 0, math.nan, product)


logit = _function(
    "logit",
    "LogitBackward0",
    _logit,
    domain=Domain(0, 1),
    x=lambda g, x: g * _logit_slope(x),
)
_logit_clamped = general(
    "logit_clamped",
    "LogitBackward0",
    lambda x, eps: _logit(np.clip(as_float(x), eps, 1 - eps)),
    domain=Domain(0, 1),
    x=lambda g, x, eps: g * _clamped_slope(x, eps),
)


def _clamped_slope(x: Any, eps: float) -> Any:
    inside = (x >= eps) & (x <= 1 - eps)
    return np.where(inside, _logit_slope(np.where(inside, x, 0.5)), 0)


def logit_within(x: Any, eps: float | None = None) -> Any:
    """The logit of `x`, which is moved into [eps, 1 - eps] where that is given and not negative."""
    return logit(x) if eps is None or eps < 0 else _logit_clamped(x, eps)


logsigmoid = _function(
    "logsigmoid",
    "LogSigmoidBackward0",
    lambda x: in_rows(-np.logaddexp(0, -x)),
    domain=REAL,
    x=lambda g, x: g * sigmoid(-x),
)
logaddexp = _function(
    "logaddexp",
    "LogaddexpBackward0",
    np.logaddexp,
    domain=(REAL, REAL),
    a=lambda g, a, b: g * logistic(a - b),
    b=lambda g, a, b: g * logistic(b - a),
)
logaddexp2 = _function(
    "logaddexp2",
    "Logaddexp2Backward0",
    np.logaddexp2,
    domain=(REAL, REAL),
    a=lambda g, a, b: g * logistic((a - b) * _LN2),
    b=lambda g, a, b: g * logistic((b - a) * _LN2),
)


def _softplus(x: Any, beta: float = 1, threshold: float = 20) -> Any:
    x = as_float(x)
    return np.where(x * beta > threshold, x, np.logaddexp(0, x * beta) / beta)[()]


softplus = general(
    "softplus",
    "SoftplusBackward0",
    _softplus,
    domain=REAL,
    # sigmoid is given no x from the threshold on: there it is flat, with all its derivatives
    x=lambda g, x, beta, threshold: (
        g * np.where(x * beta > threshold, 1, sigmoid(np.where(x * beta >= threshold, threshold, x * beta)))
    ),
)


def _silu_slope(x: Any) -> Any:
    s = sigmoid(x)
    return s * (1 + x * (1 - s))


silu = _function(
    "silu", "SiluBackward0", lambda x: x / (1 + np.exp(-x)), domain=REAL, x=lambda g, x: g * _silu_slope(x)
)

_HALF_ROOT = math.sqrt(0.5)
_TANH_SCALE, _TANH_CUBIC = math.sqrt(2 / math.pi), 0.044715
"""gelu's approximation by tanh: section 2 of Hendrycks and Gimpel, arXiv:1606.08415."""


def _gelu(x: Any, approximate: str = "none") -> Any:
    x = as_float(x)
    if approximate == "none":
        return 0.5 * x * special.erfc(-_HALF_ROOT * x)
    if approximate == "tanh":
        return 0.5 * x * (1 + np.tanh(_TANH_SCALE * (x + _TANH_CUBIC * x * x * x)))
    raise RuntimeError("approximate argument must be either none or tanh.")


def _gelu_slope(x: Any, approximate: str) -> Any:
    if approximate == "none":
        return 0.5 * erfc(-_HALF_ROOT * x) + x * (np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi))
    t = np.tanh(_TANH_SCALE * (x + _TANH_CUBIC * x * x * x))
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * (_TANH_SCALE * (1 + 3 * _TANH_CUBIC * x * x))


gelu = general("gelu", "GeluBackward0", _gelu, domain=REAL, x=lambda g, x, approximate: g * _gelu_slope(x, approximate))


def _elu(x: Any, alpha: float = 1, scale: float = 1) -> Any:
    x = as_float(x)
    return scale * np.where(x > 0, x, alpha * np.expm1(x))[()]


elu = general(
    "elu",
    "EluBackward0",
    _elu,
    domain=REAL,
    kinks=lambda x, alpha, scale: (x == 0) & (alpha != 1),
    # exp is given no positive x, where it might overflow, nor 0, where the second derivative is PyTorch's 0
    x=lambda g, x, alpha, scale: g * scale * np.where(x > 0, 1, alpha * np.exp(np.where(x >= 0, 0, x))),
)


def selu(x: Any) -> Any:
    """elu with the two constants of Klambauer et al., arXiv:1706.02515, that keep mean 0 and variance 1."""
    return elu(x, 1.6732632423543772848170429916717, 1.0507009873554804934193349852946)
