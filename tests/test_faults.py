"""A few of the faults that `python -m tests.faults` injects, and that its judge sees what it is to see."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradcli.cli.app import COMMANDS
from tests.faults.__main__ import BEGIN, END, PAGE, cells, table
from tests.faults.commands import LINES, Line
from tests.faults.judge import wrong
from tests.faults.program import Outcome, program, run
from tests.faults.table import FAULTS

HELD = ["reader gone", "head -c1", "SymPy killed", "SIGINT 2", "SIGTERM 1", "SIGHUP 3", "SIGINT ignored", "COLUMNS=1"]


def test_every_command_has_a_line() -> None:
    assert {line.command for line in LINES.values() if not line.command.startswith("-")} == {*COMMANDS}


@pytest.mark.parametrize("fault", HELD)
def test_commands_hold(fault: str) -> None:
    told: list[str] = []
    cells([fault], ["diff", "batch -o"], 1, lambda *words: told.append(words[2]) if words[2] else None)
    assert told == []


CARELESS = "import sys; sys.stdin.read(); print('∂'); sys.stdout.flush(); sys.stderr.write('x'); bytearray(10**9)"
LEAVES = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("raise SystemExit(0)", []),
        ("raise ValueError('a bug')", ["traceback", "exit 1"]),
        ("raise SystemExit(3)", ["exit 3"]),
        ("import os; os.kill(os.getpid(), 11)", ["exit 139"]),
        ("import time; time.sleep(60)", ["hangs (2 s)"]),
        (LEAVES, ["1 left-over processes"]),
        ("open('new.csv', 'w').write('x')", ["torn new.csv"]),
        ("open('.new.csv.abc', 'w')", ["left here/.new.csv.abc"]),
        ("import tempfile; tempfile.mkstemp(suffix='.csv', prefix='kept')", ["left tmp"]),
        ("open('executed-json', 'w')", ["ran json.py"]),
    ],
)
def test_the_judge_sees(code: str, expected: list[str], tmp_path: Path) -> None:
    line = Line(("batch",), writes="new.csv")
    started = program(line, tmp_path)
    started.code = code
    plain = Outcome(0, b"", b"", 1.0, (), {"here/new.csv": b"x\n1\n"})
    found = wrong("none", FAULTS["none"], line, run(started, 2), plain)
    assert [word[:8] if word.startswith("left tmp") else word for word in found] == expected


@pytest.mark.parametrize("fault", ["stdout full", "stdout closed", "stdin closed", "stderr closed", "cp1252", "400 MB"])
def test_the_fault_is_there(fault: str, tmp_path: Path) -> None:
    """A program that does nothing about it fails."""
    started = program(Line(("diff",)), tmp_path)
    FAULTS[fault].inject(started)
    started.code = CARELESS
    assert run(started).code not in (0, None)


def test_a_program_can_live_without_a_fault(tmp_path: Path) -> None:
    started = program(Line(("diff",)), tmp_path)
    started.code = CARELESS
    started.environment["PYTHONIOENCODING"] = "utf-8"
    assert run(started).code == 0


def test_the_table_says_what_was_wrong() -> None:
    found = {("stdout full", "diff"): "exit 1", ("stdout full", "plot"): "", ("stdout full", "graph -o"): "-"}
    assert [*table(found)][-1] == "| stdout full | 2 | 1 | exit 1: diff |"


def test_the_page_has_a_place_for_the_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.index(BEGIN) < page.index(END)
