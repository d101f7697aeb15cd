"""Whether the code that comes after a question shows the answer that the question has."""

from __future__ import annotations

from typing import Any

from gradcli.engine.tensor import Tensor
from gradcli.errors import InputError
from gradcli.scenario.derivative import same
from gradcli.scenario.facts import judge_fact, read_number, says_none
from gradcli.scenario.questions_format import Question

NEAR = 5e-4
"""The relative error of an answer with four digits."""


def contradiction(question: Question, namespace: dict[str, Any], printed: str) -> str | None:
    """One sentence if what the code shows is not the question's answer; None if it is, or if nothing is to be shown.

    namespace, printed  of the code, when it has run
    """
    if question.shown is None:
        if question.kind == "error" and question.answer not in printed:
            return f"the answer is {question.answer!r}, which the output does not name"
        return None
    try:
        value = _as_answer(question.kind, eval(question.shown, namespace))  # noqa: S307  # code of the scenario
    except Exception as error:  # noqa: BLE001  # whatever the scenario's code raises
        return f"{question.shown} raises {type(error).__name__}: {error}"
    try:
        right = judge_fact(question, value, "").right or _is_near(question, value)
    except InputError as error:
        return f"{question.shown} is {value}, which is no answer of kind {question.kind}: {error.message}"
    return None if right else f"the answer is {question.answer}, but {question.shown} is {value}"


def _is_near(question: Question, value: str) -> bool:
    """Whether computed numbers are those of the answer: they have more digits, the last of them uncertain."""
    if question.kind != "value" or says_none(value) or says_none(question.answer):
        return False
    return same(read_number(value), read_number(question.answer), NEAR)


def _as_answer(kind: str, value: Any) -> str:
    """A value as a reader would type it."""
    if kind == "shape":
        return str(tuple(value))
    if kind == "grad_fn":
        return "None" if value is None else str(value.name())
    if kind == "value":
        return str(value.tolist() if isinstance(value, Tensor) or hasattr(value, "tolist") else value)
    return str(value)
