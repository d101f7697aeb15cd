"""Balls around polygamma and its derivatives hold what mpmath computes."""

from __future__ import annotations

import pytest
from mpmath import mp
from programs import enclosures, holds, slope

from gradcli.verify.balls.enclosures import DOMAIN, KINK, NUMBER, OPEN


def psi(n: int, x: float) -> object:
    with mp.workdps(80):
        return mp.psi(n, mp.mpf(x))


@pytest.mark.parametrize("x", [-7.3, -2.5, -1e-3, 0.7, 1.4616, 30.0, 1e9])
@pytest.mark.parametrize("n", [0, 1, 2, 5, 20, 50])
def test_balls_hold_value_and_slope(n: int, x: float) -> None:
    text = f"polygamma({n}, x)"
    (value,), moved = enclosures(text, x=x).value(), slope(text, x)
    assert (value.kind, moved.kind) == (NUMBER, NUMBER)
    assert holds(value.ball, psi(n, x))
    assert holds(moved.ball, psi(n + 1, x))


def test_balls_hold_higher_derivatives() -> None:
    whole = enclosures("digamma(x)", x=1.5)
    for order, found in enumerate(whole.orders(whole.goal(order=4)), 1):
        assert holds(found.ball, psi(order, 1.5))


def test_kinks_and_poles() -> None:
    kink = slope("polygamma(2, abs(x - 1) + 1)", 1.0)
    assert kink.kind == KINK
    assert holds(-kink.left, psi(3, 1.0))
    assert holds(kink.right, psi(3, 1.0))
    for text in ("polygamma(2, x)", "polygamma(1, abs(x + 1) - 1)"):
        assert slope(text, -1.0).kind == DOMAIN


def test_an_order_beyond_the_longest_series_is_left_open() -> None:
    """A coefficient beyond the end of a series would read as 0."""
    for n in (62, 63, 64, 150):
        text = f"polygamma({n}, x)"
        assert {enclosures(text, x=2.5).value()[0].kind, slope(text, 2.5).kind} == {OPEN}
