"""Files that are damaged, or lie, of every format that is read: made by code, each under the name of what is wrong.

    python tests/damaged_files.py --minutes 5 --seed 3

damages good files at random, gives them to the readers within a bound of memory, and prints whatever is no clear error.
The default tests take each file of the tables here, and some at random.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import pickle
import random
import resource
import struct
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gradcli import torch
from gradcli.calculator.commands.batch import BatchQuestion, batch
from gradcli.datasets.cifar import read_cifar10
from gradcli.datasets.idx import read_idx
from gradcli.datasets.tensors import read_tensors
from gradcli.errors import InputError
from gradcli.lang.values import read_file
from gradcli.torch.serialization import ForeignError

MEMORY = 3 * 2**30
"""Bytes of addresses that a reader may take, NumPy and pyarrow included."""
SLOW = 5.0
"""Seconds."""
ROWS = 5


def npy(head: str | bytes, body: bytes = b"", version: int = 1) -> bytes:
    text = head.encode() if isinstance(head, str) else head
    return b"\x93NUMPY" + bytes([version, 0]) + len(text).to_bytes(2 if version == 1 else 4, "little") + text + body


def head(descr: str = "'<f8'", shape: str = "(5,)", order: str = "False") -> str:
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n"


NUMBERS = np.arange(float(ROWS))
BODY = NUMBERS.tobytes()

NPY = {
    "empty": b"",
    "cut in the magic": b"\x93NUM",
    "cut in the length": b"\x93NUMPY\x01\x00\x76",
    "cut in the head": npy(head())[:40],
    "cut in the numbers": npy(head(), BODY[:-1]),
    "no numbers": npy(head()),
    "version 0": npy(head(), BODY, version=0),
    "version 9": npy(head(), BODY, version=9),
    "a head of 4 GB": b"\x93NUMPY\x02\x00\xff\xff\xff\xff{}",
    "unclosed brackets": npy("{'descr': '<f8', 'fortran_order': False, 'shape': (5,", BODY),
    "an unclosed string": npy("{'descr': '<f8", BODY),
    "deep brackets": npy("(" * 9000, BODY),
    "deep lists": npy("[" * 9000 + "]" * 9000, BODY),
    "unary signs": npy("-" * 20_000 + "1", BODY),
    "code": npy("__import__('os').system('false')", BODY),
    "no dictionary": npy("[1, 2]", BODY),
    "lacking keys": npy("{'descr': '<f8'}", BODY),
    "other keys": npy("{'descr': '<f8', 'fortran_order': False, 'shape': (5,), 'more': 1}", BODY),
    "digits and letters": npy("{'descr': '<f8', 'fortran_order': False, 'shape': (5if 1 else 2,)}", BODY),
    "no UTF-8": npy(b"{'descr': '<f8', 'fortran_order': False, 'shape': (5,), '\xff': 1}", BODY, version=3),
    "a huge shape": npy(head(shape="(10**18,)"), BODY),
    "a huge length": npy(head(shape="(1000000000000,)"), BODY),
    "a length beyond 64 bits": npy(head(shape="(99999999999999999999999,)"), BODY),
    "a length of thousands of digits": npy(head(shape=f"({'9' * 5000},)"), BODY),
    "a product beyond 64 bits": npy(head(shape="(4294967296, 4294967296, 16)"), BODY),
    "zero times huge": npy(head(shape="(0, 4611686018427387904)"), BODY),
    "a negative length": npy(head(shape="(-1,)"), BODY),
    "two negative lengths": npy(head(shape="(-1, -5)"), BODY),
    "a fraction": npy(head(shape="(5.0,)"), BODY),
    "a truth": npy(head(shape="(True,)"), BODY),
    "no tuple": npy(head(shape="5"), BODY),
    "99 axes": npy(head(shape=f"({'1,' * 99})"), BODY),
    "an order that is none": npy(head(order="'F'"), BODY),
    "objects": npy(head("'|O'"), pickle.dumps([1])),
    "objects in fields": npy(head("[('x', '<f8'), ('y', '|O')]"), BODY),
    "no type": npy(head("'nonsense'"), BODY),
    "a type that is code": npy(head("'(1'"), BODY),
    "a type of no bytes": npy(head("'|V0'"), BODY),
    "a type of a gigabyte": npy(head("'|V1000000000'"), BODY),
    "a field of a gigabyte": npy(head("[('x', '<f8', (1000000000,))]"), BODY),
    "fields that are none": npy(head("[('x',)]"), BODY),
    "twice a field": npy(head("[('x', '<f8'), ('x', '<f8')]"), BODY * 2),
    "complex numbers": npy(head("'<c16'"), BODY * 2),
    "texts": npy(head("'<U2'"), BODY),
    "dates": npy(head("'<M8[s]'"), BODY),
    "a pickle": pickle.dumps(NUMBERS),
    "an archive": b"PK\x03\x04" + bytes(30),
}
"""No array of real numbers."""


def saved(array: Any, **more: Any) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, array, **more)
    return file.getvalue()


GOOD_NPY = {
    "as NumPy writes it": saved(NUMBERS),
    "high bytes first": saved(NUMBERS.astype(">f8")),
    "version 2": saved(NUMBERS, version=(2, 0)),
    "version 3": saved(NUMBERS, version=(3, 0)),
    "columns first": saved(np.asfortranarray(NUMBERS.reshape(5, 1))),
    "half precision": saved(NUMBERS.astype(np.float16)),
    "whole numbers": saved(NUMBERS.astype(np.uint8)),
    "as Python 2 writes it": npy(head(shape="(5L,)"), BODY),
    "more after its end": saved(NUMBERS) + b"rest",
}
"""The numbers 0 to 4."""

ODD_TYPES = {
    "dictionary": pa.array(["a", "b", "a", "b", "a"]).dictionary_encode(),
    "dictionary of numbers": pa.array(NUMBERS).dictionary_encode(),
    "struct": pa.array([{"a": 1.0}] * ROWS),
    "list": pa.array([[1.0]] * ROWS),
    "list of lists": pa.array([[[1.0]]] * ROWS),
    "large list": pa.array([[1.0]] * ROWS, pa.large_list(pa.float64())),
    "fixed list": pa.array([[1.0, 2.0]] * ROWS, pa.list_(pa.float64(), 2)),
    "map": pa.array([[("a", 1.0)]] * ROWS, pa.map_(pa.string(), pa.float64())),
    "union": pa.UnionArray.from_sparse(pa.array([0] * ROWS, pa.int8()), [pa.array(NUMBERS)]),
    "null": pa.nulls(ROWS),
    "string": pa.array(["1"] * ROWS),
    "large string": pa.array(["1"] * ROWS, pa.large_string()),
    "string view": pa.array(["1"] * ROWS, pa.string_view()),
    "binary": pa.array([b"1"] * ROWS),
    "fixed binary": pa.array([b"1"] * ROWS, pa.binary(1)),
    "time": pa.array([1] * ROWS, pa.time32("s")),
    "date": pa.array([1] * ROWS, pa.date32()),
    "timestamp": pa.array([1] * ROWS, pa.timestamp("ns", "UTC")),
    "duration": pa.array([1] * ROWS, pa.duration("s")),
    "interval": pa.array([(1, 2, 3)] * ROWS, pa.month_day_nano_interval()),
    "run ends": pa.RunEndEncodedArray.from_arrays([ROWS], [1.0]),
    "extension": pa.ExtensionArray.from_storage(pa.bool8(), pa.array([1] * ROWS, pa.int8())),
}
"""Columns that hold no real numbers; not all of them can be written to Parquet."""
REAL_TYPES = {
    "half float": pa.array(NUMBERS.astype(np.float16)),
    "float": pa.array(NUMBERS, pa.float32()),
    "decimal": pa.array([*range(ROWS)], pa.decimal128(5, 2)),
    "wide decimal": pa.array([*range(ROWS)], pa.decimal256(50, 2)),
    "small decimal": pa.array([*range(ROWS)], pa.decimal128(3, 0)),
    "unsigned": pa.array([*range(ROWS)], pa.uint64()),
}
"""Columns that hold 0 to 4."""


def tabled(column: Any, form: str) -> bytes:
    """A table of one column x as the bytes of "parquet", "arrow" (a file) or "stream"."""
    table, sink = pa.table({"x": column}), io.BytesIO()
    if form == "parquet":
        pq.write_table(table, sink)
    else:
        with (pa.ipc.new_file if form == "arrow" else pa.ipc.new_stream)(sink, table.schema) as writer:
            writer.write_table(table)
    return sink.getvalue()


STREAM = tabled(pa.array(NUMBERS), "stream")
ARROW_FILE = tabled(pa.array(NUMBERS), "arrow")
PARQUET = tabled(pa.array(NUMBERS), "parquet")


def replaced(data: bytes, place: int, part: bytes) -> bytes:
    return data[:place] + part + data[place + len(part) :]


HUGE = (2**31 - 1).to_bytes(4, "little")
ARROW = {
    "cut in the schema": STREAM[:50],
    "a message of 2 GB": replaced(STREAM, 4, HUGE),
    "a negative message": replaced(STREAM, 4, b"\xff\xff\xff\x80"),
    "a body of exabytes": STREAM.replace((40).to_bytes(8, "little"), (2**60).to_bytes(8, "little")),
    "a body of a terabyte": STREAM.replace((40).to_bytes(8, "little"), (2**40).to_bytes(8, "little")),
    "more rows than numbers": STREAM.replace((ROWS).to_bytes(8, "little"), (10**9).to_bytes(8, "little")),
    "negative rows": STREAM.replace((ROWS).to_bytes(8, "little"), (-5).to_bytes(8, "little", signed=True)),
    "cut in the numbers": STREAM[:-20],
    "a file cut in the middle": ARROW_FILE[: len(ARROW_FILE) // 2],
    "a file with a footer of 2 GB": replaced(ARROW_FILE, len(ARROW_FILE) - 10, HUGE),
    "only the beginning": b"ARROW1\0\0",
}
PARQUETS = {
    "cut": PARQUET[:-1],
    "cut in the middle": PARQUET[: len(PARQUET) // 2],
    "a footer of 2 GB": replaced(PARQUET, len(PARQUET) - 8, HUGE),
    "a footer of nothing": replaced(PARQUET, len(PARQUET) - 8, bytes(4)),
    "encrypted": PARQUET[:-4] + b"PARE",
    "zeros for pages": PARQUET[:4] + bytes(40) + PARQUET[44:],
    "ones for pages": PARQUET[:4] + b"\xff" * 40 + PARQUET[44:],
    "only the beginning and the end": b"PAR1PAR1",
}


def zipped(entries: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return file.getvalue()


def sized(data: bytes, size: int) -> bytes:
    """An archive of one stored entry, whose sizes are said to be `size` in its directory and its own head."""
    entry, directory = data.index(b"PK\x03\x04"), data.rindex(b"PK\x01\x02")
    pair = struct.pack("<II", size, size)
    return replaced(replaced(data, entry + 18, pair), directory + 20, pair)


def tree(document: Any) -> bytes:
    return json.dumps({"format": "gradcli tensors", "version": 1, "object": document}).encode()


def saved_tensors() -> bytes:
    file = io.BytesIO()
    torch.save({"weight": torch.ones(2, 3), "bias": [torch.zeros(2), 1.5]}, file)
    return file.getvalue()


TENSORS = saved_tensors()
DEEP = b'{"version": 1, "object": ' + b'["list", ' * 50_000 + b"1" + b"]" * 50_000 + b"}"
LESS_DEEP = b'{"version": 1, "object": ' + b'["list", ' * 900 + b"1" + b"]" * 900 + b"}"
ONE = tree(["tensor", 0, False])
SAVED = {
    "empty": b"",
    "cut": TENSORS[:-1],
    "cut in the middle": TENSORS[: len(TENSORS) // 2],
    "a depth bomb": zipped({"tree.json": DEEP}),
    "a smaller depth bomb": zipped({"tree.json": LESS_DEEP}),
    "a packed bomb": zipped({"tree.json": ONE, "tensors/0.npy": bytes(10**8)}, zipfile.ZIP_DEFLATED),
    "a tensor of 3 GB": zipped({"tree.json": ONE, "tensors/0.npy": npy(head(shape="(400000000,)"), BODY)}),
    "an entry of 3 GB": sized(zipped({"tree.json": ONE}), 3_000_000_000),
    "a tree that ends": sized(zipped({"tree.json": ONE}), len(ONE) + 7),
    "a wrong checksum": zipped({"tree.json": ONE}).replace(b"tensors", b"tensorz", 1),
    "no tensor": zipped({"tree.json": ONE}),
    "a tensor of objects": zipped({"tree.json": ONE, "tensors/0.npy": npy(head("'|O'"), pickle.dumps([1]))}),
    "a tensor of fields": zipped({"tree.json": ONE, "tensors/0.npy": npy(head("[('x', '<f8')]"), BODY)}),
    "a tensor of texts": zipped({"tree.json": ONE, "tensors/0.npy": npy(head("'<U2'"), BODY)}),
    "a number that is a name": zipped({"tree.json": tree(["tensor", "../x", False])}),
    "a number that is a list": zipped({"tree.json": tree(["tensor", [], False])}),
    "a gradient of whole numbers": zipped(
        {"tree.json": tree(["tensor", 0, True]), "tensors/0.npy": saved(np.arange(3))}
    ),
    "a key that is a list": zipped({"tree.json": tree(["dict", [["list"], 1]])}),
    "a size of words": zipped({"tree.json": tree(["size", "a"])}),
    "no type": zipped({"tree.json": tree(["dtype", "object"])}),
    "no kind": zipped({"tree.json": tree(["system", "ls"])}),
    "an empty list": zipped({"tree.json": tree([])}),
    "a number of thousands of digits": zipped({"tree.json": b'{"version": 1, "object": ' + b"9" * 5000 + b"}"}),
    "no UTF-8": zipped({"tree.json": b"\xff\xfe"}),
    "a pickle": pickle.dumps(NUMBERS),
    "a pickle of PyTorch": zipped({"archive/data.pkl": pickle.dumps(NUMBERS)}),
}


def safetensors(header: Any, body: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


F64 = {"dtype": "F64", "shape": [5], "data_offsets": [0, 40]}
WEIGHTS = {
    "empty": b"",
    "a header of exabytes": b"\xff" * 16,
    "a deep header": safetensors(b"[" * 100_000),
    "deep lists": safetensors(b'{"a":' * 100_000),
    "a number of thousands of digits": safetensors(b'{"a": ' + b"9" * 5000 + b"}"),
    "a huge shape": safetensors({"a": F64 | {"shape": [2**40]}}, BODY),
    "a negative shape": safetensors({"a": F64 | {"shape": [-5, -1]}}, BODY),
    "a fraction": safetensors({"a": F64 | {"shape": [5.0]}}, BODY),
    "an infinite shape": safetensors(b'{"a": {"dtype": "F64", "shape": [Infinity], "data_offsets": [0, 40]}}', BODY),
    "offsets that are none": safetensors({"a": F64 | {"data_offsets": ["a", "b"]}}, BODY),
    "one offset": safetensors({"a": F64 | {"data_offsets": [0]}}, BODY),
    "offsets that lie": safetensors({"a": F64 | {"data_offsets": [40, 80]}}, BODY),
    "negative offsets": safetensors({"a": F64 | {"data_offsets": [-40, 0]}}, BODY),
    "a thousand tensors in one place": safetensors({str(i): F64 for i in range(1000)}, BODY),
    "no object": safetensors({"a": 1}),
    "a type that is a list": safetensors({"a": F64 | {"dtype": []}}, BODY),
    "cut": safetensors({"a": F64}, BODY[:-1]),
}
NPZ_FILE = zipped({"a.npy": saved(NUMBERS), "b.npy": saved(NUMBERS)}, zipfile.ZIP_DEFLATED)
NPZ = {
    "empty": b"",
    "cut": NPZ_FILE[:-30],
    "spoiled in the middle": replaced(NPZ_FILE, 45, b"\xff" * 10),
    "an entry of 3 GB": sized(zipped({"a.npy": saved(NUMBERS)}), 3_000_000_000),
    "a packed bomb": zipped({"a.npy": npy(head(shape="(100000000,)"), bytes(10**8))}, zipfile.ZIP_DEFLATED),
    "a head that lies": zipped({"a.npy": npy(head(shape="(400000000,)"), BODY)}),
    "objects": zipped({"a.npy": npy(head("'|O'"), pickle.dumps([1]))}),
    "a broken head": zipped({"a.npy": npy("{'descr': (((", BODY)}),
    "a wrong checksum": zipped({"a.npy": saved(NUMBERS)}).replace(BODY, BODY[::-1], 1),
}


def packed_zeros(count: int) -> bytes:
    """A gzip file of so many megabytes of zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([*(packer.compress(bytes(2**20)) for _ in range(count)), packer.flush()])


def idx(lengths: tuple[int, ...], body: bytes = b"", kind: int = 8) -> bytes:
    return bytes([0, 0, kind, len(lengths)]) + b"".join(n.to_bytes(4, "big") for n in lengths) + body


IDX = {
    "empty": b"",
    "lengths that lie": idx((60000, 28, 28), bytes(100)),
    "huge lengths": idx((2**32 - 1,) * 4, bytes(100)),
    "255 axes": idx((2,) * 255, bytes(8)),
    "zero times huge": idx((0, 2**31, 2**31, 2**31, 2**31), kind=0x0E),
    "cut": idx((10,), bytes(9)),
    "more than it tells": idx((10,), bytes(11)),
    "no type": idx((10,), bytes(10), kind=7),
    "a bomb": gzip.compress(idx((10,))) + packed_zeros(64),
    "a bomb that tells": gzip.compress(idx((2**31,))) + packed_zeros(64),
    "a cut gzip file": gzip.compress(idx((10,), bytes(10)))[:-4],
    "a spoiled gzip file": replaced(gzip.compress(idx((10,), bytes(10))), 12, b"\xff\xff\xff"),
    "a gzip file of nothing": b"\x1f\x8b",
}

NESTED = b"(K\x01t" + b"q\x00h\x00\x86" * 60  # a tuple of itself and itself, sixty times: 2^60 numbers to walk over
CIFAR_BATCH = pickle.dumps({b"data": np.zeros((1, 3072), np.uint8), b"labels": [0]}, 2)
CIFAR = {
    "empty": b"",
    "a memo of 8 GB": b"\x80\x02Nr\xff\xff\xff\x3f.",
    "bytes of 4 GB": b"\x80\x03B\xff\xff\xff\xff.",
    "bytes of exabytes": b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7f.",
    "a frame of exabytes": b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7f.",
    "an array of bytes": b"\x80\x05\x96\xff\xff\xff\xff\xff\xff\xff\x0f.",
    "a number of megabytes": b"\x80\x02\x8b" + (10**6).to_bytes(4, "little") + b"\x7f" * 10**6 + b".",
    "a number of digits": b"I" + b"9" * 10_000 + b"\n.",
    "two million steps": b"\x80\x02]" + b"Na" * 10**6 + b".",
    "a key that takes years to hash": b"}" + NESTED + b"K\x01s.",
    "a label that takes years to print": CIFAR_BATCH.replace(b"K\x00a", NESTED + b"a", 1),
    "an empty stack": b"0.",
    "a mark alone": b"(.",
    "no mark": b"t.",
    "a missing memo": b"h\x07.",
    "an extension": b"\x82\x01.",
    "an object": pickle.dumps(random.Random(0)),
    "a set": pickle.dumps({1, 2}, 4),
    "a call of what is no call": b"\x80\x02cnumpy\ndtype\nb.",
    "a state of a name": b"\x80\x02cnumpy\ndtype\n}U\x08__init__K\x01sb.",
    "bytes that are none": b"c_codecs\nencode\n(X\x03\x00\x00\x00\xe2\x82\xacU\x06latin1tR.",
    "no end": b"\x80\x02}",
}

VALUES = {
    "zeros": bytes(1000),
    "no UTF-8": b"1,2\n\xff,3\n",
    "UTF-16": "1,2\n".encode("utf-16"),
    "ragged": b"1,2\n3\n",
    "a text": b"one,two\n",
    "in quotes": b'"1","2"\n',
    "empty": b"",
    "only remarks": b"# 1\n# 2\n",
}


def tables(delimiter: bytes) -> dict[str, bytes]:
    return {
        "an endless line": b"x" * (2**24 + 2**17),
        "endless quotations": b"x\n1" + delimiter + (b'"\n"' + delimiter) * 4_500_000,
        "zeros": bytes(1000),
        "UTF-16": "x\n1\n".encode("utf-16"),
        "empty": b"",
    }


JSON_LINES = {
    "an endless line": b'{"x": ' + b"1" * (2**24 + 2**17),
    "empty": b"",
    "zeros": bytes(1000),
    "only lists": b"[1]\n[2]\n",
    "UTF-16": '{"x": 1}\n'.encode("utf-16"),
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"x":' * 100_000,
}


def read_table(path: Path, **more: Any) -> None:
    batch(BatchQuestion("x*x", str(path), check=False, **more), None, io.BytesIO())


def read_values(path: Path) -> Any:
    return read_file(str(path), "--at x")


def read_cifar(path: Path) -> None:
    """All six files of the folder are this one."""
    for name in ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"):
        (path.parent / name).write_bytes(path.read_bytes())
    read_cifar10(path.parent)


Reader = Callable[[Path], Any]
DAMAGED: dict[str, tuple[str, Reader, dict[str, bytes]]] = {
    "@file.npy": ("npy", read_values, NPY),
    "@file.csv": ("csv", read_values, VALUES),
    "npy": ("npy", lambda path: read_table(path, columns="x"), NPY),
    "csv": ("csv", read_table, tables(b",")),
    "tsv": ("tsv", read_table, tables(b"\t")),
    "jsonl": ("jsonl", read_table, JSON_LINES),
    "arrow": ("arrow", read_table, ARROW),
    "parquet": ("parquet", read_table, PARQUETS),
    "odd types in arrow": ("arrow", read_table, {name: tabled(column, "arrow") for name, column in ODD_TYPES.items()}),
    "torch.load": ("pt", torch.load, SAVED),
    "safetensors": ("safetensors", read_tensors, WEIGHTS),
    "npz": ("npz", read_tensors, NPZ),
    "idx": ("idx", read_idx, IDX),
    "CIFAR-10": ("pickle", read_cifar, CIFAR),
}
"""By format: the ending of its files, what reads them, and those that are damaged."""
GOOD: dict[str, bytes] = {
    "@file.npy": saved(NUMBERS),
    "npy": saved(NUMBERS),
    "csv": b"x,y\n1,2\n3,4\n",
    "jsonl": b'{"x": 1}\n{"x": 2, "y": [1]}\n',
    "arrow": STREAM,
    "parquet": PARQUET,
    "torch.load": TENSORS,
    "safetensors": safetensors({"a": F64}, BODY),
    "npz": NPZ_FILE,
    "idx": gzip.compress(idx((10,), bytes(10))),
    "CIFAR-10": pickle.dumps({b"data": np.zeros((2, 3072), np.uint8), b"labels": [1, 2]}, 2),
}
"""What is damaged at random."""


def complaint(reader: Reader, path: Path, *, refused: bool = False) -> str | None:
    """What is wrong with how a file is read: an error that is not clear, or a long time; None if nothing is.

    refused  whether there has to be an error
    """
    start = time.monotonic()
    try:
        reader(path)
        if refused:
            return "it was read"
    except (InputError, ForeignError) as error:
        if not str(error) or len(str(error)) > 1000 or "\n" in str(error):
            return f"the message is no sentence: {str(error)[:200]!r}"
    except Exception as error:  # noqa: BLE001  # that is what is looked for
        return f"{type(error).__name__}: {error}"
    seconds = time.monotonic() - start
    return f"it took {seconds:.1f} s" if seconds > SLOW else None


def spoiled(data: bytes, choose: random.Random) -> bytes:
    """The data with some bytes changed, cut, doubled, or a length among them made huge."""
    found = bytearray(data)
    for _ in range(choose.choice([1, 1, 2, 5])):
        place = choose.randrange(len(found) or 1)
        kind = choose.randrange(6)
        if kind == 0:
            found[place : place + 1] = bytes([choose.randrange(256)])
        elif kind == 1:
            found[place : place + 4] = choose.choice([HUGE, b"\xff" * 4, bytes(4), b"\0\0\0\x80"])
        elif kind == 2:
            del found[place:]
        elif kind == 3:
            found[place:place] = found[place : place + choose.randrange(1, 64)]
        elif kind == 4:
            del found[place : place + choose.randrange(1, 16)]
        else:
            found[place : place + 1] = bytes([found[place] ^ 1 << choose.randrange(8)] if place < len(found) else [])
    return bytes(found)


def hunt(seed: int, go_on: Callable[[int], bool]) -> tuple[int, list[str]]:
    """How many files were tried, and what was found: seed, format, number and complaint."""
    findings, number = [], 0
    with tempfile.TemporaryDirectory() as folder:
        while go_on(number):
            name = [*GOOD][number % len(GOOD)]
            ending, reader, _ = DAMAGED[name]
            path = Path(folder, f"file.{ending}")
            path.write_bytes(spoiled(GOOD[name], random.Random(f"{seed} {number}")))
            told = complaint(reader, path)
            if told is not None:
                findings.append(f"seed {seed}, file {number} ({name}): {told}")
            number += 1
    return number, findings


def every() -> tuple[int, list[str]]:
    """How many files the tables have, and what was found: format, name and complaint."""
    findings, number = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for form, (ending, reader, files) in DAMAGED.items():
            for name, data in files.items():
                path = Path(folder, f"file.{ending}")
                path.write_bytes(data)
                told = complaint(reader, path, refused=True)
                findings += [f"{form}, {name}: {told}"] if told else []
                number += 1
    return number, findings


def bounded() -> None:
    """From now on this process cannot take more than MEMORY."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--files", type=int, default=10**9, help="No more than so many at random.")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    bounded()
    end = time.monotonic() + 60 * asked.minutes
    made, wrong = every()
    number, findings = hunt(asked.seed, lambda number: number < asked.files and time.monotonic() < end)
    sys.stdout.write(
        "\n".join([*wrong, *findings, f"{made + number:,} files tried, {len(wrong + findings)} findings\n"])
    )
    raise SystemExit(bool(wrong + findings))


if __name__ == "__main__":
    main()
