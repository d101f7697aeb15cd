"""A rule of the engine that is changed anywhere is a mismatch: at smooth points, at breaks, in one element, by 1e-9."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from array_examples import MATRIX
from problems import Case

from gradcli.engine.op import OPS
from gradcli.verify.problem import Verdict
from gradcli.verify.verdict import judge

Change = Callable[[Any], Any]


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    with np.errstate(all="ignore"):
        yield


def verdict(text: str, **values: Any) -> Verdict:
    """The enclosures' verdict on the gradient for x, without SymPy."""
    case = Case(text, **values)
    return judge(case.problem, *case.run(), {"error": "not asked"})["x"]


def change(monkeypatch: pytest.MonkeyPatch, name: str, changed: Change) -> None:
    """Makes every rule of an operation give something else."""
    op = OPS[name]
    rules = tuple(pull and (lambda g, slots, pull=pull: changed(pull(g, slots))) for pull in op.pulls)
    monkeypatch.setattr(op, "pulls", rules)


SMOOTH = {
    "add": ("x + 1", 0.7),
    "sub": ("x - 1", 0.7),
    "rsub": ("1 - x", 0.7),
    "mul": ("x*x", 0.7),
    "div": ("sin(x)/x", 0.7),
    "neg": ("-x", 0.7),
    "pow_number": ("x**3", 0.7),
    "number_pow": ("2**x", 0.7),
    "pow_tensor": ("x**x", 0.7),
    "remainder_number": ("x % 2", 2.7),
    "clamp": ("clamp(x, 0, 1)", 0.7),
    "leaky_relu": ("leaky_relu(x)", -0.7),
    "where": ("where(x > 0, x, 1)", 0.7),
    "maximum": ("maximum(x, 0.5)", 0.7),
    "atan2": ("atan2(x, 2)", 0.7),
    "sum": ("sum([x, 1])", 0.7),
    "mean": ("mean([x, 1])", 0.7),
    "prod": ("prod(x)", [0.7, 2.0]),
    "max": ("max(x)", [0.7, 2.0]),
    "amax": ("amax(x, axis=0)", [0.7, 2.0]),
    "norm": ("norm(x)", [0.7, 2.0]),
    "logsumexp": ("logsumexp(x, axis=0)", [0.7, 2.0]),
    "softmax": ("softmax(x)[0]", [0.7, 2.0]),
    "cumsum": ("cumsum(x, 0)[1]", [0.7, 2.0]),
    "cumprod": ("cumprod(x, 0)[1]", [0.7, 2.0]),
    "det": ("det(x)", MATRIX),
    "inv": ("sum(inv(x))", MATRIX),
    "mm": ("sum(x @ x)", MATRIX),
    "permute": ("sum(x.T*[1, 2, 3])", MATRIX),
} | {
    name: (f"{name}(x)", 0.7)
    for name in (
        *"sin cos tan asin acos atan sinh cosh tanh asinh atanh exp expm1 log log2 log10 log1p sqrt rsqrt".split(),
        *"sigmoid logit softplus silu gelu relu elu abs erf erfc lgamma digamma sinc reciprocal".split(),
    )
}
"""By operation: an expression in which it is used, at a point where it is smooth."""


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("factor", [-1.0, 1.0001, 1 + 1e-9])
def test_at_a_smooth_point(monkeypatch: pytest.MonkeyPatch, name: str, factor: float) -> None:
    text, x = SMOOTH[name]
    assert verdict(text, x=x).word == "proved"
    change(monkeypatch, name, lambda g: factor * g)
    found = verdict(text, x=x)
    assert (found.word, found.methods["enclosure"]) == ("mismatch", "differs")
    assert found.found == pytest.approx(factor * (found.expected or 0), rel=1e-12)


BREAKS = {
    "abs": ("abs(x)", 0.0, 7.0),
    "relu": ("relu(x)", 0.0, 7.0),
    "leaky_relu": ("leaky_relu(x)", 0.0, 1.0),
    "elu": ("elu(x, alpha=2)", 0.0, 1.0),
    "maximum": ("maximum(x, 1)", 1.0, 1.0),
    "minimum": ("minimum(x, 1)", 1.0, 0.0),
    "clamp": ("clamp(x, -1, 1)", 1.0, 0.0),
    "floor": ("floor(x)", 2.0, 3.0),
    "ceil": ("ceil(x)", 2.0, 3.0),
    "round": ("round(x)", 0.5, 3.0),
    "trunc": ("trunc(x)", 2.0, 3.0),
    "sign": ("sign(x)", 0.0, 3.0),
    "frac": ("frac(x)", 2.0, 0.0),
    "remainder_number": ("x % 2", 2.0, 0.0),
    "where": ("where(x > 0, x, 0)", 0.0, 1.0),
    "norm": ("norm([x])", 0.0, 1.0),
}
"""By operation: an expression, a point at which it has a break, and a slope that is not PyTorch's there."""


@pytest.mark.parametrize("name", BREAKS)
def test_at_a_break(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    text, x, wrong = BREAKS[name]
    assert verdict(text, x=x).word in ("kink", "jump")
    change(monkeypatch, name, lambda g: np.full_like(g, wrong))
    found = verdict(text, x=x)
    assert found.word == "mismatch"
    assert "is not PyTorch's number" in found.detail


def test_a_rule_at_a_kink_that_makes_a_smooth_function_wrong_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = verdict("relu(2*x)/2 - relu(-x)", x=0.0)
    assert (found.word, found.expected) == ("mismatch", 1.0)
    assert "PyTorch's rule for relu at this point makes 0 of it" in found.detail
    change(monkeypatch, "relu", lambda g: np.full_like(g, 0.5))
    assert "PyTorch" not in verdict("relu(2*x)/2 - relu(-x)", x=0.0).detail


@pytest.mark.parametrize("place", [0, 417, 999])
@pytest.mark.parametrize("factor", [-1.0, 1 + 1e-9])
def test_in_one_element_of_many(monkeypatch: pytest.MonkeyPatch, place: int, factor: float) -> None:
    change(monkeypatch, "sin", lambda g: np.where(np.arange(1000) == place, factor, 1.0) * g)
    found = verdict("sum(sin(x))", x=np.linspace(0.1, 1.4, 1000))
    assert (found.word, found.worst) == ("mismatch", (place,))
    assert f"x[{place}]" in found.detail
    assert found.detail.endswith("(1 mismatch, 999 proved)")


def test_in_a_small_element_beside_large_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    change(monkeypatch, "pow_number", lambda g: g + np.array([0.0, 1e-6]))
    found = verdict("sum(x**2)", x=[1e12, 0.5])
    assert (found.word, found.worst) == ("mismatch", (1,))


def test_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    assert verdict("sin(x)", x=0.7, dtype="float32").word == "proved"
    change(monkeypatch, "sin", lambda g: g * np.float32(1 + 1e-5))
    assert verdict("sin(x)", x=0.7, dtype="float32").word == "mismatch"
