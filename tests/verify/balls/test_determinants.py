"""Determinants and inverses: regular, singular, and of jets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flint import arb
from programs import enclosures, number, slope

from gradcli.verify.balls.context import working
from gradcli.verify.balls.matrices import without_pivots

SINGULAR = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]
COFACTORS = [[-3, 6, -3], [6, -12, 6], [-3, 6, -3]]
REGULAR = np.array([[2.0, -1.0, 0.5], [0.3, 1.7, -0.4], [-0.6, 0.9, 2.2]])


def matrix(text: str, x: Any) -> Any:
    """The slopes by the entries of x."""
    found = enclosures(text, x=x).gradient()["x"]
    return np.array([float(one.ball) if one.kind == "number" else np.nan for one in found]).reshape(np.shape(x))


def test_the_determinant_of_a_singular_matrix_has_its_cofactors_for_slopes() -> None:
    np.testing.assert_array_equal(matrix("det(x)", SINGULAR), COFACTORS)
    np.testing.assert_array_equal(matrix("det(x)", np.zeros((3, 3))), np.zeros((3, 3)))
    np.testing.assert_array_equal(matrix("det(x)", np.zeros((2, 2)) + 1), [[1, -1], [-1, 1]])


def test_a_regular_matrix() -> None:
    inverse = np.linalg.inv(REGULAR)
    np.testing.assert_allclose(matrix("det(x)", REGULAR), np.linalg.det(REGULAR) * inverse.T, rtol=1e-13)
    np.testing.assert_allclose(matrix("logdet(x)", REGULAR), inverse.T, rtol=1e-13)
    ones = np.ones((3, 3))
    np.testing.assert_allclose(matrix("sum(inv(x))", REGULAR), -inverse.T @ ones @ inverse.T, rtol=1e-12)


@pytest.mark.parametrize("text", ["sum(inv(x))", "logdet(x)", "sum(solve(x, ones(3)))"])
def test_what_a_singular_matrix_has_not(text: str) -> None:
    assert {one.kind for one in enclosures(text.replace("ones(3)", "[1,1,1]"), x=SINGULAR).gradient()["x"]} == {
        "domain"
    }


@pytest.mark.parametrize(
    ("text", "x", "reason"),
    [
        ("det([[log(x), 1], [1, 2]])", -1, "the logarithm of a number that is not positive"),
        ("sum(inv([[log(x), 1], [1, 2]]))", -1, "the logarithm of a number that is not positive"),
        ("abs(x)*sum(inv([[sqrt(x), 1], [1, 2]]))", 0, "there is no value to the left: the root of a negative number"),
        ("abs(x)*sum(inv([[x, x], [x, x]]))", 0, "the inverse of a singular matrix"),
    ],
)
def test_what_a_matrix_without_an_entry_has_not(text: str, x: float, reason: str) -> None:
    found = slope(text, x)
    assert (found.kind, found.reason) == ("domain", reason)


def test_recursion_and_elimination_agree() -> None:
    with working(128):
        determinant, adjugate = without_pivots([[arb(x) for x in row] for row in REGULAR.tolist()])
        assert float(determinant) == pytest.approx(np.linalg.det(REGULAR))
        found = np.array([[float(x) for x in row] for row in adjugate])
    np.testing.assert_allclose(found, np.linalg.inv(REGULAR) * np.linalg.det(REGULAR), rtol=1e-13)


@pytest.mark.parametrize(
    ("text", "x", "expected"),
    [
        ("det([[abs(x), 1], [1, abs(x)]])", 0, 0),
        ("det([[x*abs(x), 1], [1, 2]])", 0, 0),
        ("sum(inv([[1 + x*abs(x), 0], [0, 2]]))", 0, 0),
        ("det([[x, 1], [1, x]])", 1, 2),
    ],
)
def test_along_a_line(text: str, x: float, expected: float) -> None:
    assert number(text, x) == expected


def test_a_kink_inside() -> None:
    (found,) = enclosures("det([[abs(x), 0], [0, 3]])", x=0).gradient()["x"]
    assert (found.kind, float(found.left), float(found.right)) == ("kink", -3, 3)
    (found,) = enclosures("sum(inv([[1 + abs(x), 0], [0, 3]]))", x=0).gradient()["x"]
    assert (found.kind, float(found.left), float(found.right)) == ("kink", 1, -1)


def test_second_derivatives() -> None:
    whole = enclosures("det(x)", x=REGULAR)
    along = np.arange(9.0).reshape(3, 3)
    found = [float(one.ball) for one in whole.gradient(whole.goal(tangents={"x": along}))["x"]]
    step = 1e-5
    cofactors = [np.linalg.det(m) * np.linalg.inv(m).T for m in (REGULAR + step * along, REGULAR - step * along)]
    np.testing.assert_allclose(found, ((cofactors[0] - cofactors[1]) / (2 * step)).reshape(-1), rtol=1e-6)


def test_a_large_matrix_is_enclosed_in_time() -> None:
    x = np.random.default_rng(0).normal(size=(30, 30))
    np.testing.assert_allclose(matrix("logdet(x @ x.T)", x), 2 * np.linalg.inv(x).T, rtol=1e-8)


def test_second_derivatives_of_an_inverse() -> None:
    """Of the sum of its squares, whose gradient is -2 * X.T @ X @ X.T for the inverse X."""
    whole = enclosures("sum(inv(x)**2)", x=REGULAR)
    along = np.arange(9.0).reshape(3, 3)
    found = [float(one.ball) for one in whole.gradient(whole.goal(tangents={"x": along}))["x"]]
    x = np.linalg.inv(REGULAR)
    moved = -x @ along @ x
    expected = -2 * (moved.T @ x @ x.T + x.T @ moved @ x.T + x.T @ x @ moved.T)
    np.testing.assert_allclose(np.reshape(found, (3, 3)), expected, rtol=1e-12)
