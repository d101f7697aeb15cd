"""Determinants, inverses, systems of equations. Matrices may come in batches (..., n, n)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.domain import REAL
from gradcli.engine.errors import size_mismatch, uncomputed
from gradcli.engine.layout import columns_first
from gradcli.engine.op import general, not_differentiable
from gradcli.engine.ops.indexing import diag_embed, index
from gradcli.engine.ops.joining import stack
from gradcli.engine.ops.products import matmul, scalar_name
from gradcli.engine.ops.shape import clone, transpose, unsqueeze
from gradcli.engine.tensor import NUMPY, Tensor
from gradcli.engine.type_names import not_implemented

MATRIX = REAL.shaped(3, 3)
VECTOR = REAL.shaped(3)


class LinAlgError(RuntimeError):
    """A matrix that an operation cannot work with: it is singular, or not positive-definite."""


LinAlgError.__name__ = "_LinAlgError"  # what PyTorch's class is called


# Determinants


def refuse_half(x: Any, name: str) -> None:
    """Raises NotImplementedError for float16, which neither LAPACK nor NumPy's linear algebra has."""
    if x.dtype == np.float16:
        raise not_implemented(name.replace(".", "_") + "_cpu", x.dtype)


def square_matrix(x: Any, name: str) -> Any:
    """`x`, if it is a floating-point square matrix or a batch of them. Raises RuntimeError otherwise."""
    _square(x, name)
    if x.dtype.kind not in "fc":
        raise uncomputed(x) or RuntimeError(
            f"{name}: Expected a floating point or complex tensor as input. Got {scalar_name(x)}"
        )
    refuse_half(x, name)
    return x


def _square(x: Any, name: str) -> None:
    """Raises RuntimeError for what is neither a square matrix nor a batch of them."""
    if x.ndim < 2:
        raise RuntimeError(f"{name}: The input tensor A must have at least 2 dimensions.")
    if x.shape[-2] != x.shape[-1]:
        raise RuntimeError(
            f"{name}: A must be batches of square matrices, but they are {x.shape[-2]} by {x.shape[-1]} matrices"
        )


def _per_matrix(a: Any) -> Any:
    """One number per matrix of a batch, so that it multiplies the matrices."""
    return unsqueeze(a, (-2, -1))


def _cofactors(x: Any) -> Any:
    """The gradient of the determinant from its definition, the minors: for singular matrices of any rank, too.

    It takes n**2 determinants, one row of minors at a time. PyTorch 2.13 perturbs singular matrices instead and gets 0,
    even where the cofactors are not.
    """
    n = x.shape[-1]
    others = np.array([[k for k in range(n) if k != i] for i in range(n)], np.int64).reshape(n, n - 1)
    minors = [det(index(x, (..., others[i][:, None], others[:, None, :]))) for i in range(n)]
    odd = np.indices((n, n)).sum(0) % 2 == 1
    signless = stack(minors, -2)
    return np.where(odd, -signless, signless)


def _det_rule(g: Any, result: Any, x: Any) -> Any:
    inverse = _reliable_inverse(x) if np.all(result) else None
    if inverse is None:
        return _per_matrix(g) * _cofactors(x)
    return _per_matrix(g * result) * transpose(inverse, -2, -1)


def _reliable_inverse(x: Any) -> Any:
    """The inverse; None if x is so ill-conditioned that det(x) / x has few digits, and its derivatives have fewer.

    It is taken as it is where only the first derivative is asked for and the cofactors would take too long.
    """
    try:
        inverse = inv(x)
    except LinAlgError:  # what divides by the pivots of another elimination than that of `_det` may find one that is 0
        return None
    if x.shape[-1] > SMALL and not isinstance(x, Tensor):
        return inverse
    sizes = [np.abs(getattr(a, "array", a)).sum(-2).max(-1, initial=0) for a in (x, inverse)]
    return None if np.any(sizes[0] * sizes[1] > 1e3) else inverse


SMALL = 8
"""The size of a matrix up to which its determinant is the product of the pivots, exact where those are.

NumPy's is the exponential of a logarithm: -2.0000000000000004 for [[1, 2], [3, 4]]. Beyond, its speed counts.
"""


def _det(x: Any) -> Any:
    n = square_matrix(x, "linalg.det").shape[-1]
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):  # NaN is an answer
        if n > SMALL:
            return np.linalg.det(x)
        # Of the transpose, as PyTorch does it: that is how the elements lie in memory where columns come first.
        rows = np.swapaxes(x, -2, -1).reshape(math.prod(x.shape[:-2]), n, n).copy()
        each, result = np.arange(len(rows)), np.ones(len(rows), x.dtype)
        for k in range(n):
            pivot = k + np.abs(rows[:, k:, k]).argmax(1)
            upper = rows[each, pivot]
            rows[each, pivot] = rows[:, k]
            result *= np.where(pivot == k, upper[:, k], -upper[:, k])
            scale = np.where(upper[:, k] == 0, 1, upper[:, k])  # a column of zeros: nothing is to be eliminated
            rows[:, k + 1 :] -= (rows[:, k + 1 :, k] / scale[:, None])[..., None] * upper[:, None]
        return result.reshape(x.shape[:-2])[()]


def _slogdet(x: Any) -> Any:
    with np.errstate(invalid="ignore"):
        return np.linalg.slogdet(square_matrix(x, "linalg.slogdet"))


det: Callable[..., Any] = general(
    "det",
    "LinalgDetBackward0",
    _det,
    domain=MATRIX,
    numpy=[np.linalg.det],
    x=_det_rule,
)


def _logabsdet_rule(g: Any, x: Any) -> Any:
    if np.any(det_sign(x) == 0):
        return _per_matrix(g) * (_cofactors(x) / _per_matrix(det(x)))  # infinite for a singular matrix
    return _per_matrix(g) * transpose(inv(x), -2, -1)


logabsdet = general(
    "logabsdet",
    "LinalgSlogdetBackward0",
    lambda x: _slogdet(x).logabsdet,
    domain=MATRIX,
    x=_logabsdet_rule,
)
det_sign = general(
    "det_sign",
    "",
    lambda x: _slogdet(x).sign,
    domain=MATRIX,
    x=not_differentiable,
)


def slogdet(x: Any) -> tuple[Any, Any]:
    """The sign of the determinant, which has no derivative, and the logarithm of its absolute value."""
    return det_sign(x), logabsdet(x)


NUMPY[np.linalg.slogdet] = slogdet


def logdet(x: Any) -> Any:
    """The logarithm of the determinant: NaN where that is negative, -inf where it is 0."""
    return np.where(det_sign(x) < 0, math.nan, logabsdet(x))


# Inverses and systems


def _zero_pivot(matrix: Any) -> int:
    """Counting from 1, the diagonal element of the matrix that elimination with row pivoting finds to be 0."""
    rows, n = matrix.copy(), len(matrix)
    for k in range(n):
        pivot = k + int(np.abs(rows[k:, k]).argmax())
        rows[[k, pivot]] = rows[[pivot, k]]
        if rows[k, k] == 0:
            return k + 1
        rows[k + 1 :] -= np.outer(rows[k + 1 :, k] / rows[k, k], rows[k])
    return n


def _singular(x: Any) -> tuple[str, Any]:
    """The first singular matrix of a batch, and the words that say which it is."""
    if x.ndim == 2:
        return "", x
    first = int(np.flatnonzero(_slogdet(x).sign == 0)[0])
    return f"(Batch element {first}): ", x.reshape(-1, *x.shape[-2:])[first]


def _inv(x: Any) -> Any:
    try:
        return columns_first(np.linalg.inv(square_matrix(x, "linalg.inv")))
    except np.linalg.LinAlgError:
        which, matrix = _singular(x)
        raise LinAlgError(
            f"linalg.inv: {which}The diagonal element {_zero_pivot(matrix)} is zero, the inversion could not be "
            "completed because the input matrix is singular."
        ) from None


def _inv_rule(g: Any, result: Any) -> Any:
    transposed = transpose(result, -2, -1)
    return -matmul(transposed, matmul(g, transposed))


inv: Callable[..., Any] = general(
    "inv", "LinalgInvExBackward0", _inv, domain=MATRIX, numpy=[np.linalg.inv], x=_inv_rule
)


def _solve(a: Any, b: Any) -> Any:
    """`b` holds vectors if it has one axis, or the shape of `a` without the last axis; otherwise matrices."""
    square_matrix(a, "linalg.solve")
    if b.ndim == 0:
        raise RuntimeError("linalg.solve: The input tensor B must have at least 2 dimensions.")
    if a.dtype != b.dtype:
        raise RuntimeError(
            f"linalg.solve: Expected A and B to have the same dtype, but found A of type {scalar_name(a)} and B of "
            f"type {scalar_name(b)} instead"
        )
    vectors = b.ndim == 1 or b.shape == a.shape[:-1]
    right = b[..., None] if vectors else b
    if right.shape[-2] != a.shape[-1]:
        raise RuntimeError(
            f"linalg.solve: Incompatible shapes of A and B for the equation AX = B ({a.shape[-2]}x{a.shape[-1]} and "
            f"{right.shape[-2]}x{right.shape[-1]})"
        )
    try:
        solution = np.linalg.solve(a, right)
    except np.linalg.LinAlgError:
        raise LinAlgError(
            f"torch.linalg.solve: {_singular(a)[0]}The solver failed because the input matrix is singular."
        ) from None
    except ValueError as error:
        raise size_mismatch(a.shape[:-2], right.shape[:-2]) or error from None
    solution = solution[..., 0] if vectors else solution
    return solution if solution.ndim == 1 else columns_first(solution)  # batches of vectors, too


def _solve_matrix_rule(g: Any, result: Any, a: Any) -> Any:
    at_right = solve(transpose(a, -2, -1), g)
    if result.ndim < a.ndim:  # vectors
        return -unsqueeze(at_right, -1) * unsqueeze(result, -2)
    return -matmul(at_right, transpose(result, -2, -1))


solve: Callable[..., Any] = general(
    "solve",
    "LinalgSolveExBackward0",
    _solve,
    domain=(MATRIX, VECTOR),
    numpy=[np.linalg.solve],
    a=_solve_matrix_rule,
    b=lambda g, a: solve(transpose(a, -2, -1), g),
)


def matrix_power(x: Any, n: int) -> Any:
    """`x` times itself `n` times, by repeated squaring; of the inverse, for a negative `n`."""
    _square(x, "linalg.matrix_power")
    if n == 0:
        identity = diag_embed(np.ones_like(x[..., 0]))
        return np.where(np.False_, x, identity)  # depends on x, with gradient 0
    square = inv(x) if n < 0 else x
    power, left = None, abs(n)
    while left:
        if left % 2:
            power = square if power is None else matmul(power, square)
        left //= 2
        if left:
            square = matmul(square, square)
    return clone(x) if n == 1 else power


NUMPY[np.linalg.matrix_power] = matrix_power
