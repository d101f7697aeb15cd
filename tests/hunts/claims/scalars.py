"""The functions of one element, on mpmath's numbers. What has no real value is NaN; what decides on a side is noted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mpmath import mp

from .numbers import NAN, DoubtError, Real, is_nan

Note = Callable[[Any, Real], None]
"""Is told each decision, and the number on which it depends: its sign, or its distance from the nearest step."""


def integer_near(x: Real) -> tuple[int, Real]:
    """The nearest whole number and the distance from it, exactly 0 if it is no more than the rounding of `x`."""
    whole = int(mp.nint(x))
    rest = x - whole
    return whole, mp.mpf(0) if abs(rest) < mp.mpf(10) ** (40 - mp.dps) * max(1, abs(x)) else rest


def floor(note: Note, x: Real) -> Real:
    if is_nan(x):
        return x
    whole, rest = integer_near(x)
    below = whole - (rest < 0)
    note(("floor", below), rest)
    return mp.mpf(below)


def sign(note: Note, x: Real) -> int:
    found = (x > 0) - (x < 0)
    note(("sign", found), x)
    return found


def less(note: Note, a: Real, b: Real) -> bool:
    return sign(note, minus(a, b)) < 0


def plus(a: Real, b: Real) -> Real:
    """The sum; exactly 0 where no digit is left of it."""
    total = a + b
    return mp.mpf(0) if abs(total) < mp.mpf(10) ** (40 - mp.dps) * abs(a) else total


def minus(a: Real, b: Real) -> Real:
    return plus(a, -b)


def power(a: Real, b: Real) -> Real:
    if a == 0:
        return NAN if b < 0 else mp.mpf(b == 0)
    if mp.isint(b):
        if abs(b) > 10**6:
            raise DoubtError("a large power")
        return a ** int(b)
    if a > 0 and abs(b * mp.log(a)) > LARGEST_EXPONENT:
        raise DoubtError("a large exponent")
    return NAN if a < 0 else a**b


def within(f: Callable[[Real], Real], holds: Callable[[Real], bool]) -> Callable[[Note, Real], Real]:
    """The function where the condition holds, and no value elsewhere."""
    return lambda note, x: f(x) if not is_nan(x) and holds(x) else NAN


def everywhere(f: Callable[[Real], Real]) -> Callable[[Note, Real], Real]:
    return lambda note, x: NAN if is_nan(x) else f(x)


def growing(f: Callable[..., Real]) -> Callable[..., Real]:
    """A function made of exponentials, of which very large arguments are left alone."""

    def compute(note: Note, *xs: Real) -> Real:
        if any(is_nan(x) for x in xs):
            return NAN
        if any(abs(x) > LARGEST_EXPONENT for x in xs):
            raise DoubtError("a large exponent")
        return f(*xs)

    return compute


def by_sign(f: Callable[[Real, int], Real]) -> Callable[[Note, Real], Real]:
    """A function of a number and its sign."""
    return lambda note, x: NAN if is_nan(x) else mp.mpf(f(x, sign(note, x)))


def _lgamma(x: Real) -> Real:
    if x <= 0:
        raise DoubtError("lgamma is meant for x > 0")
    return mp.loggamma(x)


def _leaky(note: Note, x: Real, k: Real) -> Real:
    return x if is_nan(x) or sign(note, x) >= 0 else k * x


def _elu(note: Note, x: Real, k: Real) -> Real:
    return x if is_nan(x) or sign(note, x) >= 0 else k * mp.expm1(x)


def larger(note: Note, a: Real, b: Real) -> Real:
    return NAN if is_nan(a) or is_nan(b) else b if less(note, a, b) else a


def smaller(note: Note, a: Real, b: Real) -> Real:
    return NAN if is_nan(a) or is_nan(b) else b if less(note, b, a) else a


def clamp(note: Note, x: Real, low: Real | None = None, high: Real | None = None) -> Real:
    x = x if low is None else larger(note, x, low)
    return x if high is None else smaller(note, x, high)


def round_to_even(note: Note, x: Real) -> Real:
    if is_nan(x):
        return x
    twice, rest = integer_near(2 * x)
    if rest == 0 and twice % 2:  # half-way
        note(("floor", (twice + 1) // 2), rest)
        return mp.mpf((twice + 1) // 4 * 2)
    return floor(note, x + mp.mpf(0.5))


def trunc(note: Note, x: Real) -> Real:
    return NAN if is_nan(x) else (1 if x > 0 else -1) * floor(note, abs(x))


def quotient_floor(note: Note, a: Real, b: Real) -> Real:
    return NAN if b == 0 or is_nan(a) or is_nan(b) else floor(note, a / b)


def remainder(note: Note, a: Real, b: Real) -> Real:
    whole = quotient_floor(note, a, b)
    return NAN if is_nan(whole) else minus(a, b * whole)


def _xlogy(note: Note, a: Real, b: Real) -> Real:
    if is_nan(a) or is_nan(b):
        return NAN
    return mp.mpf(0) if a == 0 else a * mp.log(b) if b > 0 else NAN


def _atan2(note: Note, a: Real, b: Real) -> Real:
    if is_nan(a) or is_nan(b):
        return NAN
    if b <= 0:
        sign(note, a)
    return mp.atan2(a, b)


def _sinc(x: Real) -> Real:
    return mp.mpf(1) if x == 0 else mp.sin(mp.pi * x) / (mp.pi * x)


def _compared(holds: Callable[[int], bool]) -> Callable[[Note, Real, Real], Real]:
    def compare(note: Note, a: Real, b: Real) -> Real:
        if is_nan(a) or is_nan(b):
            raise DoubtError("a comparison with what has no value")
        return mp.mpf(holds(sign(note, minus(a, b))))

    return compare


def _pure(f: Callable[..., Real]) -> Callable[..., Real]:
    return lambda note, *xs: NAN if any(map(is_nan, xs)) else f(*xs)


LARGEST_EXPONENT = 20_000
POSITIVE = (lambda x: x > 0,)
UNIT = (lambda x: -1 <= x <= 1,)

SCALAR: dict[str, Callable[..., Real]] = {
    "add": _pure(plus), "sub": _pure(minus), "mul": _pure(lambda a, b: a * b),
    "div": _pure(lambda a, b: a / b if b else NAN), "pow": _pure(power), "neg": _pure(lambda a: -a),
    "floor_divide": quotient_floor, "remainder": remainder,
    "lt": _compared(lambda s: s < 0), "le": _compared(lambda s: s <= 0), "gt": _compared(lambda s: s > 0),
    "ge": _compared(lambda s: s >= 0), "eq": _compared(lambda s: s == 0), "ne": _compared(lambda s: s != 0),
    "sqrt": within(mp.sqrt, lambda x: x >= 0), "rsqrt": within(lambda x: 1 / mp.sqrt(x), *POSITIVE),
    "square": everywhere(lambda x: x * x), "reciprocal": within(lambda x: 1 / x, lambda x: x != 0),
    "hypot": _pure(lambda a, b: mp.sqrt(a * a + b * b)),
    "exp": growing(mp.exp), "exp2": growing(lambda x: mp.exp(x * mp.log(2))), "expm1": growing(mp.expm1),
    "log": within(mp.log, *POSITIVE), "log2": within(lambda x: mp.log(x) / mp.log(2), *POSITIVE),
    "log10": within(lambda x: mp.log(x) / mp.log(10), *POSITIVE), "log1p": within(mp.log1p, lambda x: x > -1),
    "logaddexp": growing(lambda a, b: mp.log(mp.exp(a) + mp.exp(b))), "xlogy": _xlogy,
    "sin": everywhere(mp.sin), "cos": everywhere(mp.cos), "tan": everywhere(mp.tan),
    "asin": within(mp.asin, *UNIT), "acos": within(mp.acos, *UNIT), "atan": everywhere(mp.atan), "atan2": _atan2,
    "sinc": everywhere(_sinc),
    "deg2rad": everywhere(lambda x: x * mp.pi / 180), "rad2deg": everywhere(lambda x: x * 180 / mp.pi),
    "sinh": growing(mp.sinh), "cosh": growing(mp.cosh), "tanh": growing(mp.tanh),
    "asinh": everywhere(mp.asinh), "acosh": within(mp.acosh, lambda x: x >= 1),
    "atanh": within(mp.atanh, lambda x: -1 < x < 1),
    "erf": growing(mp.erf), "erfc": growing(mp.erfc), "lgamma": everywhere(_lgamma),
    "digamma": within(mp.digamma, lambda x: x > 0 or not mp.isint(x)),
    "sigmoid": growing(lambda x: 1 / (1 + mp.exp(-x))),
    "logit": within(lambda x: mp.log(x / (1 - x)), lambda x: 0 < x < 1),
    "softplus": growing(lambda x: mp.log1p(mp.exp(x))), "logsigmoid": growing(lambda x: -mp.log1p(mp.exp(-x))),
    "silu": growing(lambda x: x / (1 + mp.exp(-x))),
    "gelu": growing(lambda x: x * mp.erfc(-x / mp.sqrt(2)) / 2),
    "relu": by_sign(lambda x, s: x if s > 0 else 0), "leaky_relu": _leaky, "elu": _elu,
    "abs": by_sign(lambda x, s: s * x), "sign": by_sign(lambda x, s: s),
    "maximum": larger, "minimum": smaller, "clamp": clamp,
    "floor": floor, "ceil": lambda note, x: -floor(note, -x), "round": round_to_even, "trunc": trunc,
    "frac": lambda note, x: NAN if is_nan(x) else minus(x, trunc(note, x)),
}  # fmt: skip
"""By name, functions (note, *numbers)."""
DEFAULTS = {"leaky_relu": (0.01,), "elu": (1.0,)}
"""The arguments after the first where none are given."""
