"""The makers of claims of known truth: their truths against cases worked out by hand, and against each other."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent / "hunts"))
from claims.deep import deep
from claims.formulas import for_every_value, truth_at
from claims.numbers import DoubtError, nearest
from claims.slopes import Problem
from claims.stream import KINDS, claims
from claims.textbook import derivative
from claims.truth import Gradient

TRUTHS = {"right", "wrong", "kink", "beyond", "none"}


def truth(expr: str, at: Any, claimed: Any, **more: Any) -> str:
    return Gradient.of(Problem(expr, {"x": at}, **more), ["x"]).truth({"x": claimed})


@pytest.mark.parametrize(
    ("expr", "x", "claimed", "expected"),
    [
        ("x**2", 3, 6, "right"),
        ("x**2", 3, 6.001, "wrong"),
        ("x**2", 3, 6.000001, "wrong"),
        ("3*x*0.1", 2, 0.30000000000000004, "right"),  # 3 times the double 0.1, not the decimal
        ("pi*x", 2, 3.141592653589793, "right"),
        ("x**(1/3)", 1, 0.3333333333333333, "right"),
        # kinks
        ("abs(x)", 0, 1, "kink"),
        ("abs(x)", 0, -0.3, "kink"),
        ("abs(x)", 0, 1.1, "beyond"),
        ("relu(x)", 0, 0.5, "kink"),
        ("clamp(x, max=1)", 1, 1, "kink"),
        ("clamp(x, 1, 3)", 3, -0.5, "beyond"),
        ("max([x, 1, 2*x - 1])", 1, 2, "kink"),  # 0 to the left: 1 is the largest there
        ("(x**4)**0.25", 0, 0, "kink"),
        ("x*sign(x)", 0, 2, "beyond"),
        ("round(x)*(x - 2.5)", 2.5, 2, "kink"),  # 2 below, 3 above; 2.5 itself is rounded to 2
        ("round(x)*(x - 2.5)", 2.5, 1, "beyond"),
        ("where(x > 1, 3*x, x + 2)", 1, 2, "kink"),
        # smooth where it does not look so
        ("x*abs(x)", 0, 0, "right"),
        ("abs(x)**1.5", 0, 0, "right"),
        ("relu(x) - relu(-x)", 0, 1, "right"),
        ("maximum(2*x, x + x)", 0.3, 2, "right"),
        ("max([x, x])", 0.3, 0.5, "wrong"),
        ("trunc(x)", 0, 0, "right"),
        ("floor(x)*x", 0.3, 0, "right"),
        ("detach(floor(x))*x", 2, 2, "right"),
        ("where(x == 1, 1, x**2)", 1, 2, "right"),
        ("where(x == 1, 1, x**2)", 1, 0, "wrong"),
        ("sinc(x)", 0, 0, "right"),
        ("where(x == 0, 1, sin(x)/x)", 0, 0, "right"),
        ("where(x > 0, log(x), x)", -1, 1, "right"),
        ("u = x*x; detach(u)*u", 3, 54, "right"),
        # no derivative
        ("floor(x)", 2, 0, "none"),
        ("round(x)", 1.5, 0, "none"),
        ("frac(x)", -1, 1, "none"),
        ("x % 3", -3, 1, "none"),
        ("where(x == 1, 2, x**2)", 1, 2, "none"),
        ("sqrt(abs(x))", 0, 1, "none"),
        ("x**0.3", 0, 1, "none"),
        ("log(x)", -1, -1, "none"),
        ("sin(x)/x", 0, 0, "none"),
        ("atan2(x, -1)", 0, -1, "none"),
        ("log(-1) + x", 1, 1, "none"),
        # beyond double arithmetic
        ("exp(x)*exp(-x)", 800, 0, "right"),
        ("log(exp(x))", 800, 1, "right"),
        ("(log(1 + x*1e-100)/1e-100)**2", 1.5, 3, "right"),
        ("(log(1 + x*1e-100)/1e-100)**2", 1.5, 0, "wrong"),
        ("(x + 1e300) - 1e300", 1, 1, "right"),
        ("exp(x*1e-200) - 1 - x*1e-200", 1, 0, "right"),  # 1e-400 is nearest to 0
        ("where(1 + x*1e-300 > 1, 3*x, x)", 2, 3, "right"),
    ],
)
def test_a_number_at_a_point(expr: str, x: float, claimed: float, expected: str) -> None:
    assert truth(expr, x, claimed) == expected


def test_the_doubles_decide_where_decimals_meet() -> None:
    assert Fraction(0.01) * 3 > Fraction(0.03)
    assert truth("relu(3*x - 0.03)", 0.01, 3) == "right"
    assert truth("relu(3*x - 0.03)", 0.01, 0) == "wrong"
    assert Fraction(0.1) * 3 > Fraction(0.3)
    assert truth("where(3*x == 0.3, 7*x, x)", 0.1, 1) == "right"
    assert Fraction(0.1) + Fraction(0.2) > Fraction(0.3)
    assert truth("abs(x + 0.2 - 0.3)", 0.1, 1) == "right"
    assert Fraction(0.3) < 3 * Fraction(0.1)
    assert truth("x // 0.1 * x", 0.3, 2) == "right"


@pytest.mark.parametrize(
    ("expr", "x", "claimed", "expected", "more"),
    [
        ("prod(x)", [0, 2, 3], [6, 0, 0], "right", {}),
        ("det(x)", [[1, 2], [3, 4]], [[4, -3], [-2, 1]], "right", {}),
        ("trace(inv(x))", [[2, 0], [0, 4]], [[-0.25, 0], [0, -0.0625]], "right", {}),
        ("sum(solve(x, b))", [[2, 0], [0, 4]], [[-1, -1], [-0.5, -0.5]], "right", {"let": {"b": [4, 8]}}),
        ("logsumexp(x)", [0, 0], [0.5, 0.5], "right", {}),
        ("var(x)", [1, 3], [-2, 2], "right", {}),
        ("norm(x)", [3, 4], [0.6, 0.8], "right", {}),
        ("cumsum(x)", [5, 6, 7], [6, 5, 3], "right", {"cotangent": [1, 2, 3]}),
        ("max(x)", [1, 1], [0.5, 0.5], "kink", {}),
        ("max(x)", [1, 1], [0.5, 1.5], "beyond", {}),
        ("sum(abs(x))", [0, 0, 5], [0.1, -1, 1.01], "wrong", {}),
        ("sum(w*x)", [1, 1], [1e16, 2], "wrong", {"let": {"w": [1e16, 1]}}),
        ("x[0]*x[-1]", [2, 3, 5], [5, 0, 2], "right", {}),
        ("sum(softmax(x)*w)", [0, 0], [0.25, -0.25], "right", {"let": {"w": [2, 1]}}),
        ("0.1*x", 1, 0.10000000149011612, "right", {"dtype": "float32"}),
        ("0.1*x", 1, 0.1, "right", {"dtype": "float64"}),
    ],
)
def test_arrays_and_dtypes(expr: str, x: Any, claimed: Any, expected: str, more: dict[str, Any]) -> None:
    assert truth(expr, x, claimed, **more) == expected


@pytest.mark.parametrize(
    ("expr", "formula", "expected"),
    [
        ("sqrt(x**2)", "sign(x)", "right"),
        ("sqrt(x**2)", "1", "wrong"),
        ("log(x**2)", "2/x", "right"),
        ("2*log(x)", "2/x", "right"),
        ("x**2", "where(x == 7.25, 0, 2*x)", "wrong"),
        ("minimum(x, 6)", "1", "wrong"),
        ("abs(x)", "where(x == 0, 5, sign(x))", "beyond"),
        ("relu(x)", "(x > 0)", "right"),
        ("relu(x) - relu(-x)", "(x > 0) + (x < 0)", "wrong"),  # 0 at 0
    ],
)
def test_a_formula_for_every_value(expr: str, formula: str, expected: str) -> None:
    assert for_every_value(Random(0), expr, "x", formula, ["x"]) == expected


def test_what_is_nearly_right_is_no_claim() -> None:
    with pytest.raises(DoubtError):
        truth("x**2", 3, 6.000000000000001)
    with pytest.raises(DoubtError):
        truth("xlogy(x, abs(x))", 0, 0)  # the slope grows too slowly for a limit to be seen
    with pytest.raises(DoubtError):
        truth("x**1.5", 0, 0)  # the only slope at the end of the domain
    with pytest.raises(DoubtError):
        truth_at(Problem("x**2", {"x": 3.0}), "x", "6.0000000001")


@pytest.mark.parametrize(
    ("number", "dtype", "expected"),
    [
        (Fraction(1, 10), "float64", 0.1),
        (Fraction(2**53 + 1), "float64", 2.0**53),
        (Fraction(2**53 + 3), "float64", 2.0**53 + 4),
        (Fraction(5, 10**324), "float64", 5e-324),
        (Fraction(1, 10**400), "float64", 0.0),
        (Fraction(1, 10), "float32", 0.10000000149011612),
    ],
)
def test_the_nearest_float(number: Fraction, dtype: str, expected: float) -> None:
    assert nearest(number, dtype) == expected


def test_the_rules_agree_with_the_quotients() -> None:
    for expr in (
        "sin(x)*exp(-x**2)",
        "atan2(x, 3)/log(x + 2)",
        "gelu(silu(x))",
        "lgamma(x)**1.5",
        "where(x > 1, x, 2)",
    ):
        assert truth_at(Problem(expr, {"x": 2.3}), "x", derivative(expr, "x")) == "right"


def test_constructed_truths_agree_with_the_quotients() -> None:
    compared = 0
    for seed in range(150):
        try:
            line, expected = deep(Random(seed))
            assert truth(line["expr"], line["at"]["x"], line["grad"]["x"]) == expected
            compared += 1
        except DoubtError:
            continue
    assert compared > 100


def test_every_kind_makes_right_and_wrong_claims_from_its_seed_alone() -> None:
    lines = list(claims(20 * len(KINDS), seed=3))
    found = defaultdict(set)
    for line in map(json.loads, lines):
        kind, word, _ = line["name"].split("/")
        found[kind].add(word)
    assert found.keys() == KINDS.keys()
    assert set().union(*found.values()) == TRUTHS
    assert all("wrong" in words and ("right" in words or kind == "far") for kind, words in found.items())
    assert list(claims(len(KINDS), seed=3)) == lines[: len(KINDS)]
