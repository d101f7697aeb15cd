"""What is wrong with a question, as a lint finds it."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterator
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from gradcli.errors import InputError
from gradcli.lang.evaluate import CONSTANTS
from gradcli.scenario.aliases import read_let
from gradcli.scenario.coincidences import coincidences
from gradcli.scenario.derivative import Derivative
from gradcli.scenario.questions import Asked, fresh, judge
from gradcli.scenario.questions_format import Question
from gradcli.scenario.rounded import ENOUGH

if TYPE_CHECKING:
    from gradcli.verify.client import SympyWorker

DRAWS = 3
"""How often a question is tried with fresh numbers before it counts as sound."""

_QUOTED = re.compile(r"`([A-Za-z_]\w*)`")
_LETTER = re.compile(r"(?<![A-Za-z_.`])([A-Za-z]\d*)(?![A-Za-z_0-9(`])")
_DEFINED = re.compile(r"(?<![\w.`])([A-Za-z_]\w*) ?=(?!=)")
_SYMBOL = r"[A-Za-zα-ω][\d₀-₉]*"
_OPERATOR = r"[-+−·*/^√⁻²³⁴ⁿ]"
_IN_FORMULA = re.compile(
    rf"(?<![\w.])({_SYMBOL})(?=\s?{_OPERATOR})(?!\s?-[a-z])|(?<={_OPERATOR})\s?({_SYMBOL})(?![\w.(])|([α-ω][\d₀-₉]*)"
)
_CODE = re.compile(r"`[^`]*`")
_DECIMAL = re.compile(r"-?\d+\.\d+")
_ASKS_FOR_FORMULA = re.compile(r"\b(?:formula|in general|whatever)\b|公式|一般|[无不]论 \w+ 是多少")
_ARTICLE = re.compile(r"(?:^|(?<=\s))(?:a|A|I)(?=\s)")


def problems(asked: Asked, worker: SympyWorker | None = None) -> list[str]:
    """What is wrong: a question must be unsolved by an empty answer, and solved by its own, always; and have a hint.

    An answer may use every variable that the question speaks of. At the point of a gradient mistakes must show. What
    the page prints is right, and where a formula is asked for, a number is not.
    """
    try:
        found = [*_attempts(asked.question, worker, asked.code), *_unusable(asked), *_coincidences(asked.question)]
        found += [*_coarse(asked), *_formless(asked.question)]
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
    """Names that the question has and an answer may not use.

    Of a gradient those in backticks, before a =, in a formula, and letters of the code; of a value, whose words may
    state what is to be computed, those in a formula of the hint.
    """
    question, hint = asked.question, asked.question.hint or ""
    if question.kind == "gradient":
        derivative = Derivative(question)
        usable = {*derivative.point, *derivative.aliases}
        ask = _ARTICLE.sub("", question.ask)
        variables = _assigned(f"{asked.earlier}\n{asked.code}")
        letters = [name for name in _LETTER.findall(ask) if name in variables]
        spoken = (*_QUOTED.findall(ask), *_DEFINED.findall(ask), *letters, *_in_formulas(f"{ask} {hint}"))
    elif question.kind == "value":
        usable = {step.name for step in read_let(question.let)}
        spoken = tuple(_in_formulas(hint))
    else:
        return
    for name in dict.fromkeys(spoken):
        if name not in usable and name not in CONSTANTS:
            yield f"it speaks of {name!r}, which an answer may not use: `let` can say what that is"


def _in_formulas(words: str) -> Iterator[str]:
    """The letters, Latin beside an operator or Greek, of formulas in words; as the language reads them."""
    for match in _IN_FORMULA.finditer(_CODE.sub("", words)):
        name = unicodedata.normalize("NFKC", match[match.lastindex or 0])
        if name != "π":
            yield name


def _coarse(asked: Asked) -> Iterator[str]:
    """Rounded numbers of the answer that the page prints with more decimals: those must be right too."""
    printed = {float(text): text for text in _DECIMAL.findall(asked.printed)}
    for number in _DECIMAL.findall(asked.question.answer):
        digits, decimals = len(number.strip("-0.").replace(".", "")), len(number.partition(".")[2])
        if digits < ENOUGH or float(number) in printed:
            continue
        for value, text in printed.items():
            if round(value, decimals) == float(number):
                yield f"its answer has {number}, and the page prints {text}: give it all the digits that are printed"


def _formless(question: Question) -> Iterator[str]:
    """That a formula is asked for, and not said to be the form of the answer."""
    if question.kind == "gradient" and question.form is None and _ASKS_FOR_FORMULA.search(question.ask):
        yield "it asks for a formula, and takes numbers: `form: formula` says that it does not"


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
