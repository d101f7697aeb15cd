"""The recorder: what PyTorch says to every case, two files an operator, NAME.json and NAME.npz. Runs under PyTorch."""

from __future__ import annotations

import json
import os
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from .grid import grid, groups
from .neutral import Memory, stored
from .objects import object_names, objects
from .observe import observe
from .samples import copied, op_names, samples, written
from .variants import variants


def record(folder: Path, only: list[str], count: int, seed: int) -> None:
    """Records the operators that are not there yet; how far it is stands on stderr."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)  # sums are taken in one order
    folder.mkdir(parents=True, exist_ok=True)
    names = [name for name in [*groups(), *object_names(), *op_names()] if not only or name in only]
    for number, name in enumerate(names, 1):
        if not (folder / f"{name}.json").exists():
            print(f"records {number}/{len(names)} {name}", file=sys.stderr, flush=True)
            if not survives(lambda name=name: one(folder / name, name, count, seed, careful=False)):
                one(folder / name, name, count, seed, careful=True)


def survives(work: Callable[[], Any]) -> bool:
    """Works in a process of its own, because PyTorch itself may crash; whether it has not."""
    child = os.fork()
    if not child:
        try:
            work()
            os._exit(0)
        except BaseException:  # noqa: BLE001  (or there would be two recorders)
            traceback.print_exc()
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def one(path: Path, name: str, count: int, seed: int, *, careful: bool) -> None:
    """Records one operator; a careful recorder first sees in another process whether a case crashes PyTorch."""
    memory = Memory()
    if name in groups():
        cases = [*grid(name, count, seed, memory)]
    elif name in object_names():
        cases = [*objects(name, count, seed, memory)]
    else:
        cases = [*calls(name, count, seed, memory)]
    memory.data = memory.array().tobytes()
    kept = Memory(memory.data)
    for case in cases:
        if careful and not survives(lambda case=case: observe(torch, case, memory)):
            print(f"left out {case['name']}, which crashes PyTorch", file=sys.stderr, flush=True)
            continue
        try:
            case["saw"] = stored(observe(torch, case, memory), kept)
        except Exception as error:  # noqa: BLE001  (of a result that has no neutral form)
            print(f"left out {case['name']}: {type(error).__name__}: {error}", file=sys.stderr)
    cases = [case for case in cases if "saw" in case]
    np.savez_compressed(path.with_name(f"{path.name}.npz"), bytes=kept.array())
    path.with_name(f"{path.name}.json").write_text(json.dumps(cases), encoding="utf-8")


def calls(name: str, count: int, seed: int, memory: Memory) -> Iterator[dict[str, Any]]:
    """The cases of an operator: each sample, and other forms of the first ones."""
    varied = 0
    for label, call in samples(name, count, seed):
        case = written(call, memory, label)
        if case is None:
            continue
        yield case
        dtype = label.split("/")[1]
        if dtype == "float64" or (dtype == "int64" and not case["tensors"]):
            varied += 1
            if varied <= max(count // 4, 1):
                yield from forms(call, memory, label)


def forms(call: tuple[str, Any, Any], memory: Memory, label: str) -> Iterator[dict[str, Any]]:
    """The other forms of a call, as cases."""

    def again() -> Any:
        return (call[0], *copied((call[1], call[2])))

    for form, other in variants(again):
        case = written(other, memory, f"{label}/{form}")
        if case:
            if form == "in place" and case["tensors"][0]["needs"]:
                case["tensors"][0]["clone"] = True  # so that what is changed is no leaf
            yield case
