"""The floors of the house: imports run downwards only, and each library is used on its own floors."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from gradcli.engine import DOOR, FACE
from gradcli.verdict import Settled, Word

PACKAGE = Path(__file__).parent.parent / "gradcli"
SOURCES = sorted(PACKAGE.rglob("*.py"))
LONGEST = 400

# Lowest first. A part may import from the floors below its own, and nothing else beside itself.
FLOORS = [
    "catalogue child engine errors signals verdict words",
    "files",
    "npy png",
    "lang torch plot datasets",
    "torchvision tables",
    "verify",
    "calculator",
    "scenario",
    "render",
    "cli",
    "__main__",
]
LEVEL = {part: level for level, floor in enumerate(FLOORS) for part in floor.split()}
# Libraries that only some parts may use; NumPy is everywhere but in the command line.
USERS = {
    "numpy": LEVEL.keys() - {"cli", "__main__", "child", "errors", "files", "signals", "verdict", "words"},
    "flint": {"verify"},
    "PIL": {"torchvision"},
    "matplotlib": {"plot"},
    "plotille": {"plot"},
    "rich": {"render", "cli"},
    "pygraphviz": {"render"},
    "pyarrow": {"tables"},
    "prompt_toolkit": {"cli"},
    "nbformat": {"scenario"},
    "platformdirs": {"scenario"},
    "sympy": {"verify"},
    "torch": {"calculator"},
    "typer": {"cli"},
}


# Of the calculator, lowest first.
ROOMS = ["kernel", "claims", "commands"]


def imported(source: str) -> list[str]:
    """The dotted names that a module imports, wherever in it."""
    names = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def offences(part: str, source: str) -> list[str]:
    """The imports that `part` must not make."""
    found = []
    for name in imported(source):
        top, _, rest = name.partition(".")
        other = rest.partition(".")[0]
        if top == "gradcli":
            allowed = other == part or other not in LEVEL or LEVEL[other] < LEVEL[part]
        else:
            allowed = part in USERS.get(top, {part})
        if not allowed:
            found.append(name)
    return found


def public_without_docstring(source: str) -> list[str]:
    """The public functions and classes of a module that have no docstring."""
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    defined = [node for node in ast.parse(source).body if isinstance(node, definitions)]
    return [node.name for node in defined if not node.name.startswith("_") and ast.get_docstring(node) is None]


def above(path: Path, source: str) -> list[str]:
    """The imports of the calculator's rooms that are above the module's own."""
    level = ROOMS.index(path.relative_to(PACKAGE / "calculator").parts[0])
    return [
        name
        for name in imported(source)
        for room in ROOMS[level + 1 :]
        if name.startswith(f"gradcli.calculator.{room}")
    ]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
class TestSource:
    def test_imports_run_downwards(self, path: Path) -> None:
        part = part_of(path)
        if part == "__init__":
            assert imported(path.read_text()) == []
        else:
            assert offences(part, path.read_text()) == []

    def test_is_short(self, path: Path) -> None:
        assert len(path.read_text().splitlines()) <= LONGEST

    def test_is_documented(self, path: Path) -> None:
        assert public_without_docstring(path.read_text()) == []


@pytest.mark.parametrize("path", sorted((PACKAGE / "calculator").glob("*/*.py")), ids=lambda path: path.stem)
def test_the_calculators_rooms_import_downwards(path: Path) -> None:
    assert above(path, path.read_text()) == []


def test_an_import_of_a_room_above_is_found() -> None:
    source = "from gradcli.calculator.commands.jacobian import Matrix"
    assert above(PACKAGE / "calculator" / "kernel" / "rows.py", source) == [
        "gradcli.calculator.commands.jacobian.Matrix"
    ]


def engines_names(part: str, source: str) -> set[str]:
    """What a module imports of the engine, as "modes.no_grad"."""
    names = {name.removeprefix("gradcli.engine.") for name in imported(source) if name.startswith("gradcli.engine")}
    return set() if part == "engine" else names


def through(*doors: dict[str, str]) -> set[str]:
    return {
        f"{module}.{name}".lstrip(".") for door in doors for module, names in door.items() for name in names.split()
    }


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_engine_is_used_through_its_door(path: Path) -> None:
    part = part_of(path)
    assert engines_names(part, path.read_text()) <= (through(DOOR, FACE) if part == "torch" else through(DOOR))


def test_the_doors_lead_to_what_is_used_and_is_there() -> None:
    used = {part: set() for part in LEVEL} | {"__init__": set()}  # type: dict[str, set[str]]
    for path in SOURCES:
        used[part_of(path)] |= engines_names(part_of(path), path.read_text())
    assert through(DOOR) & through(FACE) == set()
    assert through(FACE) <= used["torch"]
    assert through(DOOR) <= set().union(*(names for part, names in used.items() if part != "torch"))


def circles(imports: dict[str, set[str]]) -> set[str]:
    """The modules that import themselves by way of others."""
    reached = {module: set(others) for module, others in imports.items()}
    for between, beyond in reached.items():
        for others in reached.values():
            if between in others:
                others |= beyond
    return {module for module, others in reached.items() if module in others}


def test_only_a_tensor_its_node_and_what_hangs_on_them_know_each_other() -> None:
    imports = {}
    for path in sorted((PACKAGE / "engine").rglob("*.py")):
        source = ast.parse(path.read_text())
        named = imported(ast.unparse(ast.Module([node for node in source.body if not isinstance(node, ast.If)], [])))
        module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
        imports[module] = set(named) | {name.rpartition(".")[0] for name in named}
    found = circles({module: others & imports.keys() for module, others in imports.items()})
    assert found == {f"gradcli.engine.{name}" for name in ("tensor", "graph", "hooks", "ties")}


def verdict_words(source: str) -> set[str]:
    """The words of verdicts that a module writes out, but for those that mean something else as well."""
    words = {*Word, *Settled} - {Word.DOMAIN, Word.VERIFYING, Settled.ERROR}
    tree = ast.parse(source)
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    written = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docs]
    return words & {text for text in written if isinstance(text, str)}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_words_of_verdicts_are_written_in_one_room(path: Path) -> None:
    """Beside it their translations, and what a method of its own calls what it finds."""
    rooms = {"verdict.py", "words/zh.py", "verify/methods.py"}
    if not str(path.relative_to(PACKAGE)).startswith("verify/balls/") and str(path.relative_to(PACKAGE)) not in rooms:
        assert verdict_words(path.read_text()) == set()


def test_every_part_has_its_floor() -> None:
    assert {part_of(path) for path in SOURCES} - {"__init__"} == LEVEL.keys()


@pytest.mark.parametrize(
    ("part", "source", "expected"),
    [
        ("engine", "from gradcli.lang import tree", ["gradcli.lang.tree"]),
        ("engine", "from gradcli import torch", ["gradcli.torch"]),
        ("engine", "from gradcli.errors import InputError", ["gradcli.errors.InputError"]),
        ("lang", "def f():\n    import gradcli.torch.nn", ["gradcli.torch.nn"]),
        ("render", "if TYPE_CHECKING:\n    from gradcli.cli.exits import Exit", ["gradcli.cli.exits.Exit"]),
        ("calculator", "from gradcli.scenario import runner", ["gradcli.scenario.runner"]),
        ("lang", "import sympy.core", ["sympy.core"]),
        ("cli", "import numpy as np", ["numpy"]),
        ("calculator", "from rich.text import Text", ["rich.text.Text"]),
        ("torch", "import torch", ["torch"]),
        ("cli", "import gradcli\nfrom gradcli import __version__, render\nimport typer, os", []),
        ("engine", "import numpy\nfrom gradcli.engine import ops", []),
    ],
)
def test_wrong_imports_are_found(part: str, source: str, expected: list[str]) -> None:
    assert offences(part, source) == expected


def test_missing_docstrings_are_found() -> None:
    source = "def a(): ...\nclass B:\n    x = 1\ndef _c(): ...\ndef d():\n    'Documented.'\n"
    assert public_without_docstring(source) == ["a", "B"]
