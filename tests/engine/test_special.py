"""The special functions: known values, the functional equations, poles."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gradcli.engine import special

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
    assert special.trigamma(np.float64(x)) == pytest.approx(expected, rel=4e-16)


def test_recurrences() -> None:
    np.testing.assert_allclose(special.digamma(X + 1) - special.digamma(X), 1 / X, rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(special.trigamma(X) - special.trigamma(X + 1), 1 / X**2, rtol=1e-9, atol=1e-13)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_poles_and_infinities() -> None:
    x = np.array([0.0, -0.0, -1.0, math.inf, -math.inf, math.nan])
    np.testing.assert_array_equal(special.digamma(x), [-math.inf, math.inf, math.nan, math.inf, math.nan, math.nan])
    np.testing.assert_array_equal(special.trigamma(x), [math.inf, math.inf, math.inf, 0, math.nan, math.nan])
    np.testing.assert_array_equal(special.lgamma(x), [math.inf] * 5 + [math.nan])
    assert special.lgamma(np.float64(1e308)) == math.inf


def test_shape_and_dtype_are_kept() -> None:
    for function in (special.erf, special.erfc, special.lgamma, special.digamma, special.trigamma):
        for dtype in (np.float16, np.float32, np.float64):
            for shape in ((), (0,), (2, 3)):
                result = function(np.ones(shape, dtype))
                assert (result.dtype, result.shape) == (dtype, shape)
            assert isinstance(function(dtype(1)), dtype)
    transposed = np.arange(6.0).reshape(2, 3).T
    np.testing.assert_array_equal(special.erf(transposed), special.erf(transposed.copy()))
