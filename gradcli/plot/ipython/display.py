"""`IPython.display`: figures that are shown again and again while code runs. All else is printed, as Python does."""

from __future__ import annotations

from typing import Any

from gradcli.plot import pyplot
from gradcli.plot.faces import FigureFace
from gradcli.plot.inline.backend_inline import set_matplotlib_formats

__all__ = ["clear_output", "display", "set_matplotlib_formats"]


def display(*objs: Any) -> None:
    """Shows figures, and prints other objects."""
    for each in objs:
        if isinstance(each, FigureFace):
            pyplot.display(each)
        elif type(each).__module__ == "matplotlib.figure":
            from gradcli.plot.installed import picture

            pyplot.keep([picture(each)])
        else:
            print(repr(each))  # noqa: T201  # as a notebook does


def clear_output(wait: bool = False) -> None:
    """Takes away the figures that were shown; what was printed stays."""
    pyplot.clear_output(wait=wait)


def __getattr__(name: str) -> Any:
    if name in ("HTML", "Image", "Markdown", "Math", "Latex", "SVG", "Video", "Audio"):
        raise AttributeError(
            f"IPython.display.{name} is not supported here: there is no notebook to show it", name=name
        )
    raise AttributeError(f"module 'IPython.display' has no attribute {name!r} here; it has {', '.join(__all__)}")
