"""The pyplot face: what calls put into a figure, which figures are kept, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from gradcli import plot, torch
from gradcli.plot import pyplot as plt
from gradcli.plot.figure import Bars, Figure, Image, Line, Panel
from gradcli.plot.inputs import pixels
from gradcli.plot.scale import axes_of, placed
from gradcli.render.numbers import json_array


@pytest.fixture(autouse=True)
def kept() -> Iterator[list[Figure]]:
    """The figures that the test has shown."""
    with plt.keeping() as figures:
        yield figures


def panel() -> Panel:
    return plt.gca().panel


@pytest.mark.parametrize(
    ("args", "x", "y"),
    [
        (([3, 1],), [0, 1], [3, 1]),
        (([5, 6], [3, 1]), [5, 6], [3, 1]),
        ((torch.arange(2.0), torch.tensor([3.0, 1.0])), [0, 1], [3, 1]),
        ((np.array([[1], [2]]), range(2)), [1, 2], [0, 1]),
    ],
)
def test_plot_takes_lists_arrays_and_tensors(args: tuple, x: list, y: list) -> None:
    (line,) = plt.plot(*args)
    np.testing.assert_array_equal(line.x, x)
    np.testing.assert_array_equal(line.y, y)
    assert panel().marks == [line]


@pytest.mark.parametrize(
    ("text", "colour", "style", "marker"),
    [
        ("", "C0", "-", ""),
        ("r--", "C3", "--", ""),
        ("--r", "C3", "--", ""),
        ("o", "C0", "", "o"),
        ("kx-.", "foreground", "-.", "x"),
        ("C4:", "C4", ":", ""),
    ],
)
def test_format_strings(text: str, colour: str, style: str, marker: str) -> None:
    (line,) = plt.plot([1, 2], text)
    assert (line.colour, line.style, line.marker) == (colour, style, marker)


def test_several_lines_in_one_call_have_their_own_colours() -> None:
    plt.plot([1, 2], [3, 4], "--", [5, 6], label="both")
    assert [(line.colour, line.style, line.label) for line in panel().marks] == [
        ("C0", "--", "both"),
        ("C1", "-", "both"),
    ]


@pytest.mark.parametrize(
    ("given", "colour"),
    [("tab:orange", "C1"), ("red", "C3"), ("black", "foreground"), ("#12ab34", "#12ab34"), ("C7", "C7")],
)
def test_colours(given: str, colour: str) -> None:
    assert plt.scatter([1], [2], color=given).colour == colour


def test_scatter_is_a_line_that_is_not_joined() -> None:
    points = plt.scatter([1, 2], [3, 4], label="points")
    assert isinstance(points, Line)
    assert (points.style, points.marker, points.label) == ("", "o", "points")


def test_bars_may_have_names() -> None:
    bars = plt.bar(["cat", "dog"], [1, 2])
    assert isinstance(bars, Bars)
    assert (bars.names, bars.x.tolist(), bars.heights.tolist()) == (("cat", "dog"), [0, 1], [1, 2])
    assert plt.bar(np.arange(3), 1.0).heights.tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("data", "options", "first"),
    [
        ([[0, 5], [10, 10]], {}, [0, 0, 0]),
        ([[0, 5], [10, 10]], {"cmap": "Greys"}, [255, 255, 255]),
        ([[5, 0], [10, 10]], {"vmin": 5, "vmax": 6}, [0, 0, 0]),
        (np.full((2, 2, 3), [1.0, 0.5, -1.0]), {}, [255, 128, 0]),
        (np.full((2, 2, 3), [7, 8, 9], np.uint8), {}, [7, 8, 9]),
        (np.full((2, 2), 3.0), {}, [0, 0, 0]),
        (np.full((2, 2), np.nan), {}, [0, 0, 0]),
    ],
)
def test_images_become_bytes(data: object, options: dict, first: list) -> None:
    image = plt.imshow(data, **options)
    assert isinstance(image, Image)
    assert (image.pixels.shape, image.pixels.dtype, image.pixels[0, 0].tolist()) == ((2, 2, 3), np.uint8, first)


def test_a_later_change_of_the_data_does_not_change_the_figure() -> None:
    x = np.array([1.0, 2.0])
    pixels = np.zeros((1, 1, 3), np.uint8)
    (line,), image = plt.plot(x, x), plt.imshow(pixels)
    x[0], pixels[0] = 9, 9
    assert (line.x[0], line.y[0], image.pixels.max()) == (1, 1, 0)


def test_texts_scales_and_limits() -> None:
    plt.loglog([1, 10], [1, 10], label="a")
    plt.plot([1, 10], [1, 5])
    plt.title("t"), plt.xlabel("x"), plt.ylabel("y"), plt.legend(["first", "second"]), plt.grid(True)
    plt.xlim(1, 5), plt.ylim((0.1, None)), plt.yscale("linear")
    shown = panel()
    assert (shown.title, shown.xlabel, shown.ylabel) == ("t", "x", "y")
    assert [mark.label for mark in shown.labelled()] == ["first", "second"]
    assert (shown.xscale, shown.yscale, shown.xlim, shown.ylim) == ("log", "linear", (1, 5), (0.1, None))
    assert shown.legend
    assert shown.grid


def test_axis() -> None:
    plt.axis([0, 1, 2, 3])
    plt.axis("off")
    plt.axis("equal")
    assert (panel().xlim, panel().ylim, panel().axes, panel().equal) == ((0, 1), (2, 3), False, True)


def test_subplots_are_an_array_of_axes() -> None:
    figure, axes = plt.subplots(2, 3, figsize=(9, 6))
    assert axes.shape == (2, 3)
    axes[1, 2].set_title("last")
    assert plt.gca() is axes[1, 2]
    assert [axis.panel.title for axis in figure.axes] == ["", "", "", "", "", "last"]
    assert (figure.figure.shape, figure.figure.size) == ((2, 3), (9, 6))
    assert isinstance(plt.subplots()[1], type(axes[0, 0]))
    assert plt.subplots(1, 4)[1].shape == (4,)
    assert plt.subplots(1, 4, squeeze=False)[1].shape == (1, 4)


@pytest.mark.parametrize("place", [(2, 2, 3), (223,)])
def test_subplot_chooses_a_place(place: tuple) -> None:
    axes = plt.subplot(*place)
    plt.plot([1])
    assert plt.gcf().figure.panels[1, 0].marks
    assert plt.subplot(*place) is axes


def test_figures_are_kept_in_order_and_empty_ones_are_not(kept: list[Figure]) -> None:
    plt.figure()
    plt.figure()
    plt.plot([1])
    plt.suptitle("first")
    plt.show()
    plt.plot([2])
    plt.suptitle("second")
    plt.show()
    plt.show()
    assert [figure.title for figure in kept] == ["first", "second"]


def test_what_is_left_open_is_kept_too() -> None:
    with plt.keeping() as figures:
        plt.plot([1])
        assert figures == []
    assert len(figures) == 1


def test_closed_figures_are_not_shown(kept: list[Figure]) -> None:
    figure, _ = plt.subplots()
    plt.plot([1])
    plt.figure()
    plt.plot([2])
    plt.close(figure)
    plt.close()
    plt.show()
    assert kept == []


def test_a_tensor_that_requires_grad_is_refused_as_by_numpy() -> None:
    x = torch.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError, match=r"Can't call numpy\(\) on Tensor that requires grad"):
        plt.plot(x)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: plt.plot([1, 2], [1]), ValueError, "same first dimension"),
        (lambda: plt.plot([1], "wobbly"), ValueError, "not a valid format string"),
        (lambda: plt.plot([1], color="taupe"), ValueError, "'taupe' is not a color"),
        (lambda: plt.plot([1], drawstyle="steps"), NotImplementedError, r"plot\(\) does not support drawstyle"),
        (lambda: plt.plot(np.ones((2, 3))), NotImplementedError, "one series at a time"),
        (lambda: plt.plot([1], linestyle="dotted"), NotImplementedError, "linestyle='dotted'"),
        (lambda: plt.scatter([1], [2], c=[3.0]), NotImplementedError, "a colour must be a name"),
        (lambda: plt.imshow(np.ones((2, 2)), cmap="jet"), NotImplementedError, "cmap='jet'"),
        (lambda: plt.imshow(np.ones(2)), TypeError, "Invalid shape"),
        (lambda: plt.xscale("symlog"), NotImplementedError, "value='symlog'"),
        (lambda: plt.subplot(2, 2, 5), ValueError, "1 <= num <= 4"),
        (lambda: plt.contour(np.ones(3)), TypeError, "at least a"),
        (lambda: plt.contour([1, 2], [1], np.ones((2, 2))), TypeError, "do not fit"),
        (lambda: plt.pie([1]), AttributeError, r"no attribute 'pie' here; it has axhline, axis, axvline, bar, cla"),
        (lambda: plt.subplots(sharex=True), NotImplementedError, "sharex"),
    ],
)
def test_what_is_not_supported_says_so(call: object, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call()
    assert panel().marks == []


def test_outside_a_scenario_show_draws(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plt._State, "kept", None)
    plt.plot([1, 2])
    plt.title("The title")
    plt.show()
    out = capsys.readouterr().out
    assert "The title" in out
    assert "\x1b" not in out
    assert plt._State.open == []


def test_what_is_only_appearance_is_ignored_and_what_shows_data_is_not() -> None:
    plot.use("Agg")
    plt.rcParams["font.sans-serif"] = ["SimHei"]
    plt.rcParams.update({"axes.unicode_minus": False})
    plt.plot([1, 2], alpha=0.5, label="a")
    plt.scatter([1, 2], [3, 4], s=20)
    plt.legend(loc="upper right", fontsize=12)
    with pytest.raises(NotImplementedError, match=r"scatter\(\) does not support s here"):
        plt.scatter([1, 2], [3, 4], s=[20, 30])
    with pytest.raises(NotImplementedError, match="only figure"):
        plt.rcParams.update({"axes.grid": True})
    plt.rcdefaults()
    assert list(plt.rcParams) == ["figure.figsize"]
    assert len(panel().marks) == 2
    assert (pixels([[0.0, 1.0]], "viridis", None, None) == pixels([[0.0, 1.0]], None, None, None)).all()


def test_a_line_from_end_to_end_takes_no_room_along_itself() -> None:
    plt.plot([1, 3], [2, 4])
    across = plt.axhline(torch.tensor(0.0), color="black", linewidth=0.5, linestyle="--", label="none")
    up = plt.axvline(5)
    assert (across.colour, across.style, across.label, up.colour) == ("foreground", "--", "none", "C0")
    assert plt.plot([1], [2])[0].colour == "C1"
    x, y = axes_of(panel())
    assert (x.low, x.high, y.low, y.high) == (0.8, 5.2, -0.2, 4.2)
    assert [part.tolist() for part in placed(across, x, y)] == [[0, 1], [y.place(np.zeros(1))[0]] * 2]
    assert placed(up, x, y)[1].tolist() == [0, 1]
    lines = [json_array(line.x) for line in (across, up)]
    assert lines == [["-Infinity", "Infinity"], [5.0, 5.0]]


def test_a_line_from_end_to_end_of_a_logarithmic_axis() -> None:
    plt.semilogx([1, 100], [0, 1])
    line = plt.axhline(0.5)
    assert placed(line, *axes_of(panel()))[0].tolist() == [0, 1]


def test_what_only_says_how_a_grid_looks_is_ignored() -> None:
    plt.plot([1, 2])
    plt.grid(True, linestyle="--", color="gray", alpha=0.6)
    plt.tight_layout(pad=1)
    assert panel().grid
    with pytest.raises(NotImplementedError, match=r"grid\(\) does not support which here"):
        plt.grid(which="both")
