"""NumPy's .npy files: the fields of a structured array, or the columns of a two-dimensional one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

import numpy as np

from gradcli.errors import InputError
from gradcli.npy import DamagedError, read_head
from gradcli.tables.table import CHUNK, STATUSES, Array, Chunk, WrittenRows

WORD = np.dtype(f"S{max(map(len, STATUSES))}")
MOST_BYTES = 2**24
"""Of the rows that are read at a time, unless one has more."""


class NpyReader:
    """Rows of an array in a file of `size` bytes, some at a time. Nothing is mapped: a mapped file that is cut kills.

    names  of the columns of an array without fields
    Raises InputError for a file that holds no table of real numbers, and for names that do not fit.
    """

    def __init__(self, file: BinaryIO, size: int, names: Sequence[str]) -> None:
        self._file = file
        self.notes: list[str] = []
        try:
            self._head = head = read_head(file, size)
        except DamagedError as error:
            raise InputError("file", f"the data hold no array of numbers: {error}") from None
        self._fields = head.dtype.names
        if not 1 <= len(head.shape) <= (2 if self._fields is None else 1):
            raise InputError("file", f"the data are an array of shape {head.shape}, not a table")
        if self._fields is not None:
            if names:
                raise InputError("columns", "the columns have names in the data: leave out --columns")
            self.columns: tuple[str, ...] = self._fields
        else:
            self.columns = tuple(names)
            count = 1 if len(head.shape) == 1 else head.shape[1]
            if len(names) != count:
                hint = f"for instance --columns {','.join(f'x{i + 1}' for i in range(min(count, 4)))}"
                found = f"--columns names {len(names)}" if names else "they have no names"
                raise InputError("columns", f"the data have {count} column{'s' * (count != 1)}, and {found}", hint=hint)

    def chunks(self, wanted: Mapping[str, int]) -> Iterator[Chunk]:
        for position in wanted.values():
            self._refuse_no_numbers(position)
        head = self._head
        size = head.shape[0]
        step = min(CHUNK, max(1, MOST_BYTES * size // max(head.nbytes, 1)))
        for start in range(0, size, step):
            count = min(step, size - start)
            if head.fortran and len(head.shape) == 2:
                columns = {p: self._elements(p * size + start, count) for p in wanted.values()}
            else:
                width = 1 if len(head.shape) == 1 else head.shape[1]
                rows = self._elements(start * width, count * width).reshape(count, width)
                columns = {p: rows[self._fields[p]][:, 0] if self._fields else rows[:, p] for p in wanted.values()}
            arrays = {name: columns[position].astype(np.float64) for name, position in wanted.items()}
            yield Chunk(count, arrays, {}, (start + count) / size)

    def _elements(self, first: int, count: int) -> Array:
        """So many elements, in the order in which they lie in the file."""
        dtype = self._head.dtype
        self._file.seek(self._head.start + first * dtype.itemsize)
        data = self._file.read(count * dtype.itemsize)
        if len(data) < count * dtype.itemsize:
            raise InputError("file", "the data end before the array does")
        return np.frombuffer(data, dtype)

    def _refuse_no_numbers(self, position: int) -> None:
        dtype = self._head.dtype
        kind = dtype[position] if self._fields else dtype
        if kind.kind not in "biuf" or kind.shape:
            raise InputError("file", f"column {self.columns[position]!r} holds {kind} values, not real numbers")


class NpyWriter:
    """Writes an array with a field a column; the row count is put into its head at the end."""

    def __init__(self, file: BinaryIO, names: Sequence[str], dtype: str) -> None:
        self._file = file
        self._dtype = np.dtype([*((name, dtype) for name in names), ("status", WORD)])
        self._rows = 0
        self._head()

    def write(self, block: WrittenRows) -> None:
        rows = np.empty(len(block.status), self._dtype)
        for name, array in block.numbers.items():
            rows[name] = array
        rows["status"] = np.array(STATUSES, WORD)[block.status]
        self._file.write(rows.tobytes())
        self._rows += len(rows)

    def close(self) -> None:
        self._file.seek(0)
        self._head()

    def _head(self) -> None:
        """As long for any number of rows: NumPy leaves room for it to grow."""
        head = {"descr": np.lib.format.dtype_to_descr(self._dtype), "fortran_order": False, "shape": (self._rows,)}
        np.lib.format.write_array_header_1_0(self._file, head)
