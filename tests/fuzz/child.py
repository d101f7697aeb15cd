"""Inputs are tried in a process of their own, which is killed when it takes too long, and may die."""

from __future__ import annotations

import resource
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from random import Random
from typing import Any, Self

from .kinds import Data

LIMIT = 60.0
"""Seconds for one input. SymPy may take ten of them, an enclosure five, JAX ten to compile; the machine may be busy."""
MEMORY = 4 * 2**30
"""Bytes of addresses."""


def case(kind: str, seed: int, number: int) -> Data:
    """The input of that number."""
    from .every import KINDS

    return KINDS[kind].make(Random(f"{kind} {seed} {number}"))


def _serve(pipe: Connection) -> None:
    import numpy as np

    from .every import KINDS

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    np.seterr(all="ignore")
    with suppress(EOFError):
        while True:
            kind, data = pipe.recv()
            pipe.send(KINDS[kind].tried(data))


class Child:
    """Tries inputs."""

    def __init__(self, limit: float = LIMIT) -> None:
        self.limit = limit
        self._process: Any = None
        self._pipe: Any = None

    def tried(self, kind: str, data: Data) -> str:
        """What is wrong with what becomes of an input; that it takes too long, or ends the process, is."""
        if self._process is None:
            context = get_context("spawn")
            self._pipe, theirs = context.Pipe()
            self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
            self._process.start()
            theirs.close()
            self._pipe.send((kind, data))
            answered = self._pipe.poll(self.limit + 60)  # which imports, too
        else:
            self._pipe.send((kind, data))
            answered = self._pipe.poll(self.limit)
        if not answered:
            self.close()
            return f"hangs: more than {self.limit:g} s"
        try:
            said: str = self._pipe.recv()
        except EOFError:
            self._process.join()
            code = self._process.exitcode
            self.close()
            return f"the process ends: exit code {code}"
        return said

    def bound(self, kind: str) -> Callable[[Data], str]:
        """The same for inputs of one kind."""
        return lambda data: self.tried(kind, data)

    def close(self) -> None:
        """Ends the process."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._pipe.close()
            self._process = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
