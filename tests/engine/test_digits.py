"""The errors, in units of the last place (ulps), of what is computed by a formula that loses fewer digits than others.

They are measured where the formula that first comes to mind loses them. mpmath has the exact figures.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf

from gradcli.engine import autograd, methods, ops
from gradcli.engine.tensor import Tensor

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

methods.attach()
Exact = Callable[..., Any]

NEAR_1 = [sign * (1 - 2.0**-k) for k in range(1, 53, 3) for sign in (1, -1)]
ABOVE_1 = [1 + 2.0**-k for k in range(52)] + [3.7, 1e6]
NEAR_HALF = [0.5 + sign * 2.0**-k for k in range(2, 54, 3) for sign in (1, -1)] + [1e-300, 1e-9, 0.1, 0.9, 1 - 2.0**-40]
ROOT = 1.4616321449683622
POSITIVE = [
    *np.geomspace(1e-9, 1e9, 200),
    *(1 + s * 2.0**-k for k in range(2, 50, 3) for s in (1, -1, 3)),
    1.999,
    2.001,
]
AROUND_ROOT = [*POSITIVE, ROOT, *(ROOT + s * 2.0**-k for k in range(2, 50, 3) for s in (1, -1))]


@pytest.fixture(autouse=True)
def digits() -> Any:
    with mp.workprec(400):
        yield


def ulps(found: Any, exact: Any) -> float:
    """The error of a float64 in units of the last place of the exact figure."""
    return float(abs(mpf(float(found)) - exact) / math.ulp(float(exact)))


def largest_error(found: Any, exact: Exact, *arguments: Any) -> float:
    """Of the figures found, one for each row of arguments."""
    rows = zip(*(map(mpf, map(float, argument)) for argument in arguments), strict=True)
    return max(ulps(f, exact(*row)) for f, row in zip(found, rows, strict=True))


def derivatives(function: Exact, arrays: list[Any], which: int = 0) -> list[Any]:
    """The value, and the first and second derivatives with respect to an argument, of an element-wise function."""
    leaves = [Tensor(np.asarray(array, np.float64), requires_grad=True) for array in arrays]
    value = function(*leaves)
    found, ones = [value], [Tensor(np.ones_like(value.array))]
    for _ in range(2):
        found += autograd.grad(found[-1:], [leaves[which]], ones, create_graph=True)
    return [tensor.array for tensor in found]


@pytest.mark.parametrize(("name", "sign"), [("asin", 1), ("acos", -1)])
def test_inverse_circular_functions_near_1(name: str, sign: int) -> None:
    _, first, second = derivatives(getattr(ops, name), [NEAR_1])
    assert largest_error(first, lambda x: sign / mp.sqrt(1 - x * x), NEAR_1) <= 2
    assert largest_error(second, lambda x: sign * x / mp.sqrt(1 - x * x) ** 3, NEAR_1) <= 6


def test_atanh_near_1() -> None:
    _, first, second = derivatives(ops.atanh, [NEAR_1])
    assert largest_error(first, lambda x: 1 / (1 - x * x), NEAR_1) <= 2
    assert largest_error(second, lambda x: 2 * x / (1 - x * x) ** 2, NEAR_1) <= 4


def test_acosh_near_1() -> None:
    _, first, second = derivatives(ops.acosh, [ABOVE_1])
    assert largest_error(first, lambda x: 1 / mp.sqrt(x * x - 1), ABOVE_1) <= 2
    assert largest_error(second, lambda x: -x / mp.sqrt(x * x - 1) ** 3, ABOVE_1) <= 6


def test_float32_loses_what_pytorch_loses_near_1() -> None:
    x = np.float32(1 - 2**-20)
    assert ops.one_less_square(x) == 1 - x * x != (1 - x) * (1 + x)


def test_logit_near_one_half() -> None:
    value, first, _ = derivatives(ops.logit, [NEAR_HALF])
    assert largest_error(value, lambda x: mp.log(x / (1 - x)), NEAR_HALF) <= 3
    assert largest_error(first, lambda x: 1 / (x * (1 - x)), NEAR_HALF) <= 3


def test_lgamma() -> None:
    assert largest_error(ops.lgamma(np.array(POSITIVE)), mp.loggamma, POSITIVE) <= 7


def test_digamma_around_its_root() -> None:
    assert largest_error(ops.digamma(np.array(AROUND_ROOT)), mp.digamma, AROUND_ROOT) <= 6


DISTANT = [(30.0, -20.0), (-20.0, 30.0), (0.5, 40.25), (1.0, 1.5), (2.0, -100.0), (300.0, -300.0)]


@pytest.mark.parametrize(("name", "base"), [("logaddexp", mp.e), ("logaddexp2", mpf(2))])
@pytest.mark.parametrize("which", [0, 1])
def test_second_derivative_of_logaddexp_of_distant_numbers(name: str, base: Any, which: int) -> None:
    a, b = np.transpose(DISTANT)
    *_, second = derivatives(getattr(ops, name), [a, b], which)
    log = mp.log(base)
    # a power of as many ulps as its exponent is large
    assert largest_error(second, lambda a, b: log / ((1 + base ** (a - b)) * (1 + base ** (b - a))), a, b) <= 600


def test_second_derivative_of_sinc_far_from_0() -> None:
    x = [1e5 + 0.5, 1e100, 1e200]
    *_, second = derivatives(ops.sinc, [x])
    assert np.isfinite(second).all()
    assert second[0] == pytest.approx(float(mp.diff(mp.sincpi, x[0], 2)), rel=1e-8)


def test_remainder_counts_the_whole_divisors() -> None:
    a, b = [1.0, 0.6, -1.0, 6.0], [0.1, 0.2, 0.1, 2.0]
    _, first, _ = derivatives(lambda a, b: ops.remainder_tensor(a, b) + 0 * a * b * b, [a, b], 1)
    assert first.tolist() == [-float(mp.floor(mpf(x) / mpf(y))) for x, y in zip(a, b, strict=True)]


def test_binary_cross_entropy_of_small_probabilities() -> None:
    x = np.array([1e-20, 1e-9, 0.3])
    found = ops.binary_cross_entropy(x, np.zeros(3), None, "none")
    assert largest_error(found, lambda x: -mp.log(1 - x), x) <= 1


def test_binary_cross_entropy_with_confident_logits() -> None:
    x = np.array([-60.0, -30.0, -3.0, 3.0])

    def loss(x: Any) -> Any:
        return ops.binary_cross_entropy_with_logits(x, np.zeros(4), None, None, "none")

    _, first, _ = derivatives(loss, [x])
    assert largest_error(first, lambda x: 1 / (1 + mp.exp(-x)), x) <= 2


@pytest.mark.parametrize(("mean", "spread"), [(0.0, 1.0), (1e6, 1.0), (1e8, 1e-3), (-100.0, 1e-6)])
def test_variance_far_from_0(mean: float, spread: float) -> None:
    x = mean + spread * np.array([0.3, -1.7, 0.9, 2.1, -0.4])
    leaf = Tensor(x, requires_grad=True)
    (found,) = autograd.grad([ops.var(leaf)], [leaf])
    average = mp.fsum(map(mpf, x.tolist())) / 5
    assert largest_error(found.array, lambda x: (x - average) / 2, x) <= 6


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("n", [2, 3, 4])
def test_determinant_of_a_nearly_singular_matrix(n: int, dtype: Any) -> None:
    x = np.cos(np.arange(1.0, n * n + 1) ** 2).reshape(n, n).astype(dtype)
    x[-1] = (x[:-1].sum(0) * (1 + 1e-6 * np.arange(n))).astype(dtype)  # nearly the sum of the others
    leaf = Tensor(x, requires_grad=True)
    (found,) = autograd.grad([ops.det(leaf)], [leaf])
    exact = mp.matrix(x.tolist())
    cofactors = mp.det(exact) * (exact**-1).T
    for i, row in enumerate(found.array):
        for j, element in enumerate(row):
            # an element is a sum of products, of which the largest sets the scale
            assert abs(mpf(float(element)) - cofactors[i, j]) <= 8 * np.finfo(dtype).eps * mp.norm(cofactors, mp.inf)


def test_determinant_that_another_elimination_finds_to_be_0() -> None:
    rng = np.random.default_rng(5)
    for x in rng.integers(-3, 4, (300, 3, 3)).astype(float):
        leaf = Tensor(x, requires_grad=True)
        (found,) = autograd.grad([ops.det(leaf)], [leaf])
        a, b, c = x
        np.testing.assert_allclose(found.array, [np.cross(b, c), np.cross(c, a), np.cross(a, b)], atol=1e-13)
