"""The memory that Tensors show: `storage()`, `untyped_storage()`, `resize_`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gradcli.engine.memory import give_memory, touch
from gradcli.engine.tensor import Tensor
from gradcli.engine.transforms import refuse_captured
from gradcli.torch.devices import CPU, device


def whole_memory(array: Any) -> Any:
    """All the memory that `array` shows a part of, as a vector of its dtype."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array.ravel(order="K")


class UntypedStorage:
    """All the memory that a Tensor shows a part of, as bytes."""

    def __init__(self, of: Tensor) -> None:
        self._memory = whole_memory(give_memory(of))
        self._dtype = of.dtype

    def data_ptr(self) -> int:
        """The address of the first byte."""
        return int(self._memory.__array_interface__["data"][0])

    def nbytes(self) -> int:
        """How many bytes there are."""
        return int(self._memory.nbytes)

    def tolist(self) -> list[Any]:
        """The elements."""
        return self._elements().tolist()  # type: ignore[no-any-return]

    def _elements(self) -> Any:
        return self._memory.view(np.uint8)

    @property
    def device(self) -> device:
        """Where the memory is."""
        return CPU

    def size(self) -> int:
        """How many elements there are."""
        return len(self)

    def __len__(self) -> int:
        return len(self._elements())

    def __getitem__(self, place: int) -> Any:
        return self._elements()[place].item()

    def __repr__(self) -> str:
        elements = "\n".join(f" {element}" for element in self.tolist())
        return f"{elements}\n[torch.storage.{self._called()} of size {len(self)}]"

    def _called(self) -> str:
        return "UntypedStorage(device=cpu)"


class TypedStorage(UntypedStorage):
    """All the memory that a Tensor shows a part of, as elements of its dtype."""

    def _elements(self) -> Any:
        return self._memory

    def _called(self) -> str:
        return f"TypedStorage(dtype={self._dtype}, device=cpu)"


def resize_(self: Tensor, *sizes: Any) -> Tensor:
    """Another shape on the same memory, or, where that is too small, on a larger one that begins with its elements.

    Raises RuntimeError where a gradient is needed.
    """
    if self.requires_grad:
        raise RuntimeError("cannot resize variables that require grad")
    refuse_captured(self)
    shape = tuple(sizes[0]) if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)) else sizes
    if min(shape, default=0) < 0:
        raise RuntimeError(f"resize_: a size must not be negative, but got {[*shape]}")
    memory, start = whole_memory(give_memory(self)), self.storage_offset()
    count = math.prod(shape)
    if start + count > memory.size:
        if memory.size != self.array.size or self.base is not None:
            raise NotImplementedError("gradcli.torch.resize_() of a view beyond the memory that it shows a part of")
        memory, old, start = np.zeros(count, memory.dtype), memory[start:], 0
        memory[: old.size] = old
    self.array = memory[start : start + count].reshape(shape)
    touch(self.array)
    return self


METHODS: dict[str, Any] = {
    "storage": lambda self: TypedStorage(self),
    "untyped_storage": lambda self: UntypedStorage(self),
    "resize_": resize_,
}
