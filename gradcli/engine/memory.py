"""When memory was changed in place. What shares memory shares its version: views, detached Tensors, NumPy arrays.

Operations and changes are numbered by one clock, `tick`. So a value that a node saved is stale if its memory was
changed later than the node was made, and nothing has to be noted when a value is saved.
"""

from __future__ import annotations

import itertools
import weakref
from collections import deque
from sys import getrefcount
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from gradcli.engine.locks import TABLES

if TYPE_CHECKING:
    from gradcli.engine.tensor import Tensor

tick = itertools.count(1).__next__

REMEMBERED = 64
"""Changes of one piece of memory whose times are kept; a version number older than those is a lower bound."""


class _History:
    """How often a piece of memory was changed, and when, lately. `keeper` is what keeps its identity known."""

    __slots__ = ("count", "keeper", "times")

    def __init__(self, keeper: Any) -> None:
        self.count = 0
        self.keeper = keeper
        self.times: deque[int] = deque(maxlen=REMEMBERED)


class Latest:
    """The time of the latest change of any memory."""

    time = 0


class _Scalars:
    """NumPy scalars that were given memory: nodes may have saved them, so they share the history of that memory.

    As they have no weak references they are held; those that nobody else holds are let go when there are many.
    """

    held: ClassVar[dict[int, Any]] = {}
    many = 256


_histories: dict[int, _History] = {}
DETACHED: weakref.WeakSet[Any] = weakref.WeakSet()
"""Nodes whose result was detached in place: what was saved of it has lost its history."""


def owner(array: Any) -> Any:
    """The array that owns the memory; a scalar, NumPy's or Python's, which is a value and no memory, is its own.

    Between them are arrays, and what NumPy puts behind an array with other strides, which has a base too.
    """
    while hasattr(base := getattr(array, "base", None), "base"):
        array = base
    return array


def _history(memory: Any) -> _History:
    key = id(memory)
    known = _histories.get(key)
    if known is not None:
        return known
    return _histories.setdefault(key, _History(weakref.ref(memory, lambda _: _histories.pop(key, None))))


def give_memory(tensor: Tensor) -> Any:
    """The array of a Tensor, from now on one with memory to share: a 0-d result is a NumPy scalar, which has none."""
    if type(tensor.array) is not np.ndarray:
        with TABLES:  # threads that ask at once must get the same
            scalar = tensor.array
            tensor.array = np.asarray(scalar)
            if tensor.array is not scalar:
                _hold(scalar, _history(tensor.array))
    return tensor.array


def _hold(scalar: Any, history: _History) -> None:
    """Lets a scalar have this history as long as anybody holds it."""
    held = _Scalars.held
    held[id(scalar)], _histories[id(scalar)] = scalar, history
    if len(held) > _Scalars.many:
        for key in list(held):
            if getrefcount(held[key]) <= 2:  # that of the table, and that of the call
                del held[key], _histories[key]
        _Scalars.many = max(256, 2 * len(held))


def note_detached(node: Any) -> None:
    """Notes that the result of `node` is detached in place now."""
    with TABLES:
        DETACHED.add(node)
        Latest.time = tick()


def touch(array: Any, *, unseen: bool = False) -> None:
    """Notes that the memory of `array` is changed now; if it is `unseen`, nodes need not look whether it was theirs."""
    with TABLES:  # or the time of another thread's change could come after a later one's
        history = _history(owner(array))
        history.count += 1
        history.times.append(tick())
        if not unseen:
            Latest.time = history.times[-1]


def version(array: Any) -> int:
    """How often the memory of `array` has been changed."""
    known = _histories.get(id(owner(array)))
    return known.count if known else 0


def version_at(array: Any, time: int) -> int:
    """How often it had been changed at that time."""
    with TABLES:
        known = _histories.get(id(owner(array)))
        return known.count - sum(change > time for change in known.times) if known else 0


def whole_memory(array: Any) -> Any:
    """All the memory that `array` shows a part of, as a vector of its dtype."""
    dtype = array.dtype
    return owner(array).ravel(order="K").view(dtype)
