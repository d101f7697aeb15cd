"""A folder of pictures in files, with a folder for each class."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from gradcli.torchvision.datasets.vision import Transform, VisionDataset
from gradcli.torchvision.pictures import read_picture

ENDINGS = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")


class ImageFolder(VisionDataset):
    """The classes are the folders in `root` in alphabetical order; all pictures in and below one are of its class."""

    def __init__(
        self,
        root: str | Path,
        transform: Transform = None,
        target_transform: Transform = None,
        loader: Callable[[str], Any] | None = None,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        folder = Path(root)
        self.loader = loader or (lambda path: read_picture(Path(path)))
        self.classes = sorted(entry.name for entry in folder.iterdir() if entry.is_dir())
        if not self.classes:
            raise FileNotFoundError(f"Couldn't find any class folder in {root}.")
        self.class_to_idx = {name: number for number, name in enumerate(self.classes)}
        self.samples = [
            (str(path), number)
            for name, number in self.class_to_idx.items()
            for path in sorted((folder / name).rglob("*"))
            if path.suffix.lower() in ENDINGS
        ]
        empty = set(self.classes) - {self.classes[number] for _, number in self.samples}
        if empty:
            raise FileNotFoundError(
                f"Found no valid file for the classes {', '.join(sorted(empty))}. "
                f"Supported extensions are: {', '.join(ENDINGS)}"
            )
        self.imgs, self.targets = self.samples, [number for _, number in self.samples]

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        path, target = self.samples[index]
        return self.transformed(self.loader(path), target)

    def __len__(self) -> int:
        return len(self.samples)
