"""Datasets, samplers and DataLoader: order, batches and errors are PyTorch's, with workers and without."""

from __future__ import annotations

import collections
import gc
import json
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import training_answers as answers

from gradcli import torch
from gradcli.torch.utils import data

ANSWERS = json.loads((Path(__file__).parents[1] / "golden" / "training.json").read_text("utf-8"))["answers"]


@pytest.mark.parametrize("text", answers.DATA_TEXTS)
def test_answers_as_pytorch(text: str) -> None:
    assert answers.answer(torch, text) == ANSWERS[text]


def test_an_empty_part_is_warned_of() -> None:
    with pytest.warns(UserWarning, match="Length of split at index 1 is 0"):
        data.random_split([1], [0.5, 0.5])


def test_samples_keep_what_their_class_holds() -> None:
    made = data.default_collate([collections.defaultdict(list, a=1), collections.defaultdict(list, a=2)])
    assert made.default_factory is list
    assert made["a"].tolist() == [1, 2]


def test_many_indices_may_be_asked_for_at_once() -> None:
    class Quick(data.Dataset):
        def __getitems__(self, indices: list[int]) -> list[int]:
            return [-i for i in indices]

        def __len__(self) -> int:
            return 4

    assert [batch.tolist() for batch in data.DataLoader(Quick(), 2)] == [[0, -1], [-2, -3]]


def test_pinned_memory_is_warned_of() -> None:
    with pytest.warns(UserWarning, match="no accelerator is found"):
        next(iter(data.DataLoader([1], pin_memory=True)))


@pytest.mark.parametrize("options", [{"in_order": False}, {"pin_memory_device": "cuda"}])
def test_options_that_are_not_supported_are_named(options: dict[str, Any]) -> None:
    with pytest.raises(NotImplementedError, match=next(iter(options))):
        data.DataLoader([1], **options)


def test_a_generator_must_be_one() -> None:
    with pytest.raises(TypeError, match=r"must be torch\.Generator, not int"):
        data.DataLoader([1], generator=3)


def test_after_an_error_the_next_batch_follows() -> None:
    loader = iter(data.DataLoader(Faulty(), batch_size=1))
    assert next(loader).tolist() == [0]
    with pytest.raises(ValueError, match="no sample 1"):
        next(loader)
    with pytest.raises(KeyError):
        next(loader)
    assert next(loader).tolist() == [3]


# Workers


class Noisy(data.Dataset):
    """Samples with random numbers from everywhere."""

    def __len__(self) -> int:
        return 6

    def __getitem__(self, i: int) -> tuple[Any, ...]:
        return i, torch.rand(()).item(), np.random.rand(), random.random(), data.get_worker_info().id  # noqa: NPY002


class Faulty(data.Dataset):
    class Special(Exception):  # noqa: N818
        def __init__(self, _one: int, _other: int) -> None:
            super().__init__("two arguments")

    def __len__(self) -> int:
        return 6

    def __getitem__(self, i: int) -> int:
        if i == 1:
            raise ValueError("no sample 1")
        if i == 2:
            raise KeyError("no sample 2")
        if i == 4:
            raise Faulty.Special(1, 2)
        return i


class Counted(data.IterableDataset):
    """Each worker has samples of its own, and a different number of them."""

    def __iter__(self) -> Iterator[int]:
        worker = data.get_worker_info().id
        return iter(range(100 * worker, 100 * worker + (2, 7, 5)[worker]))


def flat(batches: Any) -> list[Any]:
    return [[part.tolist() for part in batch] if isinstance(batch, list) else batch.tolist() for batch in batches]


@pytest.mark.parametrize("workers", [1, 2, 3, 7])
@pytest.mark.parametrize(
    "options", [{"shuffle": True}, {"drop_last": True}, {"batch_sampler": [[5, 1], [2]]}, {"batch_size": None}], ids=str
)
def test_workers_change_neither_batches_nor_order(options: dict[str, Any], workers: int) -> None:
    rows = data.TensorDataset(torch.arange(20).reshape(10, 2), torch.arange(10.0))
    batched = {} if "batch_sampler" in options else {"batch_size": 3}
    runs = []
    for number in (0, workers):
        torch.manual_seed(5)
        loader = data.DataLoader(rows, **{**batched, **options}, num_workers=number)
        runs.append([flat(loader), flat(loader), torch.rand(1).item()])
    assert runs[0] == runs[1]


def test_random_numbers_in_workers_are_pytorchs() -> None:
    torch.manual_seed(5)
    loader = data.DataLoader(Noisy(), num_workers=2)
    found = [[round(part[0], 4) for part in batch] for batch in flat(loader)]
    # Recorded from PyTorch 2.13.0 with NumPy 2.4: index, torch.rand, numpy.random.rand, random.random, worker.
    assert found[:4] == [
        [0, 0.7106, 0.4852, 0.9732, 0],
        [1, 0.2905, 0.0807, 0.7347, 1],
        [2, 0.3483, 0.2476, 0.0992, 0],
        [3, 0.5857, 0.9243, 0.4211, 1],
    ]
    assert data.get_worker_info() is None


def test_workers_share_an_iterable_dataset_in_turn() -> None:
    # The order that PyTorch 2.13.0 gives.
    expected = [[0, 1], [100, 101], [200, 201], [102, 103], [202, 203], [104, 105], [204], [106]]
    assert flat(data.DataLoader(Counted(), 2, num_workers=3)) == expected
    expected = [[0, 1], [100, 101], [200, 201], [102, 103], [202, 203], [104, 105]]
    assert flat(data.DataLoader(Counted(), 2, num_workers=3, drop_last=True)) == expected


def test_what_is_raised_in_a_worker_is_raised_here() -> None:
    loader = iter(data.DataLoader(Faulty(), num_workers=2))
    assert next(loader).tolist() == [0]
    with pytest.raises(
        ValueError, match=r"^Caught ValueError in DataLoader worker process 1\.\nOriginal Traceback"
    ) as one:
        next(loader)
    assert str(one.value).endswith("ValueError: no sample 1\n")
    with pytest.raises(KeyError) as other:
        next(loader)
    assert str(other.value).startswith("Caught KeyError in DataLoader worker process 0.\nOriginal")
    assert next(loader).tolist() == [3]
    with pytest.raises(RuntimeError, match="Caught Special in DataLoader worker process 0"):
        next(loader)
    assert next(loader).tolist() == [5]
    with pytest.raises(StopIteration):
        next(loader)


def test_an_exception_of_a_class_that_only_the_worker_knows() -> None:
    class Unknown(data.Dataset):
        def __len__(self) -> int:
            return 1

        def __getitem__(self, i: int) -> int:
            raise type("Local", (Exception,), {})("here")

    with pytest.raises(RuntimeError, match="Caught Local in DataLoader worker process 0"):
        next(iter(data.DataLoader(Unknown(), num_workers=1)))


def test_an_error_in_worker_init_fn_comes_with_the_first_batch() -> None:
    loader = iter(data.DataLoader([1], num_workers=1, worker_init_fn=lambda worker: 1 // worker))
    with pytest.raises(ZeroDivisionError, match="DataLoader worker process 0"):
        next(loader)


def test_worker_init_fn_may_change_the_copy_of_the_dataset() -> None:
    def scale(worker: int) -> None:
        info = data.get_worker_info()
        assert (info.id, info.num_workers) == (worker, 2)
        info.dataset[:] = [10 * worker] * 2

    assert flat(data.DataLoader([1, 2], num_workers=2, worker_init_fn=scale)) == [[0], [10]]


def test_a_worker_that_dies_is_missed() -> None:
    class Deadly(data.Dataset):
        def __len__(self) -> int:
            return 1

        def __getitem__(self, i: int) -> int:
            os._exit(3)

    with pytest.raises(RuntimeError, match=r"DataLoader worker \(pid\(s\) \d+\) exited unexpectedly"):
        next(iter(data.DataLoader(Deadly(), num_workers=1)))


def test_a_worker_that_is_late_is_not_waited_for() -> None:
    class Slow(data.Dataset):
        def __len__(self) -> int:
            return 1

        def __getitem__(self, i: int) -> int:
            time.sleep(0.5)
            return i

    with pytest.raises(RuntimeError, match=r"DataLoader timed out after 0\.05 seconds"):
        next(iter(data.DataLoader(Slow(), num_workers=1, timeout=0.05)))


def test_what_has_a_history_does_not_cross_processes() -> None:
    rows = [torch.ones(2, requires_grad=True) * 2]
    with pytest.raises(RuntimeError, match="Cowardly refusing to serialize non-leaf tensor"):
        next(iter(data.DataLoader(rows, num_workers=1)))


def test_batches_and_indices_larger_than_a_pipe() -> None:
    rows = data.TensorDataset(torch.arange(400_000))
    sums = [batch.sum().item() for (batch,) in data.DataLoader(rows, 100_000, num_workers=2)]
    assert sums == [sum(range(start, start + 100_000)) for start in range(0, 400_000, 100_000)]


def test_a_run_that_is_given_up_leaves_no_process() -> None:
    for _ in data.DataLoader(list(range(100)), num_workers=2):
        for _ in data.DataLoader(list(range(100)), num_workers=1):
            break
        break
    gc.collect()
    import multiprocessing

    assert multiprocessing.active_children() == []


def test_persistent_workers_go_on() -> None:
    class Process(data.Dataset):
        def __len__(self) -> int:
            return 4

        def __getitem__(self, i: int) -> tuple[int, int]:
            return i, os.getpid()

    loader = data.DataLoader(Process(), num_workers=2, persistent_workers=True)
    first = flat(loader)
    next(iter(loader))  # given up
    assert flat(loader) == first
    stream = data.DataLoader(Counted(), 4, num_workers=2, persistent_workers=True)
    assert flat(stream) == flat(stream) == [[0, 1], [100, 101, 102, 103], [104, 105, 106]]


def test_workers_that_are_spawned() -> None:
    loader = data.DataLoader([torch.zeros(1), torch.ones(1)], num_workers=1, multiprocessing_context="spawn")
    assert flat(loader) == [[[0.0]], [[1.0]]]
