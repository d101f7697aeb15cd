"""What a scenario's code changes around it, and what reaches it from outside."""

from __future__ import annotations

import builtins
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from gradcli.signals import is_ending


class Surroundings:
    """The working directory, as a scenario's code has left it: gradcli does not see it so."""

    def __init__(self) -> None:
        self.folder: int | None = None

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Inside, it is the code's; afterwards it is what it was, and so are Python's builtins."""
        names = vars(builtins)
        ours, home = {**names}, _here()
        _go(self.folder)
        try:
            yield
        finally:
            names.update(ours)  # before that, no builtin can be relied on
            former, self.folder = self.folder, _here()
            _go(home)
            for descriptor in (former, home):
                if descriptor is not None:
                    with suppress(OSError):  # the code closes what it likes
                        os.close(descriptor)


def _here() -> int | None:
    """The working directory, also one that was deleted; None where it cannot be kept."""
    try:
        return os.open(".", os.O_RDONLY) if hasattr(os, "fchdir") else None
    except OSError:
        return None


def _go(folder: int | None) -> None:
    if folder is not None:
        with suppress(OSError):  # the code has closed it
            os.fchdir(folder)


class Signals:
    """Tells what a signal raises from a KeyboardInterrupt or SystemExit that the code raises itself."""

    def __init__(self) -> None:
        self.interrupted = False

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Inside, Ctrl-C is listened for, where it raises anything here."""
        former = signal.getsignal(signal.SIGINT)
        if threading.current_thread() is not threading.main_thread() or not callable(former):
            yield
            return

        def note(number: int, frame: FrameType | None) -> Any:
            self.interrupted = True
            return former(number, frame)

        signal.signal(signal.SIGINT, note)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, former)

    def outside(self, error: BaseException) -> bool:
        """Whether what was raised comes from outside the code."""
        return (self.interrupted or is_ending()) and isinstance(error, (KeyboardInterrupt, SystemExit))
