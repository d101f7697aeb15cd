"""Axes: what they cover, and round numbers on them."""

from __future__ import annotations

import numpy as np
import pytest

from gradcli.plot.contour import contour, round_levels
from gradcli.plot.figure import Bars, Line, Panel
from gradcli.plot.scale import Axis, axes_of, equalised


@pytest.mark.parametrize(
    ("axis", "texts"),
    [
        (Axis(0, 1), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (Axis(-5, 5), ["-4", "-2", "0", "2", "4"]),
        (Axis(0, 0.6), ["0.0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6"]),
        (Axis(0, 1.5), ["0.00", "0.25", "0.50", "0.75", "1.00", "1.25", "1.50"]),
        (Axis(0, 5e6), ["0", "1e+06", "2e+06", "3e+06", "4e+06", "5e+06"]),
        (Axis(0, 5e-9), ["0", "1e-09", "2e-09", "3e-09", "4e-09", "5e-09"]),
        (Axis(-8, -1, log=True), ["1e-8", "1e-6", "1e-4", "0.01"]),
        (Axis(0, 3, log=True), ["1", "10", "100", "1000"]),
        (Axis(0.1, 0.9, log=True), ["2", "4", "6"]),
    ],
)
def test_ticks_are_round(axis: Axis, texts: list[str]) -> None:
    ticks = axis.ticks()
    assert [text for _, text in ticks] == texts
    np.testing.assert_allclose(axis.place(np.array([float(text) for text in texts])), [place for place, _ in ticks])


@pytest.mark.parametrize("low", [-1e299, -3.7, 0.0, 1e-300, 1e15])
@pytest.mark.parametrize("extent", [1e-290, 0.1, 123.0, 1e299])
@pytest.mark.parametrize("most", [2, 5, 9])
def test_ticks_are_few_and_on_the_axis(low: float, extent: float, most: int) -> None:
    if low + extent > low:
        ticks = Axis(low, low + extent).ticks(most)
        assert len(ticks) <= most
        assert all(-1e-6 <= place <= 1 + 1e-6 for place, _ in ticks)


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        ([0.0, 10.0], -0.5, 10.5),
        ([0.0, np.nan, np.inf, 10.0, 1e305], -0.5, 10.5),
        ([3.0], 2.5, 3.5),
        ([200.0], 190, 210),
        ([np.nan], -0.05, 1.05),
    ],
)
def test_an_axis_covers_its_data(values: list[float], low: float, high: float) -> None:
    _, y = axes_of(Panel([Line(np.arange(float(len(values))), np.array(values))]))
    assert (y.low, y.high) == pytest.approx((low, high))


def test_a_logarithmic_axis_leaves_out_what_it_cannot_hold() -> None:
    panel = Panel([Line(np.array([0.0, -1.0, 1.0, 100.0]), np.ones(4))], xscale="log")
    x, _ = axes_of(panel)
    assert (x.low, x.high) == pytest.approx((-0.1, 2.1))
    assert np.isnan(x.place(np.array([0.0, -1.0]))).all()


def test_limits_win_over_data() -> None:
    panel = Panel([Line(np.arange(3.0), np.arange(3.0))], xlim=(-1, None), ylim=(5, 6))
    x, y = axes_of(panel)
    assert (x.low, y.low, y.high) == (-1, 5, 6)
    assert x.high == pytest.approx(2.1)


def test_bars_stand_on_the_ground() -> None:
    x, y = axes_of(Panel([Bars(np.arange(2.0), np.array([5.0, 6.0]))]))
    assert y.low < 0 < y.high
    assert x.low < -0.4 < 1.4 < x.high


def test_equal_axes_have_one_unit() -> None:
    x, y = equalised(Axis(0, 1), Axis(0, 1), 300, 100)
    assert (x.high - x.low, y.high - y.low) == (3, 1)
    assert (x.low + x.high) / 2 == 0.5


def test_contours_lie_where_the_function_has_the_value() -> None:
    grid = np.linspace(-2, 2, 201)
    x, y = contour(grid, grid, grid[None] ** 2 + grid[:, None] ** 2, 1.0)
    seen = np.isfinite(x)
    np.testing.assert_allclose(np.hypot(x[seen], y[seen]), 1, atol=1e-3)
    assert np.ptp(np.arctan2(y[seen], x[seen])) > 6.2
    assert (np.isnan(x) == (np.arange(len(x)) % 3 == 2)).all()


@pytest.mark.parametrize("z", [np.zeros((3, 3)), np.full((3, 3), np.nan), np.array([[0.0, np.nan], [1.0, 1.0]])])
def test_no_contour_where_there_is_none(z: np.ndarray) -> None:
    x, y = contour(np.arange(len(z[0])), np.arange(len(z)), z, 5.0)
    assert len(x) == len(y) == 0


def test_levels_lie_between_the_values() -> None:
    assert round_levels(np.array([0.0, 4.0, np.nan]), 3) == [1, 2, 3]
    assert round_levels(np.ones(3), 3) == []
