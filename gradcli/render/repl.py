"""What `gradcli repl` shows of its lines, for the screen and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gradcli.calculator.commands.repl import Session
from gradcli.calculator.kernel.question import Answer, Derivative
from gradcli.render.derivatives import title, with_known
from gradcli.render.diff import diff_document
from gradcli.render.numbers import brief, screen_array, screen_shape
from gradcli.render.records import fits, plain_table
from gradcli.render.schemas import tag
from gradcli.render.verdict import verdict_remarks
from gradcli.verify.problem import Verdict

MOST = 160
"""Characters of a formula that are shown; `gradcli diff` shows all."""

HELP = """\
x = 3           a variable, by which gradients are taken: x = [1, 2], x = randn(3), x = @points.npy
let c = 2       a constant
y = c*x**2      a formula: it follows x, and gradients flow through it
y + 1           the value, and its gradient for each variable behind it

:vars           what is defined
:del NAME       forget a name
:graph [EXPR]   the grad_fn chain of an expression, or of the last one
:explain [EXPR] its derivation, step by step
:check on|off   verify, or do not
:help [NAME]    this, or what a function does
:quit           leave, as Ctrl-D does; Ctrl-C clears the line"""


@dataclass(frozen=True)
class Line:
    """A statement, and what came of it: an answer, names that were defined, or an error, as the document of one."""

    text: str
    answer: Answer | None = None
    defined: tuple[str, ...] = ()
    error: dict[str, Any] | None = None


class _Rows:
    """A row for each number: its label, the number, its verdict and its formula; without room, one below the other."""

    def __init__(self, rows: Sequence[tuple[str, Any, Verdict | None, str]]) -> None:
        self.rows = rows

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        table = Table.grid(padding=(0, 2, 0, 0))
        for row in self.rows:
            table.add_row(*_cells(*row, width=80))
        if fits(console, options, table):
            yield table
            return
        for row in self.rows:
            label, number, word, formula = _cells(*row, width=options.max_width - 2)
            yield Text.assemble(label, "  ", word)
            for below in (number, formula):
                if below.plain:
                    yield Padding(below, (0, 0, 0, 2))


def _cells(label: str, number: Any, verdict: Verdict | None, formula: str, *, width: int) -> tuple[Text, ...]:
    """A row's texts; an array wraps after `width` columns, and a formula is cut."""
    word = Text("not checked", "dim") if verdict is None else Text(verdict.word, verdict.word.style)
    shown = "–" if number is None else screen_array(number, width)
    return Text(label, "bold blue"), Text(shown, "bold"), word, Text(cut(formula))


def cut(text: str, most: int = MOST) -> str:
    """The text, or its beginning."""
    return text if len(text) <= most else text[: most - 1] + "…"


def repl_screen(answer: Answer) -> RenderableType:
    """What was understood, then the value and each gradient: the number, the verdict, the formula."""
    rows = [] if answer.value is None else [("value", answer.value, answer.value_verdict, "")]
    rows += [(title(d), d.gradient, d.verdict, _formula(d)) for d in answer.derivatives]
    return Group(Text(cut(answer.understood), style="cyan"), _Rows(rows), *_remarks(answer))


def _formula(derivative: Derivative) -> str:
    return with_known(derivative.symbolic, derivative.simplified) if derivative.symbolic else ""


def _remarks(answer: Answer) -> Iterator[Text]:
    if answer.missing:
        text = f"no value for {', '.join(answer.missing)}: the derivatives stay symbolic"
        yield Text(f"{text}; {answer.trouble}" if answer.trouble else text, style="yellow")
    yield from verdict_remarks([("value", answer.value_verdict), *((title(d), d.verdict) for d in answer.derivatives)])


def names_table(session: Session) -> RenderableType:
    """Each name with its kind and its value."""
    if not session.known:
        return Text("nothing is defined yet: x = 3 defines a variable", style="dim")
    table = plain_table("name", "kind", "shape", "value")
    for kind, arrays in (("variable", session.variables), ("constant", session.constants)):
        for name, array in arrays.items():
            table.add_row(Text(name, "bold blue"), kind, screen_shape(np.shape(array)), Text(brief(array)))
    for name, text in session.formulas.items():
        table.add_row(Text(name, "bold blue"), "formula", "", Text(cut(text)))
    return table


def repl_document(lines: Sequence[Line]) -> dict[str, Any]:
    """The lines as JSON."""
    return {"schema": tag("repl"), "lines": [_line_document(line) for line in lines]}


def _line_document(line: Line) -> dict[str, Any]:
    answer = line.answer and diff_document(line.answer)
    kept = ("understood", "notes", "missing", "value", "value_verdict", "gradients")
    return {
        "line": line.text,
        "defined": list(line.defined),
        "answer": answer and {key: answer[key] for key in kept},
        "error": line.error,
    }
