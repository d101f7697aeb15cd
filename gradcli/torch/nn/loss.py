"""Losses as layers: called with a prediction and a target."""

from __future__ import annotations

from typing import Any

from gradcli.engine.tensor import Tensor
from gradcli.torch.nn import functional as F  # noqa: N812  # as everyone calls it
from gradcli.torch.nn.configured import Configured
from gradcli.torch.nn.functional.losses import reduction_of
from gradcli.torch.nn.module import Module

__all__ = [
    "BCELoss", "BCEWithLogitsLoss", "CosineEmbeddingLoss", "CosineSimilarity", "CrossEntropyLoss", "GaussianNLLLoss",
    "HingeEmbeddingLoss", "HuberLoss", "KLDivLoss", "L1Loss", "MSELoss", "MarginRankingLoss",
    "MultiLabelSoftMarginLoss", "NLLLoss", "PairwiseDistance", "PoissonNLLLoss", "SmoothL1Loss", "TripletMarginLoss",
]  # fmt: skip

WEIGHTS = ("weight", "pos_weight")


class _Loss(Configured):
    """Weights are buffers, so that they are cast with the rest of a model.

    reduction  "mean", "sum" or "none"
    """

    reduction: str

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        former = (self.__dict__.get("size_average"), self.__dict__.get("reduce"))
        if former != (None, None):
            self.reduction = reduction_of(*former, self.reduction)
            self.size_average = self.reduce = None

    def _set(self, name: str, value: Any) -> None:
        if name in WEIGHTS:
            self.register_buffer(name, value)
        else:
            super()._set(name, value)


class L1Loss(_Loss, function=F.l1_loss, size_average=None, reduce=None, reduction="mean"):
    """|input - target|."""


class MSELoss(_Loss, function=F.mse_loss, size_average=None, reduce=None, reduction="mean"):
    """(input - target)²."""


class SmoothL1Loss(_Loss, function=F.smooth_l1_loss, size_average=None, reduce=None, reduction="mean", beta=1.0):
    """A parabola where |input - target| < beta, a line elsewhere; the slope of the line is 1."""


class HuberLoss(_Loss, function=F.huber_loss, reduction="mean", delta=1.0):
    """A parabola where |input - target| < delta, a line elsewhere; the slope of the line is delta."""


class CrossEntropyLoss(
    _Loss,
    function=F.cross_entropy,
    weight=None,
    size_average=None,
    ignore_index=-100,
    reduce=None,
    reduction="mean",
    label_smoothing=0.0,
):
    """-log softmax(input) at the class that the target names, or weighed by its probabilities."""


class NLLLoss(
    _Loss,
    function=F.nll_loss,
    weight=None,
    size_average=None,
    ignore_index=-100,
    reduce=None,
    reduction="mean",
):
    """-input at the class that the target names; the input holds log-probabilities."""


class BCELoss(_Loss, function=F.binary_cross_entropy, weight=None, size_average=None, reduce=None, reduction="mean"):
    """The cross-entropy of probabilities of yes and no."""


class BCEWithLogitsLoss(
    _Loss,
    function=F.binary_cross_entropy_with_logits,
    weight=None,
    size_average=None,
    reduce=None,
    reduction="mean",
    pos_weight=None,
):
    """The BCELoss of sigmoid(input)."""


class KLDivLoss(_Loss, function=F.kl_div, size_average=None, reduce=None, reduction="mean", log_target=False):
    """How far a distribution, of which the input has the logarithm, is from the target's."""


class MarginRankingLoss(
    _Loss, function=F.margin_ranking_loss, margin=0.0, size_average=None, reduce=None, reduction="mean"
):
    """max(0, -target * (input1 - input2) + margin)."""


class HingeEmbeddingLoss(
    _Loss, function=F.hinge_embedding_loss, margin=1.0, size_average=None, reduce=None, reduction="mean"
):
    """The input where the target is 1, max(0, margin - input) where it is -1."""


class CosineEmbeddingLoss(
    _Loss, function=F.cosine_embedding_loss, margin=0.0, size_average=None, reduce=None, reduction="mean"
):
    """1 - the cosine where the target is 1, max(0, cosine - margin) where it is -1."""


class MultiLabelSoftMarginLoss(
    _Loss, function=F.multilabel_soft_margin_loss, weight=None, size_average=None, reduce=None, reduction="mean"
):
    """The BCEWithLogitsLoss, averaged over the classes."""


class PoissonNLLLoss(
    _Loss,
    function=F.poisson_nll_loss,
    log_input=True,
    full=False,
    size_average=None,
    eps=1e-8,
    reduce=None,
    reduction="mean",
):
    """The negative log-likelihood of counts, given the logarithm of their rate."""


class TripletMarginLoss(
    _Loss,
    function=F.triplet_margin_loss,
    margin=1.0,
    p=2.0,
    eps=1e-6,
    swap=False,
    size_average=None,
    reduce=None,
    reduction="mean",
):
    """max(0, margin + distance to the positive - distance to the negative)."""

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        if self.margin <= 0:
            raise ValueError(f"TripletMarginLoss: expected margin to be greater than 0, got {self.margin} instead")


class GaussianNLLLoss(_Loss):
    """The negative log-likelihood of a normal distribution with mean `input` and variance `var`."""

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        Module.__init__(self)
        self.full, self.eps, self.reduction = full, eps, reduction

    def forward(self, input: Tensor, target: Tensor, var: Tensor | float) -> Any:  # type: ignore[override]
        return F.gaussian_nll_loss(input, target, var, self.full, self.eps, self.reduction)


class CosineSimilarity(Configured, function=F.cosine_similarity, dim=1, eps=1e-8):
    """The cosine of the angle between vectors along an axis."""


class PairwiseDistance(Configured, function=F.pairwise_distance, p=2.0, eps=1e-6, keepdim=False):
    """The p-norm of differences along the last axis."""
