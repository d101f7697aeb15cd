"""No file makes a reader raise anything but a clear error, take memory that is not there, or run."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import damaged_files
import numpy as np
import pytest
from damaged_files import DAMAGED, GOOD_NPY, NUMBERS, REAL_TYPES, complaint, read_values, tabled

from gradcli.calculator.commands.batch import BatchQuestion, batch
from gradcli.npy import DamagedError, read_array

CASES = [(form, name) for form, (_, _, files) in DAMAGED.items() for name in files]


@pytest.mark.parametrize(("form", "name"), CASES, ids=lambda each: each)
def test_a_damaged_file_is_a_clear_error(tmp_path: Path, form: str, name: str) -> None:
    ending, reader, files = DAMAGED[form]
    path = tmp_path / f"file.{ending}"
    path.write_bytes(files[name])
    assert complaint(reader, path, refused=True) is None


def test_a_complaint_is_found(tmp_path: Path) -> None:
    def careless(path: Path) -> Any:
        return np.load(path, allow_pickle=False)

    path = tmp_path / "file.npy"
    path.write_bytes(damaged_files.NPY["an unclosed string"])
    assert "Error" in str(complaint(careless, path))
    path.write_bytes(damaged_files.saved(NUMBERS))
    assert complaint(careless, path, refused=True) == "it was read"


def test_all_of_them_and_some_at_random_within_bounded_memory() -> None:
    command = [sys.executable, damaged_files.__file__, "--files", "300", "--seed", "1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stdout.splitlines()[-1:]) == (0, [f"{len(CASES) + 300} files tried, 0 findings"])


@pytest.mark.parametrize("name", GOOD_NPY)
def test_arrays_are_read_as_numpy_reads_them(tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.npy"
    path.write_bytes(GOOD_NPY[name])
    assert np.ravel(read_values(path)).tolist() == NUMBERS.tolist()
    stream = io.BytesIO()
    batch(BatchQuestion("x", str(path), columns="x", output_format="csv", check=False), None, stream)
    values = [float(line.split(b",")[0]) for line in stream.getvalue().splitlines()[1:]]
    assert values == NUMBERS.tolist()


def test_an_array_is_of_its_own_memory() -> None:
    data = damaged_files.saved(np.zeros((2, 0, 3)))
    assert read_array(io.BytesIO(data), len(data)).shape == (2, 0, 3)
    data = damaged_files.saved(np.arange(6).reshape(2, 3, order="F"))
    array = read_array(io.BytesIO(data), len(data))
    array += 1
    assert array.tolist() == (np.arange(6).reshape(2, 3, order="F") + 1).tolist()


def test_a_file_that_is_shorter_than_it_is_said_to_be() -> None:
    data = damaged_files.saved(NUMBERS)
    with pytest.raises(DamagedError, match="shorter"):
        read_array(io.BytesIO(data[:-1]), len(data))


@pytest.mark.parametrize("form", ["arrow", "parquet"])
@pytest.mark.parametrize("name", REAL_TYPES)
def test_columns_of_real_numbers(tmp_path: Path, form: str, name: str) -> None:
    path = tmp_path / f"file.{form}"
    path.write_bytes(tabled(REAL_TYPES[name], form))
    stream = io.BytesIO()
    batch(BatchQuestion("x", str(path), output_format="csv", check=False), None, stream)
    assert [float(line.split(b",")[0]) for line in stream.getvalue().splitlines()[1:]] == NUMBERS.tolist()
