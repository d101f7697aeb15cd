"""Figures on the screen, as wide as the console and with the colours that it has."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from gradcli.plot.figure import Figure
from gradcli.plot.terminal import Span, draw

MAX_WIDTH = 100


@dataclass(frozen=True)
class FigureView:
    """A figure as something that Rich prints."""

    figure: Figure

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
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
