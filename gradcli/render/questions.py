"""Questions, answers and judgements, for the screen and as JSON."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from gradcli.errors import InputError
from gradcli.render.numbers import screen_array
from gradcli.scenario.judgement import Judgement
from gradcli.scenario.questions import formula_names, solution
from gradcli.scenario.questions_format import Question
from gradcli.words import said

INDENT = (0, 0, 0, 4)


def details(question: Question) -> list[tuple[str, str]]:
    """What a question of kind gradient says of its expression, with a word for each; what an answer may use besides."""
    rows = (
        (said("of"), question.of),
        (said("at"), question.at),
        (said("with respect to"), question.wrt),
        (said("cotangent"), question.cotangent),
        (said("with"), question.let),
        (said("as"), question.form and said("a formula in {names}", names=formula_names(question))),
    )
    return [(label, text) for label, text in rows if text is not None]


def question_screen(question: Question) -> RenderableType:
    """What is asked; for a gradient also of what, where, and with which weights."""
    parts: list[RenderableType] = [Text.assemble((said("Question: "), "bold cyan"), question.ask)]
    lines = [Text.assemble((f"{label} ", "dim"), text) for label, text in details(question)]
    lines += [Text(str(option)) for option in question.options]
    if lines:
        parts.append(Padding(Text("\n").join(lines), INDENT))
    return Group(*parts, Text())


def solution_screen(question: Question) -> RenderableType:
    """The right answer, and the values that it has."""
    answer, values = solution(question)
    parts: list[RenderableType] = [Text.assemble((said("Answer: "), "bold cyan"), answer)]
    if values is not None and screen_array(values) != answer:
        parts.append(Padding(Text(screen_array(values)), INDENT))
    return Group(*parts, Text())


def judgement_screen(judgement: Judgement) -> RenderableType:
    """Right or wrong, why, and what to think of."""
    right, style = (said("Right. "), "bold green") if judgement.right else (said("Not right. "), "bold red")
    parts: list[RenderableType] = [Text.assemble((right, style), judgement.why)]
    if judgement.read is not None:
        parts.append(Text(said("read as {answer}", answer=judgement.read), "dim"))
    if judgement.hint is not None:
        parts.append(hint_screen(judgement.hint))
    return Group(*parts, Text())


def hint_screen(hint: str | None) -> RenderableType:
    """A hint."""
    return Text.assemble((said("hint: "), "bold yellow"), hint or said("there is none for this question"))


def unread_screen(error: InputError) -> RenderableType:
    """Why an answer cannot be read: it does not count."""
    shown = [said("That cannot be read: {why}", why=error.message)]
    if error.span is not None:
        shown += [
            f"  {error.span.text}",
            "  " + " " * error.span.start + "^" * max(1, error.span.end - error.span.start),
        ]
    return Group(Text("\n".join(shown), style="yellow"), hint_screen(error.hint) if error.hint else Text(), Text())


def asked_screen(question: Question, judgement: Judgement | None) -> RenderableType:
    """A question as it is shown where nobody is there to answer it: with the answer given, and the right one."""
    parts = [question_screen(question)]
    if judgement is not None:
        answer = Text.assemble((said("Given: "), "bold cyan"), judgement.answer or said("nothing"))
        parts += [answer, judgement_screen(judgement)]
    return Group(*parts, solution_screen(question))


def question_document(question: Question, judgement: Judgement | None) -> dict[str, Any]:
    """A question and the judgement on the answer that was given, if one was."""
    return {
        "ask": question.ask,
        "kind": question.kind,
        "of": question.of,
        "at": question.at,
        "wrt": question.wrt,
        "cotangent": question.cotangent,
        "options": [{"letter": each.letter, "text": each.text, "why": each.why} for each in question.options],
        "answer": question.answer,
        "hint": question.hint,
        "let": question.let,
        "form": question.form,
        "line": question.line,
        "judgement": None if judgement is None else judgement_document(judgement),
    }


def judgement_document(judgement: Judgement) -> dict[str, Any]:
    """The judgement as JSON."""
    return {
        "answer": judgement.answer,
        "right": judgement.right,
        "why": judgement.why,
        "misconception": judgement.misconception,
        "hint": judgement.hint,
        "read": judgement.read,
    }
