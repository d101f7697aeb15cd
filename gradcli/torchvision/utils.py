"""`torchvision.utils`: many pictures as one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gradcli import png, torch
from gradcli.engine.modes import no_grad
from gradcli.files import write_file
from gradcli.torchvision.absent import absent_names

__all__ = ["make_grid", "save_image"]

__getattr__ = absent_names(__name__)


@no_grad()
def make_grid(
    tensor: Any,
    nrow: int = 8,
    padding: int = 2,
    normalize: bool = False,
    value_range: tuple[float, float] | None = None,
    scale_each: bool = False,
    pad_value: float = 0.0,
) -> Any:
    """The pictures of a batch (number, channels, height, width) in one, `nrow` in each row; grey ones in 3 channels."""
    pictures = _batch(tensor)
    if normalize:
        parts = pictures.unbind(0) if scale_each else [pictures]
        scaled = [_from_0_to_1(part, value_range) for part in parts]
        pictures = torch.stack(scaled) if scale_each else scaled[0]
    elif value_range is not None and not isinstance(value_range, tuple):
        raise TypeError("value_range has to be a tuple (min, max) if specified. min and max are numbers")
    if len(pictures) == 1:
        return pictures[0]
    number, channels, rows, columns = pictures.shape
    across = min(nrow, number)
    down = math.ceil(number / across)
    height, width = rows + padding, columns + padding
    grid = pictures.new_full((channels, height * down + padding, width * across + padding), pad_value)
    for place, picture in enumerate(pictures):
        top, left = (step * size + padding for step, size in zip(divmod(place, across), (height, width), strict=True))
        grid[:, top : top + rows, left : left + columns] = picture
    return grid


@no_grad()
def save_image(tensor: Any, fp: str | Path, format: str | None = None, **options: Any) -> None:
    """Writes the pictures, of numbers from 0 to 1, to a PNG file; options are those of `make_grid`."""
    if (format or Path(fp).suffix.removeprefix(".")).lower() != "png":
        raise NotImplementedError("save_image() writes PNG files here, and no others")
    grid = make_grid(tensor, **options)
    pixels = grid.mul(255).add_(0.5).clamp_(0, 255).permute(1, 2, 0).to(torch.uint8).numpy()
    write_file(Path(fp), png.encode(pixels))


def _batch(tensor: Any) -> Any:
    """What is given as (number, channels, height, width), with 3 channels where there was 1."""
    if not isinstance(tensor, torch.Tensor):
        if not isinstance(tensor, Sequence) or not all(isinstance(each, torch.Tensor) for each in tensor):
            raise TypeError(f"tensor or list of tensors expected, got {type(tensor)}")
        tensor = torch.stack(list(tensor))
    if tensor.ndim == 2:
        tensor = tensor.unsqueeze(0)
    if tensor.ndim == 3:
        tensor = tensor.unsqueeze(0)
    return tensor.expand(-1, 3, -1, -1) if tensor.ndim == 4 and tensor.shape[1] == 1 else tensor


def _from_0_to_1(pictures: Any, value_range: tuple[float, float] | None) -> Any:
    low, high = value_range or (float(pictures.min()), float(pictures.max()))
    return pictures.clamp(low, high).sub_(low).div_(max(high - low, 1e-5))
