"""Weights from files, and the folder that they are looked for in."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest

from gradcli.datasets import data_folder, digits, grey_images, read_tensors, using_folder, weights
from gradcli.datasets.folder import VARIABLE
from gradcli.errors import InputError

ARRAYS = {
    "a.weight": np.arange(6, dtype=np.float32).reshape(2, 3),
    "a.number": np.array(7, np.int64),
    "b": np.array([True, False]),
    "c": np.zeros((0, 2), np.float16),
}
CODES = {"float32": "F32", "int64": "I64", "bool": "BOOL", "float16": "F16"}


def safetensors(arrays, change=lambda header: header):
    header, body = {"__metadata__": {"format": "pt"}}, b""
    for name, array in arrays.items():
        offsets = [len(body), len(body) + array.nbytes]
        header[name] = {"dtype": CODES[array.dtype.name], "shape": array.shape, "data_offsets": offsets}
        body += array.tobytes()
    text = json.dumps(change(header)).encode()
    return len(text).to_bytes(8, "little") + text + body


def same(found):
    assert found.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert found[name].dtype == array.dtype
        assert np.array_equal(found[name], array)
        assert found[name].shape == array.shape


def test_both_kinds_of_file_are_read(tmp_path):
    (tmp_path / "one.safetensors").write_bytes(safetensors(ARRAYS))
    np.savez(tmp_path / "two.npz", **ARRAYS)
    same(read_tensors(tmp_path / "one.safetensors"))
    same(read_tensors(tmp_path / "two.npz"))
    with using_folder(str(tmp_path)):
        same(weights("one"))
        same(weights("two"))
        assert weights("three") is None


def changed(**entry):
    return lambda header: header | {"a.weight": header["a.weight"] | entry}


GOOD = safetensors(ARRAYS)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "its header does not fit into it"),
        (GOOD[:50], "its header does not fit into it"),
        (b"\xff" * 20, "its header does not fit into it"),
        (GOOD[:-1], "is truncated or damaged at"),
        (safetensors(ARRAYS, changed(data_offsets=[0, 20])), "damaged at 'a.weight': bytes 0 to 20"),
        (safetensors(ARRAYS, changed(data_offsets=[-24, 0])), "damaged at 'a.weight'"),
        (safetensors(ARRAYS, changed(dtype="F8_E4M3")), "holds 'a.weight' as F8_E4M3, which cannot be read"),
        (safetensors(ARRAYS, changed(shape="3")), "damaged at 'a.weight'"),
        (safetensors(ARRAYS, lambda _: [1]), "has no .safetensors header"),
        ((4).to_bytes(8, "little") + b"{{{{", "has no .safetensors header"),
    ],
)
def test_damaged_safetensors_are_named(tmp_path, content, message):
    path = tmp_path / "weights.safetensors"
    path.write_bytes(content)
    with pytest.raises(InputError, match=f"{path}.*{message}"):
        read_tensors(path)


def test_damaged_npz_are_named(tmp_path):
    path = tmp_path / "weights.npz"
    np.savez(path, **ARRAYS)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(InputError, match=f"{path}.*is damaged or no .npz file"):
        read_tensors(path)
    np.savez(path, a=np.array([{}], object))
    with pytest.raises(InputError, match=f"{path}.*is damaged or no .npz file"):
        read_tensors(path)


def test_the_folder_holds_within_its_block_only(tmp_path, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    with using_folder(str(tmp_path)):
        assert data_folder() == tmp_path
        with using_folder(None):
            assert os.environ[VARIABLE] == str(tmp_path)
    assert data_folder() is None
    assert np.array_equal(grey_images()[0].images, digits()[0].images)


@pytest.mark.parametrize(("name", "what"), [("nothing", "does not exist"), ("file", "is a file, not a folder")])
def test_a_wrong_folder_is_told(tmp_path, monkeypatch, name, what):
    monkeypatch.delenv(VARIABLE, raising=False)
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=what), using_folder(str(tmp_path / name)):
        pass
    assert VARIABLE not in os.environ


def test_a_given_folder_is_never_passed_over(tmp_path):
    with using_folder(str(tmp_path)), pytest.raises(InputError, match="has no file 'train-images-idx3-ubyte'"):
        grey_images()
