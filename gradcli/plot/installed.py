"""matplotlib itself in a scenario, where the face lacks what a page asks for.

This module is the backend that matplotlib is told to use: it opens no window, and keeps pictures as the face keeps
figures. It is imported only where it is needed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import __version__ as version
from matplotlib import pyplot as plt
from matplotlib import rcdefaults, use
from matplotlib._pylab_helpers import Gcf  # where a backend finds the figures that are open
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

from gradcli.plot import pyplot as face
from gradcli.plot.figure import Figure, Image, Panel

__all__ = ["FigureCanvas", "FigureManager", "begin", "picture", "show", "version"]


class FigureManager(FigureManagerBase):
    """What `pyplot.show` calls: it shows where the face does, and closes as the face does."""

    @classmethod
    def pyplot_show(cls, *, block: bool | None = None) -> None:
        """All open figures; from `pyplot.pause`, which does not wait, the current one, which will be drawn again."""
        if block is False:
            face.draw_again(picture(plt.gcf()))
            return
        figures = [manager.canvas.figure for manager in Gcf.get_all_fig_managers()]
        Gcf.destroy_all()
        face.keep([picture(figure) for figure in figures if figure.axes])


class FigureCanvas(FigureCanvasAgg):
    """Pixels in memory."""

    manager_class = FigureManager

    def start_event_loop(self, timeout: float = 0) -> None:
        """Nothing: no one waits here."""


def begin() -> None:
    """A matplotlib as in a fresh process."""
    use("module://gradcli.plot.installed")
    rcdefaults()
    plt.close("all")


def show() -> None:
    """Shows what is open at the end of a step."""
    FigureManager.pyplot_show()


def picture(drawing: Any) -> Figure:
    """A figure of matplotlib's as one of ours, which has nothing but its pixels."""
    canvas: Any = FigureCanvas(drawing)
    canvas.draw()
    pixels = np.array(canvas.buffer_rgba())[..., :3]
    size = tuple(float(inches) for inches in drawing.get_size_inches())
    return Figure(panels={(0, 0): Panel([Image(pixels, ink=True)], axes=False)}, size=(size[0], size[1]))
