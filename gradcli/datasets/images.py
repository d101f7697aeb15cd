"""What a data set of labelled images is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Images:
    """Labelled images.

    name     of the data set, for people
    images   (number, channels, height, width), from 0 (dark) to 255
    labels   (number,), each the index of a class
    classes  their names
    """

    name: str
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)

    def select(self, which: slice | NDArray[Any]) -> Images:
        """Some of the images, with their labels."""
        return Images(self.name, self.images[which], self.labels[which], self.classes)
