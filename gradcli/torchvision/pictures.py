"""Pictures as data sets give them: Pillow's where it is installed, otherwise our own, which are only looked at."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradcli import png
from gradcli.datasets.folder import bad_file, unreadable
from gradcli.errors import InputError
from gradcli.files import MOST_DATA

MODES = {2: "L", 3: "RGB"}
"""What Pillow calls grey values, and colours: by the number of axes."""


class Picture:
    """Bytes of shape (height, width), or (height, width, 3), with what tutorials ask of a Pillow image."""

    def __init__(self, pixels: NDArray[np.uint8]) -> None:
        self.pixels = pixels

    @property
    def mode(self) -> str:
        """L for grey values, RGB for colours."""
        return MODES[self.pixels.ndim]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.pixels.shape[1], self.pixels.shape[0]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.pixels, dtype) if copy in (None, True) else np.asarray(self.pixels, dtype)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"a picture has no {name!r} here: Pillow's have: pip install 'gradcli[pictures]'", name=name
        )

    def __getstate__(self) -> dict[str, Any]:
        return {"pixels": self.pixels}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.pixels = state["pixels"]

    def __repr__(self) -> str:
        return f"<PIL.Image.Image image mode={self.mode} size={self.size[0]}x{self.size[1]}>"


def picture(pixels: NDArray[np.uint8]) -> Any:
    """The picture of these bytes: (height, width) or (height, width, 3)."""
    made = _pillow()
    return Picture(pixels) if made is None else made.fromarray(pixels)


def is_picture(value: Any) -> bool:
    """Whether it is a picture of ours or of Pillow's."""
    return isinstance(value, Picture) or is_pillows(value)


def is_pillows(value: Any) -> bool:
    """Whether it is a picture of Pillow's."""
    pillow = sys.modules.get("PIL.Image")  # who has such a picture has imported it
    return pillow is not None and isinstance(value, pillow.Image)


def edited(image: Any, edit: Callable[[NDArray[np.uint8]], NDArray[np.uint8]]) -> Any:
    """The picture whose pixels `edit` makes of those of this one; of the same kind."""
    if not is_picture(image):
        raise TypeError(f"img should be PIL Image. Got {type(image)}")
    if image.mode not in MODES.values():
        raise NotImplementedError(f"a picture of mode {image.mode} is not changed here: img.convert('RGB') can be")
    pixels = np.ascontiguousarray(edit(np.array(image)))
    return Picture(pixels) if isinstance(image, Picture) else sys.modules["PIL.Image"].fromarray(pixels)


def read_picture(path: Path) -> Any:
    """The picture in a file, in colours. Without Pillow, only PNG files are read. Raises InputError."""
    pillow = _pillow()
    try:
        if pillow is not None:
            with pillow.open(path) as image:
                return image.convert("RGB")
        with path.open("rb") as file:
            return Picture(png.decode(file.read(MOST_DATA)))
    except png.PNGError as error:
        hint = "pip install 'gradcli[pictures]': other files than PNG need Pillow"
        raise InputError("missing-extra", f"{str(path)!r} {error}", hint=hint) from None
    except (OSError, SyntaxError, ValueError) as error:  # what Pillow raises for a damaged file
        if isinstance(error, OSError) and error.errno is not None:
            raise unreadable(path, error) from None
        raise bad_file(path, f"is no picture: {error}") from None


@cache
def _pillow() -> Any:
    try:
        from PIL import Image
    except ModuleNotFoundError:
        return None
    return Image
