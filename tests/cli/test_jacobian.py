"""`gradcli jacobian` as a user meets it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jsonschema
import numpy as np
import pytest

from gradcli.cli.exits import Exit
from gradcli.render.schemas import schema_of

Run = Callable[..., Any]


def blocks(outcome: Any) -> dict[tuple[str, str], Any]:
    return {(block["output"], block["variable"]): block for block in outcome.document["blocks"]}


def words(outcome: Any) -> list[str]:
    return [block["verdict"]["word"] for block in outcome.document["blocks"]]


@pytest.mark.parametrize("expression", ["[x*y, sin(x)]", "f = x*y; g = sin(x); [f, g]"])
@pytest.mark.parametrize("mode", ["auto", "reverse", "forward"])
def test_blocks_are_labelled_output_by_variable(gradcli: Run, expression: str, mode: str) -> None:
    outcome = gradcli("jacobian", expression, "--at", "x=1, y=2", "--mode", mode, "--json")
    assert outcome.code == Exit.OK
    first, second = ("x*y", "sin(x)") if expression.startswith("[") else ("f", "g")
    found = {labels: block["value"] for labels, block in blocks(outcome).items()}
    assert found == {(first, "x"): 2.0, (first, "y"): 1.0, (second, "x"): np.cos(1.0), (second, "y"): 0.0}
    assert [block["formulas"][0]["symbolic"] for block in outcome.document["blocks"]] == ["y", "x", "cos(x)", "0"]
    assert words(outcome) == ["proved"] * 4


def test_the_matrix_on_the_screen(gradcli: Run) -> None:
    lines = gradcli("jacobian", "[x*y, sin(x)]", "--at", "x=1, y=2").out.split("\n")
    top = next(i for i, line in enumerate(lines) if line.split() == ["x", "y"])
    assert [line.split() for line in lines[top + 1 : top + 4]] == [["x*y", "2.0", "1.0"], ["y", "x"], ["proved"] * 2]


def test_a_narrow_terminal_gets_a_record_a_block(gradcli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    out = gradcli("jacobian", "[x*y, sum(x)]", "--at", "x=[1,2], y=3", "--sparsity").out
    assert max(map(len, out.split("\n"))) <= 40
    for expected in ("d(x*y)/dx  (2,) × (2,)", "[0]: [y, 0]", "d(sum(x))/dy", "●·●"):
        assert expected in out


def test_outputs_of_different_shapes(gradcli: Run) -> None:
    found = blocks(gradcli("jacobian", "[x*y, sum(x), 7]", "--at", "x=[1,2], y=3", "--json"))
    assert found["x*y", "x"]["value"] == [[3.0, 0.0], [0.0, 3.0]]
    assert found["x*y", "x"]["shape"] == [[2], [2]]
    assert found["sum(x)", "x"]["value"] == [1.0, 1.0]
    assert found["7", "y"]["value"] == 0.0
    assert {block["verdict"]["word"] for block in found.values()} == {"proved"}


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_matrices(gradcli: Run, mode: str) -> None:
    outcome = gradcli("jacobian", "W @ x", "--at", "W=[[1,2],[3,4],[5,6]], x=[1,-1]", "--mode", mode, "--json")
    found = blocks(outcome)
    assert found["W@x", "x"]["value"] == [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    np.testing.assert_array_equal(found["W@x", "W"]["value"], np.einsum("ij,k->ijk", np.eye(3), [1.0, -1.0]))
    assert words(outcome) == ["proved", "proved"]


@pytest.mark.parametrize(
    ("expression", "at", "mode", "passes"),
    [
        ("x*arange(40.)", "x=2", "forward", {"reverse": 40, "forward": 1}),
        ("x*[1,2]", "x=2", "reverse", {"reverse": 2, "forward": 1}),
        ("sum(x)", "x=ones(9)", "reverse", {"reverse": 1, "forward": 9}),
    ],
)
def test_the_cheaper_mode(gradcli: Run, expression: str, at: str, mode: str, passes: Any) -> None:
    outcome = gradcli("jacobian", expression, "--at", at, "--json")
    assert (outcome.document["mode"], outcome.document["passes"]) == (mode, passes)
    assert f"{mode} mode: {passes[mode]} pass" in gradcli("jacobian", expression, "--at", at).out


def test_wrt_counts_and_reports_only_those(gradcli: Run) -> None:
    outcome = gradcli("jacobian", "x*y", "--at", "x=[1,2], y=3", "--wrt", "y", "--json")
    assert list(blocks(outcome)) == [("x*y", "y")]
    assert outcome.document["passes"] == {"reverse": 2, "forward": 1}


def test_names_without_a_value_stay_symbolic(gradcli: Run) -> None:
    outcome = gradcli("jacobian", "[r*cos(t), r*sin(t)]", "--at", "r=2", "--wrt", "t", "--json")
    assert outcome.document["missing"] == ["t"]
    formulas = [block["formulas"][0] for block in outcome.document["blocks"]]
    assert [(each["symbolic"], each["simplified"]) for each in formulas] == [
        ("-r*sin(t)", "-2*sin(t)"), ("r*cos(t)", "2*cos(t)"),
    ]  # fmt: skip
    assert "no value for t" in gradcli("jacobian", "[r*cos(t), r*sin(t)]", "--at", "r=2").out


# The pattern of zeros


def test_sparsity(gradcli: Run) -> None:
    outcome = gradcli("jacobian", "x*cumsum(x)", "--at", "x=[1,2,3]", "--sparsity", "--json")
    pattern = outcome.document["sparsity"]
    assert (pattern["method"], pattern["points"], pattern["shape"]) == ("numerical", 4, [3, 3])
    assert pattern["nonzero"] == [[0, 0], [1, 0], [1, 1], [2, 0], [2, 1], [2, 2]]


def test_a_zero_by_chance_is_no_zero_of_the_pattern(gradcli: Run) -> None:
    outcome = gradcli("jacobian", "[x**2, 0*y]", "--at", "x=0, y=1", "--sparsity", "--json")
    assert outcome.document["sparsity"]["nonzero"] == [[0, 0]]


def test_the_pattern_is_drawn_with_dots(gradcli: Run) -> None:
    out = gradcli("jacobian", "x**2", "--at", "x=arange(3.)", "--sparsity").out
    assert "●··\n  ·●·\n  ··●" in out
    assert "3 of 3 × 3 entries are not 0 (numerically, here and at 3 random points nearby)" in out


def test_a_dot_of_a_large_pattern_stands_for_several_entries(gradcli: Run) -> None:
    out = gradcli("jacobian", "x**2", "--at", "x=ones(80)", "--sparsity", "--no-check").out
    assert "a dot stands for 2 × 1 entries" in out
    assert "\n  ●●···" in out


# Verdicts


@pytest.mark.parametrize(
    ("expression", "at", "expected"),
    [
        ("abs(x)", "x=[0,1]", "kink"),
        ("[sqrt(x)]", "x=0", "domain"),
        ("log(x)", "x=[-1,1]", "domain"),
        ("exp(x)", "x=[0,1]", "proved"),
        ("exp(x)", "x=linspace(0,1,40)", "agrees"),
        ("x", "x=zeros(0)", "proved"),
    ],
)
def test_verdicts(gradcli: Run, expression: str, at: str, expected: str) -> None:
    outcome = gradcli("jacobian", expression, "--at", at, "--json")
    assert (outcome.code, words(outcome)) == (Exit.OK, [expected])
    strict = gradcli("jacobian", expression, "--at", at, "--strict", "--json")
    assert strict.code == (Exit.OK if expected in ("proved", "agrees") else Exit.UNDECIDED)


def test_the_kink_is_placed(gradcli: Run) -> None:
    out = gradcli("jacobian", "abs(x)", "--at", "x=[1,0]").out
    assert "d(abs(x))/dx: kink: row [1]: at x[1]: the derivative is -1 from the left and 1 from the right" in out


def test_a_wrong_rule_is_found(gradcli: Run, spoil: Callable[..., None]) -> None:
    spoil("sin")
    outcome = gradcli("jacobian", "[x**2, sin(x)]", "--at", "x=1", "--json")
    assert (outcome.code, words(outcome)) == (Exit.FAILED, ["proved", "mismatch"])


def test_without_the_check(gradcli: Run) -> None:
    assert [
        b["verdict"] for b in gradcli("jacobian", "x**2", "--at", "x=1", "--no-check", "--json").document["blocks"]
    ] == [None]


# Bad inputs


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["3"], "there is no variable to differentiate by"),
        (["x > 0", "--at", "x=1"], "the result is a condition"),
        (["x", "--at", "x=ones(3000)"], "3,000 × 3,000 entries"),
        (["x", "--at", "x=1", "--wrt", "z"], "there is no variable 'z'"),
        (["x", "--at", "x=1", "--mode", "sideways"], "sideways"),
        (["a*x", "--no-check"], "no value for a, x"),
        (["[x, (", "--at", "x=1"], "never closed"),
        (["x", "y", "--at", "x=1"], "give one expression"),
        (["x", "--att", "x=1"], "no such option: --att"),
    ],
)
def test_bad_inputs(gradcli: Run, arguments: list[str], message: str) -> None:
    outcome = gradcli("jacobian", *arguments)
    assert (outcome.code, outcome.out) == (Exit.USAGE, "")
    assert message in outcome.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["[x*y, sum(x)]", "--at", "x=[1,2], y=3", "--sparsity"],
        ["[x, log(y)]", "--at", "x=1, y=0"],
        ["[a*x, b]"],
        ["x", "--at", "x=zeros(0)", "--no-check"],
        ["3"],
    ],
)
def test_the_document_fits_its_schema(gradcli: Run, arguments: list[str]) -> None:
    jsonschema.validate(gradcli("jacobian", *arguments, "--json").document, schema_of("jacobian"))


def test_the_help_shows_lists_as_they_are_typed(gradcli: Run) -> None:
    assert 'gradcli jacobian "[x*y, sin(x)]" --at "x=1, y=2"' in gradcli("jacobian", "--help").out
