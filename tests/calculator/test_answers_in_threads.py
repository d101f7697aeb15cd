"""Questions asked by several threads get the answers that one alone gets."""

from __future__ import annotations

import json

from threads import together

from gradcli.calculator.kernel.differentiate import differentiate
from gradcli.calculator.kernel.question import DerivativeQuestion
from gradcli.render.diff import diff_document
from gradcli.verify.client import SympyWorker

EXPRESSIONS = [
    "sin(x)/x",
    "x**2*abs(x - 1)",
    "exp(x)*cos(20*x)",
    "sum(relu([x, 2*x, -x])**2)",
    "(1 - cos(x*1e-8))/x**2*1e16",
    "floor(x)*x",
    "where(x > 1, x**3, x)",
    "sum(softmax([x, 1, 2])*[1, 2, 3])",
]


def document(expression: str, point: float, worker: SympyWorker | None) -> str:
    return json.dumps(
        diff_document(differentiate(DerivativeQuestion(expression, at=(f"x={point}",)), worker)), sort_keys=True
    )


def test_answers_with_verdicts() -> None:
    with SympyWorker() as one, SympyWorker() as other:
        alone = [document(expression, 1, one) for expression in EXPRESSIONS]
        workers = [one, other]
        found = together(lambda number: [document(each, 1, workers[number]) for each in EXPRESSIONS], 2)
    assert found == [alone, alone]


def test_answers_of_the_engine() -> None:
    questions = [(expression, point) for expression in EXPRESSIONS for point in (0.5, 1, 2.25)]
    alone = {question: document(*question, None) for question in questions}

    def work(number: int) -> dict[tuple[str, float], str]:
        return {question: document(*question, None) for question in questions[3 * number :] + questions[: 3 * number]}

    assert together(work) == [alone] * 8
