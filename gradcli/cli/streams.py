"""The standard streams, whatever they are: of any encoding, full, or closed."""

from __future__ import annotations

import codecs
import io
import os
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, TextIO

from gradcli.cli.overseer import overseer
from gradcli.errors import InputError

ERRORS = "gradcli"
"""The name of the error handler for signs that an encoding lacks."""
STAND_INS = {
    **dict.fromkeys("─━╌╍┄┅┈┉═╴╶╸╺‐‑‒–—−", "-"),
    **dict.fromkeys("│┃║╎╏┆┇┊┋", "|"),
    **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╯╰╒╓╔╕╖╗╘╙╚╛╜╝╞╟╠╡╢╣╤╥╦╧╨╩╪╫╬┏┓┗┛┣┫┳┻╋┡┢┩┪╇╈", "+"),
    **dict.fromkeys("•●■▪◆★", "*"),
    **dict.fromkeys("×·⋅", "*"),
    **dict.fromkeys("‘’′", "'"),
    **dict.fromkeys("“”″", '"'),
    "\ufffd": "?",
    "→": "->",
    "←": "<-",
    "↓": "v",
    "⇒": "=>",
    "↳": "`-",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "≈": "~=",
    "±": "+-",
    "…": "...",
    "∞": "inf",
    "∂": "d",
    "∇": "grad ",
    "Σ": "sum",
    "√": "sqrt",
    "∈": " in ",
    "π": "pi",
    "✓": "ok",
    "✔": "ok",
    "✗": "x",
    "✘": "x",
    "▶": ">",
    "░": ".",
    "▒": "+",
    "▓": "#",
    "█": "#",
}
"""What is written for a sign that an encoding lacks. Rich's tables take ASCII by themselves where they must."""
UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
"""Categories of signs that steer the screen instead of standing on it."""


class OutputLost(Exception):
    """Standard output takes nothing more, nor a report of that; the message says why."""


class PipeClosed(Exception):
    """The reader of stdout has gone (`| head`)."""


class Stdout(io.TextIOWrapper):
    """Standard output, which is lost with the first error. Raises what `lost` says, whoever writes."""

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except OSError as error:
            raise lost(error) from None

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as error:
            raise lost(error) from None


class StdoutBytes(io.BufferedIOBase):
    """The bytes of standard output, for those who write files to it; errors as above."""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        try:
            return sys.stdout.buffer.write(data)
        except OSError as error:
            raise lost(error) from None

    def flush(self) -> None:
        sys.stdout.flush()


def mend_streams() -> None:
    """Makes the streams such that every text can be written, and a closed one fails like a full one."""
    codecs.register_error(ERRORS, _stand_in)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = _mended(io.TextIOWrapper, sys.stderr, 2)
    sys.stdout = _mended(Stdout, sys.stdout, 1)


def _mended(kind: type[io.TextIOWrapper], stream: Any, descriptor: int) -> io.TextIOWrapper:
    """The stream, of this kind; one that was closed when Python started is opened."""
    if stream is None:
        return kind(open(descriptor, "wb", closefd=False), "utf-8", ERRORS)
    encoding, by_lines = stream.encoding, stream.line_buffering
    return kind(stream.detach(), encoding, ERRORS, line_buffering=by_lines)


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    """The handler for what cannot be written: a stand-in, or the sign's number as Python writes it."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    return "".join(STAND_INS.get(sign) or ascii(sign)[1:-1] for sign in signs), error.end


def is_unicode(stream: TextIO) -> bool:
    """Whether every sign can be written there."""
    return stream.encoding.lower().replace("-", "").startswith("utf")


def encoded(text: str) -> bytes:
    """The text as stdout would write it."""
    return text.encode(sys.stdout.encoding, ERRORS if isinstance(sys.stdout, io.TextIOWrapper) else "replace")


def visible(text: str) -> str:
    """The text without signs that steer a terminal or turn its lines round, each of them replaced by one that is seen."""
    return "".join(sign if sign in "\n\t" or unicodedata.category(sign) not in UNSEEN else "\ufffd" for sign in text)


def write(text: str) -> None:
    """Writes text to stdout, at once. Raises PipeClosed where nobody reads, OutputLost where it cannot be written."""
    if overseer.is_showing:
        overseer.write(1, encoded(text))
        return
    sys.stdout.write(text)
    sys.stdout.flush()


def write_bytes(data: bytes) -> None:
    """The same of bytes."""
    sys.stdout.flush()
    StdoutBytes().write(data)
    sys.stdout.flush()


def tell(text: str) -> None:
    """A line for the reader on stderr; lost where that cannot be written."""
    line = visible(text) + "\n"
    if overseer.is_showing:
        overseer.write(2, line.encode(sys.stderr.encoding, "backslashreplace"))
        return
    try:
        sys.stderr.write(line)
        sys.stderr.flush()
    except OSError:
        _sink(sys.stderr)


@contextmanager
def reading_stdin() -> Iterator[BinaryIO]:
    """Standard input's bytes. Raises InputError where they cannot be read."""
    try:
        yield sys.stdin.buffer
    except OSError as error:
        raise InputError("file", f"standard input cannot be read: {error.strerror}") from None


def lost(error: OSError) -> PipeClosed | OutputLost:
    """What is raised for an error of stdout, of which nothing more is expected."""
    _sink(sys.stdout)
    if isinstance(error, BrokenPipeError):
        return PipeClosed()
    return OutputLost(f"standard output cannot be written: {error.strerror}")


def _sink(stream: TextIO) -> None:
    """Lets go of what a stream still holds, which must not fail once more when Python ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
