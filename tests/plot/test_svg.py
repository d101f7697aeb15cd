"""Figures as SVG: well formed, self-contained, in the right places; and as files through matplotlib."""

from __future__ import annotations

import base64
import io
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest

from gradcli.errors import InputError
from gradcli.plot import pyplot as plt
from gradcli.plot.figure import PALETTE, Bars, Figure, Image, Line, Panel
from gradcli.plot.files import save
from gradcli.plot.lettering import text_width
from gradcli.plot.svg import UNIT, svg
from gradcli.plot.terminal import draw

SPACE = "{http://www.w3.org/2000/svg}"


def parsed(figure: Figure, *, alone: bool = False) -> ET.Element:
    return ET.fromstring(svg(figure, alone=alone))  # noqa: S314  # our own text


def one(*marks: object, **fields: object) -> Figure:
    return Figure(panels={(0, 0): Panel(list(marks), **fields)})


def texts(root: ET.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SPACE}text")]


def coloured(root: ET.Element, colour: str) -> list[ET.Element]:
    return [element for element in root.iter() if colour in (element.get("stroke"), element.get("fill"))]


LINE = Line(np.array([0.0, 1.0, np.nan, 3.0, 4.0]), np.array([0.0, 1.0, 2.0, 3.0, 4.0]), label="a < b & c")


def test_texts_are_there_and_escaped() -> None:
    root = parsed(one(LINE, title="<T>", xlabel="across", ylabel="up", legend=True))
    assert {"<T>", "across", "up", "a < b & c", "0", "4"} <= set(texts(root))
    assert root.get("aria-label") == "<T>"


def test_a_gap_begins_a_new_part() -> None:
    (path,) = (path for path in coloured(parsed(one(LINE)), PALETTE[0]) if path.tag == f"{SPACE}path")
    numbers = [float(number) for number in re.findall(r"-?[\d.]+(?:e-?\d+)?", path.get("d"))]
    assert re.sub(r"[^ML]", "", path.get("d")) == "MLML"
    assert numbers[0::2] == sorted(numbers[0::2])
    assert numbers[1::2] == sorted(numbers[1::2], reverse=True)


def test_markers_dashes_and_bars() -> None:
    x = np.arange(3.0)
    dashed, points = Line(x, x, "C1", style="--"), Line(x, x, "C2", style="", marker="o")
    root = parsed(one(dashed, points, Bars(x, x - 1, colour="C3", names=("p", "q", "r"))))
    assert [path.get("stroke-dasharray") for path in coloured(root, PALETTE[1])] == ["7 4"]
    assert [mark.tag for mark in coloured(root, PALETTE[2])] == [f"{SPACE}circle"] * 3
    down, none, up = coloured(root, PALETTE[3])
    assert float(down.get("y")) == pytest.approx(float(up.get("y")) + float(up.get("height")), rel=1e-3)
    assert float(none.get("height")) == 0
    assert {"p", "q", "r"} <= set(texts(root))


def test_a_picture_is_inside_pixel_by_pixel() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    (image,) = parsed(one(Image(pixels), title="t")).iter(f"{SPACE}image")
    head, _, data = image.get("href").partition(",")
    assert head == "data:image/png;base64"
    read = matplotlib.image.imread(io.BytesIO(base64.b64decode(data)), "png")
    np.testing.assert_array_equal((read * 255).round().astype(np.uint8), pixels)
    assert float(image.get("width")) / float(image.get("height")) == pytest.approx(7 / 5, rel=1e-3)


def test_panels_stand_in_a_grid() -> None:
    figure = Figure("All", (2, 2), {(i, j): Panel([LINE], title=f"{i}{j}") for i in range(2) for j in range(2)})
    root = parsed(figure)
    places = [group.get("transform") for group in root.iter(f"{SPACE}g")]
    assert len(set(places)) == 4
    assert {"All", "00", "01", "10", "11"} <= set(texts(root))


def test_colours_follow_the_surroundings_and_a_file_the_theme() -> None:
    figure = one(Line(np.arange(2.0), np.arange(2.0), "foreground"), grid=True)
    colours = set(re.findall(r'(?:fill|stroke)="([^"]+)"', svg(figure)))
    assert colours == {"none", "currentColor"}
    assert "CanvasText" not in svg(figure)
    assert "color:CanvasText" in parsed(figure, alone=True).get("style")


def test_nothing_is_fetched() -> None:
    assert (
        re.findall(r"(?:href|src)=.(?!data:)|url\(|<script", svg(one(LINE, Image(np.zeros((2, 2, 3), np.uint8))))) == []
    )


@pytest.mark.parametrize("values", [[], [np.nan], [1e308, -1e308], [1.0]])
def test_odd_numbers_are_no_danger(values: list[float]) -> None:
    with plt.keeping() as figures:
        plt.plot(values, "o-")
        plt.loglog()
        plt.semilogy(values)
    for figure in figures:
        assert "nan" not in svg(figure)
        assert "inf" not in svg(figure)


@pytest.mark.parametrize(("ending", "begin"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".PDF", b"%PDF")])
def test_files_are_written(tmp_path: Path, ending: str, begin: bytes) -> None:
    path = tmp_path / f"figure{ending}"
    with plt.keeping():
        _, (one, two, three) = plt.subplots(1, 3)
        one.semilogy([1, 10, 100], "o--", label="a")
        one.legend(), one.grid(), one.set_xlim(0, 1)
        two.imshow([[0, 1], [1, 0]]), two.axis("off")
        three.bar(["a", "b"], [1, 2]), three.axis("equal")
        plt.suptitle("All")
        plt.savefig(path)
    assert path.read_bytes().startswith(begin)


def test_an_ending_that_is_not_known(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"figures are not written as \.bmp") as caught:
        save(Figure(), tmp_path / "figure.bmp")
    assert "figure.png" in caught.value.hint


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written: No such file"):
        save(one(LINE), tmp_path / "nowhere" / "figure.png")


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(InputError, match="needs matplotlib") as caught:
        save(Figure(), tmp_path / "figure.png")
    assert caught.value.hint == "pip install 'gradcli[plot]'"


LABELS = ["sin(x)*exp(-x/5)", "d(log(1 + exp(a*x))/a)/dx", "WWWWWWWWWWWWWWWWWWWW", "名前のある関数の値", "m" * 90]


def test_a_legend_has_rows_and_none_of_it_is_cut_off() -> None:
    marks = [Line(np.arange(2.0), np.arange(2.0), label=label) for label in LABELS]
    figure = one(*marks, legend=True, title="T" * 120, ylabel="u" * 120)
    width = figure.size[0] * UNIT
    shown = {element: element.text or element[0].tail for element in parsed(figure).iter(f"{SPACE}text")}
    entries = [element for element in shown if element.get("text-anchor") == "start"]
    assert [shown[element] for element in entries[:-1]] == LABELS[:-1]
    assert entries[-1][0].text == LABELS[-1], "the whole label is shown under the pointer"
    assert len({element.get("y") for element in entries}) > 2
    for element, text in shown.items():
        size = text_width(text, float(element.get("font-size", 12)))
        at = float(element.get("x"))
        begin = {"start": at, "middle": at - size / 2, "end": at - size}[element.get("text-anchor")]
        if element.get("transform") is None:
            assert begin >= 0
            assert begin + size <= width


def test_a_legend_leaves_room_for_the_figure() -> None:
    marks = [Line(np.arange(2.0), np.arange(2.0), label="a long label, of many") for _ in range(100)]
    (area,) = (each for each in parsed(one(*marks, legend=True)).iter(f"{SPACE}svg") if each.get("overflow"))
    assert float(area.get("height")) > 100


EXTREMES = [-1.79e308, -1e299, 0.0, 5e-324, 1 + 2e-16, 1e300, 1.79e308]


@pytest.mark.parametrize("scale", ["linear", "log"])
@pytest.mark.parametrize("high", EXTREMES)
@pytest.mark.parametrize("low", EXTREMES)
def test_no_extent_is_too_large_or_too_small(low: float, high: float, scale: str) -> None:
    data, ramp = np.array([low, high]), np.array([1.0, 2.0])
    kinds = {"marks": [Line(data, data, label="a"), Bars(ramp, data)], "title": "data"}
    for fields in (kinds, {"xlim": (low, high)}, {"ylim": (low, high)}, {"xlim": (low, high), "equal": True}):
        panel = Panel(**{"marks": [Line(ramp, ramp), Bars(ramp, ramp)], "xscale": scale, "yscale": scale} | fields)
        text = svg(Figure(panels={(0, 0): panel}))
        assert not re.search("nan|inf", text)
        assert draw(Figure(panels={(0, 0): panel}))


@pytest.mark.parametrize("scale", ["linear", "log"])
@pytest.mark.parametrize("ends", [(-1.79e308, 1.79e308), (0.0, 5e-324), (-1.0, -2.0), (1e300, 1e300)])
def test_no_extent_is_too_much_for_matplotlib(tmp_path: Path, ends: tuple[float, float], scale: str) -> None:
    data = np.array(ends)
    for marks, limits in (([Line(data, data)], (None, None)), ([LINE, Bars(np.ones(1), np.ones(1))], ends)):
        save(one(*marks, xscale=scale, yscale=scale, xlim=limits, ylim=limits), tmp_path / "figure.png")


def test_a_line_from_end_to_end_is_one_in_a_file_too(tmp_path: Path) -> None:
    with plt.keeping():
        plt.plot([0, 1], [1, 2])
        plt.axhline(0, label="none")
        plt.axvline(3, linestyle="--")
        drawn = plt.gcf().figure
        assert svg(drawn).count("stroke-dasharray") == 1
        assert "nan" not in svg(drawn)
        plt.savefig(tmp_path / "some.svg")
    assert (tmp_path / "some.svg").stat().st_size > 1000
