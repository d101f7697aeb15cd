"""The numbers that PyTorch, JAX and TensorFlow give at breaks, which tests/golden/record_conventions.py recorded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scalar_pass import NoRuleError, gradients

from gradcli.calculator.kernel.compute import gradients_of, leaves_of, value_of
from gradcli.calculator.kernel.prepare import prepare
from gradcli.calculator.kernel.question import DerivativeQuestion
from gradcli.engine.tensor import Tensor
from gradcli.verify.conventions import Library

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "golden/conventions.json").read_text())["cases"]


def numbers(value: Any) -> Any:
    """An array of what the file holds, where a number that is not finite is a word."""
    if isinstance(value, list):
        return np.array([numbers(item) for item in value], float)
    return np.float64(value)


def label(case: dict[str, Any]) -> str:
    return f"{case['expr']} at {case['at']}" + (f" by {case['cotangent']}" if "cotangent" in case else "")


def assert_same(found: dict[str, Any], recorded: dict[str, Any]) -> None:
    for name, expected in recorded.items():
        np.testing.assert_allclose(found[name], numbers(expected), rtol=1e-9, err_msg=name)


def otherwise(case: dict[str, Any]) -> str:
    """Why the engine means to differ from PyTorch, if it does."""
    x, infinite = case["at"].get("x"), case.get("cotangent") == "Infinity"
    if case["expr"] == "softplus(x)" and 20 < np.max(x) < 37:  # from there on, exp(-x) is lost anyway
        return "PyTorch says x beyond its threshold of 20; in the calculator, softplus is log(1 + exp(x)) everywhere"
    if case["expr"] == "det(x)" and np.any(x) and abs(np.linalg.det(x)) < 1e-9:
        return (
            "PyTorch perturbs a singular matrix and gets 0, unless further derivatives are wanted; cofactors are right"
        )
    if case["expr"] == "norm(log(x), 0)":
        return "through a 0-norm, PyTorch lets no gradient flow; the engine passes zeros on"
    if case["expr"] in ("cumprod(x)", "det(x)", "sinc(x)") and infinite:
        return "PyTorch gates, or lets NaN spread; the engine's rule is a product, which has all further derivatives"
    if (case["expr"] == "prod(x)" and x == [0, 0, 3] and infinite) or case["expr"] == "log(prod(abs(x)))":
        return "of two zeros or more, PyTorch's product gives 0 whatever the cotangent; the engine's rule is a product"
    return ""


def for_the_engine() -> list[Any]:
    """PyTorch's cases; those that are to differ must fail."""

    def marked(case: dict[str, Any]) -> Any:
        reason = otherwise(case)
        marks = pytest.mark.xfail(reason=reason, raises=AssertionError) if reason else ()
        return pytest.param(case, id=label(case), marks=marks)

    return [marked(case) for case in CASES if "torch" in case["numbers"]]


@pytest.mark.parametrize("case", for_the_engine())
def test_the_engine_gives_pytorchs_numbers(case: dict[str, Any]) -> None:
    at = tuple(f"{name}={numbers(value).tolist()}" for name, value in case["at"].items())
    prepared = prepare(DerivativeQuestion(case["expr"], at=at))
    leaves = leaves_of(prepared)
    result = value_of(prepared, leaves)
    cotangent = Tensor(np.full(result.shape, numbers(case.get("cotangent", 1))))
    found = gradients_of(result, cotangent, leaves, create_graph=False)
    assert_same({name: gradient.array for name, gradient in found.items()}, case["numbers"]["torch"])


def misfit(case: dict[str, Any], library: Library) -> str:
    """Why the rules do not explain a case, if they do not."""
    if library == "tensorflow" and case["expr"].startswith("leaky_relu(x)"):
        return "TensorFlow holds negative_slope in float32"
    if library == "torch" and case["expr"] == "norm(x, 3)" and case["at"]["x"] == [0, 0] and "cotangent" in case:
        return "for orders above 1 but 2, PyTorch gates where the norm is 0, but not where an element is"
    if library == "jax" and case["expr"] == "hypot(x, y)" and case["at"] == {"x": 0, "y": 3} and "cotangent" in case:
        return "JAX multiplies by the larger side, and the other one's NaN spreads"
    if library == "torch" and case["function"] == "det" and "cotangent" in case:
        return "PyTorch solves an equation, and NaN spreads"
    if library == "torch" and case["function"] == "logdet":
        return "PyTorch perturbs a singular matrix, and the signs are those of the rounding"
    return ""


def explained() -> list[Any]:
    """Each case with each library that has numbers for it; those that do not fit must fail."""

    def marked(case: dict[str, Any], library: Library) -> Any:
        reason = misfit(case, library)
        marks = pytest.mark.xfail(reason=reason, raises=(AssertionError, NoRuleError)) if reason else ()
        return pytest.param(case, library, id=f"{label(case)} in {library}", marks=marks)

    return [marked(case, library) for case in CASES for library in case["numbers"]]


@pytest.mark.parametrize(("case", "library"), explained())
def test_the_rules_explain_what_was_recorded(case: dict[str, Any], library: Library) -> None:
    at = {name: numbers(value) for name, value in case["at"].items()}
    found = gradients(case["expr"], at, numbers(case.get("cotangent", 1)), library)
    assert_same(found, case["numbers"][library])
