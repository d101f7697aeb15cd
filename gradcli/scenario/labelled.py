"""Answers that say first what they are: `x.grad = 4.5`, `the gradient is 4.5`, `答案是 4.5`."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from gradcli.errors import InputError
from gradcli.scenario.derivative import Derivative
from gradcli.scenario.judgement import Judgement
from gradcli.scenario.questions import Asked
from gradcli.scenario.questions_format import Question

if TYPE_CHECKING:
    from gradcli.verify.client import SympyWorker

_LABELLED = re.compile(
    r"(?P<label>.{0,40}?)"
    r"(\s*(==?|->|=>|[:：＝≈→])\s*|\s+(is|are|equals)\b\s*:?\s*|(等于|是|为)\s*[:：]?\s*)"
    r"(?P<answer>\S.*)",
    re.DOTALL,
)
_ANSWER = re.compile(r"(the |my |its )?(answer|result|it)?|(我的)?(答案|结果)?", re.IGNORECASE)
"""What may stand before any answer."""
_GRADIENT = re.compile(
    r"(the |its )?(gradient|derivative|slope|grad)( (of|for|with respect to|by) (?P<of>\w+))?"
    r"|(?P<whose>\w*?)\s*(的)?(梯度|导数|斜率)"
    r"|(?P<leaf>\w+)\.grad|d(?P<short>\w+)|[d∂](\w+|\(\w+\))?/[d∂](?P<by>\w+)|\w+['’′](\((?P<at>\w+)\))?",
    re.IGNORECASE,
)
"""What may stand before a gradient: each name in it must be the variable's."""
_FACTS = {
    "value": re.compile(r"(the |its )?(value|number)|值|数值", re.IGNORECASE),
    "grad_fn": re.compile(r"(the |its )?(node|name)|节点|名字", re.IGNORECASE),
    "shape": re.compile(r"(the |its )?(shape|size)|形状|大小", re.IGNORECASE),
}
"""What may stand before the answer to a question of that kind, beside what the question itself calls it."""


def judged(asked: Asked, text: str, worker: SympyWorker | None = None) -> Judgement:
    """The judgement on an answer; without what it says before it, if it can be read so and is not right as it stands.

    Raises InputError for an answer that cannot be read.
    """
    bare = _bare(asked.question, text)
    if bare is None:
        return asked.judge(text, worker)
    whole: Judgement | None = None
    with suppress(InputError):
        whole = asked.judge(text, worker)
    if whole is not None and whole.right:
        return whole
    try:
        found = asked.judge(bare, worker)
    except InputError:
        if whole is not None:
            return whole
        raise
    return replace(found, answer=text, read=found.read or bare)


def _bare(question: Question, text: str) -> str | None:
    """The answer alone, without marks of code around it; None if it stands so."""
    plain = text.strip().strip("`").strip()
    match = _LABELLED.fullmatch(plain)
    names = match is not None and _is_of(question, match["label"].strip().strip("`"))
    bare = match["answer"].strip("`") if match is not None and names else plain
    return None if bare == text.strip() else bare


def _is_of(question: Question, label: str) -> bool:
    """Whether a label says what is asked for, and nothing else, as a denial or another quantity would."""
    if _ANSWER.fullmatch(label):
        return True
    if question.kind == "gradient":
        match, name = _GRADIENT.fullmatch(label), Derivative(question).name
        # "dx" is the x, "y'" the function: the names that were found are of the variable, and one function has any name
        return match is not None and {each for each in match.groupdict().values() if each} <= {name}
    known = _FACTS.get(question.kind)
    if known is None:
        return False
    said_there = rf"(?<![\w.]){re.escape(label)}(?![\w.(])"
    return bool(known.fullmatch(label) or re.search(said_there, f"{question.ask} {question.shown or ''}"))
