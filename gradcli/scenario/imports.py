"""`import torch` inside a scenario: it means `gradcli.torch`, there and nowhere else."""

from __future__ import annotations

import builtins
import importlib
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

FACE = "gradcli.torch"


def scenario_builtins() -> dict[str, Any]:
    """Python's builtins with an `__import__` that knows `torch`. `sys.modules` never gets an entry of that name."""
    return {**vars(builtins), "__import__": _import}


def _import(
    name: str, globals: Any = None, locals: Any = None, fromlist: Sequence[str] = (), level: int = 0
) -> ModuleType:
    top, _, inner = name.partition(".")
    if top != "torch" or level:
        return __import__(name, globals, locals, fromlist or (), level)
    found = _module(f"{FACE}.{inner}" if inner else FACE)
    if not fromlist:
        return sys.modules[FACE]
    for wanted in fromlist:
        if wanted != "*" and not hasattr(found, wanted):
            raise ImportError(
                f"cannot import name {wanted!r} from {name!r}: it is not in gradcli.torch (yet)", name=name
            )
    return found


def _module(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith(FACE):
            raise
        missing = error.name.removeprefix("gradcli.")
        raise ModuleNotFoundError(f"No module named {missing!r} in gradcli (yet)", name=missing) from None
