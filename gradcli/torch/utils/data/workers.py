"""The processes that prepare a DataLoader's batches.

Each has a pipe of its own, and is asked for a batch only after the one before has arrived: so neither side waits for
the other to read. They are asked in turn, so the batches come in order.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import random as python_random
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from typing import Any

import numpy as np

from gradcli.engine import random
from gradcli.engine.tensor import Tensor
from gradcli.torch.utils.data.worker_info import Process, WorkerInfo

Fetch = Callable[[Any], Any]
"""Gives the batch of some indices. Raises StopIteration where samples come without indices and there are no more."""
GRACE = 5.0
"""Seconds in which a worker that is told to end should have ended."""
STOP, RESTART = "stop", "restart"


@dataclass(frozen=True)
class Job:
    """What the workers are started with; `open` makes a Fetch of a worker's copy of the dataset."""

    dataset: Any
    open: Callable[[Any], Fetch]
    worker_init_fn: Callable[[int], Any] | None
    base_seed: int
    num_workers: int


@dataclass(frozen=True)
class Failure:
    """An exception in a worker, on its way to the main process."""

    kind: type[Exception]
    message: str

    @staticmethod
    def of(error: Exception, worker: int) -> Failure:
        """An exception that is being handled."""
        where = f"Caught {type(error).__name__} in DataLoader worker process {worker}."
        return Failure(type(error), f"{where}\nOriginal {traceback.format_exc()}")

    def exception(self) -> Exception:
        """An exception of the same kind, if that takes a message, with the traceback of the worker in it."""
        try:
            return self.kind(_Verbatim(self.message) if issubclass(self.kind, KeyError) else self.message)
        except Exception:  # noqa: BLE001  # it takes other arguments
            return RuntimeError(self.message)


class _Verbatim(str):
    """A message that a KeyError does not put into quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


class Workers:
    """Worker processes: `request` asks one for a batch, `receive` gives the batch that it was asked for."""

    def __init__(self, job: Job, context: Any, timeout: float) -> None:
        self._pipes: list[Connection] = []
        self._processes: list[Any] = []
        self._busy: set[int] = set()
        self._timeout = timeout
        for worker in range(job.num_workers):
            here, there = context.Pipe()
            self._pipes.append(here)
            process = context.Process(target=_work, args=(job, worker, there, tuple(self._pipes)), daemon=True)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # of threads: those of BLAS are safe to fork
                process.start()
            there.close()
            self._processes.append(process)

    def request(self, worker: int, indices: Any) -> None:
        """Asks a worker for a batch. It must have given the one before."""
        self._busy.add(worker)
        self._send(worker, indices)

    def receive(self, worker: int) -> tuple[Any, ...]:
        """The batch, alone in a tuple; an empty tuple if there are no more samples.

        Raises what was raised in the worker, and RuntimeError if it is late or has died.
        """
        pipe = self._pipes[worker]
        if self._timeout and not pipe.poll(self._timeout):
            raise RuntimeError(f"DataLoader timed out after {self._timeout} seconds")
        self._busy.discard(worker)
        try:
            answer = pipe.recv()
        except (EOFError, ConnectionError):
            process = self._processes[worker]
            process.join(GRACE)
            raise RuntimeError(f"DataLoader worker (pid(s) {process.pid}) exited unexpectedly") from None
        if isinstance(answer, Failure):
            raise answer.exception()
        batch: tuple[Any, ...] = answer
        return batch

    def restart(self) -> None:
        """Throws away what was asked for and lets the workers begin again."""
        for worker in range(len(self._pipes)):
            if worker in self._busy:
                with contextlib.suppress(Exception):  # nobody asks for it any more
                    self.receive(worker)
            self._send(worker, RESTART)

    def close(self) -> None:
        """Ends the processes; nothing may be asked for after that."""
        for worker, pipe in enumerate(self._pipes):
            self._send(worker, STOP)
            pipe.close()
        self._pipes.clear()
        while self._processes:
            process = self._processes.pop()
            process.join(GRACE)
            if process.is_alive():
                process.terminate()
                process.join()

    def __del__(self) -> None:
        self.close()

    def _send(self, worker: int, request: Any) -> None:
        with contextlib.suppress(ConnectionError):  # it has died, which `receive` says
            self._pipes[worker].send(request)


def context_of(given: Any) -> Any:
    """The multiprocessing context: the one given, itself or by name; otherwise one that forks, where there is one.

    A forked worker needs no `if __name__ == "__main__"` and takes over any dataset.
    """
    if given is None:
        return multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else None)
    return multiprocessing.get_context(given) if isinstance(given, str) else given


def _work(job: Job, worker: int, pipe: Connection, inherited: tuple[Connection, ...]) -> None:
    """The life of a worker process: it answers until it is told to stop or the main process is gone."""
    for end in inherited:  # the main process's ends: while one is open here, no worker learns that it is gone
        end.close()
    _seed(job, worker)
    fetch = _opened(job, worker, job.worker_init_fn)
    with contextlib.suppress(KeyboardInterrupt, EOFError, ConnectionError):
        while (request := pipe.recv()) != STOP:
            if request == RESTART:
                fetch = _opened(job, worker)
            else:
                pipe.send_bytes(_answer(fetch, request, worker))


def _seed(job: Job, worker: int) -> None:
    """Seeds all generators, those of Python and of NumPy too, and says which worker this is."""
    seed = job.base_seed + worker
    python_random.seed(seed)
    random.default_generator.manual_seed(seed)
    entropy = [worker, job.base_seed & 0xFFFFFFFF, job.base_seed >> 32, 0]
    np.random.seed(np.random.SeedSequence(entropy).generate_state(4))  # noqa: NPY002  # what datasets still use
    Process.info = WorkerInfo(worker, job.num_workers, seed, job.dataset)


def _opened(job: Job, worker: int, prepare: Callable[[int], Any] | None = None) -> Fetch | Failure:
    try:
        if prepare is not None:
            prepare(worker)
        return job.open(job.dataset)
    except Exception as error:  # noqa: BLE001  # whatever it is, it is the main process's to handle
        return Failure.of(error, worker)


def _answer(fetch: Fetch | Failure, indices: Any, worker: int) -> Any:
    """What `Workers.receive` reads: a batch in a tuple, an empty one, or a Failure; pickled."""
    try:
        return ForkingPickler.dumps(fetch if isinstance(fetch, Failure) else (fetch(indices),))
    except StopIteration:
        return ForkingPickler.dumps(())
    except Exception as error:  # noqa: BLE001  # likewise
        failure = Failure.of(error, worker)
    try:
        return ForkingPickler.dumps(failure)
    except Exception:  # noqa: BLE001  # a class that only the worker knows
        return ForkingPickler.dumps(Failure(RuntimeError, failure.message))


def _reduced(tensor: Tensor) -> tuple[Any, ...]:
    if tensor.grad_fn is not None:
        raise RuntimeError(
            "Cowardly refusing to serialize non-leaf tensor which requires_grad, since autograd does not support "
            "crossing process boundaries.  If you just want to transfer the data, call detach() on the tensor before "
            "serializing (e.g., putting it on the queue)."
        )
    return _rebuilt, (tensor.array, tensor.requires_grad)


def _rebuilt(array: Any, requires_grad: bool) -> Tensor:
    return Tensor(array, requires_grad)


ForkingPickler.register(Tensor, _reduced)
