"""The part of matplotlib's `pyplot` that tutorials need, without matplotlib.

Inside a scenario, figures are kept with the step that made them; anywhere else `show()` draws them in the terminal.
A name that is not here raises AttributeError, an argument that is not supported NotImplementedError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from gradcli.plot.arguments import refuse
from gradcli.plot.faces import Axes, FigureFace
from gradcli.plot.figure import Figure


class _State:
    """The figures that were begun and not shown yet, the current one last; and where shown ones are kept."""

    open: list[FigureFace] = []  # noqa: RUF012  # replaced, never changed in place
    kept: list[Figure] | None = None


def _on_axes(name: str) -> Callable[..., Any]:
    """The function that calls the method of that name of the current axes."""

    def call(*args: Any, **options: Any) -> Any:
        return getattr(gca(), name)(*args, **options)

    call.__name__ = name.removeprefix("set_")
    call.__doc__ = getattr(Axes, name).__doc__
    return call


plot, scatter, bar, imshow, contour = map(_on_axes, ("plot", "scatter", "bar", "imshow", "contour"))
semilogx, semilogy, loglog = map(_on_axes, ("semilogx", "semilogy", "loglog"))
title, xlabel, ylabel = map(_on_axes, ("set_title", "set_xlabel", "set_ylabel"))
xscale, yscale, xlim, ylim = map(_on_axes, ("set_xscale", "set_yscale", "set_xlim", "set_ylim"))
axis, grid, legend = map(_on_axes, ("axis", "grid", "legend"))


def figure(*, figsize: tuple[float, float] | None = None, **others: Any) -> FigureFace:
    """A new figure, which becomes the current one."""
    refuse("figure", others)
    _State.open = [*_State.open, FigureFace(figsize)]
    return _State.open[-1]


def gcf() -> FigureFace:
    """The current figure; a new one if there is none."""
    return _State.open[-1] if _State.open else figure()


def gca() -> Axes:
    """The current axes."""
    return gcf().gca()


def subplot(*place: int) -> Axes:
    """The axes at `(rows, columns, index from 1)` of the current figure, which become the current ones."""
    return gcf().add_subplot(*place)


def subplots(
    nrows: int = 1, ncols: int = 1, *, figsize: tuple[float, float] | None = None, squeeze: bool = True, **others: Any
) -> tuple[FigureFace, Any]:
    """A new figure and its axes: an array of them, without axes of length 1 if `squeeze`; alone if they are one."""
    refuse("subplots", others)
    made = figure(figsize=figsize)
    axes = np.empty((nrows, ncols), dtype=object)
    for index in range(nrows * ncols):
        axes[divmod(index, ncols)] = made.add_subplot(nrows, ncols, index + 1)
    if not squeeze:
        return made, axes
    return made, axes.item() if axes.size == 1 else axes.squeeze()


def suptitle(t: str, **others: Any) -> None:
    """The text above all axes of the current figure."""
    gcf().suptitle(t, **others)


def tight_layout() -> None:
    """Nothing: figures are tight here."""


def savefig(fname: Any, **others: Any) -> None:
    """Writes the current figure to a PNG or SVG file; needs matplotlib."""
    gcf().savefig(fname, **others)


def close(fig: Any = None) -> None:
    """Drops the current figure, that one, or "all"."""
    if fig == "all":
        _State.open = []
    elif isinstance(fig, FigureFace):
        _State.open = [each for each in _State.open if each is not fig]
    elif fig is None:
        _State.open = _State.open[:-1]
    else:
        raise NotImplementedError(f"close({fig!r}) is not supported here")


def show() -> None:
    """Shows all open figures: drawn on standard output, or kept with the step of the scenario. They are closed."""
    figures = [face.figure for face in _State.open if face.figure.panels]
    _State.open = []
    if _State.kept is not None:
        _State.kept += figures
        return
    from gradcli.plot.terminal import show as draw

    for each in figures:
        draw(each)


@contextmanager
def keeping() -> Iterator[list[Figure]]:
    """Inside, figures that are shown, or still open at the end, go into this list instead of the terminal."""
    before = _State.open, _State.kept
    _State.open, _State.kept = [], []
    try:
        yield _State.kept
        show()
    finally:
        _State.open, _State.kept = before


def __getattr__(name: str) -> Any:
    public = (known for known in globals() if not known.startswith("_") and known not in _NOT_PYPLOT)
    raise AttributeError(
        f"module 'matplotlib.pyplot' has no attribute {name!r} here; it has {', '.join(sorted(public))}"
    )


_NOT_PYPLOT = "annotations Any Axes Callable Figure FigureFace Iterator contextmanager keeping np refuse".split()
