"""DataLoader: batches of a dataset's samples."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from gradcli.engine import random
from gradcli.engine.random import Generator
from gradcli.torch.argument_checks import only_default
from gradcli.torch.utils.data.collate import default_collate, default_convert
from gradcli.torch.utils.data.dataset import IterableDataset
from gradcli.torch.utils.data.sampler import BatchSampler, RandomSampler, SequentialSampler

if TYPE_CHECKING:
    from gradcli.torch.utils.data.workers import Fetch, Workers

FIXED = ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers")


class DataLoader:
    """Runs through a dataset in batches, in order or in another one, in this process or in worker processes.

    dataset        gives a sample for an index, or is an IterableDataset
    batch_size     None leaves the samples as they are
    shuffle        a random order, another one each time
    sampler        which indices in which order; batch_sampler gives lists of indices
    collate_fn     makes a batch of a list of samples
    num_workers    processes that prepare batches; the batches and their order are the same for any number. Each has
                   its own random numbers. An exception in one is raised here, with its traceback in the message
    worker_init_fn is called in each worker with its number
    timeout        seconds to wait for a worker; 0 is for ever
    generator      what the order, and the seed of the workers, are drawn from

    Running through it draws a seed for the workers, even without workers, and one for the order, as in PyTorch.
    `pin_memory` and `prefetch_factor` change nothing: each worker prepares one batch ahead.
    Raises PyTorch's ValueError for options that exclude each other.
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable[Any] | None = None,
        batch_sampler: Iterable[list[Any]] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[Any], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], Any] | None = None,
        multiprocessing_context: Any = None,
        generator: Generator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ) -> None:
        only_default("utils.data.DataLoader", "pin_memory_device", pin_memory_device, "")
        only_default("utils.data.DataLoader", "in_order", in_order, True)
        _check_workers(num_workers, timeout, prefetch_factor, persistent_workers)
        if generator is not None and not isinstance(generator, Generator):
            raise TypeError(f"argument 'generator' must be torch.Generator, not {type(generator).__name__}")
        self.dataset = dataset
        self.num_workers = num_workers
        self.prefetch_factor = 2 if num_workers and prefetch_factor is None else prefetch_factor
        self.pin_memory = pin_memory
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.generator = generator
        self.persistent_workers = persistent_workers
        self._workers: Workers | None = None
        self._choose_order(batch_size, shuffle, sampler, batch_sampler, drop_last)
        default = default_convert if self.batch_sampler is None else default_collate
        self.collate_fn = collate_fn or default

    def _choose_order(
        self, batch_size: int | None, shuffle: bool | None, sampler: Any, batch_sampler: Any, drop_last: bool
    ) -> None:
        """Sets the samplers. Raises ValueError for options that exclude each other."""
        if isinstance(self.dataset, IterableDataset):
            for name, value in (("shuffle", shuffle or None), ("sampler", sampler), ("batch_sampler", batch_sampler)):
                if value is not None:
                    raise ValueError(
                        f"DataLoader with IterableDataset: expected unspecified {name} option, but got {name}={value}"
                    )
            sampler = _Endless()
        if sampler is not None and shuffle:
            raise ValueError("sampler option is mutually exclusive with shuffle")
        if batch_sampler is not None:
            if batch_size != 1 or shuffle or sampler is not None or drop_last:
                raise ValueError(
                    "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last"
                )
            batch_size, drop_last = None, False
        elif batch_size is None and drop_last:
            raise ValueError("batch_size=None option disables auto-batching and is mutually exclusive with drop_last")
        if sampler is None:
            sampler = (
                RandomSampler(self.dataset, generator=self.generator) if shuffle else SequentialSampler(self.dataset)
            )
        if batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.batch_size = batch_size
        self.drop_last = drop_last
        self.sampler = sampler
        self.batch_sampler = batch_sampler

    def __setattr__(self, name: str, value: Any) -> None:
        if name in FIXED and name in vars(self):
            raise ValueError(f"{name} attribute should not be set after {type(self).__name__} is initialized")
        super().__setattr__(name, value)

    @property
    def index_sampler(self) -> Any:
        """What is run through: the sampler of batches, or of samples where they are left as they are."""
        return self.sampler if self.batch_sampler is None else self.batch_sampler

    def __len__(self) -> int:
        if not isinstance(self.dataset, IterableDataset):
            return len(self.index_sampler)
        count = len(self.dataset)  # type: ignore[arg-type]  # raises TypeError if it has no length
        if self.batch_size is None:
            return count
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)

    def __iter__(self) -> Iterator[Any]:
        if self.pin_memory:
            warnings.warn(
                "'pin_memory' argument is set as true but no accelerator is found, then device pinned memory won't be "
                "used.",
                UserWarning,
                stacklevel=2,
            )
        batches = _InWorkers(self) if self.num_workers else _InThisProcess(self)
        return _told(self, batches) if _followers else batches

    def opener(self) -> Callable[[Any], Fetch]:
        """What makes a Fetch of the dataset, or of a copy of it."""
        return partial(_open, self.batch_sampler is not None, self.drop_last, self.collate_fn)

    def draw_seed(self) -> int:
        """The seed that the first worker gets; the others get the numbers after it."""
        return int((self.generator or random.default_generator).random(()))

    def take_workers(self) -> Workers:
        """Workers at the beginning of the dataset: new ones, unless they are to be kept and there are some."""
        from gradcli.torch.utils.data import workers

        if self._workers is not None:
            self._workers.restart()
            return self._workers
        job = workers.Job(self.dataset, self.opener(), self.worker_init_fn, self.draw_seed(), self.num_workers)
        started = workers.Workers(job, workers.context_of(self.multiprocessing_context), self.timeout)
        if self.persistent_workers:
            self._workers = started
        return started


_followers: list[Callable[[int, int | None], None]] = []


@contextmanager
def followed(told: Callable[[int, int | None], None]) -> Iterator[None]:
    """Inside, `told(number, length)` is called with each batch that a DataLoader gives; `length` may not be known."""
    _followers.append(told)
    try:
        yield
    finally:
        _followers.remove(told)


def _told(loader: DataLoader, batches: Iterator[Any]) -> Iterator[Any]:
    """The batches; the followers are told of each."""
    try:
        length = len(loader)
    except TypeError:
        length = None
    for number, batch in enumerate(batches, 1):
        for told in _followers:
            told(number, length)
        yield batch


class _Endless:
    """The indices of a dataset without indices."""

    def __iter__(self) -> Iterator[None]:
        return itertools.repeat(None)


class _InThisProcess:
    """One run through a DataLoader without workers."""

    def __init__(self, loader: DataLoader) -> None:
        loader.draw_seed()
        self._indices = iter(loader.index_sampler)
        self._fetch = loader.opener()(loader.dataset)

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return self._fetch(next(self._indices))


class _InWorkers:
    """One run through a DataLoader whose workers prepare a batch each, in turn."""

    def __init__(self, loader: DataLoader) -> None:
        self._persistent = loader.persistent_workers
        self._workers = loader.take_workers()
        self._turns: list[int] = []
        self._indices = iter(loader.index_sampler)
        for worker in range(loader.num_workers):
            self._request(worker)

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        while self._turns:
            worker = self._turns.pop(0)
            try:
                batch = self._workers.receive(worker)
            except Exception:
                self._request(worker)
                raise
            if batch:
                self._request(worker)
                return batch[0]
        if not self._persistent:
            self._workers.close()
        raise StopIteration

    def _request(self, worker: int) -> None:
        """Asks for the next batch, if there is one; the worker's turn comes after those of the others."""
        for indices in itertools.islice(self._indices, 1):
            self._workers.request(worker, indices)
            self._turns.append(worker)


def _open(batched: bool, drop_last: bool, collate: Callable[[Any], Any], dataset: Any) -> Fetch:
    """A Fetch, which gives the batch, or the one sample, of some indices of the dataset."""
    if isinstance(dataset, IterableDataset):
        samples = iter(dataset)

        def take(indices: Any) -> Any:
            if not batched:
                return collate(next(samples))
            batch = list(itertools.islice(samples, len(indices)))
            if not batch or (drop_last and len(batch) < len(indices)):
                raise StopIteration
            return collate(batch)

        return take

    def look_up(indices: Any) -> Any:
        if not batched:
            return collate(dataset[indices])
        if hasattr(dataset, "__getitems__"):  # a dataset may be quicker for many indices at once
            return collate(dataset.__getitems__(indices))
        return collate([dataset[index] for index in indices])

    return look_up


def _check_workers(num_workers: int, timeout: float, prefetch_factor: int | None, persistent_workers: bool) -> None:
    if num_workers < 0:
        raise ValueError("num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.")
    if timeout < 0:
        raise ValueError("timeout option should be non-negative")
    if num_workers == 0 and prefetch_factor is not None:
        raise ValueError(
            "prefetch_factor option could only be specified in multiprocessing.let num_workers > 0 to enable "
            "multiprocessing, otherwise set prefetch_factor to None."
        )
    if prefetch_factor is not None and prefetch_factor < 0:
        raise ValueError("prefetch_factor option should be non-negative")
    if persistent_workers and num_workers == 0:
        raise ValueError("persistent_workers option needs num_workers > 0")
