"""`torchvision.datasets`: pictures of files that the user has. Nothing is downloaded."""

from __future__ import annotations

from gradcli.torchvision.absent import absent_names
from gradcli.torchvision.datasets.folder import ImageFolder as ImageFolder
from gradcli.torchvision.datasets.published import CIFAR10 as CIFAR10
from gradcli.torchvision.datasets.published import MNIST as MNIST
from gradcli.torchvision.datasets.published import FashionMNIST as FashionMNIST
from gradcli.torchvision.datasets.vision import VisionDataset as VisionDataset

__all__ = ["CIFAR10", "MNIST", "FashionMNIST", "ImageFolder", "VisionDataset"]

__getattr__ = absent_names(__name__)
