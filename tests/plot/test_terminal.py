"""Drawings in a terminal: the right dots, within the width, with and without colours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from gradcli.plot import pyplot as plt
from gradcli.plot.figure import PALETTE, Bars, Figure, Image, Line, Panel
from gradcli.plot.terminal import BLANK, draw
from gradcli.render.figures import FigureView


def lines(figure: Figure, width: int = 60, *, colours: bool = False) -> list[str]:
    return ["".join(text for text, _, _ in line).rstrip() for line in draw(figure, width, colours=colours)]


def one(*marks: object, **fields: object) -> Figure:
    return Figure(panels={(0, 0): Panel(list(marks), **fields)})


def dots(text: str) -> int:
    """How many braille dots there are."""
    return sum((ord(char) - BLANK).bit_count() for char in text if BLANK <= ord(char) < BLANK + 256)


DIAGONAL = Line(np.array([0.0, 1.0]), np.array([0.0, 1.0]), label="up")


def test_a_rising_line_rises() -> None:
    area = [line.partition("│")[2] or line.partition("┤")[2] for line in lines(one(DIAGONAL))[:-2]]
    columns = [len(line) - len(line.lstrip()) for line in area if line.strip()]
    assert columns == sorted(columns, reverse=True)
    assert columns[0] > 45
    assert columns[-1] < 10


def test_texts_and_ticks() -> None:
    shown = lines(one(DIAGONAL, title="Title", xlabel="across", ylabel="up", legend=True))
    assert shown[0].strip() == "Title"
    assert shown[1].strip() == "■ up"
    assert shown[2] == "up"
    assert shown[-1].strip() == "across"
    assert shown[-2].split() == ["0.0", "0.5", "1.0"]
    assert [line.split("┤")[0].strip() for line in shown if "┤" in line] == ["1.0", "0.5", "0.0"]


def test_a_gap_is_not_joined() -> None:
    whole = Line(np.arange(5.0), np.zeros(5))
    broken = Line(np.arange(5.0), np.array([0, 0, np.nan, 0, 0]))
    assert dots("".join(lines(one(broken)))) < 0.6 * dots("".join(lines(one(whole))))


def test_what_is_outside_the_limits_is_cut_off() -> None:
    inside = one(Line(np.array([0.0, 1.0]), np.array([0.0, 1.0])), xlim=(0, 1), ylim=(0, 1))
    longer = one(Line(np.array([-1e9, 1e9]), np.array([-1e9, 1e9])), xlim=(0, 1), ylim=(0, 1))
    assert lines(inside) == lines(longer)


def test_points_and_single_values_are_seen() -> None:
    assert (
        dots("".join(lines(one(Line(np.array([1.0, 2.0, 3.0]), np.array([3.0, 1.0, 2.0]), style="", marker="o"))))) == 3
    )
    assert dots("".join(lines(one(Line(np.array([1.0]), np.array([3.0])))))) == 1


def test_bars_are_as_high_as_their_heights() -> None:
    shown = lines(one(Bars(np.arange(3.0), np.array([1.0, 4.0, -2.0]), names=("a", "b", "c"))))
    assert shown[-1].split() == ["a", "b", "c"]
    columns = [shown[-1].index(name) for name in "abc"]
    low, high, below = (sum(line[column : column + 1].strip() != "" for line in shown[:-2]) for column in columns)
    assert high > 2 * low > low > 0
    assert below > low


@pytest.mark.parametrize("width", [20, 40, 80, 120])
def test_nothing_is_wider_than_the_terminal(width: int) -> None:
    panels = {(0, i): Panel([DIAGONAL], title="A long title for a panel") for i in range(3)}
    panels |= {(1, i): Panel([Image(np.zeros((28, 28, 3), np.uint8))], title="picture") for i in range(3)}
    assert max(map(len, lines(Figure("All", (2, 3), panels), width))) <= width


def test_charts_stand_side_by_side_where_they_fit() -> None:
    figure = Figure(shape=(1, 2), panels={(0, i): Panel([DIAGONAL]) for i in range(2)})
    assert sum(line.count("└") for line in lines(figure, 100)) == 2
    assert max(line.count("└") for line in lines(figure, 100)) == 2
    assert max(line.count("└") for line in lines(figure, 60)) == 1


def test_colours_and_without_them_markers_tell_series_apart() -> None:
    figure = one(DIAGONAL, Line(np.array([0.0, 1.0]), np.array([1.0, 0.0]), "C1", "down"), legend=True)
    plain = "".join(lines(figure))
    assert "o up" in plain
    assert "x down" in plain
    coloured = {front for line in draw(figure) for _, front, _ in line}
    assert coloured == {None, PALETTE[0], PALETTE[1]}


def test_a_picture_has_two_pixels_in_a_block() -> None:
    pixels = np.zeros((20, 20, 3), np.uint8)
    pixels[0], pixels[1] = (255, 0, 0), (0, 0, 255)
    drawing = draw(one(Image(pixels)))
    assert len(drawing) == 10
    assert drawing[0][0] == ("▀", "#ff0000", "#0000ff")
    assert sum(text == "▀" for text, _, _ in drawing[0]) == 20


def test_pictures_are_enlarged_or_made_to_fit() -> None:
    assert len(lines(one(Image(np.full((8, 8, 3), 255, np.uint8))))[0]) == 16
    means = draw(one(Image(np.indices((400, 400)).sum(axis=0)[..., None].repeat(3, axis=2) % 2 * 200)), 40)
    assert {front for line in means for text, front, _ in line if text == "▀"} == {"#646464"}
    assert len(means) == 20


def test_without_colours_a_picture_is_made_of_shades() -> None:
    pixels = np.linspace(0, 255, 20).astype(np.uint8)[None, :, None].repeat(2, axis=0).repeat(3, axis=2)
    assert lines(one(Image(pixels))) == ["    ░░░░▒▒▒▒▓▓▓▓████"]


@pytest.mark.parametrize("colours", [True, False])
def test_on_the_screen_it_obeys_the_console(colours: bool) -> None:
    console = Console(width=50, force_terminal=True, color_system="truecolor", no_color=not colours, record=True)
    with console.capture() as captured:
        # Rich keeps what a style came to on the first console that drew it: this one has a colour of its own
        console.print(FigureView(one(replace(DIAGONAL, colour="#123457"))))
    assert ("38;2;18;52;87" in captured.get()) == colours


@pytest.mark.parametrize("values", [[], [np.nan, np.nan], [1e308, -1e308], [5e-324, 0.0]])
@pytest.mark.parametrize("scale", ["linear", "log"])
def test_odd_numbers_are_no_danger(values: list[float], scale: str) -> None:
    with plt.keeping() as figures:
        plt.plot(values)
        plt.yscale(scale)
    assert all(draw(figure, 30) for figure in figures)


def inked(*, colours: bool) -> list[list[tuple[str, str | None, str | None]]]:
    """A red line a pixel wide, a black one, and a light ground, on white."""
    pixels = np.full((160, 320, 3), 255, dtype=np.uint8)
    pixels[20, :] = 255, 0, 0
    pixels[:, 4] = 0
    pixels[80:] = 160, 200, 255
    pixels[80:, 4] = 0
    return draw(Figure(panels={(0, 0): Panel([Image(pixels, ink=True)])}), 80, colours=colours)


def test_thin_lines_of_a_picture_drawn_in_ink_are_seen_without_colours() -> None:
    lines = ["".join(text for text, _, _ in line).rstrip() for line in inked(colours=False)]
    assert len(lines) == 10
    assert lines[0] == "⢸"
    assert lines[1] == "⢺" + "⠒" * 39
    assert len(set(lines[-1][1:])) == 1
    assert lines[-1][1] not in " ⣿"


def test_they_are_seen_in_their_colours() -> None:
    top, red, *_, ground = inked(colours=True)
    assert top[:2] == [("▀", "#000000", "#000000"), ("▀", "#ffffff", "#ffffff")]
    assert "#ff0000" in red[1]
    assert ground[1] == ("▀", "#a0c8ff", "#a0c8ff")
