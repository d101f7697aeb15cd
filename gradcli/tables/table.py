"""What the formats of a table have in common."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, Protocol

import numpy as np

Array = Any

CHUNK = 2**16
"""Rows that are in memory at a time."""

STATUSES = ("ok", "domain", "unreadable")
"""What can be said of a row: a block holds the positions of these words."""
OK, DOMAIN, UNREADABLE = range(3)

MISSING = object()
"""Stands for a cell that is not there."""
LONGEST = 40
"""Characters of a cell that a message quotes."""


@dataclass(frozen=True)
class Chunk:
    """Some rows of a table that is read.

    arrays      the numbers by variable, in float64; NaN where the row is unreadable
    unreadable  why a row cannot be read, by its place in the chunk
    part        how much of the table has been read with it, up to 1; None where that is not known
    """

    size: int
    arrays: dict[str, Array]
    unreadable: dict[int, str]
    part: float | None


@dataclass(frozen=True)
class WrittenRows:
    """Some rows of a table that is written: numbers by column, and each row's place in STATUSES (int8)."""

    numbers: dict[str, Array]
    status: Array


class Reader(Protocol):
    """A table that is read. `columns` are their names in the file, `notes` what a reader of the answer should know."""

    columns: tuple[str, ...]
    notes: list[str]

    def chunks(self, wanted: Mapping[str, int]) -> Iterator[Chunk]:
        """The rows, once; `wanted` are the positions of the columns by variable. Empty where there are no rows."""


class Writer(Protocol):
    """A table that is written."""

    def write(self, block: WrittenRows) -> None:
        """Appends rows."""

    def close(self) -> None:
        """Completes the table; the file stays open."""


def empty_lines(count: int) -> list[str]:
    """What is to be said of lines with nothing in them."""
    return [f"{count:,} empty line{'s are' if count > 1 else ' is'} not counted as rows"] if count else []


def part_read(file: BinaryIO) -> Callable[[], float | None]:
    """What says how much of a file has been read; of a pipe nothing is known."""
    try:
        size = os.fstat(file.fileno()).st_size if file.seekable() else 0
    except OSError:  # not a file of the system
        size = 0
    return lambda: min(file.tell() / size, 1.0) if size else None


def text_chunks(
    rows: Iterator[Any],
    wanted: Mapping[str, Any],
    cell: Callable[[Any, Any], Any],
    number: Callable[[Any], float],
    blank: Any,
    part: Callable[[], float | None],
) -> Iterator[Chunk]:
    """Chunks of rows that are read one after the other; what nobody wants of a row is not kept.

    rows    each row, or a str: why it cannot be read
    wanted  where a row has its cells, by variable; `cell` takes a row and such a place
    number  a cell's number; raises ValueError, TypeError or OverflowError where it is none
    blank   a row to take the place of an unreadable one
    """
    while True:
        size = 0
        unreadable: dict[int, str] = {}
        cells: dict[str, list[Any]] = {name: [] for name in wanted}
        places = [(cells[name].append, place) for name, place in wanted.items()]
        for row in islice(rows, CHUNK):
            if isinstance(row, str):
                unreadable[size] = row
                row = blank
            for append, place in places:
                append(cell(row, place))
            size += 1
        if not size:
            return
        arrays = {name: _numbers(name, column, number, unreadable) for name, column in cells.items()}
        yield Chunk(size, blanked(arrays, unreadable), unreadable, part())


def _numbers(name: str, cells: Sequence[Any], number: Callable[[Any], float], unreadable: dict[int, str]) -> Array:
    """The cells of a column as float64. One for which `number` raises is NaN, and noted in `unreadable`."""
    try:
        return np.fromiter(map(number, cells), np.float64, len(cells))
    except (ValueError, TypeError, OverflowError):
        return np.array([_number(name, cell, number, unreadable, i) for i, cell in enumerate(cells)])


def _number(name: str, cell: Any, number: Callable[[Any], float], unreadable: dict[int, str], row: int) -> float:
    try:
        return number(cell)
    except (ValueError, TypeError, OverflowError):
        unreadable.setdefault(row, f"{name} {_complaint(cell)}")
        return np.nan


def _complaint(cell: Any) -> str:
    if cell is MISSING:
        return "is missing"
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return "is empty"
    text = ascii(cell) if isinstance(cell, str) and not cell.isprintable() else repr(cell)
    return f"is {text if len(text) <= LONGEST else text[: LONGEST - 1] + '…'}, not a number"


def blanked(arrays: dict[str, Array], unreadable: Mapping[int, str]) -> dict[str, Array]:
    """The arrays, with NaN in every unreadable row."""
    for array in arrays.values() if unreadable else ():
        array[[*unreadable]] = np.nan
    return arrays


def texts(array: Array) -> list[str]:
    """The shortest text of each number that reads back to it: "nan", "inf" and "-inf" among them."""
    return [*map(repr, array.tolist())] if array.dtype == np.float64 else [*map(str, array)]
