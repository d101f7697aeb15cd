"""The files that the documents for developers and the sessions of nox name are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def named(document: Path) -> set[Path]:
    """What a document links to, and what it names as code with its folder, in the checkout or in the package."""
    text = document.read_text("utf-8")
    linked = {document.parent / target for target in re.findall(r"\]\(([^)#:]+)\)", text)}
    written = {name for name in re.findall(r"`((?:\w+/)+[\w.*]*)(?::[^`]*)?`", text) if "NAME" not in name}
    assert linked
    assert written
    return linked | {place for name in written for place in _found(name)}


def _found(name: str) -> list[Path]:
    return [*ROOT.glob(name), *(ROOT / "gradcli").glob(name)] or [ROOT / name]


@pytest.mark.parametrize("document", ["CONTRIBUTING.md", "docs/decisions.md"])
def test_what_it_names_is_there(document: str) -> None:
    assert [path for path in named(ROOT / document) if not path.exists()] == []


NOXFILE = ast.parse((ROOT / "noxfile.py").read_text("utf-8"))


def test_the_sessions_are_those_that_it_names() -> None:
    """Read without nox, which the tests do not need."""
    sessions = {node.name for node in NOXFILE.body if isinstance(node, ast.FunctionDef) and node.decorator_list}
    lines = re.findall(r"`nox -s ([\w ]+)", (ROOT / "CONTRIBUTING.md").read_text("utf-8"))
    assert {name for line in lines for name in line.split(" -- ")[0].split()} == sessions


@pytest.mark.parametrize("name", ["QUICK", "COVERING"])
def test_what_the_sessions_run_is_there(name: str) -> None:
    assigned = {ast.unparse(node.targets[0]): node.value for node in NOXFILE.body if isinstance(node, ast.Assign)}
    files = [test.partition("::")[0] for test in assigned[name].func.value.value.split()]
    assert files
    assert [file for file in files if not (ROOT / file).exists()] == []
