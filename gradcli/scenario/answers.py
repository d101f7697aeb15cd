"""A file of answers, for scripts: a line an answer, in the order of the questions.

# what stands after such a sign is a remark
mean-of-squares:
3*(x+2)/2
(2, 2)

A line `name:` says whose questions the lines below it answer; it may be left out where one scenario is run.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gradcli.errors import InputError, Span, UnfinishedError
from gradcli.files import read_text
from gradcli.scenario.judgement import Judgement
from gradcli.scenario.labelled import judged
from gradcli.scenario.markdown import Scenario
from gradcli.scenario.questions import asked
from gradcli.words import counted, said

if TYPE_CHECKING:
    from gradcli.verify.client import SympyWorker

_NAME = re.compile(r"([\w.-]+)\s*[:：]")


@dataclass(frozen=True)
class Line:
    """A line of the file, and where in its text it stands."""

    text: str
    span: Span


def read_answers(path: Path, names: Sequence[str]) -> dict[str, list[Line]]:
    """The lines that answer each of these scenarios. Raises InputError for a file that cannot be read or understood."""
    text = read_text(path)
    found: dict[str, list[Line]] = {}
    current = names[0] if len(names) == 1 else None
    for line in _lines(text, str(path)):
        named = _NAME.fullmatch(line.text)
        if named is not None:
            current = named[1]
            if current not in names:
                why = said("{name} is not among the scenarios to be run", name=repr(current))
                raise InputError("answers", why, span=line.span)
            found.setdefault(current, [])
        elif current is None:
            why = said("which scenario is this an answer for?")
            raise InputError("answers", why, span=line.span, hint=said("for instance a line {name}:", name=names[0]))
        else:
            found.setdefault(current, []).append(line)
    return found


def _lines(text: str, source: str) -> list[Line]:
    """The lines that are neither empty nor remarks, without blanks around them."""
    lines, start = [], 0
    for raw in text.split("\n"):
        stripped = raw.strip()
        if stripped and not stripped.startswith(("#", "＃")):
            first = start + raw.index(stripped)
            lines.append(Line(stripped, Span(text, first, first + len(stripped), source)))
        start += len(raw) + 1
    return lines


def judge_all(scenario: Scenario, lines: Sequence[Line], worker: SympyWorker | None = None) -> dict[int, Judgement]:
    """The judgements by the index of the step. A question is not right if it has no line, or one that cannot be read.

    Raises InputError, with its place in the file, for an answer too many.
    """
    questions = asked(scenario)
    if len(lines) > len(questions):
        message = counted(
            len(questions),
            "{name} has {number} question, no more",
            "{name} has {number} questions, no more",
            name=scenario.name,
        )
        raise InputError("answers", message, span=lines[len(questions)].span)
    found = {each.step: Judgement("", False, said("It was not answered.")) for each in questions}
    for each, line in zip(questions, lines, strict=False):
        try:
            found[each.step] = judged(each, line.text, worker)
        except UnfinishedError:
            raise
        except InputError as error:
            why = said(
                "Line {line} of {path} cannot be read: {why}",
                line=line.span.line,
                path=line.span.source,
                why=error.message,
            )
            found[each.step] = Judgement(line.text, False, why, hint=error.hint)
    return found
