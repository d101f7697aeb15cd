"""CIFAR-10's batches: as Python 2 and Python 3 write them, damaged, and malicious."""

from __future__ import annotations

import os
import pickle
import struct

import numpy as np
import pytest

from gradcli.datasets import colour_images, read_cifar10, using_folder
from gradcli.datasets.cifar import BATCHES, MOST_BYTES
from gradcli.errors import InputError

RNG = np.random.default_rng(0)
PIXELS = RNG.integers(0, 256, (7, 3072), np.uint8)
LABELS = [3, 9, 0, 1, 5, 2, 7]


def python2(pixels, labels):
    """The pickle of {'data': pixels, 'labels': labels} as Python 2 and its NumPy write it."""

    def text(content):
        return b"U" + bytes([len(content)]) + content

    shape = b"J" + struct.pack("<i", len(pixels)) + b"M\x00\x0c\x86"
    dtype = b"cnumpy\ndtype\n" + text(b"u1") + b"K\x00K\x01\x87R(K\x03" + text(b"|") + b"NNN" + b"J\xff\xff\xff\xff" * 2
    content = pixels.tobytes()
    return b"".join(
        [
            b"\x80\x02}(",
            text(b"data"),
            b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85" + text(b"b") + b"\x87R",
            b"(K\x01" + shape + dtype + b"K\x00tb\x89T" + struct.pack("<i", len(content)) + content + b"tb",
            text(b"labels"),
            b"](" + b"".join(b"K" + bytes([label]) for label in labels) + b"e",
            b"u.",
        ]
    )


def python3(protocol):
    return lambda pixels, labels: pickle.dumps({b"data": pixels, b"labels": labels}, protocol)


def publish(folder, write=None):
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*BATCHES, "test_batch"):
        (folder / name).write_bytes((write or python3(2))(PIXELS, LABELS))
    return folder


@pytest.mark.parametrize("place", [".", "cifar-10-batches-py"])
@pytest.mark.parametrize("write", [python2, *map(python3, (0, 1, 2, 3, 4))])
def test_the_folder_is_read_as_it_is_published(tmp_path, place, write):
    publish(tmp_path / place, write)
    with using_folder(str(tmp_path)):
        train, test = colour_images()
    assert train.images.shape == (35, 3, 32, 32)
    assert np.array_equal(test.images, PIXELS.reshape(7, 3, 32, 32))
    assert test.labels.tolist() == LABELS
    assert train.labels.tolist() == LABELS * 5
    assert test.classes[3] == "cat"


class Malicious:
    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize(
    ("malicious", "name"),
    [
        (Malicious(os.mkdir, "harm"), "mkdir"),
        (Malicious(eval, "__import__('os').mkdir('harm')"), "eval"),
        (Malicious(np.save, "harm", 1), "save"),
        (Malicious(getattr, "os", "mkdir"), "getattr"),
    ],
)
def test_nothing_in_a_pickle_is_run(tmp_path, monkeypatch, malicious, name):
    monkeypatch.chdir(tmp_path)
    path = publish(tmp_path) / "data_batch_3"
    path.write_bytes(pickle.dumps({b"data": malicious, b"labels": []}, 2))
    with pytest.raises(InputError, match=f"{path}.*names .*{name}, which is not run"):
        read_cifar10(tmp_path)
    assert not list(tmp_path.glob("harm*"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is truncated or no pickle"),
        (b"hello", "is truncated or no pickle"),
        (python2(PIXELS, LABELS)[:-1], "is truncated or no pickle"),
        (python2(PIXELS, LABELS)[:9000], "is truncated or no pickle"),
        (pickle.dumps([1, 2]), "holds no dictionary"),
        (pickle.dumps({}), "lacks an array 'data' or a list 'labels'"),
        (pickle.dumps({b"data": PIXELS}), "lacks"),
        (pickle.dumps({b"data": [1], b"labels": LABELS}), "lacks"),
        (python3(2)(PIXELS[:, :100], LABELS), r"shape \(7, 100\)"),
        (python3(2)(PIXELS.astype(np.int16), LABELS), "no matrix of bytes"),
        (python3(2)(PIXELS.reshape(-1), LABELS), "no matrix of bytes"),
        (python3(2)(np.asfortranarray(PIXELS), LABELS), "not rows of 3072 bytes"),
        (python2(PIXELS[:0], []), "not rows"),
        (python3(2)(PIXELS, LABELS[:-1]), "holds 6 labels for 7 images"),
        (python3(2)(PIXELS, [*LABELS[:-1], 10]), "holds the label 10 at place 6"),
        (python3(2)(PIXELS, [*LABELS[:-1], "cat"]), "holds the label of type (str|bytes) at place 6"),
        (b"x" * (MOST_BYTES + 1), "is larger than 64 MB"),
    ],
)
def test_damaged_files_are_named(tmp_path, content, message):
    path = publish(tmp_path) / "test_batch"
    path.write_bytes(content)
    with pytest.raises(InputError, match=f"{path}.*{message}"):
        read_cifar10(tmp_path)


def test_a_missing_file_is_named(tmp_path):
    publish(tmp_path)
    (tmp_path / "data_batch_4").unlink()
    with pytest.raises(InputError, match="has no file 'data_batch_4'"):
        read_cifar10(tmp_path)


def test_the_archive_has_to_be_unpacked(tmp_path):
    (tmp_path / "cifar-10-python.tar.gz").touch()
    with pytest.raises(InputError) as caught:
        read_cifar10(tmp_path)
    assert caught.value.hint == f"unpack '{tmp_path / 'cifar-10-python.tar.gz'}'"
