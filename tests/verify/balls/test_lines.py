"""What happens at a break: from both sides, exactly, and of every order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from programs import enclosures, number, slope

from gradcli.verify.balls.enclosures import Enclosed

KINKS: list[tuple[str, float, float, float]] = [
    ("abs(x)", 0, -1, 1),
    ("abs(x - 0.1)", 0.1, -1, 1),
    ("relu(x)", 0, 0, 1),
    ("leaky_relu(x, 0.25)", 0, 0.25, 1),
    ("elu(x, alpha=2)", 0, 2, 1),
    ("maximum(x, 3*x - 2)", 1, 1, 3),
    ("minimum(x, 3*x - 2)", 1, 3, 1),
    ("clamp(x, -1, 1)", 1, 1, 0),
    ("clamp(x, -1, 1)", -1, 0, 1),
    ("max([x, x**2, 1])", 1, 0, 2),
    ("min([x, x**2, 1])", 1, 2, 0),
    ("where(x > 0, x, 0)", 0, 0, 1),
    ("where(x >= 2, x**2, 4)", 2, 0, 4),
    ("sqrt(x*x)", 0, -1, 1),
    ("(x**4)**0.25", 0, -1, 1),
    ("hypot(x, x)", 0, -(2**0.5), 2**0.5),
    ("norm([x, 2*x], 1)", 0, -3, 3),
    ("x*sign(x)", 0, -1, 1),
    ("exp(abs(x)) + x", 0, 0, 2),
    ("log(1 + abs(x))", 0, -1, 1),
    ("acos(cos(x))", 0, -1, 1),
    ("asin(1 - x*x)", 0, 2**0.5, -(2**0.5)),
    ("acosh(1 + x*x)", 0, -(2**0.5), 2**0.5),
    ("abs(x % 3)", 0.5, 1, 1),
    ("where(x > 0, 1, 0)*x", 0, 0, 1),
    ("abs(abs(x) - 1)", 1, -1, 1),
    ("relu(x)*abs(x + 2) + 0*relu(x - 1)", 0, 0, 2),
    ("abs(x)**(1 + abs(x))", 0, -1, 1),
    ("max([x, 1, 0, -1, -2, -3, -4])", 1, 0, 1),
    ("min([x, 1, 3, 4, 5, 6, 7])", 1, 1, 0),
    ("abs(atan2(x, 1))", 0, -1, 1),
    ("abs(x) + atan2(1, x)", 0, -2, 0),
    ("abs(x) + atan2(x - 1, x)", 0, 0, 2),
    ("(abs(x) + 1)*atan2(x - 1, -1)", 0, 3 * np.pi / 4 - 1 / 2, -3 * np.pi / 4 - 1 / 2),
]


@pytest.mark.parametrize(("text", "x", "left", "right"), KINKS)
def test_slopes_from_both_sides(text: str, x: float, left: float, right: float) -> None:
    found = slope(text, x)
    if left == right:
        assert (found.kind, float(found.ball)) == ("number", left)
        return
    assert found.kind == "kink"
    assert (float(found.left), float(found.right)) == pytest.approx((left, right), rel=1e-15)


JUMPS: list[tuple[str, float, tuple[float, float, float]]] = [
    ("floor(x)", 2, (1, 2, 2)),
    ("ceil(x)", 2, (2, 2, 3)),
    ("trunc(x)", -2, (-2, -2, -1)),
    ("round(x)", 0.5, (0, 0, 1)),
    ("round(x)", 1.5, (1, 2, 2)),
    ("round(x)", -2.5, (-3, -2, -2)),
    ("frac(x)", 1, (1, 0, 0)),
    ("sign(x)", 0, (-1, 0, 1)),
    ("x % 3", 6, (3, 0, 0)),
    ("x // 3", 6, (1, 2, 2)),
    ("x % -3", 6, (0, 0, -3)),
    ("sign(x - 1)*x", 1, (-1, 0, 1)),
    ("where(x > 10, x, 0)", 10, (0, 0, 10)),
    ("where(x == 0, 5, x)", 0, (0, 5, 0)),
    ("atan2(x, -1)", 0, (-np.pi, np.pi, np.pi)),
    ("floor(0.1*x)", 10, (1, 1, 1)),  # 0.1 is more than a tenth
    ("1/(1 + floor(x))", 2, (1 / 2, 1 / 3, 1 / 3)),
    ("atan2(x, x**2)", 0, (-np.pi / 2, 0, np.pi / 2)),
]


@pytest.mark.parametrize(("text", "x", "values"), JUMPS)
def test_values_on_both_sides(text: str, x: float, values: tuple[float, float, float]) -> None:
    found = slope(text, x)
    if len(set(values)) == 1:
        assert (found.kind, float(found.ball)) == ("number", 0)
        return
    assert found.kind == "jump"
    assert (float(found.left), float(found.ball), float(found.right)) == pytest.approx(values, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "x", "expected"),
    [
        ("where(x == 0, 0, x)", 0, 1),
        ("where(x == 0, x, 0)", 0, 0),
        ("where(x > 0, log(x), x)", -1, 1),
        ("where(x > 0, sqrt(x), 0)*0 + x", 2, 1),
        ("max([x, x])", 0, 1),
        ("maximum(2*x, x + x)", 3, 2),
        ("max([sin(x), sin(x)])", 1, np.cos(1)),
        ("where(x > x, 1, 0)", 0, 0),
        ("2*where(x > x, 1, 0) + x", 0, 1),
        ("x*abs(x)", 0, 0),
        ("relu(x)**2", 0, 0),
        ("abs(x)**3", 0, 0),
        ("abs(x)**1.5", 0, 0),
        ("relu(x) - relu(-x)", 0, 1),
        ("abs(x) - sqrt(x*x)", 0, 0),
        ("maximum(x, -x) - abs(x)", 0, 0),
        ("abs(x - 1)*(x - 1)", 1, 0),
        ("detach(abs(x))*x", 0, 0),
        ("detach(floor(x))*x", 2, 2),
        ("detach(x)*x", 0, 0),
        ("atan2(x, 1)", 0, 1),
        ("atan2(1, x)", 0, -1),
        ("abs(x)*atan2(x, x**3)", 0, np.pi / 2),
        ("(x*x)**(1 + x)", 0, 0),
        ("where(nan < x, x, 0)", 1, 0),
        ("where(nan != x, 2*x, 0)", 1, 2),
        ("sinc(x)", 0, 0),
        ("(x - 2)*floor(x) + floor(x)*0", 2.5, 2),
        ("x % 3", 7, 1),
        ("clamp(x, -1, 1)", 0.5, 1),
        ("clamp(x**2, 0, 1)", 0, 0),
        ("norm([x, 1])", 0, 0),
        ("hypot(x, 2)", 0, 0),
        ("std([x, 1])", 3, 2**-0.5),
        ("0**x", 2, 0),
        ("x**0", 0, 0),
    ],
)
def test_slopes_that_exist_although_a_rule_may_say_otherwise(text: str, x: float, expected: float) -> None:
    assert number(text, x) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "x", "reason"),
    [
        ("sqrt(abs(x))", 0, "no finite slope"),
        ("abs(x)**0.5", 0, "no finite slope"),
        ("log(x)", 0, "the logarithm of a number that is not positive"),
        ("log(x)", -1, "the logarithm of a number that is not positive"),
        ("sqrt(x)", 0, "there is no value to the left"),
        ("x**1.5", 0, "there is no value to the left"),
        ("acos(x)", 1, "there is no value to the right"),
        ("asin(x)", -1, "there is no value to the left"),
        ("acosh(x)", 1, "there is no value to the left"),
        ("1/x", 0, "division by 0"),
        ("x/x", 0, "division by 0"),
        ("x**-2", 0, "0 to a negative power"),
        ("lgamma(x)", -1, "a pole of the gamma function"),
        ("where(x > 0, x, log(x - 1))", 1e-3 - 1e-3, "the logarithm of a number that is not positive"),
        ("(-2)**x", 3, "a power of a negative number"),
        ("(-2)**(2 + x**5)", 0, "a power of a negative number"),
        ("maximum(x, nan)", 1, "a comparison with NaN"),
        ("abs(x)", np.inf, "no finite value"),
        ("sum([abs(x), sqrt(x - 1), 1, 2, 3, 4, 5])", 0, "the root of a negative number"),
    ],
)
def test_where_there_is_no_slope(text: str, x: float, reason: str) -> None:
    found = slope(text, x)
    assert found.kind == "domain"
    assert reason in found.reason or "division" in found.reason


def test_at_the_end_of_a_domain_the_slope_from_inside_is_known() -> None:
    found = slope("x**1.5 + 2*x", 0)
    assert (found.kind, found.left, float(found.right)) == ("domain", None, 2.0)


@pytest.mark.parametrize(
    "text",
    ["where(x == 0, 0, x**2*sin(1/x))", "where(x == 0, 0, x**2*log(abs(x)))", "where(x == 0, 0, exp(-1/x**2))"],
)
def test_what_cannot_be_expanded_is_not_told(text: str) -> None:
    """The slope is 0 in fact."""
    assert slope(text, 0).kind == "open"


@pytest.mark.parametrize("text", ["xlogy(x, x)", "where(x == 0, 0, log(x)/x)"])
def test_no_value_to_one_side_is_enough(text: str) -> None:
    assert slope(text, 0).kind == "domain"


ORDERS: list[tuple[str, float, list[Any]]] = [
    ("x**4", 2, [32, 48, 48, 24]),
    ("sin(x)", 0, [1, 0, -1, 0]),
    ("abs(x)", 0, ["kink", "kink", "kink", "kink"]),
    ("x*abs(x)", 0, [0, "kink", "kink", "kink"]),
    ("x**2*abs(x)", 0, [0, 0, "kink", "kink"]),
    ("x**3*abs(x)", 0, [0, 0, 0, "kink"]),
    ("relu(x)**4", 0, [0, 0, 0, "kink"]),
    ("floor(x)", 2, ["jump", "jump", "jump", "jump"]),
    ("floor(x)*x", 2.5, [2, 0, 0, 0]),
    ("log(x)", -2, ["domain", "domain", "domain", "domain"]),
    ("log(x)", 2, [0.5, -0.25, 0.25, -0.375]),
    ("x**2.5", 0, ["domain", "domain", "domain", "domain"]),
    ("(x*x)**0.5", 0, ["kink", "kink", "kink", "kink"]),
    ("(x*x)**1.5", 0, [0, 0, "kink", "kink"]),
    ("(x**4)**0.25*x", 0, [0, "kink", "kink", "kink"]),
    ("(x**4)**0.5", 0, [0, 2, 0, 0]),
    ("abs(x)**2.5", 0, [0, 0, "open", "open"]),
    ("abs(x)**4", 0, [0, 0, 0, 24]),
    ("sinc(x)", 0, [0, -(np.pi**2) / 3, 0, np.pi**4 / 5]),
    ("detach(x)*x**2", 3, [18, 6, 0, 0]),
    ("x**x", 1, [1, 2, 3, 8]),
    ("maximum(x, 2*x - x)", 1, [1, 0, 0, 0]),
    ("where(x > 1, 2*x - 1, x**2)", 1, [2, "kink", "kink", "kink"]),
]


def is_told(found: Enclosed, expected: Any) -> bool:
    """Whether a number, or the kind of what is wrong, is found."""
    if found.kind != "number" or isinstance(expected, str):
        return found.kind == expected
    return bool(float(found.ball) == pytest.approx(expected, rel=1e-14))


@pytest.mark.parametrize(("text", "x", "expected"), ORDERS)
def test_orders(text: str, x: float, expected: list[Any]) -> None:
    whole = enclosures(text, x=x)
    found = whole.orders(whole.goal(order=4))
    assert all(is_told(one, other) for one, other in zip(found, expected, strict=True))


@pytest.mark.parametrize(("text", "x", "expected"), ORDERS)
def test_an_order_by_itself_is_the_same(text: str, x: float, expected: list[Any]) -> None:
    for order in (2, 3):
        whole = enclosures(text, x=x)
        (found,) = whole.gradient(whole.goal(order=order))["x"]
        assert is_told(found, expected[order - 1])


SECONDS: list[tuple[str, list[float], list[float], list[Any]]] = [
    ("sum(x**3)", [1, 2], [1, 0], [6, 0]),
    ("x[0]**2*x[1]", [1, 2], [1, 1], [6, 2]),
    ("sum(x)", [1, 2], [1, 1], [0, 0]),
    ("3*x[0]", [1, 2], [1, 1], [0, 0]),
    ("sum(abs(x))", [0, 1], [0, 1], ["kink", 0]),
    ("sum(x*abs(x))", [0, 1], [1, 0], ["kink", 0]),
    ("sum(relu(x))*x[1]", [0, 1], [0, 1], ["kink", 2]),
    ("abs(x[0])*x[1]**2", [3, 1], [0, 1], [2, 6]),
    ("max(x)*x[1]", [1, 1], [1, 0], ["kink", "kink"]),
    ("relu(x[0])*x[1]", [0, 1], [1, 0], ["kink", "kink"]),
    ("floor(x[0])*x[1]", [2, 1], [0, 1], ["jump", 0]),
    ("floor(x[0])*x[1]", [2.5, 1], [0, 1], [0, 0]),
    ("sqrt(x[0])*x[1]", [0, 1], [1, 0], ["domain", "domain"]),
]


@pytest.mark.parametrize(("text", "x", "along", "expected"), SECONDS)
def test_second_derivatives_along_a_direction(text: str, x: Any, along: Any, expected: list[Any]) -> None:
    whole = enclosures(text, x=x)
    found = whole.gradient(whole.goal(tangents={"x": np.array(along, float)}))["x"]
    assert all(is_told(one, other) for one, other in zip(found, expected, strict=True))


def test_only_the_elements_concerned_are_at_a_break() -> None:
    found = enclosures("sum(abs(x)) + y", x=[1, 0, -2], y=0).gradient()
    assert [one.kind for one in found["x"]] == ["number", "kink", "number"]
    assert found["y"][0].kind == "number"


def test_the_angle_of_the_origin_has_no_slope() -> None:
    found = enclosures("atan2(y, x)", x=0, y=0).gradient()
    assert found["y"][0].kind == "jump"
    assert found["x"][0].kind == "jump"


def test_many_ties_are_decided_in_time() -> None:
    x = np.ones(10_000)
    x[::100] = 0
    found = enclosures("sum(abs(x))", x=x).gradient()["x"]
    assert sum(one.kind == "kink" for one in found) == 100
    assert all(one.kind == "number" for one in enclosures("max(0*x)", x=x).gradient()["x"])
