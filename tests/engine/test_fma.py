"""The fused multiply-add against exact rational arithmetic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from gradcli.engine.fma import fma32, fma64

RNG = np.random.default_rng(5)


def test_fma64_rounds_once() -> None:
    a, b = RNG.normal(size=(2, 2000))
    c = -a * b * (1 + RNG.choice([0.0, 1e-15, 1e-8, 1.0], 2000))  # so that most of the product cancels
    exact = [float(Fraction(x) * Fraction(y) + Fraction(z)) for x, y, z in zip(a, b, c, strict=True)]
    np.testing.assert_array_equal(fma64(a, b, c), exact)
    assert (a * b + c != exact).mean() > 0.2


def test_fma32_rounds_once() -> None:
    a, b, c = RNG.normal(size=(3, 2000)).astype(np.float32)
    exact = [
        float(Fraction(float(x)) * Fraction(float(y)) + Fraction(float(z))) for x, y, z in zip(a, b, c, strict=True)
    ]
    np.testing.assert_array_equal(fma32(a, b, c), np.array(exact).astype(np.float32))


@pytest.mark.parametrize(
    ("a", "b", "c", "result"), [(1e300, 1e300, 1.0, np.inf), (1.7e308, 0.5, 1.0, 8.5e307), (0.0, -1.0, -0.0, -0.0)]
)
def test_the_ends_of_the_range(a: float, b: float, c: float, result: float) -> None:
    assert str(fma64(a, b, c)) == str(np.float64(result))
