"""docs/coverage.md is what its program makes."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

MAKE = SimpleNamespace(**runpy.run_path(str(Path(__file__).parent.parent / "docs" / "make_coverage.py")))


def test_the_table_is_up_to_date() -> None:
    assert MAKE.coverage() == MAKE.COVERAGE.read_text("utf-8"), "run docs/make_coverage.py"
