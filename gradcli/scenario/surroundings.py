"""What a scenario's code changes around it, and what reaches it from outside."""

from __future__ import annotations

import builtins
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


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
    """Tells an interruption by Ctrl-C from a KeyboardInterrupt that the code raises itself."""

    def __init__(self) -> None:
        self.came = False

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Inside, they are listened for, if Ctrl-C raises KeyboardInterrupt here at all."""
        former = signal.getsignal(signal.SIGINT)
        if former is not signal.default_int_handler or threading.current_thread() is not threading.main_thread():
            yield
            return
        signal.signal(signal.SIGINT, self._interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, former)

    def outside(self, error: BaseException) -> bool:
        """Whether what was raised comes from outside the code."""
        return self.came and isinstance(error, KeyboardInterrupt)

    def _interrupt(self, *_: object) -> None:
        self.came = True
        raise KeyboardInterrupt
