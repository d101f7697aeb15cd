"""Dropout layers."""

from __future__ import annotations

from typing import Any

from gradcli.engine.tensor import Tensor
from gradcli.torch.nn import functional as F  # noqa: N812  # as everyone calls it
from gradcli.torch.nn.configured import Configured

__all__ = ["AlphaDropout", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "FeatureAlphaDropout"]


class _Dropout(Configured):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        if not 0 <= self.p <= 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {self.p}")

    def forward(self, *inputs: Tensor) -> Any:
        return self.function(*inputs, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_Dropout, function=F.dropout, p=0.5, inplace=False):
    """In training, zeros with probability p; what stays is divided by 1 - p."""


class Dropout1d(_Dropout, function=F.dropout1d, p=0.5, inplace=False):
    """Dropout of whole channels of (n, channels, length)."""


class Dropout2d(_Dropout, function=F.dropout2d, p=0.5, inplace=False):
    """Dropout of whole channels of (n, channels, height, width)."""


class Dropout3d(_Dropout, function=F.dropout3d, p=0.5, inplace=False):
    """Dropout of whole channels of (n, channels, depth, height, width)."""


class AlphaDropout(_Dropout, function=F.alpha_dropout, p=0.5, inplace=False):
    """Dropout for SELU: mean and variance stay as they are."""


class FeatureAlphaDropout(_Dropout, function=F.feature_alpha_dropout, p=0.5, inplace=False):
    """AlphaDropout of whole channels."""
