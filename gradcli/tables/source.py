"""What a table is read from: a file that must not change meanwhile, in which a row has to come now and then."""

from __future__ import annotations

import io
import os
import stat
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from gradcli.errors import InputError
from gradcli.files import LONGEST_ROW, MOST_DATA, opened
from gradcli.tables.table import Chunk, Reader

BUFFER = 2**16


class Source:
    """A file, or standard input ("-"), that is open for reading until `stack` ends.

    seekable  whether it is to be read back and forth: what comes through a pipe is copied to disk first, then
    Raises InputError for what cannot be read, and for a pipe with too much to be copied.
    """

    def __init__(self, path: str, stack: ExitStack, *, seekable: bool) -> None:
        self.file: BinaryIO = sys.stdin.buffer if path == "-" else stack.enter_context(opened(path))
        self._path = path
        self._before = None if path == "-" else _state(os.fstat(self.file.fileno()))
        if seekable and (path == "-" or not self.file.seekable()):
            self.file = _copied(self.file, stack)

    @property
    def size(self) -> int:
        """Bytes, of a file that is read back and forth."""
        return os.fstat(self.file.fileno()).st_size

    def confirm(self) -> None:
        """Raises InputError if the file under this name is no longer the one that was opened, as it was then.

        Of a file that is cut while it is read, the rows that were left would pass for all of them.
        """
        if self._before is None:
            return
        try:
            after = _state(os.stat(self._path))  # noqa: PTH116  # a name such as /dev/stdin is kept as it is
        except OSError:
            after = None
        if after != self._before:
            hint = "read a copy that nobody writes to"
            raise InputError("changed", f"{self._path!r} was changed while it was read", hint=hint)


def _state(found: os.stat_result) -> tuple[int, ...] | None:
    """What is another when a file has been written to or replaced; None for what is no file."""
    if not stat.S_ISREG(found.st_mode):
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _copied(file: BinaryIO, stack: ExitStack) -> BinaryIO:
    place = Path(stack.enter_context(tempfile.TemporaryDirectory()), "data")
    with place.open("wb") as copy:
        left = MOST_DATA
        while block := file.read(2**20):
            left -= len(block)
            if left < 0:
                message = f"a table of this format that comes through a pipe may have {MOST_DATA:,} bytes"
                raise InputError("too-large", message, hint="write it to a file first")
            copy.write(block)
    return stack.enter_context(place.open("rb"))


class RowGuard(io.RawIOBase):
    """The bytes of a text, whose reader sets `waiting` to 0 whenever a row has come of them.

    Raises InputError where none comes: neither a line nor a quotation without an end is gathered in memory.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._read: Any = getattr(file, "read1", file.read)
        self.waiting = 0
        self.total = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._read(len(buffer))
        buffer[: len(data)] = data
        self.waiting += len(data)
        self.total += len(data)
        if self.waiting > LONGEST_ROW + BUFFER:
            raise InputError("too-large", f"a row of the data has more than {LONGEST_ROW:,} bytes, which is the limit")
        return len(data)


class Confirmed:
    """A table whose source must be the same at the end."""

    def __init__(self, reader: Reader, source: Source) -> None:
        self.columns = reader.columns
        self.notes = reader.notes
        self._reader = reader
        self._source = source

    def chunks(self, wanted: Mapping[str, int]) -> Iterator[Chunk]:
        """The reader's. Raises InputError where the file has changed, also if that is why it could not be read."""
        try:
            yield from self._reader.chunks(wanted)
        except InputError:
            self._source.confirm()
            raise
        self._source.confirm()
