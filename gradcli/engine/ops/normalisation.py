"""Normalisation: less the mean, over the standard deviation, times a weight, plus a bias."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from gradcli.engine.domain import REAL
from gradcli.engine.layout import in_rows
from gradcli.engine.multi import multi
from gradcli.engine.op import general
from gradcli.engine.ops.reduction import mean, sum
from gradcli.engine.ops.shape import reshape

Lengths = tuple[int, ...]


def _scaled(normalised: Any, weight: Any, bias: Any, shape: Lengths) -> Any:
    """`normalised * weight + bias`, computed in place; these two in the `shape` in which they broadcast."""
    if weight is not None:
        normalised *= weight.reshape(shape)
    if bias is not None:
        normalised += bias.reshape(shape)
    return normalised


def _to_parameter(g: Any, shape: Lengths, parameter: Any) -> Any:
    """The cotangent `g` of a parameter that was broadcast from `shape`."""
    lead = g.ndim - len(shape)
    axes = (*range(lead), *[lead + i for i, n in enumerate(shape) if n == 1])
    return reshape(sum(g, axes) if axes else g, parameter.shape)


# By the mean and the variance of the array itself


def _normalise(
    x: Any, weight: Any, bias: Any, view: Lengths, axes: Lengths, shape: Lengths, eps: float, node: str
) -> tuple[Any, Any, Any]:
    """The normalised array, the means, and the variances (of n elements, not of n - 1), which keep the axes.

    view   the shape in which `x` is seen
    axes   what the means are taken over, in that view
    shape  the shape in which weight and bias broadcast with that view
    node   the name of the node: PyTorch has several operations where there is one here
    """
    if x.dtype == np.float16:
        result, average, variance = _normalise(x.astype(np.float32), weight, bias, view, axes, shape, eps, node)
        return result.astype(x.dtype), average, variance
    seen = x.reshape(view)
    count = math.prod([view[i] for i in axes])
    average = np.add.reduce(seen, axes, keepdims=True) / count
    deviation = seen - average
    variance = np.add.reduce(deviation * deviation, axes, keepdims=True) / count
    deviation /= np.sqrt(variance + eps)
    return in_rows(_scaled(deviation, weight, bias, shape).reshape(x.shape)), average, variance


def _normalised(result: Sequence[Any], x: Any, view: Lengths, eps: float) -> tuple[Any, Any]:
    """The array before weight and bias, and what its deviations were multiplied by."""
    _, average, variance = result
    rstd = 1 / np.sqrt(variance + eps)
    return (reshape(x, view) - average) * rstd, rstd


def _normalise_rule(
    gs: Sequence[Any], result: Any, x: Any, weight: Any, view: Lengths, axes: Lengths, shape: Lengths, eps: float
) -> Any:
    """All elements that share a mean and a variance depend on each other through them."""
    g, g_average, g_variance = gs
    normalised, rstd = _normalised(result, x, view, eps)
    count = math.prod([view[i] for i in axes])
    parts = []
    if g is not None:
        g = reshape(g, view) if weight is None else reshape(g, view) * reshape(weight, shape)
        through = mean(g, axes, True) + normalised * mean(g * normalised, axes, True)
        parts.append((g - through) * rstd)
    if g_average is not None:
        parts.append(np.broadcast_to(g_average / count, view))
    if g_variance is not None:
        parts.append(g_variance * (2 / count) * normalised / rstd)
    total, *others = parts
    for part in others:
        total = total + part
    return reshape(total, x.shape)


def _of_values(gs: Sequence[Any], result: Any, view: Lengths) -> Any:
    """The cotangent of the normalised array in its view."""
    return reshape(np.zeros_like(result[0]) if gs[0] is None else gs[0], view)


normalise = multi(
    "normalise",
    lambda x, weight, bias, view, axes, shape, eps, node: node,
    _normalise,
    outputs=3,
    unread=[0],
    domain=(REAL.shaped(3, 4), REAL.shaped(4), REAL.shaped(4)),
    x=_normalise_rule,
    weight=lambda gs, result, x, weight, view, shape, eps: _to_parameter(
        _of_values(gs, result, view) * _normalised(result, x, view, eps)[0], shape, weight
    ),
    bias=lambda gs, result, bias, view, shape: _to_parameter(_of_values(gs, result, view), shape, bias),
)

# By a mean and a variance that are given, as arrays, which have no derivatives


def _rescale(x: Any, weight: Any, bias: Any, average: Any, variance: Any, shape: Lengths, eps: float) -> Any:
    deviation = x - average.reshape(shape)
    deviation /= np.sqrt(variance.reshape(shape) + eps)
    return _scaled(deviation, weight, bias, shape)


def _rstd(variance: Any, shape: Lengths, eps: float) -> Any:
    return 1 / np.sqrt(reshape(variance, shape) + eps)


rescale = general(
    "rescale",
    "NativeBatchNormBackward0",
    _rescale,
    domain=(REAL.shaped(3, 4), REAL.shaped(4), REAL.shaped(4)),
    shapes_only=["bias"],
    x=lambda g, weight, variance, shape, eps: (
        g * _rstd(variance, shape, eps) * (1 if weight is None else reshape(weight, shape))
    ),
    weight=lambda g, x, weight, average, variance, shape, eps: _to_parameter(
        g * (x - reshape(average, shape)) * _rstd(variance, shape, eps), shape, weight
    ),
    bias=lambda g, bias, shape: _to_parameter(g, shape, bias),
)
