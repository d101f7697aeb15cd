"""Channels that become pixels, and pixels that become channels."""

from __future__ import annotations

from typing import Any

from gradcli.engine import ops
from gradcli.engine.tensor import Tensor
from gradcli.torch.argument_checks import require_int

__all__ = ["pixel_shuffle", "pixel_unshuffle"]


def pixel_shuffle(input: Tensor, upscale_factor: int) -> Any:
    """(..., C·r², H, W) as (..., C, H·r, W·r), where r is the factor: each r² channels become squares of r by r pixels.

    Raises PyTorch's RuntimeErrors for fewer than three axes, a factor below 1 and channels that r² does not divide.
    """
    require_int("pixel_shuffle", "upscale_factor", upscale_factor, 2)
    r = upscale_factor
    _refuse_few_axes("pixel_shuffle", input)
    if r <= 0:
        raise RuntimeError(f"pixel_shuffle expects a positive upscale_factor, but got {r}")
    *batch, channels, height, width = input.shape
    if channels % (r * r):
        raise RuntimeError(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, "
            f"but input.size(-3)={channels} is not divisible by {r * r}"
        )
    n = len(batch)
    parts = ops.reshape(input, (*batch, channels // (r * r), r, r, height, width))
    shuffled = ops.reshape(
        ops.permute(parts, (*range(n), n, n + 3, n + 1, n + 4, n + 2)),
        (*batch, channels // (r * r), height * r, width * r),
    )
    return ops.clone(shuffled) if r == 1 else shuffled  # never a view


def pixel_unshuffle(input: Tensor, downscale_factor: int) -> Any:
    """(..., C, H·r, W·r) as (..., C·r², H, W): the inverse of `pixel_shuffle`, with its errors."""
    require_int("pixel_unshuffle", "downscale_factor", downscale_factor, 2)
    r = downscale_factor
    _refuse_few_axes("pixel_unshuffle", input)
    if r <= 0:
        raise RuntimeError(f"pixel_unshuffle expects a positive downscale_factor, but got {r}")
    *batch, channels, height, width = input.shape
    for axis, name, length in ((-2, "height", height), (-1, "width", width)):
        if length % r:
            raise RuntimeError(
                f"pixel_unshuffle expects {name} to be divisible by downscale_factor, but input.size({axis})={length} "
                f"is not divisible by {r}"
            )
    n = len(batch)
    parts = ops.reshape(input, (*batch, channels, height // r, r, width // r, r))
    shuffled = ops.reshape(
        ops.permute(parts, (*range(n), n, n + 2, n + 4, n + 1, n + 3)),
        (*batch, channels * r * r, height // r, width // r),
    )
    return ops.clone(shuffled) if r == 1 else shuffled


def _refuse_few_axes(name: str, input: Tensor) -> None:
    if input.ndim < 3:
        raise RuntimeError(
            f"{name} expects input to have at least 3 dimensions, but got input with {input.ndim} dimension(s)"
        )
