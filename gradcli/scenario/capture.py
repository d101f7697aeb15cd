"""What a scenario's code writes: by `print`, and by whatever else writes to the process's descriptors 1 and 2.

What Python prints is kept at once. What programs that the code starts, or libraries in C, write to the descriptors
comes through a pipe, which is emptied before anything else is kept: so all stands in the order in which it was written.
"""

from __future__ import annotations

import io
import os
import re
import select
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from typing import Any, BinaryIO, cast

from gradcli.scenario.timeout import BEFORE_END

MOST = 1_000_000
"""Bytes that a block may print."""
TOO_MUCH = f"stopped: it printed more than {MOST:,} bytes"
"""What is told of one that prints more."""
KEPT = 2_000
"""Bytes that are shown of a block that prints more."""

PIPES = hasattr(select, "poll")
"""Whether what is written to the descriptors can be collected: not on Windows, where it goes where it would."""

_CHUNK = 65_536
_PATIENCE = 1.0  # seconds; a process that was forked may have the lock of a thread that it does not have


_MOVES = re.compile(r"[\r\b]|\x1b\[\d*K")
"""What moves a terminal back in its line, or clears that."""
_SIGN = re.compile(r"\x1b\[(?P<numbers>[\d;]*)(?P<code>[A-Za-z])|.", re.DOTALL)


class OutputLimitError(BaseException):
    """Too much was printed. No Exception, so that `except Exception:` in the code does not catch it."""


def in_the_end(text: str) -> str:
    """The text that a terminal shows at last: of a line that was written over, as a progress bar is, its last state."""
    return "\n".join(_line(line) if _MOVES.search(line) else line for line in text.split("\n"))


def _line(written: str) -> str:
    cells, at = list[str](), 0
    for sign in _SIGN.finditer(written):
        if sign[0] == "\r":
            at = 0
        elif sign[0] == "\b":
            at = max(at - 1, 0)
        elif sign["code"] == "K":
            if sign["numbers"] != "1":
                del cells[at:]
            if sign["numbers"] in ("1", "2"):
                cells[:at] = " " * at
        elif not sign["code"]:  # colours are left out
            cells[at : at + 1] = sign[0]
            at += 1
    return "".join(cells)


class Sink:
    """Collects what is written to it, and to a descriptor of the process while `over` it.

    number  the descriptor: 1 or 2
    lost    whether more was written than is kept
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self.lost = False
        self.data = bytearray()
        self.owner = os.getpid()
        self.lock = threading.Lock()
        self.pipe = os.pipe() if PIPES else None
        if self.pipe is not None:
            os.set_blocking(self.pipe[0], False)
            threading.Thread(target=self._listen, args=(self.pipe[0],), daemon=True).start()

    def write(self, data: bytes) -> int:
        """Keeps it; in a process that the code has forked, sends it here. Raises OutputLimitError."""
        if os.getpid() != self.owner:
            return os.write(self.number, data)
        self._empty(bytes(data))
        if self.lost:
            raise OutputLimitError
        return len(data)

    @contextmanager
    def over(self) -> Iterator[None]:
        """Inside, what is written to the descriptor comes here."""
        if self.pipe is None:
            yield
        else:
            with replaced(self.number, self.pipe[1]):
                yield

    def take(self) -> str:
        """The text that has come since it was taken last, as a terminal has it in the end."""
        self._empty()
        data, self.data, self.lost = self.data, bytearray(), False
        return in_the_end(data.decode("utf-8", "replace"))

    def _empty(self, data: bytes = b"") -> None:
        """Keeps what is in the pipe, and then the data."""
        held = self.lock.acquire(timeout=_PATIENCE)
        try:
            if self.pipe is not None:
                with suppress(BlockingIOError):
                    while chunk := os.read(self.pipe[0], _CHUNK):
                        self._keep(chunk)
            self._keep(data)
        finally:
            if held:
                self.lock.release()

    def _keep(self, data: bytes) -> None:
        self.lost = self.lost or len(self.data) + len(data) > MOST
        self.data += data[: max(0, (KEPT if self.lost else MOST) - len(self.data))]
        if self.lost:
            del self.data[KEPT:]

    def _listen(self, end: int) -> None:
        """Empties the pipe whenever there is something in it, so that nobody waits for it."""
        waiting = select.poll()
        waiting.register(end, select.POLLIN)
        while True:
            waiting.poll()
            self._empty()


@contextmanager
def replaced(number: int, by: int) -> Iterator[None]:
    """Inside, a descriptor of the process is a copy of another one; also where it was closed, or is being closed."""
    try:
        former: int | None = os.dup(number)
    except OSError:  # it was closed
        former = None

    def put_back() -> None:
        if former is not None:
            os.dup2(former, number)
        else:
            with suppress(OSError):
                os.close(number)

    os.dup2(by, number)
    BEFORE_END.append(put_back)
    try:
        yield
    finally:
        BEFORE_END.remove(put_back)
        put_back()
        if former is not None:
            os.close(former)


@cache
def sinks() -> tuple[Sink, Sink]:
    """What collects standard output and standard error: the process has one of each."""
    return Sink(1), Sink(2)


class Streams:
    """Standard input, output and error as a scenario's code sees them: the same ones in all its blocks."""

    def __init__(self) -> None:
        self.out, self.err = sinks()
        self.taken()
        self.files: list[io.TextIOWrapper] = []

    @contextmanager
    def given(self, *, descriptors: bool = True) -> Iterator[None]:
        """Inside, they are the process's. There is nothing to read: a block has no one to ask.

        descriptors  whether what is written past Python, to descriptors and by other processes, comes here too
        """
        if not self.files or any(file.closed for file in self.files):
            self.files = [_text(self.out), _text(self.err)]
        former = sys.stdin, sys.stdout, sys.stderr
        sys.stdin, (sys.stdout, sys.stderr) = io.StringIO(), self.files
        try:
            with ExitStack() as stack:
                nothing = stack.enter_context(open(os.devnull))  # noqa: PTH123  # no path of ours
                stack.enter_context(replaced(0, nothing.fileno()))
                for sink in (self.out, self.err) if descriptors else ():
                    stack.enter_context(sink.over())
                yield
        finally:
            sys.stdin, sys.stdout, sys.stderr = former

    def taken(self) -> tuple[str, str]:
        """What was written to output and to error since that was taken last."""
        return self.out.take(), self.err.take()

    @property
    def lost(self) -> bool:
        """Whether more was written than is kept."""
        return self.out.lost or self.err.lost


class _Door(io.RawIOBase):
    """A way into a sink, which the code may close."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink

    def fileno(self) -> int:
        return self.sink.number

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return self.sink.write(data)


def _text(sink: Sink) -> io.TextIOWrapper:
    return io.TextIOWrapper(cast("BinaryIO", _Door(sink)), "utf-8", newline="", write_through=True)
