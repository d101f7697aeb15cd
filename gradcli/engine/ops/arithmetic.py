"""Arithmetic: the operators and powers."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.domain import NON_ZERO, POSITIVE, REAL
from gradcli.engine.dtypes import align
from gradcli.engine.errors import no_difference
from gradcli.engine.fitting import refuse_overflow
from gradcli.engine.op import elementwise, general, missing
from gradcli.engine.tensor import Tensor
from gradcli.engine.type_names import not_implemented

add = elementwise(
    "add", "AddBackward0", operator.add, domain=(REAL, REAL), numpy=[np.add], a=lambda g: g, b=lambda g: g
)


def _no_truth(x: Any, y: Any) -> tuple[Any, Any]:
    """As `align`, for operands of which none holds truth values. Raises PyTorch's RuntimeError otherwise."""
    if type(y) in (float, int) and hasattr(x, "dtype") and x.dtype.kind != "b":  # by far the most frequent
        return align(x, y)
    truths = [isinstance(operand, bool) or getattr(operand, "dtype", None) == np.bool_ for operand in (x, y)]
    if any(truths):
        raise no_difference(both=all(truths))
    return align(x, y)


sub = elementwise(
    "sub",
    "SubBackward0",
    operator.sub,
    domain=(REAL, REAL),
    align=_no_truth,
    numpy=[np.subtract],
    a=lambda g: g,
    b=lambda g: -g,
)


def _rsub(x: Any, number: float) -> Any:
    x, number = _no_truth(x, number)
    return number - x


rsub = general("rsub", "RsubBackward1", _rsub, domain=REAL, x=lambda g: -g)
"""A number less an array."""
mul = elementwise(
    "mul",
    "MulBackward0",
    operator.mul,
    domain=(REAL, REAL),
    numpy=[np.multiply],
    a=lambda g, b: g * b,
    b=lambda g, a: g * a,
)


def _neg(x: Any) -> Any:
    try:
        return -x
    except TypeError:
        if x.dtype.kind != "b":
            raise
        raise RuntimeError(
            "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use "
            "the `~` or `logical_not()` operator instead."
        ) from None


neg = elementwise("neg", "NegBackward0", _neg, domain=REAL, numpy=[operator.neg, np.negative], x=lambda g: -g)
reciprocal = elementwise(
    "reciprocal",
    "ReciprocalBackward0",
    lambda x: 1 / x,
    domain=NON_ZERO,
    floating=True,
    x=lambda g, result: -g * result * result,
)
div = elementwise(
    "div",
    "DivBackward0",
    operator.truediv,
    domain=(REAL, NON_ZERO),
    floating=True,
    numpy=[np.true_divide],
    a=lambda g, b: g / b,
    b=lambda g, a, b: -g * (a / b / b),
)


def _whole_division(kernel: str, function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """`function`, which divides and rounds, for the dtypes that have it. Raises PyTorch's errors for 0 and for others.

    kernel  what PyTorch's error calls it
    """

    def divide(a: Any, b: Any) -> Any:
        kind = a.dtype.kind
        if kind in "bc":
            raise not_implemented(kernel, a.dtype)
        if kind in "iu" and not np.all(b):
            raise RuntimeError("ZeroDivisionError")
        return function(a, b)

    return divide


_floor_divide = _whole_division("div_floor_cpu", np.floor_divide)


def _with_sign_of_divisor(a: Any, b: Any) -> Any:
    """As `np.remainder`, but a remainder of nothing keeps the sign of what was divided, as in PyTorch."""
    if a.dtype.kind != "f":
        return np.remainder(a, b)
    rest = np.fmod(a, b)
    return np.where((rest != 0) & ((b < 0) != (rest < 0)), rest + b, rest)[()]


_remainder = _whole_division("remainder_cpu", _with_sign_of_divisor)
_fmod = _whole_division("fmod_cpu", np.fmod)
floor_divide = elementwise(
    "floor_divide",
    "torch::autograd::NotImplemented",
    _floor_divide,
    domain=(REAL, NON_ZERO),
    numpy=[np.floor_divide],
    a=missing,
    b=missing,
)


def _at_multiple(a: Any, b: Any) -> Any:
    return np.remainder(a, b) == 0


div_floor = elementwise(  # torch.div(a, b, rounding_mode="floor"), which is flat where // has no derivative
    "div_floor",
    "DivBackward2",
    _whole_division("div_floor_cpu", np.floor_divide),
    domain=(REAL, NON_ZERO),
    kinks=_at_multiple,
    a=lambda g: np.zeros_like(g),
    b=lambda g: np.zeros_like(g),
)


def _trunc_divide(a: Any, b: Any) -> Any:
    if a.dtype.kind == "f":
        return np.trunc(a / b)
    quotient = np.floor_divide(a, b)
    return quotient + ((quotient < 0) & (quotient * b != a))


div_trunc = elementwise(
    "div_trunc",
    "DivBackward2",
    _whole_division("div_trunc_cpu", _trunc_divide),
    domain=(REAL, NON_ZERO),
    kinks=lambda a, b: (a != 0) & _at_multiple(a, b),
    a=lambda g: np.zeros_like(g),
    b=lambda g: np.zeros_like(g),
)

# Remainders: with the sign of the divisor, and of what is divided

remainder_number = general(
    "remainder_number",
    "RemainderBackward0",
    lambda x, divisor: _remainder(*align(x, divisor)),
    domain=REAL,
    kinks=_at_multiple,
    x=lambda g: g,
)
remainder_tensor = elementwise(
    "remainder_tensor",
    "RemainderBackward1",
    _remainder,
    domain=(REAL, NON_ZERO),
    kinks=_at_multiple,
    numpy=[np.remainder],
    a=lambda g: g,
    b=lambda g, a, b: -g * div_floor(a, b),
)
fmod_number = general(
    "fmod_number",
    "FmodBackward0",
    lambda x, divisor: _fmod(*align(x, divisor)),
    domain=REAL,
    kinks=lambda x, divisor: (x != 0) & _at_multiple(x, divisor),
    x=lambda g: g,
)
fmod_tensor = elementwise(
    "fmod_tensor",
    "FmodBackward1",
    _fmod,
    domain=(REAL, NON_ZERO),
    kinks=lambda a, b: (a != 0) & _at_multiple(a, b),
    numpy=[np.fmod],
    a=lambda g: g,
    b=lambda g, a, b: -g * div_trunc(a, b),
)


def remainder(a: Any, b: Any) -> Any:
    """a - b*floor(a/b), with the sign of b. A number as divisor gives a node of its own, as in PyTorch."""
    return remainder_tensor(a, b) if isinstance(b, Tensor) or not isinstance(a, Tensor) else remainder_number(a, b)


def fmod(a: Any, b: Any) -> Any:
    """a - b*trunc(a/b), with the sign of a. A number as divisor gives a node of its own, as in PyTorch."""
    return fmod_tensor(a, b) if isinstance(b, Tensor) or not isinstance(a, Tensor) else fmod_number(a, b)


# Powers


def _power(x: Any, exponent: Any) -> Any:
    """x**exponent for a number; a small whole one is a product, which NumPy computes a hundred times faster."""
    if x.dtype.kind not in "fc":
        return _whole_power(x, exponent)
    if exponent == 3:
        return x * x * x
    if exponent == 4:
        return np.square(x * x)
    if exponent in (0.5, -0.5):  # a root, which is another power at -0 and at -inf
        return np.sqrt(x) if exponent > 0 else 1 / np.sqrt(x)
    return x**exponent


def _whole_power(x: Any, exponent: Any) -> Any:
    """Whole numbers to a power, which is a float unless the exponent is whole and not negative."""
    if x.dtype.kind == "b" and isinstance(exponent, bool):
        return x.copy() if exponent else np.ones_like(x)
    if isinstance(exponent, int) and exponent < 0:
        raise RuntimeError("Integers to negative integer powers are not allowed.")
    refuse_overflow(x, exponent)
    return _elements_power(*align(x, exponent))


def _power_slope(g: Any, x: Any, exponent: Any) -> Any:
    if exponent == 2 and not isinstance(x, Tensor):  # by far the most frequent
        return g * (x + x)
    return np.zeros_like(g) if exponent == 0 else g * (exponent * pow_number(x, exponent - 1))


def _elements_power(a: Any, b: Any) -> Any:
    """Element by element. A whole number to a negative power is its whole part: 0 but for 1 and -1."""
    kind = a.dtype.kind
    if kind == "b":
        raise not_implemented("pow", a.dtype)
    if kind != "i" or not np.any(b < 0):
        return np.power(a, b)
    parity = np.where(b % 2 == 0, 1, a)
    return np.where(b >= 0, np.power(a, np.maximum(b, 0)), np.where(np.abs(a) == 1, parity, 0))[()]


def _exponent_slope(result: Any, a: Any, b: Any) -> Any:
    """The derivative of a**b by b: 0, with all its derivatives, where the base is 0 and the exponent is not below."""
    flat = np.logical_and(a == 0, b >= 0)
    return np.where(flat, 0, result) * np.log(np.where(flat, 1, a))


def _zero_power_slope(result: Any, x: Any) -> Any:
    """The derivative of 0**x: 0, with all its derivatives, for x >= 0, and infinite for x < 0."""
    flat = x >= 0
    return np.where(flat, 0, np.where(flat, 0, result) * -np.inf)


pow_number: Callable[..., Any] = general("pow_number", "PowBackward0", _power, domain=REAL, x=_power_slope)
number_pow = general(
    "number_pow",
    "PowBackward2",
    lambda x, base: _elements_power(*align(base, x)),
    domain=REAL,
    x=lambda g, result, x, base: g * (result * np.log(base) if base else _zero_power_slope(result, x)),
)
pow_tensor: Callable[..., Any] = elementwise(
    "pow_tensor",
    "PowBackward1",
    _elements_power,
    domain=(POSITIVE, REAL),
    # 0**0 is 1, flat in the base. A factor of g is finite, so that forward mode finds it too.
    a=lambda g, a, b: np.where(b == 0, 0, g) * np.where(b == 0, 0, b * pow_tensor(a, b - 1)),
    b=lambda g, result, a, b: g * _exponent_slope(result, a, b),
)


def power(a: Any, b: Any) -> Any:
    """a**b. A number as exponent, or as base, gives a node of its own, as in PyTorch."""
    if isinstance(b, Tensor) == isinstance(a, Tensor) or (isinstance(b, np.ndarray) and b.ndim):
        return pow_tensor(a, b)
    if isinstance(a, Tensor):
        return pow_number(a, float(b) if type(b) is np.float64 else b)
    return number_pow(b, a)
