"""Figures as SVG: one self-contained text, in the colour of the text around it, with its pictures inside.

It sizes itself to its surroundings, needs no script, and names no colour for what is not data, so it is read on light
and on dark ground alike.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Sequence
from html import escape

import numpy as np

from gradcli.plot.figure import Array, Bars, Figure, Image, Line, Panel, shade
from gradcli.plot.lettering import fitted, text_width
from gradcli.plot.scale import Axis, axes_of, equalised, placed
from gradcli.png import encode

UNIT = 72.0
"""Pixels to an inch of the figure's size."""

FONT = 12
SAMPLE, BETWEEN, ROW = 24, 18, 18
"""Of a legend: the room for a sample of the line, and between two entries; the height of a row."""

LINE = 16
"""From one line of a title to the next."""

DASHES = {"-": "", "--": "7 4", ":": "1.5 4", "-.": "7 3 1.5 3"}
FAR = 200.0
"""How far outside the area a point may lie, in its sides."""
SHARP = 'style="image-rendering:pixelated" '
"""Of pictures whose pixels are data."""

GREY = 0.18
"""How strong the lines of a grid are."""


def svg(figure: Figure, *, alone: bool = False) -> str:
    """The figure as SVG, to stand in a page; `alone` for a file of its own, which follows the reader's theme."""
    width, height = (side * UNIT for side in figure.size)
    rows, columns = figure.shape
    top = _height(figure.title, 1.8 * FONT)
    parts = [*_title(figure.title, width / 2, 1.2 * FONT, width, FONT + 2)]
    room = width / columns, (height - top) / rows
    for (row, column), panel in figure.in_order():
        parts.append(f'<g transform="translate({column * room[0]:.5g} {top + row * room[1]:.5g})">')
        parts += _pictures(panel, *room) if panel.pictures else _chart(panel, *room)
        parts.append("</g>")
    titles = filter(None, [figure.title, *(panel.title for panel in figure.panels.values())])
    theme = ";color-scheme:light dark;color:CanvasText;background:Canvas" if alone else ""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.5g} {height:.5g}" width="{width:.5g}" '
        f'role="img" aria-label="{escape(" ".join(", ".join(titles).split()) or "figure")}" font-family="sans-serif" '
        f'font-size="{FONT}" fill="currentColor" style="max-width:100%;height:auto{theme}">'
    )
    return "\n".join([head, *parts, "</svg>"]) + "\n"


def _chart(panel: Panel, width: float, height: float) -> Iterator[str]:
    x, y = axes_of(panel)
    series = [mark for mark in panel.marks if not isinstance(mark, Image)]
    ticks = max((text_width(text, FONT) for _, text in y.ticks()), default=FONT) + 8
    left = 10 + ticks * panel.axes + 18 * bool(panel.ylabel)
    legend = _rows(panel.labelled() if panel.legend else [], width - left - 12, int(height / 2 / ROW))
    top = 10 + _height(panel.title, 20) + ROW * len(legend)
    area = width - left - 12, height - top - (24 * panel.axes + 20 * bool(panel.xlabel) + 4)
    if panel.equal:
        x, y = equalised(x, y, *area)
    names = [
        place
        for mark in series
        if isinstance(mark, Bars)
        for place in zip(x.place(mark.x).tolist(), mark.names, strict=False)
    ]
    yield from _title(panel.title, left + area[0] / 2, 20, area[0], FONT + 1)
    for i, row in enumerate(legend):
        yield from _legend(row, left, top - 8 - ROW * (len(legend) - 1 - i), width - left - 12)
    yield f'<svg x="{left:.5g}" y="{top:.5g}" width="{area[0]:.5g}" height="{area[1]:.5g}" overflow="hidden">'
    for mark in series:
        yield from _line(mark, x, y, area) if isinstance(mark, Line) else _bars(mark, x, y, area)
    yield "</svg>"
    if panel.axes:
        yield from _axes(
            (names or x.ticks(max(3, int(area[0] / 70)))) if panel.xaxis else [],
            y.ticks(max(3, int(area[1] / 40))) if panel.yaxis else [],
            left,
            top,
            area,
            grid=panel.grid,
        )
    if panel.xlabel:
        yield _text(left + area[0] / 2, height - 8, panel.xlabel, room=area[0])
    if panel.ylabel:
        turned = f'transform="translate(14 {top + area[1] / 2:.5g}) rotate(-90)"'
        yield _text(0, 0, panel.ylabel, extra=turned, room=area[1])


def _axes(
    across: Sequence[tuple[float, str]],
    up: Sequence[tuple[float, str]],
    left: float,
    top: float,
    area: tuple[float, float],
    *,
    grid: bool,
) -> Iterator[str]:
    width, height = area
    yield _path(f"M{left:.5g} {top:.5g}v{height:.5g}h{width:.5g}", opacity=0.6)
    for place, text in across:
        at = left + place * width
        yield _path(f"M{at:.5g} {top + height:.5g}v4", opacity=0.6)
        if grid:
            yield _path(f"M{at:.5g} {top:.5g}v{height:.5g}", opacity=GREY)
        yield _text(at, top + height + 17, text)
    for place, text in up:
        at = top + (1 - place) * height
        yield _path(f"M{left:.5g} {at:.5g}h-4", opacity=0.6)
        if grid:
            yield _path(f"M{left:.5g} {at:.5g}h{width:.5g}", opacity=GREY)
        yield _text(left - 7, at + 4, text, anchor="end")


def _line(line: Line, x: Axis, y: Axis, area: tuple[float, float]) -> Iterator[str]:
    colour = _colour(line.colour)
    px, py = placed(line, x, y)
    py = 1 - py
    seen = np.isfinite(px) & np.isfinite(py)
    # A renderer works with single precision: far outside, the place does not matter any more.
    px, py = (np.clip(places, -FAR, FAR) * side for places, side in zip((px, py), area, strict=True))
    if line.style:
        joined = seen & np.append(False, seen[:-1])
        path = "".join(f"{'L' if joined[i] else 'M'}{px[i]:.6g} {py[i]:.6g}" for i in np.flatnonzero(seen))
        yield _path(path, colour, width=line.width, dashes=DASHES[line.style])
    if line.marker or not line.style:
        for cx, cy in zip(px[seen], py[seen], strict=True):
            yield _marker(line.marker or "o", cx, cy, colour)


def _marker(marker: str, x: float, y: float, colour: str) -> str:
    if marker == "x":
        return _path(f"M{x - 3:.5g} {y - 3:.5g}l6 6m0-6l-6 6", colour, width=1.5)
    return f'<circle cx="{x:.5g}" cy="{y:.5g}" r="{1.5 if marker == "." else 3}" fill="{colour}"/>'


def _bars(bars: Bars, x: Axis, y: Axis, area: tuple[float, float]) -> Iterator[str]:
    ground = 0.0 if y.log else float(y.place(np.zeros(())))
    begins, ends = x.place(bars.x - bars.width / 2), x.place(bars.x + bars.width / 2)
    places = [np.clip(place, -FAR, FAR) for place in (begins, ends, y.place(bars.heights))]
    for begin, end, top in zip(*places, strict=True):
        if np.isfinite(top):
            low, high = sorted((min(max(ground, -FAR), FAR), float(top)))
            yield (
                f'<rect x="{begin * area[0]:.5g}" y="{(1 - high) * area[1]:.5g}" width="{(end - begin) * area[0]:.5g}" '
                f'height="{(high - low) * area[1]:.5g}" fill="{_colour(bars.colour)}"/>'
            )


def _rows(marks: Sequence[Line | Bars], room: float, most: int) -> list[list[Line | Bars]]:
    """The entries of a legend, as many to a row as fit, and at most so many rows: the area needs room too."""
    rows: list[list[Line | Bars]] = []
    used = room
    for mark in marks:
        entry = SAMPLE + text_width(str(mark.label), FONT)
        if used + entry > room:
            rows.append([])
            used = 0.0
        rows[-1].append(mark)
        used += entry + BETWEEN
    return rows[: max(most, 1)]


def _legend(marks: Sequence[Line | Bars], left: float, at: float, room: float) -> Iterator[str]:
    """A row of a legend; a label that is wider than all the room is cut, and shown whole under the pointer."""
    for mark in marks:
        colour = _colour(mark.colour)
        if isinstance(mark, Line) and mark.style:
            yield _path(f"M{left:.5g} {at - 4:.5g}h18", colour, width=2, dashes=DASHES[mark.style])
        elif isinstance(mark, Line):
            yield _marker(mark.marker or "o", left + 9, at - 4, colour)
        else:
            yield f'<rect x="{left + 4:.5g}" y="{at - 9:.5g}" width="10" height="10" fill="{colour}"/>'
        yield _text(left + SAMPLE, at, str(mark.label), anchor="start", room=room - SAMPLE)
        left += SAMPLE + text_width(str(mark.label), FONT) + BETWEEN


def _pictures(panel: Panel, width: float, height: float) -> Iterator[str]:
    """The picture as large as fits, its pixels square and sharp."""
    (*_, image) = panel.marks
    assert isinstance(image, Image)
    rows, columns = image.pixels.shape[:2]
    top, below = 4 + _height(panel.title, 18), 4 + 18 * bool(panel.xlabel)
    scale = max(min((width - 8) / columns, (height - top - below) / rows), 0.0)
    left, size = (width - scale * columns) / 2, (scale * columns, scale * rows)
    yield from _title(panel.title, width / 2, 15, width, FONT)
    yield (
        f'<image x="{left:.5g}" y="{top}" width="{size[0]:.5g}" height="{size[1]:.5g}" '
        f'{"" if image.ink else SHARP}href="{_png(image.pixels)}"/>'
    )
    if panel.xlabel:
        yield _text(width / 2, top + size[1] + 15, panel.xlabel, room=width)


def _height(title: str, first: float) -> float:
    """The room that a title needs, of which the first line takes so much."""
    return first + LINE * title.count("\n") if title else 0.0


def _title(title: str, x: float, y: float, room: float, size: int) -> Iterator[str]:
    """The lines of a title, one below the other."""
    for i, line in enumerate(title.split("\n")):
        if line:
            yield _text(x, y + LINE * i, line, size=size, room=room)


def _png(pixels: Array) -> str:
    """A data address that holds the picture as PNG."""
    return "data:image/png;base64," + base64.b64encode(encode(pixels)).decode()


def _path(way: str, colour: str = "currentColor", *, opacity: float = 1, width: float = 1, dashes: str = "") -> str:
    more = f' stroke-opacity="{opacity}"' if opacity != 1 else ""
    more += f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<path d="{way}" fill="none" stroke="{colour}" stroke-width="{width:g}" stroke-linejoin="round"{more}/>'


def _text(
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "middle",
    size: int = FONT,
    extra: str = "",
    room: float = math.inf,
) -> str:
    """A line of text. What is wider than `room` is cut, and the whole of it is shown under the pointer."""
    more = f' font-size="{size}"' if size != FONT else ""
    shown = fitted(text, size, room)
    whole = "" if shown == text else f"<title>{escape(text)}</title>"
    return f'<text x="{x:.5g}" y="{y:.5g}" text-anchor="{anchor}"{more} {extra}>{whole}{escape(shown)}</text>'


def _colour(colour: str) -> str:
    return shade(colour) or "currentColor"
