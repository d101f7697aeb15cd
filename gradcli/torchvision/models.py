"""`torchvision.models`: ResNet-18, with the names and the order of the parameters that published weights have.

K. He, X. Zhang, S. Ren and J. Sun (2016), "Deep Residual Learning for Image Recognition", table 1 and figure 5.
"""

from __future__ import annotations

import os
import warnings
from enum import Enum
from pathlib import Path
from typing import Any

from gradcli import datasets, torch
from gradcli.datasets.tensors import read_tensors
from gradcli.errors import InputError
from gradcli.torch import nn
from gradcli.torchvision.absent import absent_names

__all__ = ["ResNet", "ResNet18_Weights", "resnet18"]

__getattr__ = absent_names(__name__)


class ResNet18_Weights(Enum):  # noqa: N801  # torchvision's name
    """The published weights: read from the user's data folder, never downloaded."""

    IMAGENET1K_V1 = "resnet18"
    DEFAULT = IMAGENET1K_V1


class BasicBlock(nn.Module):
    """Two 3×3 convolutions around which the input takes a short cut; `downsample` gives it the shape of the result."""

    def __init__(self, inplanes: int, planes: int, stride: int = 1, downsample: nn.Module | None = None) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inplanes, planes, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(planes, planes, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.downsample = downsample

    def forward(self, x: Any) -> Any:
        shortcut = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return self.relu(out + shortcut)


class ResNet(nn.Module):
    """A convolution, four layers of two blocks each, the mean of every channel, and a linear head."""

    def __init__(self, num_classes: int = 1000) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = _layer(64, 64, 1)
        self.layer2 = _layer(64, 128, 2)
        self.layer3 = _layer(128, 256, 2)
        self.layer4 = _layer(256, 512, 2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(512, num_classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x: Any) -> Any:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(self.avgpool(x), 1))


def _layer(inplanes: int, planes: int, stride: int) -> nn.Sequential:
    shortcut = None
    if stride != 1 or inplanes != planes:
        convolution = nn.Conv2d(inplanes, planes, 1, stride=stride, bias=False)
        shortcut = nn.Sequential(convolution, nn.BatchNorm2d(planes))
    return nn.Sequential(BasicBlock(inplanes, planes, stride, shortcut), BasicBlock(planes, planes))


def resnet18(
    weights: Any = None,
    progress: bool = True,  # noqa: ARG001  # of a download
    *,
    num_classes: int = 1000,
    pretrained: bool | None = None,
) -> ResNet:
    """ResNet-18 with random weights, those of a file (.safetensors, .npz, or written by torch.save), or published ones.

    The published ones are `resnet18.safetensors` or `resnet18.npz` of the user's data folder. Raises InputError where
    there is neither. True, or pretrained=True, is how they were asked for at first.
    """
    if pretrained is not None:
        _deprecated(
            "The parameter 'pretrained' is deprecated since 0.13 and may be removed in the future, please use "
            "'weights' instead."
        )
        weights = pretrained
    if isinstance(weights, bool):
        weights = _as_enum(weights)
    network = ResNet(num_classes)
    if weights is not None:
        network.load_state_dict(_state(weights))
    return network


def _as_enum(pretrained: bool) -> ResNet18_Weights | None:
    """The weights that True and False stand for, with torchvision's warning."""
    weights = ResNet18_Weights.IMAGENET1K_V1 if pretrained else None
    message = (
        "Arguments other than a weight enum or `None` for 'weights' are deprecated since 0.13 and may be removed in "
        f"the future. The current behavior is equivalent to passing `weights={weights}`."
    )
    if pretrained:
        message += " You can also use `weights=ResNet18_Weights.DEFAULT` to get the most up-to-date weights."
    _deprecated(message)
    return weights


def _deprecated(message: str) -> None:
    warnings.warn(message, UserWarning, stacklevel=3)


def _state(weights: Any) -> dict[str, Any]:
    """The parameters by name."""
    if isinstance(weights, ResNet18_Weights) or weights in ResNet18_Weights.__members__:
        arrays = datasets.weights(ResNet18_Weights.DEFAULT.value)
        if arrays is None:
            raise InputError(
                "data",
                "the published weights of ResNet-18 are not downloaded here, and no data folder has them",
                hint="--data DIR (or the variable GRADCLI_DATA) names the folder with resnet18.safetensors or "
                "resnet18.npz; weights=None gives random ones",
            )
    elif isinstance(weights, (str, os.PathLike)):
        path = Path(weights)
        if path.suffix not in (".safetensors", ".npz"):
            return torch.load(path)  # type: ignore[no-any-return]  # which reads weights only
        arrays = read_tensors(path)
    else:
        raise TypeError(f"weights must be None, ResNet18_Weights.DEFAULT or a file, not {type(weights).__name__}")
    return {name: torch.from_numpy(array) for name, array in arrays.items()}
