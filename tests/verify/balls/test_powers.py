"""Powers: by what is known of the exponent and of the base."""

from __future__ import annotations

from typing import Any

import mpmath as mp
import pytest
from programs import enclosures, holds


def slopes(text: str, x: float, y: float) -> list[Any]:
    """What is known of the derivatives by x and y: balls, or the kind of what is wrong."""
    found = enclosures(text, x=x, y=y).gradient()
    return [one.ball if one.kind == "number" else one.kind for one in (found["x"][0], found["y"][0])]


@pytest.mark.parametrize("x", [0.3, 2.0, 1e-200, 1e200])
@pytest.mark.parametrize("y", [0.5, -1.5, 2.0, 3.7, 0.0, -3.0, 1e-9])
def test_a_positive_base(x: float, y: float) -> None:
    by_x, by_y = slopes("x**y", x, y)
    with mp.workdps(80):
        a, b = mp.mpf(x), mp.mpf(y)
        assert holds(by_x, b * a ** (b - 1))
        assert holds(by_y, a**b * mp.log(a))


@pytest.mark.parametrize("x", [-2.0, 0.0, 3.0, -1e-5])
@pytest.mark.parametrize("n", [1, 2, 3, 7])
def test_a_whole_exponent_that_is_written(x: float, n: int) -> None:
    (found,) = enclosures(f"x**{n}", x=x).gradient()["x"]
    with mp.workdps(80):
        assert holds(found.ball, n * mp.mpf(x) ** (n - 1))


def test_a_number_to_a_variable_power() -> None:
    (found,) = enclosures("2**y", y=0.7).gradient()["y"]
    with mp.workdps(80):
        assert holds(found.ball, mp.mpf(2) ** mp.mpf(0.7) * mp.log(2))


@pytest.mark.parametrize(
    ("text", "x", "y", "expected"),
    [
        ("x**y", -2, 3, [12, "domain"]),
        ("x**y", -2, 0, [0, "domain"]),
        ("x**y", -2, -1, [-0.25, "domain"]),
        ("x**y", -2, 0.5, ["domain", "domain"]),
        ("x**y", 0, 3, [0, 0]),
        ("x**y", 0, 1, [1, 0]),
        ("x**y", 0, 2e6, [0, 0]),
        ("x**y", 0, 1e308, [0, 0]),
        ("x**y", -1, 2000001, [2000001, "domain"]),
        ("x**y", -1, 1e308, [-1e308, "domain"]),
        ("x**y", 0, -2000001, ["domain", "domain"]),
        ("x**y", 0, 0.5, ["domain", 0]),
        ("x**y", 0, 1.5, ["domain", 0]),
        ("x**y", 0, -1, ["domain", "domain"]),
        ("x**y", 0, 0, [0, "domain"]),
        ("x**-2 + 0*y", 0, 1, ["domain", "domain"]),
        ("x**0 + 0*y", 0, 1, [0, 0]),
        ("x**0.5 + 0*y", 4, 1, [0.25, 0]),
        ("x**1.5 + 0*y", 4, 1, [3, 0]),
        ("x**-0.5 + 0*y", 4, 1, [-1 / 16, 0]),
        ("x**0.5 + 0*y", -4, 1, ["domain", "domain"]),
        ("abs(x)**y", 0, 1.5, [0, 0]),
        ("abs(x)**y", 0, 3, [0, 0]),
        ("abs(x)**y", 0, 1, ["kink", 0]),
        ("abs(x)**y", 0, 0.5, ["domain", 0]),
        ("sqrt(abs(x))**1 + 0*y", 0, 1, ["domain", 0]),
        ("0**y + x", 1, 2, [1, 0]),
        ("0**y + x", 1, -1, ["domain", "domain"]),
    ],
)
def test_every_case(text: str, x: float, y: float, expected: list[Any]) -> None:
    with mp.workdps(80):
        for found, one in zip(slopes(text, x, y), expected, strict=True):
            assert found == one if isinstance(found, str) or isinstance(one, str) else holds(found, mp.mpf(one))


def test_a_root_that_is_whole_is_exact() -> None:
    (found,) = enclosures("x**0.5", x=4.0).value()
    assert found.ball.is_exact()
    assert float(found.ball) == 2


@pytest.mark.parametrize(
    "text", ["x**std(1)", "std(1)**x", "x/std(1)", "exp(x*std(1))", "tan(x*(inf - inf))", "log(x + inf)", "x**inf"]
)
def test_what_is_no_finite_number_leaves_nothing_open(text: str) -> None:
    (found,) = enclosures(text, x=2.0).gradient()["x"]
    assert (found.kind, found.reason) == ("domain", "an argument that is no finite number")


def test_infinity_as_a_bound_is_no_argument_of_that_kind() -> None:
    (found,) = enclosures("clip(x, -inf, 1) + maximum(x, -inf) + x/inf", x=0.5).gradient()["x"]
    assert found.ball == 2
