"""Kinds of programs at which agreement of numbers, a sample or a simplifier once passed for a proof."""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np
import pytest

from gradcli.calculator.claims.check import check
from gradcli.calculator.claims.claim import Claim
from gradcli.calculator.claims.stream import Settings, check_lines
from gradcli.calculator.kernel.differentiate import differentiate
from gradcli.calculator.kernel.question import DerivativeQuestion
from gradcli.engine.op import OPS
from gradcli.verdict import Word
from gradcli.verify.client import SympyWorker


@pytest.fixture(scope="module")
def sympy() -> Any:
    with SympyWorker() as worker:
        yield worker


def word(sympy: SympyWorker, expression: str, grad: Any, **at: Any) -> str:
    """What is said of a claim for the gradient by x."""
    (part,) = check(Claim(expression, {"x": grad}, at), sympy).parts
    return str(part.verdict.word)


def test_digits_that_stand_still(sympy: SympyWorker) -> None:
    expression = "(log(1 + x*1e-100)*1e100)**2"
    assert word(sympy, expression, 2, x=1) == "proved"
    assert word(sympy, expression, 3, x=1) == "ill-conditioned"
    (part,) = check(Claim(expression, {"x": 0}, {"x": 1}), sympy).parts  # what floating point makes of it
    assert (part.verdict.word, part.verdict.expected) == ("ill-conditioned", 2.0)


@pytest.mark.parametrize(
    ("expression", "x", "grad"),
    [
        ("floor(x)", 2, 0),
        ("round(x)", 0.5, 0),
        ("x % 2", 2, 1),
        ("where(x > 10, x, 0)", 10, 0),
        ("sign(x - 1)*x", 1, 0),
        ("atan2(x, -1)", 0, -1),
    ],
)
def test_jumps(sympy: SympyWorker, expression: str, x: float, grad: float) -> None:
    assert word(sympy, expression, grad, x=x) == "jump"


def test_isolated_values(sympy: SympyWorker) -> None:
    assert word(sympy, "where(x == 0, 0, x)", 0, x=0) == "mismatch"
    assert word(sympy, "where(x == 0, 0, x)", 1, x=0) == "proved"


def test_ties(sympy: SympyWorker) -> None:
    assert word(sympy, "max([x, x])", 0) == "mismatch"
    assert word(sympy, "max([x, x])", 1) == "proved"
    assert word(sympy, "x**2", "2*x + 2*where(x > x, 1, 0)") == "proved"


def test_one_kink_hides_no_other_element(sympy: SympyWorker) -> None:
    assert word(sympy, "sum(abs(x))", [0, 1, 2], x=[0, 1, 2]) == "mismatch"
    assert word(sympy, "sum(abs(x))", [0, 1, 1], x=[0, 1, 2]) == "kink"


def test_a_small_element_beside_a_large_one(sympy: SympyWorker) -> None:
    assert word(sympy, "sum(x**2)", [1e16, 2], x=[5e15, 0.5]) == "mismatch"
    assert word(sympy, "sum(x**2)", [1e16, 1], x=[5e15, 0.5]) == "proved"


@pytest.mark.parametrize(
    ("expression", "grad"),
    [
        ("relu(x - 10)", "0"),
        ("minimum(x, 6)", "1"),
        ("sin(x)", "cos(x) + 0.01*exp(-(x - 0.777)**2*1000000)"),
        ("relu(x - 12345)", "0"),
    ],
)
def test_far_away_and_narrow(sympy: SympyWorker, expression: str, grad: str) -> None:
    assert word(sympy, expression, grad) == "mismatch"


def test_orders_where_there_is_no_function() -> None:
    from gradcli.calculator.kernel.differentiate import differentiate
    from gradcli.calculator.kernel.question import DerivativeQuestion

    with SympyWorker() as worker:
        answer = differentiate(DerivativeQuestion("log(x)", at=("x=-2",), order=3), worker)
    assert {str(each.verdict.word) for each in answer.derivatives if each.verdict} == {"domain"}


def test_the_enclosure_alone_contradicts(sympy: SympyWorker, monkeypatch: pytest.MonkeyPatch) -> None:
    from gradcli.calculator.kernel.differentiate import differentiate
    from gradcli.calculator.kernel.question import DerivativeQuestion

    (pull,) = OPS["sin"].pulls
    wrong = np.where(np.arange(1000) == 123, 1.01, 1.0)
    monkeypatch.setattr(OPS["sin"], "pulls", (lambda g, slots: wrong * pull(g, slots),))
    answer = differentiate(DerivativeQuestion("sum(sin(x))", at=("x=linspace(0.1,1,1000)",)), sympy)
    (derivative,) = answer.derivatives
    assert derivative.verdict is not None
    assert (derivative.verdict.word, derivative.verdict.worst) == ("mismatch", (123,))


def test_no_claim_ends_a_stream_or_stops_it(sympy: SympyWorker) -> None:
    claims = [
        {"expr": "x*1e308*10", "grad": {"x": 1}, "at": {"x": 1}},
        {"expr": "exp(x)/exp(x)", "grad": {"x": 0}, "at": {"x": 800}},
        {"expr": "erf(x)", "grad": {"x": 0}, "at": {"x": 22026}},
        {"expr": "x**2", "grad": {"x": 6}, "at": {"x": 3}},
    ]
    lines = [(number, json.dumps(claim).encode()) for number, claim in enumerate(claims, 1)]
    began = time.monotonic()
    found = list(check_lines(iter([lines]), sympy, Settings()))
    assert [outcome.line for outcome in found] == [1, 2, 3, 4]
    assert [outcome.word for outcome in found[2:]] == ["holds", "holds"]
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_rounding_is_no_mismatch_anywhere_among_many(sympy: SympyWorker, dtype: str) -> None:
    question = DerivativeQuestion("sum(tanh(x))", ("x=linspace(-3, 3, 6001)",), dtype=dtype)  # 1 - y*y loses digits
    (derivative,) = differentiate(question, sympy).derivatives
    assert derivative.verdict is not None
    assert derivative.verdict.word is (Word.PROVED if dtype == "float64" else Word.ILL_CONDITIONED)
