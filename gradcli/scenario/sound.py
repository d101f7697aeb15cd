"""What is wrong with a question, as a lint finds it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from gradcli.errors import InputError
from gradcli.lang.evaluate import CONSTANTS
from gradcli.scenario.coincidences import coincidences
from gradcli.scenario.derivative import Derivative
from gradcli.scenario.questions import Asked, fresh, judge
from gradcli.scenario.questions_format import Question

if TYPE_CHECKING:
    from gradcli.verify.client import SympyWorker

DRAWS = 3
"""How often a question is tried with fresh numbers before it counts as sound."""

_QUOTED = re.compile(r"`([A-Za-z_]\w*)`")
_LETTER = re.compile(r"(?<![A-Za-z_.`])([A-Za-z]\d*)(?![A-Za-z_0-9(`])")
_DEFINED = re.compile(r"(?<![\w.`])([A-Za-z_]\w*) ?=(?!=)")
_ARTICLE = re.compile(r"(?:^|(?<=\s))(?:a|A|I)(?=\s)")


def problems(asked: Asked, worker: SympyWorker | None = None) -> list[str]:
    """What is wrong: a question must be unsolved by an empty answer, and solved by its own, always; and have a hint.

    An answer may use every variable that the question speaks of. At the point of a gradient mistakes must show.
    """
    try:
        found = [*_attempts(asked.question, worker, asked.code), *_unusable(asked), *_coincidences(asked.question)]
    except InputError as error:
        found = [error.message]
    if asked.question.hint is None:
        found.append("it has no hint")
    return [*found, *_stale(asked.question)]


def _stale(question: Question) -> Iterator[str]:
    """Numbers in the words of a question that has fresh ones: `x = 2` is then false."""
    for part in (question.fresh or "").split(",") if question.fresh else ():
        name = part.partition("=")[0].strip()
        words = f"{question.ask} {question.hint or ''}"
        if re.search(rf"(?<![\w.]){re.escape(name)} ?= ?[-−\[(]?\d", words):
            yield f"it has fresh numbers for {name!r}, but its words say which it is"


def _unusable(asked: Asked) -> Iterator[str]:
    """Names that the question has and an answer may not use: in backticks, before a =, or letters of the code."""
    question = asked.question
    if question.kind != "gradient":
        return
    derivative = Derivative(question)
    usable = {*derivative.point, *derivative.aliases, *CONSTANTS}
    ask = _ARTICLE.sub("", question.ask)
    variables = _assigned(f"{asked.earlier}\n{asked.code}")
    letters = [name for name in _LETTER.findall(ask) if name in variables]
    for name in dict.fromkeys((*_QUOTED.findall(ask), *_DEFINED.findall(ask), *letters)):
        if name not in usable:
            yield f"it speaks of {name!r}, which an answer may not use: `let` can say what that is"


def _coincidences(question: Question) -> list[str]:
    if question.kind != "gradient":
        return []
    with np.errstate(all="ignore"):  # what does not exist is nan
        return list(dict.fromkeys(coincidences(Derivative(question), question.answer)))


def _assigned(code: str) -> set[str]:
    """The variables of Python code."""
    try:
        nodes = ast.walk(ast.parse(code))
    except SyntaxError:
        return set()
    return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def _attempts(question: Question, worker: SympyWorker | None, code: str) -> list[str]:
    found = []
    try:
        if judge(question, "", code=code).right:
            found.append("an empty answer solves it")
    except InputError:
        pass
    random = Random(0)  # noqa: S311  # numbers to practise with, not secrets
    draws = [fresh(question, random) for _ in range(DRAWS)] if question.fresh is not None else []
    for each in (question, *draws):
        judgement = judge(each, each.answer, worker=worker, code=code)
        if not judgement.right:
            where = "" if each.at is None else f" at {each.at}"
            found.append(f"its own answer {each.answer!r} does not solve it{where}: {judgement.why}")
            break
    if question.fresh is not None and not Derivative(question).read(question.answer).names:
        found.append("a question with fresh numbers needs a formula for an answer")
    return found
