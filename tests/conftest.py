"""What all tests share."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from gradcli import words

hypothesis.settings.register_profile("untimed", deadline=None)  # how long an example takes is the machine's affair
hypothesis.settings.load_profile("untimed")


@pytest.fixture(autouse=True, scope="session")
def state_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What scenarios write down of their reader goes to a folder of its own, also in the programs that tests start."""
    former = os.environ.get("XDG_STATE_HOME")
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))
    yield
    if former is None:
        del os.environ["XDG_STATE_HOME"]
    else:
        os.environ["XDG_STATE_HOME"] = former


@pytest.fixture(autouse=True, scope="session")
def programs_in_utf8() -> Iterator[None]:
    """The programs that tests start write UTF-8, which the tests read; what they do otherwise has tests of its own."""
    former = os.environ.get("PYTHONIOENCODING")
    os.environ["PYTHONIOENCODING"] = "utf-8"
    yield
    if former is None:
        del os.environ["PYTHONIOENCODING"]
    else:
        os.environ["PYTHONIOENCODING"] = former


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A test reads English, and so do the programs that it starts, unless it asks for another language."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    yield
    words.use(words.ORIGINAL)


@pytest.fixture(autouse=True, scope="session")
def interruptible_programs() -> Iterator[None]:
    """The programs that tests start can be interrupted, also where pytest cannot: under `trap "" INT`, or `nohup`.

    A program takes over which signals are ignored, but not which are handled, even if by doing nothing.
    """
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    ignored = [number for number in numbers if signal.getsignal(number) is signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, lambda *_: None)
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


@pytest.fixture
def chromium(tmp_path: Path) -> Callable[[Path, str], str]:
    """`chromium(file, size)`: the document of a page as the browser has it when everything is loaded."""
    if shutil.which("chromium") is None:
        pytest.skip("chromium is not installed; continuous integration installs it and allows no skips")

    def dump(path: Path, size: str) -> str:
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
        own = [f"--user-data-dir={tmp_path / 'browser'}", f"--window-size={size}", "--dump-dom", path.as_uri()]
        done = subprocess.run(["chromium", *flags, *own], capture_output=True, text=True, timeout=60, check=True)
        return done.stdout

    return dump
