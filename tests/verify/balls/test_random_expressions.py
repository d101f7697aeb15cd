"""Random expressions: what is enclosed holds the derivative by mpmath, and the engine is never said to be wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import Case
from programs import holds

from gradcli.verify.balls.context import working
from gradcli.verify.verdict import judge

Tree = tuple[str, Callable[[Any, Any], Any]]


def _sigmoid(u: Any) -> Any:
    return 1 / (1 + mp.exp(-u))


def real(number: Any) -> Any:
    """A number that must be real."""
    if not isinstance(number, mp.mpf):
        raise TypeError
    return number


UNARY: dict[str, Callable[[Any], Any]] = {
    "sin": mp.sin,
    "cos": mp.cos,
    "exp": mp.exp,
    "log": mp.log,
    "sqrt": mp.sqrt,
    "tanh": mp.tanh,
    "atan": mp.atan,
    "erf": mp.erf,
    "abs": abs,
    "relu": lambda u: max(u, mp.mpf(0)),
    "sigmoid": _sigmoid,
    "softplus": lambda u: mp.log(1 + mp.exp(u)),
    "square": lambda u: u * u,
    "reciprocal": lambda u: 1 / u,
    "expm1": lambda u: mp.exp(u) - 1,
    "log1p": lambda u: mp.log(1 + u),
}
BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "({} + {})": lambda a, b: a + b,
    "({} - {})": lambda a, b: a - b,
    "({} * {})": lambda a, b: a * b,
    "({} / {})": lambda a, b: a / b,
    "maximum({}, {})": max,
    "minimum({}, {})": min,
    "hypot({}, {})": lambda a, b: mp.sqrt(a * a + b * b),
}
LITERALS = [0.5, 3.0, 0.1, 1e-5, 1e5, 7.25]

variables: st.SearchStrategy[Tree] = st.sampled_from([("x", lambda x, y: x), ("y", lambda x, y: y)])


def with_literal(tree: Tree) -> st.SearchStrategy[Tree]:
    """The tree, and a number: the only place for one, so that nothing is folded."""
    text, function = tree

    def made(sign: str, literal: float, swapped: bool) -> Tree:
        whole = BINARY[sign]
        texts = (repr(literal), text) if swapped else (text, repr(literal))

        def value(x: Any, y: Any) -> Any:
            parts = (mp.mpf(literal), function(x, y)) if swapped else (function(x, y), mp.mpf(literal))
            return whole(*parts)

        return sign.format(*texts), value

    return st.builds(made, st.sampled_from(list(BINARY)), st.sampled_from(LITERALS), st.booleans())


def extended(trees: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    def unary(name: str, tree: Tree) -> Tree:
        return f"{name}({tree[0]})", lambda x, y: real(UNARY[name](tree[1](x, y)))

    def binary(sign: str, a: Tree, b: Tree) -> Tree:
        return sign.format(a[0], b[0]), lambda x, y: BINARY[sign](a[1](x, y), b[1](x, y))

    return st.one_of(
        st.builds(unary, st.sampled_from(list(UNARY)), trees),
        st.builds(binary, st.sampled_from(list(BINARY)), trees, trees),
        trees.flatmap(with_literal),
    )


trees = st.recursive(variables, extended, max_leaves=8)
numbers = st.floats(0.01, 4, allow_subnormal=False).flatmap(lambda x: st.sampled_from([x, -x]))


def truth(function: Callable[[Any, Any], Any], x: float, y: float) -> Any:
    """The derivative by x, by differences of 200 digits; None where there is none."""
    with mp.workdps(200):
        try:
            step, point = mp.mpf(10) ** -40, mp.mpf(x)
            middle, left, right = (function(point + k * step, mp.mpf(y)) for k in (0, -1, 1))
        except (ZeroDivisionError, ValueError, TypeError, OverflowError):
            return None
        if not all(isinstance(value, mp.mpf) and mp.isfinite(value) for value in (middle, left, right)):
            return None
        before, after = (middle - left) / step, (right - middle) / step
        close = abs(before - after) <= mp.mpf(10) ** -20 * (1 + abs(before))
        return (before + after) / 2 if close else None


@settings(max_examples=400, derandomize=True)
@given(trees, numbers, numbers)
def test_enclosures_hold_the_derivative(tree: Tree, x: float, y: float) -> None:
    text, function = tree
    case = Case(text, x=x, y=y)
    assert not isinstance(case.enclosures, str)
    found = case.enclosures.gradient()["x"][0]
    expected = truth(function, x, y)
    if expected is not None:
        assert found.kind in ("number", "open"), (text, x, y, found)
    if found.kind == "number" and expected is not None:
        with working(256):
            near = arb(found.ball.mid(), found.ball.rad() + arb(10) ** -20 * (1 + abs(found.ball)))
        assert holds(near, expected), (text, x, y, found, expected)


def test_few_are_left_open() -> None:
    found: dict[str, str] = {}  # Hypothesis repeats itself: an expression counts once

    @settings(max_examples=800, derandomize=True)
    @given(trees, numbers, numbers)
    def look(tree: Tree, x: float, y: float) -> None:
        case = Case(tree[0], x=x, y=y)
        assert not isinstance(case.enclosures, str)
        found[tree[0]] = f"{case.enclosures.gradient()['x'][0].kind} at x={x!r}, y={y!r}"

    look()
    still_open = {text: kind for text, kind in found.items() if kind.startswith("open")}
    assert len(found) > 300
    assert len(still_open) <= 0.01 * len(found), still_open


@settings(max_examples=400, derandomize=True)
@given(trees, numbers, numbers)
def test_the_engine_is_never_said_to_be_wrong(tree: Tree, x: float, y: float) -> None:
    case = Case(tree[0], x=x, y=y)
    with np.errstate(all="ignore"):
        value, gradients = case.run()
        found = judge(case.problem, value, gradients, {"error": "not asked"})
    assert all(verdict.word != "mismatch" for verdict in found.values()), (case, found)
