"""A pass for a batch of cotangents gives what one pass for each gives, for every declared operation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from samples import Call, Example, examples, make_call, outputs

from gradcli.engine import autograd, methods
from gradcli.engine.batched import WAYS
from gradcli.engine.op import OPS, Op, not_differentiable
from gradcli.engine.tensor import NUMPY, Tensor

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

methods.attach()
NO_DERIVATIVE = {"floor_divide", "heaviside", "nextafter", "eig"}
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


def test_ways_are_those_of_operations() -> None:
    assert WAYS.keys() <= OPS.keys()
