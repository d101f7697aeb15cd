"""CSV and TSV: cells between commas or tabs, in quotes where they hold one; the first row has the columns' names."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from operator import getitem
from typing import BinaryIO

from gradcli.errors import InputError
from gradcli.tables.source import BUFFER, RowGuard
from gradcli.tables.table import STATUSES, Chunk, WrittenRows, empty_lines, part_read, text_chunks, texts

UTF_16 = ("\udcff\udcfe", "\udcfe\udcff")
"""How the mark at the start of such a file arrives here."""


class DelimitedReader:
    """Rows of cells. A line without any cell is no row; bytes that are no UTF-8 make no number, and hurt nowhere else.

    names  of the columns, for a file whose first row has numbers
    Raises InputError for a file that is empty, or UTF-16.
    """

    def __init__(self, file: BinaryIO, delimiter: str, names: Sequence[str]) -> None:
        self._guard = RowGuard(file)
        text = io.TextIOWrapper(
            io.BufferedReader(self._guard, BUFFER), "utf-8-sig", errors="surrogateescape", newline=""
        )
        self._cells = csv.reader(text, delimiter=delimiter, skipinitialspace=True)
        self._part = part_read(file)
        self._empty = 0
        self._rows = self._read()
        self.notes: list[str] = []
        if names:
            self.columns = tuple(names)
            return
        header = next(self._rows, None)
        if header is None:
            raise InputError("empty", "the data are empty: there is no line with the columns' names")
        if isinstance(header, str):
            raise InputError("file", f"the line with the columns' names cannot be read: {header}")
        if header[0].startswith(UTF_16):
            raise InputError("encoding", "the data are UTF-16 text", hint="iconv -f UTF-16 -t UTF-8 makes it UTF-8")
        self.columns = tuple(cell.strip() for cell in header)

    def chunks(self, wanted: Mapping[str, int]) -> Iterator[Chunk]:
        width = len(self.columns)
        rows = (row if isinstance(row, str) or len(row) == width else _ragged(row, width) for row in self._rows)
        yield from text_chunks(rows, wanted, getitem, _number, ["nan"] * width, self._part)
        self.notes += empty_lines(self._empty)

    def _read(self) -> Iterator[list[str] | str]:
        """Each row's cells, or why it cannot be read."""
        while True:
            try:
                for row in self._cells:
                    self._guard.waiting = 0
                    if row:
                        yield row
                    else:
                        self._empty += 1
                return
            except csv.Error as error:
                self._guard.waiting = 0
                yield str(error)


def _ragged(row: list[str], width: int) -> str:
    return f"it has {len(row)} cell{'s' * (len(row) != 1)}, not {width}"


def _number(cell: str) -> float:
    """The number. Raises ValueError for anything else: Python reads 2024_05 as a number, nobody else does."""
    if "_" in cell:
        raise ValueError(cell)
    return float(cell)


class DelimitedWriter:
    """Writes the columns' names, and a line a row."""

    def __init__(self, file: BinaryIO, delimiter: str, names: Sequence[str]) -> None:
        self._file = file
        self._delimiter = delimiter
        file.write(f"{delimiter.join([*names, 'status'])}\n".encode())

    def write(self, block: WrittenRows) -> None:
        columns = [*map(texts, block.numbers.values()), [STATUSES[code] for code in block.status]]
        lines = map(self._delimiter.join, zip(*columns, strict=True))
        self._file.write(("\n".join(lines) + "\n").encode())

    def close(self) -> None:
        """Nothing is missing."""
