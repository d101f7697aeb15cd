"""A figure above the bars of progress: drawn in place while code runs, gone when it ends."""

from __future__ import annotations

import io
import time

import numpy as np
from rich.console import Console
from rich.progress import TextColumn

from gradcli.cli.bars import Bars
from gradcli.cli.figure_bars import FigureAndBars
from gradcli.plot.figure import Figure, Line, Panel


def figure(title: str) -> Figure:
    line = Line(np.arange(3.0), np.arange(3.0))
    return Figure(panels={(0, 0): Panel([line], title=title)})


def test_the_figure_is_drawn_as_it_was_when_it_was_given() -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=50, height=40)
    grown = figure("first")
    with FigureAndBars(TextColumn("{task.description}"), console=console, transient=True, auto_refresh=False) as bars:
        bars.add_task("line 7")
        bars.draw(grown)
        grown.panels[0, 0].title = "later"
        bars.refresh()
    assert "first" in screen.getvalue()
    assert "line 7" in screen.getvalue()
    assert "later" not in screen.getvalue()


def test_nothing_is_drawn_where_no_bar_is_shown() -> None:
    bars = Bars(lambda place: None)
    bars.drawn(figure("unseen"))
    assert bars.step is None


def test_many_figures_in_a_moment_are_drawn_once() -> None:
    drawn = []

    class Shown(FigureAndBars):
        def draw(self, figure: Figure) -> None:
            drawn.append(figure.title)

    bars = Bars(lambda place: None)
    shown = Shown(console=Console(file=io.StringIO()))
    bars.step, bars.drew = (shown, shown.add_task("")), time.monotonic() - 1
    for i in range(50):
        bars.drawn(Figure(title=str(i)))
    assert drawn[0] == "0"
    assert len(drawn) < 50
