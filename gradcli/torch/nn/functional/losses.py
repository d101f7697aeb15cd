"""Losses of a prediction and a target of the same shape, with PyTorch's arguments, checks and warnings."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine import ops
from gradcli.engine.dtypes import DType, result_type
from gradcli.engine.errors import size_mismatch
from gradcli.engine.inplace import refuse_higher_category
from gradcli.engine.tensor import Tensor
from gradcli.torch.argument_checks import only_default
from gradcli.torch.nn.functional.numbers_per_axis import constant

__all__ = [
    "binary_cross_entropy", "binary_cross_entropy_with_logits", "huber_loss", "kl_div", "l1_loss", "mse_loss",
    "smooth_l1_loss",
]  # fmt: skip

Flag = bool | None
REDUCTIONS: dict[str, Callable[[Any], Any]] = {"none": lambda losses: losses, "mean": ops.mean, "sum": ops.sum}


def reduction_of(size_average: Flag, reduce: Flag, reduction: str, stacklevel: int = 3) -> str:
    """The reduction, which the first two arguments said in former times. Raises ValueError for what is none."""
    if size_average is not None or reduce is not None:
        reduction = "none" if reduce is False else "sum" if size_average is False else "mean"
        warnings.warn(
            f"size_average and reduce args will be deprecated, please use reduction='{reduction}' instead.",
            UserWarning,
            stacklevel=stacklevel,
        )
    if reduction not in REDUCTIONS:
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return reduction


# Of the difference


def _in(dtype: DType, x: Tensor) -> Any:
    return x if x.array.dtype == dtype else ops.cast(x, dtype)


def _in_one_dtype(input: Tensor, target: Tensor) -> tuple[Any, Any]:
    if input.array.dtype == target.array.dtype:
        return input, target
    dtype = result_type(input.array, target.array)
    return _in(dtype, input), _in(dtype, target)


def _alike(input: Tensor, target: Tensor) -> tuple[Any, Any]:
    """Both in one shape and one dtype, with a warning for shapes that differed: that is hardly ever meant."""
    if input.array.shape == target.array.shape:
        return _in_one_dtype(input, target)
    warnings.warn(
        f"Using a target size ({target.shape}) that is different to the input size ({input.shape}). This will likely "
        "lead to incorrect results due to broadcasting. Please ensure they have the same size.",
        UserWarning,
        stacklevel=3,
    )
    try:
        shape = np.broadcast_shapes(input.array.shape, target.array.shape)
    except ValueError as error:
        raise size_mismatch(input.array.shape, target.array.shape) or error from None
    return _in_one_dtype(ops.expand(input, shape), ops.expand(target, shape))


def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: Flag = None,
    reduce: Flag = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Any:
    """(input - target)²."""
    only_default("nn.functional.mse_loss", "weight", weight)
    return ops.mse_loss(*_alike(input, target), reduction_of(size_average, reduce, reduction))


def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: Flag = None,
    reduce: Flag = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Any:
    """|input - target|."""
    only_default("nn.functional.l1_loss", "weight", weight)
    reduced = REDUCTIONS[reduction_of(size_average, reduce, reduction)]
    difference = input - target  # which says so if one of both holds truth values
    return reduced(ops.abs(difference if input.array.shape == target.array.shape else ops.sub(*_alike(input, target))))


def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: Flag = None,
    reduce: Flag = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Any:
    """d² / (2 beta) where d = |input - target| is less than `beta`, d - beta / 2 elsewhere."""
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    if beta == 0:
        return l1_loss(input, target, size_average, reduce, reduction)
    return ops.smooth_l1_loss(*_alike(input, target), reduction_of(size_average, reduce, reduction), beta)


def huber_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0, weight: Tensor | None = None
) -> Any:
    """d² / 2 where d = |input - target| is less than `delta`, delta (d - delta / 2) elsewhere."""
    only_default("nn.functional.huber_loss", "weight", weight)
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    target = _in(input.array.dtype, target)
    return ops.huber_loss(*_alike(input, target), reduction_of(None, None, reduction), delta)


# Of probabilities


def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: Flag = None,
    reduce: Flag = None,
    reduction: str = "mean",
) -> Any:
    """-(target log input + (1 - target) log(1 - input)), where a logarithm is at least -100."""
    reduction = reduction_of(size_average, reduce, reduction)
    if target.shape != input.shape:
        raise ValueError(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}) is deprecated. "
            "Please ensure they have the same size."
        )
    return ops.binary_cross_entropy(input, target, constant("binary_cross_entropy", "weight", weight), reduction)


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: Flag = None,
    reduce: Flag = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Any:
    """The binary cross-entropy of sigmoid(input), computed without overflow; `pos_weight` weighs the target 1."""
    reduction = reduction_of(size_average, reduce, reduction)
    if target.shape != input.shape:
        raise ValueError(f"Target size ({target.shape}) must be the same as input size ({input.shape})")
    weights = (
        constant("binary_cross_entropy_with_logits", name, tensor)
        for name, tensor in (("weight", weight), ("pos_weight", pos_weight))
    )
    refuse_higher_category(target, input)
    losses = ops.binary_cross_entropy_with_logits(*_in_one_dtype(input, target), *weights, reduction)
    return _in(target.array.dtype, losses)


def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: Flag = None,
    reduce: Flag = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Any:
    """target (log target - input), where `input` holds logarithms, and `target` does too under `log_target`.

    reduction  also "batchmean": the sum over the length of the first axis
    """
    if any(x.array.dtype.kind in "bui" for x in (input, target)):
        raise RuntimeError("kl_div: Integral inputs not supported.")
    if size_average is not None or reduce is not None:
        reduction = reduction_of(size_average, reduce, reduction)
    elif reduction == "mean":
        warnings.warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support size.'batchmean' divides "
            "only by the batch size, and aligns with the KL div math definition.'mean' will be changed to behave the "
            "same as 'batchmean' in the next major release.",
            UserWarning,
            stacklevel=2,
        )
    if input.array.dtype.kind in "biu":
        raise RuntimeError("kl_div: Integral inputs not supported.")
    losses = ops.exp(target) * (target - input) if log_target else ops.xlogy(target, target) - target * input
    if reduction == "batchmean":
        return ops.sum(losses) / input.shape[0] if input.ndim else losses
    return REDUCTIONS[reduction_of(None, None, reduction)](losses)
