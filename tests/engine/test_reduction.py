"""Reductions and statistics: axes, ties, zeros, empty arrays, names, dtypes, and PyTorch's words for what cannot be."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gradcli.engine import autograd, methods, ops
from gradcli.engine.op import OPS
from gradcli.engine.tensor import Tensor

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
methods.attach()

inf, nan = math.inf, math.nan
Function = Callable[[Any], Any]


def leaf(values: Any, dtype: type = np.float64) -> Tensor:
    return Tensor(np.array(values, dtype), True)


def gradient(function: Function, values: Any) -> Any:
    x = leaf(values)
    ops.sum(function(x)).backward()
    return x.grad.array


def hessian(function: Function, values: Any) -> Any:
    x = leaf(values)
    (first,) = autograd.grad(ops.sum(function(x)), x, create_graph=True)
    rows = [autograd.grad(first[i], x, retain_graph=True)[0].array for i in range(first.shape[0])]
    return np.array(rows)


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (ops.sum, "SumBackward0"),
        (lambda x: ops.sum(x, 0), "SumBackward1"),
        (lambda x: ops.sum(x, keepdims=True), "SumBackward1"),
        (ops.mean, "MeanBackward0"),
        (lambda x: ops.mean(x, (0, 1)), "MeanBackward1"),
        (ops.prod, "ProdBackward0"),
        (lambda x: ops.prod(x, 1), "ProdBackward1"),
        (ops.max, "MaxBackward1"),
        (lambda x: ops.max(x, 1), "MaxBackward0"),
        (ops.min, "MinBackward1"),
        (lambda x: ops.min(x, -1), "MinBackward0"),
    ],
)
def test_the_name_of_a_node_tells_whether_an_axis_was_given(function: Function, name: str) -> None:
    assert function(leaf([[1.0, 2.0]])).grad_fn.name() == name


AXES = [None, 0, -1, (0, 2), (-1, 0), (0, 1, 2)]
CUBE = np.linspace(-2, 3, 24).reshape(2, 3, 4) ** 3


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("name", ["sum", "mean", "var", "std", "amax", "amin"])
def test_axes_reduce_as_in_numpy(name: str, axis: Any, keepdims: bool) -> None:
    extra = {"ddof": 1} if name in ("var", "std") else {}
    expected = getattr(np, name)(CUBE, axis=axis, keepdims=keepdims, **extra)
    result = getattr(ops, name)(Tensor(CUBE, True), axis=axis, keepdims=keepdims)
    np.testing.assert_allclose(result.array, expected, rtol=1e-13)
    assert result.shape == expected.shape


@pytest.mark.parametrize("name", ["sum", "mean", "prod", "max", "min", "var", "std", "cumsum", "cumprod", "flip"])
def test_numpy_functions_dispatch(name: str) -> None:
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    result = getattr(np, name)(x, axis=0)
    assert result.grad_fn is not None
    np.testing.assert_allclose(result.array, getattr(np, name)(x.array, axis=0), rtol=1e-15)


def test_a_size_of_one_is_summed_over_too() -> None:
    assert gradient(lambda x: 3.0 * ops.sum(x), [[1.0, 2.0]]).tolist() == [[3.0, 3.0]]
    assert gradient(ops.mean, [[1.0], [2.0]]).tolist() == [[0.5], [0.5]]


@pytest.mark.parametrize("name", ["sum", "mean", "prod", "max", "amin", "logsumexp", "norm"])
def test_a_scalar_has_an_axis(name: str) -> None:
    x = Tensor(np.float64(3.0), True)
    result = getattr(ops, name)(x, axis=0)
    result.backward()
    assert (result.item(), x.grad.item()) == (3.0, 1.0)


@pytest.mark.parametrize("name", ["cumsum", "cumprod"])
def test_a_running_total_of_a_scalar_is_a_scalar(name: str) -> None:
    x = Tensor(np.float64(3.0), True)
    result = getattr(ops, name)(x, 0)
    result.backward()
    assert (result.array.shape, result.item(), x.grad.item()) == ((), 3.0, 1.0)


# Zeros in products


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([2.0, 3.0, 4.0], [12.0, 8.0, 6.0]),
        ([0.0, 3.0, 4.0], [12.0, 0.0, 0.0]),
        ([0.0, 3.0, 0.0], [0.0, 0.0, 0.0]),
        ([[2.0, 0.0], [3.0, 5.0]], [[0.0, 30.0], [0.0, 0.0]]),
    ],
)
def test_prod_gradient_with_zeros(values: Any, expected: Any) -> None:
    assert gradient(ops.prod, values).tolist() == expected


@pytest.mark.parametrize("values", [[2.0, 3.0, 4.0], [0.0, 3.0, 4.0], [0.0, 3.0, 0.0], [0.0, 0.0, 0.0]])
def test_prod_second_derivatives_with_zeros(values: list[float]) -> None:
    a, b, c = values
    assert hessian(ops.prod, values).tolist() == [[0, c, b], [c, 0, a], [b, a, 0]]


@pytest.mark.parametrize("values", [[2.0, 3.0, 4.0], [2.0, 0.0, 4.0], [0.0, 0.0, 4.0]])
def test_cumprod_derivatives_with_zeros(values: list[float]) -> None:
    def cumprod(x: Any) -> Any:
        return ops.cumprod(x, 0)

    a, b, c = values
    assert gradient(cumprod, values).tolist() == [1 + b + b * c, a + a * c, a * b]
    assert hessian(cumprod, values).tolist() == [[0, 1 + c, b], [1 + c, 0, a], [b, a, 0]]


@pytest.mark.parametrize("n", [1, 2, 5, 8, 9])
def test_cumprod_gradient_of_any_length(n: int) -> None:
    values = np.linspace(-1.5, 2, n)
    expected = [sum(np.prod(np.delete(values[: j + 1], k)) for j in range(k, n)) for k in range(n)]
    np.testing.assert_allclose(gradient(lambda x: ops.cumprod(x, 0), values), expected, rtol=1e-12, atol=1e-14)


# Ties and other kinks


@pytest.mark.parametrize(
    ("function", "values", "expected"),
    [
        (ops.max, [1.0, 3.0, 3.0, 2.0], [0, 0.5, 0.5, 0]),
        (ops.min, [1.0, 3.0, 1.0], [0.5, 0, 0.5]),
        (lambda x: ops.max(x, 0), [1.0, 3.0, 3.0, 2.0], [0, 1, 0, 0]),
        (lambda x: ops.min(x, 1, True), [[2.0, 1.0, 1.0], [0.0, 1.0, 0.0]], [[0, 1, 0], [1, 0, 0]]),
        (lambda x: ops.amax(x, (0,)), [1.0, 3.0, 3.0, 2.0], [0, 0.5, 0.5, 0]),
        (lambda x: ops.amin(x, 1), [[2.0, 1.0, 1.0], [0.0, 1.0, 0.0]], [[0, 0.5, 0.5], [0.5, 0, 0.5]]),
        (ops.median, [1.0, 2.0, 2.0, 3.0], [0, 0.5, 0.5, 0]),
        (ops.median, [4.0, 1.0, 3.0, 2.0], [0, 0, 0, 1]),
        (ops.max, [1.0, nan, 2.0], [0, 1, 0]),
        (lambda x: ops.max(x, 0), [1.0, nan, nan], [0, 1, 0]),
        (lambda x: ops.norm(x, inf), [3.0, -3.0, 1.0], [0.5, -0.5, 0]),
        (lambda x: ops.norm(x, -inf), [3.0, -1.0, 1.0], [0, -0.5, 0.5]),
    ],
)
def test_who_gets_the_gradient_of_an_extreme(function: Function, values: Any, expected: Any) -> None:
    assert gradient(function, values).tolist() == expected


def test_the_median_of_an_even_number_is_the_lower_one() -> None:
    assert ops.median(np.array([4.0, 1.0, 3.0, 2.0])) == 2
    assert np.isnan(ops.median(np.array([4.0, nan, 3.0])))
    assert np.isnan(ops.median(np.array([])))


@pytest.mark.parametrize("ord", [0, 0.5, 1, 1.5, 2, 3, inf, -inf, -1])
def test_the_gradient_of_a_norm_is_zero_at_zero(ord: float) -> None:
    assert gradient(lambda x: ops.norm(x, ord), [0.0, 0.0]).tolist() == [0, 0]


@pytest.mark.parametrize("function", [ops.norm, ops.std])
def test_second_derivatives_are_finite_where_a_square_root_starts(function: Function) -> None:
    assert hessian(function, [0.0, 0.0]).tolist() == [[0, 0], [0, 0]]


def test_zeros_beside_others_have_no_part_in_a_norm_below_one() -> None:
    np.testing.assert_allclose(gradient(lambda x: ops.norm(x, 0.5), [0.0, 4.0, 9.0]), [0, 2.5, 5 / 3])


@pytest.mark.parametrize(
    ("name", "arguments", "kinks"),
    [
        ("max", ([1.0, 2.0, 2.0],), [False, True, True]),
        ("amin", ([[1.0, 1.0], [1.0, 2.0]], 1), [[True, True], [False, False]]),
        ("median", ([1.0, 1.0, 2.0],), [True, True, False]),
        ("std", ([1.0, 1.0],), [True, True]),
        ("std", ([1.0, 2.0],), [False, False]),
        ("norm", ([0.0, 0.0],), [True, True]),
        ("norm", ([0.0, 1.0],), [False, False]),
        ("norm", ([0.0, 1.0], 1), [True, False]),
        ("norm", ([2.0, -2.0, 1.0], inf), [True, True, False]),
        ("norm", ([0.0, 1.0], -inf), [True, False]),
    ],
)
def test_kinks(name: str, arguments: tuple[Any, ...], kinks: Any) -> None:
    values, *rest = arguments
    assert OPS[name].kinks(np.array(values), *rest).tolist() == kinks


# Extreme values


def test_softmax_and_logsumexp_do_not_overflow() -> None:
    x = np.array([1000.0, 1000.0])
    assert ops.softmax(x, 0).tolist() == [0.5, 0.5]
    assert ops.logsumexp(x, 0) == 1000 + math.log(2)
    np.testing.assert_allclose(ops.log_softmax(np.array([0.0, -1000.0]), 0), [0, -1000])
    assert ops.logsumexp(np.array([-inf, -inf])) == -inf
    assert ops.logsumexp(np.array([inf, 0.0])) == inf


def test_empty_arrays() -> None:
    empty = np.zeros((3, 0), np.float32)
    assert ops.sum(empty) == 0
    assert np.isnan(ops.mean(empty))
    assert ops.prod(empty, 1).tolist() == [1, 1, 1]
    assert ops.max(empty, 0).shape == (0,)
    assert ops.logsumexp(empty, 1).tolist() == [-inf] * 3
    assert ops.softmax(empty, 1).shape == (3, 0)
    assert ops.norm(empty) == 0
    assert gradient(ops.mean, empty).shape == (3, 0)


@pytest.mark.parametrize("correction", [1, 2])
def test_too_few_elements_for_a_variance(correction: int) -> None:
    assert np.isnan(ops.var(np.array([2.0]), correction=correction))
    assert np.isnan(gradient(lambda x: ops.std(x, correction=correction), [2.0])).all()


# Dtypes


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int32])
@pytest.mark.parametrize("function", [ops.sum, ops.prod, lambda x: ops.cumsum(x, 0), lambda x: ops.cumprod(x, 0)])
def test_integers_add_up_in_int64(function: Function, dtype: type) -> None:
    assert function(np.ones(3, dtype)).dtype == np.int64


def test_positions_and_truth() -> None:
    x = Tensor(np.array([[0.0, 3.0], [3.0, 0.0]]), True)
    assert ops.argmax(x).item() == 1
    assert ops.argmin(x, 1).tolist() == [0, 1]
    assert ops.argmax(x, 0, True).shape == (1, 2)
    assert ops.any(x, 1).tolist() == [True, True]
    assert not ops.all(x).item()
    assert ops.count_nonzero(x, (0, 1)).item() == 2
    assert not ops.argmax(x).requires_grad


# PyTorch's words

VECTOR, INTEGERS, EMPTY = np.ones(3, np.float32), np.arange(3), np.zeros((0, 2), np.float32)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: ops.sum(VECTOR, 1),
            IndexError,
            "Dimension out of range (expected to be in range of [-1, 0], but got 1)",
        ),
        (
            lambda: ops.softmax(np.float32(1), -2),
            IndexError,
            "Dimension out of range (expected to be in range of [-1, 0], but got -2)",
        ),
        (lambda: ops.mean(VECTOR, (0, -1)), RuntimeError, "dim 0 appears multiple times in the list of dims"),
        (
            lambda: ops.max(EMPTY),
            RuntimeError,
            (
                "max(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with "
                "the 'dim' argument."
            ),
        ),
        (lambda: ops.amin(EMPTY, (0, 1)), IndexError, "amin(): Expected reduction dim 0 to have non-zero size."),
        (
            lambda: ops.argmax(EMPTY),
            IndexError,
            "argmax(): Expected reduction dim to be specified for input.numel() == 0.",
        ),
        (
            lambda: ops.mean(INTEGERS),
            RuntimeError,
            (
                "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. "
                "Got: Long"
            ),
        ),
        (lambda: ops.std(INTEGERS), RuntimeError, "std and var only support floating point and complex dtypes"),
        (
            lambda: ops.norm(INTEGERS),
            RuntimeError,
            "linalg.vector_norm: Expected a floating point or complex tensor as input. Got Long",
        ),
        (
            lambda: ops.norm(EMPTY, inf),
            RuntimeError,
            (
                "linalg.vector_norm cannot compute the inf norm on an empty tensor because the operation does not have "
                "an identity"
            ),
        ),
        (
            lambda: ops.softmax(INTEGERS, 0),
            NotImplementedError,
            "\"softmax_lastdim_kernel_impl\" not implemented for 'Long'",
        ),
        (lambda: ops.max(VECTOR, (0,)), TypeError, "'tuple' object cannot be interpreted as an integer"),
        (lambda: ops.cumsum(VECTOR, None), TypeError, "'NoneType' object cannot be interpreted as an integer"),
    ],
)
def test_errors(call: Callable[[], Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error) as raised:
        call()
    assert str(raised.value) == words
