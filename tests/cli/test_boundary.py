"""What is around every command: streams of any kind, a process that watches, and exit codes that mean something."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import pytest

from gradcli.cli.exits import Exit

GRADCLI = [sys.executable, "-m", "gradcli"]
ROOT = Path(__file__).parent.parent.parent
LONG = ("diff", "sum(x@x)", "--at", "x=ones(4096,4096)")
"""A single call into C that takes many seconds."""
SLOW = ("diff", "sin(x)**2/x*exp(tanh(x))*log(x)", "--at", "x=0.5", "--order", "6", "--no-graph")
"""Has the engine's answer soon, and SymPy's late."""
QUICK = ("diff", "x**2", "--at", "x=3")


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "FORCE_COLOR", "NO_COLOR")}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


def gradcli(*arguments: str, redirect: str = "", **more: str) -> subprocess.CompletedProcess[bytes]:
    """Runs a command line through a shell, with these redirections and variables."""
    command = ["bash", "-c", f'"$@" {redirect}', "bash", *GRADCLI, *arguments]
    return subprocess.run(command, capture_output=True, check=False, env=environment(**more), timeout=100)


def processes(mark: str) -> list[str]:
    """The command lines of running processes that hold a mark."""
    listed = subprocess.run(["ps", "-eo", "pid=,args="], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if mark in line and "ps -eo" not in line]


# Streams


@pytest.mark.parametrize("arguments", [QUICK, (*QUICK, "--json"), ("--help",), ("--version",), ("functions",)])
@pytest.mark.parametrize(
    ("redirect", "reason"), [(">/dev/full", b"No space left on device"), (">&-", b"Bad file descriptor")]
)
def test_stdout_that_takes_nothing(arguments: tuple[str, ...], redirect: str, reason: bytes) -> None:
    done = gradcli(*arguments, redirect=redirect)
    assert done.returncode == Exit.UNFINISHED
    assert done.stderr == b"error: standard output cannot be written: " + reason + b"\n"


@pytest.mark.parametrize("arguments", [QUICK, ("--help",), ("batch", "x", "--data", "-", "--format", "csv")])
def test_a_reader_that_goes_is_no_error(arguments: tuple[str, ...]) -> None:
    done = gradcli(*arguments, redirect="<<< $'x\\n1' | head -c 1; exit ${PIPESTATUS[0]}")
    assert done.returncode == Exit.OK
    assert b"rror" not in done.stderr


@pytest.mark.parametrize("redirect", ["2>&-", "2>/dev/full"])
def test_stderr_that_takes_nothing_loses_no_answer(redirect: str) -> None:
    done = gradcli("diff", "x**2", "--at", "x=3", "--let", "y=1", redirect=redirect)
    assert done.returncode == Exit.OK
    assert b"6.0" in done.stdout


def test_closed_stderr_is_not_stdout() -> None:
    done = gradcli("diff", "x +", redirect="2>&-")
    assert (done.returncode, done.stdout) == (Exit.USAGE, b"")


@pytest.mark.parametrize("arguments", [("diff", "-"), ("check", "-"), ("batch", "x", "--data", "-")])
def test_closed_stdin_is_told(arguments: tuple[str, ...]) -> None:
    done = gradcli(*arguments, redirect="<&-")
    assert done.returncode == Exit.USAGE
    assert b"standard input" in done.stderr or b"the data cannot be read" in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "gbk", "latin-1"])
@pytest.mark.parametrize(
    "arguments",
    [
        QUICK,
        ("jacobian", "[λ*μ, sin(λ)]", "--at", "λ=1, μ=2"),
        ("explain", "x**2", "--at", "x=3"),
        ("functions",),
        ("--help",),
    ],
)
def test_every_encoding_has_its_signs(arguments: tuple[str, ...], encoding: str) -> None:
    done = gradcli(*arguments, PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (Exit.OK, b"")
    assert done.stdout.decode(encoding)


def test_json_keeps_every_sign_in_a_narrow_encoding() -> None:
    wide, narrow = (
        gradcli("diff", "λ**2", "--at", "λ=3", "--json", PYTHONIOENCODING=name) for name in ("utf-8", "ascii")
    )
    assert json.loads(wide.stdout) == json.loads(narrow.stdout.decode("ascii"))
    assert "λ" in json.loads(narrow.stdout)["gradients"]


def test_programs_are_utf8_whatever_a_reader_has() -> None:
    done = gradcli("diff", "λ**2", "--at", "λ=3", "--emit", "numpy", PYTHONIOENCODING="ascii")
    assert "λ" in done.stdout.decode("utf-8")


def test_an_exported_scenario_is_utf8_too(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "---\ntitle: λ\ntrack: basics\nminutes: 1\naim: See λ.\n---\nGo.\n\n```python\nx = 1\n```\n", "utf-8"
    )
    done = gradcli("scenario", str(page), "--emit", "py", PYTHONIOENCODING="ascii")
    assert "See λ." in done.stdout.decode("utf-8")


def test_signs_that_steer_a_terminal_are_not_echoed() -> None:
    done = gradcli("diff", "x + \x1b]0;t\x07 \u202e y")
    assert done.returncode == Exit.USAGE
    assert not {"\x1b", "\x07", "\u202e"} & set(done.stderr.decode())


@pytest.mark.parametrize("columns", ["99999999", "-5", "0", "abc", "1" * 40])
def test_silly_widths_are_none(columns: str) -> None:
    assert gradcli(*QUICK, COLUMNS=columns).stdout == gradcli(*QUICK).stdout


def test_no_colour_by_force_color_0() -> None:
    assert b"\x1b" not in gradcli(*QUICK, FORCE_COLOR="0").stdout
    assert b"\x1b" in gradcli(*QUICK, FORCE_COLOR="1").stdout


# What is wrong inside

BROKEN = """
import sys
import gradcli.calculator.kernel.differentiate as broken
def fail(*_): raise {error}
broken.answers_to = fail
from gradcli.__main__ import main
main()
"""


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            "ZeroDivisionError('oh')",
            b"error: internal error: ZeroDivisionError: oh\nhint: this is a mistake in gradcli",
        ),
        ("MemoryError", b"error: there is too little memory"),
        ("OSError(28, 'No space left on device', 'f.npy')", b"error: f.npy: No space left on device"),
    ],
)
def test_what_cannot_be_finished_is_told_in_a_line(error: str, told: bytes) -> None:
    command = [sys.executable, "-c", BROKEN.format(error=error), *QUICK]
    done = subprocess.run(command, capture_output=True, check=False, env=environment())
    assert (done.returncode, done.stdout) == (Exit.UNFINISHED, b"")
    assert done.stderr.startswith(told)
    assert b"Traceback" not in done.stderr
    document = json.loads(
        subprocess.run([*command, "--json"], capture_output=True, check=False, env=environment()).stdout
    )
    assert set(document) == {"schema", "error"}


def test_the_traceback_is_there_when_asked_for() -> None:
    command = [sys.executable, "-c", BROKEN.format(error="ZeroDivisionError('oh')"), *QUICK]
    done = subprocess.run(command, capture_output=True, check=False, env=environment(GRADCLI_DEBUG="1"))
    assert done.stderr.startswith(b"Traceback")


def test_too_little_memory_is_told() -> None:
    done = gradcli("diff", "sum(x*x)", "--at", "x=ones(4000,4000)", "--no-check", redirect="", PYTHONMALLOC="malloc")
    assert done.returncode == Exit.OK
    command = [
        "bash",
        "-c",
        'ulimit -v 500000; "$@"',
        "bash",
        *GRADCLI,
        "diff",
        "sum(x*x)",
        "--at",
        "x=ones(4000,4000)",
    ]
    done = subprocess.run([*command, "--no-check"], capture_output=True, check=False, env=environment())
    assert (done.returncode, done.stderr.partition(b"\n")[0]) == (
        Exit.UNFINISHED,
        b"error: there is too little memory for this",
    )


# Time


@pytest.mark.parametrize(
    "arguments", [LONG, ("diff", "x**x**x**x", "--at", "x=1.5", "--order", "10"), ("graph", *LONG[1:], "--values")]
)
def test_no_call_outlasts_the_timeout(arguments: tuple[str, ...]) -> None:
    began = time.monotonic()
    done = gradcli(*arguments, "--timeout", "2")
    assert done.returncode == Exit.UNFINISHED
    assert done.stderr == b"error: 2 s were used up before there was an answer\n"
    assert time.monotonic() - began < 6  # on a busy machine; 2.4 on an idle one


STUCK = """
import sys, time
import gradcli.calculator.kernel.differentiate as patient
patient._verdicts = lambda *_: time.sleep(100)
from gradcli.__main__ import main
main()
"""


@pytest.mark.parametrize("more", [(), ("--json",)])
@pytest.mark.parametrize(("strict", "code"), [((), Exit.OK), (("--strict",), Exit.UNDECIDED)])
def test_what_is_not_verified_in_time_is_undecided(more: tuple[str, ...], strict: tuple[str, ...], code: Exit) -> None:
    command = [sys.executable, "-c", STUCK, *QUICK, *more, *strict, "--timeout", "3"]
    done = subprocess.run(command, capture_output=True, check=False, env=environment())
    assert (done.returncode, done.stderr) == (code, b"")
    assert b"6.0" in done.stdout
    assert b"undecided" in done.stdout
    assert b"3 s were used up" in done.stdout


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "x"])
def test_times_that_are_none(seconds: str) -> None:
    assert gradcli(*QUICK, "--timeout", seconds).returncode == Exit.USAGE


def test_no_limit_is_inf() -> None:
    assert gradcli(*QUICK, "--timeout", "inf").returncode == Exit.OK


@pytest.mark.parametrize("format", ["json", "text", "junit", "github"])
def test_a_single_claim_has_a_limit(format: str) -> None:
    claim = ("check", "sum(x@x)", "--at", "x=ones(4096,4096)", "--grad", "x=ones(4096,4096)")
    done = gradcli(*claim, "--timeout", "5", "--format", format)
    assert (done.returncode, done.stderr) == (Exit.OK, b"")
    assert b"5 s were used up" in done.stdout or format == "github"


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_long_claim_takes_no_other_with_it(jobs: str) -> None:
    long = '{"name": "long", "expr": "sum(x@x)", "at": {"x": "ones(4096,4096)"}, "grad": {"x": 1}}'
    short = '{"name": "short", "expr": "x**2", "at": {"x": 3}, "grad": {"x": 6}}'
    done = subprocess.run(
        [*GRADCLI, "check", "-", "--timeout", "1", "--jobs", jobs],
        input=f"{long}\n{short}\n",
        capture_output=True,
        check=False,
        text=True,
        env=environment(),
    )
    assert done.stdout.splitlines()[:2] == [
        "1: undecided  long  x: 1 s were used up",
        "2: proved  short",
    ]


# The process that watches


def test_a_process_that_is_ended_is_no_answer() -> None:
    with subprocess.Popen([*GRADCLI, *LONG], stdout=-1, stderr=-1, env=environment()) as process:
        time.sleep(1.5)
        (child,) = children(process.pid)
        os.kill(child, signal.SIGKILL)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (Exit.UNFINISHED, b"")
    assert err == b"error: the process was ended by signal 9: there may have been too little memory, or a limit\n"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_one_can_end_it_in_the_midst_of_a_call(number: int, code: int) -> None:
    mark = f"ones({4090 - code},{4090 - code})"
    command = [*GRADCLI, "diff", "sum(x@x)", "--at", f"x={mark}"]
    with subprocess.Popen(command, stdout=-1, stderr=-1, env=environment()) as process:
        time.sleep(2)
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (code, b"", b"")
    assert processes(mark) == []


def test_nothing_outlives_the_process_that_watches() -> None:
    mark = "ones(300,301)"
    command = [*GRADCLI, "minimize", "sum((x-1)**2)", "--start", f"x={mark}", "--steps", "100000", "--lr", "1e-9"]
    with subprocess.Popen(command, stdout=-1, stderr=-1, env=environment()) as process:
        time.sleep(2)
        process.kill()
        process.wait()
        deadline = time.monotonic() + 10
        while processes(mark) and time.monotonic() < deadline:
            time.sleep(0.1)
    assert processes(mark) == []


def children(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


# On a terminal


def test_the_engine_s_answer_comes_first_on_a_terminal() -> None:
    child = pexpect.spawn(GRADCLI[0], [*GRADCLI[1:], *SLOW], env=environment(TERM="xterm"), dimensions=(60, 100))
    child.expect_exact("verifying…".encode(), timeout=30)
    child.expect_exact("verifying, ", timeout=30)  # what moves on stderr
    child.expect("\x1b\\[\\d+F\x1b\\[J", timeout=60)
    child.expect_exact("proved", timeout=30)
    rest = child.read().decode()
    child.close()
    assert child.exitstatus == Exit.OK
    assert "verifying" not in rest


def test_on_a_terminal_too_what_is_not_verified_in_time_is_undecided() -> None:
    command = [*GRADCLI[1:], *SLOW, "--timeout", "8"]
    child = pexpect.spawn(GRADCLI[0], command, env=environment(TERM="xterm"), dimensions=(60, 100))
    child.expect_exact("verifying…".encode(), timeout=30)
    (stopped,) = children(child.pid)
    os.kill(stopped, signal.SIGSTOP)
    child.expect_exact("8 s were used up", timeout=30)
    child.read()
    child.close()
    assert child.exitstatus == Exit.OK


@pytest.mark.parametrize(("more", "rows"), [({"TERM": "dumb"}, 60), ({"TERM": "xterm"}, 8)])
def test_what_cannot_be_replaced_is_not_shown_before(more: dict[str, str], rows: int) -> None:
    child = pexpect.spawn(GRADCLI[0], [*GRADCLI[1:], *SLOW], env=environment(**more), dimensions=(rows, 100))
    shown = child.read().decode()
    child.close()
    assert child.exitstatus == Exit.OK
    assert "verifying" not in shown
