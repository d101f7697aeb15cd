"""What a scenario's code does to the process that runs it is never a silent success, a hang, or torn output."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

HEAD = "---\ntitle: T\ntrack: basics\nminutes: 1\naim: See it.\n---\n"
AFTER = 'print("after")'


def page(folder: Path, *blocks: str, outputs: Sequence[str | None] = ()) -> Path:
    """A scenario of these blocks."""
    text = HEAD
    for i, block in enumerate(blocks):
        text += f"```python\n{block}\n```\n"
        output = outputs[i] if i < len(outputs) else None
        text += "" if output is None else f"\n```output\n{output}\n```\n"
    path = folder / "page.md"
    path.write_text(text, encoding="utf-8")
    return path


def ran(path: Path, *more: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
    """`gradcli scenario` as a program."""
    command = [sys.executable, "-m", "gradcli", "scenario", str(path), *more]
    options = {"capture_output": True, "encoding": "utf-8", "stdin": subprocess.DEVNULL, "cwd": path.parent}
    return subprocess.run(command, timeout=seconds, check=False, **options)


ENDS = {
    "os._exit(0)": "import os\nos._exit(0)",
    "os._exit(3)": "import os\nos._exit(3)",
    "abort": "import os\nos.abort()",
    "kill": "import os\nos.kill(os.getpid(), 9)",
    "a crash": "import ctypes\nctypes.string_at(0)",
    "exec": "import os\nos.execv('/bin/true', ['true'])",
    "exit in a thread": "import os, threading\nt = threading.Thread(target=os._exit, args=(0,))\nt.start()\nt.join()",
    "all closed": "import os\nos.closerange(0, 256)\nos._exit(0)",
}


@pytest.mark.parametrize("way", ENDS)
def test_code_that_ends_the_process_is_told(tmp_path: Path, way: str) -> None:
    done = ran(page(tmp_path, "a = 1", ENDS[way], AFTER))
    assert done.returncode == 1
    assert f"error: {tmp_path / 'page.md'}, line 11: this code ended the process (" in done.stderr
    assert "after\n" not in done.stdout
    assert "Traceback" not in done.stderr


def test_it_is_told_as_json_too(tmp_path: Path) -> None:
    done = ran(page(tmp_path, ENDS["os._exit(0)"], AFTER), "--json")
    assert (done.returncode, json.loads(done.stdout)["error"]["code"]) == (1, "ended")


RAISES = {
    "sys.exit(0)": ("import sys\nsys.exit(0)", "SystemExit: 0"),
    "SystemExit": ("raise SystemExit", "SystemExit"),
    "KeyboardInterrupt": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "BaseException": ("class Own(BaseException): pass\nraise Own", "Own"),
    "GeneratorExit": ("raise GeneratorExit", "GeneratorExit"),
    "memory": ("x = bytearray(1 << 60)", "MemoryError"),
    "recursion": ("def f(): return f()\nf()", "RecursionError"),
    "input": ("input()", "EOFError"),
    "a surrogate": (r"print('\ud800')", "UnicodeEncodeError"),
    "its output closed": ("import os\nos.close(1)\nos.write(1, b'a')", "OSError"),
    "a flood": ("while True: print('flood' * 100)", "stopped: it printed more than 1,000,000 bytes"),
    "a flood at once": ("print('x' * 10**9)", "stopped: it printed more than 1,000,000 bytes"),
    "a flood that is caught": (
        "for _ in range(10**5):\n    try:\n        print('flood' * 100)\n    except BaseException: pass",
        "stopped: it printed more than 1,000,000 bytes",
    ),
    "a flood of errors": ("import sys\nwhile True: sys.stderr.write('e' * 1000)", "stopped: it printed more than"),
    "a program's flood": ("import os\nos.system('yes | head -c 30000000')", "stopped: it printed more than"),
}


@pytest.mark.parametrize("way", RAISES)
def test_code_that_raises_has_failed(tmp_path: Path, way: str) -> None:
    code, words = RAISES[way]
    done = ran(page(tmp_path, code, AFTER))
    assert done.returncode == 1
    assert words in done.stdout
    assert "0 of 2 outputs as documented" in done.stdout
    assert (done.stderr, len(done.stdout) < 10_000) == ("", True)


PASSES = {
    "a program": ("import os\nprint('a')\nos.system('echo b; echo c >&2')\nprint('d')", "a\nb\nd"),
    "a large output": ("import os\nx = os.system('yes | head -c 300000 >&2')", None),
    "the descriptor": ("import os\nprint('a')\nos.write(1, b'b\\n')\nprint('c')", "a\nb\nc"),
    "bytes": ("import sys\nprint('a')\nsys.stdout.buffer.write(b'b\\n')\nprint('c')", "a\nb\nc"),
    "a changed sys.stdout": ("import io, sys\nsys.stdout = io.StringIO()\nprint('lost')", None),
    "changed builtins": ("import builtins\nbuiltins.print = builtins.len = builtins.open = None", None),
    "a changed folder": ("import os, tempfile\nd = tempfile.mkdtemp()\nos.chdir(d)\nos.rmdir(d)", None),
    "a fork": (
        "import os\npid = os.fork()\nif pid: os.waitpid(pid, 0), print('parent')\nelse: print('child')",
        "child\nparent",
    ),
    "processes": (
        "import multiprocessing as m\nwith m.get_context('fork').Pool(2) as p: print(p.map(abs, [-1, 2]))",
        "[1, 2]",
    ),
    "a pickled class": ("import pickle\nclass A: pass\nprint(type(pickle.loads(pickle.dumps(A()))).__name__)", "A"),
    "what is done at exit": ("import atexit, os\natexit.register(os._exit, 3)", None),
    "logs": (
        "import logging, sys\nlogging.basicConfig(stream=sys.stdout, format='%(message)s')\nlogging.error('b')",
        "b",
    ),
    "an expected error": (
        "print(1)\n1 / 0",
        "1\nTraceback (most recent call last):\n  ...\nZeroDivisionError: division by zero",
    ),
    "colours": (r"print('\x1b[31mred\x1b[0m')", "red"),
    "no input": ("import subprocess\nprint(subprocess.run(['cat'], capture_output=True).stdout)", "b''"),
}  # fmt: skip


@pytest.mark.parametrize("way", PASSES)
def test_code_that_passes(tmp_path: Path, way: str) -> None:
    code, output = PASSES[way]
    path = page(tmp_path, code, AFTER, outputs=[output, "after"])
    done = ran(path, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [step["printed"] for step in json.loads(done.stdout)["scenarios"][0]["steps"]][1] == "after\n"
    assert "error" not in done.stderr


def test_threads_that_never_end_hold_nobody_up(tmp_path: Path) -> None:
    code = "import threading, time\nthreading.Thread(target=time.sleep, args=(100,)).start()"
    done = ran(page(tmp_path, code, AFTER, outputs=[None, "after"]), seconds=30)
    assert (done.returncode, done.stderr) == (0, "warning: a thread of the scenario was still running\n")


def test_code_that_cannot_be_stopped_is_ended(tmp_path: Path) -> None:
    code = "import time\nwhile True:\n    try: time.sleep(9)\n    except BaseException: pass"
    done = ran(page(tmp_path, code), "--timeout", "1", seconds=30)
    assert (done.returncode, done.stderr.count("error:")) == (1, 1)
    assert "line 8, took longer than 1 s" in done.stderr


@pytest.mark.parametrize("seconds", ["inf", "1e300", "1e9", "0", "1e-9"])
def test_every_limit_on_time_is_one(tmp_path: Path, seconds: str) -> None:
    done = ran(page(tmp_path, "import time\ntime.sleep(0.1)", AFTER, outputs=[None, "after"]), "--timeout", seconds)
    assert done.returncode == (1 if seconds == "1e-9" else 0), done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("seconds", ["nan", "-1", "-inf"])
def test_what_is_no_limit_on_time_is_refused(tmp_path: Path, seconds: str) -> None:
    done = ran(page(tmp_path, AFTER), "--timeout", seconds)
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_both_processes(tmp_path: Path, number: int, code: int) -> None:
    mark = tmp_path / "pid"
    path = page(tmp_path, f"import os, time\nopen({str(mark)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)")
    with subprocess.Popen([sys.executable, "-m", "gradcli", "scenario", str(path)], start_new_session=True) as program:
        child = wait_for(mark)
        os.killpg(program.pid, number) if number == signal.SIGINT else program.send_signal(number)
        assert program.wait(20) == code
    assert not alive(child)


def test_the_run_does_not_outlive_who_watches_it(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    path = page(tmp_path, f"import os, time\nopen({str(mark)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)")
    with subprocess.Popen([sys.executable, "-m", "gradcli", "scenario", str(path)]) as program:
        child = wait_for(mark)
        program.kill()
    for _ in range(50):
        if not alive(child):
            return
        time.sleep(0.1)
    raise AssertionError("the run goes on")


def wait_for(mark: Path) -> int:
    """The number that is written there, as soon as it is."""
    for _ in range(300):
        if mark.exists() and mark.read_text():
            return int(mark.read_text())
        time.sleep(0.1)
    raise AssertionError("it has not begun")


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text("utf-8")
    except OSError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


def test_what_is_printed_does_nothing_to_the_terminal(tmp_path: Path) -> None:
    code = r"print('\x1b]0;title\x07\x00\u202e\x1b[31mred\x1b[0m')"
    done = ran(page(tmp_path, code))
    assert r"│ \x1b]0;title\x07\x00\u202ered" in done.stdout
    assert "\x1b" not in done.stdout
