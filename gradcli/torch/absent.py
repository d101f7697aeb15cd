"""What a module of the face does with a name that it does not hold."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection
from typing import Any

SUPPORT = "gradcli/torch/SUPPORT.md"
SUBMODULES: dict[str, frozenset[str]] = {}
"""The submodules that a module of the face offers, by its name."""


def absent_names(module: str, submodules: Collection[str] = ()) -> Callable[[str], Any]:
    """A module's `__getattr__`: imports a submodule when it is first named, and says that all else is absent."""
    SUBMODULES[module] = frozenset(submodules)

    def find(name: str) -> Any:
        if name in submodules:
            return importlib.import_module(f"{module}.{name}")
        raise AttributeError(f"{module} has no {name!r} (yet); {SUPPORT} lists what there is", name=name)

    return find
