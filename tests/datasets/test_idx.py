"""MNIST's and Fashion-MNIST's files, as published and damaged."""

from __future__ import annotations

import gzip
import struct

import numpy as np
import pytest

from gradcli.datasets import grey_images, read_idx, read_mnist, using_folder
from gradcli.errors import InputError

CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def idx(array):
    code = CODES[array.dtype.str[1:]]
    header = struct.pack(f">HBB{array.ndim}I", 0, code, array.ndim, *array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


def publish(folder, *, suffix="", images=12, labels=None):
    """The four files, with `images` pictures in each part."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    for part in ("train", "t10k"):
        pictures = rng.integers(0, 256, (images, 28, 28), np.uint8)
        numbers = np.arange(images if labels is None else labels, dtype=np.uint8) % 10
        for name, array in (("images-idx3", pictures), ("labels-idx1", numbers)):
            content = idx(array)
            path = folder / f"{part}-{name}-ubyte{suffix}"
            path.write_bytes(gzip.compress(content, mtime=0) if suffix else content)
    return folder


@pytest.mark.parametrize("dtype", CODES)
@pytest.mark.parametrize("shape", [(5,), (2, 3), (2, 1, 4), (0, 3)])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_arrays_are_read_back(tmp_path, dtype, shape, pack):
    array = np.arange(np.prod(shape)).astype(dtype).reshape(shape)
    path = tmp_path / "array"
    path.write_bytes(pack(idx(array)))
    found = read_idx(path)
    assert found.dtype == array.dtype
    assert np.array_equal(found, array)


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize(
    ("place", "name"), [(".", "MNIST"), ("MNIST/raw", "MNIST"), ("FashionMNIST/raw", "Fashion-MNIST")]
)
def test_the_folder_is_read_as_it_is_published(tmp_path, suffix, place, name):
    publish(tmp_path / place, suffix=suffix)
    train, test = read_mnist(tmp_path)
    assert train.name == test.name == name
    assert train.images.shape == (12, 1, 28, 28)
    assert train.labels.tolist() == [*range(10), 0, 1]
    assert not np.array_equal(train.images, test.images)
    with using_folder(str(tmp_path)):
        assert np.array_equal(grey_images()[1].images, test.images)


@pytest.mark.parametrize(
    ("first", "name", "lowest"),
    [((9, 0, 0, 3, 0, 2, 7, 2, 5, 5), "Fashion-MNIST", "T-shirt"), ((5, 0, 4, 1, 9, 2, 1, 3, 1, 4), "MNIST", "0")],
)
def test_the_first_labels_tell_which_of_the_two_it_is(tmp_path, first, name, lowest):
    place = tmp_path / ("mnist" if name == "Fashion-MNIST" else "fashion")
    publish(place, images=11)
    (place / "train-labels-idx1-ubyte").write_bytes(idx(np.array([*first, 0], np.uint8)))
    train, _ = read_mnist(tmp_path)
    assert (train.name, train.classes[0]) == (name, lowest)


GOOD = idx(np.arange(6, dtype=np.uint8).reshape(2, 3))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not an IDX file"),
        (b"\0\0\x08", "is not an IDX file"),
        (b"PK\x03\x04 a zip archive", "is not an IDX file"),
        (b"\0\0\x07\x01\0\0\0\0", "is not an IDX file"),
        (GOOD[:7], "is truncated in the header of its 2 axes"),
        (GOOD[:-1], r"is truncated: an array of \(2, 3\) has 6 bytes, the file has 5"),
        (GOOD + b"x", "is too long"),
        (b"\0\0\x08\x02" + b"\xff" * 8, "tells of an array of"),
        (gzip.compress(GOOD, mtime=0)[:-4], "is a damaged gzip file"),
        (gzip.compress(GOOD, mtime=0)[:12], "is a damaged gzip file"),
        (b"\x1f\x8b nonsense", "is a damaged gzip file"),
    ],
)
def test_damaged_files_are_named(tmp_path, content, message):
    path = tmp_path / "array"
    path.write_bytes(content)
    with pytest.raises(InputError, match=f"{path}.*{message}") as caught:
        read_idx(path)
    assert caught.value.code == "data"


def test_a_missing_file_is_named(tmp_path):
    publish(tmp_path)
    (tmp_path / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(InputError, match="has no file 't10k-labels-idx1-ubyte', gzipped or not"):
        read_mnist(tmp_path)
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_idx(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("train-images-idx3", np.zeros((12, 784), np.uint8), r"uint8 of shape \(12, 784\), not grey images"),
        ("train-images-idx3", np.zeros((12, 28, 28), np.float32), "holds float32"),
        ("train-labels-idx1", np.zeros((12, 1), np.uint8), "not labels"),
        ("train-labels-idx1", np.zeros(11, np.uint8), "holds 11 labels for 12 images"),
        ("t10k-labels-idx1", np.full(12, 10, np.uint8), "holds the label 10 at place 0"),
    ],
)
def test_files_that_do_not_belong_are_named(tmp_path, name, array, message):
    publish(tmp_path)
    path = tmp_path / f"{name}-ubyte"
    path.write_bytes(idx(array))
    with pytest.raises(InputError, match=f"{path}.*{message}"):
        read_mnist(tmp_path)


def test_no_images_are_no_data_set(tmp_path):
    with pytest.raises(InputError, match="holds no images"):
        read_mnist(publish(tmp_path, images=0))
