"""`autograd.graph`: nodes, and functions that pack what they save."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from gradcli.engine.graph import AccumulateGrad
from gradcli.engine.graph import Node as Recorded
from gradcli.engine.packing import Pack, Unpack, packing
from gradcli.engine.tensor import Tensor
from gradcli.torch.absent import absent_names

__getattr__ = absent_names(__name__)


class _Refusals(threading.local):
    """The messages of the `disable_saved_tensors_hooks` that are in force in the thread."""

    def __init__(self) -> None:
        self.messages: list[str] = []


_REFUSALS = _Refusals()


class _IsNode(type):
    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, (Recorded, AccumulateGrad))


class Node(metaclass=_IsNode):
    """What a `grad_fn` is an instance of: `name()`, `metadata`, `next_functions`."""


class saved_tensors_hooks:
    """A context manager: Tensors that operations inside save pass `pack_hook`, and `unpack_hook` when they are needed.

    pack_hook    from a Tensor to any object
    unpack_hook  from that object to a Tensor with the same values
    """

    def __init__(self, pack_hook: Pack, unpack_hook: Unpack) -> None:
        self.pack_hook = pack_hook
        self.unpack_hook = unpack_hook
        self._contexts: list[AbstractContextManager[None]] = []

    def __enter__(self) -> None:
        if _REFUSALS.messages:
            raise RuntimeError(_REFUSALS.messages[-1])
        self._contexts.append(packing(self.pack_hook, self.unpack_hook))
        self._contexts[-1].__enter__()

    def __exit__(self, *_: object) -> None:
        self._contexts.pop().__exit__(None, None, None)


class save_on_cpu(saved_tensors_hooks):
    """Accepted: there is nothing but the CPU's memory. Each saved Tensor is a copy, as in PyTorch.

    pin_memory, device_type  accepted for the same reason
    """

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        super().__init__(lambda tensor: tensor.array.copy(), Tensor)


@contextmanager
def disable_saved_tensors_hooks(error_message: str) -> Iterator[None]:
    """Inside, `saved_tensors_hooks` raises RuntimeError with this message."""
    _REFUSALS.messages.append(error_message)
    try:
        yield
    finally:
        _REFUSALS.messages.pop()
