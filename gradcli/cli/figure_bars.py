"""Bars of progress with a figure above them, which code draws again and again while it runs."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.progress import Progress

from gradcli.plot.figure import Figure
from gradcli.render.figures import FigureView


class FigureAndBars(Progress):
    """A Progress that shows a figure too, once there is one."""

    drawing: RenderableType | None = None

    def draw(self, figure: Figure) -> None:
        """Shows the figure as it is now, in the place of the one before."""
        # It is drawn here, not when the screen is refreshed: the code goes on, and changes it.
        self.drawing = Group(*FigureView(figure).lines(self.console, self.console.options))
        self.refresh()

    def get_renderables(self) -> Iterable[RenderableType]:
        """What the screen shows."""
        if self.drawing is not None:
            yield self.drawing
        yield from super().get_renderables()
