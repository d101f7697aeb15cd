"""Why a number in floating point is not the exact one."""

from __future__ import annotations

import numpy as np
import pytest
from flint import arb
from programs import enclosures

from gradcli.verify.balls.context import working
from gradcli.verify.balls.explain import Explanations


def explanations(text: str, dtype: str = "float64", **values: float) -> Explanations:
    whole = enclosures(text, dtype, **values)
    return Explanations(whole, whole.goal())


@pytest.mark.parametrize(
    ("text", "x", "dtype", "engine"),
    [
        ("(1 - cos(x))/x**2", 0.5, "float64", -0.0409),
        ("exp(x)*sin(1/x)", 0.01, "float64", 8571.9),
        ("tanh(x)", 3.0, "float32", 0.00986604),
    ],
)
def test_rounding(text: str, x: float, dtype: str, engine: float) -> None:
    """The sweep with the bits of the dtype holds the number, and is as wide as rounding may scatter it."""
    told = explanations(text, dtype, x=x)
    (ball,) = told.rounded["x"]
    (true,) = told.enclosures.gradient()["x"]
    assert ball.overlaps(true.ball)
    assert 0 < float(ball.rad()) < abs(engine)
    assert told.branches == []
    assert told.outside == ""


def test_deep_cancellation_leaves_nothing() -> None:
    (ball,) = explanations("(1 - cos(x))/x**2", x=1e-8).rounded["x"]
    assert ball is None or float(ball.rad()) > 1


def test_another_branch() -> None:
    told = explanations("relu(3*x - 0.03)", x=0.01)
    assert "what relu compares is" in told.comparisons
    assert sorted(float(numbers["x"][0]) for numbers, _ in told.branches) == [0.0, 3.0]
    assert told.tied == frozenset()


def test_an_exact_tie_is_no_doubt() -> None:
    told = explanations("relu(x)", x=0.0)
    assert told.branches == []
    assert len(told.tied) == 1
    assert told.breaks == "relu"


def test_two_doubts_have_four_branches() -> None:
    told = explanations("relu(3*x - 0.03)*y + abs(3*x - 0.03)", x=0.01, y=2.0)
    assert len(told.branches) == 4
    assert " and " in told.comparisons


@pytest.mark.parametrize(
    ("text", "x", "dtype", "reason"),
    [
        ("log(exp(x))", 800.0, "float64", "exp gives 1e347, which overflows"),
        ("log(exp(x))", -800.0, "float64", "exp gives 1e-347, which underflows"),
        ("log(exp(x))", 90.0, "float32", "exp gives 1e39, which overflows"),
        ("log(exp(x))", 80.0, "float32", "exp gives 1e34, whose square overflows"),
        ("log(exp(x))", 40.0, "float32", ""),
        ("sqrt(x*x)", 1e-200, "float64", "underflows"),
    ],
)
def test_what_does_not_fit(text: str, x: float, dtype: str, reason: str) -> None:
    found = explanations(text, dtype, x=x).outside
    assert reason in found
    assert bool(found) == bool(reason)


def test_constants_may_be_rounded_otherwise() -> None:
    told = explanations("(0.1 + 0.2)*x", x=1.0)
    (ball,) = told.loose["x"]
    assert ball.contains(0.1 + 0.2)
    assert ball.contains(0.3)


def test_of_the_value() -> None:
    whole = enclosures("(x + 1e16) - 1e16", x=1.0)
    told = Explanations(whole, None)
    (ball,) = told.rounded[""]
    with working(53):
        assert ball.contains(arb(1))
        assert float(ball.rad()) >= 1


def test_time_that_is_used_up_explains_nothing() -> None:
    whole = enclosures("sum(sin(x))", x=np.linspace(0, 1, 1000))
    whole.gradient()
    whole.deadline = 0.0
    assert set(Explanations(whole, whole.goal()).rounded["x"]) == {None}
