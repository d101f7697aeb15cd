"""Every function of numbers in the language, in mpmath: what the enclosures of its derivatives must hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath as mp

Function = Callable[..., Any]


def _half_even(u: Any) -> Any:
    below = mp.floor(u)
    apart = u - below
    if apart == mp.mpf(1) / 2:
        return below if below % 2 == 0 else below + 1
    return below if apart < mp.mpf(1) / 2 else below + 1


def _sigmoid(u: Any) -> Any:
    return 1 / (1 + mp.exp(-u))


POSITIVE, WIDE, UNIT = (0.05, 8.0), (-4.0, 4.0), (-0.95, 0.95)
Interval = tuple[float, float]

TRUTHS: dict[str, tuple[str, Function, tuple[Interval, ...]]] = {
    "add": ("a + b", lambda a, b: a + b, (WIDE, WIDE)),
    "sub": ("a - b", lambda a, b: a - b, (WIDE, WIDE)),
    "mul": ("a*b", lambda a, b: a * b, (WIDE, WIDE)),
    "div": ("a/b", lambda a, b: a / b, (WIDE, POSITIVE)),
    "floor_divide": ("a // b", lambda a, b: mp.floor(a / b), (WIDE, POSITIVE)),
    "remainder": ("a % b", lambda a, b: a - b * mp.floor(a / b), (WIDE, POSITIVE)),
    "pow": ("a**b", lambda a, b: a**b, (POSITIVE, WIDE)),
    "neg": ("-a", lambda a: -a, (WIDE,)),
    "lt": ("where(a < b, a*a, b)", lambda a, b: a * a if a < b else b, (WIDE, WIDE)),
    "le": ("where(a <= b, a*a, b)", lambda a, b: a * a if a <= b else b, (WIDE, WIDE)),
    "gt": ("where(a > b, a*a, b)", lambda a, b: a * a if a > b else b, (WIDE, WIDE)),
    "ge": ("where(a >= b, a*a, b)", lambda a, b: a * a if a >= b else b, (WIDE, WIDE)),
    "eq": ("where(a == b, a*a, b)", lambda a, b: b, (WIDE, WIDE)),
    "ne": ("where(a != b, a*a, b)", lambda a, b: a * a, (WIDE, WIDE)),
    "logical_and": ("where(a > 0 and b > 0, a*b, a)", lambda a, b: a * b if a > 0 and b > 0 else a, (WIDE, WIDE)),
    "logical_or": ("where(a > 0 or b > 0, a*b, a)", lambda a, b: a * b if a > 0 or b > 0 else a, (WIDE, WIDE)),
    "logical_not": ("where(not (a > b), a*b, a)", lambda a, b: a * b if not a > b else a, (WIDE, WIDE)),
    "sqrt": ("sqrt(a)", mp.sqrt, (POSITIVE,)),
    "rsqrt": ("rsqrt(a)", lambda a: 1 / mp.sqrt(a), (POSITIVE,)),
    "square": ("square(a)", lambda a: a * a, (WIDE,)),
    "reciprocal": ("reciprocal(a)", lambda a: 1 / a, (POSITIVE,)),
    "hypot": ("hypot(a, b)", lambda a, b: mp.sqrt(a * a + b * b), (WIDE, WIDE)),
    "exp": ("exp(a)", mp.exp, (WIDE,)),
    "exp2": ("exp2(a)", lambda a: mp.mpf(2) ** a, (WIDE,)),
    "expm1": ("expm1(a)", lambda a: mp.exp(a) - 1, (WIDE,)),
    "log": ("log(a)", mp.log, (POSITIVE,)),
    "log2": ("log2(a)", lambda a: mp.log(a) / mp.log(2), (POSITIVE,)),
    "log10": ("log10(a)", lambda a: mp.log(a) / mp.log(10), (POSITIVE,)),
    "log1p": ("log1p(a)", lambda a: mp.log(1 + a), (UNIT,)),
    "logaddexp": ("logaddexp(a, b)", lambda a, b: mp.log(mp.exp(a) + mp.exp(b)), (WIDE, WIDE)),
    "xlogy": ("xlogy(a, b)", lambda a, b: a * mp.log(b), (WIDE, POSITIVE)),
    "sin": ("sin(a)", mp.sin, (WIDE,)),
    "cos": ("cos(a)", mp.cos, (WIDE,)),
    "tan": ("tan(a)", mp.tan, (WIDE,)),
    "asin": ("asin(a)", mp.asin, (UNIT,)),
    "acos": ("acos(a)", mp.acos, (UNIT,)),
    "atan": ("atan(a)", mp.atan, (WIDE,)),
    "atan2": ("atan2(a, b)", mp.atan2, (WIDE, WIDE)),
    "sinc": ("sinc(a)", lambda a: mp.sin(mp.pi * a) / (mp.pi * a), (WIDE,)),
    "deg2rad": ("deg2rad(a)", lambda a: a * mp.pi / 180, (WIDE,)),
    "rad2deg": ("rad2deg(a)", lambda a: a * 180 / mp.pi, (WIDE,)),
    "sinh": ("sinh(a)", mp.sinh, (WIDE,)),
    "cosh": ("cosh(a)", mp.cosh, (WIDE,)),
    "tanh": ("tanh(a)", mp.tanh, (WIDE,)),
    "asinh": ("asinh(a)", mp.asinh, (WIDE,)),
    "acosh": ("acosh(a)", mp.acosh, ((1.05, 8.0),)),
    "atanh": ("atanh(a)", mp.atanh, (UNIT,)),
    "erf": ("erf(a)", mp.erf, (WIDE,)),
    "erfc": ("erfc(a)", mp.erfc, (WIDE,)),
    "lgamma": ("lgamma(a)", lambda a: mp.log(abs(mp.gamma(a))), (WIDE,)),
    "digamma": ("digamma(a)", mp.digamma, (WIDE,)),
    "polygamma": ("polygamma(2, a)", lambda a: mp.polygamma(2, a), (WIDE,)),
    "sigmoid": ("sigmoid(a)", _sigmoid, (WIDE,)),
    "logit": ("logit(a)", lambda a: mp.log(a / (1 - a)), ((0.05, 0.95),)),
    "softplus": ("softplus(a)", lambda a: mp.log(1 + mp.exp(a)), ((-30.0, 30.0),)),
    "logsigmoid": ("logsigmoid(a)", lambda a: mp.log(_sigmoid(a)), (WIDE,)),
    "silu": ("silu(a)", lambda a: a * _sigmoid(a), (WIDE,)),
    "gelu": ("gelu(a)", lambda a: a * (1 + mp.erf(a / mp.sqrt(2))) / 2, (WIDE,)),
    "relu": ("relu(a)", lambda a: max(a, mp.mpf(0)), (WIDE,)),
    "leaky_relu": ("leaky_relu(a, 0.25)", lambda a: a if a > 0 else a / 4, (WIDE,)),
    "elu": ("elu(a, 1.5)", lambda a: a if a > 0 else mp.mpf(1.5) * (mp.exp(a) - 1), (WIDE,)),
    "abs": ("abs(a)", abs, (WIDE,)),
    "sign": ("sign(a)", mp.sign, (WIDE,)),
    "maximum": ("maximum(a, b)", max, (WIDE, WIDE)),
    "minimum": ("minimum(a, b)", min, (WIDE, WIDE)),
    "clamp": ("clamp(a, -1.5, 2.5)", lambda a: min(max(a, mp.mpf(-1.5)), mp.mpf(2.5)), (WIDE,)),
    "where": ("where(a > 0, sin(a), a*a)", lambda a: mp.sin(a) if a > 0 else a * a, (WIDE,)),
    "floor": ("floor(a)", mp.floor, (WIDE,)),
    "ceil": ("ceil(a)", mp.ceil, (WIDE,)),
    "round": ("round(a)", _half_even, (WIDE,)),
    "trunc": ("trunc(a)", lambda a: mp.floor(a) if a > 0 else mp.ceil(a), (WIDE,)),
    "frac": ("frac(a)", lambda a: a - (mp.floor(a) if a > 0 else mp.ceil(a)), (WIDE,)),
}
"""By name: an expression, what it is in mpmath, and where its arguments may lie. `detach` is tested by itself."""
