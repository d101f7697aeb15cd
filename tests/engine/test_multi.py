"""Operations with several results."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gradcli.engine import autograd, methods, ops
from gradcli.engine.domain import REAL
from gradcli.engine.multi import MultiOp, Parts, _caller
from gradcli.engine.structure import structure
from gradcli.engine.tensor import Tensor

methods.attach()


def _sine_cosine(x: Any) -> tuple[Any, Any, Any]:
    return np.sin(x), np.cos(x), np.asarray(np.argmax(x))


def _rule(gs: Any, result: Any) -> Any:
    sine, cosine, _ = result
    total = 0
    if gs[0] is not None:
        total = total + gs[0] * cosine
    if gs[1] is not None:
        total = total - gs[1] * sine
    return total


sine_cosine = _caller(MultiOp("sine_cosine", "SinCosBackward0", _sine_cosine, {"x": _rule}, REAL, 3))


def leaf() -> Tensor:
    return Tensor(np.array([0.3, 0.7]), True)


def test_each_result_alone_and_both_together() -> None:
    x = leaf()
    s, c, i = sine_cosine(x)
    assert (s.grad_fn.name(), i.requires_grad) == ("SinCosBackward0", False)
    (only_s,) = autograd.grad(ops.sum(s), x, retain_graph=True)
    (only_c,) = autograd.grad(ops.sum(c), x, retain_graph=True)
    (both,) = autograd.grad(ops.sum(s * c + s), x)
    np.testing.assert_allclose(only_s.array, np.cos(x.array))
    np.testing.assert_allclose(only_c.array, -np.sin(x.array))
    np.testing.assert_allclose(both.array, np.cos(2 * x.array) + np.cos(x.array))


def test_second_derivatives() -> None:
    x = leaf()
    s, c, _ = sine_cosine(x)
    (first,) = autograd.grad(ops.sum(s * c), x, create_graph=True)
    (second,) = autograd.grad(ops.sum(first), x)
    np.testing.assert_allclose(second.array, -2 * np.sin(2 * x.array))


def test_the_graph_is_freed_as_one() -> None:
    x = leaf()
    s, c, _ = sine_cosine(x)
    ops.sum(s).backward()
    with pytest.raises(RuntimeError, match="second time"):
        ops.sum(c).backward()


def test_next_functions_and_the_drawing_skip_the_node_of_all_results() -> None:
    x = leaf()
    s, _, _ = sine_cosine(x)
    assert s.grad_fn.next_functions[0][0].variable is x
    nodes = structure((s * 2).grad_fn, {id(x): "x"})
    assert [node.name for node in nodes] == ["MulBackward0", "SinCosBackward0", "AccumulateGrad"]
    assert [node.inputs for node in nodes] == [(1,), (2,), ()]


def test_a_result_may_be_asked_for() -> None:
    s, c, _ = sine_cosine(leaf())
    (gradient,) = autograd.grad(ops.sum(s * c), s)
    np.testing.assert_allclose(gradient.array, c.array)


def test_parts_add_up() -> None:
    total = Parts({0: 1.0}) + Parts({0: 2.0, 1: 5.0})
    assert total.by_number == {0: 3.0, 1: 5.0}
