"""What a process that prepares batches knows of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class WorkerInfo:
    """The worker's number, how many there are, its seed, and its copy of the dataset."""

    id: int
    num_workers: int
    seed: int
    dataset: Any


class Process:
    """This process: `info` says which worker it is, if it is one."""

    info: WorkerInfo | None = None


def get_worker_info() -> WorkerInfo | None:
    """What the worker of a DataLoader knows of itself; None in the main process."""
    return Process.info
