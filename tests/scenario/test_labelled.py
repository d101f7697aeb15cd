"""Answers that say first what they are."""

from __future__ import annotations

import pytest

from gradcli.errors import InputError
from gradcli.scenario.judgement import Judgement
from gradcli.scenario.labelled import judged
from gradcli.scenario.markdown import parse_scenario
from gradcli.scenario.questions import asked

HEAD = "---\ntitle: A title\ntrack: basics\nminutes: 5\naim: An aim.\n---\n"
GRADIENT = "kind: gradient\nof: x**2\nat: x=2.25\nhint: H.\nanswer: 2*x\n"


def answered(question: str, answer: str) -> Judgement:
    ask = "" if question.startswith("ask:") else "ask: What?\n"
    text = f"{HEAD}```question\n{ask}{question}```\n```python\npass\n```\n"
    (only,) = asked(parse_scenario(text, "mine", "mine.md"))
    return judged(only, answer)


@pytest.mark.parametrize(
    "answer",
    [
        *("x.grad = 4.5", "x.grad: 4.5", "dx = 4.5", "grad of x is 4.5", "x.grad==4.5", "dy/dx = 4.5", "∂y/∂x = 4.5"),
        *("f'(x) = 2x", "= 4.5", "≈ 4.5", "The answer is: 4.5.", "`4.5`", "`x.grad = 4.5`"),
        *("答案是 4.5", "x 的梯度是4.5", "x.grad：4.5", "结果为 4.5"),
    ],
)
def test_what_stands_before_an_answer_does_not_matter(answer: str) -> None:
    found = answered(GRADIENT, answer)
    assert (found.right, found.answer, found.read in {"4.5", "2x"}) == (True, answer, True)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("ask: What is x.grad.shape?\nkind: shape\nhint: H.\nanswer: (2, 3)\n", "x.grad.shape = (2, 3)"),
        ("kind: error\nhint: H.\nanswer: RuntimeError\n", "It is RuntimeError"),
        ("kind: grad_fn\nhint: H.\nanswer: MulBackward0\nshown: y.grad_fn\n", "y.grad_fn = MulBackward0"),
        ("ask: What is x.grad then?\nkind: value\nhint: H.\nanswer: None\n", "x.grad is None"),
    ],
)
def test_of_other_kinds(question: str, answer: str) -> None:
    assert answered(question, answer).right


def test_a_mistake_is_recognised_behind_a_name() -> None:
    found = answered(GRADIENT, "x.grad = -4.5")
    assert (found.right, found.misconception, found.read) == (False, "sign", "-4.5")


@pytest.mark.parametrize("answer", ["不是 4.5", "it is not 4.5", "x != 4.5", "x.grad = 3*(", "4.5 and 2"])
def test_what_is_no_answer_is_told(answer: str) -> None:
    with pytest.raises(InputError):
        answered(GRADIENT, answer)


@pytest.mark.parametrize(
    "label",
    [
        *(
            "minus the gradient is",
            "half of the gradient is",
            "nothing is",
            "the gradient is not",
            "f'' =",
            "x.grad/2 =",
        ),
        *("∂x/∂out =", "dout/dw =", "x.shape =", "x.grad.sum() =", "w.grad =", "the gradient of w is", "dw ="),
        *("梯度的相反数是", "梯度不会是", "答案不可能是", "梯度并非是", "w 的梯度是"),
    ],
)
def test_a_denial_and_another_quantity_are_no_answer(label: str) -> None:
    with pytest.raises(InputError):
        answered(GRADIENT, f"{label} 4.5")


@pytest.mark.parametrize("answer", ["a: no it is not", "not: b", "wrong is b"])
def test_a_letter_is_no_label(answer: str) -> None:
    question = "kind: choice\na: no\nb: it is not\nhint: H.\nanswer: b\n"
    with pytest.raises(InputError):
        answered(question, answer)


def test_a_node_is_no_label() -> None:
    with pytest.raises(InputError):
        answered("kind: grad_fn\nhint: H.\nanswer: MulBackward0\nshown: y.grad_fn\n", "DivBackward0 is MulBackward0")


def test_an_answer_that_is_read_as_it_stands_stays_so() -> None:
    assert answered("kind: value\nhint: H.\nanswer: None\n", "None").read is None
    assert answered(GRADIENT, "2*x").read is None
