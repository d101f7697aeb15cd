"""A run of scenarios in a process of its own, whose end is believed only if it says how it came to it.

A scenario is a program: it may call `os._exit(0)`, crash, or become another program. Then this process, in which nothing
of it runs, tells where that was. The two share a piece of memory without a descriptor, so that nothing which the program
opens, closes or forks disturbs them.
"""

from __future__ import annotations

import math
import mmap
import os
import signal
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

from gradcli.child import debugging
from gradcli.cli.exits import Exit
from gradcli.cli.streams import PipeClosed
from gradcli.cli.supervise import Wishes
from gradcli.cli.terminal import report
from gradcli.errors import InputError, UnfinishedError
from gradcli.scenario.timeout import WATCHERS
from gradcli.signals import end_on_signals

FORKS = hasattr(os, "fork")
"""Whether there can be such a process; without, scenarios are run in this one."""

GRACE = 2.0
"""Seconds that a run which has said its last word may still take: threads that never end, what is done at exit."""

FAREWELL = 3.0
"""Seconds after which a run that was asked to end is ended."""

TICK = 0.02
"""Seconds between two looks at the run."""

SIZE = 4096
LATE, TEXT = 9, 1024
"""Where in the memory the two texts begin; before them are the letter, and when the run must have ended."""
INSIDE, OUTSIDE, DONE, RAISED, LOST = b"IODRL"
"""A block is being run; none is; the run is done; it raises, and tells why; it raises what it may not be able to tell."""

_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux


class Guard:
    """What the run says of itself: a letter and a text, and until when it must have ended with the reason for that."""

    def __init__(self) -> None:
        self.memory = mmap.mmap(-1, SIZE)
        self.place = ""
        self.say(OUTSIDE)
        self.limit(math.inf, "")

    def say(self, word: int, text: str = "") -> None:
        self._write(TEXT, SIZE, text)
        self.memory[0] = word

    def limit(self, ends: float, message: str) -> None:
        """From then on, by `time.monotonic`, it is late."""
        self._write(LATE, TEXT, message)
        self.memory[1:LATE] = struct.pack("d", ends)

    @property
    def late(self) -> str:
        """Why the run must be ended now; empty where it need not."""
        (ends,) = struct.unpack("d", self.memory[1:LATE])
        return self._read(LATE) if time.monotonic() > ends else ""

    def block(self, place: str) -> None:
        """The code at this place is run from here on; "" for none."""
        self.place = place or self.place
        self.say(INSIDE if place else OUTSIDE, place)

    @property
    def said(self) -> tuple[int, str]:
        """The letter and the text."""
        return self.memory[0], self._read(TEXT)

    def _write(self, begin: int, end: int, text: str) -> None:
        data = text.encode("utf-8", "replace")[: end - begin - 1] + b"\0"
        self.memory[begin : begin + len(data)] = data

    def _read(self, begin: int) -> str:
        return self.memory[begin:].split(b"\0", 1)[0].decode("utf-8", "replace")


def guarded(run: Callable[[Guard], int], *, json: bool) -> int:
    """The exit code of a run. One that ends by itself inside a block has failed, whatever its exit code."""
    guard = Guard()
    if not FORKS:
        return run(guard)
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    child = os.fork()
    if child:
        return _watched(guard, child, json=json)
    end_on_signals()
    _end_with(parent)
    WATCHERS.append(guard.limit)
    try:
        code = run(guard)
    except Exception as error:
        if isinstance(error, (InputError, PipeClosed)) or debugging():
            guard.say(RAISED)
            raise
        guard.say(
            LOST, f"after {guard.place or 'the beginning'} the run could not go on: {error or type(error).__name__}"
        )
        os._exit(Exit.UNFINISHED)  # whether it can still write is not known
    except BaseException:
        guard.say(RAISED)
        _end_soon(Exit.FAILED)
        raise
    guard.say(DONE, str(int(code)))
    _end_soon(code)
    return code


def _watched(guard: Guard, child: int, *, json: bool) -> int:
    """Waits for the run, and says how it ended where it does not say so itself."""
    wishes, passed = Wishes(), dict[int, float]()
    with _kept_terminal():
        status, late = _waited(guard, child, wishes, passed)
    wishes.let_go()
    code = os.waitstatus_to_exitcode(status)
    word, text = guard.said
    if word == DONE:
        return int(text)
    if word == RAISED and code >= 0:
        return code
    if -code in passed:
        return 128 - code
    if passed and not late and code == -signal.SIGKILL:
        return 128 + next(iter(passed))
    way = f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
    if late:
        error = InputError("late", late)
    elif word == LOST:
        error = UnfinishedError("ended", text)
    elif word == INSIDE:
        error = InputError(
            "ended",
            f"{text}: this code ended the process ({way}), so nothing after it was run",
            hint="perhaps the memory was used up" if -code == signal.SIGKILL else "raise an exception to end a block",
        )
    else:
        error = UnfinishedError("ended", f"the run was ended before it was done ({way})")
    told = report(error, "scenario", as_json=json)
    return told if told is Exit.UNFINISHED else Exit.FAILED


def _waited(guard: Guard, child: int, wishes: Wishes, passed: dict[int, float]) -> tuple[int, str]:
    """How the run ended, and why it had to be ended, if it was late; one that does not end when it is asked to is ended.

    passed  becomes the signals that asked it to, and when
    """
    while True:
        for number in wishes.passed_on(child):
            passed.setdefault(number, time.monotonic())
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return status, ""
        late = guard.late
        inside = guard.said[0] == INSIDE  # elsewhere Ctrl-C may mean something else
        asked = [since for number, since in passed.items() if inside or number != signal.SIGINT]
        if late or (asked and time.monotonic() > min(asked) + FAREWELL):
            os.kill(child, signal.SIGKILL)
            return os.waitpid(child, 0)[1], late
        time.sleep(TICK)


@contextmanager
def _kept_terminal() -> Iterator[None]:
    """Afterwards the terminal is as it was: whoever is killed cannot put it right."""
    if not os.isatty(0):
        yield
        return
    import termios  # there is one where processes fork

    former = termios.tcgetattr(0)
    try:
        yield
    finally:
        with suppress(termios.error):
            termios.tcsetattr(0, termios.TCSANOW, former)
        if sys.stderr.isatty():
            sys.stderr.write("\x1b[?25h")  # the cursor is seen
            sys.stderr.flush()


def _end_with(parent: int) -> None:
    """Lets this process end where the other one is killed, as far as the system can do that."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(Exit.FAILED)


def _end_soon(code: int) -> None:
    """Ends this process in a while, if it has not ended."""

    def end() -> NoReturn:
        sys.stdout.flush()
        os.write(2, b"warning: a thread of the scenario was still running\n")
        os._exit(code)

    last = threading.Timer(GRACE, end)
    last.daemon = True
    last.start()
