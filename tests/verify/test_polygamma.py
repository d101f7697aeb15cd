"""Balls around polygamma and its derivatives hold what mpmath computes."""

from __future__ import annotations

import pytest
from mpmath import mp

from gradcli.lang.functions import find
from gradcli.lang.parser import parse
from gradcli.verify.balls.enclosures import DOMAIN, KINK, NUMBER, OPEN, Enclosed, Enclosures


def enclosures(text: str, x: float) -> Enclosures:
    return Enclosures(parse(text, find, bound={"x"}).program, {"x": x}, ["x"], "float64")


def slope_of(whole: Enclosures) -> Enclosed:
    return whole.gradient(whole.goal())["x"][0]


def holds(ball: object, n: int, x: float) -> bool:
    with mp.workdps(80):
        value = mp.psi(n, mp.mpf(x))
        low, high = (mp.mpf(end.str(60, radius=False)) for end in (ball.lower(), ball.upper()))  # type: ignore[attr-defined]
        return bool(low - abs(low) * mp.mpf(10) ** -50 <= value <= high + abs(high) * mp.mpf(10) ** -50)


@pytest.mark.parametrize("x", [-7.3, -2.5, -1e-3, 0.7, 1.4616, 30.0, 1e9])
@pytest.mark.parametrize("n", [0, 1, 2, 5, 20, 50])
def test_balls_hold_value_and_slope(n: int, x: float) -> None:
    found = enclosures(f"polygamma({n}, x)", x)
    (value,), slope = found.value(), slope_of(found)
    assert (value.kind, slope.kind) == (NUMBER, NUMBER)
    assert holds(value.ball, n, x)
    assert holds(slope.ball, n + 1, x)


def test_balls_hold_higher_derivatives() -> None:
    whole = enclosures("digamma(x)", 1.5)
    for order, found in enumerate(whole.orders(whole.goal(order=4)), 1):
        assert holds(found.ball, order, 1.5)


def test_kinks_and_poles() -> None:
    slope = slope_of(enclosures("polygamma(2, abs(x - 1) + 1)", 1.0))
    assert slope.kind == KINK
    assert holds(-slope.left, 3, 1.0)
    assert holds(slope.right, 3, 1.0)
    for text in ("polygamma(2, x)", "polygamma(1, abs(x + 1) - 1)"):
        assert slope_of(enclosures(text, -1.0)).kind == DOMAIN


def test_an_order_beyond_the_longest_series_is_left_open() -> None:
    """A coefficient beyond the end of a series would read as 0."""
    for n in (62, 63, 64, 150):
        found = enclosures(f"polygamma({n}, x)", 2.5)
        assert {found.value()[0].kind, slope_of(found).kind} == {OPEN}
