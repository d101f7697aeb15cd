"""A pass for a batch of cotangents, or tangents, gives what one for each gives, for every declared operation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from samples import Call, Example, examples, make_call, outputs

from gradcli.engine import autograd, methods
from gradcli.engine.batched import WAYS, Batch
from gradcli.engine.forward import Level
from gradcli.engine.op import OPS, Op, not_differentiable
from gradcli.engine.tensor import NUMPY, Tensor

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

methods.attach()
NO_DERIVATIVE = {"floor_divide", "heaviside", "nextafter", "eig", "unique", "unique_consecutive", "bincount"}
COUNT = 3


def results(call: Call, arguments: list[Any]) -> list[Tensor]:
    """The results that have derivatives."""
    found = outputs(NUMPY[call.op.forward](*call.having(arguments)))
    return [result for result in found if isinstance(result, Tensor) and result.array.dtype.kind == "f"]


def batch_for(array: Any) -> Tensor:
    """Cotangents of which no two elements are alike."""
    shape = (COUNT, *array.shape)
    return Tensor(np.cos(np.arange(np.prod(shape))).reshape(shape).astype(array.dtype))


def name_of(value: Any) -> str:
    return value.name if isinstance(value, Op) else ",".join(map(str, value))


CASES = [
    (op, example)
    for op, example in examples()
    if op.name not in NO_DERIVATIVE and any(rule is not not_differentiable for rule in op.rules)
]


def one_by_one(roots: list[Tensor], leaves: list[Tensor], batches: list[Tensor]) -> list[Any]:
    rows = [
        autograd.grad(roots, leaves, [b[i] for b in batches], retain_graph=True, materialize_grads=True)
        for i in range(COUNT)
    ]
    return [np.stack([g.array for g in column if g is not None]) for column in zip(*rows, strict=True)]


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize(("op", "example"), CASES, ids=name_of)
def test_a_batch_of_cotangents_is_each_of_them(op: Op, example: Example, create_graph: bool) -> None:
    call = make_call(op, example)
    leaves = [Tensor(array, True) for array in call.arrays]
    roots = results(call, leaves)
    batches = [batch_for(root.array) for root in roots]
    single = one_by_one(roots, leaves, batches)
    try:
        found = autograd.grad(
            roots, leaves, batches, create_graph=create_graph, allow_unused=True, is_grads_batched=True
        )
    except NotImplementedError:
        assert create_graph  # there is no second derivative
        return
    for gradient, expected in zip(found, single, strict=True):
        if gradient is None:
            assert not expected.any()
            continue
        assert (gradient.shape, gradient.array.dtype) == (expected.shape, expected.dtype)
        np.testing.assert_allclose(gradient.array, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("op", "example"), CASES, ids=name_of)
def test_a_batch_of_tangents_is_each_of_them(op: Op, example: Example) -> None:
    call = make_call(op, example)
    batches = [batch_for(array) for array in call.arrays]

    def tangents(directions: list[Any]) -> list[Any]:
        with Level() as level:
            duals = [level.dual(Tensor(x), t) for x, t in zip(call.arrays, directions, strict=True)]
            return [level.tangent(result) for result in results(call, duals)]

    single = [tangents([batch[i] for batch in batches]) for i in range(COUNT)]
    for found, column in zip(tangents([Batch(batch) for batch in batches]), zip(*single, strict=True), strict=True):
        expected = np.stack([0 if x is None else x.array for x in column])
        if found is None:
            assert not expected.any()
        else:
            np.testing.assert_allclose(found.array, expected, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize(("op", "example"), CASES, ids=name_of)
def test_what_a_batch_gave_is_differentiated_again(op: Op, example: Example) -> None:
    call = make_call(op, example)

    def second(batched: bool) -> list[Any]:
        leaves = [Tensor(array, True) for array in call.arrays]
        roots = results(call, leaves)
        batches = [batch_for(root.array) for root in roots]
        options = {"create_graph": True, "allow_unused": True}
        if batched:
            found = [autograd.grad(roots, leaves, batches, is_grads_batched=True, **options)]
        else:
            found = [autograd.grad(roots, leaves, [b[i] for b in batches], **options) for i in range(COUNT)]
        firsts = [g for row in found for g in row if g is not None and g.tracked]
        if not firsts:
            return []
        weights = [Tensor(np.ones_like(g.array)) for g in firsts]
        seconds = autograd.grad(firsts, leaves, weights, materialize_grads=True)
        return [g.array for g in seconds if g is not None]

    try:
        expected = second(batched=False)
    except NotImplementedError:
        return  # there is no second derivative
    found = second(batched=True)
    for x, y in zip(found, expected, strict=False):
        np.testing.assert_allclose(x, y, rtol=1e-10, atol=1e-10)
    assert found or not any(y.any() for y in expected)  # zeros may have a history, or none


def test_a_batch_of_no_tangents() -> None:
    for op, example in CASES:
        call = make_call(op, example)
        with Level() as level:
            duals = [level.dual(Tensor(x), Batch(batch_for(x)[:0])) for x in call.arrays]
            for result in results(call, duals):
                tangent = level.tangent(result)
                assert tangent is None or tangent.shape == (0, *result.shape)


def test_ways_are_those_of_operations() -> None:
    assert WAYS.keys() <= OPS.keys()
