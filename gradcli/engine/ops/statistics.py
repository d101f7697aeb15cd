"""Spread, size and normalised exponentials along axes: var, std, norm, logsumexp, softmax."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gradcli.engine.axes import Axes, axes_in, axis_in
from gradcli.engine.domain import REAL
from gradcli.engine.dtypes import Default
from gradcli.engine.errors import uncomputed
from gradcli.engine.multi import multi
from gradcli.engine.op import general
from gradcli.engine.ops.arithmetic import div
from gradcli.engine.ops.piecewise import sign
from gradcli.engine.ops.reduction import amax, amin, count, count_nonzero, evenly, kept, mean, sum, ties
from gradcli.engine.type_names import TYPE_NAMES, not_implemented

MATRIX = REAL.shaped(3, 4)


def _or_infinity(size: Any) -> Any:
    """A divisor in whose place infinity stands for 0: what is divided by it is 0, and so are all its derivatives."""
    return np.where(size == 0, math.inf, size)


# Spread


def _wide_var(x: Any, axis: Axes, correction: float, keepdims: bool) -> Any:
    """The variance in float64, in which PyTorch adds up too."""
    if x.dtype.kind not in "fc":
        raise uncomputed(x) or RuntimeError("std and var only support floating point and complex dtypes")
    with np.errstate(divide="ignore", invalid="ignore"):  # too few elements are told of in PyTorch's words
        if x.dtype.kind == "c":
            deviation = np.abs(x - mean(x, axis, True))
        else:
            wide = x.astype(np.float64)
            deviation = wide - mean(wide, axis, True)
        return sum(deviation * deviation, axis, keepdims) / max(count(x, axis) - correction, 0)


def _var(x: Any, axis: Axes = None, correction: float = 1, keepdims: bool = False) -> Any:
    return _wide_var(x, axis, correction, keepdims).astype(x.real.dtype)


def _std(x: Any, axis: Axes = None, correction: float = 1, keepdims: bool = False) -> Any:
    return np.sqrt(_wide_var(x, axis, correction, keepdims)).astype(x.real.dtype)


def _deviation(x: Any, axis: Axes, correction: float) -> Any:
    """Half the derivative of the variance. The mean is taken off twice: far from 0, it has been rounded coarsely."""
    centred = x - mean(x, axis, True)
    return (centred - mean(centred, axis, True)) / max(count(x, axis) - correction, 0)


def _spread_rule(g: Any, std: Any, x: Any, axis: Axes, correction: float) -> Any:
    """The gradient of the standard deviation: 0 where that is 0, whatever the cotangent."""
    return np.where(std == 0, 0, g) * _deviation(x, axis, correction) / _or_infinity(std)


var = general(
    "var",
    "VarBackward0",
    _var,
    domain=MATRIX,
    x=lambda g, x, axis, correction, keepdims: 2 * kept(g, axis, keepdims) * _deviation(x, axis, correction),
)
std = general(
    "std",
    "StdBackward0",
    _std,
    domain=MATRIX,
    kinks=lambda x, axis=None, correction=1, keepdims=False: np.broadcast_to(
        _std(x, axis, correction, True) == 0, x.shape
    ),
    x=lambda g, result, x, axis, correction, keepdims: _spread_rule(
        kept(g, axis, keepdims), kept(result, axis, keepdims), x, axis, correction
    ),
)


def _std_mean(x: Any, axis: Axes = None, correction: float = 1, keepdims: bool = False) -> tuple[Any, Any]:
    return _std(x, axis, correction, keepdims), mean(x, axis, keepdims)


def _var_mean(x: Any, axis: Axes = None, correction: float = 1, keepdims: bool = False) -> tuple[Any, Any]:
    return _var(x, axis, correction, keepdims), mean(x, axis, keepdims)


def _with_mean(name: str, node: str, forward: Any, unread: list[int], spread: Any) -> Any:
    """Declares an operation that gives a measure of spread, with the rule `spread`, and the mean. `unread` as there."""

    def rule(gs: Any, result: Any, x: Any, axis: Axes, correction: float, keepdims: bool) -> Any:
        of_mean = 0 if gs[1] is None else kept(gs[1], axis, keepdims) / count(x, axis)
        if gs[0] is None:
            return of_mean
        return spread(kept(gs[0], axis, keepdims), kept(result[0], axis, keepdims), x, axis, correction) + of_mean

    return multi(name, node, forward, outputs=2, unread=unread, domain=MATRIX, x=rule)


std_mean = _with_mean(
    "std_mean",
    "StdMeanBackward0",
    _std_mean,
    [1],
    _spread_rule,
)
var_mean = _with_mean(
    "var_mean",
    "VarMeanBackward0",
    _var_mean,
    [0, 1],
    lambda g, var, x, axis, correction: 2 * g * _deviation(x, axis, correction),
)

# Without NaN


def _nansum(x: Any, axis: Axes = None, keepdims: bool = False) -> Any:
    return sum(x if x.dtype.kind in "biu" else np.where(np.isnan(x), 0, x), axis, keepdims)


nansum = general(
    "nansum",
    "NansumBackward0",
    _nansum,
    domain=MATRIX,
    x=lambda g, x, axis, keepdims: np.where(np.isnan(x), 0, kept(g, axis, keepdims)),
)


def nanmean(x: Any, axis: Axes = None, keepdims: bool = False) -> Any:
    """The mean of the elements that are numbers."""
    dtype = getattr(x, "array", x).dtype
    if dtype.kind not in "fc":
        raise RuntimeError(
            f"nanmean(): expected input to have floating point or complex dtype but got {TYPE_NAMES[dtype.name].scalar}"
        )
    return div(nansum(x, axis, keepdims), sum(np.logical_not(np.isnan(x)), axis, keepdims))


# Norms


def _norm(x: Any, ord: float = 2, axis: Axes = None, keepdims: bool = False) -> Any:
    if x.dtype.kind not in "fc":
        raise RuntimeError(
            "linalg.vector_norm: Expected a floating point or complex tensor as input. Got "
            f"{TYPE_NAMES[x.dtype.name].scalar}"
        )
    if (ord < 0 or ord == math.inf) and count(x, axis) == 0:
        raise RuntimeError(
            f"linalg.vector_norm cannot compute the {ord} norm on an empty tensor because the operation does not have "
            "an identity"
        )
    if x.dtype == np.float16:
        return _norm(x.astype(np.float32), ord, axis, keepdims).astype(x.dtype)
    if x.dtype.kind == "c":
        x = np.abs(x)
    if ord == 2:
        return np.sqrt(sum(x * x, axis, keepdims))
    size = np.abs(x)
    if math.isinf(ord):
        return (amax if ord > 0 else amin)(size, axis, keepdims)
    if ord == 1:
        return sum(size, axis, keepdims)
    if ord == 0:
        return count_nonzero(x, axis, keepdims).astype(x.dtype)
    return sum(size**ord, axis, keepdims) ** (1 / ord)


def _norm_rule(g: Any, result: Any, x: Any, ord: float, axis: Axes, keepdims: bool) -> Any:
    """The gradient is 0 where the norm is, and 0 with respect to elements that are 0 and have no derivative."""
    if ord == 0:
        return np.zeros_like(x)
    if math.isinf(ord):
        return sign(x) * evenly(g, result, np.abs(x), axis, keepdims)
    g, size = kept(g, axis, keepdims), kept(result, axis, keepdims)
    if ord == 1:
        return g * sign(x)
    if ord == 2:
        return g * (x / _or_infinity(size))
    ratio = np.where(x == 0, 1, np.abs(x)) / np.where(size == 0, 1, size)
    g = np.where(size == 0, 0, g) if ord > 1 else g * (size != 0)  # below 1 a product, as in PyTorch
    return g * np.where(x == 0, 0, sign(x) * ratio ** (ord - 1))


def _norm_kinks(x: Any, ord: float = 2, axis: Axes = None, keepdims: bool = False) -> Any:
    at_zero = (x == 0) & (_norm(x, ord, axis, True) == 0)
    if math.isinf(ord):
        return at_zero | ties(lambda size, axis, keepdims: _norm(size, ord, axis, keepdims))(np.abs(x), axis)
    return x == 0 if ord <= 1 else at_zero


norm = general(
    "norm",
    "LinalgVectorNormBackward0",
    _norm,
    domain=MATRIX,
    kinks=_norm_kinks,
    x=_norm_rule,
)

# Exponentials


def _logsumexp(x: Any, axis: Axes = None, keepdims: bool = False) -> Any:
    axes = axes_in(axis, x.ndim)
    if x.dtype == np.float16:
        return _logsumexp(x.astype(np.float32), axis, keepdims).astype(x.dtype)
    x = x if x.dtype.kind in "fc" else x.astype(Default.float)
    largest = np.maximum.reduce(x.real, axes, keepdims=True, initial=-math.inf)
    shift = np.where(np.isfinite(largest), largest, 0)
    result = np.log(sum(np.exp(x - shift), axis, True)) + shift
    return result if keepdims else sum(result, axis)  # of one element each


logsumexp = general(
    "logsumexp",
    "LogsumexpBackward0",
    _logsumexp,
    domain=MATRIX,
    x=lambda g, result, x, axis, keepdims: kept(g, axis, keepdims) * np.exp(x - kept(result, axis, keepdims)),
)


def _shifted(x: Any, axis: int, kernel: str) -> tuple[Any, int]:
    """`x` less its maximum along the axis, and the axis."""
    if x.dtype.kind != "f":
        raise not_implemented(kernel, x.dtype)
    axis = axis_in(axis, x.ndim)
    if x.ndim > 1 and not x.flags.c_contiguous:  # the result lies in memory in order
        x = np.ascontiguousarray(x)
    return x - np.maximum.reduce(x, axis, keepdims=True, initial=-math.inf), axis


def _softmax(x: Any, axis: int) -> Any:
    if x.dtype == np.float16:
        return _softmax(x.astype(np.float32), axis).astype(x.dtype)
    shifted, axis = _shifted(x, axis, "softmax_lastdim_kernel_impl")
    weights = np.exp(shifted)
    return weights / sum(weights, axis, True)


def _log_softmax(x: Any, axis: int) -> Any:
    if x.dtype == np.float16:
        return _log_softmax(x.astype(np.float32), axis).astype(x.dtype)
    shifted, axis = _shifted(x, axis, "log_softmax_lastdim_kernel_impl")
    return shifted - np.log(sum(np.exp(shifted), axis, True))


softmax = general(
    "softmax",
    "SoftmaxBackward0",
    _softmax,
    domain=MATRIX,
    x=lambda g, result, axis: result * (g - sum(g * result, axis, True)),
)
log_softmax = general(
    "log_softmax",
    "LogSoftmaxBackward0",
    _log_softmax,
    domain=MATRIX,
    x=lambda g, result, axis: g - np.exp(result) * sum(g, axis, True),
)
