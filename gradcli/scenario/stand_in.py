"""`import torch` and `import matplotlib` outside of a scenario, where they are not installed."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Collection, Sequence
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from gradcli.scenario.imports import FACES


def stand_in(names: Collection[str] | None = None) -> None:
    """From here on, this process imports our faces of these libraries; by default of those that are not installed."""
    sys.meta_path.insert(0, _Finder(_absent() if names is None else names))


def _absent() -> list[str]:
    """The libraries to stand in for. Our torchvision makes our tensors: it is no companion of PyTorch itself."""
    absent = [name for name in FACES if find_spec(name) is None]
    return absent if "torch" in absent else [name for name in absent if name != "torchvision"]


class _Finder:
    """Finds a face by the name of its library, and a face's parts by those of the library's."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = names

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        top, _, inner = name.partition(".")
        if top not in self.names:
            return None
        ours = f"{FACES[top]}.{inner}" if inner else FACES[top]
        return ModuleSpec(name, _Loader(), loader_state=ours, is_package=True)


class _Loader(Loader):
    """Puts the face's module in the place of the one that was to be loaded."""

    def create_module(self, spec: ModuleSpec) -> Any:
        return None

    def exec_module(self, module: ModuleType) -> None:
        spec = module.__spec__
        assert spec is not None
        try:
            sys.modules[spec.name] = importlib.import_module(spec.loader_state)
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(f"No module named {spec.name!r} in gradcli (yet)", name=spec.name) from error
