"""Answers that say first what they are: `x.grad = 4.5`, `the gradient is 4.5`, `答案是 4.5`."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from gradcli.errors import InputError
from gradcli.scenario.judgement import Judgement
from gradcli.scenario.questions import Asked

if TYPE_CHECKING:
    from gradcli.verify.client import SympyWorker

_LABELLED = re.compile(
    r"([^\W\d][\w\s.'’′()/∂]{0,40}?|∂[\w\s/∂]{0,40}?|)"  # what is named, or nothing
    r"(\s*(==?|->|=>|[:：＝≈→])\s*|\s+(is|are|equals)\b\s*:?\s*|(?<!不)(等于|是|为)\s*[:：]?\s*)"
    r"(?P<answer>\S.*)",
    re.DOTALL,
)


def judged(asked: Asked, text: str, worker: SympyWorker | None = None) -> Judgement:
    """The judgement on an answer; without what it says before it, if it can be read so and is not right as it stands.

    Raises InputError for an answer that cannot be read.
    """
    bare = _bare(text)
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


def _bare(text: str) -> str | None:
    """The answer alone, without marks of code around it; None if it stands so."""
    plain = text.strip().strip("`").strip()
    match = _LABELLED.fullmatch(plain)
    bare = plain if match is None else match["answer"].strip("`")
    return None if bare == text.strip() else bare
