"""Functions that an optimiser calls around its steps, and when its state is saved or loaded."""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable
from typing import Any


class Hooks:
    """The hooks of one optimiser, by occasion."""

    def __init__(self) -> None:
        for occasion in ("before_step", "after_step", "state_dict_pre", "state_dict_post", "load_pre", "load_post"):
            setattr(self, occasion, OrderedDict())

    before_step: OrderedDict[int, Any]
    after_step: OrderedDict[int, Any]
    state_dict_pre: OrderedDict[int, Any]
    state_dict_post: OrderedDict[int, Any]
    load_pre: OrderedDict[int, Any]
    load_post: OrderedDict[int, Any]

    def before_saving(self, optimizer: Any) -> None:
        """Calls the hooks that come before `state_dict`."""
        for hook in [*self.state_dict_pre.values()]:
            hook(optimizer)

    def after_saving(self, optimizer: Any, state_dict: dict[str, Any]) -> dict[str, Any]:
        """The state dict after the hooks that see it."""
        for hook in [*self.state_dict_post.values()]:
            state_dict = _or(hook(optimizer, state_dict), state_dict)
        return state_dict

    def before_loading(self, optimizer: Any, state_dict: dict[str, Any]) -> dict[str, Any]:
        """The state dict to be loaded, after the hooks that see it."""
        state_dict = dict(state_dict)
        for hook in [*self.load_pre.values()]:
            state_dict = _or(hook(optimizer, state_dict), state_dict)
        return state_dict

    def after_loading(self, optimizer: Any) -> None:
        """Calls the hooks that come after `load_state_dict`."""
        for hook in [*self.load_post.values()]:
            hook(optimizer)


def _or(changed: Any, before: Any) -> Any:
    return before if changed is None else changed


def with_step_hooks(step: Callable[..., Any]) -> Callable[..., Any]:
    """A `step` with the hooks around it, unless it is called by a `step` that overrides it."""

    @functools.wraps(step)
    def hooked(self: Any, *args: Any, **keywords: Any) -> Any:
        hooks = self.hooks
        if not (hooks.before_step or hooks.after_step) or type(self).step is not hooked:
            return step(self, *args, **keywords)
        given: tuple[Any, ...] = (self, *args)
        for hook in [*hooks.before_step.values()]:
            changed = hook(self, given, keywords)
            if changed is not None and not (isinstance(changed, tuple) and len(changed) == 2):
                raise RuntimeError(
                    f"{type(self).__name__}.step must return None or a tuple of (new_args, new_kwargs), but got "
                    f"{changed}."
                )
            given, keywords = (given, keywords) if changed is None else changed
        result = step(*given, **keywords)
        for hook in [*hooks.after_step.values()]:
            hook(self, given, keywords)
        return result

    return hooked
