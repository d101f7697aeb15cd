"""The values of --at and --let: assignments, expressions, files."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gradcli.engine import methods
from gradcli.engine.random import Generator
from gradcli.errors import InputError
from gradcli.lang.creation import Maker
from gradcli.lang.values import read_values

methods.attach()


def read(*texts: str, dtype: type = np.float64) -> dict[str, Any]:
    values = read_values(texts, "--at", Maker(Generator(0), np.dtype(dtype)))
    return {name: array.tolist() for name, array in values.items()}


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["x=0"], {"x": 0.0}),
        (["x=0, y=[1,2]"], {"x": 0.0, "y": [1.0, 2.0]}),
        (["x = 2*pi/2", "y=-1"], {"x": np.pi, "y": -1.0}),
        (["x=[[0,0],[1,2]]"], {"x": [[0.0, 0.0], [1.0, 2.0]]}),
        (["a=ones(2, 2), b=full([2], 3)"], {"a": [[1.0, 1.0], [1.0, 1.0]], "b": [3.0, 3.0]}),
        (["x=linspace(0, 1, steps=3)"], {"x": [0.0, 0.5, 1.0]}),
        (["x=arange(4.)"], {"x": [0.0, 1.0, 2.0, 3.0]}),
        (["x=sin(0) + [1, 2]"], {"x": [1.0, 2.0]}),
        (["x=inf"], {"x": np.inf}),
    ],
)
def test_values(texts: list[str], expected: dict[str, Any]) -> None:
    assert read(*texts) == expected


def test_values_take_the_dtype_asked_for() -> None:
    assert read("x=0.1", dtype=np.float32) == {"x": float(np.float32(0.1))}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("1,2\n3,4\n", [[1.0, 2.0], [3.0, 4.0]]),
        ("1\n2\n3\n", [1.0, 2.0, 3.0]),
        ("1 2 3\n", [1.0, 2.0, 3.0]),
        ("# a comment\n1, 2\n\n3, 4", [[1.0, 2.0], [3.0, 4.0]]),
        ("\ufeff1,2\n3,4\n", [[1.0, 2.0], [3.0, 4.0]]),
        ("1e-3\tinf\n", [0.001, np.inf]),
    ],
)
def test_text_files(tmp_path: Path, content: str, expected: Any) -> None:
    file = tmp_path / "points.csv"
    file.write_text(content, encoding="utf-8")
    assert read(f"x=@{file}") == {"x": expected}


def test_npy_files(tmp_path: Path) -> None:
    np.save(tmp_path / "points.npy", np.arange(6, dtype=np.int32).reshape(2, 3))
    assert read(f"x=@{tmp_path / 'points.npy'}, y=1") == {"x": [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]], "y": 1.0}


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"1,2\n3,4\n")))
    assert read("x=@-") == {"x": [[1.0, 2.0], [3.0, 4.0]]}


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("x", "syntax", "--at wants NAME=VALUE"),
        ("=3", "syntax", "--at wants NAME=VALUE"),
        ("3x=3", "syntax", "--at wants NAME=VALUE"),
        ("x=", "syntax", ""),
        ("x=1, x=2", "duplicate", "gives 'x' twice"),
        ("sin=1", "reserved", "'sin' has a meaning of its own"),
        ("True=1", "reserved", "'True' has a meaning of its own"),
        ("x=y", "unknown-variable", "unknown variable 'y'"),
        ("x=[1,[2,3]]", "evaluation", ""),
        ("x=1 +", "syntax", ""),
        ("x=@", "file", "a file name must follow @"),
        ("x=@nowhere.npy", "file", "there is no file 'nowhere.npy'"),
        ("x=@.", "file", "cannot be read"),
    ],
)
def test_errors(text: str, code: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text)
    assert caught.value.code == code
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("ragged.csv", b"1,2\n3\n", "line 2: 1 numbers where the rows above have 2"),
        ("words.csv", b"1,2\na,b\n", "line 2: not a row of numbers: 'a,b'"),
        ("holes.csv", b"1,,2\n", "line 1: not a row of numbers"),
        ("latin.csv", b"1,2\n\xe9,3\n", "not UTF-8 text (byte 4)"),
        ("empty.csv", b"", "there are no numbers in it"),
        ("empty.npy", b"", "cannot be read"),
        ("text.npy", b"1,2\n3,4\n", "holds no array of numbers"),
    ],
)
def test_files_that_hold_no_numbers(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as caught:
        read(f"x=@{tmp_path / name}")
    assert caught.value.code == "file"
    assert message in caught.value.message


def test_a_pickle_is_never_loaded(tmp_path: Path) -> None:
    np.save(tmp_path / "objects.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match="holds no array of numbers"):
        read(f"x=@{tmp_path / 'objects.npy'}")


def test_complex_and_text_arrays_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "complex.npy", np.array([1j]))
    with pytest.raises(InputError, match="complex128 values, not real numbers"):
        read(f"x=@{tmp_path / 'complex.npy'}")
