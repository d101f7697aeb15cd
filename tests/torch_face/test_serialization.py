"""`torch.save` and `torch.load`: what was saved comes back, and no pickle is ever read."""

from __future__ import annotations

import io
import math
import pickle
import zipfile
from collections import Counter, OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gradcli import torch


def again(value: Any) -> Any:
    file = io.BytesIO()
    torch.save(value, file)
    file.seek(0)
    return torch.load(file, weights_only=True)


@pytest.mark.parametrize(
    "value",
    [
        None, True, 3, 2**70, 0.1, -0.0, math.inf, "text é", [], [1, [2.0, "a"]], (1, (2,)), {}, {"a": {1: (2, 3)}},
        {(1, 2): 3}, OrderedDict(b=1, a=2), Counter("aab"), torch.Size([2, 3]), torch.float64, 1 + 2j,
    ],
    ids=repr,
)  # fmt: skip
def test_plain_values_come_back(value: Any) -> None:
    back = again(value)
    assert (back, type(back), repr(back)) == (value, type(value), repr(value))


def test_nan_comes_back() -> None:
    assert math.isnan(again(math.nan))


def test_numpy_numbers_and_arrays_stay_what_they_are() -> None:
    number, array, same = again([np.float32(0.5), *[np.arange(6).reshape(2, 3)] * 2])
    assert type(number) is np.float32
    assert array.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert array is same


def test_sets_are_saved() -> None:
    assert again({"a": {1, 2}, "b": frozenset("x")}) == {"a": {1, 2}, "b": frozenset("x")}


@pytest.mark.parametrize(
    "dtype",
    "bool uint8 int8 int16 int32 int64 float16 float32 float64 complex64 complex128".split(),
)
@pytest.mark.parametrize("shape", [(), (0,), (2, 3)])
def test_tensors_come_back(dtype: str, shape: tuple[int, ...]) -> None:
    tensor = torch.from_numpy(np.arange(math.prod(shape)).reshape(shape).astype(dtype))
    back = again(tensor)
    assert (back.dtype, back.shape, back.tolist()) == (tensor.dtype, tensor.shape, tensor.tolist())


def test_what_needs_a_gradient_does_so_again() -> None:
    leaf = torch.ones(2, requires_grad=True)
    back = again([leaf, leaf * 2, leaf.detach()])
    assert [x.requires_grad for x in back] == [True, True, False]
    assert all(x.is_leaf for x in back)


def test_views_come_back() -> None:
    x = torch.arange(6.0).reshape(2, 3)
    assert again(x.t()).tolist() == x.t().tolist()
    assert again(x[:, ::2]).tolist() == x[:, ::2].tolist()


def test_one_tensor_in_two_places_stays_one() -> None:
    x = torch.ones(1)
    back = again({"a": x, "b": [x], "c": x.clone()})
    assert back["a"] is back["b"][0]
    assert back["a"] is not back["c"]


def test_parameters_stay_parameters() -> None:
    back = again(torch.nn.Parameter(torch.ones(2)))
    assert type(back) is torch.nn.Parameter
    assert back.requires_grad


def test_files_are_archives_that_numpy_reads(tmp_path: Path) -> None:
    torch.save({"w": torch.arange(3.0)}, tmp_path / "w.pt")
    with np.load(tmp_path / "w.pt", allow_pickle=False) as archive:
        assert archive["tensors/0"].tolist() == [0.0, 1.0, 2.0]
    assert torch.load(str(tmp_path / "w.pt"), map_location="cpu")["w"].tolist() == [0.0, 1.0, 2.0]


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (object(), "the object is a object"),
        ({"a": [1, {object}]}, r"the object\['a'\]\[1\]\[0\] is a type"),
        (np.array(["a"]), "the object is one of <U1"),
    ],
)
def test_what_cannot_be_saved_is_named(value: Any, place: str) -> None:
    with pytest.raises(TypeError, match=place):
        torch.save(value, io.BytesIO())


def test_a_whole_optimiser_is_refused_with_advice() -> None:
    with pytest.raises(TypeError, match=r"is a SGD; save its state_dict\(\)"):
        torch.save(torch.optim.SGD([torch.ones(1)]), io.BytesIO())


class Trap:
    """What a pickle may do to its reader."""

    def __reduce__(self) -> Any:
        return pytest.fail, ("the pickle was run",)


def zipped(**entries: bytes) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("_", "/").replace("DOT", "."), content)
    return file


def object_array() -> bytes:
    file = io.BytesIO()
    np.save(file, np.array([Trap()], object), allow_pickle=True)
    return file.getvalue()


TREE = b'{"version": 1, "object": ["tensor", 0, false]}'


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (io.BytesIO(pickle.dumps(Trap())), "an old PyTorch file or another pickle"),
        (zipped(archive_dataDOTpkl=pickle.dumps(Trap())), "a pickle in a zip archive, as PyTorch writes it"),
        (zipped(aDOTtxt=b""), r"a zip archive without tree\.json"),
        (zipped(treeDOTjson=b'{"version": 9}'), "of version 9"),
        (zipped(treeDOTjson=b"{"), "damaged"),
        (zipped(treeDOTjson=b"[]"), "damaged"),
        (zipped(treeDOTjson=TREE), "damaged"),
        (zipped(treeDOTjson=TREE, tensors_0DOTnpy=object_array()), "damaged.*Python objects"),
        (zipped(treeDOTjson=b'{"version": 1, "object": ["system", "ls"]}'), "damaged"),
        (zipped(treeDOTjson=b'{"version": 1, "object": ["dtype", "object"]}'), "damaged"),
    ],
)
@pytest.mark.parametrize("weights_only", [None, True, False])
def test_other_files_are_refused(file: io.BytesIO, words: str, weights_only: bool | None) -> None:
    file.seek(0)
    with pytest.raises(RuntimeError, match=words) as caught:
        torch.load(file, weights_only=weights_only)
    assert "It does not read pickles" in str(caught.value)


def test_arguments_that_are_not_supported_are_named() -> None:
    with pytest.raises(NotImplementedError, match="mmap"):
        torch.load(io.BytesIO(), mmap=True)
    with pytest.raises(NotImplementedError, match="pickle_module"):
        torch.save(1, io.BytesIO(), pickle)


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError):
        torch.load("not-there.pt")
