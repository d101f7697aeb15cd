"""Makes gradcli/torch/SUPPORT.md: every public name of the PyTorch-shaped face, since when, and what is different.

After a change of the face, run `python docs/make_support.py` from the checkout. "Since" is kept from the file as it is;
a name that is not in it yet gets the present version.
"""

from __future__ import annotations

import ast
import importlib
import re
import types
import typing
from collections.abc import Iterator
from pathlib import Path

import gradcli
from gradcli import torch
from gradcli.torch.absent import ELSEWHERE, SUBMODULES
from gradcli.torch.differences import DIFFERENCES

SUPPORT = Path(torch.__file__).with_name("SUPPORT.md")
INTRODUCTION = """# What `gradcli.torch` has of PyTorch

Made by `docs/make_support.py` from the code; the differences stand in `gradcli/torch/differences.py`. A name that is
not here raises AttributeError, an argument that is not supported raises NotImplementedError; nothing is ignored.
"""


def modules(name: str = torch.__name__) -> Iterator[types.ModuleType]:
    """The modules of the face that are reachable from `torch` by attributes, a package before what is in it."""
    yield importlib.import_module(name)
    for submodule in sorted(SUBMODULES.get(name, ())):
        yield from modules(f"{name}.{submodule}")


def public_names(module: types.ModuleType) -> list[str]:
    """What a user of the module may call: what `__all__` lists; else what it defines, or imports `as` itself."""
    if hasattr(module, "__all__"):
        return sorted(module.__all__)
    imported = set(_imported_for_use(Path(str(module.__file__))))
    held = {
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and name not in imported and not _is_aside(name, value)
    }
    return sorted(held | ELSEWHERE.get(module.__name__, frozenset()))


def methods() -> list[str]:
    """The public methods and attributes of Tensor."""
    return sorted(name for name in dir(torch.Tensor) if not name.startswith("_") and name not in _INNER)


_INNER = {"accumulator", "array", "astype", "base", "made", "tracked", "views"}
"""Attributes of Tensor that are the engine's own."""


def _imported_for_use(path: Path) -> Iterator[str]:
    """The names that a module imports plainly: `import x as x` would export them."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names if alias.asname is None)
            yield from (alias.asname for alias in node.names if alias.asname not in (None, alias.name))
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names if alias.asname != alias.name)


def _is_aside(name: str, value: object) -> bool:
    """True for submodules, constants of the module and names of types."""
    if isinstance(value, (types.ModuleType, types.UnionType, typing.TypeVar)) or typing.get_origin(value) is not None:
        return True
    return name.isupper() and not callable(value)


def known_since() -> dict[str, str]:
    """Since when, by qualified name, as the file says."""
    if not SUPPORT.exists():
        return {}
    return dict(re.findall(r"^\| `([^`]+)` \| ([^ ]+) \|", SUPPORT.read_text("utf-8"), re.MULTILINE))


def sections() -> dict[str, list[str]]:
    """The qualified names, by the heading they stand under."""
    found = {}
    for module in modules():
        heading = module.__name__.removeprefix("gradcli.")
        names = [f"{heading}.{name}" for name in public_names(module)]
        if names and not _only_repeats(module, found):
            found[heading] = names
        if module is torch:
            found["torch.Tensor"] = [f"torch.Tensor.{name}" for name in methods()]
    return found


def _only_repeats(module: types.ModuleType, found: dict[str, list[str]]) -> bool:
    """True for a module whose names all stand in the package around it already."""
    around = found.get(module.__name__.removeprefix("gradcli.").rpartition(".")[0], [])
    above = {name.rpartition(".")[2] for name in around}
    return above.issuperset(public_names(module))


def document() -> str:
    """The text of SUPPORT.md."""
    since = known_since()
    parts = [INTRODUCTION]
    for heading, names in sections().items():
        rows = [
            f"| `{name}` | {since.get(name, gradcli.__version__)} | {DIFFERENCES.get(name, '')} |" for name in names
        ]
        parts.append("\n".join([f"## {heading}", "", "| name | since | different |", "|---|---|---|", *rows, ""]))
    return "\n".join(parts)


if __name__ == "__main__":
    SUPPORT.write_text(document(), encoding="utf-8")
