"""Figures on the screen, as wide as the console and with the colours that it has, and as JSON."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from gradcli.plot.figure import Array, Bars, Figure, Line, Mark, Panel
from gradcli.plot.terminal import Span, draw
from gradcli.render.numbers import json_array

MAX_WIDTH = 100
MOST_PIXELS = 10_000
"""Of a larger image, JSON has the size and a digest only: matplotlib's figures are a hundred times as large."""


@dataclass(frozen=True)
class FigureView:
    """A figure as something that Rich prints."""

    figure: Figure

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from self.lines(console, options)

    def lines(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        """The lines of the drawing on that console."""
        colours = console.color_system is not None and not console.no_color
        for line in draw(self.figure, min(options.max_width, MAX_WIDTH), colours=colours):
            text = Text(no_wrap=True, overflow="crop", end="\n")
            for part, front, back in line:
                text.append(part, _style((part, front, back)))
            text.rstrip()
            yield text


def _style(span: Span) -> str:
    _, front, back = span
    return " ".join([*([front] if front else []), *([f"on {back}"] if back else [])])


def figure_document(figure: Figure) -> dict[str, Any]:
    """What a figure shows, panel by panel, as JSON."""
    panels = [{"row": row, "column": column, **_panel(panel)} for (row, column), panel in figure.in_order()]
    return {"title": figure.title, "rows": figure.shape[0], "columns": figure.shape[1], "panels": panels}


def _panel(panel: Panel) -> dict[str, Any]:
    words = {"title": panel.title, "xlabel": panel.xlabel, "ylabel": panel.ylabel}
    return {**words, "xscale": panel.xscale, "yscale": panel.yscale, "marks": [_mark(mark) for mark in panel.marks]}


def _mark(mark: Mark) -> dict[str, Any]:
    if isinstance(mark, Line):
        return {"kind": "line", "label": mark.label, "x": json_array(mark.x), "y": json_array(mark.y)}
    if isinstance(mark, Bars):
        heights = json_array(mark.heights)
        return {"kind": "bars", "label": mark.label, "x": json_array(mark.x), "y": heights, "names": list(mark.names)}
    height, width, _ = mark.pixels.shape
    found = {"kind": "image", "label": mark.label, "width": width, "height": height, "digest": _digest(mark.pixels)}
    return found | ({"pixels": mark.pixels.tolist()} if width * height <= MOST_PIXELS else {})


def _digest(pixels: Array) -> str:
    return hashlib.sha256(np.ascontiguousarray(pixels, np.uint8).tobytes()).hexdigest()
