"""Questions: their answers judged, their numbers drawn afresh, and what is wrong with a question itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from gradcli.calculator.claims.points import RANDOM_POINTS
from gradcli.errors import InputError
from gradcli.scenario.certified import Answered
from gradcli.scenario.derivative import Array, Derivative, Point, Reply
from gradcli.scenario.facts import judge_fact, says_none
from gradcli.scenario.judgement import Judgement
from gradcli.scenario.markdown import Scenario
from gradcli.scenario.misconceptions import Passes, recognised
from gradcli.scenario.questions_format import Question
from gradcli.scenario.rounded import CLOSE, ENOUGH, certain_digits
from gradcli.words import said

if TYPE_CHECKING:
    from gradcli.verify.client import SympyWorker

MOST_SHOWN = 8
"""Numbers of a point that are told."""

_RANGE = re.compile(r"\s*(\w+)\s*=\s*(-?\d+)\s*\.\.\s*(-?\d+)\s*")


@dataclass(frozen=True)
class Asked:
    """A question where it stands.

    step     the index of its step
    before   the question of the same kind before it, with which a gradient or a value may be mixed up
    code     the Python code that shows the answer
    earlier  the code before it
    printed  what that code prints, as the page says
    """

    question: Question
    step: int
    before: Question | None
    code: str
    earlier: str
    printed: str = ""

    def judge(self, answer: str, worker: SympyWorker | None = None) -> Judgement:
        """The judgement on an answer; see `judge`."""
        if self.question.kind != "gradient":
            return judge_fact(self.question, answer, self.code, self.before)
        before = None if self.before is None else Derivative(self.before)
        passes = Passes(before) if self.accumulates else None
        return judge(self.question, answer, worker=worker, passes=passes, code=self.code)

    @property
    def accumulates(self) -> bool:
        """Whether the gradient asked for is added to another: the variable has had a backward pass before."""
        if self.question.kind != "gradient":
            return False
        name = Derivative(self.question).name
        made = rf"^[ \t]*{re.escape(name)}\s*=(?!=)"
        *_, since = re.split(made, self.earlier, flags=re.MULTILINE)
        is_kept = since != self.earlier and not re.search(made, self.code, re.MULTILINE)
        return is_kept and all(".backward(" in code for code in (since, self.code))


def asked(scenario: Scenario) -> list[Asked]:
    """The questions of a scenario in order."""
    found: list[Asked] = []
    before: dict[str, Question] = {}
    earlier = ""
    for index, step in enumerate(scenario.steps):
        code = "" if step.code is None else step.code.text
        if step.question is not None:
            printed = "" if step.output is None else step.output.text
            found.append(Asked(step.question, index, before.get(step.question.kind), code, earlier, printed))
            before[step.question.kind] = step.question
        earlier += f"{code}\n"
    return found


def judge(
    question: Question,
    answer: str,
    *,
    worker: SympyWorker | None = None,
    passes: Passes | None = None,
    code: str = "",
) -> Judgement:
    """The judgement on an answer. Raises InputError for an answer that cannot be read, which is no wrong answer.

    worker  the SymPy process that may prove a formula; without one it is tried at random points only
    passes  the backward passes before, to whose gradients this one would be added; None if there are none
    code    as in Asked
    """
    if question.kind != "gradient":
        return judge_fact(question, answer, code)
    if says_none(answer):
        return Judgement(answer, False, said("None would say that there is no gradient at all."), None, question.hint)
    with np.errstate(all="ignore"):  # what does not exist is nan
        derivative = Derivative(question)
        reply = derivative.read(answer)
        judged = _in_names if reply.names else _in_numbers
        found = judged(derivative, reply, worker) or _wrong(derivative, reply, passes) or _nearly(derivative, reply)
    return replace(found, answer=answer, hint=found.hint or (None if found.right else question.hint), read=reply.read)


def _in_numbers(derivative: Derivative, reply: Reply, _: SympyWorker | None) -> Judgement | None:
    """The judgement on numbers that are right, and on all where a formula is asked for; None for others."""
    if derivative.form is not None:
        return Judgement("", False, said("A formula is asked for, and not its value at a point."))
    if reply.agrees(derivative.exact):
        return Judgement("", True, said("These are its values at the point."))
    is_near = certain_digits(reply.prepared.program.result, derivative.truth) >= ENOUGH
    if is_near or reply.is_rounded(derivative.exact, reply.points):
        return Judgement("", True, said("These are its values at the point, rounded."))
    return None


def _in_names(derivative: Derivative, reply: Reply, worker: SympyWorker | None) -> Judgement | None:
    """The judgement on a formula that is right, or nearly; None for another."""
    answered = Answered(derivative, reply)
    if answered.is_right:
        is_general = answered.refuted is None and answered.is_right_beside
        return Judgement("", True, answered.why(worker)) if is_general else _here_only(derivative, answered.refuted)
    if reply.is_rounded(derivative.exact, reply.points):
        wide = [derivative.point | point for point in answered.others[-RANDOM_POINTS:]]
        if not reply.is_rounded(derivative.exact, [*reply.points, *wide]):
            return _here_only(derivative)
        return Judgement("", True, said("It is the derivative, with a rounded number in it."))
    if reply.agrees(derivative.exact):
        return Judgement(
            "", False, said("It is close, but not the derivative with respect to {name}.", name=derivative.name)
        )
    return None


def _wrong(derivative: Derivative, reply: Reply, passes: Passes | None) -> Judgement | None:
    """The judgement on an answer to which a mistake leads; None if none is known."""
    mistake = recognised(derivative, reply, passes)
    if mistake is None:
        return None
    return Judgement("", False, _difference(derivative, reply.value), mistake.name, mistake.hint)


def _nearly(derivative: Derivative, reply: Reply) -> Judgement:
    """The judgement on an answer that is right to a few digits, or at this point only; else it is wrong."""
    if not reply.names and certain_digits(reply.prepared.program.result, derivative.truth) >= CLOSE:
        return Judgement("", False, said("It is close."), "rounded", said("Give four digits."))
    if reply.names:
        answered = Answered(derivative, reply)
        if answered.is_right_here:
            return _here_only(derivative, answered.refuted)
        if reply.is_rounded(derivative.exact, reply.points[:1]):
            return _here_only(derivative)
    return Judgement("", False, _difference(derivative, reply.value))


def _here_only(derivative: Derivative, other: Point | None = None) -> Judgement:
    """The judgement on a formula that is right at the point alone, which does where its value is asked for.

    other  where it is wrong, if that is known
    """
    if other is None or sum(map(np.size, other.values())) > MOST_SHOWN:
        why = said("It is right at the point, but not at every other one.")
    else:
        why = said("It is right at the point, but not at {other}.", other=_written(other))
    return Judgement("", derivative.form is None, why)


def _difference(derivative: Derivative, found: Array) -> str:
    """How a wrong answer shows."""
    name, own = derivative.name, derivative.truth.shape
    if found.shape not in ((), own):
        return said(
            "It has shape {found}, and the gradient that of {name}, {own}.", found=found.shape, name=name, own=own
        )
    return said("It is not the derivative with respect to {name}.", name=name)


def solution(question: Question) -> tuple[str, Array | None]:
    """The right answer, and for a gradient its values at the point."""
    return question.solution, Derivative(question).truth if question.kind == "gradient" else None


def formula_names(question: Question) -> str:
    """The names in the right answer to a question that asks for a formula."""
    return ", ".join(Derivative(question).read(question.answer).names)


def check(scenario: Scenario) -> None:
    """Raises InputError, with file and line, for a question of the scenario that cannot be computed."""
    for step in scenario.steps:
        if step.question is None:
            continue
        try:
            solution(step.question)
        except InputError as error:
            place = f"the question at {scenario.source}, line {step.question.line}"
            raise InputError(error.code, f"{place}: {error.message}", span=error.span, hint=error.hint) from None


def with_fresh_numbers(scenario: Scenario, seed: int | None) -> Scenario:
    """The scenario with fresh numbers in its questions; others each time if there is no seed."""
    random = Random(seed)  # noqa: S311  # numbers to practise with, not secrets
    steps = (
        step if step.question is None else replace(step, question=fresh(step.question, random))
        for step in scenario.steps
    )
    return replace(scenario, steps=tuple(steps))


def fresh(question: Question, random: Random) -> Question:
    """The question at random whole numbers from its ranges; itself if it has none. Raises InputError."""
    if question.fresh is None:
        return question
    point = dict(Derivative(question).point)
    for name, low, high in _ranges(question.fresh, point):
        shape = np.shape(point[name])
        numbers = np.array([random.randint(low, high) for _ in range(np.prod(shape, dtype=int))], float)
        point[name] = numbers.reshape(shape)
    return replace(question, at=_written(point))


def _ranges(text: str, point: dict[str, Array]) -> Iterator[tuple[str, int, int]]:
    for part in text.split(","):
        match = _RANGE.fullmatch(part)
        if match is None or int(match[2]) > int(match[3]):
            raise InputError("question", f"`fresh` is made of ranges, not {part.strip()!r}", hint="fresh: x=1..9")
        if match[1] not in point:
            raise InputError("question", f"`fresh` names {match[1]!r}, but `at` does not")
        yield match[1], int(match[2]), int(match[3])


def _written(point: Point) -> str:
    return ", ".join(f"{name}={_text(array)}" for name, array in point.items())


def _text(array: Array) -> str:
    """An array as the language reads it; whole numbers without a point."""
    array = np.asarray(array)
    whole = np.all(array == np.round(array)) and np.all(np.abs(array) < 2**53)
    return str((array.astype(np.int64) if whole else array).tolist())
