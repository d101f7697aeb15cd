"""Short versions of the hunts: what was found before, some new inputs of each kind, and that faults are found."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gradcli.datasets import idx
from gradcli.engine.op import OPS
from tests.fuzz.child import Child, case
from tests.fuzz.every import KINDS
from tests.fuzz.kinds import Kind, signature
from tests.fuzz.shrinking import smaller_text, smallest

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

CORPUS = [
    json.loads(line) for line in Path(__file__).with_name("fuzz").joinpath("corpus.jsonl").read_text().splitlines()
]
SEED = 20
COUNTS = {"expression": 120, "file": 200, "text": 200, "values": 80, "claim": 40, "true claim": 30, "page": 100}


@pytest.fixture(autouse=True)
def no_warnings() -> Iterator[None]:
    with np.errstate(all="ignore"):
        yield


@pytest.mark.parametrize("entry", CORPUS, ids=[f"{entry['kind']}: {entry['found']}" for entry in CORPUS])
def test_what_was_found_stays_mended(entry: dict[str, Any]) -> None:
    assert KINDS[entry["kind"]].tried(entry["data"]) == ""


@pytest.mark.parametrize("kind", KINDS)
def test_random_inputs_are_answered_or_refused(kind: str) -> None:
    with Child() as child:
        found = [said for number in range(COUNTS[kind]) if (said := child.tried(kind, case(kind, SEED, number)))]
    assert found == []


def test_the_inputs_depend_on_the_seed_alone() -> None:
    for kind in KINDS:
        assert case(kind, 1, 2) == case(kind, 1, 2) != case(kind, 2, 2)


def test_a_wrong_rule_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = OPS["sum"].pulls
    monkeypatch.setattr(OPS["sum"], "pulls", tuple(lambda g, slots, pull=pull: 1.01 * pull(g, slots) for pull in right))
    found = Counter(signature(KINDS["expression"].tried(case("expression", SEED, number))) for number in range(60))
    assert found["mismatch of a gradient"]


def test_a_reader_that_raises_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idx, "bad_file", lambda *_: OverflowError("a length that lies"))
    found = {signature(KINDS["file"].tried(case("file", SEED, number))) for number in range(200)}
    assert "OverflowError at datasets/idx.py _array" in found


def test_what_hangs_or_ends_the_process_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    with Child(limit=0.2) as child:
        child.tried("text", {"text": "x"})
        assert child.tried("expression", {"expr": "sum(x)", "x": "1"}).startswith("hangs")  # SymPy has yet to start


def test_findings_are_made_smaller() -> None:
    def judge(data: dict[str, Any]) -> str:
        return "found: it" if "tan(" in data["text"] and "7" in data["text"] else ""

    kind = Kind(lambda _: {}, judge, lambda data: ({"text": text} for text in smaller_text(data["text"])))
    data = {"text": "sum(x*[sin(x), (2 + tan(y**7))/3])"}
    assert smallest(kind, data, "found: it", kind.tried) == ({"text": "tan(7"}, "found: it")
