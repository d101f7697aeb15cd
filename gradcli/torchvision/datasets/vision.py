"""What the data sets have in common: transforms, and how they are printed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gradcli.torch.utils.data import Dataset

Transform = Callable[[Any], Any] | None


class VisionDataset(Dataset[tuple[Any, Any]]):
    """Pictures with their labels: a subclass defines `__getitem__` and `__len__`."""

    def __init__(
        self, root: str | Path | None = None, *, transform: Transform = None, target_transform: Transform = None
    ) -> None:
        self.root = os.path.expanduser(root) if isinstance(root, str) else root  # noqa: PTH111  # a text stays one
        self.transform, self.target_transform = transform, target_transform

    def transformed(self, image: Any, target: Any) -> tuple[Any, Any]:
        """Both, after their transforms."""
        image = image if self.transform is None else self.transform(image)
        return image, target if self.target_transform is None else self.target_transform(target)

    def extra_repr(self) -> str:
        """A line more about the data set."""
        return ""

    def __len__(self) -> int:
        raise NotImplementedError

    def __repr__(self) -> str:
        lines = [f"Number of datapoints: {len(self)}", f"Root location: {self.root}", *self.extra_repr().splitlines()]
        if self.transform is not None or self.target_transform is not None:
            lines.append("StandardTransform")
        lines = [f"Dataset {type(self).__name__}", *(f"    {line}" for line in lines)]
        for head, transform in (("Transform: ", self.transform), ("Target transform: ", self.target_transform)):
            if transform is not None:
                lines.append((head + repr(transform)).replace("\n", "\n" + " " * len(head)))
        return "\n".join(lines)
