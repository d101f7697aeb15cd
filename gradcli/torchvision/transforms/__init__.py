"""`torchvision.transforms`: what is done to each picture of a data set, with the random draws of torchvision."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from gradcli import torch
from gradcli.torch.nn import Module
from gradcli.torchvision.absent import absent_names
from gradcli.torchvision.resizing import InterpolationMode, checked
from gradcli.torchvision.transforms import functional as functional
from gradcli.torchvision.transforms.functional import size_of

__all__ = [
    "CenterCrop", "Compose", "Grayscale", "InterpolationMode", "Lambda", "Normalize", "PILToTensor", "Pad",
    "RandomCrop", "RandomHorizontalFlip", "RandomResizedCrop", "RandomVerticalFlip", "Resize", "ToPILImage", "ToTensor",
    "functional",
]  # fmt: skip

__getattr__ = absent_names(__name__, submodules=("v2",))

Size = int | Sequence[int]


class Compose:
    """Transforms one after the other."""

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]) -> None:
        self.transforms = transforms

    def __call__(self, img: Any) -> Any:
        for transform in self.transforms:
            img = transform(img)
        return img

    def __repr__(self) -> str:
        return "\n".join([f"{type(self).__name__}(", *(f"    {transform}" for transform in self.transforms), ")"])


class ToTensor:
    """A picture, or an array of (height, width, channels), as a Tensor: bytes become numbers from 0 to 1."""

    def __call__(self, pic: Any) -> Any:
        return functional.to_tensor(pic)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class PILToTensor:
    """A picture as a Tensor of the same bytes."""

    def __call__(self, pic: Any) -> Any:
        return functional.pil_to_tensor(pic)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class ToPILImage:
    """A Tensor or an array as a picture."""

    def __init__(self, mode: str | None = None) -> None:
        if mode is not None:
            raise NotImplementedError("ToPILImage() does not support mode here")

    def __call__(self, pic: Any) -> Any:
        return functional.to_pil_image(pic)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class Lambda:
    """A function of one's own."""

    def __init__(self, lambd: Callable[[Any], Any]) -> None:
        if not callable(lambd):
            raise TypeError(f"Argument lambd should be callable, got {type(lambd).__name__!r}")
        self.lambd = lambd

    def __call__(self, img: Any) -> Any:
        return self.lambd(img)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class Normalize(Module):
    """Each channel less its mean, in standard deviations."""

    def __init__(self, mean: Sequence[float], std: Sequence[float], inplace: bool = False) -> None:
        super().__init__()
        self.mean, self.std, self.inplace = mean, std, inplace

    def forward(self, tensor: Any) -> Any:
        return functional.normalize(tensor, self.mean, self.std, self.inplace)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(mean={self.mean}, std={self.std})"


class Resize(Module):
    """At another size: (height, width), or one number for the shorter side."""

    def __init__(
        self,
        size: Size,
        interpolation: InterpolationMode = InterpolationMode.BILINEAR,
        max_size: int | None = None,
        antialias: bool | None = True,
    ) -> None:
        super().__init__()
        checked(size)
        self.size, self.interpolation = size, InterpolationMode(interpolation)
        self.max_size, self.antialias = max_size, antialias

    def forward(self, img: Any) -> Any:
        return functional.resize(img, self.size, self.interpolation, self.max_size, self.antialias)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(size={self.size}, interpolation={self.interpolation.value}, "
            f"max_size={self.max_size}, antialias={self.antialias})"
        )


class CenterCrop(Module):
    """The middle, of that size."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.size = _both(size)

    def forward(self, img: Any) -> Any:
        return functional.center_crop(img, self.size)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(size={self.size})"


class Pad(Module):
    """With a border."""

    def __init__(self, padding: Size, fill: float = 0, padding_mode: str = "constant") -> None:
        super().__init__()
        self.padding, self.fill, self.padding_mode = padding, fill, padding_mode

    def forward(self, img: Any) -> Any:
        return functional.pad(img, self.padding, self.fill, self.padding_mode)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(padding={self.padding}, fill={self.fill}, padding_mode={self.padding_mode})"


class Grayscale(Module):
    """Grey as bright as the colours."""

    def __init__(self, num_output_channels: int = 1) -> None:
        super().__init__()
        self.num_output_channels = num_output_channels

    def forward(self, img: Any) -> Any:
        return functional.rgb_to_grayscale(img, self.num_output_channels)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(num_output_channels={self.num_output_channels})"


class RandomCrop(Module):
    """A part of that size, from anywhere in the picture and its border."""

    def __init__(
        self,
        size: Size,
        padding: Size | None = None,
        *,
        fill: float = 0,
        padding_mode: str = "constant",
    ) -> None:
        super().__init__()
        self.size, self.padding = _both(size), padding
        self.fill, self.padding_mode = fill, padding_mode

    def forward(self, img: Any) -> Any:
        height, width = self.size
        if self.padding is not None:
            img = functional.pad(img, self.padding, self.fill, self.padding_mode)
        rows, columns = size_of(img)
        if rows < height or columns < width:
            raise ValueError(f"Required crop size {self.size} is larger than input image size {(rows, columns)}")
        if (rows, columns) == self.size:
            return img
        top, left = (int(torch.randint(0, spare + 1, (1,)).item()) for spare in (rows - height, columns - width))
        return functional.crop(img, top, left, height, width)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(size={self.size}, padding={self.padding})"


class RandomHorizontalFlip(Module):
    """Left and right exchanged, with probability p."""

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p = p

    def forward(self, img: Any) -> Any:
        return functional.hflip(img) if torch.rand(1) < self.p else img

    def __repr__(self) -> str:
        return f"{type(self).__name__}(p={self.p})"


class RandomVerticalFlip(RandomHorizontalFlip):
    """Top and bottom exchanged, with probability p."""

    def forward(self, img: Any) -> Any:
        return functional.vflip(img) if torch.rand(1) < self.p else img


class RandomResizedCrop(Module):
    """A part of random area and shape, brought to that size."""

    def __init__(
        self,
        size: Size,
        scale: tuple[float, float] = (0.08, 1.0),
        ratio: tuple[float, float] = (3 / 4, 4 / 3),
        interpolation: InterpolationMode = InterpolationMode.BILINEAR,
        antialias: bool | None = True,
    ) -> None:
        super().__init__()
        self.size, self.scale, self.ratio = _both(size), scale, ratio
        self.interpolation, self.antialias = InterpolationMode(interpolation), antialias

    def forward(self, img: Any) -> Any:
        part = functional.crop(img, *self._part(*size_of(img)))
        return functional.resize(part, self.size, self.interpolation, antialias=self.antialias)

    def _part(self, rows: int, columns: int) -> tuple[int, int, int, int]:
        """Top, left, height and width: drawn, or the middle where ten draws do not fit."""
        ends = torch.log(torch.tensor(self.ratio)).tolist()
        for _ in range(10):
            area = rows * columns * torch.empty(1).uniform_(*self.scale).item()
            shape = torch.exp(torch.empty(1).uniform_(*ends)).item()
            width, height = round(math.sqrt(area * shape)), round(math.sqrt(area / shape))
            if 0 < width <= columns and 0 < height <= rows:
                top = int(torch.randint(0, rows - height + 1, (1,)).item())
                return top, int(torch.randint(0, columns - width + 1, (1,)).item()), height, width
        shape = min(max(columns / rows, min(self.ratio)), max(self.ratio))
        height, width = (rows, round(rows * shape)) if columns / rows > shape else (round(columns / shape), columns)
        return (rows - height) // 2, (columns - width) // 2, height, width

    def __repr__(self) -> str:
        scale, ratio = (tuple(round(each, 4) for each in pair) for pair in (self.scale, self.ratio))
        return (
            f"{type(self).__name__}(size={self.size}, scale={scale}, ratio={ratio}, "
            f"interpolation={self.interpolation.value}, antialias={self.antialias})"
        )


def _both(size: Size) -> tuple[int, int]:
    """Height and width; one number is both."""
    height, width = (checked(size) * 2)[:2]
    return height, width
