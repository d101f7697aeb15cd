"""Products and linear algebra: what `matmul` is composed of, batches, singular matrices, PyTorch's words."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gradcli.engine import autograd, methods, ops
from gradcli.engine.ops.linalg import LinAlgError
from gradcli.engine.tensor import Tensor

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
methods.attach()

Function = Callable[[Any], Any]
RANDOM = np.random.default_rng(7)


def leaf(*shape: int) -> Tensor:
    return Tensor(RANDOM.normal(size=shape), True)


def chain(tensor: Tensor) -> list[str]:
    """The names from a Tensor to its leaf, first arguments only."""
    names, node = [], tensor.grad_fn
    while node is not None and node.next_functions:
        names.append(node.name().removesuffix("Backward0"))
        node = node.next_functions[0][0]
    return names


@pytest.mark.parametrize(
    ("a", "b", "names"),
    [
        ((4,), (4,), ["Dot"]),
        ((3, 4), (4,), ["Mv"]),
        ((4,), (4, 3), ["SqueezeBackward4", "Mm", "Unsqueeze"]),
        ((3, 4), (4, 2), ["Mm"]),
        ((2, 3, 4), (4,), ["UnsafeView", "Mv", "View"]),
        ((2, 3, 4), (4, 2), ["UnsafeView", "Mm", "View"]),
        ((2, 3, 4), (2, 4, 5), ["UnsafeView", "Bmm", "View", "Expand"]),
        ((5, 1, 3, 4), (2, 4, 5), ["UnsafeView", "Bmm", "UnsafeView", "Clone", "Expand"]),
        ((4,), (2, 4, 3), ["UnsafeView", "Mv", "UnsafeView", "Clone", "Transpose"]),
        ((3, 4), (2, 4, 5), ["Clone", "Transpose", "UnsafeView", "Mm", "UnsafeView", "Clone", "Transpose"]),
        ((3, 0), (0, 2), ["Mm"]),
    ],
)
def test_matmul_is_composed_as_in_pytorch(a: tuple[int, ...], b: tuple[int, ...], names: list[str]) -> None:
    x, y = leaf(*a), leaf(*b)
    product = x @ y
    np.testing.assert_allclose(product.array, x.array @ y.array, rtol=1e-13, atol=1e-14)
    assert chain(product) == names
    np.testing.assert_array_equal(np.matmul(x, y).array, product.array)


def test_outer_is_a_product_of_a_view() -> None:
    x, y = leaf(3), leaf(2)
    assert chain(ops.outer(x, y)) == ["Mul", "View"]
    np.testing.assert_array_equal(np.outer(x, y).array, np.outer(x.array, y.array))


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x @ x,
        ops.inv,
        ops.det,
        ops.logabsdet,
        lambda x: ops.solve(x, x[:, 0]),
        lambda x: ops.cross(x, x.T),
        lambda x: ops.matrix_power(x, -3),
        lambda x: ops.matrix_power(x, 0),
    ],
)
def test_float32_stays(function: Function) -> None:
    x = Tensor(RANDOM.normal(size=(3, 3)).astype(np.float32), True)
    result = function(x)
    (gradient,) = autograd.grad(ops.sum(result), x)
    assert result.array.dtype == gradient.array.dtype == np.float32


# Batches


@pytest.mark.parametrize("function", [ops.det, ops.logabsdet, ops.inv, lambda x: ops.matrix_power(x, 3)])
def test_a_batch_is_its_matrices_one_by_one(function: Function) -> None:
    batch = leaf(2, 2, 3, 3)
    together = function(batch)
    (gradient,) = autograd.grad(ops.sum(together * together), batch)
    for at in np.ndindex(2, 2):
        matrix = Tensor(batch.array[at], True)
        alone = function(matrix)
        np.testing.assert_allclose(together.array[at], alone.array, rtol=1e-12)
        (expected,) = autograd.grad(ops.sum(alone * alone), matrix)
        np.testing.assert_allclose(gradient.array[at], expected.array, rtol=1e-10)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((3, 3), (3,)),
        ((3, 3), (3, 2)),
        ((2, 3, 3), (2, 3)),
        ((2, 3, 3), (3,)),
        ((2, 3, 3), (3, 2)),
        ((3, 3), (2, 3, 2)),
    ],
)
def test_solutions_solve(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    matrix, right = leaf(*a), leaf(*b)
    solution = ops.solve(matrix, right).array
    vectors = b == (3,) or b == a[:-1]
    product = (matrix.array @ solution[..., None])[..., 0] if vectors else matrix.array @ solution
    np.testing.assert_allclose(product, np.broadcast_to(right.array, product.shape), rtol=1e-9, atol=1e-12)


def test_slogdet_and_logdet() -> None:
    x = Tensor(np.diag([2.0, -3.0]), True)
    sign, logarithm = np.linalg.slogdet(x)
    assert (sign.item(), logarithm.item()) == (-1, math.log(6))
    assert not sign.requires_grad
    assert math.isnan(ops.logdet(x).item())
    assert ops.logdet(Tensor(np.diag([2.0, 3.0]))).item() == math.log(6)
    assert ops.logdet(Tensor(np.zeros((2, 2)))).item() == -math.inf


def test_the_zeroth_power_is_the_identity_with_gradient_zero() -> None:
    x = leaf(2, 2)
    power = ops.matrix_power(x, 0)
    (gradient,) = autograd.grad(ops.sum(power), x)
    assert (power.tolist(), gradient.tolist()) == ([[1, 0], [0, 1]], [[0, 0], [0, 0]])


# Singular matrices


@pytest.mark.parametrize(
    ("matrix", "cofactors"),
    [
        ([[1.0, 2.0], [2.0, 4.0]], [[4, -2], [-2, 1]]),
        ([[0.0, 0.0], [0.0, 0.0]], [[0, 0], [0, 0]]),
        ([[0.0]], [[1]]),
        ([[1.0, 2.0, 0.0], [2.0, 4.0, 0.0], [0.0, 0.0, 3.0]], [[12, -6, 0], [-6, 3, 0], [0, 0, 0]]),
        ([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [3.0, 6.0, 9.0]], [[0, 0, 0], [0, 0, 0], [0, 0, 0]]),
    ],
)
def test_the_gradient_of_a_zero_determinant_is_the_cofactors(matrix: Any, cofactors: Any) -> None:
    x = Tensor(np.array(matrix), True)
    (gradient,) = autograd.grad(ops.det(x), x)
    np.testing.assert_allclose(gradient.array, cofactors, atol=1e-12)


def test_second_derivatives_of_a_zero_determinant() -> None:
    """det [[a, b], [c, d]] = a d - b c, whatever its value."""
    x = Tensor(np.array([[1.0, 2.0], [2.0, 4.0]]), True)
    (first,) = autograd.grad(ops.det(x), x, create_graph=True)
    rows = [autograd.grad(first[at], x, retain_graph=True)[0].tolist() for at in np.ndindex(2, 2)]
    assert rows == [[[0, 0], [0, 1]], [[0, 0], [-1, 0]], [[0, -1], [0, 0]], [[1, 0], [0, 0]]]


def test_second_derivatives_of_a_determinant_that_is_nearly_zero() -> None:
    matrix = np.arange(1, 10.0).reshape(3, 3) / 10
    matrix[0, 0] += 1e-12
    x = Tensor(matrix, True)
    determinant = ops.det(x)
    assert 0 < abs(determinant.item()) < 1e-13
    (first,) = autograd.grad(determinant, x, create_graph=True)
    (row,) = autograd.grad(first[0, 0], x)
    np.testing.assert_allclose(row.array, [[0, 0, 0], [0, 0.9, -0.8], [0, -0.6, 0.5]], atol=1e-14)


def test_one_singular_matrix_in_a_batch_leaves_the_others_right() -> None:
    regular, singular = np.array([[3.0, 1.0], [2.0, 5.0]]), np.array([[1.0, 2.0], [2.0, 4.0]])
    x = Tensor(np.stack([regular, singular]), True)
    (gradient,) = autograd.grad(ops.sum(ops.det(x)), x)
    np.testing.assert_allclose(gradient.array, [[[5, -2], [-1, 3]], [[4, -2], [-2, 1]]])


def test_the_logarithm_of_a_zero_determinant_has_an_infinite_slope() -> None:
    x = Tensor(np.array([[1.0, 2.0], [2.0, 4.0]]), True)
    (gradient,) = autograd.grad(ops.logabsdet(x), x)
    assert np.isinf(gradient.array).all()


# PyTorch's words

M34, M33, V4, BATCH = np.ones((3, 4)), np.eye(3), np.ones(4), np.ones((2, 3, 4))
SINGULAR = np.array([[1.0, 2.0], [2.0, 4.0]])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ops.dot(V4, M34), "1D tensors expected, but got 1D and 2D tensors"),
        (
            lambda: ops.matmul(V4, V4[:2]),
            (
                "inconsistent tensor size, expected tensor [4] and src [2] to have the same number of elements, but "
                "got 4 and 2 elements respectively"
            ),
        ),
        (
            lambda: ops.dot(V4, V4.astype(np.float32)),
            "dot : expected both vectors to have same dtype, but found Double and Float",
        ),
        (lambda: ops.matmul(M34, M34), "mat1 and mat2 shapes cannot be multiplied (3x4 and 3x4)"),
        (lambda: ops.matmul(V4, M34), "mat1 and mat2 shapes cannot be multiplied (1x4 and 3x4)"),
        (lambda: ops.matmul(M34, V4[:2]), "size mismatch, got input (3), mat (3x4), vec (2)"),
        (lambda: ops.mm(M34, V4), "mat2 must be a matrix"),
        (
            lambda: ops.matmul(M34, M34.T.astype(np.int64)),
            "expected m1 and m2 to have the same dtype, but got: double != long int",
        ),
        (
            lambda: ops.matmul(BATCH, BATCH),
            "Expected size for first two dimensions of batch2 tensor to be: [2, 4] but got: [2, 3].",
        ),
        (lambda: ops.bmm(BATCH, M34), "batch2 must be a 3D tensor"),
        (
            lambda: ops.matmul(BATCH, np.ones((5, 4, 3))),
            "The size of tensor a (2) must match the size of tensor b (5) at non-singleton dimension 0",
        ),
        (
            lambda: ops.matmul(np.float64(2), V4),
            "both arguments to matmul need to be at least 1D, but they are 0D and 1D",
        ),
        (lambda: ops.outer(M34, V4), "outer: Expected 1-D argument self, but got 2-D"),
        (lambda: ops.trace(V4), "trace: expected a matrix, but got tensor with dim 1"),
        (lambda: ops.cross(V4, V4), "linalg.cross: inputs dimension -1 must have length 3. Got 4 and 4"),
        (lambda: ops.cross(M33, M33[0]), "linalg.cross: inputs must have the same number of dimensions."),
        (lambda: ops.det(M34), "linalg.det: A must be batches of square matrices, but they are 3 by 4 matrices"),
        (lambda: ops.det(V4), "linalg.det: The input tensor A must have at least 2 dimensions."),
        (
            lambda: ops.det(np.eye(2, dtype=np.int64)),
            "linalg.det: Expected a floating point or complex tensor as input. Got Long",
        ),
        (
            lambda: ops.solve(M33, V4),
            "linalg.solve: Incompatible shapes of A and B for the equation AX = B (3x3 and 4x1)",
        ),
        (
            lambda: ops.solve(M33, M33.astype(np.float32)),
            (
                "linalg.solve: Expected A and B to have the same dtype, but found A of type Double and B of type Float "
                "instead"
            ),
        ),
    ],
)
def test_errors(call: Callable[[], Any], words: str) -> None:
    with pytest.raises(RuntimeError) as raised:
        call()
    assert str(raised.value) == words


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: ops.inv(SINGULAR),
            (
                "linalg.inv: The diagonal element 2 is zero, the inversion could not be completed because the input "
                "matrix is singular."
            ),
        ),
        (
            lambda: ops.inv(np.stack([np.eye(2), np.zeros((2, 2))])),
            (
                "linalg.inv: (Batch element 1): The diagonal element 1 is zero, the inversion could not be completed "
                "because the input matrix is singular."
            ),
        ),
        (
            lambda: ops.solve(SINGULAR, V4[:2]),
            "torch.linalg.solve: The solver failed because the input matrix is singular.",
        ),
        (
            lambda: ops.solve(np.stack([np.eye(2), SINGULAR]), np.ones((2, 2))),
            "torch.linalg.solve: (Batch element 1): The solver failed because the input matrix is singular.",
        ),
    ],
)
def test_singular_matrices_have_no_inverse(call: Callable[[], Any], words: str) -> None:
    with pytest.raises(LinAlgError) as raised:
        call()
    assert str(raised.value) == words
