"""The one owner of python-flint's precision and series length, which are global to the process.

Nothing else in the project sets `flint.ctx`. Whatever computes with balls does so inside `working(...)`, which one
thread at a time can be in; and no series is ever longer than what was asked for, because a coefficient beyond the end
of a series reads as an exact 0.
"""

from __future__ import annotations

from threading import RLock

from flint import ctx

_LOCK = RLock()
LONGEST = 64
"""Terms of a series."""


class working:  # noqa: N801  # it stands in a `with`, as a function of contextlib would, and enters far faster
    """Balls have this many bits inside; the thread has them for itself. May be nested."""

    __slots__ = ("before", "bits")

    def __init__(self, bits: int) -> None:
        self.bits = bits

    def __enter__(self) -> None:
        _LOCK.acquire()
        self.before = ctx.prec, ctx.cap
        ctx.prec, ctx.cap = self.bits, LONGEST

    def __exit__(self, *exception: object) -> None:
        ctx.prec, ctx.cap = self.before
        _LOCK.release()
