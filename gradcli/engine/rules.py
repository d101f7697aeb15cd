"""What forwards and derivative rules say of themselves: the names of their parameters."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any

Rule = Callable[..., Any]


def signature(forward: Callable[..., Any], names: tuple[str, ...]) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Names and defaults of the arguments: those of `forward`, or `names` where `forward` is not written in Python."""
    if not hasattr(forward, "__code__"):
        return names, {}
    arguments = parameters(forward)
    values = getattr(forward, "__defaults__", None) or ()
    return arguments, dict(zip(arguments[len(arguments) - len(values) :], values, strict=True))


def parameters(function: Any) -> tuple[str, ...]:
    """The names of a function's parameters, in order."""
    code = function.__code__
    return tuple(code.co_varnames[: code.co_argcount])


def refuse(name: str, argument: str) -> Rule:
    """The rule of an argument whose derivative is not implemented: it says so."""

    def rule(g: Any) -> Any:
        raise NotImplementedError(f"the derivative of {name}() with respect to {argument!r} is not implemented")

    return rule


def pull_of(rule: Rule, need: list[int]) -> Callable[[Any, tuple[Any, ...]], Any]:
    """The rule as a function of the cotangent and all slots."""
    if not need:
        return lambda g, slots: rule(g)
    if len(need) == 1:
        (only,) = need
        return lambda g, slots: rule(g, slots[only])
    get = itemgetter(*need)
    return lambda g, slots: rule(g, *get(slots))
