"""Short versions of the hunts."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gradcli.engine.op import OPS
from gradcli.verify.client import SympyWorker

sys.path.insert(0, str(Path(__file__).parent / "hunts"))
import hunt_expressions  # a program that lies beside the tests


@pytest.fixture(scope="module")
def worker() -> object:
    with SympyWorker() as worker:
        yield worker


def test_random_expressions_are_answered_or_refused(worker: SympyWorker) -> None:
    counts, findings = hunt_expressions.hunt(20, lambda number: number < 120, worker)
    assert findings == []
    assert counts["proved"] > 50


def test_the_hunt_finds_a_wrong_rule(worker: SympyWorker, monkeypatch: pytest.MonkeyPatch) -> None:
    right = OPS["sum"].pulls
    monkeypatch.setattr(OPS["sum"], "pulls", tuple(lambda g, slots, pull=pull: 1.01 * pull(g, slots) for pull in right))
    _, findings = hunt_expressions.hunt(20, lambda number: number < 40, worker)
    assert any("mismatch" in finding for finding in findings)
