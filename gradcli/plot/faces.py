"""Figures and axes as matplotlib names them: they fill in a figure's data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from gradcli.plot import contour as contours
from gradcli.plot.axis import AxisFace
from gradcli.plot.figure import Array, Bars, Figure, Image, Line, Mark, Panel
from gradcli.plot.inputs import LINES, LOCATIONS, STYLES, choice, colour, line_format, pair, pixels, refuse, vector

M = TypeVar("M", Line, Bars, Image)

SCALES = ("linear", "log")
LEVELS = 8
"""How many contours are drawn if no number is given."""


class Axes:
    """One panel of a figure, with the methods of matplotlib's Axes that there are."""

    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self._colours = 0

    def plot(
        self,
        *data: Any,
        color: Any = None,
        c: Any = None,
        label: str | None = None,
        linestyle: str | None = None,
        ls: str | None = None,
        marker: str | None = None,
        linewidth: float | None = None,
        lw: float | None = None,
        **others: Any,
    ) -> list[Line]:
        """Lines: `plot(y)`, `plot(x, y)`, each with a format string after it, several in a row."""
        refuse("plot", others)
        lines = []
        for x, y, text in _series(data):
            shade, style, shape = line_format(text)
            style = linestyle or ls or style
            named = color if color is not None else c
            lines.append(
                Line(
                    x,
                    y,
                    colour(named) if named is not None else shade or self._next_colour(),
                    label,
                    "-" if style is None else choice("plot", "linestyle", style.replace("None", ""), ("", *STYLES)),
                    marker or shape or "",
                    linewidth or lw or Line.width,
                )
            )
        return [self._add(line) for line in lines]

    def scatter(
        self,
        x: Any,
        y: Any,
        *,
        c: Any = None,
        color: Any = None,
        label: str | None = None,
        marker: str = "o",
        **others: Any,
    ) -> Line:
        """Points."""
        refuse("scatter", others)
        named = color if color is not None else c
        shade = self._next_colour() if named is None else colour(named)
        return self._add(Line(*pair(x, y, "scatter"), shade, label, "", marker))

    def bar(
        self, x: Any, height: Any, width: float = 0.8, *, color: Any = None, label: str | None = None, **others: Any
    ) -> Bars:
        """Bars; where x are texts, they stand below them."""
        refuse("bar", others)
        places = list(x) if not hasattr(x, "shape") else x
        names = tuple(places) if len(places) and all(isinstance(name, str) for name in places) else ()
        heights = vector(height, "bar")
        at, heights = pair(
            range(len(names)) if names else places,
            np.broadcast_to(heights, len(places)) if heights.size == 1 else heights,
            "bar",
        )
        shade = self._next_colour() if color is None else colour(color)
        return self._add(Bars(at, heights, float(width), shade, label, names))

    def imshow(
        self,
        X: Any,  # noqa: N803  # matplotlib's name
        cmap: str | None = None,
        *,
        vmin: float | None = None,
        vmax: float | None = None,
        **others: Any,
    ) -> Image:
        """A picture: grey values, or RGB in the last axis."""
        refuse("imshow", others)
        return self._add(Image(pixels(X, cmap, vmin, vmax)))

    def contour(self, *data: Any, levels: Any = None, colors: Any = None, **others: Any) -> Line:
        """Lines of equal height: `contour(Z)` or `contour(X, Y, Z)`, and the levels or their number."""
        refuse("contour", others)
        if len(data) in (2, 4):
            *data, levels = data  # type: ignore[assignment]  # a list does as well
        if len(data) not in (1, 3):
            raise TypeError(f"Function expects 1, 2, 3 or 4 positional arguments; {len(data)} given")
        z = np.asarray(data[-1], dtype=float)
        if z.ndim != 2 or min(z.shape) < 2:
            raise TypeError(f"Input z must be at least a (2, 2) shaped array, but has shape {z.shape}")
        x, y = (np.asarray(each, dtype=float) for each in data[:2]) if len(data) == 3 else map(np.arange, z.shape[::-1])
        x, y = x[0] if x.ndim == 2 else x, y[:, 0] if y.ndim == 2 else y
        if (len(y), len(x)) != z.shape:
            raise TypeError(f"Shapes of x {x.shape}, y {y.shape} and z {z.shape} do not fit")
        count = LEVELS if levels is None else levels
        wanted = contours.round_levels(z, count) if isinstance(count, int) else vector(count, "contour")
        parts = [contours.contour(x, y, z, level) for level in wanted]
        points = [np.concatenate([np.zeros(0), *(part[i] for part in parts)]) for i in (0, 1)]
        return self._add(Line(points[0], points[1], self._next_colour() if colors is None else colour(colors)))

    def hist(
        self,
        x: Any,
        bins: Any = 10,
        range: tuple[float, float] | None = None,  # matplotlib's name
        *,
        density: bool = False,
        color: Any = None,
        label: str | None = None,
        **others: Any,
    ) -> tuple[Array, Array, Bars]:
        """How many values fall between which edges: the counts, the edges, and the bars."""
        refuse("hist", others)
        counts, edges = np.histogram(vector(x, "hist"), bins, range, density=density)
        width = float(np.diff(edges).min())
        if not np.allclose(np.diff(edges), width):
            raise NotImplementedError("hist() does not support bins of different widths here")
        shade = self._next_colour() if color is None else colour(color)
        middles = (edges[:-1] + edges[1:]) / 2
        return counts, edges, self._add(Bars(middles, counts.astype(float), width, shade, label))

    def set_title(self, label: str | None, **others: Any) -> None:
        """The text above."""
        refuse("title", others)
        self.panel.title = _text(label)

    def set_xlabel(self, xlabel: str | None, **others: Any) -> None:
        """The text below the x axis."""
        refuse("xlabel", others)
        self.panel.xlabel = _text(xlabel)

    def set_ylabel(self, ylabel: str | None, **others: Any) -> None:
        """The text beside the y axis."""
        refuse("ylabel", others)
        self.panel.ylabel = _text(ylabel)

    def set_xscale(self, value: str, **others: Any) -> None:
        """Linear or "log"."""
        refuse("xscale", others)
        self.panel.xscale = choice("xscale", "value", value, SCALES)

    def set_yscale(self, value: str, **others: Any) -> None:
        """Linear or "log"."""
        refuse("yscale", others)
        self.panel.yscale = choice("yscale", "value", value, SCALES)

    def semilogx(self, *data: Any, **options: Any) -> list[Line]:
        """`plot` over a logarithmic x axis."""
        self.panel.xscale = "log"
        return self.plot(*data, **options)

    def semilogy(self, *data: Any, **options: Any) -> list[Line]:
        """`plot` with a logarithmic y axis."""
        self.panel.yscale = "log"
        return self.plot(*data, **options)

    def loglog(self, *data: Any, **options: Any) -> list[Line]:
        """`plot` with two logarithmic axes."""
        self.panel.xscale = self.panel.yscale = "log"
        return self.plot(*data, **options)

    def set_xlim(self, left: Any = None, right: float | None = None) -> None:
        """What the x axis covers: two numbers or a pair; None is what the data need."""
        self.panel.xlim = _limits(left, right)

    def set_ylim(self, bottom: Any = None, top: float | None = None) -> None:
        """What the y axis covers: two numbers or a pair; None is what the data need."""
        self.panel.ylim = _limits(bottom, top)

    def axhline(self, y: float = 0, **options: Any) -> Line:
        """A line from end to end at that height; it takes what `plot` does of colour, style and label."""
        return self._endless([-np.inf, np.inf], [y, y], options)

    def axvline(self, x: float = 0, **options: Any) -> Line:
        """A line from the bottom to the top; it takes what `plot` does of colour, style and label."""
        return self._endless([x, x], [-np.inf, np.inf], options)

    def grid(self, visible: bool = True, **others: Any) -> None:
        """Lines at the ticks, which look as they do."""
        refuse("grid", {name: value for name, value in others.items() if name not in LINES})
        self.panel.grid = bool(visible)

    def axis(self, arg: Any, **others: Any) -> None:
        """Limits [xmin, xmax, ymin, ymax], or one of the words "on", "off", "equal" and "tight"."""
        refuse("axis", others)
        if not isinstance(arg, (str, bool)):
            xmin, xmax, ymin, ymax = arg
            self.panel.xlim, self.panel.ylim = _limits(xmin, xmax), _limits(ymin, ymax)
            return
        choice("axis", "arg", arg, ("on", "off", "equal", "tight", True, False))
        if arg == "equal":
            self.panel.equal = True
        elif arg != "tight":
            self.panel.axes = arg in ("on", True)

    def legend(self, labels: Any = None, *, loc: str | int = "best", **others: Any) -> None:
        """Lists what has a label; `labels` gives labels to what was drawn, in order."""
        refuse("legend", others)
        choice("legend", "loc", loc, LOCATIONS)
        if labels is not None:
            marks = iter(labels)
            self.panel.marks = [_relabelled(mark, marks) for mark in self.panel.marks]
        self.panel.legend = True

    def set(self, **properties: Any) -> None:
        """Several at once: `set(title="t", xlim=(0, 1))` is `set_title("t")` and `set_xlim((0, 1))`."""
        refuse("set", {name: value for name, value in properties.items() if not hasattr(self, f"set_{name}")})
        for name, value in properties.items():
            getattr(self, f"set_{name}")(value)

    def cla(self) -> None:
        """Empties the axes."""
        self._colours = 0
        vars(self.panel).update(vars(Panel()))

    clear = cla

    @property
    def axes(self) -> Axes:
        """These: what matplotlib's pictures and lines know as theirs."""
        return self

    @property
    def xaxis(self) -> AxisFace:
        """The x axis."""
        return AxisFace(self.panel, "x")

    @property
    def yaxis(self) -> AxisFace:
        """The y axis."""
        return AxisFace(self.panel, "y")

    def get_xaxis(self) -> AxisFace:
        """The x axis."""
        return self.xaxis

    def get_yaxis(self) -> AxisFace:
        """The y axis."""
        return self.yaxis

    def set_xticks(self, ticks: Any, **others: Any) -> None:
        """No ticks, if the list is empty."""
        self.xaxis.set_ticks(ticks, **others)

    def set_yticks(self, ticks: Any, **others: Any) -> None:
        """No ticks, if the list is empty."""
        self.yaxis.set_ticks(ticks, **others)

    def _endless(self, x: list[float], y: list[float], options: dict[str, Any]) -> Line:
        """It takes no colour of the others', as in matplotlib."""
        if not {"color", "c"} & options.keys():
            options = {**options, "color": "C0"}
        (line,) = self.plot(x, y, **options)
        self.panel.marks[-1] = endless = replace(line, endless=True)
        return endless

    def _add(self, mark: M) -> M:
        self.panel.marks.append(mark)
        return mark

    def _next_colour(self) -> str:
        self._colours += 1
        return f"C{(self._colours - 1) % 10}"


class FigureFace:
    """A figure, with the methods of matplotlib's Figure that there are."""

    def __init__(self, figsize: tuple[float, float] | None = None) -> None:
        self.figure = Figure(size=Figure.size if figsize is None else (float(figsize[0]), float(figsize[1])))
        self.current: Axes | None = None
        self._made: dict[tuple[int, int], Axes] = {}

    @property
    def axes(self) -> list[Axes]:
        """All axes, row by row."""
        return [self._made[place] for place, _ in self.figure.in_order()]

    def add_subplot(self, *place: int, **properties: Any) -> Axes:
        """The axes at a place: `(rows, columns, index from 1)` or the three digits as one number; nothing is `111`."""
        rows, columns, index = _place(place)
        self.figure.shape = (max(rows, self.figure.shape[0]), max(columns, self.figure.shape[1]))
        where = divmod(index - 1, columns)
        if where not in self._made:
            self.figure.panels[where] = panel = Panel()
            self._made[where] = Axes(panel)
        self.current = self._made[where]
        self.current.set(**properties)
        return self.current

    def gca(self) -> Axes:
        """The axes that were made or chosen last."""
        return self.current or self.add_subplot()

    def suptitle(self, t: str, **others: Any) -> None:
        """The text above all axes."""
        refuse("suptitle", others)
        self.figure.title = str(t)

    def clf(self) -> None:
        """Empties the figure."""
        self.figure.title, self.figure.shape = "", Figure.shape
        self.figure.panels.clear()
        self.current, self._made = None, {}

    clear = clf

    def tight_layout(self, **room: Any) -> None:  # there is none to give
        """Nothing: figures are tight here."""

    def savefig(self, fname: Any, **others: Any) -> None:
        """Writes a PNG or SVG file, by the name's ending."""
        refuse("savefig", others)
        from gradcli.plot.files import save

        save(self.figure, fname)


def _series(data: tuple[Any, ...]) -> list[tuple[Any, Any, str]]:
    """x, y and format string of each line among the arguments of `plot`."""
    found = []
    rest = list(data)
    while rest:
        first = rest.pop(0)
        if rest and not isinstance(rest[0], str):
            x, y = pair(first, rest.pop(0), "plot")
        else:
            y = vector(first, "plot")
            x = np.arange(len(y), dtype=float)
        found.append((x, y, rest.pop(0) if rest and isinstance(rest[0], str) else ""))
    return found


def _text(label: Any) -> str:
    return "" if label is None else str(label)


def _limits(low: Any, high: float | None) -> tuple[float | None, float | None]:
    if high is None and low is not None and np.ndim(low):
        low, high = low
    pair = None if low is None else float(low), None if high is None else float(high)
    if any(limit is not None and not np.isfinite(limit) for limit in pair):
        raise ValueError("Axis limits cannot be NaN or Inf")
    return pair


def _place(place: tuple[int, ...]) -> tuple[int, int, int]:
    if not place:
        return 1, 1, 1
    if len(place) == 1:
        place = tuple(int(digit) for digit in str(place[0]))
    if len(place) != 3:
        raise ValueError("a place is (rows, columns, index) or a number of three digits")
    rows, columns, index = place
    if not 1 <= index <= rows * columns:
        raise ValueError(f"num must be an integer with 1 <= num <= {rows * columns}, not {index}")
    return rows, columns, index


def _relabelled(mark: Mark, labels: Iterator[Any]) -> Mark:
    """The mark with the next label, if it is no picture and there is one left."""
    label = None if isinstance(mark, Image) else next(labels, None)
    return mark if label is None or isinstance(mark, Image) else replace(mark, label=str(label))
