"""The modules and the optimizers that PyTorch's own samples make, each in a neutral form. Runs under PyTorch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch.testing._internal.common_modules import module_db
from torch.testing._internal.common_optimizers import optim_db

from .neutral import Memory, NotNeutralError, Writer, name_of


def object_names() -> list[str]:
    """`nn.Linear`, ..., `optim.Adam`, ..."""
    modules = [f"nn.{info.module_cls.__name__}" for info in module_db]
    return [*dict.fromkeys(modules), *(f"optim.{info.optim_cls.__name__}" for info in optim_db)]


def objects(name: str, count: int, seed: int, memory: Memory) -> Iterator[dict[str, Any]]:
    """The cases of a module or an optimizer."""
    space, _, cls = name.partition(".")
    for info in optim_db if space == "optim" else ():
        if info.optim_cls.__name__ == cls:
            for number, given in enumerate(info.optim_inputs_func("cpu")):
                yield from written_object(name, f"{name}/float64/{number}", given, {"kind": "optimizer"}, memory)
    for info in module_db if space == "nn" else ():
        if info.module_cls.__name__ == cls:
            yield from modules(name, info, count, seed, memory)


def modules(name: str, info: Any, count: int, seed: int, memory: Memory) -> Iterator[dict[str, Any]]:
    for dtype in (torch.float64, torch.float32):
        for training in (True, False) if info.train_and_eval_differ else (True,):
            torch.manual_seed(seed)
            inputs = info.module_inputs_func(info, "cpu", dtype, True, training)
            for number, given in enumerate(inputs[:: max(1, len(inputs) // (2 * count))]):
                kind = {"kind": "module", "training": training, "dtype": name_of(dtype)}
                label = f"{name}/{name_of(dtype)}/{number}{'' if training else '/eval'}"
                yield from written_object(name, label, given, kind, memory)


def written_object(name: str, label: str, given: Any, kind: dict[str, Any], memory: Memory) -> Iterator[dict[str, Any]]:
    """The case of this input, if there is a neutral form."""
    writer = Writer(torch, memory)
    try:
        if kind["kind"] == "optimizer":
            args, kwargs = writer.write([]), writer.write(given.kwargs)
        else:
            args, kwargs = writer.write([*given.constructor_input.args]), writer.write(given.constructor_input.kwargs)
            forward = given.forward_input
            kind = kind | {"forward": writer.write(([*forward.args], forward.kwargs)) if forward else None}
    except NotNeutralError:
        return
    case = {"name": label, **kind, "call": f"torch.{name}", "args": args, "kwargs": kwargs}
    yield case | {"storages": writer.storages, "tensors": writer.tensors}
