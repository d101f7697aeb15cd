"""Claims as JSON lines: read as they arrive, checked in batches, answered in their order."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from queue import Empty, Queue
from threading import Thread
from typing import IO, Any

from gradcli.calculator.claims.apart import apart
from gradcli.calculator.claims.check import Asker, check
from gradcli.calculator.claims.claim import Checked, Claim, given_by, size_of, unchecked
from gradcli.child import away_from_here
from gradcli.errors import InputError
from gradcli.lang.functions import similar
from gradcli.verdict import Settled
from gradcli.verify.client import SympyWorker
from gradcli.verify.conventions import Library

BATCH = 64
"""Lines that are checked together, if so many have arrived."""
LONG = 2**16
"""Bytes of a line that waits until those before it are taken, so that memory holds few such lines."""
SMALL = 1024
"""Numbers with which no operation of an expression takes long."""
MAX_LINE = 2**24
"""Bytes."""
KEYS: dict[str, tuple[type, ...]] = {
    "expr": (str,),
    "grad": (dict, str),
    "at": (dict, str),
    "let": (dict, str),
    "over": (dict, str),
    "cotangent": (int, float, list, str),
    "tol": (int, float),
    "dtype": (str,),
    "name": (str,),
}
"""What a line may hold, and as what."""

Line = tuple[int, bytes]


@dataclass(frozen=True)
class Settings:
    """What holds for every line that says nothing else.

    convention  the library to whose number a claim at a kink is held
    symbolic    whether SymPy is asked of every claim, not only where it is needed
    seconds     that one claim may take
    """

    tol: float | None = None
    dtype: str | None = None
    seed: int | None = None
    convention: Library | None = None
    symbolic: bool = False
    seconds: float = float("inf")


@dataclass(frozen=True)
class Outcome:
    """What became of a line: `checked`, or the `error` for which it could not be."""

    line: int | None
    name: str | None
    checked: Checked | None = None
    error: InputError | None = None

    @property
    def word(self) -> Settled:
        """In one word."""
        return Settled.ERROR if self.checked is None else Settled.of(self.checked.word)


def batches(stream: IO[bytes]) -> Iterator[list[Line]]:
    """The lines that have arrived, up to BATCH of them, blank ones left out. The stream is closed at its end.

    An empty batch says that the next line is still to come, so that nothing waits for it that could be answered.
    Raises InputError for a stream that cannot be read.
    """
    arrived: Queue[Line | InputError | None] = Queue(8 * BATCH)
    Thread(target=_read, args=(stream, arrived), daemon=True).start()
    batch: list[Line] = []
    while True:
        try:
            line = arrived.get(block=False)
        except Empty:
            yield batch
            if batch:
                yield []
            batch, line = [], arrived.get()
        if not isinstance(line, tuple):
            break
        arrived.task_done()
        batch.append(line)
        if len(batch) == BATCH or len(line[1]) > LONG:
            yield batch
            batch = []
    yield batch
    if line is not None:
        raise line


def _read(stream: IO[bytes], arrived: Queue[Line | InputError | None]) -> None:
    number = 0
    with stream:
        try:
            while text := stream.readline(MAX_LINE + 1):
                number += 1
                if len(text) > LONG:
                    arrived.join()
                if text.strip():
                    arrived.put((number, text))
                while len(text) > MAX_LINE and not text.endswith(b"\n"):  # the rest of a line that is too long
                    text = stream.readline(MAX_LINE + 1)
        except OSError as error:
            arrived.put(InputError("file", f"standard input cannot be read: {error.strerror}"))
    arrived.put(None)


def check_lines(given: Iterable[list[Line]], worker: SympyWorker, settings: Settings) -> Iterator[Outcome]:
    """The outcome of each line, whatever happens in it."""
    asker = Asker(worker)
    for batch in given:
        for number, text in batch:
            yield _outcome(number, text, asker, settings)


def _outcome(number: int, text: bytes, asker: Asker, settings: Settings) -> Outcome:
    name = None
    try:
        fields = _fields(text)
        name = fields.get("name")
        return Outcome(number, name, _checked(_claim(fields, settings), asker, settings))
    except InputError as error:
        return Outcome(number, name, error=error)
    except Exception as error:  # noqa: BLE001  # what fails in one claim must not take the others with it
        reason = f"{type(error).__name__}: {error}"
        return Outcome(number, name, error=InputError("internal", f"this claim could not be checked: {reason}"))


def _checked(claim: Claim, asker: Asker, settings: Settings) -> Checked:
    """What is said of a claim: here if that cannot take long, otherwise in a process that is ended in time."""

    def judged(asker: Asker) -> Checked:
        return check(claim, asker, settings.convention, always=settings.symbolic)

    def judged_apart() -> Checked:
        with SympyWorker(at_once=False) as worker:
            return judged(Asker(worker))

    try:
        return judged(asker) if size_of(claim) <= SMALL else apart(judged_apart, settings.seconds)
    except TimeoutError:
        return unchecked(claim, f"{settings.seconds:g} s were used up")
    except MemoryError:
        return unchecked(claim, "the memory was used up")


def check_in_processes(given: Iterable[list[Line]], count: int, settings: Settings) -> Iterator[Outcome]:
    """The outcome of each line, in order, from so many processes, each of which has a SymPy process of its own."""
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing import get_context

    running: deque[Future[list[Outcome]]] = deque()
    with away_from_here(), ProcessPoolExecutor(count, get_context("spawn"), _start) as pool:
        try:
            for batch in given:
                if batch:
                    running.append(pool.submit(_batch, batch, settings))
                while running and (len(running) > 2 * count or not batch or running[0].done()):
                    yield from running.popleft().result()
            while running:
                yield from running.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


_worker: SympyWorker | None = None


def _start() -> None:
    """Starts the SymPy process of this process; it ends when this one does, because its input ends then."""
    global _worker  # noqa: PLW0603  # a process of the pool has no other place for what is its own
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    _worker = SympyWorker(at_once=False)


def _batch(batch: list[Line], settings: Settings) -> list[Outcome]:
    assert _worker is not None
    return list(check_lines([batch], _worker, settings))


def _fields(text: bytes) -> dict[str, Any]:
    """The object in a line. Raises InputError for what is none, or holds what it should not."""
    if len(text) > MAX_LINE:
        raise InputError("too-large", f"the line is longer than {MAX_LINE:,} bytes")
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError("json", f"not JSON: {error}") from None
    if not isinstance(fields, dict):
        raise InputError("json", "a claim is a JSON object", hint='{"expr": "x**2", "at": {"x": 3}, "grad": {"x": 6}}')
    for key, value in fields.items():
        if key not in KEYS:
            near = similar(key, [*KEYS])
            raise InputError("json", f"a claim has no {key!r}", hint=f"did you mean {near!r}?" if near else None)
        if value is not None and (not isinstance(value, KEYS[key]) or isinstance(value, bool)):
            raise InputError("json", f"{key!r} cannot be {json.dumps(value)[:60]}")
    for key in ("expr", "grad"):
        if fields.get(key) is None:
            raise InputError("json", f"a claim needs {key!r}")
    if fields.get("dtype") not in (None, "float64", "float32"):
        raise InputError("json", f"'dtype' cannot be {fields['dtype']!r}", hint="float64 or float32")
    if not (fields.get("tol") or 0) >= 0:
        raise InputError("json", f"'tol' cannot be {fields['tol']}")
    return fields


def _claim(fields: dict[str, Any], settings: Settings) -> Claim:
    """The claim that a line makes."""
    given = {
        key: given_by([value], key) if isinstance(value, str) else value
        for key in ("grad", "at", "let", "over")
        if (value := fields.get(key)) is not None
    }
    tol, dtype = fields.get("tol"), fields.get("dtype")
    return Claim(
        fields["expr"],
        given["grad"],
        given.get("at", {}),
        given.get("let", {}),
        cotangent=fields.get("cotangent"),
        tol=settings.tol if tol is None else float(tol),
        name=fields.get("name"),
        dtype=dtype or settings.dtype,
        seed=settings.seed,
        over=given.get("over", {}),
        option="",
    )
