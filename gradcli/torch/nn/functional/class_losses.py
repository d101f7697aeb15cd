"""Losses of scores for classes: the target names a class, or has a probability for each."""

from __future__ import annotations

import math
from typing import Any

from gradcli.engine import ops
from gradcli.engine.tensor import Tensor
from gradcli.engine.type_names import TYPE_NAMES
from gradcli.torch.nn.functional.losses import REDUCTIONS, Flag, reduction_of
from gradcli.torch.nn.functional.numbers_per_axis import constant

__all__ = ["cross_entropy", "nll_loss"]


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: Flag = None,
    ignore_index: int = -100,
    reduce: Flag = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Any:
    """-log softmax(input) at the target, or weighed by it if it has probabilities. Classes are axis 1, or the only one.

    label_smoothing  the part of the target that is spread over all classes
    """
    reduction = reduction_of(size_average, reduce, reduction)
    if not 0.0 <= label_smoothing <= 1.0:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing:g}")
    log_probabilities = ops.log_softmax(input, _class_axis(input))
    if target.array.shape == input.array.shape:
        _check_probabilities(input, target, weight, ignore_index)
        return _of_probabilities(log_probabilities, target, weight, reduction, label_smoothing)
    loss = _nll_loss(log_probabilities, target, weight, ignore_index, reduction)
    if not label_smoothing:
        return loss
    smooth = _of_all_classes(log_probabilities, target, weight, ignore_index, reduction)
    classes = input.shape[_class_axis(input)]
    return loss * (1 - label_smoothing) + smooth * (label_smoothing / classes)


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: Flag = None,
    ignore_index: int = -100,
    reduce: Flag = None,
    reduction: str = "mean",
) -> Any:
    """-input at the target, where `input` holds log-probabilities. The classes are axis 1, or the only one."""
    return _nll_loss(input, target, weight, ignore_index, reduction_of(size_average, reduce, reduction))


def _class_axis(input: Tensor) -> int:
    return 0 if input.ndim == 1 else 1


def _over_classes(weight: Tensor, input: Any) -> Any:
    """A weight of each class in a shape that broadcasts with the input."""
    return ops.reshape(weight, (-1, *[1] * max(input.ndim - 2, 0)))


def _nll_loss(input: Any, target: Tensor, weight: Tensor | None, ignore_index: int, reduction: str) -> Any:
    _check_shapes(input, target)
    array, weights = (
        target.array if input.ndim > 1 else target.array.reshape(()),
        constant("nll_loss_forward", "weight", weight),
    )
    if input.ndim in (1, 2, 4):
        return ops.nll_loss(input, array, weights, reduction, ignore_index)
    n, classes, *lengths = input.shape  # PyTorch has one operation for planes, and sees everything else as one
    size = math.prod(lengths)
    plane = ops.reshape(input, (n, classes, 1, size))
    loss = ops.nll_loss(plane, array.reshape(n, 1, size), weights, reduction, ignore_index)
    return ops.reshape(loss, (n, *lengths)) if reduction == "none" else loss


def _of_all_classes(
    log_probabilities: Any, target: Tensor, weight: Tensor | None, ignore_index: int, reduction: str
) -> Any:
    """The loss if every class were the target: summed over the classes, and averaged as that of the target is."""
    weighted = log_probabilities if weight is None else log_probabilities * _over_classes(weight, log_probabilities)
    ignored = ops.eq(target, ignore_index)
    losses = ops.masked_fill(-ops.sum(weighted, _class_axis(log_probabilities)), ignored, 0.0)
    if reduction != "mean":
        return REDUCTIONS[reduction](losses)
    counted = ops.logical_not(ignored)
    if weight is None:
        return ops.sum(losses) / ops.sum(counted)
    weights = ops.index(weight, (ops.masked_fill(target, ignored, 0).array,))
    return ops.sum(losses) / ops.sum(weights * counted)


def _of_probabilities(
    log_probabilities: Any, target: Any, weight: Tensor | None, reduction: str, label_smoothing: float
) -> Any:
    axis = _class_axis(log_probabilities)
    classes = log_probabilities.shape[axis]
    if label_smoothing:
        target = target * (1 - label_smoothing) + label_smoothing / classes
    losses = log_probabilities * target
    if weight is not None:
        losses = losses * _over_classes(weight, log_probabilities)
    if reduction == "none":
        return -ops.sum(losses, axis)
    total = -ops.sum(losses)
    return total if reduction == "sum" else total / (math.prod(losses.shape) / classes)


# What can be wrong


def _check_shapes(input: Tensor, target: Tensor) -> None:
    shape, wanted = tuple(target.shape), (*input.shape[:1], *input.shape[2:])
    if input.ndim == 0:
        raise ValueError(f"Expected 1 or more dimensions (got {input.ndim})")
    if input.ndim == 1:
        wanted = shape if shape == (1,) else ()
    elif shape[:1] != wanted[:1] and target.ndim:
        raise ValueError(f"Expected input batch_size ({input.shape[0]}) to match target batch_size ({shape[0]}).")
    if shape != wanted:
        if input.ndim <= 2:
            raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
        raise RuntimeError(f"Expected target size {[*wanted]}, got {[*shape]}")


def _check_probabilities(input: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int) -> None:
    if target.array.dtype.kind != "f":
        called = TYPE_NAMES[target.array.dtype.name].scalar
        raise RuntimeError(f"Expected floating point type for target with class probabilities, got {called}")
    if ignore_index >= 0:
        raise RuntimeError("ignore_index is not supported for floating point target")
    classes = input.shape[_class_axis(input)]
    if weight is not None and tuple(weight.shape) != (classes,):
        raise RuntimeError(
            f"cross_entropy: weight tensor should be defined either for all {classes} classes or no classes but got "
            f"weight tensor of shape: {[*weight.shape]}"
        )
