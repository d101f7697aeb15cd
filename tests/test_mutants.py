"""The tool that alters rules: a sample of it, and that it tells a rule that is not altered."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import mutate_rules  # a program that lies beside the tests
from mutate_rules import CAUGHT, OPS, SAME, SURVIVED

from gradcli.verdict import Word

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


@pytest.fixture(scope="module")
def worker() -> Iterator[Any]:
    found = mutate_rules.RememberingWorker(0)
    yield found
    found.close()


@pytest.mark.parametrize("name", ["sin", "conv", "maximum"])
def test_a_rule_that_is_not_altered_is_no_change(name: str, worker: Any) -> None:
    op = OPS[name]
    for _, here in mutate_rules.scenes(op, worker):
        for scene in here:
            unaltered = mutate_rules.Mutant("unaltered", 0, op.pulls[0])
            right = scene.judged()
            assert not any(word.is_wrong for word in right.words.values())
            assert mutate_rules.tried(op, unaltered, scene, right) == (SAME, "")


def test_mutants_are_caught(capsys: pytest.CaptureFixture[str]) -> None:
    total = mutate_rules.table(mutate_rules.sample(0), quick=True)
    assert total[CAUGHT] > 50
    assert not total[SURVIVED], capsys.readouterr().out


def test_rules_that_only_say_that_there_is_none_are_not_altered() -> None:
    assert "floor_divide" not in mutate_rules.with_rules()
    assert "mul" in mutate_rules.with_rules()


def test_a_mutant_that_nobody_catches_is_told(worker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A verdict that believes everything lets every mutant live."""
    monkeypatch.setattr(Word, "is_wrong", property(lambda _: False))
    assert {outcome.word for outcome in mutate_rules.outcomes(OPS["exp"], worker)} == {SAME, SURVIVED}
