"""NumPy's .npy files: the fields of a structured array, or the columns of a two-dimensional one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

import numpy as np

from gradcli.calculator.tables.table import CHUNK, STATUSES, Array, Block, Chunk
from gradcli.errors import InputError

WORD = np.dtype(f"S{max(map(len, STATUSES))}")


class NpyReader:
    """Rows of an array in a file, which is mapped anew for every chunk: what has been read leaves the memory.

    names  of the columns of an array without fields
    Raises InputError for a file that holds no table of real numbers, and for names that do not fit.
    """

    def __init__(self, path: str, names: Sequence[str]) -> None:
        self._path = path
        self.notes: list[str] = []
        try:
            table = self._map()
        except (ValueError, EOFError, OSError) as error:
            raise InputError("file", f"the data hold no array of numbers: {error}") from None
        self._fields = table.dtype.names
        if table.ndim == 0 or table.ndim > (2 if self._fields is None else 1):
            raise InputError("file", f"the data are an array of shape {table.shape}, not a table")
        if self._fields is not None:
            if names:
                raise InputError("columns", "the columns have names in the data: leave out --columns")
            self.columns: tuple[str, ...] = self._fields
        else:
            self.columns = tuple(names)
            count = 1 if table.ndim == 1 else table.shape[1]
            if len(names) != count:
                hint = f"for instance --columns {','.join(f'x{i + 1}' for i in range(min(count, 4)))}"
                found = f"--columns names {len(names)}" if names else "they have no names"
                raise InputError("columns", f"the data have {count} column{'s' * (count != 1)}, and {found}", hint=hint)

    def chunks(self, wanted: Mapping[str, int]) -> Iterator[Chunk]:
        size = len(self._map())
        for start in range(0, size, CHUNK):
            rows = self._map()[start : start + CHUNK]
            arrays = {name: self._column(rows, position) for name, position in wanted.items()}
            yield Chunk(len(rows), arrays, {}, min((start + CHUNK) / size, 1.0))

    def _map(self) -> Array:
        table = np.load(self._path, mmap_mode="r", allow_pickle=False)
        if isinstance(table, np.ndarray):
            return table
        table.close()
        raise InputError("file", "the data are an archive of arrays, not one array")

    def _column(self, rows: Array, position: int) -> Array:
        cells = rows[self._fields[position]] if self._fields else rows[:, position] if rows.ndim == 2 else rows
        if cells.dtype.kind not in "biuf" or cells.ndim != 1:
            raise InputError("file", f"column {self.columns[position]!r} holds {cells.dtype} values, not real numbers")
        return np.array(cells, np.float64)  # a copy: nothing of the file stays mapped


class NpyWriter:
    """Writes an array with a field a column; the row count is put into its head at the end."""

    def __init__(self, file: BinaryIO, names: Sequence[str], dtype: str) -> None:
        self._file = file
        self._dtype = np.dtype([*((name, dtype) for name in names), ("status", WORD)])
        self._rows = 0
        self._head()

    def write(self, block: Block) -> None:
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
