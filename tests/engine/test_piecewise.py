"""What the walk over all operations does not reach: errors, promotion, and the two composed activations."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gradcli.engine import autograd, methods, ops
from gradcli.engine.tensor import Tensor

methods.attach()


def tensor(values: Any, **options: Any) -> Tensor:
    return Tensor(np.array(values, np.float64), **options)


SIZES = r"The size of tensor a \(3\) must match the size of tensor b \(2\) at non-singleton dimension 0"
TWO, THREE = tensor([1, 2]), tensor([1, 2, 3])
MASK = Tensor(np.array([True, False]))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ops.clamp(TWO), "torch.clamp: At least one of 'min' or 'max' must not be None"),
        (lambda: ops.clamp(THREE, TWO), SIZES),
        (lambda: ops.clamp(THREE, THREE, TWO), SIZES),
        (lambda: ops.where(MASK, THREE, TWO), SIZES),
        (lambda: ops.where(MASK, THREE, THREE), SIZES),
        (lambda: ops.where(TWO, 1.0, 2.0), "where expected condition to be a boolean tensor, but got .* dtype Double"),
        (lambda: ops.masked_fill(TWO, TWO, 1.0), "only supports boolean masks, but got mask with dtype double"),
        (lambda: ops.masked_fill(TWO, MASK, TWO), r"0-dimensional value tensor, but got tensor with 1 dimension\(s\)"),
        (lambda: ops.masked_fill(TWO, Tensor(np.ones(3, bool)), 0.0), SIZES),
        (lambda: ops.gelu(TWO, "x"), "approximate argument must be either none or tanh"),
    ],
)
def test_errors_are_pytorchs(call: Callable[[], Any], words: str) -> None:
    with pytest.raises(RuntimeError, match=words):
        call()


def test_numbers_and_dtypes_are_promoted() -> None:
    integers, singles = Tensor(np.array([1, -2])), Tensor(np.array([1, 2], np.float32))
    results = {
        "where": ops.where(MASK, integers, 1.5),
        "where numbers": ops.where(MASK, 1.5, 2),
        "clamp": ops.clamp(integers, min=0.5),
        "leaky_relu": ops.leaky_relu(integers),
        "masked_fill": ops.masked_fill(singles, MASK, tensor(2.5)),
        "softplus": ops.softplus(integers),
        "atan2": ops.atan2(Tensor(np.float32(1)), 2.0),
    }
    assert {name: str(result.dtype) for name, result in results.items()} == dict.fromkeys(results, "torch.float32")
    assert str(ops.where(MASK, singles, THREE[:2]).dtype) == "torch.float64"
    assert [str(f(integers).dtype) for f in (ops.relu, ops.abs, ops.floor, ops.relu6)] == ["torch.int64"] * 4
    assert ops.masked_fill(integers, MASK, 2.5).tolist() == [2, -2]


def test_relu6_and_selu() -> None:
    x = tensor([-1.0, 0.0, 3.0, 6.0, 7.0], requires_grad=True)
    y = ops.relu6(x)
    y.backward(tensor(np.ones(5)))
    assert (y.tolist(), x.grad.tolist()) == ([0, 0, 3, 6, 6], [0, 0, 1, 0, 0])
    # The figures are PyTorch's.
    x = tensor([-1.0, 0.0, 1.0], requires_grad=True)
    y = ops.selu(x)
    assert y.tolist() == pytest.approx([-1.1113307378125625, 0, 1.0507009873554805], rel=1e-15)
    (slope,) = autograd.grad(y, x, tensor(np.ones(3)))
    assert slope is not None
    assert slope.tolist() == pytest.approx([0.646768603034814, 1.7580993408473766, 1.0507009873554805], rel=1e-15)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["sigmoid", "softplus", "logsigmoid", "silu", "gelu", "elu", "tanh", "erf"])
def test_large_arguments_overflow_nowhere(name: str, dtype: Any) -> None:
    x = Tensor(np.array([-1000, -100, 100, 1000], dtype), True)
    y = getattr(ops, name)(x)
    (slope,) = autograd.grad(y, x, Tensor(np.ones(4, dtype)), create_graph=True)
    assert slope is not None
    (second,) = autograd.grad(slope, x, Tensor(np.ones(4, dtype)))
    assert second is not None
    for quantity in (y, slope, second):
        assert np.isfinite(quantity.array).all()


def test_functions_near_zero_are_precise() -> None:
    x = tensor(1e-12, requires_grad=True)
    assert ops.log1p(x).item() == pytest.approx(1e-12 - 0.5e-24, rel=1e-15)
    assert ops.expm1(x).item() == pytest.approx(1e-12 + 0.5e-24, rel=1e-15)
    (slope,) = autograd.grad(ops.sinc(x), x)
    assert slope is not None
    assert slope.item() == pytest.approx(-(math.pi**2) / 3 * 1e-12, rel=1e-15)
