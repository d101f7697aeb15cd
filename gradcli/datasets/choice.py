"""Which data a tutorial gets: the user's if there is a data folder, embedded or drawn ones otherwise."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from gradcli.datasets.cifar import read_cifar10
from gradcli.datasets.digits import digits
from gradcli.datasets.folder import data_folder, find
from gradcli.datasets.idx import read_mnist
from gradcli.datasets.images import Images
from gradcli.datasets.shapes import shapes
from gradcli.datasets.tensors import read_tensors


def grey_images() -> tuple[Images, Images]:
    """Training and test images with one channel, in 10 classes: (Fashion-)MNIST of the data folder, or `digits()`."""
    folder = data_folder()
    return digits() if folder is None else read_mnist(folder)


def colour_images() -> tuple[Images, Images]:
    """Training and test images with 3 channels, 32×32, in 10 classes: CIFAR-10 of the data folder, or `shapes()`."""
    folder = data_folder()
    return shapes() if folder is None else read_cifar10(folder)


def weights(name: str) -> dict[str, NDArray[Any]] | None:
    """The arrays in NAME.safetensors, or else NAME.npz, of the data folder, by name; None if it has neither."""
    folder = data_folder()
    path = None if folder is None else find(folder, f"{name}.safetensors", f"{name}.npz")
    return None if path is None else read_tensors(path)
