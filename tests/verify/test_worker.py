from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from gradcli.verify.client import SympyWorker


def request(program: str, **values: float) -> dict[str, Any]:
    bound = {name: {"shape": [], "values": [value]} for name, value in values.items()}
    return {"program": program, "values": bound, "wrt": ["x"], "cotangent": None, "order": 1, "dtype": "float64"}


def formula(answer: dict[str, Any]) -> str:
    return str(answer["derivatives"]["x"][0]["text"])


SLOW = "; ".join(["y = x", *["y = y*sin(y) + exp(y)"] * 12, "y"])  # a formula of 4**12 operations

posix = pytest.mark.skipif(os.name != "posix", reason="signals and limits of POSIX")


def process_of(worker: SympyWorker) -> subprocess.Popen[bytes]:
    assert worker._child is not None
    return worker._child._process


@pytest.fixture(scope="module")
def worker() -> Any:
    with SympyWorker() as worker:
        yield worker


def test_answers_one_request_after_the_other(worker: SympyWorker) -> None:
    first = process_of(worker).pid
    answer = worker.ask(request("a*x**2", x=3.0, a=2.0), 60)
    assert formula(answer) == "2*a*x"
    assert answer["derivatives"]["x"][0]["elements"] == [[[], "2*a*x"]]
    assert formula(worker.ask(request("sin(x)"), 60)) == "cos(x)"
    assert process_of(worker).pid == first


def test_a_request_can_be_answered_later(worker: SympyWorker) -> None:
    worker.post(request("x**3"))
    assert formula(worker.answer(60)) == "3*x**2"


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("9**9**9*x", "no exact form: a power of numbers is too large"),
        ("; ".join(["y = x", *["y = sin(y)"] * 2000, "y"]), "the expression is nested too deeply for SymPy"),
        ("sin(", "SymPy could not differentiate this: "),
    ],
)
def test_reasons_for_no_answer(worker: SympyWorker, program: str, reason: str) -> None:
    assert worker.ask(request(program), 60)["error"].startswith(reason)
    assert formula(worker.ask(request("x**2"), 60)) == "2*x"


def test_a_worker_that_takes_too_long_is_replaced() -> None:
    with SympyWorker() as worker:
        first = process_of(worker)
        assert worker.ask(request(SLOW, x=1.0), 0.5) == {"error": "timed out after 0.5 s"}
        assert first.returncode is not None
        assert formula(worker.ask(request("x**2"), 60)) == "2*x"


def test_a_request_larger_than_the_pipe_does_not_block() -> None:
    with SympyWorker() as worker:
        huge = request("x", x=1.0)
        huge["values"]["y"] = {"shape": [10**6], "values": [0.5] * 10**6}
        worker.post(huge)
        assert worker.answer(0.05) == {"error": "timed out after 0.05 s"}


@posix
def test_a_worker_that_dies_is_reported_and_replaced() -> None:
    with SympyWorker() as worker:
        worker.post(request(SLOW, x=1.0))
        process_of(worker).kill()
        assert worker.answer(60) == {"error": f"the SymPy process ended early (exit code {-signal.SIGKILL})"}
        process_of_next = worker.ask(request("x**2"), 60)
        assert formula(process_of_next) == "2*x"
        process_of(worker).kill()
        process_of(worker).wait()
        assert formula(worker.ask(request("x**3"), 60)) == "3*x**2"


@pytest.mark.skipif(sys.platform != "linux", reason="needs prlimit")
def test_running_out_of_memory_is_reported() -> None:
    import resource

    with SympyWorker() as worker:
        large = request("sum(outer(x, x))")
        large["values"]["x"] = {"shape": [600], "values": [0.5] * 600}
        worker.ask(request("sum([x, x])"), 60)  # NumPy is imported now
        resource.prlimit(process_of(worker).pid, resource.RLIMIT_AS, (2**20, 2 * 2**30))
        error = worker.ask(large, 60)["error"]
        assert error.startswith(("SymPy needed more than 2 GiB of memory", "the SymPy process ended early"))
        worker.close()
        assert formula(worker.ask(request("x**2"), 60)) == "2*x"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_worker_limits_its_memory(worker: SympyWorker) -> None:
    import resource

    worker.ask(request("x"), 60)
    assert resource.prlimit(process_of(worker).pid, resource.RLIMIT_AS)[0] == 2 * 2**30


@posix
def test_interrupts_are_left_to_the_parent(worker: SympyWorker) -> None:
    worker.ask(request("x"), 60)
    process_of(worker).send_signal(signal.SIGINT)
    assert formula(worker.ask(request("x**2"), 60)) == "2*x"


@posix
def test_the_worker_ends_with_its_parent() -> None:
    code = (
        "import os, signal; from gradcli.verify.client import SympyWorker; w = SympyWorker(); print(w.pid, flush=True)"
    )
    parent = subprocess.run(
        [sys.executable, "-c", f"{code}\nos.kill(os.getpid(), signal.SIGKILL)"], capture_output=True, check=False
    )
    assert parent.returncode == -signal.SIGKILL
    wait_for_the_end(int(parent.stdout))


def wait_for_the_end(pid: int) -> None:
    """Waits until there is no such process, or only what its parent has not looked at yet."""
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return
        if state == "Z":
            return
        time.sleep(0.05)
    raise AssertionError(f"process {pid} is still there")


def test_close_leaves_nothing_behind() -> None:
    before, threads = open_descriptors(), set(threading.enumerate())
    worker = SympyWorker()
    process = process_of(worker)
    assert worker.pid == process.pid
    worker.post(request(SLOW, x=1.0))
    worker.close()
    worker.close()
    assert worker.pid is None
    assert process.returncode is not None
    assert open_descriptors() == before
    assert set(threading.enumerate()) <= threads


def open_descriptors() -> set[Path]:
    return set(Path("/proc/self/fd").iterdir()) if sys.platform == "linux" else set()


def test_the_client_imports_neither_numpy_nor_sympy() -> None:
    code = "import sys, gradcli.verify.client; print(sorted({'numpy', 'sympy', 'typer', 'rich'} & sys.modules.keys()))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def test_scalars_need_no_numpy_in_the_worker() -> None:
    code = (
        "import sys; from gradcli.verify import symbolic; "
        "symbolic.answer({'program': 'a*sin(x) + relu(x)', 'values': {'x': {'shape': [], 'values': [0.5]}}, "
        "'wrt': ['x'], 'cotangent': None, 'order': 2, 'dtype': 'float64'}); print('numpy' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"


def test_a_module_in_the_working_directory_does_not_hide_sympy(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sympy.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    with SympyWorker() as worker:
        assert formula(worker.ask(request("x**2"), 60)) == "2*x"
