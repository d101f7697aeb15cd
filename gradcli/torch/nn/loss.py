"""Losses as layers: called with a prediction and a target."""

from __future__ import annotations

from dataclasses import KW_ONLY
from typing import Annotated, Any

from gradcli.engine.tensor import Tensor
from gradcli.torch.declared import declared
from gradcli.torch.nn import functional as F  # noqa: N812  # as everyone calls it
from gradcli.torch.nn.configured import Configured
from gradcli.torch.nn.functional.losses import Flag, reduction_of

__all__ = [
    "BCELoss", "BCEWithLogitsLoss", "CosineEmbeddingLoss", "CosineSimilarity", "CrossEntropyLoss", "GaussianNLLLoss",
    "HingeEmbeddingLoss", "HuberLoss", "KLDivLoss", "L1Loss", "MSELoss", "MarginRankingLoss",
    "MultiLabelSoftMarginLoss", "NLLLoss", "PairwiseDistance", "PoissonNLLLoss", "SmoothL1Loss", "TripletMarginLoss",
]  # fmt: skip

WEIGHTS = ("weight", "pos_weight")


def positive(name: str, value: float) -> None:
    """Raises PyTorch's ValueError for a margin that is not greater than 0."""
    if value <= 0:
        raise ValueError(f"TripletMarginLoss: expected {name} to be greater than 0, got {value} instead")


Positive = Annotated[float, positive]


class _Loss(Configured):
    """Weights are buffers, so that they are cast with the rest of a model.

    reduction  "mean", "sum" or "none"
    """

    def _take_options(self, options: dict[str, Any]) -> None:
        former = options.get("size_average"), options.get("reduce")
        if former != (None, None):
            options["reduction"] = reduction_of(*former, options["reduction"], stacklevel=4)  # of who calls the class
            options["size_average"] = options["reduce"] = None
        weights = {name: options.pop(name) for name in WEIGHTS if name in options}
        super()._take_options(options)
        for name, weight in weights.items():
            self.register_buffer(name, weight)


@declared
class _Reduced(_Loss):
    size_average: Flag = None
    reduce: Flag = None
    reduction: str = "mean"


class L1Loss(_Reduced, function=F.l1_loss):
    """|input - target|."""


class MSELoss(_Reduced, function=F.mse_loss):
    """(input - target)²."""


class SmoothL1Loss(_Reduced, function=F.smooth_l1_loss):
    """A parabola where |input - target| < beta, a line elsewhere; the slope of the line is 1."""

    beta: float = 1.0


class HuberLoss(_Loss, function=F.huber_loss):
    """A parabola where |input - target| < delta, a line elsewhere; the slope of the line is delta."""

    reduction: str = "mean"
    delta: float = 1.0


class CrossEntropyLoss(_Loss, function=F.cross_entropy):
    """-log softmax(input) at the class that the target names, or weighed by its probabilities."""

    weight: Tensor | None = None
    size_average: Flag = None
    ignore_index: int = -100
    reduce: Flag = None
    reduction: str = "mean"
    label_smoothing: float = 0.0


class NLLLoss(_Loss, function=F.nll_loss):
    """-input at the class that the target names; the input holds log-probabilities."""

    weight: Tensor | None = None
    size_average: Flag = None
    ignore_index: int = -100
    reduce: Flag = None
    reduction: str = "mean"


class BCELoss(_Loss, function=F.binary_cross_entropy):
    """The cross-entropy of probabilities of yes and no."""

    weight: Tensor | None = None
    size_average: Flag = None
    reduce: Flag = None
    reduction: str = "mean"


class BCEWithLogitsLoss(_Loss, function=F.binary_cross_entropy_with_logits):
    """The BCELoss of sigmoid(input)."""

    weight: Tensor | None = None
    size_average: Flag = None
    reduce: Flag = None
    reduction: str = "mean"
    pos_weight: Tensor | None = None


class KLDivLoss(_Reduced, function=F.kl_div):
    """How far a distribution, of which the input has the logarithm, is from the target's."""

    log_target: bool = False


class MarginRankingLoss(_Loss, function=F.margin_ranking_loss):
    """max(0, -target * (input1 - input2) + margin)."""

    margin: float = 0.0
    size_average: Flag = None
    reduce: Flag = None
    reduction: str = "mean"


class HingeEmbeddingLoss(_Loss, function=F.hinge_embedding_loss):
    """The input where the target is 1, max(0, margin - input) where it is -1."""

    margin: float = 1.0
    size_average: Flag = None
    reduce: Flag = None
    reduction: str = "mean"


class CosineEmbeddingLoss(_Loss, function=F.cosine_embedding_loss):
    """1 - the cosine where the target is 1, max(0, cosine - margin) where it is -1."""

    margin: float = 0.0
    size_average: Flag = None
    reduce: Flag = None
    reduction: str = "mean"


class MultiLabelSoftMarginLoss(_Loss, function=F.multilabel_soft_margin_loss):
    """The BCEWithLogitsLoss, averaged over the classes."""

    weight: Tensor | None = None
    size_average: Flag = None
    reduce: Flag = None
    reduction: str = "mean"


class PoissonNLLLoss(_Loss, function=F.poisson_nll_loss):
    """The negative log-likelihood of counts, given the logarithm of their rate."""

    log_input: bool = True
    full: bool = False
    size_average: Flag = None
    eps: float = 1e-8
    reduce: Flag = None
    reduction: str = "mean"


class TripletMarginLoss(_Loss, function=F.triplet_margin_loss):
    """max(0, margin + distance to the positive - distance to the negative)."""

    margin: Positive = 1.0
    p: float = 2.0
    eps: float = 1e-6
    swap: bool = False
    size_average: Flag = None
    reduce: Flag = None
    reduction: str = "mean"


class GaussianNLLLoss(_Loss, function=F.gaussian_nll_loss):
    """The negative log-likelihood of a normal distribution with mean `input` and variance `var`."""

    _: KW_ONLY
    full: bool = False
    eps: float = 1e-6
    reduction: str = "mean"


class CosineSimilarity(Configured, function=F.cosine_similarity):
    """The cosine of the angle between vectors along an axis."""

    dim: int = 1
    eps: float = 1e-8


class PairwiseDistance(Configured, function=F.pairwise_distance):
    """The p-norm of differences along the last axis."""

    p: float = 2.0
    eps: float = 1e-6
    keepdim: bool = False
