"""Every smooth function against mpmath: the value and three derivatives, inside the domain and near its ends."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import mpmath as mp
import pytest
from flint import arb, arb_series
from programs import holds

from gradcli.verify.balls.context import working
from gradcli.verify.balls.smooth import SMOOTH, polygamma

TRUTH: dict[str, Callable[[Any], Any]] = {
    name: getattr(mp, name) for name in "exp expm1 log log10 sqrt sin cos tan asin acos atan sinh cosh tanh".split()
} | {
    "log2": lambda u: mp.log(u, 2),
    "asinh": mp.asinh,
    "acosh": mp.acosh,
    "atanh": mp.atanh,
    "erf": mp.erf,
    "erfc": mp.erfc,
    "lgamma": lambda u: mp.log(abs(mp.gamma(u))),
    "sinc": mp.sinc,
}
WIDE = [0.0, 1e-20, -1e-9, 0.3, -0.7, 1.0, -2.5, 17.0, -30.0]
WITHIN_ONE = [0.0, 1e-9, 0.3, -0.7, 0.999999, -0.999999, 1 - 2.0**-53]
POSITIVE = [1e-300, 1e-9, 0.3, 1.0, 2.0, 8.0, 1000.0, 17.5, 1e300]
POINTS = {
    **dict.fromkeys(SMOOTH, WIDE),
    **dict.fromkeys(["log", "log2", "log10", "sqrt"], POSITIVE),
    **dict.fromkeys(["asin", "acos", "atanh"], WITHIN_ONE),
    "acosh": [1 + 2.0**-52, 1.5, 3.0, 1e9],
    "lgamma": [1e-9, 0.3, 1.0, 2.0, 17.5, 1e6, -0.5, -1.5, -2.000001, -17.3],
}


def test_no_function_is_left_out() -> None:
    assert TRUTH.keys() == SMOOTH.keys()


def at_random(points: list[float], name: str) -> list[float]:
    """The points and some between their ends."""
    source = random.Random(name)
    low, high = max(min(points), -30), min(max(points), 30)
    between = [source.uniform(low, high) for _ in range(12)]
    return points + [x for x in between if name != "lgamma" or abs(x - round(x)) > 0.01]


def series(function: Callable[[Any], Any], x: float, bits: int = 256) -> list[Any]:
    with working(bits):
        found = function(arb_series([arb(x), 1], 4))
        return [found[k] for k in range(4)]


def assert_derivatives(found: list[Any], truth: Callable[[Any], Any], x: float) -> None:
    with mp.workdps(200):
        step = mp.mpf(10) ** -40 * (x if x > 1 or x < 1e-20 else 1)
        expected = [truth(mp.mpf(x)), *(mp.diff(truth, mp.mpf(x), k, h=step or mp.mpf(10) ** -40) for k in (1, 2, 3))]
        for k, derivative in enumerate(expected):
            with working(256):
                ball = found[k] * math.factorial(k)
                near = arb(ball.mid(), ball.rad() + abs(ball) * arb(10) ** -30 + arb(10) ** -60)
            assert ball.is_finite()
            assert holds(near, derivative), (x, k)


@pytest.mark.parametrize("name", SMOOTH)
def test_value_and_derivatives(name: str) -> None:
    for x in at_random(POINTS[name], name):
        with working(256):
            assert all(margin > 0 for margin in SMOOTH[name].margins(arb(x)))
        assert_derivatives(series(SMOOTH[name].series, x), TRUTH[name], x)


@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_polygamma(n: int) -> None:
    truth = (lambda u: mp.digamma(u)) if n == 0 else (lambda u: mp.polygamma(n, u))
    for x in (0.3, 1.0, 7.5, 40.0, -0.5, -3.7):
        assert_derivatives(series(polygamma(n).series, x), truth, x)


@pytest.mark.parametrize(("name", "x"), [(name, 10.0**k) for name in ("log2", "log10") for k in (-3, 0, 3)])
def test_logarithms_are_exact_at_powers_of_their_base(name: str, x: float) -> None:
    at = x if name == "log10" else 2.0 ** round(math.log10(x))
    (found, *_) = series(SMOOTH[name].series, at)
    assert found.is_exact() == (at == 1 or at > 1 or name == "log2")  # 1e-3 is no power of ten, but near one


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("bits", [53, 96, 640])
def test_balls_of_every_precision_overlap(name: str, bits: int) -> None:
    for x in POINTS[name]:
        for one, other in zip(series(SMOOTH[name].series, x, bits), series(SMOOTH[name].series, x, 1408), strict=True):
            assert not one.is_finite() or one.overlaps(other)


@pytest.mark.parametrize(
    ("name", "outside", "edge"),
    [
        ("log", [-1.0, 0.0], []),
        ("sqrt", [-1.0], [0.0]),
        ("asin", [1.5, -2.0], [1.0, -1.0]),
        ("acos", [1.5, -2.0], [1.0, -1.0]),
        ("acosh", [0.5, -3.0], [1.0]),
        ("atanh", [1.0, -1.0, 3.0], []),
        ("lgamma", [0.0, -1.0, -17.0], []),
    ],
)
def test_margins_tell_the_domain(name: str, outside: list[float], edge: list[float]) -> None:
    function = SMOOTH[name]
    for x in outside:
        margins = function.margins(arb(x))
        assert any(margin < 0 or (margin.is_zero() and not function.edge) for margin in margins)
    for x in edge:
        assert function.edge
        assert any(margin.is_zero() for margin in function.margins(arb(x)))
        assert not any(margin < 0 for margin in function.margins(arb(x)))
