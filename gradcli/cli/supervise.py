"""A command in a process of its own, and one that watches it: a single call into C ends for nothing but a signal.

The command runs in a fork, before anything is imported, and shares everything with its parent: the terminal, the files. It
says how long it may take, and which answer holds when that time is used up (`cli.overseer`). Where a system has no fork,
the command runs here, and its limits are kept between its steps only.
"""

from __future__ import annotations

import marshal
import os
import select
import signal
import time
from typing import TYPE_CHECKING

from gradcli.cli.overseer import HEADER, overseer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TICK = 0.1
"""Seconds between two looks at the clock."""
GRACE = 3.0
"""Seconds that a command with a limit has for its end after Ctrl-C."""
FAREWELL = 0.3
"""Seconds between asking a process to end and ending it."""
STOPPED = 2.0
"""Seconds without a tick after which this process was stopped, or the machine asleep: nobody waited so long."""
VERIFYING, UNVERIFIED = "verifying…".encode(), b"unverified"
"""`Word.VERIFYING`, and what becomes of it, in as many columns, if nothing more is to come."""
QUIET = 0.3
"""Seconds after which one wants to see that something goes on."""


def keep_descriptors() -> None:
    """Gives those of the three streams that are closed something that fails as they do: no file may get their number."""
    for descriptor, mode in ((0, os.O_WRONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, mode)  # the lowest number that is free, which is this one


def supervised(command: Callable[[], int], unfinished: Callable[[str], int]) -> int:
    """Runs a command; its exit code.

    unfinished  says in one sentence why there is no answer, and gives the exit code for that
    """
    if not hasattr(os, "fork"):
        return command()
    reading, writing = os.pipe()
    alive, lifeline = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        os.close(alive)
        return _Watch(child, reading, unfinished).wait()
    os.close(reading)
    os.close(lifeline)
    overseer.descriptor = writing
    _end_with_parent(alive)
    try:
        return command()
    finally:
        _ignore_interrupts()
        overseer.done()


def _ignore_interrupts() -> None:
    """From here on there is nothing to interrupt: Ctrl-C while Python ends would leave a traceback."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _end_with_parent(alive: int) -> None:
    """Ends this process when its parent is gone, whatever ended that."""
    from _thread import start_new_thread

    def wait() -> None:
        os.read(alive, 1)
        overseer.descriptor = None
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(FAREWELL)
        os.kill(os.getpid(), signal.SIGKILL)

    start_new_thread(wait, ())


class Wishes:
    """Signals that ask this process to end, held back until they are looked for; those that were ignored stay so."""

    def __init__(self) -> None:
        ends = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
        self.held = {number for number in ends if signal.getsignal(number) is not signal.SIG_IGN}
        if hasattr(signal, "sigtimedwait"):
            signal.pthread_sigmask(signal.SIG_BLOCK, self.held)
        else:  # who sent one cannot be known: what a terminal sends, it sends to the command too
            self.held = set()
            signal.signal(signal.SIGINT, signal.SIG_IGN)

    def passed_on(self, child: int) -> Iterator[int]:
        """Those that came; what did not come from a terminal, which sends it to both, is sent to the child."""
        while self.held and (sent := signal.sigtimedwait(self.held, 0)):
            if sent.si_pid:
                _signal(child, sent.si_signo)
            yield sent.si_signo

    def let_go(self) -> None:
        """From now on they do here what they did before."""
        if self.held:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, self.held)


class _Watch:
    """The parent's side, until the command ends or is ended."""

    def __init__(self, child: int, descriptor: int, unfinished: Callable[[str], int]) -> None:
        self.child = child
        self.descriptor = descriptor
        self.unfinished = unfinished
        self.received = b""
        self.owned: list[int] = []
        self.began = time.monotonic()
        self.limit = 0.0
        self.ends = float("inf")
        self.reason = ""
        """Why it must end then."""
        self.answer: tuple[bytes, int] | None = None
        self.shown = b""
        self.shown_at = 0.0
        self.spins = False
        self.is_done = False
        self.asked_to_end = 0
        """The signal that did."""
        self.wishes = Wishes()

    def wait(self) -> int:
        """The exit code."""
        try:
            return self._wait()
        except BrokenPipeError:  # the reader of stdout has gone
            self._kill()
            return 0
        except OSError as error:
            self._kill()
            return self.unfinished(f"standard output cannot be written: {error.strerror}")

    def _wait(self) -> int:
        last = time.monotonic()
        while True:
            ready, _, _ = select.select([self.descriptor], [], [], TICK)
            self._look_for_signals()
            now = time.monotonic()
            if now - last > STOPPED:
                self.ends += now - last
            last = now
            if ready:
                data = os.read(self.descriptor, 65536)
                if not data:
                    return self._ended(os.waitpid(self.child, 0)[1])
                self._receive(data)
            else:
                pid, status = os.waitpid(self.child, os.WNOHANG)
                if pid:  # what it has left behind holds its end of the pipe
                    return self._ended(status)
                self._spin(now)
            if now > self.ends:
                return self._stop()

    # What the command says

    def _receive(self, data: bytes) -> None:
        self.received += data
        while len(self.received) >= HEADER:
            end = HEADER + int.from_bytes(self.received[:HEADER], "big")
            if len(self.received) < end:
                return
            kind, *content = marshal.loads(self.received[HEADER:end])  # noqa: S302  # from a fork of this very process
            self.received = self.received[end:]
            getattr(self, f"_hear_{kind}")(*content)

    def _hear_limit(self, seconds: float) -> None:
        self.limit = seconds
        self._hear_deadline(self.began + seconds, f"{seconds:g} s were used up before there was an answer")

    def _hear_deadline(self, ends: float, reason: str) -> None:
        self.ends, self.reason = ends, reason

    def _hear_owns(self, pid: int) -> None:
        self.owned.append(pid)

    def _hear_meanwhile(self, shown: bytes, text: bytes, code: int) -> None:
        self._hear_write(1, shown)
        self.answer, self.shown, self.shown_at = (text, code), shown, time.monotonic()

    def _hear_write(self, descriptor: int, text: bytes) -> None:
        """Writes in the place of what is shown."""
        self._stop_spinning()
        if self.shown:
            _write(1, b"\x1b[%dF\x1b[J" % self.shown.count(b"\n"))
            self.shown = b""
        _write(descriptor, text)

    def _hear_done(self) -> None:
        self._stop_spinning()
        self.is_done = True
        self.ends = float("inf")

    # The end

    def _ended(self, status: int) -> int:
        """The exit code of a command that ended by itself, or was ended by somebody else."""
        code = os.waitstatus_to_exitcode(status)
        if self.is_done:
            self._leave_unverified()
            return code if code >= 0 else 128 - code  # of a signal while Python ended
        self._kill_owned()
        if self.asked_to_end:
            self._leave_unverified()
            return 128 + self.asked_to_end
        self._hear_write(1, b"")
        if code < 0:
            hint = ": there may have been too little memory, or a limit" if code == -9 else ""
            return self.unfinished(f"the process was ended by signal {-code}{hint}")
        return self.unfinished(f"the process ended early, with exit code {code}")

    def _stop(self) -> int:
        """Ends the command; the exit code."""
        self._kill()
        if self.asked_to_end:
            self._leave_unverified()
            return 128 + self.asked_to_end
        if self.answer is None:
            return self.unfinished(self.reason)
        text, code = self.answer
        self._hear_write(1, text)
        return code

    def _leave_unverified(self) -> None:
        """Leaves what is shown, if nothing took its place, without the mark that is no longer true."""
        self._hear_write(1, self.shown.replace(VERIFYING, UNVERIFIED))

    def _kill(self) -> None:
        """Ends the command, and what it owns."""
        os.kill(self.child, signal.SIGTERM)  # what it has begun to write is removed
        deadline = time.monotonic() + FAREWELL
        while not os.waitpid(self.child, os.WNOHANG)[0]:
            if time.monotonic() > deadline:
                os.kill(self.child, signal.SIGKILL)
                os.waitpid(self.child, 0)
                break
            time.sleep(0.01)
        self._kill_owned()

    def _kill_owned(self) -> None:
        for pid in self.owned:
            _signal(pid, signal.SIGKILL)

    def _look_for_signals(self) -> None:
        """After a wish to end the command has some time for it, not twice."""
        for number in self.wishes.passed_on(self.child):
            if number != signal.SIGINT or self.limit:  # without a limit Ctrl-C is the command's own business
                again = self.asked_to_end == number
                self.asked_to_end = number
                self.ends = min(self.ends, time.monotonic() + (0 if again else GRACE))

    # What moves while nothing comes

    def _spin(self, now: float) -> None:
        if self.shown and not self.is_done and now > self.shown_at + QUIET and os.isatty(2):
            self.spins = True
            sign = b"|/-\\"[int(now / TICK) % 4 :][:1]
            _write(2, b"\r%s verifying, %d s" % (sign, now - self.shown_at))

    def _stop_spinning(self) -> None:
        if self.spins:
            self.spins = False
            _write(2, b"\r\x1b[K")


def _signal(pid: int, number: int) -> None:
    try:  # noqa: SIM105  # contextlib would have to be imported
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def _write(descriptor: int, text: bytes) -> None:
    while text:
        text = text[os.write(descriptor, text) :]
