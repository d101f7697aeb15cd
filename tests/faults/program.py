"""A program that is about to be started, what is done to it, and what is left when it has ended."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from .commands import Line

LIMIT = 45.0
"""Seconds after which a program hangs."""
MOST_MEMORY = 6 * 2**30
GRACE = 2.0
"""Seconds that what a program has started is given to end after it."""
MARK = "GRADCLI_FAULT"
"""The variable of the environment by which what a program has started is found."""
CODE = "import sys; from gradcli.__main__ import main; main()"


@dataclass
class Program:
    """What a fault may change before the start, and while it runs.

    folder    the current one
    stdout    a descriptor; None for what is read afterwards
    prefix    what starts it, before Python
    inside    called in the child, just before the program
    during    called with the running program
    cleanup   what is to be undone at the end
    code      the program: gradcli
    """

    line: Line
    folder: Path
    environment: dict[str, str]
    stdout: int | None = None
    prefix: list[str] = field(default_factory=list)
    inside: Callable[[], object] = bool
    during: Callable[[subprocess.Popen[bytes]], None] | None = None
    cleanup: ExitStack = field(default_factory=ExitStack)
    code: str = CODE

    @property
    def home(self) -> Path:
        """The folder around the current one: temporary files and the state of scenarios go there."""
        return self.folder.parent


@dataclass(frozen=True)
class Outcome:
    """What became of a program.

    code       as a shell has it: 128 + n for signal n; None if it had to be killed
    processes  the command lines of those that it left behind
    files      new or changed ones, with their content
    """

    code: int | None
    out: bytes
    err: bytes
    seconds: float
    processes: tuple[str, ...]
    files: dict[str, bytes]


def program(line: Line, home: Path) -> Program:
    """A program without any fault, in new folders below `home`."""
    folder = home / "here"
    for each in (folder, home / "tmp", home / "state"):
        each.mkdir()
    line.prepare(folder)
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment |= {"TMPDIR": str(home / "tmp"), "XDG_STATE_HOME": str(home / "state"), MARK: uuid.uuid4().hex}
    return Program(line, folder, environment | {"PYTHONDONTWRITEBYTECODE": "1"})


def run(started: Program, limit: float = LIMIT) -> Outcome:
    """Runs a program to its end, and sees what it has left."""
    before = _files(started.home)
    start = time.monotonic()
    # Files, not pipes: what the program leaves behind would hold those open.
    with started.cleanup, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(
            [*started.prefix, sys.executable, "-P", "-c", started.code, *started.line.arguments],
            cwd=started.folder,
            env=started.environment,
            stdin=subprocess.PIPE,
            stdout=out if started.stdout is None else started.stdout,
            stderr=err,
            preexec_fn=lambda: (_bound_memory(), started.inside()),  # noqa: PLW1509  # nothing in them takes a lock
            start_new_session=True,
        )
        code: int | None
        try:
            if started.during is not None:
                started.during(process)
            process.communicate(started.line.stdin.encode(), timeout=limit)
            code = process.returncode
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            code = None
        seconds = time.monotonic() - start
        left = _left(started.environment[MARK])
        after = _files(started.home)
        said, complained = (file.seek(0) or file.read() for file in (out, err))
    changed = {name: content for name, content in after.items() if before.get(name) != content}
    if code is not None and code < 0:
        code = 128 - code
    return Outcome(code, said, complained, seconds, left, changed)


def _bound_memory() -> None:
    """So that a program that runs away does not take the machine along."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def _left(mark: str) -> tuple[str, ...]:
    """The command lines of the marked processes that live on; they are ended."""
    end = time.monotonic() + GRACE
    while (found := marked(mark)) and time.monotonic() < end:
        time.sleep(0.05)
    for pid in found:
        os.kill(pid, signal.SIGKILL)
    return tuple(found.values())


def marked(mark: str) -> dict[int, str]:
    """The processes, by number, that have this mark in their environment: their command lines."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                if f"{MARK}={mark}".encode() in entry.joinpath("environ").read_bytes().split(b"\0"):
                    words = entry.joinpath("cmdline").read_bytes().split(b"\0")
                    found[int(entry.name)] = b" ".join(words).decode("utf-8", "replace").strip()
            except OSError:  # gone, or another user's
                continue
    return found


def _files(home: Path) -> dict[str, bytes]:
    found = {}
    for path in home.rglob("*"):
        if path.is_file() and path.suffix != ".pyc":
            found[str(path.relative_to(home))] = path.read_bytes()
    return found


def remove(home: Path) -> None:
    """Takes away what `program` has made."""
    shutil.rmtree(home, ignore_errors=True)
