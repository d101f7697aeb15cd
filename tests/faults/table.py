"""The faults: how each is brought about, what it may change, and where it can be."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

from .commands import Line
from .program import MARK, Program, marked

UNFINISHED = 4
STRANGER = 12345
"""A user without an entry."""
SHADOWS = """
abc array ast codecs dataclasses decimal enum flint gradcli io json matplotlib mpmath numbers numpy platformdirs
random re rich signal subprocess sympy torch typer typing
"""
HOSTILE = "import os, pathlib\npathlib.Path({trace!r}).write_text(__name__)\nraise RuntimeError('executed')\n"


@dataclass(frozen=True)
class Fault:
    """What is done to a program.

    inject  changes the program before it starts
    codes   exit codes that it may have instead of its own
    own     whether it may have its own, too
    of      the command lines that it can be done to
    needs   what it takes to do it; without that it is not tried
    """

    inject: Callable[[Program], None]
    codes: frozenset[int] = frozenset()
    own: bool = True
    of: Callable[[Line], bool] = lambda line: True
    needs: Callable[[], bool] = lambda: True


def _environment(**given: str) -> Callable[[Program], None]:
    return lambda program: program.environment.update(given)


def _closed(*descriptors: int) -> Callable[[Program], None]:
    def inject(program: Program) -> None:
        program.inside = lambda: [os.close(each) for each in descriptors]

    return inject


def _full(program: Program) -> None:
    program.stdout = os.open("/dev/full", os.O_WRONLY)
    program.cleanup.callback(os.close, program.stdout)


def _reader_gone(program: Program) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    program.stdout = theirs
    program.cleanup.callback(os.close, theirs)


def _one_byte(program: Program) -> None:
    """`| head -c1`."""
    ours, theirs = os.pipe()
    program.stdout = theirs

    def read(process: subprocess.Popen[bytes]) -> None:
        os.close(theirs)
        process.stdin.write(program.line.stdin.encode())
        process.stdin.flush()
        os.read(ours, 1)
        os.close(ours)

    program.during = read


def _worker_killed(program: Program) -> None:
    """Kills whatever the program starts, for as long as it runs."""

    def kill(process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + 3
        while process.poll() is None and time.monotonic() < end:
            for pid, words in marked(program.environment[MARK]).items():
                if pid != process.pid and "gradcli.verify" in words:
                    with suppress(OSError):
                        os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)

    program.during = kill


def _signalled(number: int, seed: int) -> Callable[[Program], None]:
    """The signal at a moment that depends on the command and on the seed alone."""

    def inject(program: Program) -> None:
        delay = random.Random(f"{program.line.arguments} {number} {seed}").uniform(0.02, 1.2)
        begun = program.home / "begun"
        program.code = f"open({str(begun)!r}, 'w').close()\n{program.code}"  # before that, the signal is Python's

        def send(process: subprocess.Popen[bytes]) -> None:
            while not begun.exists() and process.poll() is None:
                time.sleep(0.01)
            begun.unlink(missing_ok=True)
            with suppress(subprocess.TimeoutExpired):
                process.wait(delay)
            with suppress(ProcessLookupError):
                process.send_signal(number)

        program.during = send
        # Where it is ignored here, a program that we start would ignore it too.
        program.inside = lambda: signal.signal(number, signal.SIG_DFL)

    return inject


def _memory(megabytes: int) -> Callable[[Program], None]:
    """So many addresses: of 400 MB SymPy and matplotlib take most, 150 are too few for NumPy."""

    def inject(program: Program) -> None:
        program.inside = lambda: resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20,) * 2)

    return inject


def _mount(program: Program, options: str) -> None:
    """A file system in the place of the current folder, with the files that are in it."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", program.folder], check=True)
    program.cleanup.callback(subprocess.run, ["umount", "-l", program.folder], check=True)
    program.line.prepare(program.folder)
    if options:
        subprocess.run(["mount", "-o", f"remount,{options}", program.folder], check=True)


def _disk_full(program: Program) -> None:
    _mount(program, "")
    with program.folder.joinpath("filler").open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * 4096):
            pass


def _read_only(program: Program) -> None:
    _mount(program, "ro")


def _stranger(program: Program) -> None:
    """Another user without a name and a home, as in a container, who can read everything."""
    program.environment.pop("HOME", None)
    program.environment.pop("XDG_STATE_HOME", None)
    for each in (program.home, *program.home.iterdir()):
        each.chmod(0o777)
    able = ["--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"]
    program.prefix = ["setpriv", "--reuid", str(STRANGER), "--clear-groups", *able]


def _ignored(program: Program) -> None:
    program.inside = lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)


def _no_folder(program: Program) -> None:
    """The current folder is removed before the program starts."""
    gone = program.folder / "gone"
    gone.mkdir()
    program.folder = gone
    program.inside = gone.rmdir


def _hostile(program: Program) -> None:
    """Modules in the current folder that have the names of what is imported."""
    for name in SHADOWS.split():
        trace = str(program.folder / f"executed-{name}")
        program.folder.joinpath(f"{name}.py").write_text(HOSTILE.format(trace=trace), encoding="utf-8")


@cache
def _root() -> bool:
    """Whether file systems can be mounted, and users changed."""
    with tempfile.TemporaryDirectory() as folder:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True, check=False)
        if mounted.returncode == 0:
            subprocess.run(["umount", folder], check=True)
    return mounted.returncode == 0


def _one_signal(number: int) -> dict[str, Fault]:
    name = signal.Signals(number).name
    return {f"{name} {moment}": Fault(_signalled(number, moment), frozenset([128 + number])) for moment in (1, 2, 3)}


def _reads(line: Line) -> bool:
    """Whether it needs files of the current folder, or writes one."""
    return bool(line.writes) or any(word in ("table.csv", "page.md") for word in line.arguments)


_WRITES: Any = {"of": lambda line: bool(line.writes), "needs": _root, "own": False}

FAULTS: dict[str, Fault] = {
    "none": Fault(lambda program: None),
    "stdout full": Fault(_full, frozenset([UNFINISHED]), own=False, of=lambda line: not line.writes),
    "stdout closed": Fault(_closed(1), frozenset([UNFINISHED])),
    "stdin closed": Fault(_closed(0), frozenset([2])),
    "stderr closed": Fault(_closed(2)),
    "all closed": Fault(_closed(0, 1, 2), frozenset([2, UNFINISHED])),
    "reader gone": Fault(_reader_gone, frozenset([0])),
    "head -c1": Fault(_one_byte, frozenset([0])),
    **{
        encoding: Fault(_environment(PYTHONIOENCODING=encoding))
        for encoding in ("cp1252", "gbk", "cp437", "ascii", "utf-16")
    },
    "LANG=C": Fault(_environment(LANG="C", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")),
    "COLUMNS=99999999": Fault(_environment(COLUMNS="99999999")),
    "COLUMNS=1": Fault(_environment(COLUMNS="1")),
    "COLUMNS=-3": Fault(_environment(COLUMNS="-3")),
    "FORCE_COLOR=0": Fault(_environment(FORCE_COLOR="0")),
    "SymPy killed": Fault(_worker_killed, of=lambda line: line.asks),
    **_one_signal(signal.SIGINT),
    **_one_signal(signal.SIGTERM),
    **_one_signal(signal.SIGHUP),
    "SIGINT ignored": Fault(_ignored),
    "400 MB": Fault(_memory(400), frozenset([UNFINISHED])),
    "150 MB": Fault(_memory(150), frozenset([UNFINISHED])),
    "disk full": Fault(_disk_full, frozenset([UNFINISHED]), **_WRITES),
    "read-only": Fault(_read_only, frozenset([2, UNFINISHED]), **_WRITES),
    "no user": Fault(_stranger, needs=_root),
    "no folder": Fault(_no_folder, frozenset([2, UNFINISHED]), of=lambda line: not _reads(line)),
    "hostile": Fault(_hostile),
}
"""By name."""
