"""Figures in a terminal: charts in braille dots, pictures in half blocks.

A drawing is a list of lines; a line is a list of spans, each a text with its colours.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TypeAlias

import numpy as np
from plotille import Canvas

from gradcli.plot.figure import Array, Bars, Figure, Image, Line, Panel, shade
from gradcli.plot.scale import Axis, axes_of, equalised, placed

Span: TypeAlias = tuple[str, str | None, str | None]
"""A text, its colour and that of its background, each "#rrggbb" or None for the terminal's own."""

Drawing: TypeAlias = list[list[Span]]

GAP = 2
HEIGHTS = (8, 16)
"""How many lines the area of a chart may have; a quarter of its columns if that lies between."""

BLANK = 0x2800
"""Braille without a dot; its eight lowest bits are the dots."""

SMALL = 16
"""Pictures with fewer columns are enlarged to about as many."""

MARKERS = "ox+*#@%&"
"""They tell series apart where there are no colours."""

SHADES = " ░▒▓█"

CELL = 8
"""Pixels of a picture drawn in ink that a column stands for at least."""

DARK = 128
"""How dark ink is, up to 255, to be seen however little there is of it."""

TONES = np.array([[16, 136], [196, 76], [46, 166], [226, 106]])
"""How dark the ground must be for each dot of a cell to be set (Bayer, 1973)."""

DOTS = np.array([[1, 8], [2, 16], [4, 32], [64, 128]])
"""The dots of braille, as bits."""

FAR = 1e100
"""How far outside a point may lie, in widths of the area, for a line to it to be drawn."""


def draw(figure: Figure, width: int = 80, *, colours: bool = True) -> Drawing:
    """The figure in at most `width` columns: its panels side by side where they fit, otherwise one below the other."""
    lines = _title(figure.title, width)
    columns = figure.shape[1]
    share = (width - GAP * (columns - 1)) // columns
    room = share if share >= 36 else width
    row: list[Drawing] = []
    for _, panel in figure.in_order():
        drawn = _picture_panel(panel, width, colours) if panel.pictures else _chart(panel, room, colours)
        if row and (len(row) == columns or sum(_width(each) + GAP for each in row) + _width(drawn) > width):
            lines += _beside(row)
            row = []
        row.append(drawn)
    return lines + _beside(row)


def show(figure: Figure) -> None:
    """Draws on standard output, with colours if that is a terminal and NO_COLOR is not set."""
    colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    drawing = draw(figure, shutil.get_terminal_size().columns - 1, colours=colours)
    sys.stdout.write("".join(_ansi(line) + "\n" for line in drawing))


def _ansi(line: Sequence[Span]) -> str:
    parts = []
    for text, front, back in line:
        codes = [
            f"{layer};2;{int(colour[1:3], 16)};{int(colour[3:5], 16)};{int(colour[5:], 16)}"
            for layer, colour in ((38, front), (48, back))
            if colour
        ]
        parts.append(f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if codes else text)
    return "".join(parts).rstrip()


def _width(drawing: Drawing) -> int:
    return max((sum(len(text) for text, _, _ in line) for line in drawing), default=0)


def _beside(drawings: Sequence[Drawing]) -> Drawing:
    """Drawings in one row."""
    height = max(map(len, drawings), default=0)
    lines: Drawing = [[] for _ in range(height)]
    for drawing in drawings:
        width = _width(drawing)
        for i, line in enumerate(lines):
            spans = drawing[i] if i < len(drawing) else []
            used = sum(len(text) for text, _, _ in spans)
            line += [*spans, (" " * (width - used + GAP), None, None)]
    return lines


def _centred(text: str, width: int, indent: int = 0) -> list[Span]:
    return [(" " * indent + text[:width].center(width), None, None)]


def _title(text: str, width: int, indent: int = 0) -> Drawing:
    """Each of its lines in the middle."""
    return [_centred(line, width, indent) for line in text.split("\n")] if text else []


# Charts


def _chart(panel: Panel, width: int, colours: bool) -> Drawing:
    """Title, legend, area with its ticks, and the texts of the axes."""
    x, y = axes_of(panel)
    low, high = HEIGHTS
    height = max(low, min(high, width // 4))
    rows = _rows(y, panel, height)
    indent = max(map(len, rows.values()), default=0) if panel.axes else -1
    columns = max(10, width - indent - 1)
    if panel.equal:
        x, y = equalised(x, y, columns, 2 * height)
        rows = _rows(y, panel, height)
    series = [mark for mark in panel.marks if not isinstance(mark, Image)]
    markers = (
        dict(zip(map(id, panel.labelled()), MARKERS * 20, strict=False)) if not colours and len(series) > 1 else {}
    )
    area = _area(series, x, y, columns, height, markers, colours)
    lines = _title(panel.title, columns, indent + 1)
    if panel.legend:
        lines += _legend(panel.labelled(), markers, indent + 1, width)
    if panel.ylabel:
        lines.append([(panel.ylabel, None, None)])
    if not panel.axes:
        return lines + area
    for i, spans in enumerate(area):
        lines.append([(f"{rows.get(i, ''):>{indent}}" + ("┤" if i in rows else "│"), None, None), *spans])
    lines += _below((_names(series, x) or x.ticks(max(3, columns // 10))) if panel.xaxis else [], columns, indent)
    if panel.xlabel:
        lines.append(_centred(panel.xlabel, columns, indent + 1))
    return lines


def _rows(y: Axis, panel: Panel, height: int) -> dict[int, str]:
    """The texts beside the y axis, by line."""
    ticks = y.ticks(max(4, height // 3)) if panel.yaxis else []
    return {height - 1 - round(place * (height - 1)): text for place, text in ticks}


def _area(
    series: Sequence[Line | Bars], x: Axis, y: Axis, columns: int, height: int, markers: dict[int, str], colours: bool
) -> Drawing:
    """Each series is drawn by itself; a later one gives its colour to what it shares with those below."""
    dots = np.full((height, columns), BLANK)
    owner = np.full((height, columns), -1)
    letters: dict[tuple[int, int], str] = {}
    for number, mark in enumerate(series):
        canvas = Canvas(columns, height)
        if isinstance(mark, Bars):
            _draw_bars(canvas, mark, x, y)
        else:
            _draw_line(canvas, mark, *placed(mark, x, y))
        drawn = np.array([[ord(char) for char in line] for line in canvas.plot("\n").split("\n")])
        drawn = np.where(drawn == ord(" "), BLANK, drawn)
        dots |= drawn
        owner[drawn != BLANK] = number
        if id(mark) in markers:
            letters |= dict.fromkeys(_cells(*placed(mark, x, y), columns, height), markers[id(mark)])
    shades = [shade(mark.colour) if colours else None for mark in series]
    return [
        list(
            _spans(
                (letters.get((i, j), _character(dots[i, j])), shades[owner[i, j]] if owner[i, j] >= 0 else None)
                for j in range(columns)
            )
        )
        for i in range(height)
    ]


def _character(dots: int) -> str:
    return " " if dots == BLANK else chr(dots)


def _spans(cells: Iterator[tuple[str, str | None]]) -> Iterator[Span]:
    """Neighbours of one colour in one span."""
    for colour, group in groupby(cells, key=lambda cell: cell[1]):
        yield "".join(char for char, _ in group), colour, None


def _draw_line(canvas: Canvas, line: Line, x: Array, y: Array) -> None:
    inside = (x >= 0) & (x <= 1) & (y >= 0) & (y <= 1)
    if line.style:
        for i in range(len(x) - 1):
            part = _clipped(x[i], y[i], x[i + 1], y[i + 1])
            if part is not None:
                canvas.line(*part)
    if line.marker or not line.style or len(x) == 1:
        for px, py in zip(x[inside].tolist(), y[inside].tolist(), strict=True):
            canvas.point(px, py)


def _clipped(x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float] | None:
    """The part of a segment in the unit square (Liang and Barsky, 1984); None if there is none, or an end is nan."""
    if not all(abs(place) < FAR for place in (x0, y0, x1, y1)):
        return None
    begin, end = 0.0, 1.0
    dx, dy = x1 - x0, y1 - y0
    for step, room in ((-dx, x0), (dx, 1 - x0), (-dy, y0), (dy, 1 - y0)):
        if step == 0:
            if room < 0:
                return None
        elif step < 0:
            begin = max(begin, room / step)
        else:
            end = min(end, room / step)
    if begin > end:
        return None
    return (*_unit(x0 + begin * dx, y0 + begin * dy), *_unit(x0 + end * dx, y0 + end * dy))


def _unit(x: float, y: float) -> tuple[float, float]:
    return float(min(max(x, 0), 1)), float(min(max(y, 0), 1))


def _draw_bars(canvas: Canvas, bars: Bars, x: Axis, y: Axis) -> None:
    """Filled with a line for each column of dots."""
    left, right = x.place(bars.x - bars.width / 2), x.place(bars.x + bars.width / 2)
    ground = 0.0 if y.log else float(y.place(np.zeros(())))
    dot = 1 / (2 * canvas.width)
    for begin, end, top in zip(left, right, y.place(bars.heights), strict=True):
        for at in np.arange(max(begin, 0), min(end, 1), dot) if np.isfinite(top) and begin < 1 and end > 0 else ():
            part = _clipped(at, ground, at, top)
            if part is not None:
                canvas.line(*part)


def _cells(x: Array, y: Array, columns: int, height: int, most: int = 8) -> list[tuple[int, int]]:
    """Row and column of some of the points."""
    seen = np.flatnonzero((x >= 0) & (x <= 1) & (y >= 0) & (y <= 1))
    chosen = seen[:: max(1, len(seen) // most)]
    rows = np.minimum(((1 - y[chosen]) * height).astype(int), height - 1)
    return list(zip(rows.tolist(), np.minimum((x[chosen] * columns).astype(int), columns - 1).tolist(), strict=True))


def _names(series: Sequence[Line | Bars], x: Axis) -> list[tuple[float, str]]:
    """The texts below bars that have names."""
    named = [mark for mark in series if isinstance(mark, Bars) and mark.names]
    return [item for mark in named for item in zip(x.place(mark.x).tolist(), mark.names, strict=True)]


def _below(ticks: Sequence[tuple[float, str]], columns: int, indent: int) -> Drawing:
    """The x axis and its texts; one that would touch its neighbour is left out."""
    line, texts = ["─"] * columns, ""
    for place, text in ticks:
        at = min(round(place * (columns - 1)), columns - 1)
        line[at] = "┬"
        start = min(max(at - len(text) // 2, 0), columns - len(text))
        if start >= len(texts) + bool(texts) and start >= 0:
            texts = texts.ljust(start) + text
    corner = " " * indent + "└"
    return [[(corner + "".join(line), None, None)], [(" " * (indent + 1) + texts, None, None)]]


def _legend(marks: Sequence[Line | Bars], markers: dict[int, str], indent: int, width: int) -> Drawing:
    """The labels, as many to a line as fit."""
    lines: Drawing = []
    used = width
    for mark in marks:
        text = f"{markers.get(id(mark), '■')} {mark.label}"
        if used + len(text) > width:
            lines.append([(" " * indent, None, None)])
            used = indent
        colour = None if markers else shade(mark.colour)
        lines[-1] += [(text[0], colour, None), (text[1:] + "  ", None, None)]
        used += len(text) + 2
    return lines


# Pictures


def _picture_panel(panel: Panel, width: int, colours: bool) -> Drawing:
    (*_, image) = panel.marks
    assert isinstance(image, Image)
    lines = (_inked if image.ink else _picture)(image.pixels, width, colours)
    room = max(_width(lines), *map(len, panel.title.split("\n")))
    lines += [_centred(panel.xlabel, room)] if panel.xlabel else []
    return [*_title(panel.title, room), *lines]


def _picture(pixels: Array, width: int, colours: bool) -> Drawing:
    """Two rows of pixels to a line: the upper one is the colour of the block, the lower one that of its background."""
    pixels = _resized(pixels, width)
    if len(pixels) % 2:
        pixels = np.concatenate([pixels, pixels[-1:]])
    upper, lower = pixels[::2], pixels[1::2]
    if not colours:
        grey = (upper.astype(float) + lower).mean(axis=-1) / 2 / 256
        return [[("".join(SHADES[int(value * len(SHADES))] for value in row), None, None)] for row in grey]
    return [[("▀", _hex(a), _hex(b)) for a, b in zip(*rows, strict=True)] for rows in zip(upper, lower, strict=True)]


def _inked(pixels: Array, width: int, colours: bool) -> Drawing:
    """What is drawn on white, every thin line seen: in its colours, or in dots as charts are."""
    rows, columns = pixels.shape[:2]
    width = min(width, max(columns // CELL, 1))
    height = max(round(rows * width / columns / 2), 1)
    if colours:
        return _picture(_reduced(np.minimum, pixels, 2 * height, width), width, colours)
    ink = 255 - pixels.min(axis=-1).astype(float)
    size = _reduced(np.add, np.ones(ink.shape), 4 * height, 2 * width)
    tone = _reduced(np.add, ink, 4 * height, 2 * width) / size
    on = (_reduced(np.maximum, ink, 4 * height, 2 * width) >= DARK) | (tone > np.tile(TONES, (height, width)))
    dots = BLANK + (on.reshape(height, 4, width, 2) * DOTS[:, None]).sum(axis=(1, 3))
    return [[("".join(map(_character, row)), None, None)] for row in dots]


def _reduced(function: np.ufunc, values: Array, rows: int, columns: int) -> Array:
    """Of each block of the picture, in so many rows and columns of them."""
    for axis, count in ((0, rows), (1, columns)):
        starts = np.linspace(0, values.shape[axis], count, endpoint=False).astype(int)
        values = function.reduceat(values, starts, axis=axis)
    return values


def _hex(pixel: Array) -> str:
    return "#" + bytes(pixel.tolist()).hex()


def _resized(pixels: Array, width: int) -> Array:
    """Small pictures enlarged by a whole factor; large ones made to fit by taking means."""
    rows, columns = pixels.shape[:2]
    if columns < SMALL:
        factor = min(SMALL // max(columns, 1), max(width // max(columns, 1), 1))
        return pixels.repeat(factor, axis=0).repeat(factor, axis=1)
    if columns <= width:
        return pixels
    for axis, size in ((0, max(1, round(rows * width / columns))), (1, width)):
        starts = np.linspace(0, pixels.shape[axis], size, endpoint=False).astype(int)
        counts = np.diff(np.append(starts, pixels.shape[axis]))
        sums = np.add.reduceat(pixels.astype(float), starts, axis=axis)
        pixels = sums / np.expand_dims(counts, tuple(i for i in range(3) if i != axis))
    return pixels.round().astype(np.uint8)
