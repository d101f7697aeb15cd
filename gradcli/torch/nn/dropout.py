"""Dropout layers."""

from __future__ import annotations

from typing import Annotated, Any

from gradcli.engine.tensor import Tensor
from gradcli.torch.declared import declared
from gradcli.torch.nn import functional as F  # noqa: N812  # as everyone calls it
from gradcli.torch.nn.configured import Configured

__all__ = ["AlphaDropout", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "FeatureAlphaDropout"]


def probability(_name: str, p: float) -> None:
    """Raises PyTorch's ValueError for what is outside [0, 1]."""
    if not 0 <= p <= 1:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


Probability = Annotated[float, probability]


@declared
class _Dropout(Configured):
    p: Probability = 0.5
    inplace: bool = False
    shown = ("p", "inplace")

    def forward(self, input: Tensor) -> Any:  # type: ignore[override]
        return self.function(input, self.p, self.training, self.inplace)


class Dropout(_Dropout, function=F.dropout):
    """In training, zeros with probability p; what stays is divided by 1 - p."""


class Dropout1d(_Dropout, function=F.dropout1d):
    """Dropout of whole channels of (n, channels, length)."""


class Dropout2d(_Dropout, function=F.dropout2d):
    """Dropout of whole channels of (n, channels, height, width)."""


class Dropout3d(_Dropout, function=F.dropout3d):
    """Dropout of whole channels of (n, channels, depth, height, width)."""


class AlphaDropout(_Dropout, function=F.alpha_dropout):
    """Dropout for SELU: mean and variance stay as they are."""


class FeatureAlphaDropout(_Dropout, function=F.feature_alpha_dropout):
    """AlphaDropout of whole channels."""
