"""Recording some entries of a golden file leaves the others as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from golden_file import GoldenFile

BEFORE = {"torch": "2.13.0+cpu", "cases": {"exp 1": 1.5, "gone": 0.1, "exp 2": 2.5, "log 1": 1e-07}}


def recorded(path: Path, *only: str, names: str = "exp 1,exp 2,sin 1,log 1") -> dict[str, object]:
    path.write_text(json.dumps(BEFORE))
    golden = GoldenFile(path, "2.13.0", only)
    cases = golden.entries("cases", names.split(","), lambda name: "new", lambda name: name.split()[0])
    golden.write_document({"torch": golden.version, "cases": cases})
    return json.loads(path.read_text())


def test_all_are_recorded_unless_some_are_asked_for(tmp_path: Path) -> None:
    found = recorded(tmp_path / "ops.json")
    assert found == {"torch": "2.13.0", "cases": dict.fromkeys(["exp 1", "exp 2", "sin 1", "log 1"], "new")}


def test_what_is_asked_for_by_name_or_family(tmp_path: Path) -> None:
    found = recorded(tmp_path / "ops.json", "exp", "sin 1")
    assert found["torch"] == BEFORE["torch"]
    assert [*found["cases"].items()] == [
        ("exp 1", "new"), ("exp 2", "new"), ("sin 1", "new"), ("log 1", 1e-07), ("gone", 0.1)
    ]  # fmt: skip


def test_what_is_not_there_is_refused_and_nothing_written(tmp_path: Path) -> None:
    path = tmp_path / "ops.json"
    with pytest.raises(SystemExit, match=r"ops\.json has no entry for 'cos'"):
        recorded(path, "exp", "cos")
    assert json.loads(path.read_text()) == BEFORE


def test_another_part_may_know_it(tmp_path: Path) -> None:
    path = tmp_path / "training.json"
    path.write_text(json.dumps({"one": {"a": 1}, "other": {"b": 2}}))
    golden = GoldenFile(path, "2.13.0", ["b"])
    parts = {part: golden.entries(part, [name], lambda name: 3) for part, name in (("one", "a"), ("other", "b"))}
    golden.write_document(parts)
    assert json.loads(path.read_text()) == {"one": {"a": 1}, "other": {"b": 3}}
