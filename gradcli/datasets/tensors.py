"""Named arrays from a `.safetensors` or `.npz` file; nothing in such a file is ever run.

A `.safetensors` file is eight bytes with the length of a header (low byte first), the header as JSON, which gives
dtype, shape and place of each tensor, and the tensors' bytes.
"""

from __future__ import annotations

import json
import math
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradcli.datasets.folder import bad_file, unreadable

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
    """The arrays in a file, by name. Raises InputError for a file that is missing, damaged, or of another kind."""
    try:
        if path.suffix == ".npz":
            return _npz(path)
        return _safetensors(path, path.read_bytes())
    except OSError as error:
        raise unreadable(path, error) from None


def _npz(path: Path) -> dict[str, NDArray[Any]]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]
        with np.load(path, allow_pickle=False) as content:
            return {name: content[name] for name in names}
    except (zipfile.BadZipFile, ValueError, EOFError, KeyError) as error:
        raise bad_file(path, f"is damaged or no .npz file of arrays: {error}") from None


def _safetensors(path: Path, content: bytes) -> dict[str, NDArray[Any]]:
    length = int.from_bytes(content[:8], "little")
    body = content[8 + length :]
    if len(content) < 8 + length:
        raise bad_file(path, "is truncated or no .safetensors file: its header does not fit into it")
    try:
        header = json.loads(content[8 : 8 + length])
        header.pop("__metadata__", None)
        return {name: _tensor(path, name, entry, body) for name, entry in header.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise bad_file(path, f"has no .safetensors header: {error}") from None


def _tensor(path: Path, name: str, entry: dict[str, Any], body: bytes) -> NDArray[Any]:
    if entry["dtype"] not in DTYPES:
        hint = f"it can be {', '.join(DTYPES)}"
        raise bad_file(path, f"holds {name!r} as {entry['dtype']}, which cannot be read", hint)
    dtype = np.dtype(DTYPES[entry["dtype"]])
    start, end = entry["data_offsets"]
    wanted = math.prod(entry["shape"]) * dtype.itemsize
    if end - start != wanted or not 0 <= start <= end <= len(body):
        raise bad_file(path, f"is truncated or damaged at {name!r}: bytes {start} to {end} of {len(body)}")
    return np.frombuffer(body[start:end], dtype).reshape(entry["shape"]).astype(dtype.newbyteorder("="))
