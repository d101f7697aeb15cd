"""What needs PyTorch and JAX themselves: `pytest -m peer` where both are. The default run leaves it out."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from gradcli.calculator.commands.emit import emit
from gradcli.calculator.kernel.differentiate import differentiate
from gradcli.calculator.kernel.question import DerivativeQuestion
from gradcli.verify.client import SympyWorker
from tests.fuzz.ways import printed

pytestmark = [pytest.mark.peer, pytest.mark.filterwarnings("ignore")]

QUESTIONS = [
    DerivativeQuestion("a*x**2 + sin(y)", at=("x=3, y=0.5",), let=("a=2",)),
    DerivativeQuestion("sum(relu(x)**2)*y", at=("x=[-1,2], y=3",)),
    DerivativeQuestion("x @ [1, 2]", at=("x=[[1,2],[3,4]]",), cotangent="[1, -1]"),
    DerivativeQuestion("sum(softmax(x)*gelu(x)) + logsumexp(x)", at=("x=[1,2,3]",)),
    DerivativeQuestion("u = x*x; sum(detach(u)*x + clamp(x, -1, 1))", at=("x=[0.5,2]",)),
    DerivativeQuestion("sum(x // 0.3 + x % 0.4)", at=("x=[0.5,2.5]",)),  # PyTorch's // has no derivative
    DerivativeQuestion("logdet(x @ transpose(x))", at=("x=[[2,1],[0.5,3]]",)),
    DerivativeQuestion("sum(erf(x) + lgamma(x))", at=("x=[0.5,2.5]",)),  # of digamma's slope PyTorch has 9 digits
]


@pytest.fixture(scope="module")
def worker() -> Iterator[SympyWorker]:
    with SympyWorker() as worker:
        yield worker


@pytest.mark.parametrize("target", ["torch", "jax"])
@pytest.mark.parametrize("question", QUESTIONS, ids=[question.expression for question in QUESTIONS])
def test_emitted_programs_print_the_gradient(question: DerivativeQuestion, target: str, worker: SympyWorker) -> None:
    answer = differentiate(question, worker)
    found = printed(emit(question, "diff", target, worker))
    for each in answer.derivatives:
        assert found[f"gradient for {each.name}"] == pytest.approx(each.gradient.ravel().tolist(), rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("question", QUESTIONS, ids=[question.expression for question in QUESTIONS])
def test_pytorch_agrees(question: DerivativeQuestion, worker: SympyWorker) -> None:
    asked = DerivativeQuestion(
        question.expression, question.at, question.let, cotangent=question.cotangent, against=("torch",)
    )
    for verdict in differentiate(asked, worker).verdicts[1:]:
        assert verdict.methods["torch"] == "agrees"


def test_a_scenario_prints_the_same_on_pytorch() -> None:
    command = [sys.executable, "-m", "gradcli", "scenario", "mean-of-squares", "--against", "torch"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "2.13.0" in done.stdout) == (0, True)
