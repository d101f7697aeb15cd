"""Linear algebra: products, determinants, inverses, systems of equations. Matrices may come in batches (..., n, n)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gradcli.engine.axes import axis_in
from gradcli.engine.domain import REAL
from gradcli.engine.errors import size_mismatch
from gradcli.engine.op import general, not_differentiable
from gradcli.engine.ops.arithmetic import mul
from gradcli.engine.ops.indexing import diag_embed, index, scatter
from gradcli.engine.ops.joining import stack
from gradcli.engine.ops.shape import clone, expand, reshape, squeeze, t, transpose, unsqueeze
from gradcli.engine.tensor import NUMPY
from gradcli.engine.type_names import TYPE_NAMES

MATRIX = REAL.shaped(3, 3)
VECTOR = REAL.shaped(3)


class LinAlgError(RuntimeError):
    """A matrix that an operation cannot work with: it is singular."""


def _scalar_name(x: Any) -> str:
    return TYPE_NAMES[x.dtype.name].scalar


# Products


def _dot(a: Any, b: Any) -> Any:
    if a.ndim != 1 or b.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {a.ndim}D and {b.ndim}D tensors")
    if a.dtype != b.dtype:
        raise RuntimeError(
            f"dot : expected both vectors to have same dtype, but found {_scalar_name(a)} and {_scalar_name(b)}"
        )
    if a.shape != b.shape:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{a.size}] and src [{b.size}] to have the same number of elements, "
            f"but got {a.size} and {b.size} elements respectively"
        )
    return a.dot(b)


dot = general(
    "dot", "DotBackward0", _dot, domain=(VECTOR, VECTOR), numpy=[np.dot, np.vdot], a=lambda g, b: g * b, b=lambda g, a: g * a
)


def _mv(a: Any, b: Any) -> Any:
    if a.ndim != 2 or b.ndim != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got {b.ndim}, {a.ndim}, {b.ndim}")
    if a.dtype != b.dtype:
        vector, matrix = _scalar_name(b), _scalar_name(a)
        raise RuntimeError(
            f"addmv input tensors must have the same dtype, but got {vector}, {matrix}, and {vector}"
        )
    if a.shape[1] != b.shape[0]:
        raise RuntimeError(
            f"size mismatch, got input ({a.shape[0]}), mat ({a.shape[0]}x{a.shape[1]}), vec ({b.shape[0]})"
        )
    return a.dot(b)


mv = general(
    "mv",
    "MvBackward0",
    _mv,
    domain=(MATRIX, VECTOR),
    a=lambda g, b: unsqueeze(g, 1) * b,
    b=lambda g, a: mv(t(a), g),
)


def _mm(a: Any, b: Any) -> Any:
    if a.ndim != 2 or b.ndim != 2:
        raise RuntimeError("self must be a matrix" if a.ndim != 2 else "mat2 must be a matrix")
    if a.dtype != b.dtype:
        names = [TYPE_NAMES[x.dtype.name].cpp for x in (a, b)]
        raise RuntimeError(f"expected m1 and m2 to have the same dtype, but got: {' != '.join(names)}")
    if a.shape[1] != b.shape[0]:
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({a.shape[0]}x{a.shape[1]} and {b.shape[0]}x{b.shape[1]})"
        )
    return a.dot(b)


mm = general(
    "mm", "MmBackward0", _mm, domain=(MATRIX, MATRIX), a=lambda g, b: mm(g, t(b)), b=lambda g, a: mm(t(a), g)
)


def _bmm(a: Any, b: Any) -> Any:
    for name, x in (("batch1", a), ("batch2", b)):
        if x.ndim != 3:
            raise RuntimeError(f"{name} must be a 3D tensor")
    if a.dtype != b.dtype:
        raise RuntimeError(f"expected scalar type {_scalar_name(a)} but found {_scalar_name(b)}")
    if b.shape[:2] != (a.shape[0], a.shape[2]):
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{a.shape[0]}, {a.shape[2]}] but got: "
            f"[{b.shape[0]}, {b.shape[1]}]."
        )
    return a @ b


bmm = general(
    "bmm",
    "BmmBackward0",
    _bmm,
    domain=(REAL.shaped(2, 3, 3), REAL.shaped(2, 3, 3)),
    a=lambda g, b: bmm(g, transpose(b, 1, 2)),
    b=lambda g, a: bmm(transpose(a, 1, 2), g),
)
_unsafe_view = general(
    "unsafe_view",
    "UnsafeViewBackward0",
    lambda x, shape: x.reshape(shape),
    domain=REAL.shaped(6),
    x=lambda g, x: reshape(g, x.shape),
)


def matmul(a: Any, b: Any) -> Any:
    """The matrix product `a @ b`: vectors at either side, batches broadcast; composed as PyTorch composes it.

    Raises RuntimeError for arrays without axes and for shapes that do not fit.
    """
    if a.ndim == 0 or b.ndim == 0:
        raise RuntimeError(f"both arguments to matmul need to be at least 1D, but they are {a.ndim}D and {b.ndim}D")
    if a.ndim <= 2 and b.ndim <= 2:
        if b.ndim == 1:
            return dot(a, b) if a.ndim == 1 else mv(a, b)
        return mm(a, b) if a.ndim == 2 else squeeze(mm(unsqueeze(a, 0), b), 0)
    if b.ndim <= 2:
        return _matmul_folded(a, b)
    if a.ndim == 1:
        return _matmul_folded(transpose(b, -2, -1), a)
    if a.ndim == 2:
        return clone(transpose(_matmul_folded(transpose(b, -2, -1), t(a)), -2, -1))
    return _matmul_batched(a, b)


def _matmul_folded(a: Any, b: Any) -> Any:
    """A batch times one matrix or vector, as a single product of all rows of the batch."""
    rows = reshape(a, (math.prod(a.shape[:-1]), a.shape[-1]))
    product = mm(rows, b) if b.ndim == 2 else mv(rows, b)
    return _unsafe_view(product, (*a.shape[:-1], *b.shape[1:]))


def _matmul_batched(a: Any, b: Any) -> Any:
    """A batch times a batch. PyTorch's order: broadcast, make it one axis of matrices, multiply, unfold."""
    try:
        batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    except ValueError:
        raise size_mismatch(a.shape[:-2], b.shape[:-2]) or AssertionError from None
    n = math.prod(batch)
    left, right = (reshape(expand(x, (*batch, *x.shape[-2:])), (n, *x.shape[-2:])) for x in (a, b))
    return _unsafe_view(bmm(left, right), (*batch, a.shape[-2], b.shape[-1]))


NUMPY[np.matmul] = matmul


def outer(a: Any, b: Any) -> Any:
    """All products of an element of the vector `a` and one of `b`."""
    for name, x in (("self", a), ("vec2", b)):
        if x.ndim != 1:
            raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {x.ndim}-D")
    return mul(reshape(a, (a.shape[0], 1)), b)


NUMPY[np.outer] = outer


def _trace(x: Any) -> Any:
    if x.ndim != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {x.ndim}")
    return x.trace()


def _along_diagonal(g: Any, x: Any) -> Any:
    places = np.arange(min(x.shape))
    return scatter(g, x.shape, (places, places))


trace = general("trace", "TraceBackward0", _trace, domain=MATRIX, numpy=[np.trace], x=_along_diagonal)


def _cross(a: Any, b: Any, axis: int = -1) -> Any:
    if a.ndim != b.ndim:
        raise RuntimeError("linalg.cross: inputs must have the same number of dimensions.")
    along = axis_in(axis, a.ndim)
    if a.shape[along] != 3 or b.shape[along] != 3:
        raise RuntimeError(
            f"linalg.cross: inputs dimension {axis} must have length 3. Got {a.shape[along]} and {b.shape[along]}"
        )
    try:
        return np.cross(a, b, axis=along)
    except ValueError as error:
        raise size_mismatch(a.shape, b.shape) or error from None


cross = general(
    "cross",
    "LinalgCrossBackward0",
    _cross,
    domain=(VECTOR, VECTOR),
    numpy=[np.cross, np.linalg.cross],
    a=lambda g, b, axis: cross(b, g, axis),
    b=lambda g, a, axis: cross(g, a, axis),
)

# Determinants


def _square(x: Any, name: str) -> Any:
    """`x`, if it is a floating-point square matrix or a batch of them. Raises RuntimeError otherwise."""
    if x.ndim < 2:
        raise RuntimeError(f"{name}: The input tensor A must have at least 2 dimensions.")
    if x.shape[-2] != x.shape[-1]:
        raise RuntimeError(
            f"{name}: A must be batches of square matrices, but they are {x.shape[-2]} by {x.shape[-1]} matrices"
        )
    if x.dtype.kind not in "fc":
        raise RuntimeError(f"{name}: Expected a floating point or complex tensor as input. Got {_scalar_name(x)}")
    return x


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
    if np.all(result):
        return _per_matrix(g * result) * transpose(inv(x), -2, -1)
    return _per_matrix(g) * _cofactors(x)


det = general(
    "det",
    "LinalgDetBackward0",
    lambda x: np.linalg.det(_square(x, "linalg.det")),
    domain=MATRIX,
    numpy=[np.linalg.det],
    x=_det_rule,
)


def _logabsdet_rule(g: Any, result: Any, x: Any) -> Any:
    if np.any(np.isinf(result)):
        return _per_matrix(g) * (_cofactors(x) / _per_matrix(det(x)))  # infinite for a singular matrix
    return _per_matrix(g) * transpose(inv(x), -2, -1)


logabsdet = general(
    "logabsdet",
    "LinalgSlogdetBackward0",
    lambda x: np.linalg.slogdet(_square(x, "linalg.slogdet")).logabsdet,
    domain=MATRIX,
    x=_logabsdet_rule,
)
det_sign = general(
    "det_sign",
    "",
    lambda x: np.linalg.slogdet(_square(x, "linalg.slogdet")).sign,
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
    first = int(np.flatnonzero(np.linalg.slogdet(x).sign == 0)[0])
    return f"(Batch element {first}): ", x.reshape(-1, *x.shape[-2:])[first]


def _inv(x: Any) -> Any:
    try:
        return np.linalg.inv(_square(x, "linalg.inv"))
    except np.linalg.LinAlgError:
        which, matrix = _singular(x)
        raise LinAlgError(
            f"linalg.inv: {which}The diagonal element {_zero_pivot(matrix)} is zero, the inversion could not be completed "
            "because the input matrix is singular."
        ) from None


def _inv_rule(g: Any, result: Any) -> Any:
    transposed = transpose(result, -2, -1)
    return -matmul(transposed, matmul(g, transposed))


inv = general("inv", "LinalgInvExBackward0", _inv, domain=MATRIX, numpy=[np.linalg.inv], x=_inv_rule)


def _solve(a: Any, b: Any) -> Any:
    """`b` holds vectors if it has one axis, or the shape of `a` without the last axis; otherwise matrices."""
    _square(a, "linalg.solve")
    if b.ndim == 0:
        raise RuntimeError("linalg.solve: The input tensor B must have at least 2 dimensions.")
    if a.dtype != b.dtype:
        raise RuntimeError(
            f"linalg.solve: Expected A and B to have the same dtype, but found A of type {_scalar_name(a)} and B of type "
            f"{_scalar_name(b)} instead"
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
    return solution[..., 0] if vectors else solution


def _solve_matrix_rule(g: Any, result: Any, a: Any) -> Any:
    at_right = solve(transpose(a, -2, -1), g)
    if result.ndim < a.ndim:  # vectors
        return -unsqueeze(at_right, -1) * unsqueeze(result, -2)
    return -matmul(at_right, transpose(result, -2, -1))


solve = general(
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
