"""The SymPy process, seen from the parent. Imports neither NumPy nor SymPy: it is started before everything else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, Self

import gradcli

if TYPE_CHECKING:
    from collections.abc import Callable

# The package's folder comes last on the path, so that nothing beside it hides a module of Python; -P keeps the working
# directory off it.
_START = "import sys; sys.path.append(sys.argv[1]); from gradcli.verify.worker import main; main()"
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "SYMPY_CACHE_SIZE": "100000"}


class SympyWorker:
    """A process that imports SymPy while the parent goes on, and answers one request at a time.

    A request that takes too long, or a process that dies, costs the process, not the parent: the next request starts
    another one.

    started   is told the number of every process that is started
    at_once   start it now, so that it is ready at the first request; otherwise it is started by that
    patience  the most seconds that any answer is waited for
    """

    def __init__(self, *, at_once: bool = True, started: Callable[[int], None] | None = None) -> None:
        self._started = started
        self._process: subprocess.Popen[bytes] | None = None
        self._exchange: Thread | None = None
        self._reply: list[bytes] = []
        self.patience = float("inf")
        if at_once:
            self._start()

    def ask(self, request: dict[str, Any], timeout: float) -> dict[str, Any]:
        """`post`, then `answer`."""
        self.post(request)
        return self.answer(timeout)

    def post(self, request: dict[str, Any]) -> None:
        """Sends a request and returns at once. A request whose answer nobody fetched is given up, with its process."""
        if self._exchange is not None:
            self.close()
        process = self._process
        if process is None or process.poll() is not None:
            self.close()
            process = self._start()
        self._reply = []
        line = json.dumps(request).encode() + b"\n"
        self._exchange = Thread(target=_exchange, args=(process, line, self._reply), daemon=True)
        self._exchange.start()

    def answer(self, timeout: float) -> dict[str, Any]:
        """The answer to the request that was posted; {"error": reason} if there is none after `timeout` seconds."""
        assert self._exchange is not None, "nothing has been asked"
        timeout = min(timeout, self.patience)
        self._exchange.join(timeout)
        if self._exchange.is_alive():
            self.close()
            return {"error": f"timed out after {timeout:g} s"}
        self._exchange = None
        reply = self._reply[0] if self._reply else b""
        if not reply.endswith(b"\n"):
            return {"error": f"the SymPy process ended early (exit code {self.close()})"}
        answer: dict[str, Any] = json.loads(reply)
        return answer

    def close(self) -> int | None:
        """Ends the process; its exit code, None if there was no process. A later request starts another one."""
        process, self._process = self._process, None
        if process is None:
            return None
        process.kill()
        code = process.wait()
        if self._exchange is not None:  # the end of the pipe releases it
            self._exchange.join()
            self._exchange = None
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            with suppress(OSError):  # closing flushes what the process did not read
                pipe.close()
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _start(self) -> subprocess.Popen[bytes]:
        folder = Path(gradcli.__file__).resolve().parent.parent
        self._process = subprocess.Popen(  # noqa: S603  # ourselves
            [sys.executable, "-P", "-c", _START, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | _ENVIRONMENT,
        )
        if self._started is not None:
            self._started(self._process.pid)
        return self._process


def _exchange(process: subprocess.Popen[bytes], line: bytes, reply: list[bytes]) -> None:
    """Writes the request and reads the answer, in a thread: pipes cannot be waited for with a time limit everywhere."""
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(OSError):  # the process is gone: no reply
        process.stdin.write(line)
        process.stdin.flush()
        reply.append(process.stdout.readline())
