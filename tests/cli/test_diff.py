"""`gradcli diff` as a user meets it."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from typing import Any

import jsonschema
import numpy as np
import pytest

from gradcli.cli.exits import Exit
from gradcli.render.schemas import schema_of

Run = Callable[..., Any]


def word(outcome: Any, name: str = "x") -> str:
    found: str = outcome.document["gradients"][name]["verdict"]["word"]
    return found


def test_the_quadratic(gradcli: Run) -> None:
    outcome = gradcli("diff", "a*x**2 + b*x + c", "--at", "x=0", "--let", "a=1, b=-2, c=1")
    assert (outcome.code, outcome.err) == (Exit.OK, "")
    for expected in ("a*x**2 + b*x + c", "AddBackward0", "AccumulateGrad x", "-2.0", "2*a*x + b", "proved"):
        assert expected in outcome.out


def test_the_quadratic_with_free_names(gradcli: Run) -> None:
    outcome = gradcli("diff", "a*x**2+b*x+c", "--at", "x=0", "--json")
    assert outcome.code == Exit.OK
    gradient = outcome.document["gradients"]["x"]
    assert (gradient["symbolic"], gradient["simplified"]) == ("2*a*x + b", "b")
    assert gradient["value"] is None
    assert outcome.document["missing"] == ["a", "b", "c"]


def test_mean_of_squares(gradcli: Run) -> None:
    outcome = gradcli("diff", "mean(3*(x+2)**2)", "--at", "x=ones(2,2)", "--json")
    document = outcome.document
    assert document["value"] == 27.0
    assert document["gradients"]["x"]["value"] == [[4.5, 4.5], [4.5, 4.5]]
    assert word(outcome) == "proved"
    assert [node["name"] for node in document["graph"]] == [
        "MeanBackward0", "MulBackward0", "PowBackward0", "AddBackward0", "AccumulateGrad",
    ]  # fmt: skip
    assert document["graph"][-1]["variable"] == "x"


def test_detached_values_are_constants(gradcli: Run) -> None:
    outcome = gradcli("diff", "u = x*x; detach(u)*x", "--at", "x=arange(4.)", "--cotangent", "ones(4)", "--json")
    gradient = outcome.document["gradients"]["x"]
    assert gradient["value"] == [0.0, 1.0, 4.0, 9.0]
    assert gradient["verdict"]["word"] == "proved"
    assert gradient["verdict"]["methods"] == {"enclosure": "agrees", "sympy": "agrees"}, "both hold u constant too"


def test_every_order_through_the_graph(gradcli: Run) -> None:
    outcome = gradcli("diff", "sin(x)", "--at", "x=0.5", "--order", "10", "--json")
    orders = outcome.document["orders"]
    assert [entry["order"] for entry in orders] == list(range(1, 11))
    for entry in orders:
        assert entry["value"] == pytest.approx(np.sin(0.5 + entry["order"] * np.pi / 2), rel=1e-14)
        assert entry["verdict"]["word"] == "proved"


def test_wrt_narrows_and_reorders(gradcli: Run) -> None:
    outcome = gradcli("diff", "x*y*z", "--at", "x=1, y=2, z=3", "--wrt", "z", "--wrt", "x", "--json")
    assert list(outcome.document["gradients"]) == ["z", "x"]


def test_float32(gradcli: Run) -> None:
    outcome = gradcli("diff", "x/3", "--at", "x=1", "--dtype", "float32", "--json")
    assert outcome.document["gradients"]["x"]["value"] == float(str(np.float32(1) / np.float32(3)))
    assert word(outcome) == "proved"


@pytest.mark.parametrize("wrt", [["--wrt", "y, x"], ["--wrt", "y", "--wrt", "x"]])
def test_wrt_takes_several_names(gradcli: Run, wrt: list[str]) -> None:
    assert [*gradcli("diff", "x*y", "--at", "x=1, y=2", *wrt, "--json").document["gradients"]] == ["y", "x"]


@pytest.mark.parametrize("seed", [2**64, -(2**63) - 1])
def test_a_seed_that_pytorch_refuses(gradcli: Run, seed: int) -> None:
    outcome = gradcli("diff", "x*rand(1)", "--at", "x=1", "--seed", str(seed))
    assert (outcome.code, outcome.out) == (Exit.USAGE, "")
    assert f"--seed {seed}" in outcome.err


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp", "norm", "sum", "mean", "max"])
def test_reductions_of_a_number(gradcli: Run, name: str) -> None:
    assert word(gradcli("diff", f"{name}(x, axis=-1)", "--at", "x=2", "--json")) == "proved"


def test_seeded_random_numbers(gradcli: Run) -> None:
    first = gradcli("diff", "sum(x*rand(3))", "--at", "x=rand(3)", "--seed", "1", "--json")
    again = gradcli("diff", "sum(x*rand(3))", "--at", "x=rand(3)", "--seed", "1", "--json")
    other = gradcli("diff", "sum(x*rand(3))", "--at", "x=rand(3)", "--seed", "2", "--json")
    assert first.out == again.out != other.out
    assert word(first) == "proved"


@pytest.mark.parametrize("expression", ["pi", "sqrt(2)", "0.1 + pi"])
def test_a_constant_has_the_dtype_that_is_asked_for(gradcli: Run, expression: str) -> None:
    outcome = gradcli("diff", expression, "--at", "x=2", "--dtype", "float32", "--json")
    found = outcome.document["value"]
    assert (outcome.code, outcome.document["value_verdict"]["word"]) == (Exit.OK, "proved")
    assert found == float(str(np.float32(found)))


def test_a_constant_has_gradient_zero(gradcli: Run) -> None:
    outcome = gradcli("diff", "3 + 4", "--at", "x=1", "--json")
    assert outcome.document["gradients"]["x"]["value"] == 0.0
    assert outcome.document["graph"] == []
    assert "'x' does not occur" in outcome.err


def test_no_check_and_no_graph(gradcli: Run) -> None:
    outcome = gradcli("diff", "x**2", "--at", "x=3", "--no-check", "--no-graph")
    assert "6.0" in outcome.out
    assert "not checked" in outcome.out
    assert "PowBackward0" not in outcome.out


def test_the_expression_may_come_from_standard_input(gradcli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"y = x*x  # squared\ny + 1\n")))
    assert gradcli("diff", "-", "--at", "x=3", "--json").document["value"] == 10.0


def test_the_expression_may_start_with_a_minus_sign(gradcli: Run) -> None:
    assert gradcli("diff", "-x**2", "--at", "x=3", "--json").document["value"] == -9.0


def test_a_shared_node_is_drawn_once(gradcli: Run) -> None:
    outcome = gradcli("diff", "u = exp(x); u*u", "--at", "x=0", "--no-check")
    assert outcome.out.count("AccumulateGrad x") == 1
    assert outcome.out.count("ExpBackward0") == 2
    assert "see #1 above" in outcome.out


# Verdicts


@pytest.mark.parametrize(
    "expression", ["abs(x)", "relu(x)", "maximum(x, 0)", "clamp(x, 0, 1)", "where(x > 0, x, -x)", "(x**4)**0.25"]
)
def test_kinks(gradcli: Run, expression: str) -> None:
    assert word(gradcli("diff", expression, "--at", "x=0", "--json")) == "kink"


@pytest.mark.parametrize("expression", ["floor(x)", "round(x + 0.5)", "x % 2", "where(x > 0, 1, x)", "sign(x)"])
def test_jumps(gradcli: Run, expression: str) -> None:
    outcome = gradcli("diff", expression, "--at", "x=0", "--json")
    verdict = outcome.document["gradients"]["x"]["verdict"]
    assert (outcome.code, verdict["word"]) == (Exit.OK, "jump")
    enclosure = verdict["enclosure"]
    assert enclosure["mid"] is None
    assert enclosure["left"] != enclosure["right"] or "where" in expression
    assert "the value jumps: " in verdict["detail"]
    assert gradcli("diff", expression, "--at", "x=0", "--strict").code == Exit.UNDECIDED


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("relu(x)", ["kink", "kink", "kink"]),
        ("x*abs(x)", ["proved", "kink", "kink"]),
        ("abs(x)**3", ["proved", "proved", "kink"]),
        ("(x**4)**0.75", ["mismatch", "mismatch", "kink"]),
        ("x**2.5", ["domain", "domain", "domain"]),
        ("floor(x)", ["jump", "jump", "jump"]),
        ("3*x + 1", ["proved", "proved", "proved"]),
    ],
)
def test_where_an_order_fails_no_higher_one_exists(gradcli: Run, expression: str, words: list[str]) -> None:
    orders = gradcli("diff", expression, "--at", "x=0", "--order", "3", "--json").document["orders"]
    assert [entry["verdict"]["word"] for entry in orders] == words


@pytest.mark.parametrize("expression", ["x*abs(x)", "relu(x)**2", "sin(x)", "maximum(x, x**2) - x", "abs(x)**3"])
def test_no_kink_where_the_derivative_exists_or_only_elsewhere(gradcli: Run, expression: str) -> None:
    at = "x=0" if "maximum" not in expression else "x=0.5"
    assert word(gradcli("diff", expression, "--at", at, "--json")) in ("proved", "agrees")


@pytest.mark.parametrize(
    ("expression", "at", "culprit"),
    [
        ("log(x)", "x=-1", "log(x) is nan (LogBackward0)"),
        ("1/x", "x=0", "1/x is inf"),
        ("sqrt(x)", "x=0", "SqrtBackward0 of sqrt(x) gives inf"),
        ("exp(exp(x))", "x=10", "exp(exp(x)) is inf (ExpBackward0)"),
        ("asin(x) + x", "x=2", "asin(x) is nan"),
        ("x", "x=nan", "x itself is nan"),
    ],
)
def test_outside_the_domain_the_culprit_is_named(gradcli: Run, expression: str, at: str, culprit: str) -> None:
    outcome = gradcli("diff", expression, "--at", at, "--json")
    verdict = outcome.document["gradients"]["x"]["verdict"]
    assert (outcome.code, verdict["word"]) == (Exit.OK, "domain")
    assert culprit in verdict["detail"]
    assert gradcli("diff", expression, "--at", at, "--strict").code == Exit.UNDECIDED


@pytest.mark.parametrize("name", ["sin", "mul", "exp", "pow_number"])
def test_a_wrong_rule_is_a_mismatch(gradcli: Run, spoil: Callable[..., None], name: str) -> None:
    spoil(name)
    outcome = gradcli("diff", "sin(x)*exp(x) + x**2", "--at", "x=0.7", "--json")
    assert (outcome.code, word(outcome)) == (Exit.FAILED, "mismatch")
    verdict = outcome.document["gradients"]["x"]["verdict"]
    assert verdict["methods"] == {"enclosure": "differs", "sympy": "agrees"}, "SymPy agrees with the enclosure"
    assert abs(verdict["expected"] - verdict["found"]) == verdict["error"] > verdict["enclosure"]["rad"]


def test_cancellation_is_ill_conditioned(gradcli: Run) -> None:
    assert word(gradcli("diff", "(1 - cos(x))/x**2", "--at", "x=1e-7", "--json")) == "ill-conditioned"


def test_array_gradients_are_proved_at_every_element(gradcli: Run) -> None:
    outcome = gradcli("diff", "sum(softmax(x @ A) * [1, 2]) + det(A)", "--at", "x=[1,2], A=[[1,2],[3,5]]", "--json")
    assert (word(outcome, "x"), word(outcome, "A")) == ("proved", "proved")


def test_every_element_of_a_large_array_is_proved(gradcli: Run) -> None:
    outcome = gradcli("diff", "sum(tanh(x)**2)", "--at", "x=linspace(-1, 1, 1000)", "--json")
    assert outcome.document["gradients"]["x"]["verdict"]["elements"] == {"proved": 1000}
    text = gradcli("diff", "sum(tanh(x)**2)", "--at", "x=linspace(-1, 1, 1001)", "--no-graph").out
    assert "..." in text, "wide arrays are summarised"


# Bad input


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sin(x"], "'(' is never closed"),
        (["sine(x)", "--at", "x=0"], "did you mean 'sin'"),
        (["x + yy", "--at", "x=0, yx=1", "--no-check"], "no value for yy"),
        (["sin(x, 2)", "--at", "x=0"], "sin() takes 1 argument, not 2"),
        (["max(x, 0)", "--at", "x=0"], "maximum(a, b)"),
        (["x + y", "--at", "x=[1,2], y=[1,2,3]"], "The size of tensor a (2) must match the size of tensor b (3)"),
        (["x*x", "--at", "x=[1,2]"], "grad can be implicitly created only for scalar outputs"),
        (["x*x", "--at", "x=[1,2]", "--cotangent", "ones(3)"], "the cotangent has shape (3,), the result (2,)"),
        (["x", "--at", "x=@nowhere.csv"], "there is no file 'nowhere.csv'"),
        (["x", "--at", "x=1", "--let", "x=2"], "'x' is given by --at and by --let"),
        (["x*y", "--at", "x=1", "--let", "y=2", "--wrt", "y"], "held fixed by --let"),
        (["x", "--at", "x=1", "--wrt", "z"], "there is no variable 'z'"),
        (["x*y", "--at", "x=1, y=2", "--order", "2"], "needs one variable, not 2"),
        (["sum(x)", "--at", "x=[1,2]", "--order", "2"], "x is an array of shape (2,)"),
        (["x > 0", "--at", "x=1"], "the result is a condition"),
        (["x", "--at", "x=1", "--order", "11"], "--order"),
        (["x", "--at", "x=1", "--dtype", "float16"], "float16"),
        (["x", "--ordr", "2"], "did you mean --order?"),
        (["x", "**", "2"], "give one expression, in quotes"),
        ([], "Missing argument"),
        (["(" * 10_000], "too deep|nested|deeper"),
        (["x+" * 50_000 + "x"], "65,536"),
        (["lambda + 1", "--at", "x=1", "--no-check"], "lambda"),
        (["__import__(1)", "--at", "x=1"], "__import__"),
    ],
)
def test_bad_input(gradcli: Run, arguments: list[str], message: str) -> None:
    outcome = gradcli("diff", *arguments)
    assert outcome.code == Exit.USAGE
    assert outcome.out == ""
    assert outcome.err.startswith("error: ")
    assert any(part in outcome.err for part in message.split("|")), outcome.err
    assert "Traceback" not in outcome.err


def test_a_warning_for_an_unused_name(gradcli: Run) -> None:
    outcome = gradcli("diff", "alpha*x", "--at", "x=1", "--let", "alpa=2")
    assert outcome.code == Exit.OK
    assert "'alpa' does not occur in the expression; did you mean 'alpha'?" in outcome.err


def test_a_tower_of_powers_answers_at_once(gradcli: Run) -> None:
    outcome = gradcli("diff", "x + 9**9**9**9", "--at", "x=1", "--json")
    assert outcome.document["value"] == "Infinity"
    assert word(outcome) == "domain"


def test_the_caret_points_at_the_place(gradcli: Run) -> None:
    lines = gradcli("diff", "1 + sin(x)) * 2", "--at", "x=1").err.splitlines()
    line = next(i for i, text in enumerate(lines) if "1 + sin(x)) * 2" in text)
    assert lines[line][lines[line + 1].index("^")] == ")"
    assert lines[line + 1].index("^") == lines[line].index("))") + 1


# JSON


@pytest.mark.parametrize(
    "arguments",
    [
        ["x**2", "--at", "x=3"],
        ["x**2 + y", "--at", "x=3"],
        ["x**2"],
        ["sin(x)", "--at", "x=1", "--order", "3"],
        ["log(x)", "--at", "x=-1"],
        ["1/x", "--at", "x=0"],
        ["abs(x)", "--at", "x=0"],
        ["sum(x*rand(2))", "--at", "x=[1,2]"],
        ["x*x", "--at", "x=[1,inf]", "--cotangent", "[1,2]"],
        ["x**2", "--at", "x=3", "--no-check"],
        ["sin(", "--at", "x=3"],
        ["x", "--order", "99"],
    ],
)
def test_json_is_strict_and_valid(gradcli: Run, arguments: list[str]) -> None:
    outcome = gradcli("diff", *arguments, "--json")
    jsonschema.validate(outcome.document, schema_of("diff"))


def test_errors_are_documents_too(gradcli: Run) -> None:
    outcome = gradcli("diff", "sin(x", "--json")
    assert (outcome.code, outcome.err) == (Exit.USAGE, "")
    error = outcome.document["error"]
    assert error["code"] == "syntax"
    assert (error["span"]["start"], error["span"]["column"]) == (3, 4)


def test_functions_and_schema(gradcli: Run) -> None:
    jsonschema.validate(gradcli("functions", "--json").document, schema_of("functions"))
    assert "softmax(x, axis=-1)" in gradcli("functions").out
    assert "did you mean 'softmax'?" in gradcli("functions", "sofmax").err
    for command in ("diff", "functions", "scenario"):
        jsonschema.Draft202012Validator.check_schema(gradcli("schema", command).document)
    assert gradcli("schema", "nope").code == Exit.USAGE
