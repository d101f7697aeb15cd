"""The special functions: known values, the functional equations, poles."""

from __future__ import annotations

import math

import numpy as np
import pytest
from mpmath import mp

from gradcli.engine import special
from gradcli.engine.ops import polygamma

EPS = 2.0**-52
EULER, CATALAN = 0.57721566490153286061, 0.91596559417721901505
X = np.concatenate([np.linspace(-20.4, 20.4, 50), np.geomspace(1e-3, 1e3, 50)])


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        (1.0, -EULER),
        (0.5, -EULER - 2 * math.log(2)),
        (0.25, -EULER - math.pi / 2 - 3 * math.log(2)),
        (-0.5, -EULER - 2 * math.log(2) + 2),
        (1e9, math.log(1e9) - 0.5e-9),
    ],
)
def test_digamma_known_values(x: float, expected: float) -> None:
    assert special.digamma(np.float64(x)) == pytest.approx(expected, rel=4e-15)


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        (1.0, math.pi**2 / 6),
        (0.5, math.pi**2 / 2),
        (0.25, math.pi**2 + 8 * CATALAN),
        (-0.5, math.pi**2 / 2 + 4),
        (1e9, 1e-9 + 0.5e-18),
    ],
)
def test_trigamma_known_values(x: float, expected: float) -> None:
    assert special.polygamma(1, np.float64(x)) == pytest.approx(expected, rel=4e-16)


POINTS = {
    "positive": np.concatenate([np.geomspace(1e-6, 1e12, 40), np.linspace(0.2, 40, 60)]),
    "near a pole": np.array([k + d for k in (-7, -2, -1) for d in (-1e-3, -1e-9, 1e-9, 1e-3)]),
    "half way between poles": np.arange(-7.5, 1),
}


@pytest.mark.parametrize("n", [1, 2, 3, 5, 10, 20])
@pytest.mark.parametrize("where", POINTS)
def test_polygamma_has_all_digits(where: str, n: int) -> None:
    for x, found in zip(POINTS[where], special.polygamma(n, POINTS[where]), strict=True):
        with mp.workdps(80):
            expected = mp.psi(n, mp.mpf(float(x)))
        assert abs(found - expected) <= 4 * EPS * abs(expected)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5, 10, 20])
def test_polygamma_has_the_digits_that_its_argument_gives_it(n: int) -> None:
    """Near its zeros too."""
    points = np.concatenate([np.linspace(-20.37, 3, 150), np.geomspace(1, 1e12, 20)])
    for x, found in zip(points, special.polygamma(n, points), strict=True):
        with mp.workdps(80):
            expected, slope = (mp.psi(order, mp.mpf(float(x))) for order in (n, n + 1))
        assert abs(found - expected) <= 2 * EPS * (abs(expected) + abs(x * slope))


def test_polygamma_of_small_numbers_of_large_order_does_not_underflow() -> None:
    assert special.polygamma(20, np.float64(1e16)) == pytest.approx(-1.21645100408832e-303, rel=1e-13)
    assert special.polygamma(170, np.float64(500.0)) == pytest.approx(float(mp.psi(170, 500)), rel=1e-13)


def test_orders_that_polygamma_does_not_have() -> None:
    with pytest.raises(RuntimeError, match="does not support negative n"):
        polygamma(-1, np.float64(1))
    with pytest.raises(RuntimeError, match="does not support n > 170"):
        polygamma(171, np.float64(1))
    assert np.isfinite(polygamma(170, np.float64(2)))


def test_recurrences() -> None:
    np.testing.assert_allclose(special.digamma(X + 1) - special.digamma(X), 1 / X, rtol=1e-11, atol=1e-14)
    before, after = special.polygamma(1, X), special.polygamma(1, X + 1)
    np.testing.assert_allclose(before - after, 1 / X**2, rtol=1e-9, atol=1e-13)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_poles_and_infinities() -> None:
    x = np.array([0.0, -0.0, -1.0, math.inf, -math.inf, math.nan])
    np.testing.assert_array_equal(special.digamma(x), [-math.inf, math.inf, math.nan, math.inf, math.nan, math.nan])
    trigamma, tetragamma = special.polygamma(1, x), special.polygamma(2, x)
    np.testing.assert_array_equal(trigamma, [math.inf, math.inf, math.inf, 0, math.nan, math.nan])
    np.testing.assert_array_equal(tetragamma, [-math.inf, -math.inf, -math.inf, 0, math.nan, math.nan])
    np.testing.assert_array_equal(special.lgamma(x), [math.inf] * 5 + [math.nan])
    assert special.lgamma(np.float64(1e308)) == math.inf


def test_shape_and_dtype_are_kept() -> None:
    for function in (special.erf, special.erfc, special.lgamma, special.digamma, lambda x: special.polygamma(2, x)):
        for dtype in (np.float16, np.float32, np.float64):
            for shape in ((), (0,), (2, 3)):
                result = function(np.ones(shape, dtype))
                assert (result.dtype, result.shape) == (dtype, shape)
            assert isinstance(function(dtype(1)), dtype)
    transposed = np.arange(6.0).reshape(2, 3).T
    np.testing.assert_array_equal(special.erf(transposed), special.erf(transposed.copy()))
