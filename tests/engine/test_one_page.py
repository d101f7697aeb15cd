"""docs/engine-in-one-page.md is a program, and differentiates as the engine does that it explains."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from gradcli.engine import autograd, graph, methods, op, rules, tensor
from gradcli.engine.rules import parameters
from gradcli.engine.tensor import Tensor

methods.attach()
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "engine-in-one-page.md").read_text("utf-8")
CODE = "\n\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
ARRAYS = {
    "x": np.array([[0.5], [2.0]]),
    "y": np.array([0.3, 1.5, 0.7]),
    "w": np.array([[1.0, -2.0], [0.4, 0.1], [3.0, 0.2]]),
}
CASES: dict[str, Callable[..., Any]] = {
    "operators that broadcast": lambda x, y: x * y - y / x + (-x),
    "numbers": lambda x, y: 2 * x + y * 3 - (1 - y) / 4,
    "one Tensor in many places": lambda x, y: (t := x * y) * t + np.sin(t) * x,
    "functions": lambda x, y: np.exp(np.sin(x) * np.cos(y)) + np.log(x + y),
    "matrices": lambda x, y, w: (x * y) @ w,
    "a product with itself": lambda w: w @ np.transpose(w),
    "sums": lambda x, y: np.sum(x * y, axis=0) * np.sum(y * y) - np.sum(x * y, axis=(1,), keepdims=True),
    "a chain of 3,000": lambda x: x + sum(0 * x for _ in range(3000)),
}


@pytest.fixture(scope="module")
def page() -> SimpleNamespace:
    names: dict[str, Any] = {}
    exec(compile(CODE, "engine-in-one-page.md", "exec"), names)  # noqa: S102
    return SimpleNamespace(**names)


def gradients(case: Callable[..., Any], make: Callable[..., Any], grad: Callable[..., Any]) -> list[Any]:
    """The gradients of a number that is made of the case's result, and of one that is made of these gradients."""

    def number(result: Any) -> Any:
        return np.sum(result * np.cos(np.arange(result.array.size)).reshape(result.shape))

    leaves = [make(ARRAYS[name], True) for name in parameters(case)]
    root = number(case(*leaves))
    firsts = grad(root, leaves, create_graph=True)
    for first in firsts:
        root = root + number(first * first)
    return [g.array for g in (*firsts, *grad(root, leaves))]


@pytest.mark.parametrize("name", CASES)
def test_its_gradients_are_the_engines(page: SimpleNamespace, name: str) -> None:
    found = gradients(CASES[name], page.Tensor, page.grad)
    expected = gradients(CASES[name], Tensor, autograd.grad)
    for one, other in zip(found, expected, strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, rtol=1e-13)


def test_backward_adds_to_the_gradient_of_leaves(page: SimpleNamespace) -> None:
    x, expected = page.Tensor(ARRAYS["x"], True), Tensor(ARRAYS["x"], True)
    cotangent = np.array([[2.0], [-1.0]])
    page.backward(np.sum(x * x))
    page.backward(x * x * x, cotangent)
    autograd.backward(np.sum(expected * expected))
    autograd.backward(expected * expected * expected, Tensor(cotangent))
    np.testing.assert_array_equal(x.grad.array, expected.grad.array)


def test_its_names_are_the_engines(page: SimpleNamespace) -> None:
    defined = re.findall(r"^(?:class|def) (\w+)", CODE, re.MULTILINE)
    assert len(defined) > 10
    for name in defined:
        assert any(hasattr(module, name) for module in (graph, op, rules, tensor, autograd)), name
    for declared in re.findall(r"^(\w+) = declare", CODE, re.MULTILINE):
        assert declared in op.OPS
    root = np.exp(page.Tensor(ARRAYS["x"], True))
    assert vars(root.grad_fn).keys() < set(graph.Node.__slots__)


def test_the_files_that_it_names_are_there() -> None:
    for file in re.findall(r"`(?:engine/)?([a-z_]+(?:\.py|/))`", PAGE):
        assert (ROOT / "gradcli" / "engine" / file).exists(), file
