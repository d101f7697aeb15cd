"""Damaged files of every format that is read. Each is read or refused."""

from __future__ import annotations

import io
import json
import pickle
import tempfile
import warnings
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from gradcli import torch
from gradcli.calculator.commands.batch import BatchQuestion, batch
from gradcli.calculator.commands.certificate import of_answer, recheck
from gradcli.calculator.kernel.differentiate import differentiate
from gradcli.calculator.kernel.prepare import prepare
from gradcli.calculator.kernel.question import DerivativeQuestion
from gradcli.datasets.cifar import _batch
from gradcli.datasets.idx import read_idx
from gradcli.datasets.tensors import read_tensors
from gradcli.errors import InputError
from gradcli.lang.values import read_file

from .kinds import Data, Kind
from .shrinking import without_parts

ROWS = 5
ENDINGS = [
    b"\x00",
    b"\xff",
    b"\xff\xff\xff\xff",
    b"\x80",
    b"\n",
    b",",
    b"nan",
    b"9" * 30,
    b"-1",
    b'"',
    b"{",
    b"(",
    b"\x00" * 8,
]
"""What edits put in."""


@dataclass(frozen=True)
class Format:
    """What a whole file holds, what its name ends in, and what reads it."""

    ending: str
    whole: Callable[[], bytes]
    read: Callable[[Path], Any]


def _column() -> Any:
    return np.linspace(0.5, 3.0, ROWS)


def _npy(array: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def _arrow() -> bytes:
    sink = pa.BufferOutputStream()
    table = pa.table({"x": _column()})
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def _stream() -> bytes:
    sink = pa.BufferOutputStream()
    table = pa.table({"x": _column()})
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def _parquet() -> bytes:
    sink = pa.BufferOutputStream()
    pyarrow.parquet.write_table(pa.table({"x": _column()}), sink)
    return sink.getvalue().to_pybytes()


def _csv() -> bytes:
    return b"x,y\n" + b"".join(b"%r,2\n" % each for each in _column().tolist())


def _jsonl() -> bytes:
    return b"".join(json.dumps({"x": each, "y": 2}).encode() + b"\n" for each in _column().tolist())


def _npz() -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, weight=_column(), bias=np.float32(2))
    return file.getvalue()


def _safetensors() -> bytes:
    body = _column().tobytes()
    header = json.dumps({"w": {"dtype": "F64", "shape": [ROWS], "data_offsets": [0, len(body)]}}).encode()
    return len(header).to_bytes(8, "little") + header + body


def _saved() -> bytes:
    file = io.BytesIO()
    torch.save({"w": torch.ones(3), "step": 4, "lr": 0.1, "more": [(1, float("inf")), torch.float32]}, file)
    return file.getvalue()


def _idx() -> bytes:
    return b"\0\0\x08\x02" + (2).to_bytes(4, "big") + (3).to_bytes(4, "big") + bytes(6)


def _cifar() -> bytes:
    return pickle.dumps({b"data": np.zeros((1, 3072), np.uint8), b"labels": [3]}, protocol=2)


@cache
def _certificate() -> bytes:
    question = DerivativeQuestion("sin(x)*y", at=("x=0.5, y=3",), check=False)
    return of_answer(prepare(question), differentiate(question, None))


def _table(path: Path) -> None:
    output = path.with_name("out.csv")
    batch(BatchQuestion("x**2", str(path), str(output), check=False), None, io.BytesIO())


def _array(path: Path) -> None:
    read_file(str(path), "--at x")


def _recheck(path: Path) -> str:
    """A certificate that says something else than the whole one must not pass."""
    found = recheck(path)
    if isinstance(found, Exception) or json.loads(path.read_bytes()) == json.loads(_certificate()):
        return ""
    return "a changed certificate passes: " + ", ".join(found.words)


FORMATS = {
    "npy value": Format(".npy", lambda: _npy(_column()), _array),
    "csv value": Format(".csv", _csv, _array),
    "npy table": Format(".npy", lambda: _npy(_column().astype([("x", "f8")])), _table),
    "csv": Format(".csv", _csv, _table),
    "tsv": Format(".tsv", lambda: _csv().replace(b",", b"\t"), _table),
    "jsonl": Format(".jsonl", _jsonl, _table),
    "arrow": Format(".arrow", _arrow, _table),
    "arrow stream": Format(".arrow", _stream, _table),
    "parquet": Format(".parquet", _parquet, _table),
    "npz": Format(".npz", _npz, read_tensors),
    "safetensors": Format(".safetensors", _safetensors, read_tensors),
    "saved": Format(".pt", _saved, lambda path: torch.load(path)),
    "idx": Format(".idx", _idx, read_idx),
    "cifar": Format("", _cifar, _batch),
    "certificate": Format(".json", _certificate, _recheck),
}
"""By name."""


def make(choose: Random) -> Data:
    """A file of a few edits: bytes changed, cut out, put in, doubled; the end cut off."""
    name = choose.choice([*FORMATS])
    content = FORMATS[name].whole()
    for _ in range(choose.choice([1, 1, 1, 2, 3, 6])):
        start = choose.randrange(len(content) + 1)
        end = start + choose.choice([0, 1, 1, 1, 4, 16])
        way = choose.random()
        if way < 0.15:
            content = content[:start]
        elif way < 0.4 and start < len(content):
            content = content[:start] + bytes([content[start] ^ 1 << choose.randrange(8)]) + content[start + 1 :]
        else:
            new = choose.choice([b"", choose.choice(ENDINGS), content[start:end] * 2, choose.randbytes(end - start)])
            content = content[:start] + new + content[end:]
    return {"format": name, "content": b64encode(content).decode()}


def judge(data: Data) -> str:
    """What is wrong with what the reader does."""
    kind = FORMATS[data["format"]]
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / f"data{kind.ending}"
        path.write_bytes(b64decode(data["content"]))
        said = kind.read(path)
    return said if isinstance(said, str) else ""


def smaller(data: Data) -> Iterator[Data]:
    """Shorter files."""
    for content in without_parts(b64decode(data["content"])):
        yield data | {"content": b64encode(content).decode()}


# What PyTorch raises for a file that it cannot load is what programs expect of torch.load.
KIND = Kind(make, judge, smaller, refuses=(InputError, RuntimeError))
