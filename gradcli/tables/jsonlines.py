"""JSON lines: an object a line, its keys the columns."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, BinaryIO

from gradcli.errors import InputError
from gradcli.tables.source import BUFFER, RowGuard
from gradcli.tables.table import (
    MISSING,
    STATUSES,
    Chunk,
    WrittenRows,
    empty_lines,
    part_read,
    text_chunks,
    texts,
)  # fmt: skip

BOM = b"\xef\xbb\xbf"
NONFINITE = {"nan": '"NaN"', "inf": '"Infinity"', "-inf": '"-Infinity"'}
"""How strict JSON has what Python writes so."""
FIRST = 1000
"""Lines whose keys are the columns, ..."""
FIRST_BYTES = 2**26
"""... if they are no longer than this together."""
READ = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": -float("inf")}


class JsonLinesReader:
    """Rows of objects. The columns are the keys of the first objects, some of which may lack some.

    Raises InputError if there is no object among them.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._guard = RowGuard(file)
        self._file = io.BufferedReader(self._guard, BUFFER)
        self._part = part_read(file)
        self._empty = 0
        self._rows = self._read()
        self._first: list[dict[str, Any] | str] = []
        while (
            len(self._first) < FIRST and self._guard.total < FIRST_BYTES and (row := next(self._rows, None)) is not None
        ):
            self._first.append(row)
        self.notes: list[str] = []
        self.columns = tuple(dict.fromkeys(key for row in self._first if isinstance(row, dict) for key in row))
        if not self._first:
            raise InputError("empty", "the data are empty: there is no line in it")
        if not self.columns:
            reason = next((row for row in self._first if isinstance(row, str)), "it is empty")
            raise InputError("file", f"no line holds an object with columns: in the first, {reason}")

    def chunks(self, wanted: Mapping[str, int]) -> Iterator[Chunk]:
        keys = {name: self.columns[position] for name, position in wanted.items()}
        rows, self._first = chain(self._first, self._rows), []
        yield from text_chunks(rows, keys, lambda row, key: row.get(key, MISSING), _number, {}, self._part)
        self.notes += empty_lines(self._empty)

    def _read(self) -> Iterator[dict[str, Any] | str]:
        """Each line's object, or why there is none."""
        start = BOM
        for line in self._file:
            self._guard.waiting = 0
            line, start = line.removeprefix(start), b""
            if line.strip():
                yield _object(line)
            else:
                self._empty += 1


class _TwiceError(Exception):
    """A key of an object that occurs twice."""


def _keyed(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _TwiceError(next(key for key in keys if keys.count(key) > 1))
    return found


def _object(line: bytes) -> dict[str, Any] | str:
    try:
        value = json.loads(line.decode("utf-8"), object_pairs_hook=_keyed)
    except json.JSONDecodeError as error:
        return f"it is not JSON: {error.msg} at character {error.colno}"
    except _TwiceError as error:
        return f"it has two values for {error}"
    except UnicodeDecodeError:
        return "it is not UTF-8 text"
    except (ValueError, RecursionError):  # a number of thousands of digits, thousands of brackets
        return "it is too large a value"
    return value if isinstance(value, dict) else "it is no JSON object"


def _number(value: Any) -> float:
    """The number. Raises TypeError, ValueError or OverflowError for anything else."""
    if type(value) is float or type(value) is int:
        return float(value)
    if isinstance(value, str) and value in READ:
        return READ[value]
    raise TypeError


class JsonLinesWriter:
    """Writes an object a line, in strict JSON."""

    def __init__(self, file: BinaryIO, names: Sequence[str]) -> None:
        self._file = file
        fields = ", ".join(f"{json.dumps(name, ensure_ascii=False)}: %s" for name in names)
        self._line = f'{{{fields}, "status": "%s"}}'

    def write(self, block: WrittenRows) -> None:
        columns = [[NONFINITE.get(text, text) for text in texts(array)] for array in block.numbers.values()]
        words = [STATUSES[code] for code in block.status]
        lines = map(self._line.__mod__, zip(*columns, words, strict=True))
        self._file.write(("\n".join(lines) + "\n").encode())

    def close(self) -> None:
        """Nothing is missing."""
