"""Jets: what is known of a number next to a point, to one side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flint import arb, fmpq

from gradcli.verify.balls import jets
from gradcli.verify.balls.context import working
from gradcli.verify.balls.jets import Jet, compose, power, quotient, whole_power
from gradcli.verify.balls.numbers import OpenError, Poison, TooShortError


@pytest.fixture(autouse=True)
def _bits() -> Iterator[None]:
    with working(96):
        yield


def rational(*terms: Any, degree: int = 3) -> Jet:
    """A polynomial."""
    return Jet.rational([fmpq(term) for term in terms], (degree, 0))


def variable(at: int = 0, length: int = 4) -> Jet:
    """at + t."""
    return rational(at, 1, *[0] * (length - 2), degree=1)


def floats(jet: Jet) -> list[float]:
    return [float(term) for term in jet.terms]


T = [0, 1, 0, 0]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (lambda x: x + 1, [3, 1, 0, 0]),
        (lambda x: 1 - x, [-1, -1, 0, 0]),
        (lambda x: x * x, [4, 4, 1, 0]),
        (lambda x: x / 2, [1, 0.5, 0, 0]),
        (lambda x: 1 / x, [0.5, -0.25, 0.125, -0.0625]),
        (lambda x: (x * x - 4) / (x - 2), [4, 1, 0]),
        (lambda x: whole_power(x, 3), [8, 12, 6, 1]),
        (lambda x: whole_power(x, -1), [0.5, -0.25, 0.125, -0.0625]),
        (lambda x: whole_power(x, 0), [1, 0, 0, 0]),
    ],
)
def test_arithmetic_is_that_of_taylor_series(made: Any, expected: list[float]) -> None:
    found = made(variable(2))
    assert floats(found) == expected
    assert found.exact is not None
    inexact = made(Jet([arb(2), arb(1), arb(0), arb(0)]))
    assert floats(inexact)[: len(expected)] == pytest.approx(expected)


def test_degrees_prove_that_a_number_is_0_everywhere() -> None:
    x = variable(2)
    for zero in (x + x - 2 * x, (x * x - 4) - (x - 2) * (x + 2), x / 7 - (x * 2) / 14):
        assert (zero.valuation(), zero.sign()) == (zero.length, 0)
    with pytest.raises(TooShortError):
        rational(0, 0, degree=5).valuation()
    with pytest.raises(TooShortError):
        Jet([arb(0), arb(0)]).valuation()


@pytest.mark.parametrize(("terms", "valuation", "sign"), [([0, 0, -2, 5], 2, -1), ([3, -1], 0, 1), ([0, 1e-300], 1, 1)])
def test_the_first_term_that_is_not_0_decides(terms: list[float], valuation: int, sign: int) -> None:
    jet = Jet([arb(term) for term in terms])
    assert (jet.valuation(), jet.sign()) == (valuation, sign)


def test_what_cannot_be_told_from_0_is_open() -> None:
    with pytest.raises(OpenError):
        Jet([arb(0, 1e-20), arb(1)]).sign()
    assert Jet([arb(0), arb(1, 0.5)]).sign() == 1


def test_a_term_beyond_the_end_is_refused() -> None:
    with pytest.raises(TooShortError):
        variable().term(4)


@pytest.mark.parametrize(
    ("power_of_t", "expected", "steep"),
    [("1.5", [0, 0], False), ("0.5", [0], True), ("2.5", [0, 0, 0], False), ("0.1", [0], True)],
)
def test_half_powers_end_the_expansion(power_of_t: str, expected: list[float], steep: bool) -> None:
    found = power(variable(), arb(power_of_t))
    assert (floats(found), found.steep) == (expected, steep)


@pytest.mark.parametrize(
    ("terms", "exponent", "expected"),
    [([0, 0, 4, 0, 0], 0.5, [0, 2, 0, 0]), ([0, 0, 0, 0, 1], 0.25, [0, 1]), ([4, 0, 0], 0.5, [2, 0, 0])],
)
def test_whole_powers_of_half_powers_go_on(terms: list[float], exponent: float, expected: list[float]) -> None:
    assert floats(power(Jet([arb(term) for term in terms]), arb(exponent))) == pytest.approx(expected)


def test_products_with_zeros_at_their_head_are_longer() -> None:
    root = power(variable(), arb(0.5))
    assert floats(variable() * root) == [0, 0]
    assert not (variable() * root).steep
    assert (root + 1).steep
    assert ((root + 1) * 3).steep
    assert not (root * root).steep


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (lambda: quotient(rational(1, 0), rational(0, 0, degree=0)), "division by 0"),
        (lambda: power(rational(-1, 1), arb(0.5)), "a power of a negative number"),
        (lambda: power(-variable(), arb(0.5)), "a power of a negative number"),
        (lambda: power(rational(0, 0, degree=0), arb(-0.5)), "0 to a negative power"),
    ],
)
def test_what_has_no_value_next_to_the_point(made: Any, reason: str) -> None:
    assert made() == Poison("domain", reason)


@pytest.mark.parametrize(
    "made", [lambda: quotient(rational(1, 1), rational(0, 1)), lambda: power(variable(), arb(-0.5))]
)
def test_a_pole_has_values_but_no_expansion(made: Any) -> None:
    assert made() == Poison("open", "a pole next to the point")


def test_a_quotient_of_too_few_terms_is_too_short() -> None:
    with pytest.raises(TooShortError):
        quotient(Jet([arb(0)]), variable())


def test_poison_passes_through_arithmetic() -> None:
    poison, x = Poison("open", "why"), variable()
    assert all(found is poison for found in (x + poison, poison + x, x * poison, poison * x, x / poison, x - poison))


def test_composition() -> None:
    found = compose(lambda s: s.exp(), variable())
    assert floats(found) == pytest.approx([1, 1, 1 / 2, 1 / 6])
    assert floats(compose(lambda s: s.exp(), Jet([arb(0)]))) == [1]


def test_fractions_that_grow_too_long_are_dropped() -> None:
    x = rational(fmpq(1, 3**1000), 1, 0, 0)
    assert x.exact is not None
    assert (x * x * x).exact is None
    assert jets.whole_power(x, 3).exact is None
