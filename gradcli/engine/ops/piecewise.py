"""Functions made of pieces: absolute value, extremes, selection, rounding. At a kink, the slope is PyTorch's choice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.domain import REAL
from gradcli.engine.dtypes import align
from gradcli.engine.errors import size_mismatch
from gradcli.engine.fitting import fitting, refuse_overflow
from gradcli.engine.layout import in_rows, laid
from gradcli.engine.op import Op, elementwise, general, not_differentiable, unary
from gradcli.engine.tensor import Tensor
from gradcli.engine.type_names import TYPE_NAMES


def _is_array(x: Any) -> bool:
    return isinstance(x, (np.ndarray, np.generic))


def _mismatch(*operands: Any) -> RuntimeError | None:
    """PyTorch's error for the first operand that does not broadcast with those before it."""
    shape: tuple[int, ...] = ()
    for operand in filter(_is_array, operands):
        if error := size_mismatch(shape, operand.shape):
            return error
        shape = np.broadcast_shapes(shape, operand.shape)
    return None


def _flat(g: Any) -> Any:
    """The rule of a function that is constant between its jumps."""
    return np.zeros_like(g)


# Slopes that depend on the sign


def signum(x: Any) -> Any:
    """-1, 0 or 1, and 0 for NaN, as PyTorch has it; a truth value is its own sign."""
    if x.dtype.kind == "f":
        return (x > 0).astype(x.dtype) - (x < 0)
    return x.copy() if x.dtype.kind == "b" else np.sign(x)


sign: Callable[..., Any] = elementwise(
    "sign", "SignBackward0", lambda x: signum(x), domain=REAL, kinks=lambda x: x == 0, numpy=[np.sign], x=_flat
)
abs = elementwise("abs", "AbsBackward0", np.abs, domain=REAL, kinks=lambda x: x == 0, x=lambda g, x: g * sign(x))


_LEVEL = Op("level", "ThresholdBackwardBackward0", lambda x: np.ones_like(x), {"x": _flat}, REAL)
_LEVEL.elementwise = True
_level = unary(_LEVEL)
"""Ones that depend on an array; it belongs to the rules alone, and to no table."""


def constant_in(x: Any, g: Any) -> Any:
    """The cotangent, which was chosen by `x` and so has a derivative by it too, of 0, where a graph is recorded."""
    return g * _level(x) if isinstance(x, Tensor) else g


def gated(g: Any, mask: Any) -> Any:
    """The cotangent where the mask holds, 0 elsewhere.

    For arrays by their bits: `np.where` takes ten times as long, as it branches at each element.
    """
    if type(g) is np.ndarray and g.dtype.kind == "f" and g.shape == mask.shape:
        bits = np.dtype(f"i{g.itemsize}")
        return (g.view(bits) & -mask.astype(bits)).view(g.dtype)
    return np.where(mask, g, 0)


relu = elementwise(
    "relu",
    "ReluBackward0",
    lambda x: np.maximum(0, x),
    domain=REAL,
    kinks=lambda x: x == 0,
    x=lambda g, result: constant_in(result, gated(g, np.logical_not(result <= 0))),
)


def _leaky_relu(x: Any, negative_slope: float = 0.01) -> Any:
    x, slope = align(x, negative_slope)
    return np.where(x > 0, x, slope * x)[()]


leaky_relu = general(
    "leaky_relu",
    "LeakyReluBackward0",
    _leaky_relu,
    domain=REAL,
    kinks=lambda x, negative_slope: (x == 0) & (negative_slope != 1),
    x=lambda g, x, negative_slope: constant_in(x, np.where(x > 0, g, negative_slope * g)),
)


def _hardtanh(x: Any, min_val: float = -1, max_val: float = 1) -> Any:
    if x.dtype.kind == "b":
        raise RuntimeError("Bool inputs not supported for hardtanh")
    if x.dtype.kind == "u" and (min_val < 0 or max_val < 0):
        raise RuntimeError("cannot do hardtanh on an unsigned type with negative limits")
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    return np.clip(x, x.dtype.type(min_val), x.dtype.type(max_val))


hardtanh = general(
    "hardtanh",
    "HardtanhBackward0",
    _hardtanh,
    domain=REAL,
    kinks=lambda x, min_val, max_val: (x == min_val) | (x == max_val),
    x=lambda g, x, min_val, max_val: constant_in(x, np.where(np.logical_or(x <= min_val, x >= max_val), 0, g)),
)


def relu6(x: Any) -> Any:
    """The values limited to [0, 6]; the slope is 0 at both limits."""
    return hardtanh(x, 0, 6)


# Extremes


def _share(g: Any, loses: Any, ties: Any) -> Any:
    """The cotangent of one of two arguments, of which one was chosen: none if it loses, half if both are equal."""
    return np.where(ties, g / 2, np.where(loses, 0, g))


def _greater(a: Any, b: Any) -> Any:
    return np.maximum(b, a)  # of +0 and -0 NumPy takes the second, PyTorch the first


def _lesser(a: Any, b: Any) -> Any:
    return np.minimum(b, a)


maximum = elementwise(
    "maximum",
    "MaximumBackward0",
    _greater,
    domain=(REAL, REAL),
    kinks=np.equal,
    numpy=[np.maximum],
    a=lambda g, a, b: _share(g, a < b, a == b),
    b=lambda g, a, b: _share(g, b < a, a == b),
)
minimum = elementwise(
    "minimum",
    "MinimumBackward0",
    _lesser,
    domain=(REAL, REAL),
    kinks=np.equal,
    numpy=[np.minimum],
    a=lambda g, a, b: _share(g, a > b, a == b),
    b=lambda g, a, b: _share(g, b > a, a == b),
)
fmax = elementwise(
    "fmax",
    "FmaxBackward0",
    np.fmax,
    domain=(REAL, REAL),
    kinks=np.equal,
    a=lambda g, a, b: gated(g, np.logical_or(a >= b, np.isnan(b))),
    b=lambda g, a, b: np.where(np.logical_or(a >= b, np.isnan(b)), 0, g),
)
fmin = elementwise(
    "fmin",
    "FminBackward0",
    np.fmin,
    domain=(REAL, REAL),
    kinks=np.equal,
    a=lambda g, a, b: gated(g, np.logical_or(a <= b, np.isnan(b))),
    b=lambda g, a, b: np.where(np.logical_or(a <= b, np.isnan(b)), 0, g),
)


def _clamp(x: Any, min: Any = None, max: Any = None) -> Any:
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    try:
        above = x if min is None else _greater(*align(x, min))
        return laid(above if max is None else _lesser(*align(above, max)), x)
    except ValueError as error:
        raise _mismatch(x, min, max) or error from None


def _inside(x: Any, min: Any, max: Any) -> Any:
    if min is None:
        return x <= max
    return x >= min if max is None else np.logical_and(x >= min, x <= max)


def _below(x: Any, min: Any, max: Any) -> Any:
    return x < min if max is None else np.logical_and(x < min, min < max)


def _above(x: Any, min: Any, max: Any) -> Any:
    return x > max if min is None else np.logical_or(x > max, min > max)


def _at_limit(x: Any, min: Any, max: Any) -> Any:
    return (x == min) | (x == max)


def _clamped(x: Any, min: Any = None, max: Any = None) -> Any:
    refuse_overflow(x, min, max)
    return _clamp(x, min, max)


_clamp_number = general(
    "clamp",
    "ClampBackward1",
    _clamped,
    domain=REAL,
    kinks=_at_limit,
    x=lambda g, x, min, max: gated(g, _inside(x, min, max)),
)
_clamp_tensor = general(
    "clamp_tensor",
    "ClampBackward0",
    _clamp,
    domain=(REAL, REAL, REAL),
    kinks=_at_limit,
    x=lambda g, x, min, max: gated(g, _inside(x, min, max)),
    min=lambda g, x, min, max: gated(g, _below(x, min, max)),
    max=lambda g, x, min, max: gated(g, _above(x, min, max)),
)


def clamp(x: Any, min: Any = None, max: Any = None) -> Any:
    """The elements limited to [min, max]; numbers as limits give a node of their own, as in PyTorch."""
    return (_clamp_tensor if hasattr(min, "dtype") or hasattr(max, "dtype") else _clamp_number)(x, min, max)


def _limit(name: str, node: str, limit: Any, inside: Any) -> Any:
    """Declares the limitation to one side of a number."""

    def forward(x: Any, bound: Any) -> Any:
        refuse_overflow(x, bound)
        return limit(*align(x, bound))

    return general(
        name,
        node,
        forward,
        domain=REAL,
        kinks=lambda x, bound: x == bound,
        x=lambda g, x, bound: gated(g, inside(x, bound)),
    )


clamp_min_number = _limit("clamp_min_number", "ClampMinBackward0", _greater, np.greater_equal)
clamp_max_number = _limit("clamp_max_number", "ClampMaxBackward0", _lesser, np.less_equal)

# Selection


def _where(condition: Any, a: Any, b: Any) -> Any:
    if condition.dtype.kind != "b":
        called = TYPE_NAMES[condition.dtype.name].scalar
        raise RuntimeError(f"where expected condition to be a boolean tensor, but got a tensor with dtype {called}")
    try:
        return laid(np.where(condition, *align(a, b))[()], condition, *(x for x in (a, b) if hasattr(x, "strides")))
    except ValueError as error:
        raise _mismatch(a, b, condition) or error from None


where = general(
    "where",
    "WhereBackward0",
    _where,
    domain=(REAL, REAL, REAL),
    numpy=[np.where],
    condition=not_differentiable,
    a=lambda g, condition: gated(g, condition),
    b=lambda g, condition: np.where(condition, 0, g),
)


def _masked_fill(x: Any, mask: Any, value: Any) -> Any:
    if mask.dtype.kind != "b":
        called = TYPE_NAMES[mask.dtype.name].cpp
        raise RuntimeError(f"masked_fill_ only supports boolean masks, but got mask with dtype {called}")
    if np.ndim(value) > 0:
        raise RuntimeError(
            "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with "
            f"{np.ndim(value)} dimension(s)."
        )
    try:
        return in_rows(np.where(mask, fitting(value, x.dtype), x)[()])
    except ValueError as error:
        raise _mismatch(mask, x) or error from None


_fill_number = general(
    "masked_fill",
    "MaskedFillBackward0",
    lambda x, mask, value: _masked_fill(x, mask, value),
    domain=(REAL, REAL),
    x=lambda g, mask: np.where(mask, 0, g),
    mask=not_differentiable,
)
_fill_tensor = general(
    "masked_fill_tensor",
    "MaskedFillBackward1",
    _masked_fill,
    domain=(REAL, REAL, REAL.shaped()),
    x=lambda g, mask: np.where(mask, 0, g),
    mask=not_differentiable,
    value=lambda g, mask: gated(g, mask),
)


def masked_fill(x: Any, mask: Any, value: Any) -> Any:
    """The elements, but `value` where the mask is true; a number gives a node of its own, as in PyTorch."""
    return (_fill_tensor if hasattr(value, "dtype") else _fill_number)(x, mask, value)


# Rounding


def _at_integer(x: Any) -> Any:
    return x == np.rint(x)


floor = elementwise("floor", "FloorBackward0", np.floor, domain=REAL, kinks=_at_integer, x=_flat)
ceil = elementwise("ceil", "CeilBackward0", np.ceil, domain=REAL, kinks=_at_integer, x=_flat)
trunc = elementwise(
    "trunc", "TruncBackward0", np.trunc, domain=REAL, kinks=lambda x: (x != 0) & _at_integer(x), x=_flat
)
frac = elementwise(
    "frac",
    "FracBackward0",
    lambda x: x - np.trunc(x),
    domain=REAL,
    kinks=lambda x: (x != 0) & _at_integer(x),
    x=lambda g: g,
)


def _at_half(x: Any, decimals: int) -> Any:
    twice = 2 * x * 10.0**decimals
    return (twice == np.rint(twice)) & (twice % 2 == 1)


round = general(
    "round",
    lambda x, decimals: "RoundBackward1" if decimals else "RoundBackward0",
    lambda x, decimals=0: np.round(x, decimals),
    domain=REAL,
    kinks=_at_half,
    numpy=[np.round],
    x=_flat,
)
