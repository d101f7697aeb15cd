"""Functions that a Module calls before and after its `forward`."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from gradcli.torch.nn.module import Module

Hooks = OrderedDict[int, Any]
_number = itertools.count()


class Handle:
    """What registering a hook returns; `remove()` takes the hook away. A context manager that does so at its end."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks
        self.id = next(_number)

    @staticmethod
    def of(hooks: Hooks, hook: Any, prepend: bool) -> Handle:
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


def call_with_hooks(module: Module, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """`module.forward`, with the hooks around it. Raises RuntimeError for a hook that returns what cannot be used."""
    for hook, with_keywords in [*module._forward_pre_hooks.values()]:
        args, keywords = _before(module, hook, with_keywords, args, keywords)
    output = module.forward(*args, **keywords)
    for hook, with_keywords in [*module._forward_hooks.values()]:
        changed = hook(module, args, keywords, output) if with_keywords else hook(module, args, output)
        output = output if changed is None else changed
    return output


def _before(
    module: Module, hook: Any, with_keywords: bool, args: tuple[Any, ...], keywords: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    if not with_keywords:
        changed = hook(module, args)
        if changed is None:
            return args, keywords
        return changed if isinstance(changed, tuple) else (changed,), keywords
    changed = hook(module, args, keywords)
    if changed is None:
        return args, keywords
    if not (isinstance(changed, tuple) and len(changed) == 2):
        raise RuntimeError(
            f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {changed}."
        )
    return changed
