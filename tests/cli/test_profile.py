"""`gradcli profile` as a user meets it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gradcli.cli.exits import Exit
from gradcli.render.schemas import schema_of

Run = Callable[..., Any]
TWO = ["sum(x*x) + sum(y*y)", "--at", "x=ones(10), y=ones(1000)"]


def calls(outcome: Any) -> dict[str, int]:
    return {row["name"]: row["calls"] for row in outcome.document["operations"]}


def test_every_operation_and_node_is_counted(gradcli: Run) -> None:
    assert calls(gradcli("profile", *TWO, "--repeat", "3", "--json")) == {
        "aten::mul": 6, "aten::sum": 6, "aten::add": 3, "AddBackward0": 3, "SumBackward0": 6, "MulBackward0": 6,
    }  # fmt: skip


def test_by_shape(gradcli: Run) -> None:
    outcome = gradcli("profile", *TWO, "--repeat", "1", "--shapes", "--json")
    found = [row["shapes"] for row in outcome.document["operations"] if row["name"] == "aten::mul"]
    assert sorted(found) == [[[10], [10]], [[1000], [1000]]]
    assert "(1000,) (1000,)" in gradcli("profile", *TWO, "--shapes").out


def test_times(gradcli: Run) -> None:
    document = gradcli("profile", "sum(tanh(x))", "--at", "x=rand(100000)", "--json").document
    times = {row["name"]: row for row in document["operations"]}
    assert all(0 <= row["self"] <= row["total"] for row in times.values())
    assert document["forward"] > 0 < document["backward"]


@pytest.mark.parametrize(
    ("expression", "at", "nodes"),
    [
        ("sum(exp(x))", "x=ones(1000)", {"ExpBackward0": (1, 8000)}),
        ("sum(tanh(x)**2)", "x=ones(1000)", {"TanhBackward0": (1, 8000)}),  # the power keeps the same array
        ("sum(exp(exp(x)))", "x=ones(1000)", {"ExpBackward0": (2, 16000)}),
        ("sum(x*x)", "x=ones(1000)", {}),  # what it keeps is x itself
        ("sum(x.T @ x)", "x=ones(10,10)", {}),  # and here a view of it
        ("3", "x=1", {}),
    ],
)
def test_what_is_kept_for_the_backward_pass(gradcli: Run, expression: str, at: str, nodes: Any) -> None:
    saved = gradcli("profile", expression, "--at", at, "--memory", "--json").document["saved"]
    assert {node["name"]: (node["arrays"], node["bytes"]) for node in saved["nodes"]} == nodes
    assert saved["bytes"] == sum(size for _, size in nodes.values())


def test_the_screen(gradcli: Run) -> None:
    out = gradcli("profile", "sum(exp(x))", "--at", "x=ones(1024)", "--memory").out
    lines = out.splitlines()
    assert lines[0] == "sum(exp(x))"
    assert "the best of 10 runs, not profiled" in out
    (heading,) = [line for line in lines if line.startswith("operation")]
    assert heading.split() == ["operation", "self", "share", "total", "mean", "calls"]
    assert "kept for the backward pass: 8 KiB at the most, in 1 array" in out


@pytest.mark.parametrize(("sort", "first"), [("calls", "aten::mul"), ("self", None), ("total", None), ("mean", None)])
def test_sorted_and_limited(gradcli: Run, sort: str, first: str | None) -> None:
    out = gradcli("profile", "x*x*x*x*x + exp(x)", "--at", "x=1", "--sort", sort, "--limit", "1").out
    rows = [line for line in out.splitlines() if "aten::" in line or "Backward0" in line]
    assert len(rows) == 1
    assert "and 5 more: --limit 6" in out
    assert first is None or rows[0].startswith((first, "MulBackward0"))


def test_nothing_to_measure(gradcli: Run) -> None:
    outcome = gradcli("profile", "x", "--at", "x=1")
    assert (outcome.code, "no operation was recorded" in outcome.out) == (Exit.OK, True)


def test_trace(gradcli: Run, tmp_path: Path) -> None:
    file = tmp_path / "trace.json"
    outcome = gradcli("profile", *TWO, "--repeat", "1", "--trace", str(file))
    assert (outcome.code, outcome.err) == (Exit.OK, f"note: wrote {file}\n")
    events = json.loads(file.read_text())["traceEvents"]
    assert {event["ph"] for event in events} == {"X"}
    assert sum(event["name"] == "aten::mul" for event in events) == 2
    assert [*tmp_path.iterdir()] == [file]


@pytest.mark.parametrize("width", ["40", "80"])
def test_no_line_is_wider_than_the_terminal(gradcli: Run, monkeypatch: pytest.MonkeyPatch, width: str) -> None:
    monkeypatch.setenv("COLUMNS", width)
    out = gradcli("profile", *TWO, "--shapes", "--memory").out
    assert max(map(len, out.splitlines())) <= int(width)
    assert "SumBackward0" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["x*[1,2]", "--at", "x=1"], "the result has shape (2,)"),
        (["x*a", "--at", "x=1"], "no value for a"),
        (["x*x", "--at", "x=1", "--repeat", "0"], "--repeat"),
        (["x*x", "--at", "x=1", "--sort", "name"], "name"),
        (["x*x", "--at", "x=1", "--trace", "trace.txt"], "the endings are .json"),
        (["x*x", "--at", "x=1", "--trace", "/no/such/folder/trace.json"], "cannot be written"),
    ],
)
def test_bad_inputs(gradcli: Run, arguments: list[str], message: str) -> None:
    outcome = gradcli("profile", *arguments)
    assert (outcome.code, outcome.out) == (Exit.USAGE, "")
    assert message in outcome.err


@pytest.mark.parametrize("arguments", [[*TWO, "--shapes", "--memory"], ["x", "--at", "x=1"], ["a"]])
def test_the_document_fits_its_schema(gradcli: Run, arguments: list[str]) -> None:
    jsonschema.validate(gradcli("profile", *arguments, "--json").document, schema_of("profile"))
