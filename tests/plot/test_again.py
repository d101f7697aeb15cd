"""Figures that are drawn again and again: by `draw` and `pause`, and as notebooks do it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gradcli.plot import pyplot as plt
from gradcli.plot.figure import Bars, Figure
from gradcli.plot.inline.backend_inline import set_matplotlib_formats
from gradcli.plot.ipython import display
from gradcli.plot.scale import axes_of
from gradcli.plot.svg import svg
from gradcli.plot.terminal import draw as drawing
from gradcli.plot.ticker import MaxNLocator, MultipleLocator


@pytest.fixture(autouse=True)
def seen() -> Iterator[list[int]]:
    """How many lines a figure had each time that it was drawn."""
    found: list[int] = []
    with plt.keeping(lambda figure: found.append(sum(len(panel.marks) for _, panel in figure.in_order()))):
        yield found


def kept() -> list[Figure]:
    assert plt._State.kept is not None
    return plt._State.kept


def text(figure: Figure) -> str:
    return "\n".join("".join(part for part, _, _ in line) for line in drawing(figure, 60, colours=False))


def test_a_figure_that_is_displayed_again_and_again_is_kept_once(seen: list[int]) -> None:
    figure, axes = plt.subplots()
    for i in range(3):
        axes.cla()
        axes.plot([i], label=str(i))
        axes.set(title="t", xlim=(0, 1))
        display.display(figure)
        display.clear_output(wait=True)
    plt.show()
    assert seen == [1, 1, 1]
    assert [shown is figure.figure for shown in kept()] == [True]
    axes.set(xlabel=None)
    assert axes.panel.xlabel == ""
    assert (axes.panel.marks[0].label, axes.panel.title, axes.panel.xlim) == ("2", "t", (0, 1))


@pytest.mark.parametrize(("wait", "left"), [(True, ["last"]), (False, [])])
def test_what_was_shown_goes_when_the_output_is_cleared(wait: bool, left: list[str]) -> None:
    for title in ("first", "last"):
        plt.plot([1])
        plt.suptitle(title)
        plt.show()
        display.clear_output(wait=wait)
    assert [figure.title for figure in kept()] == left


def test_a_curve_is_drawn_while_it_grows(seen: list[int]) -> None:
    plt.ion()
    for i in range(3):
        plt.clf()
        for j in range(i):
            plt.plot([j])
        plt.draw()
        plt.pause(1000)  # no one waits
    plt.ioff()
    plt.cla()
    plt.show(block=False)
    assert seen == [0, 0, 1, 1, 2, 2]


def test_other_things_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    display.display("a", 1)
    display.clear_output()
    set_matplotlib_formats("svg")
    assert capsys.readouterr().out == "'a'\n1\n"
    with pytest.raises(AttributeError, match=r"IPython.display.HTML is not supported here"):
        display.HTML  # noqa: B018


def test_a_histogram() -> None:
    counts, edges, bars = plt.hist([0, 1, 1, 4], bins=4)
    assert isinstance(bars, Bars)
    assert (counts.tolist(), edges.tolist(), bars.x.tolist()) == ([1, 2, 0, 1], [0, 1, 2, 3, 4], [0.5, 1.5, 2.5, 3.5])


def test_ticks_stand_where_they_are_wanted() -> None:
    plt.plot([0, 10], [0, 1])
    axes = plt.gca()
    axes.xaxis.set_major_locator(MultipleLocator(4))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    x, y = axes_of(axes.panel)
    assert [name for _, name in x.ticks()] == ["0", "4", "8"]
    assert [name for _, name in y.ticks()] == ["0", "1"]
    axes.xaxis.set_major_locator(MultipleLocator(0.01))  # too many: every 200th
    assert [name for _, name in axes_of(axes.panel)[0].ticks()] == ["0", "2", "4", "6", "8", "10"]


def test_an_axis_can_be_without_ticks() -> None:
    plt.plot([7000, 7010])
    plt.gcf().add_subplot(xticks=[]).axes.get_yaxis().set_visible(False)
    assert "7004" not in text(plt.gcf().figure)
    assert "0.5" not in text(plt.gcf().figure)
    assert "7004" not in svg(plt.gcf().figure)


def test_titles_of_two_lines() -> None:
    plt.imshow([[0, 1], [1, 0]])
    plt.title("trouser\ncoat")
    lines = text(plt.gcf().figure).split("\n")
    assert [line.strip() for line in lines[:2]] == ["trouser", "coat"]
    assert lines[0].index("trouser") <= lines[1].index("coat")
    drawn = svg(plt.gcf().figure)
    assert ">trouser<" in drawn
    assert ">coat<" in drawn


def test_the_size_of_figures_can_be_set() -> None:
    plt.rcParams["figure.figsize"] = (3.5, 2.5)
    try:
        assert plt.figure().figure.size == (3.5, 2.5)
    finally:
        plt.rcdefaults()
    assert plt.figure().figure.size == (6.4, 4.8)
    with pytest.raises(NotImplementedError, match="rcParams"):
        plt.rcParams["axes.grid"] = True
