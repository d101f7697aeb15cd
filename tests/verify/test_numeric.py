from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gradcli.verify.numeric import derivative, has_kink

Function = Callable[[Any], Any]

SMOOTH: list[tuple[str, Function, Function, list[float]]] = [
    ("x", lambda x: 3 * x, lambda x: 3.0, [0.0, 1.0, -1e6]),
    ("constant", lambda x: 7.0, lambda x: 0.0, [0.0, 1.0]),
    ("exp(50x)", lambda x: np.exp(50 * x), lambda x: 50 * np.exp(50 * x), [0.0, 0.1, 1.0, 3.0]),
    ("sin(1000x)", lambda x: np.sin(1000 * x), lambda x: 1000 * np.cos(1000 * x), [0.0, 0.1, 1.0, 50.0]),
    ("x**9", lambda x: x**9, lambda x: 9 * x**8, [1e3, 0.0, 1e-3, -2.0]),
    ("1/x", lambda x: np.float64(1) / x, lambda x: -1 / x**2, [1e-8, 1e-3, -5.0]),
    ("tanh(100x)", lambda x: np.tanh(100 * x), lambda x: 100 / np.cosh(100 * x) ** 2, [0.0, 0.01, 0.1]),
    ("x|x|", lambda x: x * abs(x), lambda x: 2 * abs(x), [0.0, 1.0, -1e-5]),
    ("|x|**3", lambda x: abs(x) ** 3, lambda x: 3 * x * abs(x), [0.0, 1.0]),
    ("sqrt", np.sqrt, lambda x: 0.5 / np.sqrt(x), [1e-6, 1.0, 1e6]),
    ("log", np.log, lambda x: 1 / x, [1e-9, 1.0, 1e9]),
    ("asin", np.arcsin, lambda x: 1 / np.sqrt(1 - x * x), [0.5, 0.999999]),
    ("tan", np.tan, lambda x: 1 / np.cos(x) ** 2, [1.57]),
    ("sqrt(x**2 + 1e-20)", lambda x: np.sqrt(x * x + 1e-20), lambda x: x / np.sqrt(x * x + 1e-20), [0.0, 1e-10, 1.0]),
    (
        "a spike",
        lambda x: np.exp(-((1e3 * x - 500) ** 2)),
        lambda x: -2e3 * (1e3 * x - 500) * np.exp(-((1e3 * x - 500) ** 2)),
        [0.5, 0.5005],
    ),
]  # fmt: skip
POINTS = [pytest.param(f, slope, x, id=f"{name} at {x:g}") for name, f, slope, points in SMOOTH for x in points]

KINKS: list[tuple[str, Function, float, float, float]] = [
    ("abs", abs, 0.0, -1, 1),
    ("|x - 3|", lambda x: abs(x - 3), 3.0, -1, 1),
    ("5 + |x - 0.3|/1000", lambda x: 5 + 0.001 * abs(x - 0.3), 0.3, -0.001, 0.001),
    ("exp(50|x|)", lambda x: np.exp(50 * abs(x)), 0.0, -50, 50),
    ("clamp", lambda x: min(max(x, -1), 1), 1.0, 1, 0),
    ("max(x, x**2)", lambda x: max(x, x * x), 1.0, 1, 2),
    ("elu, alpha=2", lambda x: x if x > 0 else 2 * np.expm1(x), 0.0, 2, 1),
    ("floor at 3", math.floor, 3.0, math.inf, 0),
    ("floor at 0", math.floor, 0.0, math.inf, 0),
    ("round at 2.5", round, 2.5, 0, math.inf),
    ("sign", np.sign, 0.0, math.inf, math.inf),
    ("sqrt|x|", lambda x: np.sqrt(abs(x)), 0.0, -math.inf, math.inf),
]


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    with np.errstate(all="ignore"):
        yield


@pytest.mark.parametrize(("f", "slope", "x"), POINTS)
def test_estimate_is_accurate_and_its_error_is_honest(f: Function, slope: Function, x: float) -> None:
    exact = float(slope(np.float64(x)))
    estimate = derivative(f, x)
    assert abs(estimate.value - exact) <= 2 * estimate.error + 4e-16 * abs(exact)
    assert estimate.error <= 1e-5 * abs(exact) + 1e-12


@pytest.mark.parametrize(("f", "slope", "x"), POINTS)
def test_smooth_functions_have_no_kink(f: Function, slope: Function, x: float) -> None:
    assert not has_kink(f, x)


@pytest.mark.parametrize(("f", "x"), [(lambda x: np.sin(1e6 * x), 1.0), (lambda x: x**5 - x**4, 1e-7)])
def test_rounding_of_the_argument_is_no_kink(f: Function, x: float) -> None:
    assert not has_kink(f, x)


@pytest.mark.parametrize(("f", "x", "left", "right"), [pytest.param(*case, id=name) for name, *case in KINKS])
def test_kinks_and_jumps_are_found_with_their_slopes(f: Function, x: float, left: float, right: float) -> None:
    assert has_kink(f, x)
    estimate = derivative(f, x)
    assert estimate.left == pytest.approx(left, rel=1e-9)
    assert estimate.right == pytest.approx(right, rel=1e-9)


@pytest.mark.parametrize(
    ("f", "x", "slope"), [(lambda x: (1 - x) ** 1.5, 1.0, 0.0), (lambda x: x * np.sqrt(x), 0.0, 0.0)]
)
def test_at_the_edge_of_the_domain_the_inner_side_counts(f: Function, x: float, slope: float) -> None:
    estimate = derivative(f, x)
    assert estimate.value == pytest.approx(slope, abs=1e-4)
    assert 0 < estimate.error < 1e-3


def test_no_estimate_without_finite_values() -> None:
    estimate = derivative(lambda x: math.nan, 1.0)
    assert math.isnan(estimate.value)
    assert estimate.error == math.inf


def test_noise_of_the_function_widens_the_error() -> None:
    def absorbed(x: float) -> float:
        return (x + 1e16) - 1e16

    assert derivative(absorbed, 1.0, noise=2.0).error > 1
    assert not has_kink(absorbed, 1.0, noise=2.0)


def test_scale_says_where_to_look_at_zero() -> None:
    def f(x: float) -> float:
        return float(np.sin(1e12 * x))

    assert derivative(f, 0.0, scale=1e-10).value == pytest.approx(1e12, rel=1e-9)


def test_function_is_never_evaluated_outside_of_the_steps() -> None:
    seen: list[float] = []
    derivative(lambda x: seen.append(x) or x, 8.0)  # type: ignore[func-returns-value]
    assert min(seen) >= 6.0
    assert max(seen) <= 10.0
    assert len(seen) == 61


@pytest.mark.parametrize(("slope", "beyond"), [(0.3, 0.0), (1.0, 0.0), (2.5, 1.5), (-4.0, 3.0)])
def test_how_far_a_slope_is_beyond_both_sides(slope: float, beyond: float) -> None:
    assert derivative(abs).beyond(slope) == pytest.approx(beyond, abs=1e-9)
