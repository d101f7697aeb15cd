"""Losses that are one node in PyTorch: how far predictions are from targets.

`reduction` says what becomes of the losses of the elements: "mean", "sum", or "none", which leaves them as they are.
Weights, and targets that name classes, are arrays; they have no derivatives.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.domain import REAL, Domain
from gradcli.engine.dtypes import accumulator
from gradcli.engine.errors import size_mismatch
from gradcli.engine.layout import laid
from gradcli.engine.op import general
from gradcli.engine.ops.indexing import scatter
from gradcli.engine.ops.transcendental import logit, sigmoid, softplus
from gradcli.engine.type_names import TYPE_NAMES, not_implemented

ROWS = REAL.shaped(3, 4)
PROBABILITIES = Domain(0, 1).shaped(3, 4)
_LEAST = float(np.float32(1e-12))
"""PyTorch's least variance of a probability, whatever the dtype."""


def _reduced(losses: Any, reduction: str, *operands: Any) -> Any:
    """The sum or the mean; or all losses, which lie in memory as the first of the operands does."""
    if reduction == "none":
        return laid(losses, *operands) if operands else losses
    total = np.add.reduce(losses, None, accumulator(losses))
    return (total / losses.size if reduction == "mean" else total).astype(losses.dtype)


def _share(g: Any, x: Any, reduction: str) -> Any:
    """The cotangent of the loss of each element."""
    return g / math.prod(x.shape) if reduction == "mean" else g


def _weighted(losses: Any, weight: Any) -> Any:
    if weight is None:
        return losses
    if wrong := size_mismatch(weight.shape, losses.shape):
        raise wrong
    return losses * weight


# Of the difference between prediction and target


def _of_difference(
    name: str, node: str, loss: Callable[[Any, float], Any], slope: Callable[[Any, float], Any]
) -> Callable[..., Any]:
    """Declares a loss whose shape changes where |x - target| = `at`: `loss` of x - target, and its derivative."""

    def forward(x: Any, target: Any, reduction: str, at: float) -> Any:
        if x.dtype.kind != "f":
            raise not_implemented(f"{name.removesuffix('_loss')}_cpu", x.dtype)
        return _reduced(loss(x - target, at), reduction, x, target)

    return general(
        name,
        node,
        forward,
        domain=(ROWS, ROWS),
        x=lambda g, x, target, reduction, at: _share(g, x, reduction) * slope(x - target, at),
        target=lambda g, x, target, reduction, at: _share(g, x, reduction) * slope(target - x, at),
    )


def _mse_loss(x: Any, target: Any, reduction: str) -> Any:
    if x.dtype.kind != "f":
        raise not_implemented("mse_cpu", x.dtype)
    return _reduced(np.square(x - target), reduction, x, target)


mse_loss = general(
    "mse_loss",
    "MseLossBackward0",
    _mse_loss,
    domain=(ROWS, ROWS),
    x=lambda g, x, target, reduction: _share(2 * g, x, reduction) * (x - target),
    target=lambda g, x, target, reduction: _share(2 * g, x, reduction) * (target - x),
)
smooth_l1_loss = _of_difference(
    "smooth_l1_loss",
    "SmoothL1LossBackward0",
    lambda d, at: np.where(np.abs(d) < at, d * d / (2 * at), np.abs(d) - at / 2),
    lambda d, at: np.where(np.abs(d) >= at, np.sign(d), d / at),
)
huber_loss = _of_difference(
    "huber_loss",
    "HuberLossBackward0",
    lambda d, at: np.where(np.abs(d) < at, d * d / 2, at * (np.abs(d) - at / 2)),
    lambda d, at: np.where(np.abs(d) >= at, at * np.sign(d), d),
)

# Of probabilities


def _binary_cross_entropy(x: Any, target: Any, weight: Any, reduction: str) -> Any:
    if x.dtype.kind != "f":
        raise not_implemented("binary_cross_entropy", x.dtype)
    for name, array in (("input", x), ("target", target)):
        if not ((array >= 0) & (array <= 1)).all():  # NaN is not either
            raise RuntimeError(f"all elements of {name} should be between 0 and 1")
    if x.dtype != target.dtype:
        names = [TYPE_NAMES[array.dtype.name].scalar for array in (target, x)]
        raise RuntimeError(f"Found dtype {names[0]} but expected {names[1]}")
    likely, unlikely = (np.maximum(log, -100) for log in (np.log(x), np.log1p(-x)))
    return _reduced(_weighted((target - 1) * unlikely - target * likely, weight), reduction)


binary_cross_entropy = general(
    "binary_cross_entropy",
    "BinaryCrossEntropyBackward0",
    _binary_cross_entropy,
    domain=(PROBABILITIES, PROBABILITIES),
    x=lambda g, x, target, weight, reduction: (
        _weighted(_share(g, x, reduction) * (x - target), weight) / np.maximum(x * (1 - x), _LEAST)
    ),
    target=lambda g, x, weight, reduction: _weighted(_share(-g, x, reduction) * logit(x), weight),
)


def _binary_cross_entropy_with_logits(x: Any, target: Any, weight: Any, pos_weight: Any, reduction: str) -> Any:
    if x.dtype.kind != "f":
        raise not_implemented("log_sigmoid_cpu", x.dtype)
    opposite = np.logaddexp(0, -x)  # -log sigmoid(x)
    losses = (1 - target) * x + _weighted_positives(target, pos_weight, opposite)
    return _reduced(_weighted(losses, weight), reduction)


def _weighted_positives(target: Any, pos_weight: Any, losses: Any) -> Any:
    """The losses, times the `pos_weight` as far as the target is 1."""
    if pos_weight is not None and (wrong := size_mismatch(pos_weight.shape, target.shape)):
        raise wrong
    return losses if pos_weight is None else ((pos_weight - 1) * target + 1) * losses


def _logits_slope(g: Any, x: Any, target: Any, weight: Any, pos_weight: Any, reduction: str) -> Any:
    likely = sigmoid(x)
    slope = likely - target
    if pos_weight is not None:
        slope = slope + (pos_weight - 1) * target * (likely - 1)
    return _share(g, x, reduction) * _weighted(slope, weight)


def _target_slope(g: Any, x: Any, weight: Any, pos_weight: Any, reduction: str) -> Any:
    slope = -x if pos_weight is None else (pos_weight - 1) * softplus(-x) - x
    return _share(g, x, reduction) * _weighted(slope, weight)


binary_cross_entropy_with_logits = general(
    "binary_cross_entropy_with_logits",
    "BinaryCrossEntropyWithLogitsBackward0",
    _binary_cross_entropy_with_logits,
    domain=(ROWS, PROBABILITIES),
    x=_logits_slope,
    target=_target_slope,
)

# Of log-probabilities: x is (n, classes, ...), or (classes,) alone; a target (n, ...), or (), names a class


def _class_weights(target: Any, weight: Any, ignore_index: int, dtype: Any) -> Any:
    """The weight of each target; 0 where it is ignored."""
    counted = target != ignore_index
    if weight is None:
        return counted.astype(dtype)
    return np.where(counted, weight[np.where(counted, target, 0)], 0)


def _chosen(target: Any, ignore_index: int) -> tuple[Any, ...]:
    """The key of the elements that the targets name; where one is ignored, of the first class."""
    key: list[Any] = [*np.ogrid[tuple([slice(n) for n in target.shape])]]
    key.insert(min(target.ndim, 1), np.where(target == ignore_index, 0, target))
    return tuple(key)


def _nll_loss(x: Any, target: Any, weight: Any, reduction: str, ignore_index: int) -> Any:
    _check_classes(x, target, weight, ignore_index)
    weights = _class_weights(target, weight, ignore_index, x.dtype)
    losses = np.where(target == ignore_index, 0, -weights * x[_chosen(target, ignore_index)])[()]
    if reduction == "none":
        return losses
    total = np.add.reduce(losses, None)
    return total / np.add.reduce(weights, None) if reduction == "mean" else total


def _nll_rule(g: Any, x: Any, target: Any, weight: Any, reduction: str, ignore_index: int) -> Any:
    weights = _class_weights(target, weight, ignore_index, getattr(x, "array", x).dtype)
    if reduction == "mean":
        weights = weights / np.add.reduce(weights, None)
    ignored = target == ignore_index  # also of a mean of nothing, whose weights are NaN
    return scatter(np.where(ignored, 0, -g) * np.where(ignored, 0, weights), x.shape, _chosen(target, ignore_index))


nll_loss = general(
    "nll_loss",
    lambda x, *_: "NllLossBackward0" if x.ndim <= 2 else "NllLoss2DBackward0",
    _nll_loss,
    domain=ROWS,
    shapes_only=["x"],
    x=_nll_rule,
)


def _check_classes(x: Any, target: Any, weight: Any, ignore_index: int) -> None:
    """Raises, in PyTorch's words, for targets and weights that do not fit."""
    classes = x.shape[min(target.ndim, 1)]
    if target.dtype not in (np.int64, np.uint8):
        called = TYPE_NAMES[target.dtype.name].scalar
        raise RuntimeError(f"expected target dtype to be Long or Byte, but got {called}")
    if x.dtype.kind != "f":
        raise not_implemented("nll_loss_out_frame", x.dtype)
    if weight is not None and weight.dtype != x.dtype:
        names = [TYPE_NAMES[array.dtype.name].scalar for array in (x, weight)]
        raise RuntimeError(f"expected scalar type {names[0]} but found {names[1]}")
    if weight is not None and weight.shape != (classes,):
        raise RuntimeError(
            f"weight tensor should be defined either for all {classes} classes or no classes but got weight tensor of "
            f"shape: {[*weight.shape]}"
        )
    if target.size and not 0 <= np.minimum.reduce(target, None) <= np.maximum.reduce(target, None) < classes:
        wrong = target[((target < 0) | (target >= classes)) & (target != ignore_index)]
        if wrong.size:
            raise IndexError(f"Target {wrong[0]} is out of bounds.")
