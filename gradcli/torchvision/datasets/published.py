"""MNIST, Fashion-MNIST and CIFAR-10 in the files in which they are published."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from gradcli import torch
from gradcli.datasets import cifar, idx
from gradcli.datasets.folder import data_folder
from gradcli.datasets.images import Images
from gradcli.errors import InputError
from gradcli.torchvision.datasets.vision import Transform, VisionDataset
from gradcli.torchvision.pictures import picture


class _Published(VisionDataset):
    """A part of a data set, read from the folder `root` or else from the user's data folder.

    `download=True` is accepted as far as the files are there.
    """

    classes: ClassVar[list[str]]

    def __init__(
        self,
        root: str | Path | None = None,
        train: bool = True,
        transform: Transform = None,
        target_transform: Transform = None,
        download: bool = False,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.train = train
        self._keep(self._read(self._folder(download)))

    def _folder(self, download: bool) -> Path:
        """Where the files are. Raises InputError, which says where they may be."""
        given = None if self.root is None else Path(self.root)
        for folder in (given, data_folder()):
            if folder is not None and self._is_in(folder):
                return folder
        where = f" in {str(self.root)!r}, nor" if self.root is not None else ""
        why = "download=True downloads nothing here, and there" if download else "There"
        name = type(self).__name__
        raise InputError(
            "data",
            f"{why} are no files of {name}{where} in a data folder",
            hint=f"--data DIR (or the variable GRADCLI_DATA) names the folder with the published files of {name}; "
            f"without any, {self._instead} has small pictures",
        )

    _instead: ClassVar[str]

    def _is_in(self, folder: Path) -> bool:
        raise NotImplementedError

    def _read(self, folder: Path) -> Images:
        raise NotImplementedError

    def _keep(self, images: Images) -> None:
        raise NotImplementedError

    @property
    def class_to_idx(self) -> dict[str, int]:
        """The number of each class."""
        return {name: number for number, name in enumerate(self.classes)}

    def extra_repr(self) -> str:
        return f"Split: {'Train' if self.train else 'Test'}"


class MNIST(_Published):
    """70,000 handwritten digits of 28×28 grey pixels."""

    classes: ClassVar[list[str]] = [
        f"{digit} - {word}" for digit, word in enumerate("zero one two three four five six seven eight nine".split())
    ]
    _name: ClassVar[str] = "MNIST"
    _below: ClassVar[tuple[str, ...]] = ("MNIST/raw", "mnist", "raw")
    _instead = "gradcli.datasets.grey_images()"

    data: Any
    targets: Any

    @property
    def _part(self) -> str:
        return idx.TRAIN if self.train else idx.TEST

    def _is_in(self, folder: Path) -> bool:
        return idx.has_part(folder, self._part, self._below)

    def _told_by_name(self, folder: Path) -> str | None:
        """Whose files those are that no labels tell, by the name of their folder: this one's if that has both."""
        parts = {part.replace("-", "").lower() for part in folder.resolve().parts[-2:]}
        named = [name for name in idx.CLASSES if name.replace("-", "").lower() in parts]
        return self._name if self._name in named else next(iter(named), None)

    def _read(self, folder: Path) -> Images:
        images = idx.read_part(folder, self._part, self._below)
        known = idx.recognised(images.labels, self._part) or self._told_by_name(folder)
        if known not in (None, self._name):
            raise InputError("data", f"the files in {str(folder)!r} are those of {known}, not of {self._name}")
        return images

    def _keep(self, images: Images) -> None:
        self.data, self.targets = torch.from_numpy(images.images[:, 0].copy()), torch.from_numpy(images.labels)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        return self.transformed(picture(self.data[index].numpy()), int(self.targets[index]))

    def __len__(self) -> int:
        return len(self.data)


class FashionMNIST(MNIST):
    """70,000 pieces of clothing of 28×28 grey pixels."""

    classes: ClassVar[list[str]] = [
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ]  # fmt: skip
    _name = "Fashion-MNIST"
    _below: ClassVar[tuple[str, ...]] = ("FashionMNIST/raw", "fashion-mnist", "fashion", "raw")


class CIFAR10(_Published):
    """60,000 pictures of 32×32 pixels in colours."""

    classes: ClassVar[list[str]] = list(cifar.CLASSES)
    _instead = "gradcli.datasets.colour_images()"

    data: Any
    targets: list[int]

    def _is_in(self, folder: Path) -> bool:
        return cifar.has_part(folder, train=self.train)

    def _read(self, folder: Path) -> Images:
        return cifar.read_part(folder, train=self.train)

    def _keep(self, images: Images) -> None:
        self.data, self.targets = np.ascontiguousarray(images.images.transpose(0, 2, 3, 1)), images.labels.tolist()

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        return self.transformed(picture(self.data[index]), self.targets[index])

    def __len__(self) -> int:
        return len(self.data)
