"""What the libraries' rules make of breaks, as the passes over balls compute it: the numbers that were recorded."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from programs import enclosures

from gradcli.lang.tree import NoFormError
from gradcli.verify.balls.enclosures import Enclosures
from gradcli.verify.balls.explain import Explanations
from gradcli.verify.conventions import Library

GOLDEN = Path(__file__).parents[2] / "golden/conventions.json"
CASES: list[dict[str, Any]] = [
    case for case in json.loads(GOLDEN.read_text())["cases"] if "cotangent" not in case and case["expr"] != "inv(x)"
]


def numbers(value: Any) -> Any:
    """An array of what the file holds, where a number that is not finite is a word."""
    if isinstance(value, list):
        return np.array([numbers(item) for item in value], float)
    return np.float64(value)


def label(case: dict[str, Any]) -> str:
    return f"{case['expr']} at {case['at']}"


def enclosed(case: dict[str, Any]) -> Enclosures:
    return enclosures(case["expr"], **{name: numbers(value) for name, value in case["at"].items()})


def is_at_a_break(case: dict[str, Any]) -> bool:
    """Whether an element has no derivative at a kink or a jump."""
    try:
        found = enclosed(case).gradient()
    except NoFormError:
        return False
    return any(one.kind in ("kink", "jump") for elements in found.values() for one in elements)


def misfit(case: dict[str, Any], library: Library) -> str:
    """Why the numbers are others, or not known, if they are."""
    expression = case["expr"]
    if library == "jax" and expression.startswith("hypot(") and set(case["at"].values()) == {0}:
        return "JAX's hypot is computed another way at the origin: what it gives is said not to be known"
    if library == "tensorflow" and expression.startswith("leaky_relu(x)"):
        return "TensorFlow holds negative_slope in float32"
    if library == "tensorflow" and expression in ("hypot(relu(x), abs(y))", "norm(relu(x))"):
        return "relu's slope of 0 is a factor in TensorFlow, and meets NaN"
    if expression == "where(abs(x) > 0, x/abs(x), 0)":
        return "the piece that where drops has NaN for a slope, which meets a cotangent of 0"
    return ""


def recorded() -> list[Any]:
    """The cases at breaks, with each library that has numbers for them; those that do not fit must fail."""

    def marked(case: dict[str, Any], library: Library) -> Any:
        reason = misfit(case, library)
        marks = pytest.mark.xfail(reason=reason, raises=(AssertionError, KeyError)) if reason else ()
        return pytest.param(case, library, id=f"{label(case)} in {library}", marks=marks)

    return [marked(case, library) for case in CASES if is_at_a_break(case) for library in case["numbers"]]


@pytest.mark.parametrize(("case", "library"), recorded())
def test_the_numbers_at_breaks_are_those_that_were_recorded(case: dict[str, Any], library: Library) -> None:
    whole = enclosed(case)
    found = Explanations(whole, whole.goal()).by_library(library)
    for name, expected in case["numbers"][library].items():
        balls = [math.nan if ball is None or not ball.is_finite() else float(ball) for ball in found[name]]
        known = np.asarray(numbers(expected)).reshape(-1)
        np.testing.assert_allclose(balls, np.where(np.isfinite(known), known, math.nan), rtol=1e-9, err_msg=name)


def test_most_cases_are_at_breaks() -> None:
    assert sum(map(is_at_a_break, CASES)) > 150


@pytest.mark.parametrize(("library", "expected"), [("torch", 0), ("jax", 2), ("tensorflow", 0)])
def test_second_derivatives_follow_the_same_rules(library: Library, expected: float) -> None:
    whole = enclosures("x*abs(x)", x=0)
    (ball,) = Explanations(whole, whole.goal(order=2)).by_library(library)["x"]
    assert float(ball) == expected


def test_of_higher_orders_at_breaks_nothing_is_known() -> None:
    whole = enclosures("x**2*abs(x)", x=0)
    assert Explanations(whole, whole.goal(order=3)).by_library("torch") == {}
