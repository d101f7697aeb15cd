"""Losses of distances and margins, and of distributions with a known shape: composed, as PyTorch composes them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine import ops
from gradcli.engine.errors import size_mismatch
from gradcli.engine.modes import no_grad
from gradcli.engine.tensor import Tensor
from gradcli.torch.nn.functional.losses import REDUCTIONS, Flag, reduction_of

__all__ = [
    "cosine_embedding_loss", "gaussian_nll_loss", "hinge_embedding_loss", "margin_ranking_loss",
    "multilabel_soft_margin_loss", "pairwise_distance", "poisson_nll_loss", "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
]  # fmt: skip


def _reduced(losses: Any, size_average: Flag, reduce: Flag, reduction: str) -> Any:
    return REDUCTIONS[reduction_of(size_average, reduce, reduction)](losses)


def pairwise_distance(x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Any:
    """The p-norm of x1 - x2 + eps along the last axis."""
    return ops.norm(x1 - x2 + eps, p, -1, keepdim)


def margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: Flag = None,
    reduce: Flag = None,
    reduction: str = "mean",
) -> Any:
    """max(0, -target * (input1 - input2) + margin); the target, 1 or -1, says which should be larger."""
    if not input1.ndim == input2.ndim == target.ndim:
        raise RuntimeError(
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: "
            f"{input1.shape}, input2: {input2.shape}, target: {target.shape} "
        )
    losses = ops.clamp_min_number(-target * (input1 - input2) + float(margin), 0)
    return _reduced(losses, size_average, reduce, reduction)


def hinge_embedding_loss(
    input: Tensor,
    target: Tensor,
    margin: float = 1.0,
    size_average: Flag = None,
    reduce: Flag = None,
    reduction: str = "mean",
) -> Any:
    """The input where the target is 1, max(0, margin - input) where it is -1."""
    labels: Any = target  # compared element by element
    if input.array.dtype.kind != "f":
        margin = int(margin)
    apart = ops.where(labels != 1, ops.clamp_min_number(margin - input, 0), 0)
    losses = apart + ops.where(labels != -1, input, 0)
    return _reduced(losses, size_average, reduce, reduction)


def cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: Flag = None,
    reduce: Flag = None,
    reduction: str = "mean",
) -> Any:
    """1 - cos(input1, input2) where the target is 1, max(0, cos - margin) where it is -1."""
    if target.ndim not in (0, 1):
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    if target.ndim == 1 and not input1.ndim == input2.ndim == 2:
        raise RuntimeError(
            "1D target tensor expects 2D input tensors, but found inputs with sizes "
            f"{[*input1.shape]} and {[*input2.shape]}."
        )
    if target.ndim == 0 and not input1.ndim == input2.ndim == 1:
        raise RuntimeError(
            "0D target tensor expects 1D input tensors, but found inputs with sizes "
            f"{[*input1.shape]} and {[*input2.shape]}."
        )
    squares = [ops.sum(x * x, target.ndim) + 1e-12 for x in (input1, input2)]
    cosine = ops.sum(input1 * input2, target.ndim) / ops.sqrt(squares[0] * squares[1])
    labels: Any = target  # compared element by element
    alike = ops.where(labels == 1, 1 - cosine, 0.0)
    losses = alike + ops.where(labels == -1, ops.clamp_min_number(cosine - margin, 0), 0.0)
    return _reduced(losses, size_average, reduce, reduction)


def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: Flag = None,
    reduce: Flag = None,
    reduction: str = "mean",
) -> Any:
    """max(0, margin + |anchor - positive| - |anchor - negative|), in the p-norm.

    swap  the negative's distance to the positive counts, if it is less
    """
    return triplet_margin_with_distance_loss(
        anchor,
        positive,
        negative,
        distance_function=lambda a, b: pairwise_distance(a, b, p, eps),
        margin=margin,
        swap=swap,
        reduction=reduction_of(size_average, reduce, reduction),
    )


def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Any:
    """`triplet_margin_loss` with a distance of one's own."""
    if reduction not in REDUCTIONS:
        raise ValueError(f"{reduction} is not a valid value for reduction")
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    if not anchor.ndim == positive.ndim == negative.ndim:
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
            f"anchor {anchor.ndim}D, positive {positive.ndim}D, and negative {negative.ndim}D inputs"
        )
    distance: Any = distance_function or pairwise_distance
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = ops.minimum(far, distance(positive, negative))
    return REDUCTIONS[reduction](ops.clamp_min_number(margin + near - far, 0))


def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    size_average: Flag = None,
    eps: float = 1e-8,
    reduce: Flag = None,
    reduction: str = "mean",
) -> Any:
    """exp(input) - target * input, the input being the logarithm of the rate; or, without `log_input`, the rate.

    full  adds Stirling's approximation of log(target!) where the target exceeds 1
    """
    losses = ops.exp(input) - target * input if log_input else input - target * ops.log(input + eps)
    if full:
        stirling = target * ops.log(target) - target + 0.5 * ops.log(2 * math.pi * target)
        losses = losses + ops.masked_fill(stirling, (target <= 1).array, 0)
    return _reduced(losses, size_average, reduce, reduction)


def gaussian_nll_loss(
    input: Tensor,
    target: Any,
    var: Tensor | float,
    full: bool = False,
    eps: float | Tensor = 1e-6,
    reduction: str = "mean",
) -> Any:
    """(log var + (input - target)² / var) / 2; a variance below `eps` counts as that, without changing the gradient.

    full  adds log(2π) / 2
    """
    variance: Any = ops.mul(ops.ones_like(input), var) if isinstance(var, float) else var
    if isinstance(target, Tensor) and (mismatch := size_mismatch(input.array.shape, target.array.shape)):
        raise mismatch
    if np.any(variance.array < 0):
        raise ValueError("var has negative entry/entries")
    if variance.shape != input.shape:
        one_differs = [m for n, m in zip(input.shape, variance.shape, strict=False) if n != m] == [1]
        if input.shape[:-1] == variance.shape:
            variance = ops.unsqueeze(variance, -1)
        elif input.ndim != variance.ndim or not one_differs:
            raise ValueError("var is of incorrect size")
    if reduction not in REDUCTIONS:
        raise ValueError(f"{reduction} is not valid")
    variance = ops.clone(variance)
    with no_grad():
        variance.clamp_(min=eps)
    losses = 0.5 * (ops.log(variance) + (input - target) ** 2 / variance)
    return REDUCTIONS[reduction](losses + 0.5 * math.log(2 * math.pi) if full else losses)


def multilabel_soft_margin_loss(
    input: Tensor,
    target: Any,
    weight: Tensor | None = None,
    size_average: Flag = None,
    reduce: Flag = None,
    reduction: str = "mean",
) -> Any:
    """The binary cross-entropy of sigmoid(input), averaged over the classes: the last axis."""
    losses = -(target * ops.logsigmoid(input) + (1 - target) * ops.logsigmoid(-input))
    losses = losses if weight is None else losses * weight
    return _reduced(ops.sum(losses, input.ndim - 1) / input.shape[-1], size_average, reduce, reduction)
