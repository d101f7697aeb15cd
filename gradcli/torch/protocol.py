"""Tensors as Python's protocols see them: membership, copies, pickles, numbers."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from gradcli.engine import ops
from gradcli.engine.dtypes import PYTHON_CATEGORY
from gradcli.engine.memory import give_memory, owner
from gradcli.engine.tensor import Tensor

NO_DEEPCOPY = (
    "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.  If you "
    "were attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_norm usage, see "
    "https://github.com/pytorch/pytorch/pull/103001"
)


def contains(self: Tensor, element: object) -> bool:
    """Whether some element equals a number or those of a Tensor."""
    if not isinstance(element, Tensor) and type(element) not in PYTHON_CATEGORY:
        raise RuntimeError(f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}.")
    return bool(np.any(ops.eq(self, element).array))


def _named(kind: type[Tensor]) -> Any:
    """What a pickle holds for the class: classes that are called as PyTorch's are not found by their names."""
    if kind is Tensor:
        return "gradcli.engine.tensor:Tensor"
    return f"gradcli.{kind.__module__}:{kind.__qualname__}" if kind.__module__.startswith("torch") else kind


def _rebuilt(kind: Any, array: Any, requires_grad: bool) -> Any:
    if isinstance(kind, str):
        module, _, name = kind.partition(":")
        kind = getattr(importlib.import_module(module), name)
    copy = Tensor.__new__(kind)
    Tensor.__init__(copy, array, requires_grad)
    return copy


def reduced(self: Tensor, protocol: Any) -> tuple[Any, ...]:  # noqa: ARG001  # the same for all
    """What a pickle, or `copy.copy`, holds: the values and whether a gradient is needed, without the history."""
    return _rebuilt, (_named(type(self)), give_memory(self), self.requires_grad)


def copied(array: Any, memo: dict[int, Any]) -> Any:
    """The array in a copy of the memory that it shows, with its strides: one copy of a memory in each `memo`."""
    whole = owner(array)
    if id(whole) not in memo:
        memo[id(whole)] = np.array(whole)
    copy = memo[id(whole)]
    if whole is array:
        return copy
    if copy.strides != whole.strides:  # a memory with gaps
        return np.array(array)
    first = [a.__array_interface__["data"][0] for a in (array, whole)]
    return np.ndarray(array.shape, array.dtype, copy.ravel(order="K"), first[0] - first[1], array.strides)


def deepcopy(self: Tensor, memo: dict[int, Any]) -> Any:
    """A copy with memory of its own and the same `.grad`. Raises RuntimeError for a Tensor with a history.

    Tensors that share memory share that of their copies.
    """
    if self.grad_fn is not None:
        raise RuntimeError(NO_DEEPCOPY)
    if id(self) in memo:
        return memo[id(self)]
    memo[id(self)] = copy = _rebuilt(type(self), copied(self.array, memo), self.requires_grad)
    if self.grad is not None:
        copy.grad = deepcopy(self.grad, memo)
    return copy


def reversed_(self: Tensor) -> Any:
    """The elements along the first axis in reverse."""
    return ops.flip(self, (0,)) if self.ndim else self


def rows(self: Tensor) -> Iterator[Tensor]:
    """The slices along the first axis."""
    if not self.ndim:
        raise TypeError("iteration over a 0-d tensor")
    return iter(ops.unbind(self, 0))


METHODS: dict[str, Any] = {
    "__contains__": contains,
    "__deepcopy__": deepcopy,
    "__iter__": rows,
    "__reduce_ex__": reduced,
    "__reversed__": reversed_,
}
