"""What the tests of the independent methods share."""

from __future__ import annotations

import pytest

from gradcli.verify import symbolic


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process SymPy may take its time: what it finds must not depend on what else the machine does."""
    monkeypatch.setattr(symbolic, "SECONDS", 120.0)
