"""The calls that PyTorch's own samples make of its public functions, each in a neutral form. Runs under PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from itertools import islice
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.testing._internal.common_methods_invocations import op_db
from torch.utils._pytree import tree_map

from .neutral import Memory, NotNeutralError, Writer, name_of

DTYPES = (
    torch.float64, torch.float32, torch.complex128, torch.int64, torch.int32, torch.uint8, torch.bool,
    torch.bfloat16, torch.float16,
)  # fmt: skip
NEEDING = (torch.float64, torch.float32, torch.float16)
"""gradcli has gradients of these dtypes; inputs of others need none."""
MOST_SAMPLES = 80
"""So many of an operator and dtype are made, from which those that are tried are taken evenly."""


SPACES = (
    "torch", "torch.nn.functional", "torch.linalg", "torch.special", "torch.fft", "torch.Tensor", "torch.masked",
    "torch.signal.windows",
)  # fmt: skip


def public_names() -> dict[Any, str]:
    """Each public function, method and property with the name by which a program calls it."""
    names: dict[Any, str] = {}
    for space in SPACES:
        holder = reduce(getattr, space.split(".")[1:], torch)
        for name in dir(holder):
            if name.startswith("_") and not (space == "torch.Tensor" and name.startswith("__")):
                continue
            each = getattr(holder, name)
            if space == "torch.Tensor" and hasattr(each, "__get__") and hasattr(each, "__set__"):
                names.setdefault(each.__get__, f"{space}.{name}.__get__")
            elif callable(each):
                try:
                    names.setdefault(each, f"{space}.{name}")
                except TypeError:  # without a hash
                    continue
    return names


NAMES = public_names()


class Calls(TorchFunctionMode):
    """Writes down the public calls that are made, as they are made, those inside of others left out."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, Any, Any]] = []

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = NAMES.get(function, "")
        if name:
            self.calls.append((name, *copied((list(args), dict(kwargs)))))
        return function(*args, **kwargs)


def copied(values: Any) -> Any:
    """The same arguments with tensors that nothing else will change; what is one tensor stays one."""
    known: dict[int, Any] = {}

    def copy(tensor: Any) -> Any:
        if not isinstance(tensor, torch.Tensor) or tensor.layout is not torch.strided:
            return tensor
        if id(tensor) not in known:
            new = torch.empty_strided(tensor.shape, tensor.stride(), dtype=tensor.dtype)
            dense = torch.ops.aten.is_non_overlapping_and_dense(tensor)
            new = new.copy_(tensor.detach()) if dense else tensor.detach().clone()
            known[id(tensor)] = new.requires_grad_(tensor.requires_grad)
        return known[id(tensor)]

    return tree_map(copy, values)


def op_names() -> list[str]:
    """The operators of PyTorch's table in its order, without repetition."""
    return list(dict.fromkeys(op.name for op in op_db))


def written(call: tuple[str, Any, Any], memory: Memory, name: str) -> dict[str, Any] | None:
    """The case of this call, or None where there is no neutral form."""
    function, args, kwargs = call
    writer = Writer(torch, memory)
    try:
        args, kwargs = writer.write(args), writer.write(kwargs)
    except NotNeutralError:
        return None
    case = {"name": name, "kind": "call", "call": function, "args": args, "kwargs": kwargs}
    return case | {"storages": writer.storages, "tensors": writer.tensors}


def recorded_calls(op: Any, sample: Any) -> list[tuple[str, Any, Any]]:
    """The public calls by which the operator's function works on a sample."""
    with Calls() as made:
        try:
            op.op(sample.input, *sample.args, **sample.kwargs)
        except Exception:  # noqa: BLE001, S110  (the call that failed is written down too)
            pass
    return made.calls


def chosen(every: list[Any], count: int) -> list[tuple[int, Any]]:
    """At most so many of a list, evenly, with their numbers."""
    step = max(1, -(-len(every) // count))
    return [*enumerate(every)][::step]


def samples(name: str, count: int, seed: int) -> Iterator[tuple[str, tuple[str, Any, Any]]]:
    """The name and the calls of each sample, and of each input that PyTorch says is an error."""
    for op in (op for op in op_db if op.name == name):
        variant = f"{name}.{op.variant_test_name}" if op.variant_test_name else name
        for dtype in DTYPES:
            if dtype not in op.dtypes:
                continue
            needs = op.supports_autograd and dtype in NEEDING
            torch.manual_seed(seed)
            every = made(op.sample_inputs, "cpu", dtype, requires_grad=needs)
            share = count if dtype is torch.float64 else max(count // 2, 1)
            for number, sample in chosen(every, share):
                for part, call in enumerate(recorded_calls(op, sample)):
                    yield f"{variant}/{name_of(dtype)}/{number}{'abcdefgh'[part] if part and part < 8 else ''}", call
        if op.error_inputs_func:
            errors = made(op.error_inputs, "cpu")
            for number, each in enumerate(errors):
                for call in recorded_calls(op, each.sample_input)[-1:]:
                    yield f"{variant}/error/{number}", call


def made(samples_of: Callable[..., Iterator[Any]], *args: Any, **kwargs: Any) -> list[Any]:
    """The first samples, or none where making them fails."""
    try:
        return [*islice(samples_of(*args, **kwargs), MOST_SAMPLES)]
    except Exception:  # noqa: BLE001  (samples of some operators need what is not installed)
        return []
