"""The data sets of the tutorials, as NumPy arrays: embedded ones, or the real ones in a folder that the user names.

`grey_images()` and `colour_images()` give `(train, test)`. The folder is that of `gradcli scenario --data DIR`, or of
the environment variable GRADCLI_DATA.
"""

from __future__ import annotations

from gradcli.datasets.choice import colour_images, grey_images, weights
from gradcli.datasets.cifar import read_cifar10
from gradcli.datasets.digits import digits
from gradcli.datasets.folder import data_folder, using_folder
from gradcli.datasets.idx import read_idx, read_mnist
from gradcli.datasets.images import Images
from gradcli.datasets.shapes import shapes
from gradcli.datasets.tensors import read_tensors

__all__ = [
    "Images",
    "colour_images",
    "data_folder",
    "digits",
    "grey_images",
    "read_cifar10",
    "read_idx",
    "read_mnist",
    "read_tensors",
    "shapes",
    "using_folder",
    "weights",
]
