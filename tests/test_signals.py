"""What is left when the program is ended by a signal, or when there is no room: a whole file, or what was there."""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

from gradcli.cli.exits import Exit

ROOT = Path(__file__).parent.parent
GRADCLI = [sys.executable, "-m", "gradcli"]
BOTH = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"}


def run(words: list[str], **more: Any) -> subprocess.CompletedProcess[str]:
    own = environment() | {"PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(words, env=own, capture_output=True, text=True, timeout=120, check=False, **more)


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.005)


@BOTH
def test_a_table_that_is_not_whole_is_removed(tmp_path: Path, number: signal.Signals) -> None:
    out = tmp_path / "out.csv"
    out.write_text("before")
    command = [*GRADCLI, "batch", "x**2", "--data", "-", "--no-check", "-o", str(out)]
    with subprocess.Popen(command, env=environment(), stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(b"x\n" + b"1\n" * 100_000)
        process.stdin.flush()
        until(lambda: len([*tmp_path.iterdir()]) > 1)
        process.send_signal(number)
        process.send_signal(number)  # a second one does not disturb the first
        assert process.wait(60) == 128 + number
        assert process.stderr.read() == b""
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("out.csv", "before")]


WRITES = {
    "certificate": ["diff", "sin(x)", "--at", "x=1", "--certificate", "FOLDER/out.json"],
    "figure": ["plot", "sin(x)", "--over", "x=0:1", "--no-check", "-o", "FOLDER/out.svg"],
    "PDF": ["plot", "sin(x)", "--over", "x=0:1", "--no-check", "-o", "FOLDER/out.pdf"],
    "PNG": ["plot", "sin(x)", "--over", "x=0:1", "--no-check", "-o", "FOLDER/out.png"],
    "graph": ["graph", "sin(x)*x", "--at", "x=1", "-o", "FOLDER/out.svg"],
    "trace of a profile": ["profile", "sin(x)", "--at", "x=1", "--trace", "FOLDER/out.json"],
    "trace of a search": ["minimize", "x**2", "--at", "x=1", "--no-check", "--trace", "FOLDER/out.csv"],
    "table": ["batch", "x*x", "--no-check", "--data", "DATA", "-o", "FOLDER/out.csv"],
    "Parquet": ["batch", "x*x", "--no-check", "--data", "DATA", "-o", "FOLDER/out.parquet"],
    "Arrow": ["batch", "x*x", "--no-check", "--data", "DATA", "-o", "FOLDER/out.arrow"],
    "npy": ["batch", "x*x", "--no-check", "--data", "DATA", "-o", "FOLDER/out.npy"],
    "script": ["scenario", "mean-of-squares", "--emit", "py", "-o", "FOLDER/out.py"],
    "notebook": ["scenario", "mean-of-squares", "--emit", "ipynb", "-o", "FOLDER/out.ipynb"],
    "page": ["scenario", "mean-of-squares", "--emit", "html", "-o", "FOLDER/out.html"],
    "new scenario": ["scenario", "new", "FOLDER/out"],
}
"""What writes a file: the folder, where its name stands, and a table to read."""


def command(name: str, folder: Path, data: Path) -> list[str]:
    return [*GRADCLI, *(word.replace("FOLDER", str(folder)).replace("DATA", str(data)) for word in WRITES[name])]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.csv"
    path.write_text("x\n" + "".join(f"{i}.25\n" for i in range(20_000)))
    return path


def few_bytes() -> None:
    """In a process that begins: no file can have more than 16 bytes."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, 16))


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[tuple[Path, Callable[[], None] | None]]:
    """A folder in which no byte has room, on a disk of its own; where none can be mounted, by a limit for programs."""
    folder = tmp_path / "full"
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mounting, capture_output=True, check=False).returncode:
        yield folder, few_bytes
        return
    try:
        (folder / "filling").write_bytes(bytes(4096))
        yield folder, None
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("name", WRITES)
def test_on_a_full_disk_nothing_is_left(full_disk: tuple[Path, Any], data: Path, name: str) -> None:
    folder, limit = full_disk
    before = [*folder.iterdir()]
    done = run(command(name, folder, data), preexec_fn=limit)
    assert re.search("no space left|file too large", done.stderr, re.IGNORECASE)
    assert (done.returncode, "Traceback" in done.stderr) == (Exit.UNFINISHED, False)
    assert [*folder.iterdir()] == before


def test_an_updated_scenario_stays_as_it_was_on_a_full_disk(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    head = "---\ntitle: T\ntrack: basics\nminutes: 5\naim: A.\n---\n"
    page.write_text(f"{head}Text.\n\n```python\nprint(1)\n```\n\n```output\n2\n```\n")
    before = page.read_bytes()
    done = run([*GRADCLI, "scenario", str(page), "--update"], preexec_fn=few_bytes)
    assert "file too large" in done.stderr.lower()
    assert page.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["page.md"]


@BOTH
def test_an_ignored_signal_stays_ignored(tmp_path: Path, number: signal.Signals) -> None:
    command = [*GRADCLI, "batch", "x", "--data", "-", "--no-check"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    nohup = ["/bin/sh", "-c", f'trap "" {int(number)}; exec "$@"', "sh"]
    with subprocess.Popen([*nohup, *command], env=environment(), cwd=tmp_path, **pipes) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"x\n" + b"1\n" * 70_000)
        process.stdin.flush()
        assert process.stdout.readline() == b"value,grad_x,status\n"
        process.send_signal(number)
        process.stdin.close()
        assert process.stdout.read().count(b"ok") == 70_000
        assert process.wait(60) == Exit.OK


@BOTH
@pytest.mark.parametrize(
    ("arguments", "ready"),
    [(["repl"], r"\x1b\[\?2004h"), (["scenario", "mean-of-squares", "--step"], "q quit")],
    ids=["repl", "scenario"],
)
def test_the_terminal_is_as_it_was(arguments: list[str], ready: str, number: signal.Signals) -> None:
    """A shell waits for gradcli, and then asks the terminal of its state."""
    shell = pexpect.spawn(
        "/bin/sh",
        ["-c", 'stty -g; "$0" -m gradcli "$@"; echo ended $?; stty -g', sys.executable, *arguments],
        env=environment() | {"PS1": "", "PROMPT_TOOLKIT_NO_CPR": "1"},
        encoding="utf-8",
        dimensions=(30, 100),
        timeout=60,
    )
    shell.expect(r"([0-9a-f:]{30,})\r\n")
    before = shell.match[1]
    shell.expect(ready)
    time.sleep(0.5)  # it reads now
    children = subprocess.run(
        ["pgrep", "-P", str(shell.pid)], capture_output=True, text=True, check=True
    ).stdout.split()
    os.kill(int(children[0]), number)
    shell.expect(f"ended {128 + number}")
    shell.expect(r"([0-9a-f:]{30,})\r\n")
    assert shell.match[1] == before
    shell.expect(pexpect.EOF)


@BOTH
def test_code_in_a_scenario_does_not_take_it_for_its_own_end(tmp_path: Path, number: signal.Signals) -> None:
    page = tmp_path / "page.md"
    head = "---\ntitle: T\ntrack: basics\nminutes: 5\naim: A.\n---\n"
    code = f"import os, time\nos.kill(os.getpid(), {int(number)})\ntime.sleep(60)"
    page.write_text(f"{head}Text.\n\n```python\n{code}\n```\n")
    done = run([*GRADCLI, "scenario", str(page)])
    assert done.returncode == 128 + number


IN_A_CALLBACK = """
import signal, time, weakref
from gradcli.signals import keep_interrupts
class Thing: pass
keep_interrupts()
thing = Thing()
reference = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGINT))
try:
    del thing
    time.sleep(10)
except KeyboardInterrupt:
    print("interrupted")
"""


def test_an_interrupt_in_a_callback_is_not_lost() -> None:
    done = subprocess.run([sys.executable, "-c", IN_A_CALLBACK], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("interrupted\n", "")


FORKS = """
import os, signal, time
from gradcli.signals import end_on_signals
end_on_signals()
for _ in range(50):
    child = os.fork()
    if not child:
        try:
            time.sleep(3)
        finally:
            os._exit(0)
    os.kill(child, signal.{name})  # it may not have taken a step yet
    assert -os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == signal.{name}
"""


@BOTH
def test_a_fork_ends_at_once_however_early_it_is_asked_to(number: signal.Signals) -> None:
    done = run([sys.executable, "-c", FORKS.format(name=number.name)])
    assert (done.returncode, done.stderr) == (0, "")


def test_a_fork_keeps_what_the_code_does_with_signals(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    code = (
        "import os, signal\nsignal.signal(signal.SIGTERM, lambda *_: os._exit(7))\nif not (child := os.fork()):\n"
        "    signal.raise_signal(signal.SIGTERM)\nprint(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))"
    )
    head = "---\ntitle: T\ntrack: basics\nminutes: 5\naim: A.\n---\n"
    page.write_text(f"{head}Text.\n\n```python\n{code}\n```\n\n```output\n7\n```\n")
    done = run([*GRADCLI, "scenario", str(page)])
    assert done.returncode == 0, done.stdout
