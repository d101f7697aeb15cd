"""The files that the documents for developers name are there."""

from __future__ import annotations

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
