"""Code that takes too long is ended, wherever it stands."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from gradcli.scenario.timeout import TimeLimitError, time_limit


def spin() -> None:
    while True:
        pass


def swallow() -> None:
    while True:
        try:
            time.sleep(0.01)
        except Exception:  # noqa: BLE001, S110  # what code in a scenario may do
            pass


def catch_once() -> None:
    try:
        spin()
    except BaseException:  # noqa: BLE001  # likewise
        spin()


@pytest.mark.parametrize("code", [spin, swallow, catch_once, lambda: time.sleep(60)])
def test_it_is_interrupted(code) -> None:
    begun = time.monotonic()
    with pytest.raises(TimeLimitError), time_limit(0.1, "a test"):
        code()
    assert time.monotonic() - begun < 5


def test_in_another_thread() -> None:
    raised = []

    def target() -> None:
        try:
            with time_limit(0.1, "a test"):
                spin()
        except TimeLimitError as error:
            raised.append(error)

    thread = threading.Thread(target=target)
    thread.start()
    thread.join(10)
    assert len(raised) == 1


def test_nothing_happens_in_time() -> None:
    with time_limit(0.1, "a test"):
        pass
    with time_limit(None, "a test"):
        pass
    time.sleep(0.2)


def test_what_cannot_be_interrupted_ends_the_process() -> None:
    program = (
        "import signal, time\n"
        "from gradcli.scenario.timeout import time_limit\n"
        "with time_limit(0.1, 'the code at some.md, line 3,', grace=0.2):\n"
        "    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])\n"
        "    time.sleep(60)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: the code at some.md, line 3, took longer than 0.1 s\n"
