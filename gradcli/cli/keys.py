"""Single keys from the terminal, also those that are typed while something is computed."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer

from gradcli.scenario.timeout import BEFORE_END

try:
    import termios
    import tty
except ImportError:  # Windows: nothing is shown there of what is typed while nobody reads
    termios = tty = None  # type: ignore[assignment]  # a module, where there is one

MOST = 1024
"""Bytes that are read at once."""


class Keys:
    """The terminal of standard input: within `reading()`, it shows nothing of what is typed, and loses none of it."""

    def __init__(self) -> None:
        self.former: Any = None
        self.whole = False
        """A whole line is being typed."""

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Inside, keys are read."""
        if termios is None or not sys.stdin.isatty():
            yield
            return
        self.former = termios.tcgetattr(sys.stdin.fileno())
        BEFORE_END.append(self._restore)
        former = signal.signal(signal.SIGCONT, lambda *_: None if self.whole else self._by_key())  # after Ctrl-Z, fg
        try:
            self._by_key()
            yield
        finally:
            signal.signal(signal.SIGCONT, former)
            BEFORE_END.remove(self._restore)
            self._restore()
            self.former = None

    @contextmanager
    def line(self) -> Iterator[None]:
        """Inside `reading()`: a whole line is typed, and shown."""
        self.whole = True
        self._restore()
        try:
            yield
        finally:
            self.whole = False
            if self.former is not None:
                self._by_key()

    def get(self) -> str:
        """What was typed, at least one key; "" where the terminal has gone. Raises EOFError and KeyboardInterrupt."""
        if self.former is None:
            return typer.getchar()
        return os.read(sys.stdin.fileno(), MOST).decode("utf-8", "replace")

    def _by_key(self) -> None:
        tty.setcbreak(sys.stdin.fileno(), termios.TCSANOW)  # later, or with a flush, keys would be lost

    def _restore(self) -> None:
        if self.former is not None:
            termios.tcsetattr(sys.stdin.fileno(), termios.TCSANOW, self.former)
