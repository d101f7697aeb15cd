"""Parquet and Arrow files, by pyarrow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

import numpy as np

from gradcli.errors import InputError
from gradcli.tables.table import CHUNK, STATUSES, Array, Chunk, WrittenRows, blanked

try:
    import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no types
    import pyarrow.parquet as pq  # type: ignore[import-untyped]
except ModuleNotFoundError as error:
    raise InputError(
        "missing-extra", "Parquet and Arrow files need pyarrow", hint="pip install 'gradcli[arrow]'"
    ) from error

BUFFER = 2**20
"""Bytes of a column that are read from a Parquet file at a time, however large its row groups are."""
ROW_GROUP = 2**18
"""Rows of a Parquet file that are compressed together."""
DAMAGED = (pa.ArrowException, OSError, ValueError, KeyError, TypeError, OverflowError, MemoryError)
"""What pyarrow raises for a file that is damaged: a length that lies may ask for more memory than there is."""


class ArrowReader:
    """Rows of a Parquet file, an Arrow file or an Arrow stream. A null is a cell that is missing.

    Raises InputError for a file that is none of them, and for a wanted column that holds no real numbers.
    """

    def __init__(self, file: BinaryIO, parquet: bool) -> None:
        self._rows: int | None = None
        self.notes: list[str] = []
        self._table: Any
        try:
            if parquet:
                self._table = pq.ParquetFile(file, buffer_size=BUFFER, pre_buffer=False)
                self._schema = self._table.schema_arrow
                self._rows = self._table.metadata.num_rows
            else:
                self._table = _opened(file)
                self._schema = self._table.schema
            self.columns = tuple(self._schema.names)
        except DAMAGED as error:
            kind = "Parquet" if parquet else "Arrow"
            raise InputError("file", f"the data are no {kind} file: {_first_line(error)}") from None

    def chunks(self, wanted: Mapping[str, int]) -> Iterator[Chunk]:
        for position in wanted.values():
            field = self._schema.field(position)
            if not _is_real(field.type):
                raise InputError("file", f"column {field.name!r} holds {field.type} values, not real numbers")
        read = 0
        for batch in self._batches(wanted):
            for start in range(0, batch.num_rows, CHUNK):
                rows = batch.slice(start, CHUNK)
                read += rows.num_rows
                unreadable: dict[int, str] = {}
                with _told():
                    arrays = {name: _column(name, rows.column(i), unreadable) for i, name in enumerate(wanted)}
                yield Chunk(rows.num_rows, blanked(arrays, unreadable), unreadable, self._rows and read / self._rows)

    def _batches(self, wanted: Mapping[str, int]) -> Iterator[Any]:
        """The record batches, of the wanted columns alone."""
        positions = [*wanted.values()]
        chosen: list[Any] = positions
        if isinstance(self._table, pq.ParquetFile):
            chosen = [self.columns[position] for position in positions]
        with _told():
            parquet = isinstance(self._table, pq.ParquetFile)
            for batch in self._table.iter_batches(CHUNK, columns=chosen) if parquet else self._table:
                found = batch.select(chosen)
                found.validate()  # lengths that lie would be read beyond
                yield found


@contextmanager
def _told() -> Iterator[None]:
    """Inside, what pyarrow says of damaged data becomes an InputError."""
    try:
        yield
    except DAMAGED as error:
        raise InputError("file", f"the data cannot be read further: {_first_line(error)}") from None


def _first_line(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "a length in it is more than there is memory for"
    return str(error).partition("\n")[0] or type(error).__name__


def _opened(file: BinaryIO) -> Any:
    """The record batches of an Arrow file or stream."""
    if file.read(6) == b"ARROW1":
        reader = pa.ipc.open_file(file)
        return _Batches(reader)
    file.seek(0)
    return pa.ipc.open_stream(file)


class _Batches:
    """The record batches of an Arrow file, one in memory at a time."""

    def __init__(self, reader: Any) -> None:
        self.schema = reader.schema
        self._reader = reader

    def __iter__(self) -> Iterator[Any]:
        return (self._reader.get_batch(i) for i in range(self._reader.num_record_batches))


def _is_real(kind: Any) -> bool:
    types = pa.types
    return any(is_kind(kind) for is_kind in (types.is_floating, types.is_integer, types.is_boolean, types.is_decimal))


def _column(name: str, cells: Any, unreadable: dict[int, str]) -> Array:
    if cells.null_count:
        for row in np.flatnonzero(cells.is_null().to_numpy(zero_copy_only=False)):
            unreadable.setdefault(int(row), f"{name} is missing")
    return np.array(cells.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), np.float64)


class ArrowWriter:
    """Writes record batches to an Arrow file, or row groups to a Parquet file. The statuses are a dictionary."""

    def __init__(self, file: BinaryIO, parquet: bool, names: Sequence[str], dtype: str) -> None:
        number = pa.float64() if dtype == "float64" else pa.float32()
        self._words = pa.array(STATUSES)
        fields = [*((name, number) for name in names), ("status", pa.dictionary(pa.int8(), pa.string()))]
        self._schema = pa.schema(fields)
        self._writer = (
            pq.ParquetWriter(file, self._schema, use_dictionary=["status"])
            if parquet
            else pa.ipc.new_file(file, self._schema)
        )
        self._waiting: list[Any] = []
        self._parquet = parquet

    def write(self, block: WrittenRows) -> None:
        status = pa.DictionaryArray.from_arrays(pa.array(block.status, pa.int8()), self._words)
        columns = [*(pa.array(array) for array in block.numbers.values()), status]
        self._waiting.append(pa.record_batch(columns, schema=self._schema))
        if not self._parquet or sum(batch.num_rows for batch in self._waiting) >= ROW_GROUP:
            self._flush()

    def close(self) -> None:
        if self._waiting:
            self._flush()
        self._writer.close()

    def _flush(self) -> None:
        self._writer.write_table(pa.Table.from_batches(self._waiting), ROW_GROUP)
        self._waiting = []
