"""The numbers that PyTorch, JAX and TensorFlow give at breaks, which tests/golden/record_conventions.py recorded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gradcli.calculator.compute import gradients_of, leaves_of, value_of
from gradcli.calculator.prepare import prepare
from gradcli.calculator.question import Question
from gradcli.engine.tensor import Tensor

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
    x = case["at"].get("x")
    if case["expr"] == "det(x)" and np.any(x) and abs(np.linalg.det(x)) < 1e-9:
        return (
            "PyTorch perturbs a singular matrix and gets 0, unless further derivatives are wanted; cofactors are right"
        )
    if case["expr"] == "norm(log(x), 0)":
        return "through a 0-norm, PyTorch lets no gradient flow; the engine passes zeros on"
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
    prepared = prepare(Question(case["expr"], at=at))
    leaves = leaves_of(prepared)
    result = value_of(prepared, leaves)
    cotangent = Tensor(np.full(result.shape, numbers(case.get("cotangent", 1))))
    found = gradients_of(result, cotangent, leaves, create_graph=False)
    assert_same({name: gradient.array for name, gradient in found.items()}, case["numbers"]["torch"])
