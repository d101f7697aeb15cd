"""`torchvision.transforms.v2`: the transforms that are the same there. Those that make a `tv_tensors.Image` are not."""

from __future__ import annotations

from gradcli.torchvision.absent import absent_names
from gradcli.torchvision.transforms import (
    CenterCrop,
    Compose,
    Grayscale,
    InterpolationMode,
    Normalize,
    PILToTensor,
    RandomCrop,
    RandomHorizontalFlip,
    Resize,
)

__all__ = [
    "CenterCrop", "Compose", "Grayscale", "InterpolationMode", "Normalize", "PILToTensor", "RandomCrop",
    "RandomHorizontalFlip", "Resize",
]  # fmt: skip

__getattr__ = absent_names(__name__)
