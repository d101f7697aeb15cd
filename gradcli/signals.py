"""Signals that end the program: what it was doing is put away first, as after Ctrl-C."""

from __future__ import annotations

import os
import signal
import sys
import time
from _thread import start_new_thread
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


def end_on_signals() -> None:
    """From now on SIGTERM and SIGHUP raise Terminated in the main thread; those that are ignored (nohup) stay so."""
    for name in ENDING:
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)


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


def _end(number: int, _frame: FrameType | None) -> None:
    global _since  # noqa: PLW0603  # a process ends once
    now = time.monotonic()
    if _since is None:
        _since = now
        raise Terminated(128 + number)
    if now - _since > GRACE:  # something holds it up
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)
