"""The values given on the command line: `x=0`, `x=ones(2,2), y=[1,2]`, `x=@points.npy`, `x=@-`."""

from __future__ import annotations

import io
import re
from array import array as packed
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from gradcli.engine.tensor import Tensor
from gradcli.errors import InputError, Span
from gradcli.files import MOST_NUMBERS, read_bytes, read_text
from gradcli.lang.creation import Maker, hoist
from gradcli.lang.evaluate import CONSTANTS, MAX_ELEMENTS, evaluate
from gradcli.lang.functions import find, functions, names
from gradcli.lang.parser import parse
from gradcli.lang.tokens import LITERALS
from gradcli.npy import DamagedError, read_array

Array = Any
_START = re.compile(r"\s*(\w+)\s*=(?!=)")
_BRACKETS = {"(": 1, "[": 1, ")": -1, "]": -1}


def read_values(texts: Iterable[str], option: str, maker: Maker, *, files: bool = True) -> dict[str, Array]:
    """The arrays of the names in `texts`, each of which holds one assignment or several after commas.

    files  whether a value may be @FILE: not in texts that come from others
    Raises InputError for what is no assignment, a name given twice, a value that cannot be read, or a file that is no
    table of numbers.
    """
    values: dict[str, Array] = {}
    for text in texts:
        for name, value, start in split_assignments(text, option):
            if name in values:
                raise InputError(
                    "duplicate", f"{option} gives {name!r} twice", span=Span(text, start, start + 1, option)
                )
            if not files:
                refuse_file(value, f"{option} {name}")
            values[name] = _read(value, f"{option} {name}", maker)
    return values


def split_assignments(text: str, option: str) -> list[tuple[str, str, int]]:
    """Name, text of the value and start of each assignment in `text`."""
    cuts, depth = [-1], 0
    for i, character in enumerate(text):
        depth += _BRACKETS.get(character, 0)
        if character == "," and depth == 0 and _START.match(text, i + 1):
            cuts.append(i)
    pieces = []
    for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True):
        match = _START.match(text, start + 1, end)
        if match is None or not match[1].isidentifier():
            span = Span(text, 0, len(text), option)
            raise InputError(
                "syntax", f"{option} wants NAME=VALUE", span=span, hint=f'for instance {option} "x=[1, 2]"'
            )
        check_free(match[1], Span(text, *match.span(1), option))
        pieces.append((match[1], text[match.end() : end].strip(), match.start(1)))
    return pieces


def check_free(name: str, span: Span | None = None) -> None:
    """Raises InputError for a name that is one of a function, or True, False or None."""
    if name in functions() or name in LITERALS:
        raise InputError("reserved", f"{name!r} has a meaning of its own and cannot be a variable", span=span)


def refuse_file(text: str, source: str) -> None:
    """Raises InputError for @FILE where it is data: which files are read is up to who writes the command line."""
    if text.startswith("@"):
        hint = "write the numbers themselves, for instance [1, 2]; @FILE is for options of the command line"
        raise InputError("file", f"{source}: {text[:60]!r} names a file, and data must not", hint=hint)


def _read(text: str, source: str, maker: Maker) -> Array:
    if text.startswith("@"):
        array = read_file(text[1:], source)
    else:
        array = read_value(text, source, maker)
    return array.astype(maker.dtype)[()]


def read_value(text: str, source: str, maker: Maker) -> Array:
    """The array of an expression without variables, in float64 or the dtype of what it creates."""
    parsed = parse(text, find, names=names(), bound=CONSTANTS, source=source)
    program, made = hoist(parsed.program, parsed.source, maker)
    value = evaluate(program, {name: Tensor(array) for name, array in made.items()}, parsed.source)
    return np.asarray(value.array if isinstance(value, Tensor) else value)


def read_file(name: str, source: str) -> Array:
    """The array in a .npy file, or the numbers of a .csv or text file, or of standard input ("-").

    Raises InputError for a file that is missing, ragged, not numeric, not UTF-8, or too large.
    """
    if not name:
        raise InputError("file", f"{source}: a file name must follow @", hint="@points.npy, @points.csv or @-")
    try:
        array = _npy(name) if name.endswith(".npy") else _table(name)
    except InputError as error:
        raise InputError(error.code, f"{source}: {error.message}", hint=error.hint) from None
    if array.dtype.kind not in "biuf":
        raise InputError("file", f"{source}: {name!r} holds {array.dtype} values, not real numbers")
    if array.size > MAX_ELEMENTS:
        raise InputError("too-large", f"{source}: {name!r} has {array.size:,} elements; the limit is {MAX_ELEMENTS:,}")
    return array


def _npy(name: str) -> Array:
    """The array in a .npy file."""
    data = read_bytes(name, MOST_NUMBERS)
    if not data:
        raise InputError("file", f"{name!r} cannot be read: the file is empty")
    try:
        return read_array(io.BytesIO(data), len(data))
    except DamagedError as error:
        raise InputError("file", f"{name!r} holds no array of numbers: {error}") from None


def _table(name: str) -> Array:
    """Numbers separated by commas, tabs or blanks, a row a line; one row or one column gives one axis.

    Raises InputError with the line for a row of another length or a cell that is no number.
    """
    numbers, width = packed("d"), 0
    for number, line in enumerate(_lines(read_text(name, MOST_NUMBERS)), 1):
        cells = line.split(",") if "," in line else line.split()
        if not cells or line.lstrip().startswith("#"):
            continue
        try:
            numbers.extend(map(float, cells))
        except ValueError:
            raise InputError("file", f"{name}, line {number}: not a row of numbers: {line.strip()[:60]!r}") from None
        width = width or len(cells)
        if len(cells) != width:
            message = f"{name}, line {number}: {len(cells)} numbers where the rows above have {width}"
            raise InputError("file", message)
        if len(numbers) > MAX_ELEMENTS:
            raise InputError("too-large", f"{name!r} has more than {MAX_ELEMENTS:,} elements, which is the limit")
    if not numbers:
        raise InputError("file", f"{name}: there are no numbers in it")
    array = np.array(numbers).reshape(-1, width)
    return array.reshape(-1) if 1 in array.shape else array


def _lines(text: str) -> Iterator[str]:
    """One after the other: a list of all would take several times the memory of the text."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield text[start:end]
        start = end + 1
