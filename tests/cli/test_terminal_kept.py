"""Whatever ends a command, the terminal is left as it was: it shows what is typed, line by line, and its cursor."""

from __future__ import annotations

import os
import signal
import sys
import termios
from pathlib import Path
from typing import Any

import pexpect
import pytest

ROOT = Path(__file__).parent.parent.parent
HEAD = "---\ntitle: T\ntrack: basics\nminutes: 1\naim: See it.\n---\n"
STEPS = f"{HEAD}First.\n\n```python\nprint('one')\n```\n\n```output\none\n```\n"
SLOW = f"{HEAD}```python\nimport time\nprint('begun')\ntime.sleep(60)\n```\n"
ENDS = f"{HEAD}First.\n\n```python\nimport os\nos._exit(0)\n```\n"
CRASHES = f"{HEAD}```python\nimport os, time\ntime.sleep(2)\nos.kill(os.getpid(), 9)\n```\n"


def started(folder: Path, *arguments: str) -> tuple[Any, list[Any]]:
    """A command in a terminal, and what the terminal's state was before it began."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "NO_COLOR": "1", "XDG_STATE_HOME": str(folder)}
    env["PROMPT_TOOLKIT_NO_CPR"] = "1"
    program = ["-c", "import os, sys; input(); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"]
    command = [*program, "-m", "gradcli", *arguments]
    terminal = pexpect.spawn(sys.executable, command, env=env, timeout=30, encoding="utf-8", cwd=str(folder))
    before = termios.tcgetattr(terminal.child_fd)
    terminal.sendline("")
    return terminal, before


def ended(terminal: Any) -> int:
    """The exit code, as a shell has it."""
    terminal.expect(pexpect.EOF)
    terminal.wait()
    return terminal.exitstatus if terminal.exitstatus is not None else 128 + terminal.signalstatus


def same(terminal: Any, before: list[Any]) -> bool:
    return termios.tcgetattr(terminal.child_fd)[:4] == before[:4]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("way", ["step", "a slow block", "repl"])
def test_signals_leave_it_as_it_was(tmp_path: Path, number: int, way: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(SLOW if way == "a slow block" else STEPS, "utf-8")
    if way == "repl":
        pytest.importorskip("gradcli.signals", reason="nothing turns signals into exceptions")
        terminal, before = started(tmp_path, "repl", "--no-check")
        terminal.expect(">")
    else:
        terminal, before = started(tmp_path, "scenario", str(page), *(["--step"] if way == "step" else []))
        terminal.expect("quit" if way == "step" else "line 8")
    assert way == "a slow block" or not same(terminal, before), "it reads single keys"
    terminal.kill(number)
    assert ended(terminal) == 128 + number
    assert same(terminal, before)


@pytest.mark.parametrize(("text", "options"), [(ENDS, ["--step"]), (CRASHES, [])])
def test_code_that_ends_the_process_leaves_it_as_it_was(tmp_path: Path, text: str, options: list[str]) -> None:
    page = tmp_path / "page.md"
    page.write_text(text, "utf-8")
    terminal, before = started(tmp_path, "scenario", str(page), *options)
    terminal.expect("this code ended the process")
    assert ended(terminal) == 1
    assert same(terminal, before)
    assert terminal.before.rpartition("\x1b[?25")[2][:1] != "l", "the cursor is seen"
