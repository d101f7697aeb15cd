"""What a module of the face does with a name that it does not hold."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Mapping
from typing import Any

SUPPORT = "gradcli/torch/SUPPORT.md"
SUBMODULES: dict[str, frozenset[str]] = {}
"""The submodules that a module of the face offers, by its name ..."""
ELSEWHERE: dict[str, frozenset[str]] = {}
"""... and the names of its own that a submodule holds."""


def absent_names(
    module: str, submodules: Collection[str] = (), elsewhere: Mapping[str, str] | None = None
) -> Callable[[str], Any]:
    """A module's `__getattr__`: imports a submodule when it is first named, and says that all else is absent.

    elsewhere  names that a submodule holds, with that submodule
    """
    SUBMODULES[module] = frozenset(submodules)
    ELSEWHERE[module] = frozenset(elsewhere or ())

    def find(name: str) -> Any:
        if name in submodules:
            return importlib.import_module(f"{module}.{name}")
        if elsewhere and name in elsewhere:
            return getattr(importlib.import_module(f"{module}.{elsewhere[name]}"), name)
        raise AttributeError(f"{module} has no {name!r} (yet); {SUPPORT} lists what there is", name=name)

    return find
