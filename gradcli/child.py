"""Processes that run this very gradcli, and the pipes to them: a request and its answer are a line of JSON each.

Standard input and output belong to whatever prints: a sitecustomize, for instance, runs before anything of ours. So the
pipes are descriptors of their own, whose numbers are arguments. Windows hands none on: there they are 0 and 1 until our
code takes them away, and what was printed until then is passed over.

The first line that a process writes says which gradcli it runs. Each request has a number, which its answer repeats.
Imports neither NumPy nor SymPy: the first process is started before everything else.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISFIFO
from typing import Any

from gradcli import __version__

PRIVATE = os.name == "posix"
"""Whether a process can be given descriptors other than 0, 1 and 2."""
LONGEST = 2**24
"""Bytes of an answer."""
FOLDER = Path(__file__).absolute().parent.parent
GREETING = {"gradcli": __version__, "package": str(FOLDER / "gradcli")}
# The package is that of the parent, whatever else has its name. Then its folder comes last on the path, so that nothing
# beside it hides a module of Python. -P keeps the working directory off the path.
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); import gradcli; sys.path.append(sys.path.pop(0)); "
    "from importlib import import_module; import_module(sys.argv[2]).main(*map(int, sys.argv[3:]))"
)
_SAFE = "PYTHONSAFEPATH"
_GRACE = 1.0  # seconds for a process that has closed its pipe to end


class EndedError(Exception):
    """There is no answer, nor will there be one; the message says why."""


class Child:
    """A process that runs `main` of one of our modules. Raises OSError where none can be started.

    module       its full name; `main` gets the numbers of two descriptors, and makes a Parent of them
    environment  what is added to the environment
    stderr       as for Popen; None is ours
    """

    def __init__(self, module: str, environment: Mapping[str, str], stderr: Any) -> None:
        theirs_in, self._requests = _pipe()
        self._answers, theirs_out = _pipe()
        ends = (theirs_in, theirs_out)
        numbers = ends if PRIVATE else (0, 1)
        try:
            self._process = subprocess.Popen(  # noqa: S603  # ourselves
                [
                    *(sys.executable, "-I" if sys.flags.isolated else "-P", "-c", _START),
                    *(str(FOLDER), module, *map(str, numbers)),
                ],
                stdin=subprocess.DEVNULL if PRIVATE else theirs_in,
                stdout=subprocess.DEVNULL if PRIVATE else theirs_out,
                stderr=stderr,
                pass_fds=ends if PRIVATE else (),
                env={**os.environ, **environment},
            )
        except BaseException:
            self._close()
            raise
        finally:
            for end in ends:
                os.close(end)
        self._greeted = False
        self._number = 0
        self._rest = b""

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def runs(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a request, whenever it comes. Raises EndedError where there is none that can be read."""
        self._number += 1
        self._send(json.dumps({"id": self._number, "request": request}).encode() + b"\n")
        while not self._greeted:
            self._greeted = self._is_greeting(self._line())
        message = _object(self._line()) or {}
        answer = message.get("answer")
        if message.get("id") != self._number or not isinstance(answer, dict):
            raise EndedError("what it answered cannot be read")
        return answer

    def kill(self) -> int:
        """Ends the process, wherever it is; its exit code. A thread that waits in `ask` sees the end of the pipe."""
        self._process.kill()
        return self._process.wait()

    def close(self) -> None:
        """Ends the process and closes the pipes, on which no thread may wait any more."""
        self.kill()
        self._close()

    def _close(self) -> None:
        for end in (self._requests, self._answers):
            os.close(end)

    def _send(self, line: bytes) -> None:
        rest = memoryview(line)
        while rest:
            try:
                rest = rest[os.write(self._requests, rest) :]
            except OSError:
                raise self._ended() from None

    def _line(self) -> bytes:
        pieces = [self._rest]
        while b"\n" not in pieces[-1]:
            try:
                pieces.append(os.read(self._answers, 2**16))
            except OSError:
                raise self._ended() from None
            if not pieces[-1]:
                raise self._ended()
            if sum(map(len, pieces)) > LONGEST:
                raise EndedError(f"it answered more than {LONGEST:,} bytes")
        line, _, self._rest = b"".join(pieces).partition(b"\n")
        return line

    def _is_greeting(self, line: bytes) -> bool:
        """Whether the line is the greeting; others are noise. Raises EndedError for that of another gradcli."""
        found = _object(line) or {}
        if found.keys() == GREETING.keys() and found != GREETING:
            raise EndedError(f"it runs gradcli {found['gradcli']} in {found['package']}")
        return found == GREETING

    def _ended(self) -> EndedError:
        try:
            return EndedError(f"exit code {self._process.wait(_GRACE)}")
        except subprocess.TimeoutExpired:
            return EndedError("it closed its pipe")


class Parent:
    """The pipes to the parent, for `main` of a child; nothing that is printed from here on gets between the answers.

    Raises OSError where something has closed the descriptors, or put others in their place.
    """

    def __init__(self, requests: int, answers: int) -> None:
        if not all(S_ISFIFO(os.fstat(end).st_mode) for end in (requests, answers)):
            raise OSError("these are not the pipes to the parent")
        self._requests = os.fdopen(os.dup(requests), "rb")  # `dup`: no process that is started here inherits it
        self._answers = os.fdopen(os.dup(answers), "wb")
        nowhere = os.open(os.devnull, os.O_RDWR)
        for end in (requests, answers):
            os.dup2(nowhere, end, inheritable=False)
        self._write(b"\n" + json.dumps(GREETING).encode() + b"\n")  # the first ends what was printed without one

    def requests(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """The number of each request, and the request, until the parent ends or has no more."""
        for line in self._requests:
            message = json.loads(line)
            yield message["id"], message["request"]

    def answer(self, number: int, answer: Mapping[str, Any]) -> None:
        """Answers a request."""
        self._write(json.dumps({"id": number, "answer": answer}).encode() + b"\n")

    def _write(self, line: bytes) -> None:
        self._answers.write(line)
        self._answers.flush()


@contextmanager
def away_from_here() -> Iterator[None]:
    """Inside, a Python that is started, whoever starts it, has the current folder not on its path."""
    former = os.environ.get(_SAFE)
    os.environ[_SAFE] = "1"
    try:
        yield
    finally:
        if former is None:
            del os.environ[_SAFE]
        else:
            os.environ[_SAFE] = former


def debugging() -> bool:
    """Whether processes say on stderr what their answers leave out: under GRADCLI_DEBUG=1."""
    return os.environ.get("GRADCLI_DEBUG", "") not in ("", "0")


def _pipe() -> tuple[int, int]:
    """As os.pipe, but never 0, 1 or 2, which would be free where ours are closed: a process gets others as those."""
    ends = os.pipe()
    if min(ends) > 2:
        return ends
    try:
        return _pipe()
    finally:
        for end in ends:
            os.close(end)


def _object(line: bytes) -> dict[str, Any] | None:
    """The JSON object in a line, if there is one."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
