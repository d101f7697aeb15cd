"""The SymPy process, seen from the parent. Imports neither NumPy nor SymPy: it is started before everything else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from subprocess import DEVNULL
from threading import Thread
from typing import Any, Self

from gradcli.child import Child, EndedError, debugging

_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "SYMPY_CACHE_SIZE": "100000"}
_GRACE = 1.0  # seconds for the thread that waits for a process that has been ended


class SympyWorker:
    """A process that imports SymPy while the parent goes on, and answers one request at a time.

    A request that takes too long, or a process that dies or says anything but the answer, costs the process, not the
    parent: the next request starts another one.

    started   is told the number of every process that is started
    at_once   start it now, so that it is ready at the first request; otherwise it is started by that
    patience  the most seconds that any answer is waited for
    """

    def __init__(self, *, at_once: bool = True, started: Callable[[int], None] | None = None) -> None:
        self._started = started
        self.patience = float("inf")
        self._child: Child | None = None
        self._exchange: Thread | None = None
        self._reply: list[dict[str, Any] | EndedError] = []
        if at_once:
            with suppress(OSError):  # the first request tries again, and says why
                self._child = self._start()

    @property
    def pid(self) -> int | None:
        """The number of the process; None while there is none."""
        return None if self._child is None else self._child.pid

    def ask(self, request: dict[str, Any], timeout: float) -> dict[str, Any]:
        """`post`, then `answer`."""
        self.post(request)
        return self.answer(timeout)

    def post(self, request: dict[str, Any]) -> None:
        """Sends a request and returns at once. A request whose answer nobody fetched is given up, with its process."""
        if self._exchange is not None or (self._child is not None and not self._child.runs):
            self.close()
        self._reply = []
        try:
            self._child = self._child or self._start()
            exchange = Thread(target=_exchange, args=(self._child, request, self._reply), daemon=True)
            exchange.start()
        except OSError as error:
            self._reply.append(EndedError(f"it cannot be started: {error.strerror}"))
        except RuntimeError:  # of the thread
            self._reply.append(EndedError("there is too little memory to ask it"))
        else:
            self._exchange = exchange

    def answer(self, timeout: float) -> dict[str, Any]:
        """The answer to the request that was posted; {"error": reason} if there is none after `timeout` seconds."""
        timeout = min(timeout, self.patience)
        if self._exchange is not None:
            self._exchange.join(timeout)
            if self._exchange.is_alive():
                self.close()
                return {"error": f"timed out after {timeout:g} s"}
            self._exchange = None
        reply = self._reply[0] if self._reply else EndedError("what it answered could not be taken in")
        if isinstance(reply, EndedError):
            self.close()
            return {"error": f"the SymPy process ended early ({reply})"}
        return reply

    def close(self) -> None:
        """Ends the process. A later request starts another one."""
        child, self._child = self._child, None
        exchange, self._exchange = self._exchange, None
        if child is None:
            return
        child.kill()
        if exchange is not None:
            exchange.join(_GRACE)  # the end of the pipe releases it
            if exchange.is_alive():  # a process that the process has started keeps the pipe open: it is left to that
                return
        child.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _start(self) -> Child:
        child = Child("gradcli.verify.worker", _ENVIRONMENT, stderr=None if debugging() else DEVNULL)
        if self._started is not None:
            self._started(child.pid)
        return child


def _exchange(child: Child, request: Mapping[str, Any], reply: list[dict[str, Any] | EndedError]) -> None:
    """Asks, in a thread: pipes cannot be waited for with a time limit everywhere."""
    try:
        reply.append(child.ask(request))
    except EndedError as ended:
        reply.append(ended)
