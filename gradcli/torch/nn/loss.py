"""Losses as layers: called with a prediction and a target."""

from __future__ import annotations

from typing import Any

from gradcli.torch.nn import functional as F  # noqa: N812  # as everyone calls it
from gradcli.torch.nn.configured import Configured
from gradcli.torch.nn.functional.losses import reduction_of

__all__ = [
    "BCELoss", "BCEWithLogitsLoss", "CrossEntropyLoss", "HuberLoss", "KLDivLoss", "L1Loss", "MSELoss", "NLLLoss",
    "SmoothL1Loss",
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
