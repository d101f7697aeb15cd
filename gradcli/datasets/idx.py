"""IDX files, in which MNIST and Fashion-MNIST are published: an array after a header, often gzipped.

The header: two zero bytes, a code for the type, the number of axes, and each axis' length as four bytes; all numbers
have their high byte first.
"""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradcli.datasets.folder import bad_file, find, unreadable
from gradcli.datasets.images import Images
from gradcli.errors import InputError
from gradcli.files import MOST_DATA, up_to

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MOST_AXES = 32
GZIP = b"\x1f\x8b"
BELOW = ("FashionMNIST/raw", "MNIST/raw", "raw", "fashion-mnist", "fashion", "mnist")
"""Where the files may lie in the data folder, if not in it; the first are torchvision's."""
TRAIN, TEST = "train", "t10k"
"""How the files of the two parts begin."""

DIGITS = tuple("0123456789")
FASHION = ("T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")
CLASSES = {"MNIST": DIGITS, "Fashion-MNIST": FASHION}

BEGINNINGS = {
    ("MNIST", TRAIN): (5, 0, 4, 1, 9, 2, 1, 3, 1, 4),
    ("MNIST", TEST): (7, 2, 1, 0, 4, 1, 4, 9, 5, 9),
    ("Fashion-MNIST", TRAIN): (9, 0, 0, 3, 0, 2, 7, 2, 5, 5),
    ("Fashion-MNIST", TEST): (9, 2, 1, 1, 6, 1, 4, 6, 5, 7),
}
"""The first labels: the files of the two have the same names, and nothing else in them tells which they are."""


def read_idx(path: Path) -> Any:
    """The array in an IDX file, gzipped or not. Raises InputError for a file that is missing, truncated or no IDX."""
    try:
        with path.open("rb") as raw:
            zipped = raw.read(2) == GZIP
            raw.seek(0)
            if not zipped:
                return _array(path, raw)
            with gzip.open(raw) as content:
                return _array(path, content)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise bad_file(path, f"is a damaged gzip file: {error}") from None
    except OSError as error:
        raise unreadable(path, error) from None


def read_mnist(folder: Path) -> tuple[Images, Images]:
    """The training and the test images of MNIST or Fashion-MNIST, which their first labels tell apart.

    Where those are neither's, it is Fashion-MNIST if "fashion" is in the files' path.

    Raises InputError for files that are missing, truncated, or do not belong together.
    """
    return read_part(folder, TRAIN), read_part(folder, TEST)


def has_part(folder: Path, part: str, below: tuple[str, ...] = BELOW) -> bool:
    """Whether the images of a part are in the folder, or in its subfolders `below`."""
    return _found(folder, f"{part}-images-idx3-ubyte", below) is not None


def read_part(folder: Path, part: str, below: tuple[str, ...] = BELOW) -> Images:
    """One of the two parts; as `read_mnist`."""
    image_path = _path(folder, f"{part}-images-idx3-ubyte", below)
    label_path = _path(folder, f"{part}-labels-idx1-ubyte", below)
    images, labels = read_idx(image_path), read_idx(label_path)
    if images.ndim != 3 or images.dtype != np.uint8:
        raise bad_file(image_path, f"holds {images.dtype} of shape {images.shape}, not grey images (uint8, three axes)")
    if labels.ndim != 1 or labels.dtype != np.uint8:
        raise bad_file(label_path, f"holds {labels.dtype} of shape {labels.shape}, not labels (uint8, one axis)")
    if len(labels) != len(images):
        raise bad_file(label_path, f"holds {len(labels)} labels for {len(images)} images in {image_path.name!r}")
    if not len(labels):
        raise bad_file(image_path, "holds no images")
    if labels.max() >= len(DIGITS):
        place = int(np.argmax(labels >= len(DIGITS)))
        raise bad_file(label_path, f"holds the label {labels[place]} at place {place}; labels go from 0 to 9")
    by_path = "Fashion-MNIST" if "fashion" in str(image_path.resolve()).lower() else "MNIST"
    name = recognised(labels, part) or by_path
    return Images(name, images[:, None], labels.astype(np.int64), CLASSES[name])


def recognised(labels: NDArray[Any], part: str) -> str | None:
    """The name of the data set whose part has these labels, as far as their beginning tells; None for any other."""
    first = tuple(labels[:10].tolist())
    return next((name for (name, its), known in BEGINNINGS.items() if its == part and known == first), None)


def _array(path: Path, file: Any) -> Any:
    start = file.read(4)
    if len(start) < 4 or start[:2] != b"\0\0" or start[2] not in TYPES or start[3] == 0:
        raise bad_file(
            path, "is not an IDX file", "an IDX file begins with two zero bytes, a type and a number of axes"
        )
    dtype, axes = np.dtype(TYPES[start[2]]), start[3]
    header = file.read(4 * axes)
    if len(header) < 4 * axes:
        raise bad_file(path, f"is truncated in the header of its {axes} axes")
    shape = tuple(int(length) for length in np.frombuffer(header, ">u4"))
    if axes > MOST_AXES or math.prod(filter(None, shape)) * dtype.itemsize > MOST_DATA:
        raise bad_file(path, f"tells of an array of {axes} axes, {shape[:4]}: more than {MOST_DATA:,} bytes")
    wanted = math.prod(shape) * dtype.itemsize
    content = up_to(file, wanted + 1)  # what is unpacked may go on for ever
    if len(content) < wanted:
        raise bad_file(path, f"is truncated: an array of {shape} has {wanted} bytes, the file has {len(content)}")
    if len(content) > wanted:
        raise bad_file(path, f"is too long: an array of {shape} has {wanted} bytes, the file has more")
    return np.frombuffer(content, dtype).reshape(shape).astype(dtype.newbyteorder("="))


def _found(folder: Path, name: str, below: tuple[str, ...]) -> Path | None:
    return find(folder, name, f"{name}.gz", below=below)


def _path(folder: Path, name: str, below: tuple[str, ...]) -> Path:
    found = _found(folder, name, below)
    if found is None:
        raise InputError(
            "data",
            f"the data folder {str(folder)!r} has no file {name!r}, gzipped or not",
            hint="MNIST and Fashion-MNIST are four files: images and labels (idx3, idx1) of train and t10k",
        )
    return found
