"""Functions that pack what nodes save, and unpack it when it is needed: to keep it elsewhere, or to watch.

A node made while there are such functions gets, in the place of its operation, a Packing that unpacks and passes on. So
they cost nothing while there are none, and a backward pass knows nothing of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from gradcli.engine.graph import Node, each_node
from gradcli.engine.memory import version
from gradcli.engine.modes import recording
from gradcli.engine.op import Op, rejoin
from gradcli.engine.tensor import Tensor

Pack = Callable[[Tensor], Any]
Unpack = Callable[[Any], Tensor]


class Packed:
    """A saved value as `pack` made it."""

    __slots__ = ("content", "unpack")

    def __init__(self, content: Any, unpack: Unpack) -> None:
        self.content = content
        self.unpack = unpack


def unpacked(saved: Any, order: Iterable[int] | None = None) -> Any:
    """The saved values, those that were packed as arrays again; they are unpacked in this order of their places.

    Raises TypeError if unpacking gives no Tensor.
    """
    values = list(saved)
    for slot in range(len(values)) if order is None else order:
        if type(values[slot]) is Packed:
            values[slot] = _array(values[slot].unpack(values[slot].content))
    return tuple(values)


def _array(tensor: Any) -> Any:
    if not isinstance(tensor, Tensor):
        raise TypeError(
            f"Output of saved tensor unpack_hook expected to be a Tensor but got result of type {type(tensor).__name__}"
        )
    return tensor.array


def _order(op: Any, count: int) -> Iterable[int]:
    """The places of what a node saved, in the order in which PyTorch saves them: the result comes last."""
    return [*range(count - 1, 0, -1), 0][:count] if isinstance(op, Op) else range(count)


class Packing:
    """Stands for an operation in a node whose saved values are packed."""

    def __init__(self, op: Any) -> None:
        self.op = op

    def __getattr__(self, name: str) -> Any:
        return getattr(self.op, name)

    def vjp(self, g: Any, edges: tuple[Any, ...], saved: tuple[Any, ...]) -> Sequence[Any]:
        """As `Op.vjp`."""
        contributions: Sequence[Any] = self.op.vjp(g, edges, self.whole(saved))
        return contributions

    def tensors(self, node: Node, saved: tuple[Any, ...]) -> tuple[Any, ...]:
        """As `Op.tensors`."""
        tensors: tuple[Any, ...] = self.op.tensors(node, self.whole(saved))
        return tensors

    def attribute(self, node: Node, name: str, saved: tuple[Any, ...] | None) -> Any:
        """As `Op.attribute`."""
        return self.op.attribute(node, name, saved and self.whole(saved))

    def whole(self, saved: tuple[Any, ...]) -> Any:
        """The saved values as they were; what the user's own operations saved they unpack themselves."""
        return unpacked(saved, _order(self.op, len(saved))) if isinstance(self.op, Op) else saved


@contextmanager
def packing(pack: Pack, unpack: Unpack) -> Iterator[None]:
    """What nodes that this thread makes inside save is packed by `pack`, and unpacked by `unpack` each time."""

    def pack_saved(node: Node) -> None:
        if isinstance(node.op, Packing):  # by functions further inside, which come first
            return
        saved = list(node.saved or ())
        with recording(enabled=False):
            for slot in _order(node.op, len(saved)):
                tensor = _tensor(node, slot, saved[slot])
                if tensor is not None:
                    saved[slot] = Packed(_packed(pack, tensor, saved[slot]), unpack)
        if any(type(value) is Packed for value in saved):
            node.op, node.saved = Packing(node.op), tuple(saved)  # type: ignore[assignment]  # it acts as the operation

    with each_node(pack_saved):
        yield


def _packed(pack: Pack, tensor: Tensor, value: Any) -> Any:
    """What `pack` makes of a saved value, given as a Tensor. Raises RuntimeError if that changed it in place."""
    before = version(value)
    content = pack(tensor)
    if version(value) != before:
        raise RuntimeError(
            "A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack hook cannot "
            "be modified by in-place operations as this can lead to unexpected side-effects. Please open an issue if "
            "you need to perform in-place operations on the input to a pack hook."
        )
    return content


def _tensor(node: Node, slot: int, value: Any) -> Tensor | None:
    """A saved value as the Tensor it was; None for what was none, or whose values the rules do not read."""
    if not isinstance(value, (np.ndarray, np.generic)) or not node.op.reads(node, slot):
        return None
    sources = node.op.sources(node)
    source = sources[slot] if slot < len(sources) else None
    if source is not None:
        tensor: Tensor = rejoin(value, source)
        return tensor
    number = isinstance(value, np.ndarray) and not value.ndim and not value.flags.writeable  # see `dtypes.constant`
    return None if number else Tensor(value)
