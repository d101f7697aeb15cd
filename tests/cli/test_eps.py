"""`gradcli eps` as a user meets it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jsonschema
import numpy as np
import pytest

from gradcli.cli.exits import Exit
from gradcli.render.schemas import schema_of

Run = Callable[..., Any]


def quotients(outcome: Any, name: str = "x") -> Any:
    return outcome.document["variables"][name]["quotients"]


def test_the_errors_are_those_of_the_quotients(gradcli: Run) -> None:
    outcome = gradcli("eps", "exp(x)", "--at", "x=1", "--json")
    steps = outcome.document["steps"]
    np.testing.assert_allclose(steps, [10.0**-k for k in range(1, 17)])

    def central(h: float) -> Any:
        return (np.exp(1 + h) - np.exp(1 - h)) / (h + h)

    formulas: dict[str, Callable[[float], Any]] = {
        "forward": lambda h: (np.exp(1 + h) - np.exp(1.0)) / h,
        "central": central,
        "richardson": lambda h: (4 * central(h / 2) - central(h)) / 3,
    }
    for name, formula in formulas.items():
        expected = [abs(float(formula(h)) - math.e) for h in steps]
        assert quotients(outcome)[name]["errors"] == expected


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_best_step_is_near_the_theorys(gradcli: Run, dtype: str) -> None:
    outcome = gradcli("eps", "exp(x)", "--at", "x=1", "--dtype", dtype, "--json")
    eps, theory = outcome.document["eps"], outcome.document["theory"]
    assert eps == float(np.finfo(dtype).eps)
    np.testing.assert_allclose([theory[name] for name in ("forward", "central")], [math.sqrt(eps), math.cbrt(eps)])
    for name, quotient in quotients(outcome).items():
        assert abs(math.log10(quotient["best_step"] / theory[name])) < 2
        assert quotient["best_error"] == min(quotient["errors"])
    best = [quotients(outcome)[name]["best_error"] for name in ("forward", "central", "richardson")]
    assert best == sorted(best, reverse=True)


@pytest.mark.parametrize(("name", "order"), [("forward", 1), ("central", 2), ("richardson", 4)])
def test_the_error_shrinks_with_the_order_of_the_quotient(gradcli: Run, name: str, order: int) -> None:
    errors = quotients(gradcli("eps", "sin(x)", "--at", "x=1", "--json"))[name]["errors"]
    assert abs(math.log10(errors[0] / errors[1]) - order) < 0.05


def test_of_an_array_the_largest_error_counts(gradcli: Run) -> None:
    alone = quotients(gradcli("eps", "x**3", "--at", "x=2", "--json"))["forward"]["errors"]
    several = quotients(gradcli("eps", "sum(x**3)", "--at", "x=[0,2]", "--json"))["forward"]["errors"]
    np.testing.assert_allclose(several[:6], alone[:6], rtol=1e-3)


def test_several_variables_and_a_cotangent(gradcli: Run) -> None:
    arguments = ["x*y", "--at", "x=[1,2], y=3", "--cotangent", "[1,10]", "--json"]
    document = gradcli("eps", *arguments).document
    assert document["variables"]["x"]["gradient"] == [3, 30]
    assert document["variables"]["y"]["gradient"] == 21
    for each in document["variables"].values():
        assert each["quotients"]["central"]["best_error"] < 1e-12
    assert [*gradcli("eps", *arguments, "--wrt", "y").document["variables"]] == ["y"]


def test_what_is_detached_is_held(gradcli: Run) -> None:
    outcome = gradcli("eps", "detach(x)*x", "--at", "x=3", "--json")
    assert quotients(outcome)["central"]["best_error"] < 1e-9


def test_steps_out_of_the_domain_have_no_value(gradcli: Run) -> None:
    outcome = gradcli("eps", "log(x)", "--at", "x=1e-8", "--json")
    central = quotients(outcome)["central"]
    assert central["errors"][:7] == ["NaN"] * 7
    assert central["best_step"] < 1e-8
    assert "1e-01  1e+08" in gradcli("eps", "log(x)", "--at", "x=1e-8").out


def test_the_screen(gradcli: Run) -> None:
    out = gradcli("eps", "exp(x)", "--at", "x=1").out
    assert "d/dx  2.718281828459045  proved" in out
    assert "forward eps**(1/2) = 1.5e-08" in out
    table = [line for line in out.splitlines() if line.startswith("1e-") and "┤" not in line]
    assert [line.split()[0] for line in table] == [f"1e-{k:02}" for k in range(1, 17)]
    assert sum(line.count("●") for line in table) == sum(line.count("○") for line in table) == 3
    assert "⠑" in out


@pytest.mark.parametrize(
    ("expression", "at", "word"),
    [("abs(x)", "x=0", "kink"), ("log(x)", "x=-1", "domain"), ("sqrt(x)", "x=0", "domain")],
)
def test_without_a_gradient_the_verdict_says_why(gradcli: Run, expression: str, at: str, word: str) -> None:
    outcome = gradcli("eps", expression, "--at", at)
    assert (outcome.code, f"x: {word}: " in outcome.out) == (Exit.OK, True)
    assert gradcli("eps", expression, "--at", at, "--strict").code == Exit.UNDECIDED


def test_a_wrong_rule_is_found(gradcli: Run, spoil: Callable[..., None]) -> None:
    spoil("exp")
    outcome = gradcli("eps", "exp(x)", "--at", "x=1", "--json")
    assert outcome.code == Exit.FAILED
    assert quotients(outcome)["richardson"]["best_error"] > 0.02


@pytest.mark.parametrize("width", ["40", "80"])
def test_no_line_is_wider_than_the_terminal(gradcli: Run, monkeypatch: pytest.MonkeyPatch, width: str) -> None:
    monkeypatch.setenv("COLUMNS", width)
    out = gradcli("eps", "sin(x)*y", "--at", "x=2, y=3", "--dtype", "float32").out
    assert max(map(len, out.splitlines())) <= int(width)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["x*[1,2]", "--at", "x=1"], "the result has shape (2,)"),
        (["a*x", "--at", "x=1"], "no value for a"),
        (["3"], "there is no variable to differentiate by"),
        (["sum(x)", "--at", "x=ones(100)"], "x has 100 elements; differences are taken of 32 at the most"),
        (["x", "--at", "x=1", "--wrt", "y"], "there is no variable 'y'"),
    ],
)
def test_bad_inputs(gradcli: Run, arguments: list[str], message: str) -> None:
    outcome = gradcli("eps", *arguments)
    assert (outcome.code, outcome.out) == (Exit.USAGE, "")
    assert message in outcome.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["sin(x)*y", "--at", "x=2, y=[1,2]", "--cotangent", "[1,1]"],
        ["sqrt(x)", "--at", "x=0"],
        ["sum(x)", "--at", "x=zeros(0)", "--no-check"],
        ["3"],
    ],
)
def test_the_document_fits_its_schema(gradcli: Run, arguments: list[str]) -> None:
    jsonschema.validate(gradcli("eps", *arguments, "--json").document, schema_of("eps"))


@pytest.mark.parametrize(
    ("expression", "at", "word"),
    [
        ("abs(x)", "x=0", "kink"),
        ("floor(x)", "x=2", "jump"),
        ("log(x)", "x=-1", "domain"),
        ("relu(3*x-0.03)", "x=0.01", "ill-conditioned"),
        ("relu(x)-relu(-x)", "x=0", "mismatch"),
    ],
)
def test_the_gradient_is_judged(gradcli: Run, expression: str, at: str, word: str) -> None:
    outcome = gradcli("eps", expression, "--at", at, "--strict", "--json")
    assert outcome.document["variables"]["x"]["verdict"]["word"] == word
    assert outcome.code == (Exit.FAILED if word == "mismatch" else Exit.UNDECIDED)
    assert f"x: {word}: " in gradcli("eps", expression, "--at", at).out
