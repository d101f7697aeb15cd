"""What registering a hook of a module or of an optimiser returns."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from typing import Any, Self

Hooks = OrderedDict[int, Any]
_number = itertools.count()


class Handle:
    """What registering a hook returns; `remove()` takes the hook away. A context manager that does so at its end."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks
        self.id = next(_number)

    @staticmethod
    def of(hooks: Hooks, hook: Any, prepend: bool = False) -> Handle:
        """Adds a hook, at the end or at the beginning."""
        handle = Handle(hooks)
        hooks[handle.id] = hook
        if prepend:
            hooks.move_to_end(handle.id, last=False)
        return handle

    def remove(self) -> None:
        """Takes the hook away; twice does no harm."""
        self._hooks.pop(self.id, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()
