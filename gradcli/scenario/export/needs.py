"""What a scenario's code needs beside itself: libraries that may be missing, and the modules beside its file."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from gradcli.errors import InputError
from gradcli.files import read_text
from gradcli.scenario.imports import FACES, is_taken
from gradcli.scenario.magics import as_python
from gradcli.scenario.markdown import Scenario

STAND_IN = """\
from importlib.util import find_spec

if not all(map(find_spec, {names})):
    # Where one of these is not installed, gradcli's own small version stands in for it.
    from gradcli.scenario.stand_in import stand_in

    stand_in()
"""


def stand_in_code(scenario: Scenario) -> str | None:
    """The code that lets the scenario run without the libraries that gradcli has faces of; None if it needs none."""
    used = imported(scenario).union(*(_imported(read_text(path)) for path in beside(scenario)))
    names = [name for name in FACES if name in used]
    return STAND_IN.format(names=str(names).replace("'", '"')) if names else None


def imported(scenario: Scenario) -> set[str]:
    """The top-level names that the scenario's own blocks import."""
    return {name for source in _codes(scenario) for name in _imported(source)}


def beside(scenario: Scenario) -> list[Path]:
    """The modules beside the scenario's file that its code imports, each after those that it imports itself.

    Raises InputError for a package, which does not fit into one file.
    """
    folder = scenario.original.parent
    found: dict[Path, None] = {}
    waiting = set[Path]()

    def visit(source: str) -> None:
        for name in _imported(source):
            if is_taken(name):
                continue
            path = folder / f"{name}.py"
            if (folder / name / "__init__.py").exists():
                hint = "make it one module"
                raise InputError("export", f"{str(folder / name)!r} is a package, which does not fit in", hint=hint)
            if path.exists() and path not in waiting:
                waiting.add(path)
                visit(read_text(path))
                found[path] = None

    for source in _codes(scenario):
        visit(source)
    return list(found)


def _codes(scenario: Scenario) -> list[str]:
    return [as_python(step.code.text) for step in scenario.steps if step.code is not None]


def _imported(source: str) -> Iterator[str]:
    """The top-level names that code imports, in order; none for code that cannot be parsed."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]
