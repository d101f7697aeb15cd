"""Every function of the language: what encloses its value and its derivatives holds the true ones."""

from __future__ import annotations

import random
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from array_examples import ARRAY_EXAMPLES, MATRIX
from problems import Case
from programs import enclosures, holds
from scalar_truths import TRUTHS, Function

from gradcli.lang.functions import functions
from gradcli.verify.balls.context import working
from gradcli.verify.balls.enclosures import NUMBER, thin

POINTS = 12


def test_no_function_is_left_out() -> None:
    names = {name for name, function in functions().items() if function.pointwise}
    assert names == TRUTHS.keys() | {"detach"}
    whole = {name for name, function in functions().items() if not function.pointwise and function.group != "creation"}
    assert whole == ARRAY_EXAMPLES.keys()


def partial(truth: Function, at: list[Any], place: int) -> Any:
    """A partial derivative, by differences of many digits."""

    def along(t: Any) -> Any:
        return truth(*at[:place], t, *at[place + 1 :])

    return mp.diff(along, at[place], h=mp.mpf(10) ** -40)


@pytest.mark.parametrize("name", TRUTHS)
def test_the_derivative_is_enclosed(name: str) -> None:
    text, truth, intervals = TRUTHS[name]
    source = random.Random(name)
    for _ in range(POINTS):
        at = [source.uniform(*interval) for interval in intervals]
        found = enclosures(text, **dict(zip("ab", at, strict=False)))
        with mp.workdps(150), working(512):
            exact = list(map(mp.mpf, at))
            pairs = [(found.value()[0], truth(*exact))]
            pairs += [(found.gradient()["ab"[i]][0], partial(truth, exact, i)) for i in range(len(at))]
            for enclosed, expected in pairs:
                assert enclosed.kind == NUMBER, (at, enclosed)
                assert thin(enclosed.ball)
                assert holds(enclosed.ball, expected), (at, enclosed.ball, expected)


@pytest.mark.parametrize("name", TRUTHS)
def test_the_same_in_float32(name: str) -> None:
    text, truth, intervals = TRUTHS[name]
    source = random.Random(name)
    at = [float(np.float32(source.uniform(*interval))) for interval in intervals]
    found = enclosures(text, "float32", **dict(zip("ab", at, strict=False)))
    with mp.workdps(150):
        assert holds(found.value()[0].ball, truth(*map(mp.mpf, at)))


def test_what_is_detached_has_a_value_and_no_slope() -> None:
    found = enclosures("detach(sin(x))*x", x=1.5)
    with mp.workdps(60):
        assert holds(found.gradient()["x"][0].ball, mp.sin(1.5))


def shifted(text: str, values: dict[str, Any], name: str, place: int, step: float) -> list[Any]:
    """The balls of a value, with one number moved."""
    moved = {key: np.array(value, float) for key, value in values.items()}
    moved[name].reshape(-1)[place] += step
    return [one.ball for one in enclosures(text, **moved).value()]


@pytest.mark.parametrize(
    ("text", "values"), [pair for examples in ARRAY_EXAMPLES.values() for pair in examples], ids=lambda x: str(x)[:40]
)
def test_arrays_against_difference_quotients(text: str, values: dict[str, Any]) -> None:
    values = values or {"x": MATRIX}
    used = {name: value for name, value in values.items() if name in text.replace("tan", "").replace("flatten", "")}
    whole = enclosures(text, **used)
    weights = np.linspace(0.5, 2.0, len(whole.trace.results))
    gradient = whole.gradient(whole.goal(weights))
    step = 2.0**-20
    for name, found in gradient.items():
        for place, one in enumerate(found):
            assert one.kind == NUMBER
            sides = [shifted(text, used, name, place, side) for side in (step, -step)]
            with working(256):
                quotient = sum(w * (a - b) for w, a, b in zip(weights.tolist(), *sides, strict=True)) / (2 * step)
                assert abs(float(quotient - one.ball)) < 1e-9 * max(1, abs(float(one.ball))), (name, place)


@pytest.mark.parametrize(
    ("text", "values"), [pair for examples in ARRAY_EXAMPLES.values() for pair in examples], ids=lambda x: str(x)[:40]
)
def test_values_of_arrays_are_the_engines(text: str, values: dict[str, Any]) -> None:
    values = values or {"x": MATRIX}
    used = {name: value for name, value in values.items() if name in text.replace("tan", "").replace("flatten", "")}
    case = Case(text, **used)
    engine = np.asarray(case.evaluate(case.values))
    whole = enclosures(text, **used)
    assert whole.trace.shape == engine.shape
    for one, number in zip(whole.value(), engine.reshape(-1).tolist(), strict=True):
        assert float(one.ball) == pytest.approx(number, rel=1e-13, abs=1e-14)
