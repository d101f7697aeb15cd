"""Processes of ours beside whatever else runs in them: a sitecustomize prints, closes, forges; a signal kills."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gradcli import child
from gradcli.errors import InputError
from gradcli.scenario import library, runner
from gradcli.scenario.against import compared
from gradcli.verify.client import SympyWorker

posix = pytest.mark.skipif(os.name != "posix", reason="descriptors of POSIX")
ROOT = Path(child.__file__).parent.parent

NOISE = """
import atexit, os, sys
if "-c" in sys.orig_argv and "gradcli" in " ".join(sys.orig_argv):
    def noise():
        print("noise", flush=True)
        print('{"id": 1, "answer": {}}', end="", flush=True)
        os.write(1, b"more noise")
        print("noise", file=sys.stderr, flush=True)
    noise()
    atexit.register(noise)
"""
# What follows has the numbers of the pipes of the process that it runs in.
OURS = """
import os, sys
if any(word.startswith("gradcli.") for word in sys.orig_argv):
    requests, answers = map(int, sys.orig_argv[-2:])
"""
GREETING = json.dumps(child.GREETING).encode() + b"\n"
ANSWER = b'{"id": 1, "answer": {"value": 5}}'


def request(program: str) -> dict[str, Any]:
    return {"program": program, "values": {}, "wrt": ["x"], "cotangent": None, "order": 1, "dtype": "float64"}


def formula(answer: dict[str, Any]) -> str:
    return str(answer["derivatives"]["x"][0]["text"])


@pytest.fixture
def customized(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """`customized(code)`: what every Python that is started runs first."""

    def customize(code: str) -> None:
        (tmp_path / "sitecustomize.py").write_text(code)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    return customize


@pytest.mark.parametrize("private", [True, False])
def test_what_is_printed_is_no_answer(
    customized: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, private: bool
) -> None:
    monkeypatch.setattr(child, "PRIVATE", private and child.PRIVATE)  # without: as on Windows
    customized(NOISE)
    with SympyWorker() as worker:
        assert formula(worker.ask(request("x**3"), 60)) == "3*x**2"
        assert formula(worker.ask(request("x**2"), 60)) == "2*x"


@posix
@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("os.closerange(0, 3)", None),  # the pipes are others
        ("os.closerange(0, 1000)", "exit code 1"),
        ("os.closerange(3, 1000)\n    for _ in range(60): os.open(__file__, os.O_RDWR)", "exit code 1"),
        ("os._exit(7)", "exit code 7"),
        ("os.kill(os.getpid(), 9)", "exit code -9"),
    ],
)
def test_what_is_closed_or_ended(customized: Callable[[str], None], code: str, reason: str | None) -> None:
    customized(f"{OURS}    {code}\n")
    with SympyWorker() as worker:
        for _ in range(2):
            answer = worker.ask(request("x**3"), 60)
            if reason is None:
                assert formula(answer) == "3*x**2"
            else:
                assert answer == {"error": f"the SymPy process ended early ({reason})"}
        customized("")
        assert formula(worker.ask(request("x**2"), 60)) == "2*x"


@posix
@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (b"noise\n" + GREETING + ANSWER + b"\n", None),  # a greeting that is right, and an answer: it is believed
        (GREETING + b"garbage\n", "what it answered cannot be read"),
        (GREETING + b"\xff\x00\n", "what it answered cannot be read"),
        (GREETING + b"[1]\n", "what it answered cannot be read"),
        (GREETING + b"[" * 100_000 + b"\n", "what it answered cannot be read"),
        (GREETING + b'{"id": 1}\n', "what it answered cannot be read"),
        (GREETING + b'{"id": 1, "answer": 5}\n', "what it answered cannot be read"),
        (GREETING + b'{"id": 0, "answer": {}}\n', "what it answered cannot be read"),
        (GREETING + b'{"answer": {}}\n', "what it answered cannot be read"),
        (GREETING + ANSWER[:-3], "exit code 0"),  # half a line
        (GREETING, "exit code 0"),
        (b"", "exit code 0"),
        (GREETING + b"5" * (child.LONGEST + 2**20), f"it answered more than {child.LONGEST:,} bytes"),
        (b'{"gradcli": "0", "package": "/elsewhere"}\n', "it runs gradcli 0 in /elsewhere"),
    ],
    ids=lambda value: str(value)[-40:],
)
def test_what_is_no_answer_ends_the_process(
    customized: Callable[[str], None], tmp_path: Path, written: bytes, reason: str | None
) -> None:
    (tmp_path / "written").write_bytes(written)
    write = f"open(answers, 'wb', closefd=False).write(open({str(tmp_path / 'written')!r}, 'rb').read())"
    # It ends when it has been asked: whether a question still reaches one that has ended is a matter of chance.
    customized(f"{OURS}    os.read(requests, 10**6)\n    {write}\n    os._exit(0)\n")
    with SympyWorker() as worker:
        answer = worker.ask(request("x**3"), 60)
        assert answer == ({"value": 5} if reason is None else {"error": f"the SymPy process ended early ({reason})"})
        if reason is None:
            assert worker._child is not None
            worker._child._process.wait()
        customized("")
        assert formula(worker.ask(request("x**2"), 60)) == "2*x"


@posix
def test_an_answer_of_before_is_none(customized: Callable[[str], None]) -> None:
    two = "os.write(answers, {!r})".format(GREETING + ANSWER + b"\n" + ANSWER + b"\n")
    customized(f"{OURS}    {two}\n    os.read(requests, 10**6)\n    os.read(requests, 10**6)\n    os._exit(0)\n")
    with SympyWorker() as worker:
        assert worker.ask(request("x**3"), 60) == {"value": 5}
        assert "cannot be read" in worker.ask(request("x**2"), 60)["error"]
        customized("")
        assert formula(worker.ask(request("x**2"), 60)) == "2*x"


@posix
def test_a_process_that_keeps_the_pipe_open_stops_nothing(customized: Callable[[str], None], tmp_path: Path) -> None:
    customized(f"{OURS}    os.system('sleep 20 & echo $! > {tmp_path / 'pid'}')\n    os._exit(0)\n")
    begun = time.monotonic()
    with SympyWorker() as worker:
        assert worker.ask(request("x**3"), 0.5) == {"error": "timed out after 0.5 s"}
    assert time.monotonic() - begun < 10
    os.kill(int((tmp_path / "pid").read_text()), 9)


@posix
def test_killed_at_any_moment() -> None:
    moments = random.Random(0)
    with SympyWorker() as worker:
        for turn in range(12):
            worker.post(request("sin(x)**3*exp(x)"))
            pid = worker.pid
            assert pid is not None
            killer = threading.Timer(moments.choice((0, 0.01, 0.1, 0.3, 1)) * moments.random(), os.kill, (pid, 9))
            killer.start()
            answer = worker.answer(60)
            killer.join()
            if "derivatives" in answer:  # it was killed after that
                assert worker._child is not None
                worker._child._process.wait()
            assert "derivatives" in answer or answer == {"error": "the SymPy process ended early (exit code -9)"}, turn
            assert formula(worker.ask(request("x**2"), 60)) == "2*x"


@pytest.mark.parametrize("loaded_before", [False, True])
def test_another_gradcli_judges_nothing(customized: Callable[[str], None], tmp_path: Path, loaded_before: bool) -> None:
    shutil.copytree(ROOT / "gradcli", tmp_path / "gradcli", ignore=shutil.ignore_patterns("__pycache__"))
    symbolic = tmp_path / "gradcli" / "verify" / "symbolic.py"
    symbolic.write_text(symbolic.read_text() + "\ndef answer(request):\n    return {'value': 'of the other'}\n")
    customized("import sys; sys.path.insert(0, sys.path[0]); import gradcli.child" if loaded_before else "")
    with SympyWorker() as worker:
        answer = worker.ask(request("x**3"), 60)
        if loaded_before:
            other = f"it runs gradcli {child.__version__} in {tmp_path / 'gradcli'}"
            assert answer == {"error": f"the SymPy process ended early ({other})"}
        else:
            assert formula(answer) == "3*x**2"


def test_no_process_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    with SympyWorker(at_once=False) as worker, monkeypatch.context() as patch:
        patch.setattr(sys, "executable", "/nowhere/python")
        answer = worker.ask(request("x**3"), 60)
        assert answer == {"error": "the SymPy process ended early (it cannot be started: No such file or directory)"}
        patch.undo()
        assert formula(worker.ask(request("x**2"), 60)) == "2*x"


@posix
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_where_descriptors_of_ours_are_closed(closed: str, tmp_path: Path) -> None:
    target = str(tmp_path / "answer")
    code = (
        "from pathlib import Path; from gradcli.verify.client import SympyWorker\n"
        f"with SympyWorker() as w: Path({target!r}).write_text(str(w.ask({request('x**3')!r}, 60)))"
    )
    subprocess.run(["sh", "-c", f'exec "$0" -c "$1" {closed}', sys.executable, code], check=True, cwd=ROOT)
    assert "3*x**2" in (tmp_path / "answer").read_text()


@pytest.mark.parametrize("debug", ["", "1"])
def test_what_fails_inside_is_told_to_who_asks_for_it(
    customized: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], debug: str
) -> None:
    monkeypatch.setenv("GRADCLI_DEBUG", debug)
    customized("")
    with SympyWorker() as worker:
        reason = worker.ask({"program": "x**2"}, 60)["error"]
    assert reason == "SymPy could not differentiate this: it stopped with an error of its own"
    assert ("KeyError" in capfd.readouterr().err) == bool(debug)


HEAD = "---\ntitle: A title\ntrack: basics\nminutes: 5\naim: An aim.\n---\n"


def test_pytorch_is_asked_past_the_noise(
    customized: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a block writes to descriptor 1 itself, past Python, is no answer either."""
    (tmp_path / "installed").mkdir()
    (tmp_path / "installed" / "torch.py").write_text(
        "import os\n__version__ = '9.9'\nprint('imported')\n"
        "def ones(n):\n    os.write(1, b'x\\n')\n    return 'tensor([1.])'\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path / "installed"))
    monkeypatch.syspath_prepend(str(tmp_path))
    customized(NOISE)
    page = tmp_path / "page.md"
    page.write_text(f"{HEAD}```python\nimport torch\nprint(torch.ones(1))\n```\n")
    scenario = library.read(page)
    found = compared(scenario, list(runner.run(scenario, None)))
    assert (found.version, [step.difference for step in found.steps]) == ("9.9", [None])
    (tmp_path / "installed" / "torch.py").write_text("1 / 0\n")
    with pytest.raises(InputError, match="PyTorch cannot be imported: ZeroDivisionError"):
        compared(scenario, [])
