"""What `import` finds inside a scenario: our faces of libraries, and the modules beside the scenario's file."""

from __future__ import annotations

import builtins
import importlib
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.machinery import FileFinder, ModuleSpec, SourceFileLoader
from importlib.util import find_spec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

FACES = {
    "torch": "gradcli.torch",
    "torchvision": "gradcli.torchvision",
    "matplotlib": "gradcli.plot",
    "matplotlib_inline": "gradcli.plot.inline",
    "IPython": "gradcli.plot.ipython",
}
"""The libraries that we stand in for. `sys.modules` never gets an entry of their name."""


def scenario_builtins(faces: Mapping[str, str] = FACES) -> dict[str, Any]:
    """Python's builtins with an `__import__` that knows these faces of libraries."""
    return {**vars(builtins), "__import__": partial(_import, faces)}


def _import(
    faces: Mapping[str, str],
    name: str,
    globals: Any = None,
    locals: Any = None,
    fromlist: Sequence[str] = (),
    level: int = 0,
) -> ModuleType:
    top, _, inner = name.partition(".")
    if top not in faces or level:
        return __import__(name, globals, locals, fromlist or (), level)
    face = faces[top]
    found = _module(f"{face}.{inner}" if inner else face, name)
    if not fromlist:
        return sys.modules[face]
    for wanted in fromlist:
        if wanted == "*" or hasattr(found, wanted):
            continue
        inside = f"{found.__name__}.{wanted}"
        if not hasattr(found, "__path__") or find_spec(inside) is None:
            raise ImportError(f"cannot import name {wanted!r} from {name!r}: it is not in {face} (yet)", name=name)
        importlib.import_module(inside)
    return found


def _module(ours: str, name: str) -> ModuleType:
    try:
        return importlib.import_module(ours)
    except ModuleNotFoundError as error:
        if error.name is None or not ours.startswith(error.name):
            raise
        raise ModuleNotFoundError(f"No module named {name!r} in gradcli (yet)", name=name) from None


def is_taken(name: str) -> bool:
    """Whether a module beside a page cannot have this name, because it is known without the page."""
    if name in sys.stdlib_module_names or name in FACES:  # even where it is not installed
        return True
    return any(finder.find_spec(name, None) is not None for finder in sys.meta_path if not isinstance(finder, Beside))


class Modules:
    """A scenario's own module, and those beside its file, which see the same `torch` as the scenario does.

    They are loaded once for each object of this class, and are seen by no one else.

    installed  the libraries that are imported themselves, and not the faces of them
    """

    def __init__(self, folder: Path, installed: Collection[str] = ()) -> None:
        self.folder = folder.resolve()
        self.faces = {library: face for library, face in FACES.items() if library not in installed}
        self.main = ModuleType("__main__")
        """Whose names the scenario's code has: found by what is pickled, and by what asks for a class's module."""
        vars(self.main)["__builtins__"] = scenario_builtins(self.faces)
        self.loaded: dict[str, ModuleType] = {"__main__": self.main}

    @contextmanager
    def importable(self) -> Iterator[None]:
        """Inside, they can be imported."""
        finder = Beside(self.folder, type("_Loader", (_Loader,), {"faces": self.faces}))
        sys.meta_path.insert(0, finder)
        hidden = {name: sys.modules[name] for name in self.loaded if name in sys.modules}
        sys.modules.update(self.loaded)
        try:
            yield
        finally:
            sys.meta_path.remove(finder)
            found = [name for name, module in sys.modules.items() if module is self.main or self._is_ours(module)]
            self.loaded |= {name: sys.modules.pop(name) for name in found}
            sys.modules.update(hidden)

    def files(self) -> set[str]:
        """The files of those that were loaded."""
        return {str(module.__file__) for module in self.loaded.values() if module is not self.main}

    @staticmethod
    def _is_ours(module: Any) -> bool:
        return isinstance(getattr(module, "__loader__", None), _Loader)


class Beside(FileFinder):
    """Finds a folder's modules, its packages and what is in these, where nothing else has the name.

    It is the first in `sys.meta_path`, because what is in the folder's packages is for no one else.
    """

    def __init__(self, folder: Path, loader: type[SourceFileLoader] = SourceFileLoader) -> None:
        super().__init__(str(folder), (loader, [".py"]))
        self.loader = loader

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:  # type: ignore[override]  # called as a meta path finder's
        if path is None:
            return None if is_taken(name) else super().find_spec(name, target)
        inner = [folder for folder in path if Path(folder).is_relative_to(self.path)]
        found = (FileFinder(folder, (self.loader, [".py"])).find_spec(name, target) for folder in inner)
        return next((spec for spec in found if spec is not None), None)


class _Loader(SourceFileLoader):
    """Runs a module with the scenario's builtins. It neither reads nor writes compiled files."""

    faces: Mapping[str, str] = FACES

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)

    def exec_module(self, module: ModuleType) -> None:
        vars(module)["__builtins__"] = scenario_builtins(self.faces)
        super().exec_module(module)
