"""`gradcli check --over`: formulas that are proved on a whole range."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from gradcli.calculator.claims.check import Asker
from gradcli.calculator.claims.claim import Claim, read_claim
from gradcli.calculator.claims.over import proved_over
from gradcli.cli.exits import Exit
from gradcli.render.schemas import schema_of
from gradcli.verdict import Word

Run = Callable[..., Any]


def parts(gradcli: Run, *arguments: str, code: Exit = Exit.OK) -> dict[str, Any]:
    """The document's gradients."""
    outcome = gradcli("check", *arguments, "--json")
    assert outcome.code == code
    jsonschema.validate(outcome.document, schema_of("check"))
    gradients: dict[str, Any] = outcome.document["claims"][0]["gradients"]
    return gradients


def test_a_right_formula_is_proved(gradcli: Run) -> None:
    part = parts(gradcli, "sin(x)**2", "--grad", "x=sin(2*x)", "--over", "x=[-pi,100]")["x"]
    assert part["verdict"]["word"] == "proved"
    assert part["verdict"]["methods"] == {"enclosure": "agrees", "sympy": "agrees"}
    assert part["at"] is None
    proof = part["range"]
    assert proof["names"] == ["x"]
    assert proof["intervals"] == [[-3.141592653589793, 100]]
    assert proof["boxes"] >= proof["leaves"] > 1
    assert 0 < proof["bound"] <= part["verdict"]["tolerance"] == 1e-12
    assert (proof["exceptions"], proof["counterexample"]) == ([], None)
    said = gradcli("check", "sin(x)**2", "--grad", "x=sin(2*x)", "--over", "x=[-pi,100]")
    assert f"on the whole range: {proof['leaves']} boxes, bound" in said.out


def test_a_wrong_formula_is_refuted_at_a_point(gradcli: Run) -> None:
    arguments = ["a*sin(x)", "--let", "a=2", "--grad", "x=a*cos(x)+1e-9", "--over", "x=[0,1e100]"]
    part = parts(gradcli, *arguments, code=Exit.FAILED)["x"]
    assert part["verdict"]["word"] == "mismatch"
    example = part["range"]["counterexample"]
    (low, high), (least, most) = example["derivative"], example["claim"]
    assert low <= high < least <= most
    assert part["at"] == {"a": 2, "x": example["point"]["x"]}
    said = gradcli("check", *arguments)
    assert said.code == Exit.FAILED
    assert f"x = {example['point']['x']:g}" in said.out
    assert f"between {low!r} and {high!r}" in said.out


def test_breaks_are_settled_or_named(gradcli: Run) -> None:
    arguments = ["abs(x)+floor(x+0.5)", "--grad", "x=sign(x)", "--over", "x=[-0.25,1]"]
    part = parts(gradcli, *arguments)["x"]
    assert [(one["kind"], one["settled"]) for one in part["range"]["exceptions"]] == [("kink", True), ("jump", False)]
    assert part["verdict"]["detail"].endswith("listed apart: 1 kink, 1 jump")
    said = " ".join(gradcli("check", *arguments).out.split())
    assert "settled: at x = 0: the slopes are -1 to the left and 1 to the right" in said
    assert "named: at x = 0.5: a jump from 0.5 to 1.5" in said


def test_two_names_and_float32(gradcli: Run) -> None:
    found = parts(
        gradcli, "x*exp(y)", "--grad", "x=exp(y), y=x*exp(y)", "--over", "x=[0,1], y=[-1,1]", "--dtype=float32"
    )
    assert [part["verdict"]["word"] for part in found.values()] == ["proved", "proved"]
    assert found["y"]["range"]["names"] == ["y", "x"]
    assert found["y"]["range"]["intervals"] == [[-1, 1], [0, 1]]
    assert found["x"]["verdict"]["tolerance"] == 1e-6


def test_what_is_not_settled_is_undecided(gradcli: Run) -> None:
    arguments = ["log(x)", "--grad", "x=1/x", "--over", "x=[-1,1]"]
    part = parts(gradcli, *arguments)["x"]
    assert part["verdict"]["word"] == "undecided"
    assert "no value on [-1, " in part["verdict"]["detail"]
    assert gradcli("check", *arguments, "--strict").code == Exit.UNDECIDED
    assert parts(gradcli, "x", "--grad", "x=1", "--over", "x=[0,1]", "--tol", "0")["x"]["verdict"]["word"] == "proved"


def test_the_time_is_limited(worker: Any) -> None:
    claim = Claim("sin(x)**2", {"x": "2*sin(x)*cos(x)"}, over={"x": "[-1e9,1e9]"})
    (part,) = proved_over(read_claim(claim), Asker(worker), always=False, seconds=0.05)
    assert part.verdict.word is Word.UNDECIDED
    assert "out of time" in part.verdict.detail
    assert part.range is not None
    assert part.range.seconds < 2


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["--over", "x=[1,1]"], "--over x: [1, 1] is a single number", "--at"),
        (["--over", "x=[2,1]"], "--over x: [2, 1] is empty", "[1,2]"),
        (["--over", "x=[0,inf]"], "--over x: [0, inf] is not finite", "1e100"),
        (["--over", "x=[0,1e39]", "--dtype", "float32"], "--over x: [0, inf] is not finite", "1e100"),
        (["--over", "x=2"], "--over x: not two numbers", "[0,1]"),
        (["--over", "x=[1,2,3]"], "--over x: not two numbers", "[0,1]"),
        (["--over", "x=[0,q]"], "unknown variable 'q'", "q"),
        (["--over", "y=[0,1]"], "--over y: 'y' does not occur in the expression", None),
        (["--over", "x=[0,1]", "--at", "x=1"], "'x' is given by --over and by --at", None),
        (["--over", "x=[0,1]", "--cotangent", "2"], "--over: the result must be one number, without a cotangent", None),
        (["--over", "x=[0,1], x=[1,2]"], "--over gives 'x' twice", None),
    ],
)
def test_ranges_that_are_none(gradcli: Run, arguments: list[str], message: str, hint: str | None) -> None:
    refused(gradcli, ["x**2", "--grad", "x=2*x", *arguments], message, hint)


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["x*y*z", "--grad", "x=y*z", "--over", "x=[1,2],y=[1,2],z=[1,2]"], "--over: at most 2 names", "--let"),
        (["x*y", "--grad", "x=y", "--over", "x=[1,2]"], "no value for y", "--let"),
        (["x*y", "--grad", "y=x", "--over", "x=[1,2]", "--at", "y=1"], "y has no range", "--over"),
        (["x*[1,2]", "--grad", "x=2", "--over", "x=[1,2]"], "grad can be implicitly created only", "sum"),
        (["sum(x*[1,2])", "--grad", "x=[3,3]", "--over", "x=[1,2]"], "--grad x has shape (2,)", None),
        (["x", "--grad", "x=sum(rand(2))", "--over", "x=[1,2]"], "--grad x: on a range a formula", "--grad"),
        (["-", "--over", "x=[1,2]"], "--over: claims from standard input", None),
        (["--python", "a:b", "--over", "x=[1,2]"], "--over: not for a Python function", None),
    ],
)
def test_claims_that_have_no_range(gradcli: Run, arguments: list[str], message: str, hint: str | None) -> None:
    refused(gradcli, arguments, message, hint)


def refused(gradcli: Run, arguments: list[str], message: str, hint: str | None) -> None:
    outcome = gradcli("check", *arguments, "--json")
    assert outcome.code == Exit.USAGE
    error = outcome.document["error"]
    assert error["message"].startswith(message)
    assert (hint or "") in (error["hint"] or "")


def test_ranges_in_a_stream(gradcli: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    claims = [
        {"expr": "x**2", "grad": {"x": "2*x"}, "over": {"x": [0.1, 3]}},
        {"expr": "x**2", "grad": "x=3*x", "over": "x=[-pi,3]"},
        {"expr": "x**2", "grad": "x=2*x", "over": {"x": [3, "Infinity"]}},
        {"expr": "x**2", "grad": "x=2*x", "over": 3},
    ]
    (tmp_path / "claims.jsonl").write_text("".join(json.dumps(claim) + "\n" for claim in claims))
    for format in ("json", "junit", "github"):
        with (tmp_path / "claims.jsonl").open() as stream:
            monkeypatch.setattr(sys, "stdin", stream)
            outcome = gradcli("check", "-", "--format", format)
        assert outcome.code == Exit.FAILED
        if format == "json":
            found = [json.loads(line) for line in outcome.out.splitlines()]
            assert [one["outcome"] for one in found] == ["holds", "refuted", "error", "error"]
            assert found[0]["gradients"]["x"]["range"]["leaves"] == 1
        elif format == "junit":
            assert [len(case) for case in ET.fromstring(outcome.out).iter("testcase")] == [0, 1, 1, 1]  # noqa: S314  # our own
        else:
            assert [line[:7] for line in outcome.out.splitlines()] == ["::error"] * 3
            assert "the claim is -4.71238898038" in outcome.out
