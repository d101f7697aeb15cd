"""Activations that are made of pieces or gates, beside those of `piecewise` and `transcendental`."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine.domain import REAL
from gradcli.engine.dtypes import align, as_float
from gradcli.engine.fitting import fitting
from gradcli.engine.op import elementwise, general
from gradcli.engine.ops.piecewise import constant_in
from gradcli.engine.ops.transcendental import sigmoid
from gradcli.engine.type_names import TYPE_NAMES, not_implemented


def _hardswish(x: Any) -> Any:
    x = as_float(x)
    return (x * np.clip(x + 3, 0, 6) / 6)[()]


hardswish = general(
    "hardswish",
    "HardswishBackward0",
    _hardswish,
    domain=REAL,
    kinks=lambda x: (x == -3) | (x == 3),
    x=lambda g, x: np.where(x <= -3, 0, g) * np.where(x <= -3, 0, np.where(x < 3, x / 3 + 0.5, 1)),
)
hardsigmoid = general(
    "hardsigmoid",
    "HardsigmoidBackward0",
    lambda x: (np.clip(as_float(x) + 3, 0, 6) / 6)[()],
    domain=REAL,
    kinks=lambda x: (x == -3) | (x == 3),
    x=lambda g, x: constant_in(x, np.where(np.logical_and(x > -3, x < 3), g / 6, 0)),
)


def _mish(x: Any) -> Any:
    x = as_float(x)
    return x * np.tanh(np.logaddexp(0, x))


def _mish_slope(x: Any) -> Any:
    t, s = np.tanh(np.logaddexp(0, x)), sigmoid(x)
    return t + x * (1 - t * t) * s


mish = general("mish", "MishBackward0", _mish, domain=REAL, x=lambda g, x: g * _mish_slope(x))


def _celu(x: Any, alpha: float = 1) -> Any:
    x = as_float(x)
    return np.where(x > 0, x, alpha * np.expm1(np.where(x > 0, 0, x) / alpha))[()]


celu = general(
    "celu",
    "CeluBackward0",
    _celu,
    domain=REAL,
    # exp is given no positive x, where it might overflow, nor 0, where the second derivative is PyTorch's 0
    x=lambda g, x, alpha: g * np.where(x > 0, 1, np.exp(np.where(x >= 0, 0, x) / alpha)),
)


def _threshold(x: Any, limit: float, value: float) -> Any:
    if x.dtype.kind == "b":
        raise not_implemented("threshold_cpu", x.dtype)
    limit, value = (fitting(number, x.dtype, wraps=False) for number in (limit, value))
    return np.where(x <= limit, value, x)[()]


threshold = general(
    "threshold",
    "ThresholdBackward0",
    _threshold,
    domain=REAL,
    kinks=lambda x, limit, value: x == limit,
    x=lambda g, x, limit, value: constant_in(x, np.where(x <= limit, 0, g)),
)


def _softshrink(x: Any, lambd: float = 0.5) -> Any:
    kind = as_float(x).dtype
    if lambd < 0:
        raise RuntimeError(
            f"lambda must be in range [0, {np.finfo(kind).max:g}] for input dtype {TYPE_NAMES[kind.name].scalar}, but "
            f"found {lambd:g}"
        )
    return np.where(x > lambd, x - lambd, np.where(x < -lambd, x + lambd, x * 0))[()]


softshrink = general(
    "softshrink",
    "SoftshrinkBackward0",
    _softshrink,
    domain=REAL,
    kinks=lambda x, lambd: abs(x) == lambd,
    x=lambda g, x, lambd: constant_in(x, np.where(np.logical_and(x >= -lambd, x <= lambd), 0, g)),
)
hardshrink = general(
    "hardshrink",
    "HardshrinkBackward0",
    lambda x, lambd=0.5: np.where((x >= -lambd) & (x <= lambd), 0, as_float(x)).astype(x.dtype)[()],
    domain=REAL,
    kinks=lambda x, lambd: abs(x) == lambd,
    x=lambda g, x, lambd: constant_in(x, np.where(np.logical_and(x >= -lambd, x <= lambd), 0, g)),
)


def _prelu(x: Any, weight: Any) -> Any:
    x, weight = align(x, weight)
    return np.where(x > 0, x, weight * x)[()]


prelu = elementwise(
    "prelu",
    "PreluKernelBackward0",
    _prelu,
    domain=(REAL, REAL),
    kinks=lambda x, weight: (x == 0) & (weight != 1),
    x=lambda g, x, weight: g * np.where(x > 0, 1, weight),
    weight=lambda g, x: np.where(x > 0, 0, g) * np.where(x > 0, 0, x),
)


def _halves(x: Any, axis: int) -> tuple[Any, Any]:
    before, half = (slice(None),) * (axis % x.ndim), x.shape[axis] // 2
    return x[(*before, slice(None, half))], x[(*before, slice(half, None))]


def _glu(x: Any, axis: int = -1) -> Any:
    if x.shape[axis] % 2:
        raise RuntimeError(f"Halving dimension must be even, but dimension {axis % x.ndim} is size {x.shape[axis]}")
    value, gate = _halves(as_float(x), axis)
    return value * sigmoid(gate)


def _glu_rule(g: Any, x: Any, axis: int) -> Any:
    value, gate = _halves(x, axis)
    s = sigmoid(gate)
    return np.concatenate([g * s, g * value * s * (1 - s)], axis)


glu = general("glu", "GluBackward0", _glu, domain=REAL, x=_glu_rule)
