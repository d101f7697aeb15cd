"""What a figure shows, as plain data. Everything that draws figures reads this and nothing else.

Colours are "C0" to "C9" (a theme's palette), "foreground" (the colour of text), or "#rrggbb".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, Any]

PALETTE = "#3b82c4 #e8833a #3fa35b #d9534f #9270c9 #a0705f #d977b8 #8a8a8a #a8a832 #2fa9b8".split()
"""C0 to C9: of medium lightness, to be seen on white and on black."""


def shade(colour: str) -> str | None:
    """A colour as "#rrggbb"; None for the foreground, which only the surroundings know."""
    if colour == "foreground":
        return None
    return PALETTE[int(colour[1])] if colour.startswith("C") else colour


@dataclass(frozen=True)
class Line:
    """Points of the plane, joined or not: x and y are vectors of one length; a nan leaves a gap.

    style    how they are joined: "-", "--", ":", "-." or "" for not at all
    marker   "o", "." or "x" at each point, "" for nothing
    endless  it runs from one end of an axis to the other, which its infinities stand for
    """

    x: Array
    y: Array
    colour: str = "C0"
    label: str | None = None
    style: str = "-"
    marker: str = ""
    width: float = 1.5
    endless: bool = False


@dataclass(frozen=True)
class Bars:
    """Bars from 0 to each height, around each x; `names` stand below them, if there are any."""

    x: Array
    heights: Array
    width: float = 0.8
    colour: str = "C0"
    label: str | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Image:
    """A picture: bytes of shape (rows, columns, 3), the first row on top. `ink`: it is drawn in dark on white."""

    pixels: Array
    ink: bool = False
    label: None = None


Mark: TypeAlias = Line | Bars | Image


@dataclass
class Panel:
    """A system of axes and what is drawn in it, in order. A title may have several lines.

    xlim, ylim      (low, high), each None for what the data need
    xevery, yevery  ticks stand at multiples of this number, if it is given
    axes            whether there are any; `xaxis` and `yaxis` tell of the names and ticks of each
    """

    marks: list[Mark] = field(default_factory=list)
    title: str = ""
    xlabel: str = ""
    ylabel: str = ""
    xscale: str = "linear"
    yscale: str = "linear"
    xlim: tuple[float | None, float | None] = (None, None)
    ylim: tuple[float | None, float | None] = (None, None)
    legend: bool = False
    xevery: float | None = None
    yevery: float | None = None
    grid: bool = False
    axes: bool = True
    xaxis: bool = True
    yaxis: bool = True
    equal: bool = False

    @property
    def pictures(self) -> bool:
        """True if nothing but images is in it: it has no scales then."""
        return bool(self.marks) and all(isinstance(mark, Image) for mark in self.marks)

    def labelled(self) -> list[Line | Bars]:
        """What a legend lists."""
        return [mark for mark in self.marks if mark.label and not isinstance(mark, Image)]


@dataclass
class Figure:
    """Panels in a grid, by row and column from 0. `size` is in inches, as matplotlib counts."""

    title: str = ""
    shape: tuple[int, int] = (1, 1)
    panels: dict[tuple[int, int], Panel] = field(default_factory=dict)
    size: tuple[float, float] = (6.4, 4.8)

    def in_order(self) -> list[tuple[tuple[int, int], Panel]]:
        """The panels, row by row."""
        return sorted(self.panels.items(), key=lambda item: item[0])
