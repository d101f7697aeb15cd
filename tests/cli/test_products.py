"""`gradcli jvp`, `gradcli vjp` and `gradcli hvp` as a user meets them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jsonschema
import numpy as np
import pytest

from gradcli.cli.exits import Exit
from gradcli.render.schemas import schema_of

Run = Callable[..., Any]


def test_jvp_of_several_outputs(gradcli: Run) -> None:
    outcome = gradcli("jvp", "[x*y, sin(x)]", "--at", "x=1, y=2", "--tangent", "x=3", "--json")
    assert [(each["label"], each["jvp"]) for each in outcome.document["outputs"]] == [
        ("x*y", 6.0), ("sin(x)", 3 * np.cos(1.0)),
    ]  # fmt: skip
    assert [each["verdict"]["word"] for each in outcome.document["outputs"]] == ["proved", "proved"]


def test_jvp_along_several_variables(gradcli: Run) -> None:
    outcome = gradcli("jvp", "x*y", "--at", "x=[1,2], y=3", "--tangent", "x=[1,0], y=10", "--json")
    assert outcome.document["outputs"][0]["jvp"] == [13.0, 20.0]
    assert outcome.document["direction"] == {"x": [1.0, 0.0], "y": 10.0}


def test_jvp_holds_detached_parts(gradcli: Run) -> None:
    outcome = gradcli("jvp", "detach(x)*x", "--at", "x=3", "--tangent", "x=1", "--json")
    (output,) = outcome.document["outputs"]
    assert (output["jvp"], output["verdict"]["word"]) == (3.0, "proved")


def test_jvp_of_a_variable_that_is_called_as_the_step_is(gradcli: Run) -> None:
    outcome = gradcli("jvp", "step*step_x*x", "--at", "x=1", "--let", "step=3, step_x=2", "--tangent", "x=1", "--json")
    (output,) = outcome.document["outputs"]
    assert (output["jvp"], output["verdict"]["word"]) == (6.0, "proved")


def test_random_tangents_are_not_the_random_point(gradcli: Run) -> None:
    document = gradcli("jvp", "x", "--at", "x=rand(3)", "--tangent", "x=rand(3)", "--seed", "1", "--json").document
    assert document["at"]["x"] != document["direction"]["x"]


@pytest.mark.parametrize("check", ["--check", "--no-check"])
def test_vjp_is_the_jacobian_transposed(gradcli: Run, check: str) -> None:
    arguments = ["--at", "x=1, y=2", "--cotangent", "[1, 10]", check, "--json"]
    document = gradcli("vjp", "[x*y, sin(x)]", *arguments).document
    assert {name: each["value"] for name, each in document["vjp"].items()} == {"x": 2 + 10 * np.cos(1.0), "y": 1.0}
    word = None if check == "--no-check" else "proved"
    assert {each["verdict"] and each["verdict"]["word"] for each in document["vjp"].values()} == {word}


def test_hvp(gradcli: Run) -> None:
    outcome = gradcli("hvp", "sum(x**3)*y", "--at", "x=[1,2,3], y=2", "--vector", "x=[1,0,0]", "--json")
    products = outcome.document["hvp"]
    assert (products["x"]["value"], products["y"]["value"]) == ([12.0, 0.0, 0.0], 3.0)
    assert {each["verdict"]["word"] for each in products.values()} == {"proved"}


def test_hvp_of_many_elements(gradcli: Run) -> None:
    outcome = gradcli("hvp", "sum(exp(x))", "--at", "x=linspace(0,1,1000)", "--vector", "x=ones(1000)", "--json")
    product = outcome.document["hvp"]["x"]
    np.testing.assert_allclose(product["value"], np.exp(np.linspace(0, 1, 1000)), rtol=1e-14)
    assert product["verdict"]["elements"] == {"proved": 1000}


def test_a_wrong_rule_is_found(gradcli: Run, spoil: Callable[..., None]) -> None:
    spoil("sin")
    for command, option in (("jvp", "--tangent"), ("hvp", "--vector")):
        outcome = gradcli(command, "x*sin(x)", "--at", "x=1", option, "x=1", "--json")
        assert outcome.code == Exit.FAILED, command


@pytest.mark.parametrize(("command", "option", "expected"), [("jvp", "--tangent", "kink"), ("hvp", "--vector", "kink")])
def test_kinks(gradcli: Run, command: str, option: str, expected: str) -> None:
    assert expected in gradcli(command, "abs(x)*2", "--at", "x=0", option, "x=1").out
    assert gradcli(command, "abs(x)*2", "--at", "x=0", option, "x=1", "--strict").code == Exit.UNDECIDED


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["jvp", "x", "--at", "x=1"], "there is no direction"),
        (["jvp", "x", "--at", "x=1", "--tangent", "y=1"], "'y', which is no variable"),
        (["jvp", "x", "--at", "x=[1,2]", "--tangent", "x=1"], "has shape (), and x has (2,)"),
        (["jvp", "a*x", "--at", "x=1", "--tangent", "x=1"], "no value for a"),
        (["hvp", "x", "--at", "x=1"], "there is no direction"),
        (["hvp", "x**2", "--at", "x=[1,2]", "--vector", "x=[1,1]"], "the result must be one number"),
        (["hvp", "x", "--at", "x=1", "--vector", "x=[1"], "never closed"),
        (["vjp", "x", "--at", "x=[1,2]"], "grad can be implicitly created only for scalar outputs"),
        (["vjp", "x", "--at", "x=[1,2]", "--cotangent", "ones(3)"], "the cotangent has shape (3,)"),
        (["vjp", "a*x", "--at", "x=1"], "no value for a"),
    ],
)
def test_bad_inputs(gradcli: Run, arguments: list[str], message: str) -> None:
    outcome = gradcli(*arguments)
    assert (outcome.code, outcome.out) == (Exit.USAGE, "")
    assert message in outcome.err


@pytest.mark.parametrize("command", ["diff", "vjp"])
def test_a_missing_cotangent_has_three_ways_out(gradcli: Run, command: str) -> None:
    err = gradcli(command, "x**2", "--at", "x=[1,2]").err.replace("\n", " ")
    for way in ('--cotangent "ones(2)"', "sum(...)", "gradcli jacobian"):
        assert way in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["jvp", "[x, log(x)]", "--at", "x=0", "--tangent", "x=1"],
        ["jvp", "x", "--at", "x=1"],
        ["vjp", "x*y", "--at", "x=[1,2], y=3", "--cotangent", "[1,2]"],
        ["vjp", "x", "--at", "x=1", "--no-check"],
        ["hvp", "sum(x**2)", "--at", "x=[1,2]", "--vector", "x=[1,0]"],
        ["hvp", "x", "--at", "x=1"],
    ],
)
def test_the_documents_fit_their_schemas(gradcli: Run, arguments: list[str]) -> None:
    jsonschema.validate(gradcli(*arguments, "--json").document, schema_of(arguments[0]))
