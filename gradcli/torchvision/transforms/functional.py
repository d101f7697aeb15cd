"""`torchvision.transforms.functional`: what is done to one picture or Tensor."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from gradcli import torch
from gradcli.torchvision.absent import absent_names
from gradcli.torchvision.pictures import edited, is_picture, is_pillows, picture
from gradcli.torchvision.resizing import InterpolationMode, checked, new_size, resized_pixels, resized_tensor

__all__ = [
    "InterpolationMode", "center_crop", "crop", "hflip", "normalize", "pad", "pil_to_tensor", "resize",
    "rgb_to_grayscale", "to_pil_image", "to_tensor", "vflip",
]  # fmt: skip

__getattr__ = absent_names(__name__)

BRIGHTNESS = 0.2989, 0.587, 0.114
"""How much red, green and blue weigh in a Tensor's grey."""
PILLOW = 19595, 38470, 7471
"""The same in a picture, of 65,536."""


def to_tensor(pic: Any) -> Any:
    """A picture, or an array of (height, width, channels), as a Tensor of (channels, height, width).

    Bytes become numbers from 0 to 1 of the default dtype; what an array holds otherwise keeps its dtype.
    """
    if not is_picture(pic) and not isinstance(pic, np.ndarray):
        raise TypeError(f"pic should be PIL Image or ndarray. Got {type(pic)}")
    array = np.array(pic)
    if array.ndim not in (2, 3):
        raise ValueError(f"pic should be 2/3 dimensional. Got {array.ndim} dimensions.")
    tensor = _channels_first(array)
    if array.dtype == np.bool_ and is_picture(pic):
        return tensor.to(torch.get_default_dtype())
    return tensor.to(torch.get_default_dtype()).div(255) if array.dtype == np.uint8 else tensor


def pil_to_tensor(pic: Any) -> Any:
    """A picture as a Tensor of (channels, height, width), with the same bytes."""
    if not is_picture(pic):
        raise TypeError(f"pic should be PIL Image. Got {type(pic)}")
    return _channels_first(np.array(pic))


def to_pil_image(pic: Any) -> Any:
    """A Tensor of (channels, height, width), or an array of (height, width, channels), as a picture.

    Numbers with a fraction are taken to go from 0 to 1.
    """
    if not isinstance(pic, (torch.Tensor, np.ndarray)):
        raise TypeError(f"pic should be Tensor or ndarray. Got {type(pic)}.")
    if pic.ndim not in (2, 3):
        raise ValueError(f"pic should be 2/3 dimensional. Got {pic.ndim} dimensions.")
    if isinstance(pic, torch.Tensor):
        if pic.is_floating_point():
            pic = _bytes(pic)
        pic = np.array(pic.detach().numpy() if pic.ndim == 2 else pic.detach().permute(1, 2, 0).numpy())
    pixels = pic[..., 0] if pic.ndim == 3 and pic.shape[2] == 1 else pic
    if pixels.dtype != np.uint8 or (pixels.ndim == 3 and pixels.shape[2] != 3):
        raise NotImplementedError(f"a picture is made of bytes, grey or RGB, here, not of {pic.dtype} {pic.shape}")
    return picture(np.ascontiguousarray(pixels))


def normalize(tensor: Any, mean: Sequence[float], std: Sequence[float], inplace: bool = False) -> Any:
    """Each channel less its mean, in standard deviations."""
    if not isinstance(tensor, torch.Tensor):
        raise TypeError(f"img should be Tensor Image. Got {type(tensor)}")
    if not tensor.is_floating_point():
        raise TypeError(f"Input tensor should be a float tensor. Got {tensor.dtype}.")
    if tensor.ndim < 3:
        raise ValueError(
            f"Expected tensor to be a tensor image of size (..., C, H, W). Got tensor.size() = {tensor.size()}"
        )
    means, deviations = (torch.as_tensor(each, dtype=tensor.dtype) for each in (mean, std))
    if (deviations == 0).any():
        raise ValueError(f"std evaluated to zero after conversion to {tensor.dtype}, leading to division by zero.")
    means, deviations = (each.view(-1, 1, 1) if each.ndim == 1 else each for each in (means, deviations))
    return tensor.sub_(means).div_(deviations) if inplace else tensor.sub(means).div(deviations)


def resize(
    img: Any,
    size: int | Sequence[int],
    interpolation: InterpolationMode = InterpolationMode.BILINEAR,
    max_size: int | None = None,
    antialias: bool | None = True,
) -> Any:
    """At another size: (height, width), or one number for the shorter side."""
    if max_size is not None:
        raise NotImplementedError("resize() does not support max_size here")
    old = size_of(img)
    height, width = new_size(old, checked(size))
    if (height, width) == old:
        return img
    mode = InterpolationMode(interpolation)
    if isinstance(img, torch.Tensor):
        if not antialias and mode is not InterpolationMode.NEAREST:
            raise NotImplementedError("resize() of a Tensor does not support antialias=False here")
        return resized_tensor(img, height, width, mode)
    if is_pillows(img):  # its own arithmetic has changed between its versions
        return img.resize((width, height), sys.modules["PIL.Image"].Resampling[mode.name])
    return edited(img, lambda pixels: resized_pixels(pixels, height, width, mode))


def crop(img: Any, top: int, left: int, height: int, width: int) -> Any:
    """The part of that size, from that place on; outside of the picture there is black."""
    rows, columns = size_of(img)
    outside = [max(0, -left), max(0, -top), max(0, left + width - columns), max(0, top + height - rows)]
    if any(outside):
        img, left, top = pad(img, outside), left + outside[0], top + outside[1]
    here = slice(top, top + height), slice(left, left + width)
    return img[..., here[0], here[1]] if isinstance(img, torch.Tensor) else edited(img, lambda pixels: pixels[here])


def center_crop(img: Any, output_size: int | Sequence[int]) -> Any:
    """The middle, of that size; with black around it where the picture is smaller."""
    height, width = (checked(output_size) * 2)[:2]
    rows, columns = size_of(img)
    if height > rows or width > columns:
        spare = max(0, width - columns), max(0, height - rows)
        img = pad(img, [spare[0] // 2, spare[1] // 2, (spare[0] + 1) // 2, (spare[1] + 1) // 2])
        rows, columns = size_of(img)
    return crop(img, round((rows - height) / 2), round((columns - width) / 2), height, width)


def pad(img: Any, padding: int | Sequence[int], fill: float = 0, padding_mode: str = "constant") -> Any:
    """With a border: one width, (left and right, top and bottom), or (left, top, right, bottom)."""
    if padding_mode != "constant":
        raise NotImplementedError(f"pad(padding_mode={padding_mode!r}) is not supported here, only 'constant'")
    widths = [padding] if isinstance(padding, int) else [*padding]
    if len(widths) not in (1, 2, 4):
        raise ValueError(f"Padding must be an int or a 1, 2, or 4 element tuple, not a {len(widths)} element tuple")
    left, top, right, bottom = (widths * 4)[:4]
    if isinstance(img, torch.Tensor):
        return torch.nn.functional.pad(img, (left, right, top, bottom), value=fill)
    border = (top, bottom), (left, right), (0, 0)
    return edited(img, lambda pixels: np.pad(pixels, border[: pixels.ndim], constant_values=int(fill)))


def hflip(img: Any) -> Any:
    """Left and right exchanged."""
    return img.flip(-1) if isinstance(img, torch.Tensor) else edited(img, lambda pixels: pixels[:, ::-1])


def vflip(img: Any) -> Any:
    """Top and bottom exchanged."""
    return img.flip(-2) if isinstance(img, torch.Tensor) else edited(img, lambda pixels: pixels[::-1])


def rgb_to_grayscale(img: Any, num_output_channels: int = 1) -> Any:
    """Grey as bright as the colours, in 1 channel or in 3 that are alike."""
    if num_output_channels not in (1, 3):
        raise ValueError("num_output_channels should be either 1 or 3")
    if not isinstance(img, torch.Tensor):
        return edited(img, lambda pixels: _grey_pixels(pixels, num_output_channels))
    if img.ndim < 3 or img.shape[-3] not in (1, 3):
        found = img.shape[-3] if img.ndim >= 3 else 1
        raise TypeError(f"Input image tensor permitted channel values are [1, 3], but found {found}")
    if img.shape[-3] == 1:  # whatever the number of channels that is asked for
        return img.clone()
    red, green, blue = img.unbind(-3)
    r, g, b = BRIGHTNESS
    grey = (r * red + g * green + b * blue).to(img.dtype).unsqueeze(-3)
    return grey.expand(img.shape) if num_output_channels == 3 else grey


def _grey_pixels(pixels: Any, channels: int) -> Any:
    grey = pixels if pixels.ndim == 2 else ((pixels @ np.array(PILLOW) + 0x8000) >> 16).astype(np.uint8)
    return grey if channels == 1 else np.repeat(grey[..., None], 3, axis=2)


def _bytes(tensor: Any) -> Any:
    return tensor.mul(255).to(torch.uint8)


def _channels_first(array: Any) -> Any:
    planes = array[None] if array.ndim == 2 else array.transpose(2, 0, 1)
    return torch.from_numpy(np.ascontiguousarray(planes))


def size_of(img: Any) -> tuple[int, int]:
    """Height and width."""
    if isinstance(img, torch.Tensor):
        if img.ndim < 2:
            raise TypeError("Tensor is not a torch image.")
        return img.shape[-2], img.shape[-1]
    if not is_picture(img):
        raise TypeError(f"Unexpected type {type(img)}")
    return img.size[1], img.size[0]
