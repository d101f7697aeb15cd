"""Named arrays from a `.safetensors` or `.npz` file; nothing in such a file is ever run.

A `.safetensors` file is eight bytes with the length of a header (low byte first), the header as JSON, which gives
dtype, shape and place of each tensor, and the tensors' bytes.
"""

from __future__ import annotations

import json
import math
import os
import zipfile
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from gradcli.datasets.folder import bad_file, unreadable
from gradcli.errors import InputError
from gradcli.files import MOST_DATA
from gradcli.npy import read_array

DTYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "<i1",
    "U8": "<u1",
    "BOOL": "?",
}


def read_tensors(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays in a file, by name.

    Raises InputError for a file that is missing, damaged, of another kind, or would take more than MOST_DATA bytes.
    """
    try:
        with path.open("rb") as file:
            _refuse_too_much(path, os.fstat(file.fileno()).st_size)
            if path.suffix == ".npz":
                return _npz(path, file)
            return _safetensors(path, file.read())
    except OSError as error:
        raise unreadable(path, error) from None


def _refuse_too_much(path: Path, size: int) -> None:
    if size > MOST_DATA:
        raise bad_file(path, f"holds {size:,} bytes; the limit is {MOST_DATA:,}")


def _npz(path: Path, file: BinaryIO) -> dict[str, NDArray[Any]]:
    try:
        with zipfile.ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if entry.filename.endswith(".npy")]
            _refuse_too_much(path, sum(entry.file_size for entry in entries))
            return {entry.filename.removesuffix(".npy"): _entry(archive, entry) for entry in entries}
    except (InputError, OSError):
        raise
    except Exception as error:  # noqa: BLE001  # a damaged archive raises errors of many kinds
        reason = str(error)[:200] or type(error).__name__
        raise bad_file(path, f"is damaged or no .npz file of arrays: {reason}") from None


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> NDArray[Any]:
    with archive.open(entry) as file:
        array = read_array(cast("BinaryIO", file), entry.file_size)
        file.read()  # the end of an entry is where it is compared with its checksum
        return array


def _safetensors(path: Path, content: bytes) -> dict[str, NDArray[Any]]:
    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 + length:
        raise bad_file(path, "is truncated or no .safetensors file: its header does not fit into it")
    body = memoryview(content)[8 + length :]
    try:
        header = json.loads(content[8 : 8 + length])
        header.pop("__metadata__", None)
        places = [entry["data_offsets"] for entry in header.values()]
        if sum(end - start for start, end in places) > len(body):  # many tensors in one place, of which each is a copy
            raise bad_file(path, "is truncated or damaged at its end: its tensors overlap, or are longer than the file")
        return {name: _tensor(path, name, entry, body) for name, entry in header.items()}
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise bad_file(path, f"has no .safetensors header: {error}") from None


def _tensor(path: Path, name: str, entry: dict[str, Any], body: memoryview) -> NDArray[Any]:
    if entry["dtype"] not in DTYPES:
        hint = f"it can be {', '.join(DTYPES)}"
        raise bad_file(path, f"holds {name!r} as {str(entry['dtype'])[:40]}, which cannot be read", hint)
    dtype = np.dtype(DTYPES[entry["dtype"]])
    start, end = entry["data_offsets"]
    shape = entry["shape"]
    if not all(type(length) is int and length >= 0 for length in (*shape, start, end)):
        raise bad_file(path, f"is damaged at {name!r}: its shape or its place is none")
    if end - start != math.prod(shape) * dtype.itemsize or not start <= end <= len(body):
        raise bad_file(path, f"is truncated or damaged at {name!r}: bytes {start} to {end} of {len(body)}")
    return np.frombuffer(body[start:end], dtype).reshape(shape).astype(dtype.newbyteorder("="))
