"""CIFAR-10's "python version": pickles of a dictionary with an array of pixels and a list of labels.

A pickle may name any function, which reading it would call: `pickles.py` reads these without running anything.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from gradcli.datasets.folder import bad_file, find, unreadable
from gradcli.datasets.images import Images
from gradcli.datasets.pickles import ARRAY, ForbiddenError, Made, PickleError, read_pickle
from gradcli.errors import InputError

BELOW = ("cifar-10-batches-py",)
BATCHES = tuple(f"data_batch_{number}" for number in range(1, 6))
TEST = "test_batch"
SHAPE = (3, 32, 32)
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
MOST_BYTES = 64 * 2**20  # a published batch has 30 MB


def read_cifar10(folder: Path) -> tuple[Images, Images]:
    """The 50,000 training and 10,000 test images. Raises InputError for missing, truncated and other files."""
    return read_part(folder, train=True), read_part(folder, train=False)


def has_part(folder: Path, *, train: bool) -> bool:
    """Whether the first file of a part is in the folder."""
    return find(folder, BATCHES[0] if train else TEST, below=BELOW) is not None


def read_part(folder: Path, *, train: bool) -> Images:
    """One of the two parts; as `read_cifar10`."""
    return _joined([_batch(_path(folder, name)) for name in (BATCHES if train else (TEST,))])


def _joined(parts: list[Images]) -> Images:
    images = np.concatenate([part.images for part in parts])
    return Images("CIFAR-10", images, np.concatenate([part.labels for part in parts]), CLASSES)


def _path(folder: Path, name: str) -> Path:
    found = find(folder, name, below=BELOW)
    if found is None:
        archive = find(folder, "cifar-10-python.tar.gz")
        hint = f"unpack {str(archive)!r}" if archive else "CIFAR-10 is data_batch_1 to data_batch_5 and test_batch"
        raise InputError("data", f"the data folder {str(folder)!r} has no file {name!r}", hint=hint)
    return found


def _batch(path: Path) -> Images:
    fields = _unpickled(path)
    if not isinstance(fields, dict):
        raise bad_file(path, "is not a CIFAR-10 batch: it holds no dictionary")
    named = {key.decode("latin-1") if isinstance(key, bytes) else key: value for key, value in fields.items()}
    pixels, labels = named.get("data"), named.get("labels")
    if not (isinstance(pixels, Made) and pixels.kind == ARRAY) or not isinstance(labels, list):
        raise bad_file(path, "is not a CIFAR-10 batch: it lacks an array 'data' or a list 'labels'")
    images = _images(path, pixels)
    if len(labels) != len(images):
        raise bad_file(path, f"holds {len(labels)} labels for {len(images)} images")
    for place, label in enumerate(labels):
        if type(label) is not int or not 0 <= label < len(CLASSES):
            shown = label if isinstance(label, int) else f"of type {type(label).__name__}"
            raise bad_file(path, f"holds the label {shown} at place {place}; labels go from 0 to 9")
    return Images("CIFAR-10", images, np.array(labels, np.int64), CLASSES)


def _images(path: Path, pixels: Made) -> Any:
    """The pixels as (number, 3, 32, 32), of the state that NumPy gives an array: shape, dtype, order and bytes."""
    match pixels.state:
        case (
            _,
            (int() as number, int() as length),
            Made("numpy.dtype", ("u1" | b"u1", *_)),
            bool() | int() as by_column,
            bytes() as content,
        ):
            pass
        case _:
            raise bad_file(path, "is not a CIFAR-10 batch: 'data' is no matrix of bytes")
    if length != np.prod(SHAPE) or number < 1 or len(content) != number * length or by_column:
        raise bad_file(
            path, f"holds pixels of shape ({number}, {length}) in {len(content)} bytes, not rows of 3072 bytes"
        )
    return np.frombuffer(content, np.uint8).reshape(number, *SHAPE)


def _unpickled(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise unreadable(path, error) from None
    if len(content) > MOST_BYTES:
        raise bad_file(path, f"is larger than {MOST_BYTES // 2**20} MB: no CIFAR-10 batch")
    try:
        return read_pickle(content)
    except ForbiddenError as found:
        raise bad_file(path, f"is not a CIFAR-10 batch: its pickle names {found}, which is not run") from None
    except PickleError as error:
        raise bad_file(path, f"is truncated or no pickle of data: {error}") from None
