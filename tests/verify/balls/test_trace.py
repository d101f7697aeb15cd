"""What a program is written out as: equal operations once, constants as the engine computes them, literals rounded."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pytest
from problems import Case
from programs import enclosures

from gradcli.lang.tree import NoFormError
from gradcli.verify.balls import trace
from gradcli.verify.balls.numbers import Rounded


def operations(text: str, **values: Any) -> list[str]:
    """What depends on a variable, or was not folded, but for the variables."""
    whole = enclosures(text, **values)
    return [node.op.name for node in whole.trace.nodes if node.op.name not in ("leaf", "const", "pi", "exp", "mul")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("maximum(sin(x), sin(x))", ["sin"]),
        ("max([x, x])", []),
        ("where(x > x, 1, 2) + x", ["truth", "add"]),
        ("sin(x) - sin(x)", ["sin", "sub"]),
        ("y = sin(x); z = sin(x); y + z", ["sin", "add"]),
        ("where(x > 0, x, x)", ["compare"]),
    ],
)
def test_equal_operations_are_one(text: str, expected: list[str]) -> None:
    assert operations(text, x=0.7) == expected


def test_a_trace_serves_every_point_of_its_program() -> None:
    case = Case("sin(x)*y", x=0.7, y=2.0)
    first = case.enclosures
    second = type(first)(case.program, {"x": np.array(1.5), "y": np.array(-1.0)}, ("x", "y"), "float64")
    assert first.trace is second.trace
    assert float(second.gradient()["y"][0].ball) == pytest.approx(math.sin(1.5))


def constant(text: str, dtype: str = "float64") -> Any:
    """The number that a constant is written out as."""
    return enclosures(f"({text})*x", dtype, x=1.0).gradient()["x"][0].ball


NUMBERS = ["0.1", "3", "1e-5", "2.5", "7", "1e10", "0.3333", "pi", "e", "tau"]
FUNCTIONS = ["sin", "exp", "tanh", "atan", "abs", "sqrt", "log1p", "square", "erf", "cosh"]


def expression(source: random.Random, depth: int) -> str:
    """An expression of constants."""
    if depth == 0:
        return source.choice(NUMBERS)
    kind = source.random()
    if kind < 0.4:
        return f"{source.choice(FUNCTIONS)}(abs({expression(source, depth - 1)} % 3))"
    left, right = expression(source, depth - 1), expression(source, depth - 1)
    return f"({left} {source.choice('+-*/')} {right})"


@pytest.mark.parametrize("seed", range(300))
def test_constants_are_the_engines(seed: int) -> None:
    text = expression(random.Random(seed), 1 + seed % 4)
    engine = Case(text + " + 0*x", x=1.0)
    number = float(np.asarray(engine.evaluate(engine.values)))
    if math.isfinite(number):
        ball = constant(text)
        assert ball.is_exact()
        assert float(ball) == number


@pytest.mark.parametrize("literal", ["0.1", "3.3", "1e-30", "16777217", "1e38", "0.333333343"])
def test_literals_are_those_of_the_dtype(literal: str) -> None:
    assert float(constant(literal, "float32")) == float(np.float32(float(literal)))
    assert float(constant(literal)) == float(literal)


def test_constants_that_are_computed_are_rounded_and_may_be_loose() -> None:
    whole = enclosures("(0.1 + 0.2)*x + 2*3", x=1.0)
    constants = [node.data for node in whole.trace.nodes if node.op.name == "const"]
    assert Rounded(0.1 + 0.2) in constants
    assert not isinstance(next(data for data in constants if data == 6), Rounded)
    (loose,) = whole.numbers(whole.goal(), 96, loose="float64")["x"]
    assert loose.contains(0.3)
    assert not whole.gradient()["x"][0].ball.contains(0.3)


def test_whole_numbers_and_conditions_stand_for_themselves() -> None:
    case = Case("sum(x**3)", x=[1.0, 2.0])
    values = {"x": np.array([1.0, 2.0]), "n": np.array([2, 3]), "c": np.array([True, False])}
    program = Case("sum(where(c, x**n, x))", x=[1.0, 2.0], n=[2.0, 3.0], c=[1.0, 0.0]).program
    whole = type(case.enclosures)(program, values, ("x",), "float64")
    assert [float(one.ball) for one in whole.gradient()["x"]] == [2, 1]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x > 0", "the result is a condition"),
        ("x[x > 0].sum()", "no symbolic form: an index that depends on a variable"),
        ("rand(2).sum()*x", "no symbolic form: rand"),
        ("det([[x, 1, 2], [x, 2, 3]])", "the matrix is not square"),
    ],
)
def test_no_form(text: str, reason: str) -> None:
    with pytest.raises(NoFormError, match=reason):
        enclosures(text, x=[1.0, 2.0] if "x[" in text else 1.0)


def test_what_is_too_large_has_no_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace, "MAX_NODES", 100)
    with pytest.raises(NoFormError, match="too large: more than 100 operations"):
        enclosures("sum(sin(x)*x)", x=np.ones(101))
