"""Functions that see a cotangent on its way back, and may put another in its place.

They are kept beside the graph, by the identity of a node or a leaf, so that a graph without any costs nothing.
Those of one owner are replaced as a whole, never changed: a backward pass in another thread may be running them.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from gradcli.engine.locks import TABLES
from gradcli.engine.modes import THREAD
from gradcli.engine.type_names import TYPE_NAMES

if TYPE_CHECKING:
    from gradcli.engine.tensor import Tensor

Hook = Callable[["Tensor"], "Tensor | None"]

HOOKS: dict[int, dict[int, Hook]] = {}
"""By id() of what they are on; by number, in the order in which they run."""
PREHOOKS: dict[int, dict[int, Hook]] = {}
"""Likewise for what sees what reaches a node that is gone back, after those; a gradient asked for does not change."""
NODE_HOOKS: dict[int, dict[int, Any]] = {}
"""Likewise for what sees both what reaches a node and what leaves it."""
LEAF_HOOKS: dict[int, dict[int, Any]] = {}
"""Likewise for what sees a leaf when its `.grad` has changed."""
_keepers: dict[int, weakref.ref[Any]] = {}
_number = itertools.count()
_LAST = 1 << 62
""">= all numbers of hooks that do not come last."""


class RemovableHandle:
    """What `register_hook` returns; `remove()` takes the hook away. A context manager that does so at its end."""

    def __init__(self, table: dict[int, dict[int, Any]], owner: int, number: int) -> None:
        self._table = table
        self._owner = owner
        self.id = number

    def remove(self) -> None:
        """Takes the hook away; twice does no harm."""
        with TABLES:
            rest = {number: hook for number, hook in self._table.get(self._owner, {}).items() if number != self.id}
            if rest:
                self._table[self._owner] = rest
            else:
                self._table.pop(self._owner, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def register(owner: Any, hook: Any, table: dict[int, dict[int, Any]] = HOOKS, *, last: bool = False) -> RemovableHandle:
    """Runs `hook` on every cotangent that reaches `owner`, a Node or a leaf Tensor, as long as that lives.

    last  after all those that are not
    """
    key, number = id(owner), next(_number) + last * _LAST

    def forget(_: object) -> None:
        for each in (HOOKS, PREHOOKS, NODE_HOOKS, LEAF_HOOKS):
            each.pop(key, None)
        _keepers.pop(key, None)

    with TABLES:
        if key not in _keepers:
            _keepers[key] = weakref.ref(owner, forget)
        table[key] = dict(sorted([*table.get(key, {}).items(), (number, hook)]))
    return RemovableHandle(table, key, number)


def hears(owner: Any) -> bool:
    """Whether a hook that may change a cotangent is on a Node or a leaf; what retains a gradient changes none."""
    key = id(owner)
    return key in NODE_HOOKS or key in PREHOOKS or any(number < _LAST for number in HOOKS.get(key, ()))


@contextmanager
def unheard() -> Iterator[None]:
    """Inside, no hook runs in this thread: a backward pass that the user has not asked for must not be seen."""
    mode = THREAD.mode
    former, mode.unheard = mode.unheard, True
    try:
        yield
    finally:
        mode.unheard = former


def run(owner: Any, cotangent: Any, table: dict[int, dict[int, Hook]] = HOOKS) -> Any:
    """The cotangent, an array or a Tensor, after the hooks of `owner`. Raises for what a hook must not return."""
    hooks = table.get(id(owner))
    if not hooks or THREAD.mode.unheard:
        return cotangent
    from gradcli.engine.tensor import Tensor

    tensor = cotangent if isinstance(cotangent, Tensor) else Tensor(cotangent)
    for hook in hooks.values():
        changed = hook(tensor)
        if changed is not None:
            _refuse_other(hook, tensor, changed)
            tensor = changed
    return tensor if isinstance(cotangent, Tensor) else tensor.array


def _refuse_other(hook: Any, before: Any, changed: Any) -> None:
    """Raises TypeError or RuntimeError for anything but a Tensor of the same shape and dtype."""
    from gradcli.engine.tensor import Tensor

    name = getattr(hook, "__name__", type(hook).__name__)
    if not isinstance(changed, Tensor):
        raise TypeError(f"expected Variable, but hook returned '{type(changed).__name__}'")
    if changed.shape != before.shape:
        raise RuntimeError(f"hook '{name}' has changed the size of value")
    if changed.array.dtype != before.array.dtype:
        was, got = (f"torch.{TYPE_NAMES[x.array.dtype.name].scalar}Tensor" for x in (before, changed))
        raise RuntimeError(f"hook '{name}' has changed the type of value (was {was} got {got})")


def run_around(node: Any, contributions: Sequence[Any], cotangent: Any) -> Sequence[Any]:
    """What leaves a node, after the hooks that see it together with what reached it."""
    hooks = NODE_HOOKS.get(id(node))
    if not hooks or THREAD.mode.unheard:
        return contributions
    from gradcli.engine.tensor import Tensor

    def shown(x: Any) -> Any:
        return x if x is None or isinstance(x, Tensor) else Tensor(x)

    leaving, arrived = tuple(map(shown, contributions)), (shown(cotangent),)
    for hook in hooks.values():
        changed = hook(leaving, arrived)
        if changed is not None:
            changed = changed if isinstance(changed, tuple) else (changed,)
            if len(changed) != len(leaving):
                raise RuntimeError(
                    f"hook '{hook.__name__}' has returned an incorrect number of values (got {len(changed)}, but "
                    f"expected {len(leaving)})"
                )
            leaving = changed
    differentiable = isinstance(cotangent, Tensor)
    return [x if x is None or differentiable else x.array for x in leaving]
