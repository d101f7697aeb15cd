"""Functions that a Module calls before and after its `forward`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcli.torch.nn.module import Module


def call_with_hooks(module: Module, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """`module.forward`, with the hooks around it. Raises RuntimeError for a hook that returns what cannot be used."""
    for hook, with_keywords in [*module._forward_pre_hooks.values()]:
        args, keywords = _before(module, hook, with_keywords, args, keywords)
    backward = _backward_hooks(module)
    if backward is not None:
        args = backward.before(args)
    output, done = None, False
    try:
        output, done = module.forward(*args, **keywords), True
    finally:
        for hook, with_keywords, always in [*module._forward_hooks.values()]:
            if done or always:
                changed = hook(module, args, keywords, output) if with_keywords else hook(module, args, output)
                output = output if changed is None else changed
    return output if backward is None else backward.behind(output)


def _backward_hooks(module: Module) -> Any:
    """What puts the module's backward hooks around a call; None if it has none."""
    if not (module._backward_hooks or module._backward_pre_hooks):
        return None
    from gradcli.torch.nn.backward_hooks import BackwardHooks

    return BackwardHooks(module)


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
