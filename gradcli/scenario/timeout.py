"""A limit on the time that a step's code may take."""

from __future__ import annotations

import ctypes
import math
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

GRACE = 1.0
"""Seconds after which a program that cannot be interrupted is ended: one long call of a C library, for instance."""

LONGEST = 1e8
"""Seconds beyond which a limit is none: three years."""

WATCHERS: list[Callable[[float, str], None]] = []
"""Who ends this process from outside, where nothing in it can. They are told when, by `time.monotonic`, and why.

Infinity takes it back."""

BEFORE_END: list[Callable[[], None]] = []
"""What is put right before the process is ended so."""

_AGAIN = 0.5  # seconds until code that has caught the interruption is interrupted again


class TimeLimitError(BaseException):
    """The time is up. No Exception, so that `except Exception:` in the code does not catch it."""


@contextmanager
def time_limit(seconds: float | None, place: str, grace: float = GRACE) -> Iterator[None]:
    """Inside, code that takes longer than this raises TimeLimitError where it stands; None, or years, is no limit.

    Code that goes on regardless ends the whole process with exit code 1, and a message on stderr that names `place`.
    """
    if seconds is None or seconds > LONGEST:
        yield
        return
    message = f"{place} took longer than {seconds:g} s"
    with _ended(seconds + grace, message), _by_signal(seconds) if _signals() else _by_thread(seconds):
        yield


@contextmanager
def _ended(seconds: float, message: str) -> Iterator[None]:
    """Inside, the process is ended after this time: by those who watch it, or by itself."""
    if WATCHERS:
        for tell in WATCHERS:
            tell(time.monotonic() + seconds, message)
        try:
            yield
        finally:
            for tell in WATCHERS:
                tell(math.inf, "")
        return
    last = threading.Timer(seconds, _end, (f"error: {message}\n",))
    last.daemon = True
    last.start()
    try:
        yield
    finally:
        last.cancel()


def _signals() -> bool:
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()


@contextmanager
def _by_signal(seconds: float) -> Iterator[None]:
    """A timer of the operating system: it also ends waiting and sleeping."""
    running = True

    def interrupt(*_: object) -> None:
        if running:
            raise TimeLimitError

    former = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        yield
    finally:
        running = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)


@contextmanager
def _by_thread(seconds: float) -> Iterator[None]:
    """A thread that makes this one raise, between two of its instructions."""
    target, over = threading.get_ident(), threading.Event()

    def interrupt() -> None:
        pause = seconds
        while not over.wait(pause):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(target), ctypes.py_object(TimeLimitError))
            pause = _AGAIN

    thread = threading.Thread(target=interrupt, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _end(message: str) -> None:
    for put_right in reversed(BEFORE_END):
        put_right()
    os.write(2, message.encode())
    os._exit(1)
