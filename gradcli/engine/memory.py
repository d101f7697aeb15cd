"""When memory was changed in place. What shares memory shares its version: views, detached Tensors, NumPy arrays.

Operations and changes are numbered by one clock, `tick`. So a value that a node saved is stale if its memory was
changed later than the node was made, and nothing has to be noted when a value is saved.
"""

from __future__ import annotations

import itertools
import weakref
from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcli.engine.locks import TABLES

if TYPE_CHECKING:
    from gradcli.engine.tensor import Tensor

tick = itertools.count(1).__next__

REMEMBERED = 64
"""Changes of one piece of memory whose times are kept; a version number older than those is a lower bound."""
SCALARS = 256
"""Scalars are remembered by holding them; so many at the most."""


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


_histories: dict[int, _History] = {}
_scalars: deque[int] = deque()


def _owner(array: Any) -> Any:
    """The array that owns the memory; a NumPy scalar, which is a value and no memory, is its own."""
    while isinstance(array, np.ndarray) and isinstance(array.base, np.ndarray):
        array = array.base
    return array


def _history(owner: Any) -> _History:
    key = id(owner)
    known = _histories.get(key)
    if known is not None:
        return known
    if isinstance(owner, np.ndarray):
        keeper: Any = weakref.ref(owner, lambda _: _histories.pop(key, None))
    else:
        keeper = owner
        _scalars.append(key)
        if len(_scalars) > SCALARS:
            _histories.pop(_scalars.popleft(), None)
    return _histories.setdefault(key, _History(keeper))


def give_memory(tensor: Tensor) -> Any:
    """The array of a Tensor, from now on one with memory to share: a 0-d result is a NumPy scalar, which has none."""
    if type(tensor.array) is not np.ndarray:
        with TABLES:  # threads that ask at once must get the same
            tensor.array = np.asarray(tensor.array)
    return tensor.array


def touch(array: Any) -> None:
    """Notes that the memory of `array` is changed now."""
    with TABLES:  # or the time of another thread's change could come after a later one's
        history = _history(_owner(array))
        history.count += 1
        Latest.time = tick()
        history.times.append(Latest.time)


def version(array: Any) -> int:
    """How often the memory of `array` has been changed."""
    known = _histories.get(id(_owner(array)))
    return known.count if known else 0


def version_at(array: Any, time: int) -> int:
    """How often it had been changed at that time."""
    with TABLES:
        known = _histories.get(id(_owner(array)))
        return known.count - sum(change > time for change in known.times) if known else 0
