"""Signals that end the program: what it was doing is put away first, as after Ctrl-C."""

from __future__ import annotations

import os
import signal
import sys
import time
from _thread import _local, start_new_thread
from types import FrameType
from typing import Any

ENDING = ("SIGTERM", "SIGHUP")
GRACE = 5.0
"""Seconds for putting things away, in which a further signal changes nothing."""

SOON = 0.01
"""Seconds in which a callback ends."""

_since: float | None = None


class Terminated(SystemExit):
    """A signal asked for the end. The exit code is 128 + the signal's number, as shells have it."""


def endings() -> list[int]:
    """The numbers of the signals that end the program, other than Ctrl-C; Windows has no SIGHUP."""
    return [getattr(signal, name) for name in ENDING if hasattr(signal, name)]


def end_on_signals() -> None:
    """From now on SIGTERM and SIGHUP raise Terminated in the main thread; those that are ignored (nohup) stay so.

    Not in a fork of this process, which has nothing to put away: there they do what they do anywhere.
    """
    for number in endings():
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)
    _forks.end_at_once()


def is_ending() -> bool:
    """Whether such a signal has come."""
    return _since is not None


def keep_interrupts() -> None:
    """Ctrl-C that arrives where Python can raise nothing (in a weak reference's callback) is raised soon after it."""
    former = sys.unraisablehook

    def again() -> None:
        time.sleep(SOON)
        os.kill(os.getpid(), signal.SIGINT)

    def hook(unraisable: Any) -> None:
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            start_new_thread(again, ())
        else:
            former(unraisable)

    sys.unraisablehook = hook


class _Forks:
    """Lets forks end as processes do.

    A signal that reaches a fork before Python has noticed that it is one would be forgotten there, and a pool of
    processes that ends its workers waits for ever; so signals wait meanwhile.
    """

    def __init__(self) -> None:
        self._is_set = False
        self._former = _local()  # each thread has a mask of its own

    def end_at_once(self) -> None:
        if not self._is_set and hasattr(os, "register_at_fork"):
            self._is_set = True
            os.register_at_fork(before=self._hold, after_in_parent=self._let_go, after_in_child=self._begin)

    def _hold(self) -> None:
        self._former.mask = signal.pthread_sigmask(signal.SIG_BLOCK, endings())

    def _let_go(self) -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, self._former.mask)

    def _begin(self) -> None:
        for number in endings():
            if signal.getsignal(number) is _end:
                signal.signal(number, signal.SIG_DFL)
        self._let_go()


_forks = _Forks()


def _end(number: int, _frame: FrameType | None) -> None:
    global _since  # noqa: PLW0603  # a process ends once
    now = time.monotonic()
    if _since is None:
        _since = now
        raise Terminated(128 + number)
    if now - _since > GRACE:  # something holds it up
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)
