"""The part of matplotlib's `pyplot` that tutorials need, without matplotlib.

Inside a scenario, figures are kept with the step that made them; anywhere else `show()` draws them in the terminal.
A name that is not here raises AttributeError, an argument that is not supported NotImplementedError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from gradcli.plot.faces import Axes, FigureFace
from gradcli.plot.figure import Figure
from gradcli.plot.inputs import refuse


class _State:
    """The figures that were begun and not shown yet, the current one last; where shown ones are kept; who draws now."""

    open: list[FigureFace] = []  # noqa: RUF012  # replaced, never changed in place
    kept: list[Figure] | None = None
    drawn: Callable[[Figure], None] | None = None
    outdated: list[Figure] = []  # noqa: RUF012  # what goes when something is shown next


def _on_axes(name: str) -> Callable[..., Any]:
    """The function that calls the method of that name of the current axes."""

    def call(*args: Any, **options: Any) -> Any:
        return getattr(gca(), name)(*args, **options)

    call.__name__ = name.removeprefix("set_")
    call.__doc__ = getattr(Axes, name).__doc__
    return call


plot, scatter, bar, hist, imshow, contour = map(_on_axes, ("plot", "scatter", "bar", "hist", "imshow", "contour"))
semilogx, semilogy, loglog = map(_on_axes, ("semilogx", "semilogy", "loglog"))
title, xlabel, ylabel = map(_on_axes, ("set_title", "set_xlabel", "set_ylabel"))
xscale, yscale, xlim, ylim = map(_on_axes, ("set_xscale", "set_yscale", "set_xlim", "set_ylim"))
axis, grid, legend, cla = map(_on_axes, ("axis", "grid", "legend", "cla"))
axhline, axvline = map(_on_axes, ("axhline", "axvline"))
xticks, yticks = map(_on_axes, ("set_xticks", "set_yticks"))


class _Parameters(dict[str, Any]):
    """matplotlib's settings, of which one does something; those of mere appearance are kept and ignored."""

    def __setitem__(self, key: str, value: Any) -> None:
        if key not in _DEFAULTS and not key.startswith(_APPEARANCE):
            raise NotImplementedError(f"rcParams[{key!r}] is not supported here, only {', '.join(_DEFAULTS)}")
        super().__setitem__(key, value)

    def update(self, *given: Any, **named: Any) -> None:
        for key, value in dict(*given, **named).items():
            self[key] = value


_APPEARANCE = ("font.", "savefig.", "figure.dpi", "figure.facecolor", "lines.linewidth", "lines.markersize",
               "axes.unicode_minus", "axes.titlesize", "axes.labelsize", "axes.facecolor", "legend.fontsize",
               "xtick.labelsize", "ytick.labelsize")  # fmt: skip
_DEFAULTS = {"figure.figsize": Figure.size}
rcParams = _Parameters(_DEFAULTS)  # noqa: N816  # matplotlib's name


def rcdefaults() -> None:
    """The settings as they are at first."""
    rcParams.clear()
    rcParams.update(_DEFAULTS)


def figure(*, figsize: tuple[float, float] | None = None, **others: Any) -> FigureFace:
    """A new figure, which becomes the current one."""
    refuse("figure", others)
    _State.open = [*_State.open, FigureFace(figsize or rcParams["figure.figsize"])]
    return _State.open[-1]


def gcf() -> FigureFace:
    """The current figure; a new one if there is none."""
    return _State.open[-1] if _State.open else figure()


def gca() -> Axes:
    """The current axes."""
    return gcf().gca()


def subplot(*place: int, **properties: Any) -> Axes:
    """The axes at `(rows, columns, index from 1)` of the current figure, which become the current ones."""
    return gcf().add_subplot(*place, **properties)


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


def tight_layout(**room: Any) -> None:  # there is none to give
    """Nothing: figures are tight here."""


def savefig(fname: Any, **others: Any) -> None:
    """Writes the current figure to a PNG or SVG file; needs matplotlib."""
    gcf().savefig(fname, **others)


def clf() -> None:
    """Empties the current figure."""
    gcf().clf()


def draw() -> None:
    """Draws the current figure as it is now, if someone is watching: it will be drawn again."""
    draw_again(gcf().figure)


def draw_again(figure: Figure) -> None:
    """Draws a figure that will be drawn again, if someone is watching."""
    if _State.drawn is not None:
        _State.drawn(figure)


def pause(interval: float) -> None:  # noqa: ARG001  # no one waits here
    """Draws the current figure as it is now, as `draw`, and goes on at once."""
    draw()


def ion() -> None:
    """Nothing: a figure is drawn by `draw`, `pause` and `show`."""


def ioff() -> None:
    """Nothing: a figure is drawn by `draw`, `pause` and `show`."""


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


def show(*, block: bool | None = None) -> None:  # noqa: ARG001  # there is no window to wait for
    """Shows all open figures: drawn on standard output, or kept with the step of the scenario. They are closed."""
    figures = [face.figure for face in _State.open if face.figure.panels]
    _State.open = []
    keep(figures)


def display(face: FigureFace) -> None:
    """Shows a figure that stays open, as a notebook does: a scenario keeps it once, as it is in the end."""
    draw_again(face.figure)
    if _State.kept is not None or face not in _State.open:
        keep([face.figure])


def clear_output(*, wait: bool) -> None:
    """Takes away what was shown and kept so far: now, or when something is shown next."""
    _State.outdated = list(_State.kept or [])
    if not wait:
        keep([])


def keep(figures: Sequence[Figure]) -> None:
    """Shows figures: keeps them, each once; or draws them on standard output."""
    if _State.kept is None:
        from gradcli.plot.terminal import show as draw

        for each in figures:
            draw(each)
        return
    gone, _State.outdated = _State.outdated, []
    kept = [each for each in _State.kept if not any(each is old for old in gone)]
    _State.kept[:] = kept + [each for each in figures if not any(each is other for other in kept)]


@contextmanager
def keeping(drawn: Callable[[Figure], None] | None = None) -> Iterator[list[Figure]]:
    """Inside, figures that are shown, or still open at the end, go into this list instead of the terminal.

    drawn  is given a figure that will be drawn again, whenever it is drawn
    """
    before = _State.open, _State.kept, _State.drawn
    _State.open, _State.kept, _State.drawn, _State.outdated = [], [], drawn, []
    try:
        yield _State.kept
        if _State.open:
            show()
    finally:
        _State.open, _State.kept, _State.drawn = before


def __getattr__(name: str) -> Any:
    public = (known for known in globals() if not known.startswith("_") and known not in _NOT_PYPLOT)
    raise AttributeError(
        f"module 'matplotlib.pyplot' has no attribute {name!r} here; it has {', '.join(sorted(public))}"
    )


_NOT_PYPLOT = (
    "annotations Any Axes Callable Figure FigureFace Iterator Sequence clear_output contextmanager display draw_again "
    "keep keeping np rcParams refuse"
).split()
