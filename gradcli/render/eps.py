"""The answer of `gradcli eps`: the V of the errors, as a figure, as a table, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gradcli.calculator.commands.eps import QUOTIENTS, Eps, Errors
from gradcli.plot.figure import Figure, Line, Panel
from gradcli.render.figures import FigureView
from gradcli.render.numbers import json_array, screen_array, short
from gradcli.render.records import plain_table
from gradcli.render.schemas import tag
from gradcli.render.verdict import verdict_document, verdict_remarks

BEST, THEORY = "●", "○"


def eps_screen(answer: Eps) -> RenderableType:
    """What was understood, and for each variable the gradient, the V and the table."""
    parts: list[RenderableType] = [Text(answer.understood, style="bold cyan")]
    told = {each.name for each in answer.variables if any(each.best(name) is not None for name in QUOTIENTS)}
    for each in answer.variables:
        parts += [Text(), _gradient(each)]
        if each.name in told:
            parts += [Text(), FigureView(eps_figure(answer, each)), Text(), _table(answer, each)]
    parts += [Text(), *_legend(answer)] if told else []
    parts += verdict_remarks((each.name, each.verdict) for each in answer.variables)
    return Group(*parts)


def _gradient(each: Errors) -> Text:
    text = Text(f"d/d{each.name}  ", style="dim").append(screen_array(each.gradient), style="bold default not dim")
    return text if each.verdict is None else text.append("  ").append(each.verdict.word, style=each.verdict.word.style)


def eps_figure(answer: Eps, each: Errors) -> Figure:
    """The errors by step size, both in logarithms: the best step is a dot, the theory's a dotted line."""
    marks = []
    for i, (name, quotient) in enumerate(QUOTIENTS.items()):
        errors, colour = each.errors[name], f"C{i}"
        drawn = np.where(np.isfinite(errors) & (errors > 0), errors, np.nan)
        marks.append(Line(answer.steps, drawn, colour, label=name))
        seen = drawn[np.isfinite(drawn)]
        best = each.best(name)
        if seen.size and best is not None:
            ends = np.array([seen.min(), seen.max()])
            marks.append(Line(np.full(2, quotient.theory(answer.eps)), ends, colour, style=":", width=1))
            marks.append(Line(answer.steps[[best]], drawn[[best]], colour, style="", marker="o"))
    panel = Panel([*marks], xlabel="step", ylabel=f"error of d/d{each.name}", legend=True)
    panel.xscale = panel.yscale = "log"
    return Figure(panels={(0, 0): panel})


def _table(answer: Eps, each: Errors) -> Table:
    """A row for each step; the best one of each quotient is marked, and the one next to the theory's."""
    table = plain_table("step", *QUOTIENTS)
    best = {name: each.best(name) for name in QUOTIENTS}
    theory = {name: _nearest(answer, quotient.theory(answer.eps)) for name, quotient in QUOTIENTS.items()}
    for i, step in enumerate(answer.steps.tolist()):
        cells = []
        for name in QUOTIENTS:
            error = float(each.errors[name][i])
            text = short(error) if np.isfinite(error) else "–"
            marks = BEST * (best[name] == i) + THEORY * (theory[name] == i)
            cells.append(Text(f"{text} {marks}".rstrip(), style="bold green" if best[name] == i else ""))
        table.add_row(f"{step:.0e}", *cells)
    return table


def _nearest(answer: Eps, step: float) -> int:
    return int(np.argmin(np.abs(np.log10(answer.steps) - np.log10(step))))


def _legend(answer: Eps) -> Iterator[Text]:
    """What the marks mean, and the theory."""
    yield Text(f"{BEST} the smallest error  {THEORY} the step next to the theory's best:", style="dim")
    for name, quotient in QUOTIENTS.items():
        yield Text(f"  {name} {quotient.formula} = {quotient.theory(answer.eps):.1e}", style="dim")
    yield Text(
        f"with eps = {answer.eps:.2g} ({answer.dtype}), where the function and its point are near 1", style="dim"
    )


def eps_document(answer: Eps) -> dict[str, Any]:
    """The answer as JSON."""
    return {
        "schema": tag("eps"),
        "understood": answer.understood,
        "dtype": answer.dtype,
        "notes": list(answer.notes),
        "eps": answer.eps,
        "steps": json_array(answer.steps),
        "theory": {name: quotient.theory(answer.eps) for name, quotient in QUOTIENTS.items()},
        "variables": {
            each.name: {
                "at": json_array(each.point),
                "gradient": json_array(each.gradient),
                "verdict": verdict_document(each.verdict),
                "quotients": {name: _quotient(answer, each, name) for name in QUOTIENTS},
            }
            for each in answer.variables
        },
    }


def _quotient(answer: Eps, each: Errors, name: str) -> dict[str, Any]:
    best = each.best(name)
    return {
        "errors": json_array(each.errors[name]),
        "best_step": None if best is None else float(answer.steps[best]),
        "best_error": None if best is None else float(each.errors[name][best]),
    }
