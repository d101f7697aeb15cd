"""`gradcli hessian` as a user meets it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jsonschema
import numpy as np
import pytest

from gradcli.cli.exits import Exit
from gradcli.render.schemas import schema_of

Run = Callable[..., Any]
ROSENBROCK = "(1-x)**2 + 100*(y-x**2)**2"


def words(outcome: Any) -> list[str]:
    return [block["verdict"]["word"] for block in outcome.document["blocks"]]


def test_rosenbrock_at_its_minimum(gradcli: Run) -> None:
    outcome = gradcli("hessian", ROSENBROCK, "--at", "x=1, y=1", "--json")
    document = outcome.document
    assert {tuple(b["variables"]): b["value"] for b in document["blocks"]} == {
        ("x", "x"): 802.0, ("x", "y"): -400.0, ("y", "x"): -400.0, ("y", "y"): 200.0,
    }  # fmt: skip
    assert [b["formulas"][0]["symbolic"] for b in document["blocks"]] == [
        "1200*x**2 - 400*y + 2", "-400*x", "-400*x", "200",
    ]  # fmt: skip
    assert words(outcome) == ["proved"] * 4
    shape = document["shape"]
    assert (shape["word"], shape["critical"], shape["symmetric"]) == ("minimum", True, True)
    np.testing.assert_allclose(shape["eigenvalues"], np.linalg.eigvalsh([[802.0, -400.0], [-400.0, 200.0]]))


@pytest.mark.parametrize(
    ("expression", "at", "word", "meaning"),
    [
        ("x**2 + y**2", "x=0, y=0", "minimum", "a strict local minimum"),
        ("-x**2 - y**2", "x=0, y=0", "maximum", "a strict local maximum"),
        ("x**2 - y**2", "x=0, y=0", "saddle", "a saddle point"),
        ("sin(x)", "x=pi/2", "maximum", "a strict local maximum"),
        ("x**4", "x=0", "degenerate", "a degenerate critical point"),
        ("x**2 + y**4", "x=0, y=0", "degenerate", "a degenerate critical point"),
        ("x**2", "x=1", "convex", "not a critical point; curved upwards"),
        ("log(x)", "x=1", "concave", "not a critical point; curved downwards"),
        ("x*y", "x=1, y=1", "mixed", "upwards in some directions and downwards in others"),
        ("3*x", "x=1", "flat", "no curvature"),
    ],
)
def test_what_the_signs_of_the_eigenvalues_say(gradcli: Run, expression: str, at: str, word: str, meaning: str) -> None:
    assert gradcli("hessian", expression, "--at", at, "--json").document["shape"]["word"] == word
    assert meaning in gradcli("hessian", expression, "--at", at).out.replace("\n", " ")


def test_arrays_and_numbers_together(gradcli: Run) -> None:
    outcome = gradcli("hessian", "sum(exp(x))*y", "--at", "x=[0,1], y=2", "--json")
    values = {tuple(b["variables"]): b["value"] for b in outcome.document["blocks"]}
    np.testing.assert_allclose(values["x", "x"], np.diag(2 * np.exp([0.0, 1.0])))
    np.testing.assert_allclose(values["x", "y"], np.exp([0.0, 1.0]))
    np.testing.assert_allclose(values["y", "x"], np.exp([0.0, 1.0]))
    assert values["y", "y"] == 0.0
    assert words(outcome) == ["proved"] * 4


@pytest.mark.parametrize(
    ("expression", "at", "expected"),
    [
        ("x*abs(x)", "x=0", "kink"),
        ("log(x)", "x=-1", "domain"),
        ("x**1.5", "x=0", "domain"),
        ("sqrt(x)", "x=0", "domain"),
    ],
)
def test_without_second_derivatives_nothing_is_said_of_the_shape(
    gradcli: Run, expression: str, at: str, expected: str
) -> None:
    outcome = gradcli("hessian", expression, "--at", at, "--json")
    assert (words(outcome), outcome.document["shape"]) == ([expected], None)
    assert gradcli("hessian", expression, "--at", at, "--strict").code == Exit.UNDECIDED


def test_a_wrong_second_derivative_is_found(gradcli: Run, spoil: Callable[..., None]) -> None:
    spoil("cos")
    outcome = gradcli("hessian", "sin(x)", "--at", "x=1", "--json")
    assert (outcome.code, words(outcome)) == (Exit.FAILED, ["mismatch"])


def test_a_matrix_that_is_not_symmetric_fails(gradcli: Run, spoil: Callable[..., None]) -> None:
    spoil("mul", 1)
    outcome = gradcli("hessian", "x*y", "--at", "x=1, y=2", "--no-check", "--json")
    assert (outcome.code, outcome.document["shape"]["symmetric"]) == (Exit.FAILED, False)


def test_names_without_a_value_stay_symbolic(gradcli: Run) -> None:
    outcome = gradcli("hessian", "a*x**2 + b*x*y", "--at", "a=3", "--wrt", "x", "--wrt", "y", "--json")
    found = [(b["formulas"][0]["symbolic"], b["formulas"][0]["simplified"]) for b in outcome.document["blocks"]]
    assert found == [("2*a", "6"), ("b", "b"), ("b", "b"), ("0", "0")]
    assert outcome.document["shape"] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["x**2", "--at", "x=[1,2]"], "the result must be one number, and has shape (2,)"),
        (["[x, y]", "--at", "x=1, y=2"], "the result must be one number"),
        (["3"], "there is no variable to differentiate by"),
        (["sum(x)", "--at", "x=ones(3000)"], "3,000 × 3,000 entries"),
        (["x**2", "--at", "x=1", "--let", "x=2"], "given by --at and by --let"),
    ],
)
def test_bad_inputs(gradcli: Run, arguments: list[str], message: str) -> None:
    outcome = gradcli("hessian", *arguments)
    assert (outcome.code, outcome.out) == (Exit.USAGE, "")
    assert message in outcome.err


@pytest.mark.parametrize(
    "arguments",
    [
        [ROSENBROCK, "--at", "x=1, y=1"],
        ["sqrt(x)", "--at", "x=0"],
        ["a*x**2"],
        ["sum(x)", "--at", "x=zeros(0)", "--no-check"],
        ["3"],
    ],
)
def test_the_document_fits_its_schema(gradcli: Run, arguments: list[str]) -> None:
    jsonschema.validate(gradcli("hessian", *arguments, "--json").document, schema_of("hessian"))
