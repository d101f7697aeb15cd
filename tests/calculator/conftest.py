"""Tables in files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gradcli.tables import arrow, npy
from gradcli.tables import table as tables


@pytest.fixture
def table(tmp_path: Path) -> Callable[[str | bytes], Path]:
    r"""`table("x\n1\n")`: a CSV file with that text."""

    def write(text: str | bytes, name: str = "data.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (tables, npy, arrow):
        monkeypatch.setattr(module, "CHUNK", 3)
