"""The answer of `gradcli plot`, as a figure, for the screen and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np
from rich.console import Group, RenderableType
from rich.text import Text

from gradcli.calculator.commands.plot import Curve, Plot
from gradcli.calculator.commands.plot_breaks import extent
from gradcli.plot.figure import Figure, Line, Panel
from gradcli.render.figures import FigureView
from gradcli.render.matrix import short_label
from gradcli.render.numbers import json_array
from gradcli.render.schemas import tag
from gradcli.render.verdict import counted_words, open_sentences, verdict_document

WILD = 5.0
"""A curve that breaks off and reaches so many times its height is cut."""
SHOWN = 1.5
"""How much of such a curve is shown above and below its middle, in heights."""
LISTED = 8
"""Breaks that are named."""
CLOSE = 1e-6
"""Breaks nearer to each other, as a share of the interval, are one."""


def plot_screen(answer: Plot) -> RenderableType:
    """What was understood, the curves, and where they have no value or are not joined."""
    parts: list[RenderableType] = [Text(answer.understood, style="bold cyan"), Text()]
    if any(np.isfinite(curve.values).any() for curve in answer.curves):
        parts.append(FigureView(replace(plot_figure(answer), title="")))
    return Group(*parts, *_remarks(answer))


def title(curve: Curve, variable: str) -> str:
    """The output, or its derivative as Leibniz writes it."""
    label, power = short_label(curve.label), "" if curve.order == 1 else str(curve.order)
    if curve.order == 0:
        return label
    return f"d{power}{label if label.isidentifier() else f'({label})'}/d{variable}{power}"


def plot_figure(answer: Plot) -> Figure:
    """All curves in one panel, with gaps where they break off."""
    name = answer.interval.name
    lines = [
        Line(*_broken(answer.places, curve), colour=f"C{i % 10}", label=title(curve, name))
        for i, curve in enumerate(answer.curves)
    ]
    panel = Panel([*lines], xlabel=name, legend=True, grid=True, ylim=_limits(answer.curves))
    panel.xlim = (answer.interval.start, answer.interval.stop)
    return Figure(title=short_label(answer.understood), panels={(0, 0): panel})


def _broken(places: Any, curve: Curve) -> tuple[Any, Any]:
    """The points of a curve, with a nan at each break and instead of what is infinite."""
    values = np.where(np.isfinite(curve.values), curve.values, np.nan)
    where = np.searchsorted(places, curve.breaks)
    return np.insert(places, where, curve.breaks), np.insert(values, where, np.nan)


def _limits(curves: tuple[Curve, ...]) -> tuple[float | None, float | None]:
    """What is shown of the values: all, unless a curve goes off at a break; then what the flattest of those needs."""
    tame, wild = [], []
    for curve in curves:
        values = curve.values[np.isfinite(curve.values)]
        if values.size:
            middle, height = extent(values)
            low, high = float(values.min()), float(values.max())
            whole = not curve.breaks and values.size == curve.values.size
            if whole or max(high - middle, middle - low) <= WILD * height or not height:
                tame.append((low, high))
            else:
                room = SHOWN * height
                wild.append((max(low, middle - room), min(high, middle + room)))
    if not wild:
        return None, None
    shown = [*tame, min(wild, key=lambda ends: ends[1] - ends[0])]
    return min(low for low, _ in shown), max(high for _, high in shown)


def _remarks(answer: Plot) -> Iterator[Text]:
    interval = answer.interval
    unit = CLOSE * (interval.stop - interval.start)
    places = sorted({round(place / unit) * unit for place in chain(*(curve.breaks for curve in answer.curves))})
    if places:
        more = f" and {len(places) - LISTED} more" if len(places) > LISTED else ""
        named = ", ".join(f"{place:.4g}" for place in places[:LISTED])
        yield Text(f"not joined at {interval.name} = {named}{more}: a pole or a jump", style="dim")
    for curve in answer.curves:
        lost = int(np.sum(~np.isfinite(curve.values)))
        if lost:
            count = f"{lost} of {len(curve.values)} points"
            yield Text(f"{title(curve, interval.name)} has no value at {count}", style="yellow")


def plot_sentences(answer: Plot) -> Iterator[tuple[str, str]]:
    """What is said of the numbers that were judged: sentences, each with what it is: "note", "warning" or "error"."""
    if not answer.verdicts:
        return
    places = len({each.place for each in answer.verdicts})
    counted = counted_words(each.verdict for each in answer.verdicts)
    yield "note", f"checked {places} place{'s' * (places != 1)}, each number of them: {counted}"
    name = answer.interval.name
    yield from open_sentences(
        (f"{name} = {each.place!r}, {title(each.curve, name)}", each.verdict) for each in answer.verdicts
    )


def plot_document(answer: Plot) -> dict[str, Any]:
    """The answer as JSON."""
    interval = answer.interval
    return {
        "schema": tag("plot"),
        "understood": answer.understood,
        "notes": list(answer.notes),
        "over": {
            "name": interval.name, "start": interval.start, "stop": interval.stop, "count": interval.count,
        },
        "places": json_array(answer.places),
        "curves": [
            {
                "label": curve.label,
                "order": curve.order,
                "values": json_array(curve.values),
                "breaks": list(curve.breaks),
            }
            for curve in answer.curves
        ],
        "verdicts": [
            {
                "place": each.place,
                "label": each.curve.label,
                "order": each.curve.order,
                "verdict": verdict_document(each.verdict),
            }
            for each in answer.verdicts
        ],
    }  # fmt: skip
