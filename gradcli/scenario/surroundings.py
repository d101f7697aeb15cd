"""What a scenario's code changes around it, and what reaches it from outside."""

from __future__ import annotations

import builtins
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from gradcli.signals import ENDING


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
        self.came = False

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Inside, they are listened for, where they raise anything here."""
        main = threading.current_thread() is threading.main_thread()
        former = {number: way for number in _endings() if main and callable(way := signal.getsignal(number))}
        for number, handler in former.items():
            signal.signal(number, self._noting(handler))
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)

    def outside(self, error: BaseException) -> bool:
        """Whether what was raised comes from outside the code."""
        return self.came and isinstance(error, (KeyboardInterrupt, SystemExit))

    def _noting(self, handler: Callable[[int, FrameType | None], Any]) -> Callable[[int, FrameType | None], Any]:
        def note(number: int, frame: FrameType | None) -> Any:
            self.came = True
            return handler(number, frame)

        return note


def _endings() -> list[int]:
    """The signals that ask for the end; Windows has no SIGHUP."""
    return [getattr(signal, name) for name in ("SIGINT", *ENDING) if hasattr(signal, name)]
