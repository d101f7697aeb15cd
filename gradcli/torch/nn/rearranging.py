"""Layers that turn channels into pixels and back."""

from __future__ import annotations

from gradcli.torch.nn import functional as F  # noqa: N812  # everyone's name for it
from gradcli.torch.nn.configured import Configured

__all__ = ["PixelShuffle", "PixelUnshuffle"]


class PixelShuffle(Configured, function=F.pixel_shuffle):
    """(N, C·r², H, W) as (N, C, H·r, W·r)."""

    upscale_factor: int
    shown = ("upscale_factor",)


class PixelUnshuffle(Configured, function=F.pixel_unshuffle):
    """(N, C, H·r, W·r) as (N, C·r², H, W)."""

    downscale_factor: int
    shown = ("downscale_factor",)
