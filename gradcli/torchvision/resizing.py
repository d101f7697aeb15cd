"""Resizing by weighted means: each new pixel is one of those that it covers, as Pillow and PyTorch (antialias) take it.

The weights are a matrix for each axis. Pictures are resized along the rows first, in whole numbers of 2⁻²² and with
bytes in between, as Pillow's long were; from its version 13 on it takes the columns first where that seems less work,
by which a byte can differ by 1; so a picture of Pillow's is resized by Pillow. A Tensor's values are resized in its own
dtype.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import Enum
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradcli import torch

PRECISION = 22
"""Bits after the point of Pillow's weights."""


class InterpolationMode(Enum):
    """How values between pixels are found."""

    NEAREST = "nearest"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"


def resized_pixels(pixels: NDArray[np.uint8], height: int, width: int, mode: InterpolationMode) -> NDArray[np.uint8]:
    """A picture's bytes, (rows, columns) or (rows, columns, 3), at another size."""
    if mode is InterpolationMode.NEAREST:
        rows, columns = map(_nearest, pixels.shape[:2], (height, width))
        return np.asarray(pixels[rows][:, columns])
    planes = pixels.reshape(*pixels.shape[:2], -1).transpose(2, 0, 1)
    for size in (width, height):  # each turn of the planes brings the other axis to the end
        if size != planes.shape[-1]:
            planes = _whole(planes, _weights(planes.shape[-1], size, mode))
        planes = planes.swapaxes(-1, -2)
    return planes.transpose(1, 2, 0).reshape(height, width, *pixels.shape[2:])


def resized_tensor(image: Any, height: int, width: int, mode: InterpolationMode) -> Any:
    """A Tensor's last two axes at another size, with its history."""
    old = image.shape[-2:]
    if mode is InterpolationMode.NEAREST:
        rows, columns = (
            (torch.arange(new) * (before / new)).long() for new, before in zip((height, width), old, strict=True)
        )
        return image[..., rows, :][..., columns]
    floating = image if image.is_floating_point() else image.float()
    down, across = (
        torch.from_numpy(_weights(before, new, mode)).to(floating.dtype)
        for before, new in zip(old, (height, width), strict=True)
    )
    result = down @ (floating @ across.T)
    return result if floating is image else result.round().clamp(0, 255).to(image.dtype)


def _nearest(old: int, new: int) -> NDArray[np.int64]:
    """Which of `old` pixels each of `new` ones is; their middles are summed up one by one, as Pillow does it."""
    scale = old / new
    return np.cumsum([scale / 2, *[scale] * (new - 1)]).astype(np.int64)


def _whole(planes: NDArray[Any], weights: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The last axis resized in whole numbers, rounded to bytes."""
    scaled = weights * (1 << PRECISION)
    whole = np.trunc(scaled + np.copysign(0.5, scaled))  # less than 2⁵³ with all that is added: exact
    sums = planes.astype(float) @ whole.T + (1 << (PRECISION - 1))
    return np.asarray(np.clip(np.floor(sums / (1 << PRECISION)), 0, 255).astype(np.uint8))


@lru_cache(maxsize=32)
def _weights(old: int, new: int, mode: InterpolationMode) -> NDArray[np.float64]:
    """How much of each of `old` pixels is in each of `new` ones: (new, old), each row with the sum 1."""
    scale = old / new
    kernel, reach = _KERNELS[mode]
    wide = max(scale, 1.0)
    weights = np.zeros((new, old))
    for i in range(new):
        middle = (i + 0.5) * scale
        first, last = max(int(middle - reach * wide + 0.5), 0), min(int(middle + reach * wide + 0.5), old)
        row = np.array([kernel(abs((j - middle + 0.5) / wide)) for j in range(first, last)])
        weights[i, first:last] = row / row.sum()
    return weights


def _linear(x: float) -> float:
    return max(1 - x, 0.0)


def _cubic(x: float, a: float = -0.5) -> float:
    if x < 1:
        return ((a + 2) * x - (a + 3)) * x * x + 1
    return (((x - 5) * x + 8) * x - 4) * a if x < 2 else 0.0


_KERNELS: dict[InterpolationMode, tuple[Callable[[float], float], float]] = {
    InterpolationMode.BILINEAR: (_linear, 1.0),
    InterpolationMode.BICUBIC: (_cubic, 2.0),
}


def new_size(old: tuple[int, int], size: tuple[int, ...]) -> tuple[int, int]:
    """Height and width: two numbers, or one for the shorter side, with the longer one in proportion."""
    if len(size) == 2:
        return size[0], size[1]
    (short, long), turned = sorted(old), old[0] > old[1]
    new = size[0], int(size[0] * long / short)
    return (new[1], new[0]) if turned else new


def checked(size: Any) -> tuple[int, ...]:
    """A size as it is given: a number, or a sequence of one or two. Raises torchvision's errors."""
    if not isinstance(size, (int, tuple, list)):
        raise TypeError(f"Size should be int or sequence. Got {type(size)}")
    numbers = (size,) if isinstance(size, int) else tuple(size)
    if len(numbers) not in (1, 2):
        raise ValueError("If size is a sequence, it should have 1 or 2 values")
    if not all(isinstance(number, int) and number > 0 for number in numbers) or not math.prod(numbers):
        raise ValueError(f"height and width must be > 0, not {size}")
    return numbers
