"""Figures as files, drawn by matplotlib: the extra `plot`."""

from __future__ import annotations

import io
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from gradcli.errors import InputError
from gradcli.files import write_file
from gradcli.plot.figure import Bars, Figure, Image, Panel, shade
from gradcli.plot.scale import axes_of, drawable

FURTHEST = 1e250
"""How far a logarithmic axis reaches."""

ENDINGS = (".png", ".svg", ".pdf")


def save(figure: Figure, path: str | os.PathLike[str]) -> None:
    """Writes the figure to a file, in the format of its ending.

    Raises InputError if matplotlib is not installed, the ending is none of ENDINGS, or the file cannot be written.
    """
    target = Path(path)
    if target.suffix.lower() not in ENDINGS:
        hint = f"name it {target.stem}{ENDINGS[0]}; the endings are {', '.join(ENDINGS)}"
        raise InputError("file", f"figures are not written as {target.suffix or 'a file without an ending'}", hint=hint)
    try:
        # Not pyplot, which keeps figures and looks for a window system.
        from matplotlib.figure import Figure as Drawing
    except ModuleNotFoundError:
        hint = "pip install 'gradcli[plot]'"
        raise InputError(
            "missing-extra", "a file of a figure needs matplotlib, which is not installed", hint=hint
        ) from None
    data = io.BytesIO()  # what matplotlib does where a disk is full depends on the format
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # what a scale cannot hold is left out, as it is everywhere
        drawing = Drawing(figsize=figure.size, layout="constrained")
        if figure.title:
            drawing.suptitle(figure.title)
        grid = drawing.add_gridspec(*figure.shape)
        for (row, column), panel in figure.in_order():
            _fill(drawing.add_subplot(grid[row, column]), panel)
        drawing.savefig(data, format=target.suffix[1:].lower())
    write_file(target, data.getvalue())


def _fill(axes: Any, panel: Panel) -> None:
    x, y = axes_of(panel)
    for mark in panel.marks:
        if isinstance(mark, Image):
            axes.imshow(mark.pixels)
            continue
        colour = shade(mark.colour) or "black"
        if isinstance(mark, Bars):
            axes.bar(
                drawable(mark.x, log=x.log),
                drawable(mark.heights, log=y.log),
                mark.width,
                color=colour,
                label=mark.label,
            )
            if mark.names:
                axes.set_xticks(mark.x, mark.names)
        elif mark.endless:
            across = np.isinf(mark.x).all()
            at = drawable(mark.y, log=y.log) if across else drawable(mark.x, log=x.log)
            draw = axes.axhline if across else axes.axvline
            draw(at[0], color=colour, label=mark.label, linestyle=mark.style, linewidth=mark.width)
        else:
            marker = mark.marker or ("" if mark.style else "o")
            axes.plot(
                drawable(mark.x, log=x.log),
                drawable(mark.y, log=y.log),
                color=colour,
                label=mark.label,
                linestyle=mark.style or "none",
                marker=marker,
                linewidth=mark.width,
            )
    axes.set(title=panel.title, xlabel=panel.xlabel, ylabel=panel.ylabel)
    if not panel.pictures:
        _scale(axes, panel)
    if panel.grid:
        axes.grid(visible=True, alpha=0.3)
    if panel.legend and panel.labelled():
        axes.legend()
    axes.xaxis.set_visible(panel.xaxis)
    axes.yaxis.set_visible(panel.yaxis)
    if not panel.axes:
        axes.set_axis_off()


def _scale(axes: Any, panel: Panel) -> None:
    """Both scales, and what they cover."""
    x, y = axes_of(panel)
    axes.set(xscale=panel.xscale, yscale=panel.yscale)
    for scale, shown, every in ((axes.xaxis, x, panel.xevery), (axes.yaxis, y, panel.yevery)):
        if every is not None and not shown.log:
            places, texts = zip(*shown.ticks(), strict=True) if shown.ticks() else ((), ())
            low, high = shown.ends
            scale.set_ticks([low + place * (high - low) for place in places], texts)
    for limit, given, axis in ((axes.set_xlim, panel.xlim, x), (axes.set_ylim, panel.ylim, y)):
        if axis.log:  # matplotlib refuses one without data, and its ticks reach beyond the ends
            limit(np.clip(axis.ends, 1 / FURTHEST, FURTHEST))
        elif given != (None, None):
            limit(axis.ends)
    if panel.equal:
        axes.set_aspect("equal", adjustable="datalim")
