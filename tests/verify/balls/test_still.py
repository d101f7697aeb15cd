"""Numbers that certainly do not move: what is computed of them does not either, whatever breaks there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gradcli.calculator.kernel.differentiate import differentiate
from gradcli.calculator.kernel.question import DerivativeQuestion
from gradcli.verdict import Word
from gradcli.verify.client import SympyWorker


@pytest.fixture(scope="module")
def worker() -> Iterator[SympyWorker]:
    with SympyWorker() as worker:
        yield worker


CONSTANTS = [
    "exp(0*A) - 1", "sin(0*A)", "expm1(0*A)", "log(1 + 0*A)", "tanh(0*A)", "cos(0*A) - 1", "gelu(0*A)", "silu(0*A)",
    "elu(0*A)", "(A - A)*sin(A)", "0*erf(A)",
]  # fmt: skip


@pytest.mark.parametrize("constant", CONSTANTS)
def test_the_root_of_what_is_always_0_has_the_slope_0(worker: SympyWorker, constant: str) -> None:
    (derivative,) = differentiate(DerivativeQuestion(f"sqrt({constant})", ("A=1",)), worker).derivatives
    verdict = derivative.verdict
    assert verdict is not None
    assert verdict.word is Word.MISMATCH  # the rule gives 0 times infinity
    assert "should be 0" in verdict.detail


@pytest.mark.parametrize("expression", ["sqrt((A - A)*log(A - 1))", "sqrt((A - A)/(A - 1))"])
def test_nothing_times_0_is_nothing(worker: SympyWorker, expression: str) -> None:
    (derivative,) = differentiate(DerivativeQuestion(expression, ("A=1",)), worker).derivatives
    assert derivative.verdict is not None
    assert derivative.verdict.word is Word.DOMAIN


@pytest.mark.parametrize("expression", ["A**nan", "A**log(-1)", "A**std(2, correction=2)", "A**inf"])
def test_a_power_without_a_finite_exponent_is_nothing(worker: SympyWorker, expression: str) -> None:
    answer = differentiate(DerivativeQuestion(expression, ("A=3",)), worker)
    assert [verdict.word for _, verdict in answer.named_verdicts if verdict] == [Word.DOMAIN] * 2
