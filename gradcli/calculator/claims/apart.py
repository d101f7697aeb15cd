"""A step whose cost nobody knows beforehand, in a process that can be ended: nothing else ends a single call into C."""

from __future__ import annotations

import os
import pickle
import select
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from math import isfinite
from typing import NoReturn, TypeVar

T = TypeVar("T")


def apart(step: Callable[[], T], seconds: float) -> T:
    """What the step returns, or raises. Raises TimeoutError after so many seconds, MemoryError if the system ended it.

    Where a system has no fork, the step is taken here, and nothing ends it.
    """
    if not hasattr(os, "fork") or not isfinite(seconds):
        return step()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _take(step, writing)
    os.close(writing)
    with suppress(OSError):
        os.setpgid(child, child)
    try:
        data = _all(reading, time.monotonic() + seconds)
    finally:
        with suppress(OSError):
            os.killpg(child, signal.SIGKILL)  # and what it has started
        os.close(reading)
        os.waitpid(child, 0)
    if not data:
        raise MemoryError
    error, found = pickle.loads(data)  # noqa: S301  # from a fork of this very process
    if error is not None:
        raise error
    answer: T = found
    return answer


def _take(step: Callable[[], T], writing: int) -> NoReturn:
    """The child: takes the step and says what came of it."""
    try:
        with suppress(OSError):
            os.setpgid(0, 0)
        try:
            data = pickle.dumps((None, step()))
        except Exception as error:  # noqa: BLE001  # the parent raises it
            data = pickle.dumps((error, None))
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(data)
    finally:
        os._exit(0)


def _all(reading: int, ends: float) -> bytes:
    """What comes until the other end is closed. Raises TimeoutError where that is too late."""
    parts: list[bytes] = []
    while True:
        ready, _, _ = select.select([reading], [], [], max(0.0, ends - time.monotonic()))
        if not ready:
            raise TimeoutError
        part = os.read(reading, 2**20)
        if not part:
            return b"".join(parts)
        parts.append(part)
