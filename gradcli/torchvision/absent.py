"""What a module of the face does with a name that it does not hold."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Collection
from typing import Any


def absent_names(module: str, submodules: Collection[str] = ()) -> Callable[[str], Any]:
    """A module's `__getattr__`: imports a submodule when it is first named, and says what there is."""

    def find(name: str) -> Any:
        if name in submodules:
            return importlib.import_module(f"{module}.{name}")
        own = vars(sys.modules[module])
        there = {*submodules, *own.get("__all__", ())}
        shown = module.removeprefix("gradcli.")
        raise AttributeError(f"{shown} has no {name!r} in gradcli (yet); it has {', '.join(sorted(there))}", name=name)

    return find
