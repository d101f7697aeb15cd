"""Functions that see a cotangent on its way back, and may put another in its place.

They are kept beside the graph, by the identity of a node or a leaf, so that a graph without any costs nothing.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from gradcli.engine.tensor import Tensor

Hook = Callable[["Tensor"], "Tensor | None"]

HOOKS: dict[int, dict[int, Hook]] = {}
"""By id() of what they are on; by number, in the order in which they were registered."""
_keepers: dict[int, weakref.ref[Any]] = {}
_number = itertools.count()


class RemovableHandle:
    """What `register_hook` returns; `remove()` takes the hook away. A context manager that does so at its end."""

    def __init__(self, owner: int, number: int) -> None:
        self._owner = owner
        self.id = number

    def remove(self) -> None:
        """Takes the hook away; twice does no harm."""
        hooks = HOOKS.get(self._owner, {})
        hooks.pop(self.id, None)
        if not hooks:
            HOOKS.pop(self._owner, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def register(owner: Any, hook: Hook) -> RemovableHandle:
    """Runs `hook` on every cotangent that reaches `owner`, a Node or a leaf Tensor, as long as that lives."""
    key, number = id(owner), next(_number)

    def forget(_: object) -> None:
        HOOKS.pop(key, None)
        _keepers.pop(key, None)

    if key not in _keepers:
        _keepers[key] = weakref.ref(owner, forget)
    HOOKS.setdefault(key, {})[number] = hook
    return RemovableHandle(key, number)


def run(owner: Any, cotangent: Any) -> Any:
    """The cotangent, an array or a Tensor, after the hooks of `owner`."""
    hooks = HOOKS.get(id(owner))
    if not hooks:
        return cotangent
    from gradcli.engine.tensor import Tensor

    tensor = cotangent if isinstance(cotangent, Tensor) else Tensor(cotangent)
    for hook in list(hooks.values()):
        changed = hook(tensor)
        tensor = tensor if changed is None else changed
    return tensor if isinstance(cotangent, Tensor) else tensor.array
