"""Arithmetic: the operators and powers."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from gradcli.engine.domain import NON_ZERO, POSITIVE, REAL
from gradcli.engine.op import elementwise, general, missing
from gradcli.engine.tensor import Tensor

add = elementwise(
    "add", "AddBackward0", operator.add, domain=(REAL, REAL), numpy=[np.add], a=lambda g: g, b=lambda g: g
)
sub = elementwise(
    "sub", "SubBackward0", operator.sub, domain=(REAL, REAL), numpy=[np.subtract], a=lambda g: g, b=lambda g: -g
)
rsub = elementwise("rsub", "RsubBackward1", lambda a, b: b - a, domain=(REAL, REAL), a=lambda g: -g, b=lambda g: g)
mul = elementwise(
    "mul",
    "MulBackward0",
    operator.mul,
    domain=(REAL, REAL),
    numpy=[np.multiply],
    a=lambda g, b: g * b,
    b=lambda g, a: g * a,
)
neg = elementwise("neg", "NegBackward0", operator.neg, domain=REAL, numpy=[np.negative], x=lambda g: -g)
reciprocal = elementwise(
    "reciprocal",
    "ReciprocalBackward0",
    lambda x: 1 / x,
    domain=NON_ZERO,
    floating=True,
    numpy=[np.reciprocal],
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
    b=lambda g, result, b: -g * (result / b),
)
floor_divide = elementwise(
    "floor_divide", "NotImplemented", np.floor_divide, domain=(REAL, NON_ZERO), a=missing, b=missing
)


def _at_multiple(a: Any, b: Any) -> Any:
    return np.remainder(a, b) == 0


div_floor = elementwise(  # torch.div(a, b, rounding_mode="floor"), which is flat where // has no derivative
    "div_floor",
    "DivBackward2",
    lambda a, b: np.floor_divide(a, b),
    domain=(REAL, NON_ZERO),
    kinks=_at_multiple,
    a=lambda g: np.zeros_like(g),
    b=lambda g: np.zeros_like(g),
)


remainder_number = general(
    "remainder_number",
    "RemainderBackward0",
    lambda x, divisor: np.remainder(x, divisor),
    domain=REAL,
    kinks=_at_multiple,
    x=lambda g: g,
)
remainder_tensor = elementwise(
    "remainder_tensor",
    "RemainderBackward1",
    np.remainder,
    domain=(REAL, NON_ZERO),
    kinks=_at_multiple,
    a=lambda g: g,
    b=lambda g, a, b: -g * np.floor(a / b),
)


def remainder(a: Any, b: Any) -> Any:
    """a - b*floor(a/b), with the sign of b. A number as divisor gives a node of its own, as in PyTorch."""
    return remainder_tensor(a, b) if isinstance(b, Tensor) or not isinstance(a, Tensor) else remainder_number(a, b)


def _power(x: Any, exponent: Any) -> Any:
    """x**exponent for a number; a small whole one is a product, which NumPy computes a hundred times faster."""
    if exponent == 3:
        return x * x * x
    if exponent == 4:
        return np.square(x * x)
    return x**exponent


def _power_slope(g: Any, x: Any, exponent: Any) -> Any:
    if exponent == 2:  # by far the most frequent
        return g * (x + x)
    return np.zeros_like(g) if exponent == 0 else g * (exponent * x ** (exponent - 1))


pow_number = general("pow_number", "PowBackward0", _power, domain=REAL, x=_power_slope)
number_pow = general(
    "number_pow",
    "PowBackward2",
    lambda x, base: base**x,
    domain=REAL,
    # 0**x is flat for x >= 0, and infinite for x < 0
    x=lambda g, result, x, base: g * (result * np.log(base)) if base else np.where(x >= 0, 0, g * np.sign(x) * np.inf),
)
pow_tensor = elementwise(
    "pow_tensor",
    "PowBackward1",
    np.power,
    domain=(POSITIVE, REAL),
    # 0**0 is 1, flat in the base; and flat in an exponent >= 0 where the base is 0.
    a=lambda g, a, b: np.where(b == 0, 0, g * (b * a ** (b - 1))),
    b=lambda g, result, a, b: np.where(np.logical_and(a == 0, b >= 0), 0, g * (result * np.log(a))),
)


def power(a: Any, b: Any) -> Any:
    """a**b. A number as exponent, or as base, gives a node of its own, as in PyTorch."""
    if isinstance(b, Tensor) == isinstance(a, Tensor):
        return pow_tensor(a, b)
    return pow_number(a, b) if isinstance(a, Tensor) else number_pow(b, a)
