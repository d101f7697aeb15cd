"""The recorder: what PyTorch says to every case, two files an operator, NAME.json and NAME.npz. Runs under PyTorch."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Iterator
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
            cases = one(folder / name, name, count, seed)
            print(f"recorded {number}/{len(names)} {name}: {cases} cases", file=sys.stderr, flush=True)


def one(path: Path, name: str, count: int, seed: int) -> int:
    """Records one operator; gives the number of cases."""
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
        try:
            case["saw"] = stored(observe(torch, case, memory), kept)
        except Exception as error:  # noqa: BLE001  (of a result that has no neutral form)
            print(f"left out {case['name']}: {type(error).__name__}: {error}", file=sys.stderr)
    cases = [case for case in cases if "saw" in case]
    np.savez_compressed(path.with_name(f"{path.name}.npz"), bytes=kept.array())
    path.with_name(f"{path.name}.json").write_text(json.dumps(cases), encoding="utf-8")
    return len(cases)


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
