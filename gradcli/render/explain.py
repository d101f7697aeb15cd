"""The derivation of `gradcli explain`, for the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gradcli.calculator.commands.explain import Explanation, Pass
from gradcli.calculator.commands.tape import Argument, Step, Tape
from gradcli.lang.unparse import unparse
from gradcli.render.derivatives import derivatives
from gradcli.render.numbers import brief, rounded
from gradcli.render.records import fits, plain_table
from gradcli.render.verdict import verdict_remarks

MAX_STEPS = 100
"""A longer derivation is cut on the screen: its first steps are shown, and its last ones."""

DIGITS = (6, 4)
"""To how many digits numbers are rounded where a table would not fit, as few as need be."""

Row = tuple[str, ...]
Write = Callable[[Any], str]
"""How a number or an array is written within a line: by `brief`, or `rounded`."""

FORWARD = "Forward: each step computes a value, and is recorded."
BACKWARD = "Backward: each step hands its cotangent {g} on to what it was computed from. Contributions add up."
DUAL = "Forward mode: beside its value each step has a tangent, how fast it moves if one input moves at speed 1."


def explain_screen(explanation: Explanation, *, forward: bool) -> RenderableType:
    """What was understood, both passes step by step, and the gradients with their verdicts as `diff` shows them."""
    answer, tape = explanation.answer, explanation.tape
    parts: list[RenderableType] = [Text(answer.understood, style="bold cyan"), Text()]
    if not tape.steps:
        parts += [Text(without_steps(explanation)), Text()]
    elif forward:
        parts += [_heading(DUAL), _dual(explanation), Text(), Text(why_reverse(explanation)), Text()]
    else:
        parts += [_heading(FORWARD), _forward(tape), Text()]
        parts += [_heading(BACKWARD.format(g=tape.cotangent)), _backward(tape), *_sums(tape), Text()]
    return Group(*parts, derivatives(answer.derivatives), *verdict_remarks(answer.named_verdicts))


def _heading(text: str) -> Text:
    return Text(text, style="italic")


def without_steps(explanation: Explanation) -> str:
    """What there is to say where nothing was recorded."""
    if explanation.answer.graph:
        return "The result is the variable itself: its cotangent is the gradient."
    return "The result depends on no variable: nothing was recorded, and every gradient is 0."


def why_reverse(explanation: Explanation) -> str:
    """How many passes each mode needs here."""
    made, needed = len(explanation.passes), explanation.inputs
    shown = "" if made == needed else f" The first {made} are shown."
    return (
        f"Forward mode needs a pass for each of the inputs, here {needed}, as each asks what one input does to every "
        f"step.{shown} Reverse mode needs one pass for all of them, as it asks what every step does to the one result."
    )


class _Rows:
    """A table where it fits, if need be with rounded numbers; else its rows one below the other.

    written  written(write) -> headings and rows, whose numbers are written so
    stacked  a row as the lines below one another, the first of them empty where the row goes on with the one before;
             by default a line for each cell that says something
    """

    def __init__(
        self, written: Callable[[Write], tuple[Row, list[Row]]], stacked: Callable[[Row], list[str]] | None = None
    ) -> None:
        self.written = written
        self.headings, rows = written(brief)
        self.rows = _cut(rows)
        self.stacked = stacked or self._cells

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        table = self._table(self.rows)
        if fits(console, options, table):
            yield table
            return
        for digits in DIGITS:
            table = self._table(_cut(self.written(partial(rounded, digits=digits))[1]))
            if fits(console, options, table):
                yield table
                yield Text(f"Numbers are rounded to {digits} digits here; --json has all.", style="dim")
                return
        for row in self.rows:
            first, *others = self.stacked(row)
            if first:
                yield Text(first, style="bold")
            for line in others:
                yield Padding(Text(line), (0, 0, 0, 2))

    def _table(self, rows: list[Row]) -> Table:
        table = plain_table(*self.headings)
        for row in rows:
            table.add_row(Text(row[0], style="bold"), *map(Text, row[1:]))
        return table

    def _cells(self, row: Row) -> list[str]:
        width = max(map(len, self.headings[1:]))
        cells = zip(self.headings[1:], row[1:], strict=True)
        return [row[0], *(f"{heading:{width}} {cell}" for heading, cell in cells if cell)]


def _cut(rows: list[Row]) -> list[Row]:
    """The rows; of very many the first and the last ones."""
    left_out = len(rows) - MAX_STEPS
    if left_out <= 0:
        return rows
    half = MAX_STEPS // 2
    gap = (f"… {left_out} more rows (--json has them all)", *[""] * (len(rows[0]) - 1))
    return [*rows[:half], gap, *rows[-half:]]


def _forward(tape: Tape) -> _Rows:
    return _Rows(partial(forward_rows, tape))


def forward_rows(tape: Tape, write: Write = brief) -> tuple[Row, list[Row]]:
    """Headings and rows: each step and each constant with its value."""
    rows: list[Row] = [(name, "constant", "", write(array)) for name, array in tape.constants.items()]
    rows += [(step.name, unparse(step.expression), step.node, write(step.value)) for step in tape.steps]
    return ("step", "expression", "op", "value"), rows


def _backward(tape: Tape) -> _Rows:
    def stacked(row: Row) -> list[str]:
        step, node, cotangent, rule, local, contribution = row
        lead = f"{step}  {node}, {tape.cotangent} = {cotangent}" if node else step
        said = not local or rule.endswith(f" = {local.removesuffix('.0')}")
        return [lead, *filter(None, (rule if said else f"{rule} = {local}", contribution))]

    return _Rows(partial(backward_rows, tape), stacked)


def backward_rows(tape: Tape, write: Write = brief) -> tuple[Row, list[Row]]:
    """Headings and rows: each step in the order of the backward pass, a row for each of its arguments."""
    headings = ("step", "node", tape.cotangent, "rule", "local", "contribution")
    return headings, [row for step in reversed(tape.steps) for row in _argument_rows(tape, step, write)]


def _argument_rows(tape: Tape, step: Step, write: Write) -> Iterator[Row]:
    for i, argument in enumerate(step.arguments):
        lead = ("", "", "") if i else (step.name, step.node, _upstream(tape, step, write))
        local = "" if argument.local is None else write(argument.local)
        yield (*lead, rule_text(step, argument), local, _contribution(argument, write))


def _upstream(tape: Tape, step: Step, write: Write) -> str:
    """The cotangent of a step, and where it came from if from several steps."""
    total = write(step.upstream)
    several = tape.arrivals.get(step.name, [])
    if len(several) < 2:
        return total
    if step.upstream.ndim == 0:
        return " + ".join(_bracketed(write(array)) for _, array in several) + f" = {total}"
    return f"{total}, from {' and '.join(source for source, _ in several)}"


def _bracketed(number: str) -> str:
    return f"({number})" if number.startswith("-") else number


def rule_text(step: Step, argument: Argument) -> str:
    """The rule as mathematics: a local derivative, or what is added to the argument's cotangent."""
    formula = argument.rule.formula
    text = formula if isinstance(formula, str) else unparse(formula)
    return f"∂{step.name}/∂{argument.operand} = {text}" if argument.rule.local else f"{argument.operand} += {text}"


def _contribution(argument: Argument, write: Write) -> str:
    """What is added to the cotangent of the argument, and how it was fitted to it."""
    fitted = f" ({argument.fitted})" if argument.fitted else ""
    return f"{argument.operand} += {write(argument.contribution)}{fitted}"


def _sums(tape: Tape) -> Iterator[Text]:
    """A line for each variable to which several contributions came."""
    lines = list(sums(tape))
    if lines:
        yield Text()
        yield _heading("Where contributions add up:")
    yield from map(Text, lines)


def sums(tape: Tape) -> Iterator[str]:
    """For each variable to which several contributions came: from where, and what they come to."""
    steps = {step.name for step in tape.steps}
    for name, several in tape.arrivals.items():
        if name in steps or len(several) < 2:
            continue
        with np.errstate(all="ignore"):
            total = np.asarray(sum(array for _, array in several))
        parts = " + ".join(f"{_bracketed(brief(array))} from {source}" for source, array in several)
        yield f"{name}: {parts} = {brief(total)}"


def _dual(explanation: Explanation) -> _Rows:
    return _Rows(partial(dual_rows, explanation))


def dual_rows(explanation: Explanation, write: Write = brief) -> tuple[Row, list[Row]]:
    """Headings and rows: each step with its value, and its tangent in every pass."""
    headings = ("step", "expression", "value", *map(pass_name, explanation.passes))
    rows: list[Row] = [
        (
            step.name,
            unparse(step.expression),
            write(step.value),
            *(write(one.tangents[step.name]) for one in explanation.passes),
        )
        for step in explanation.tape.steps
    ]
    rows.append(("slope", "of the result", "", *(write(one.slope) for one in explanation.passes)))
    return headings, rows


def pass_name(one: Pass) -> str:
    """The input that moves in a pass: "d/dx", or "d/dx[0, 1]"."""
    return f"d/d{one.variable}" + (f"[{', '.join(map(str, one.index))}]" if one.index else "")
