"""Where curves are joined and where not."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from gradcli.calculator.commands.plot_breaks import breaks, extent


def broken(f: Callable[[float], float], low: float, high: float, count: int = 200) -> tuple[float, ...]:
    places = np.linspace(low, high, count)
    return breaks(places, np.array([f(place) for place in places.tolist()]), f)


def inverse(x: float) -> float:
    return 1 / x if x else math.inf


@pytest.mark.parametrize(
    ("f", "low", "high", "expected"),
    [
        (math.tan, 0, 2 * math.pi, [math.pi / 2, 3 * math.pi / 2]),
        (inverse, -1, 1, [0]),
        (inverse, -1, 1.3, [0]),
        (lambda x: inverse(x) ** 2, -1, 1, [0]),
        (lambda x: inverse(x) ** 2, -1, 1.3, [0]),
        (lambda x: -(inverse(x - 0.3) ** 4), -1, 1, [0.3]),
        (lambda x: inverse(math.cos(x)) ** 2, 0, 6, [math.pi / 2, 3 * math.pi / 2]),
        (lambda x: inverse(math.cos(x)) ** 2, 0, 2 * math.pi, [math.pi / 2, 3 * math.pi / 2]),
        (math.floor, 0, 2.5, [1, 2]),
        (lambda x: math.copysign(1, x), -1, 1, [0]),
        (lambda x: x + 5 * (x > 0.1), -1, 1, [0.1]),
        (lambda x: inverse(x - 0.5), 0, 1, [0.5]),
    ],
)
def test_poles_and_jumps_are_found(f: Callable[[float], float], low: float, high: float, expected: list[float]) -> None:
    np.testing.assert_allclose(broken(f, low, high), expected, atol=1e-8)


@pytest.mark.parametrize(
    ("f", "low", "high"),
    [
        (math.sin, 0, 100),
        (abs, -1, 1),
        (lambda x: x**9, -5, 5),
        (lambda x: math.exp(50 * x), -1, 5),
        (math.cbrt, -1, 1),
        (lambda x: math.sqrt(abs(x)), -1, 1),
        (lambda x: math.tanh(1e6 * x), -1, 1.1),
        (lambda x: math.exp(-((100 * x) ** 2)), -1, 1.1),
        (lambda x: 1 / (x * x + 1e-4), -1, 1),
        (lambda x: 1e-300 * math.sin(x), 0, 7),
        (lambda x: 1e300 * math.sin(x), 0, 7),
        (lambda x: 3.0, 0, 1),
    ],
)
def test_what_is_steep_or_narrow_is_joined(f: Callable[[float], float], low: float, high: float) -> None:
    assert broken(f, low, high) == ()


@pytest.mark.parametrize("power", [1, 2, 3, 4])
def test_a_pole_is_found_wherever_it_lies_between_the_points(power: int) -> None:
    for place in np.linspace(0.4, 0.6, 97).tolist():
        found = broken(lambda x, place=place: inverse(x - place) ** power, 0, 1, 50)
        if not np.any(np.linspace(0, 1, 50) == place):
            np.testing.assert_allclose(found, [place], atol=1e-8)


def test_beside_a_place_without_a_value_there_is_nothing_to_join() -> None:
    assert broken(lambda x: math.log(x) if x > 0 else math.nan, -1, 1) == ()
    assert broken(inverse, -1, 1, 201) == ()  # 0 is one of the places


def test_the_height_of_a_curve_is_not_that_of_its_poles() -> None:
    values = np.array([*np.linspace(-1, 1, 99), 1e9, np.inf, np.nan])
    middle, height = extent(values)
    assert abs(middle) < 0.1
    assert 1.5 < height < 2
    assert extent(np.array([np.nan])) == (0, 0)
