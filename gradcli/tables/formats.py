"""The formats of a table, and opening a file in one of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from gradcli.errors import InputError
from gradcli.tables.delimited import DelimitedReader, DelimitedWriter
from gradcli.tables.jsonlines import JsonLinesReader, JsonLinesWriter
from gradcli.tables.npy import NpyReader, NpyWriter
from gradcli.tables.source import Confirmed, Source
from gradcli.tables.table import Reader, Writer


@dataclass(frozen=True)
class TableFormat:
    """A format: the ends of its files' names, and whether it is text, which can be read and written in a pipe."""

    name: str
    endings: tuple[str, ...]
    text: bool


FORMATS = {
    each.name: each
    for each in (
        TableFormat("csv", (".csv",), text=True),
        TableFormat("tsv", (".tsv", ".tab"), text=True),
        TableFormat("jsonl", (".jsonl", ".ndjson"), text=True),
        TableFormat("npy", (".npy",), text=False),
        TableFormat("parquet", (".parquet", ".pq"), text=False),
        TableFormat("arrow", (".arrow", ".feather", ".ipc"), text=False),
    )
}
DELIMITERS = {"csv": ",", "tsv": "\t"}


def format_of(path: str, option: str) -> TableFormat:
    """The format that a file's name tells. Raises InputError for a name that tells none; `option` would."""
    ending = Path(path).suffix.lower()
    for each in FORMATS.values():
        if ending in each.endings:
            return each
    known = ", ".join(ending for each in FORMATS.values() for ending in each.endings)
    found = f"the ending {ending!r} of {path!r} tells no format" if ending else f"{path!r} has no ending"
    raise InputError("format", found, hint=f"known are {known}; or name the format with {option}")


@contextmanager
def reading(path: str, kind: TableFormat, names: Sequence[str]) -> Iterator[Reader]:
    """A table that is read from a file, or from standard input ("-").

    names  of the columns, where the table has none
    Raises InputError for a file that cannot be read as that format.
    """
    if names and kind.name not in ("npy", *DELIMITERS):
        raise InputError("columns", f"the columns of {kind.name} data have names: leave out --columns")
    with ExitStack() as stack:
        source = Source(path, stack, seekable=not kind.text)
        yield Confirmed(_reader(source, kind, names), source)


def _reader(source: Source, kind: TableFormat, names: Sequence[str]) -> Reader:
    if kind.name in DELIMITERS:
        return DelimitedReader(source.file, DELIMITERS[kind.name], names)
    if kind.name == "jsonl":
        return JsonLinesReader(source.file)
    if kind.name == "npy":
        return NpyReader(source.file, source.size, names)
    from gradcli.tables.arrow import ArrowReader

    return ArrowReader(source.file, parquet=kind.name == "parquet")


def writer(file: BinaryIO, kind: TableFormat, names: Sequence[str], dtype: str) -> Writer:
    """A table that is written: numbers of a dtype in columns of these names, and a status."""
    if kind.name in DELIMITERS:
        return DelimitedWriter(file, DELIMITERS[kind.name], names)
    if kind.name == "jsonl":
        return JsonLinesWriter(file, names)
    if kind.name == "npy":
        return NpyWriter(file, names, dtype)
    from gradcli.tables.arrow import ArrowWriter

    return ArrowWriter(file, kind.name == "parquet", names, dtype)
