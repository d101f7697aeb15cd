"""Nested tuples, lists and dictionaries, taken apart into their leaves and put together again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Build = Callable[[list[Any]], Any]


def _children(tree: Any) -> tuple[list[Any], Build] | None:
    """What a tuple, list or dictionary holds, and how to make one like it; None for a leaf."""
    if isinstance(tree, dict):
        keys = list(tree)
        return list(tree.values()), lambda values: type(tree)(zip(keys, values, strict=True))
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return list(tree), lambda values: type(tree)(*values)
    if isinstance(tree, (tuple, list)):
        return list(tree), lambda values: type(tree)(values)
    return None


def leaves(tree: Any) -> list[Any]:
    """The leaves in order; a tree that is no tuple, list or dictionary is its own."""
    inner = _children(tree)
    return [tree] if inner is None else [leaf for child in inner[0] for leaf in leaves(child)]


def rebuilt(tree: Any, new: list[Any]) -> Any:
    """A tree like `tree` with other leaves."""
    remaining = iter(new)
    return mapped(lambda _: next(remaining), tree)


def mapped(function: Callable[[Any], Any], tree: Any) -> Any:
    """A tree like `tree` whose leaves are those that `function` makes of them."""
    inner = _children(tree)
    return function(tree) if inner is None else inner[1]([mapped(function, child) for child in inner[0]])


def spread(prefix: Any, tree: Any) -> list[Any] | None:
    """For each leaf of `tree`, the leaf of `prefix` at its place or above it; None if they do not match."""
    inner = _children(tree)
    if prefix is None or isinstance(prefix, int) or inner is None:
        return [prefix] * len(leaves(tree)) if prefix is None or isinstance(prefix, int) else None
    held = _children(prefix)
    matching = type(prefix) is type(tree) and held is not None and len(held[0]) == len(inner[0])
    if not matching or held is None or (isinstance(tree, dict) and prefix.keys() != tree.keys()):
        return None
    parts = [spread(a, b) for a, b in zip(held[0], inner[0], strict=True)]
    return None if any(part is None for part in parts) else [leaf for part in parts for leaf in part or ()]


def pattern(tree: Any) -> str:
    """The structure as text, "*" for a leaf."""
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{key!r}: {pattern(value)}" for key, value in tree.items()) + "}"
    if isinstance(tree, (tuple, list)):
        inside = ", ".join(map(pattern, tree))
        return f"[{inside}]" if isinstance(tree, list) else f"({inside}{',' * (len(tree) == 1)})"
    return "*"
