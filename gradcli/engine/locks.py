"""Locks for what all threads share: tables, counts, streams of random numbers."""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import RLock


def lock() -> RLock:
    """A lock that its holder may take again. A fork waits until it is free, so that no child finds it taken.

    A fork takes the newest lock first; so whoever holds one may wait for older ones only.
    """
    made = RLock()
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=made.acquire, after_in_parent=made.release, after_in_child=made.release)
    return made


TABLES = lock()
"""For what hangs on Tensors and nodes that several threads may hold: versions, hooks, accumulators, views.

The oldest lock. No function of the user runs while it is held.
"""


def _nothing() -> None:
    """There is nothing to put in place."""


class Installed:
    """What stands in for a function while anybody, in any thread, needs it: `with` it, it is there.

    put, take  put it in its place, and take it away again; a module above may bring them with `installs`
    """

    def __init__(self, put: Callable[[], None] = _nothing, take: Callable[[], None] = _nothing) -> None:
        self.installs(put, take)
        self._users = 0

    def installs(self, put: Callable[[], None], take: Callable[[], None]) -> None:
        """Says what is put in place, before anybody needs it."""
        self._put = put
        self._take = take

    def __enter__(self) -> None:
        with TABLES:
            self._users += 1
            if self._users == 1:
                self._put()

    def __exit__(self, *_: object) -> None:
        with TABLES:
            self._users -= 1
            if not self._users:
                self._take()
