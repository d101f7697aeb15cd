"""What an attacker found, each in the smallest form."""

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
PAGE = "---\ntitle: T\ntrack: basics\nminutes: 1\naim: See it.\n---\nGo.\n\n```python\n{code}\n```\n\n```output\n```\n"


def gradcli(*arguments: str, folder: Path, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [*GRADCLI, *arguments], input=given, capture_output=True, check=False, cwd=folder, env=env, timeout=60
    )


def page(folder: Path, code: str) -> str:
    (folder / "page.md").write_text(PAGE.format(code=code))
    return "./page.md"


def test_a_single_call_in_a_scenario_is_ended_in_time(tmp_path: Path) -> None:
    began = time.monotonic()
    done = gradcli("scenario", page(tmp_path, "sum(range(10**15))"), "--timeout", "1", "--json", folder=tmp_path)
    assert done.returncode == Exit.FAILED
    assert json.loads(done.stdout)["error"]["message"] == "the code at page.md, line 10, took longer than 1 s"
    assert time.monotonic() - began < 15  # 3 on an idle machine


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_single_call_in_a_scenario_can_be_interrupted(tmp_path: Path, number: int) -> None:
    command = [*GRADCLI, "scenario", page(tmp_path, "print('here', flush=True); sum(range(10**15))"), "--timeout", "50"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=-1, stderr=-1, cwd=tmp_path, env=env) as process:
        time.sleep(4)
        process.send_signal(number)
        process.communicate(timeout=20)
    assert process.returncode == 128 + number


@pytest.mark.parametrize(
    "code", ["import os; os.closerange(0, 256)", "import sys\nfor m in list(sys.modules): del sys.modules[m]"]
)
def test_what_a_page_makes_untellable_is_told(tmp_path: Path, code: str) -> None:
    done = gradcli("scenario", page(tmp_path, code), "--json", folder=tmp_path)
    assert done.returncode != Exit.OK
    assert b"page.md" in done.stdout
    assert b"Traceback" not in done.stderr
    json.loads(done.stdout)


MODULE = """
import os
def forks(x): os.fork(); return 9.0, {"x": 6.0}
class Odd(BaseException):
    def __str__(self): raise ValueError
def raises(x): raise Odd
def long(x): return 10**5000, {"x": 6.0}
"""


@pytest.mark.parametrize("name", ["forks", "raises", "long"])
def test_what_a_function_does_is_its_own_affair(tmp_path: Path, name: str) -> None:
    (tmp_path / "theirs.py").write_text(MODULE)
    done = gradcli("check", "--python", f"theirs:{name}", "--at", "x=3", "--timeout", "20", folder=tmp_path)
    assert done.returncode == (Exit.FAILED if name == "forks" else Exit.USAGE)  # 9.0 everywhere has the slope 0
    assert b"internal error" not in done.stderr
    assert b"gradcli/cli" not in done.stderr
    assert done.stdout.count(b"claimed") <= 2  # one process speaks


def test_an_endless_line_ends_a_repl(tmp_path: Path) -> None:
    done = gradcli("repl", folder=tmp_path, given=b"x" * 2**21)
    assert done.returncode == Exit.USAGE
    assert b"line 1 of standard input is longer than 1,048,576 bytes" in done.stderr


def test_a_certificate_nobody_writes_is_not_awaited_for_longer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "c.json")
    done = gradcli("check", "--certificate", "c.json", "--timeout", "1", folder=tmp_path)
    assert (done.returncode, done.stderr) == (
        Exit.UNFINISHED,
        b"error: 1 s were used up before there was an answer\n",
    )


def test_a_table_is_not_replaced_by_its_gradients(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a\n1\n")
    done = gradcli("batch", "log(a)", "--data", "rows.csv", "-o", "rows.csv", folder=tmp_path)
    assert done.returncode == Exit.USAGE
    assert (tmp_path / "rows.csv").read_text() == "a\n1\n"


def test_what_is_interrupted_is_not_being_verified_any_more() -> None:
    command = [*GRADCLI[1:], "diff", "sin(x)**2/x*exp(tanh(x))*log(x)", "--at", "x=0.5", "--order", "6", "--no-graph"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    child = pexpect.spawn(GRADCLI[0], command, env=env, dimensions=(60, 100))
    child.expect_exact("verifying, ", timeout=30)
    child.sendintr()
    child.expect_exact("unverified", timeout=30)
    assert b"verifying" not in child.read()
    child.close()
    assert child.exitstatus == Exit.INTERRUPTED


def test_many_long_lines_take_little_memory(tmp_path: Path) -> None:
    line = b'{"expr": "sum(x)", "at": {"x": [' + b",".join([b"1.0"] * 10**6) + b']}, "grad": {"x": 1, "y": 2}}\n'
    command = ["bash", "-c", 'ulimit -v 3000000; "$@"', "bash", *GRADCLI, "check", "-", "--timeout", "1"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, input=line * 30, capture_output=True, check=False, cwd=tmp_path, env=env)
    assert len(done.stdout.splitlines()) == 31
    assert done.returncode == Exit.USAGE
