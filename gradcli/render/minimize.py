"""The answer of `gradcli minimize`, for the screen and as JSON; its trace; and the picture of the path."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from rich.console import Group, RenderableType
from rich.text import Text

from gradcli.calculator.commands.landscape import Landscape, coordinates
from gradcli.calculator.commands.minimize import Minimum, Place, Variable
from gradcli.plot.contour import contour
from gradcli.plot.figure import Figure, Line, Mark, Panel
from gradcli.render.figures import FigureView
from gradcli.render.numbers import json_array, json_number, screen_array, screen_shape, short
from gradcli.render.records import Record, Records
from gradcli.render.schemas import tag
from gradcli.render.verdict import verdict_document, verdict_remarks

LEVELS = 9
"""Contours of a landscape."""
DRAWN_POINTS = 400
"""Points of a path that are drawn."""
STYLES = {"converged": "bold green", "diverged": "bold red"}


def minimize_screen(answer: Minimum, *, plot: bool) -> RenderableType:
    """What was understood, how the walk went, where it ended, and the picture."""
    parts: list[RenderableType] = [Text(answer.understood, style="bold cyan"), Text(), *_outcome(answer), Text()]
    parts += [_value(answer), Text()]
    records = [
        Record(each.name, screen_shape(np.shape(each.start)), partial(_cells, each), each.verdict)
        for each in answer.variables
    ]
    parts.append(Records("variable", ("start", "end", "gradient"), records))
    parts += verdict_remarks(answer.named_verdicts)
    if plot and answer.steps:
        parts += [Text(), FigureView(minimize_figure(answer))]
    return Group(*parts)


def _outcome(answer: Minimum) -> Iterator[Text]:
    """The reason for which the walk ended, and what to do about it."""
    steps = f"{answer.steps:,} step{'' if answer.steps == 1 else 's'}"
    place = f"the best place was after step {answer.end.step:,}"
    slope = f"the gradient is still {short(answer.end.slope)} (--gtol {answer.gtol:g})"
    said, hint = {
        "converged": (f"converged after {steps}: the gradient is no larger than {answer.gtol:g}", ""),
        "steps": (f"{steps} used up: {slope}", "go on with more --steps, or another --lr or --optimizer"),
        "stalled": (f"stalled after {steps}: the last one changed nothing; {slope}", ""),
        "diverged": (f"diverged at step {answer.steps:,}; {place}", "try a smaller --lr"),
        "interrupted": (f"interrupted after {steps}; {place}", ""),
    }[answer.outcome]
    if answer.outcome == "diverged" and not answer.steps:
        said, hint = "the value or its gradient is not a number at the start", "start elsewhere"
    if answer.outcome == "converged" and not answer.steps:
        hint = "the gradient is 0 at the start already: gradcli hessian says whether that is a minimum"
    yield Text(f"{answer.optimizer}, lr {answer.lr:g}: ").append(said, style=STYLES.get(answer.outcome, "bold yellow"))
    if hint:
        yield Text(hint, style="dim")


def _value(answer: Minimum) -> Text:
    return Text("value  ", style="dim").append(
        f"{_rounded(answer.start.value)} → {_rounded(answer.end.value)}", style="default"
    )


def _rounded(value: float) -> str:
    """Four decimals, as arrays have them, or five digits where those would not say much."""
    plain = value == 0 or 1e-3 <= abs(value) < 1e6
    return f"{value:.4f}" if plain else f"{value:.4e}"


def _cells(variable: Variable, width: int) -> tuple[Text, Text, Text]:
    start, end, gradient = (
        screen_array(array, width) if np.ndim(array) else _rounded(float(array))
        for array in (variable.start, variable.end, variable.gradient)
    )
    return Text(start), Text(end, style="bold"), Text(gradient)


def minimize_figure(answer: Minimum) -> Figure:
    """The path on the curve or among the contours; with more coordinates, the value after each step."""
    if answer.landscape is None:
        panel = _descent(answer)
    elif len(answer.landscape.axes) == 1:
        panel = _on_curve(answer.landscape, np.array(answer.values))
    else:
        panel = _among_contours(answer.landscape)
    return Figure(panels={(0, 0): panel})


def _descent(answer: Minimum) -> Panel:
    values = np.array(answer.values)
    scale = "log" if np.all(values[np.isfinite(values)] > 0) else "linear"
    chosen = _chosen(len(values))
    line = Line(chosen.astype(float), values[chosen], colour="C1")
    return Panel([line], xlabel="step", ylabel="value", yscale=scale)


def _on_curve(landscape: Landscape, values: Any) -> Panel:
    (axis,), (name,) = landscape.axes, landscape.names
    marks: list[Mark] = [Line(axis, landscape.values, label="value"), *_path(landscape.path[:, 0], values)]
    return Panel(marks, xlabel=name, ylabel="value", legend=True)


def _among_contours(landscape: Landscape) -> Panel:
    (x, y), names = landscape.axes, landscape.names
    finite = landscape.values[np.isfinite(landscape.values)]
    shares = np.linspace(0, 1, LEVELS + 2)[1:-1] if finite.size else np.zeros(0)
    # Quantiles, not even steps: a valley is far flatter than its sides.
    marks: list[Mark] = [
        Line(*contour(x, y, landscape.values, level), colour="C7", width=0.8)
        for level in np.unique(np.quantile(finite, shares))
    ]
    marks += _path(landscape.path[:, 0], landscape.path[:, 1])
    panel = Panel(marks, xlabel=names[0], ylabel=names[1], legend=True)
    panel.xlim, panel.ylim = (x[0], x[-1]), (y[0], y[-1])
    return panel


def _path(x: Any, y: Any) -> list[Line]:
    """The way, its first and its last point."""
    chosen = _chosen(len(x))
    way = Line(x[chosen], y[chosen], colour="C1", label="path", marker="o")
    ends = [
        Line(x[[i]], y[[i]], colour, label, "", "o") for i, colour, label in ((0, "C3", "start"), (-1, "C2", "end"))
    ]
    return [way, *ends]


def _chosen(count: int) -> Any:
    """Some of the points, the first and the last among them."""
    return np.unique(np.linspace(0, count - 1, min(count, DRAWN_POINTS)).round().astype(int))


def minimize_document(answer: Minimum) -> dict[str, Any]:
    """The answer as JSON."""
    return {
        "schema": tag("minimize"),
        "understood": answer.understood,
        "dtype": answer.dtype,
        "notes": list(answer.notes),
        "optimizer": answer.optimizer,
        "lr": answer.lr,
        "gtol": answer.gtol,
        "outcome": answer.outcome,
        "steps": answer.steps,
        "step": answer.end.step,
        "value": {
            "start": json_number(answer.start.value),
            "end": json_number(answer.end.value),
            "verdict": verdict_document(answer.value_verdict),
        },
        "variables": {
            each.name: {
                "shape": list(np.shape(each.start)),
                "start": json_array(each.start),
                "end": json_array(each.end),
                "gradient": json_array(each.gradient),
                "verdict": verdict_document(each.verdict),
            }
            for each in answer.variables
        },
    }


def jsonl_line(place: Place) -> str:
    """A place of the walk as a line of JSON."""
    document = {
        "step": place.step,
        "value": json_number(place.value),
        "gradient": json_number(place.slope),
        "point": {name: json_array(array) for name, array in place.point.items()},
    }
    return json.dumps(document, allow_nan=False, ensure_ascii=False) + "\n"


def csv_line(place: Place) -> str:
    """A place of the walk as a line of CSV; before the first one, the names of the columns."""
    rows: list[list[Any]] = [[place.step, place.value, place.slope]]
    for array in place.point.values():
        rows[0] += np.ravel(array).tolist()
    if place.step == 0:
        rows.insert(0, ["step", "value", "gradient", *coordinates(place.point)])
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
