"""Matrices as products: singular values, QR, eigenvalues, Cholesky; pseudo-inverse and least squares.

Where an eigenvalue or a singular value comes twice, the vectors are not unique and their gradient is not finite.
Sources of the rules: Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation" (2008); Walter and Lehmann, arXiv:1009.6112, for QR; Golub and Pereyra (1973) for the pseudo-inverse.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.domain import REAL
from gradcli.engine.multi import multi
from gradcli.engine.op import general, missing
from gradcli.engine.ops.complex_numbers import conj
from gradcli.engine.ops.indexing import diag_embed
from gradcli.engine.ops.joining import cat
from gradcli.engine.ops.linalg import LinAlgError, inv, square_matrix
from gradcli.engine.ops.products import matmul, scalar_name
from gradcli.engine.ops.shape import transpose, tril, unsqueeze

MATRIX = REAL.shaped(3, 3)
TALL = REAL.shaped(4, 3)


def matrices(x: Any, name: str) -> Any:
    """`x`, if it holds floating-point matrices. Raises RuntimeError otherwise."""
    if x.ndim < 2:
        raise RuntimeError(f"{name}: The input tensor A must have at least 2 dimensions.")
    if x.dtype.kind not in "fc":
        raise RuntimeError(f"{name}: Expected a floating point or complex tensor as input. Got {scalar_name(x)}")
    if x.dtype == np.float16:
        raise NotImplementedError(f"{name}: Low precision dtypes not supported. Got Half")
    return x


def _converged(name: str, function: Callable[..., Any], *args: Any) -> Any:
    """What `function` gives. Raises LinAlgError where it does not converge."""
    try:
        return function(*args)
    except np.linalg.LinAlgError:
        raise LinAlgError(
            f"{name}: The algorithm failed to converge because the input matrix contained non-finite values."
        ) from None


def _t(x: Any) -> Any:
    return transpose(x, -2, -1)


def _product(*factors: Any) -> Any:
    result = factors[0]
    for factor in factors[1:]:
        result = matmul(result, factor)
    return result


def _total(terms: list[Any]) -> Any:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def _gaps(values: Any) -> Any:
    """values[j] - values[i] for each row i and column j; infinite on the diagonal, where what it divides becomes 0."""
    return np.where(np.eye(values.shape[-1], dtype=bool), np.inf, unsqueeze(values, -2) - unsqueeze(values, -1))


def _skew(x: Any) -> Any:
    return x - _t(x)


# Singular values


def _svd(x: Any, full_matrices: bool = True) -> tuple[Any, ...]:
    return tuple(_converged("linalg.svd", np.linalg.svd, matrices(x, "linalg.svd"), full_matrices))


def _svd_rule(gs: Any, result: Any, x: Any) -> Any:
    """Of the reduced form: the other columns of the full one are not unique and have no gradient."""
    m, n = x.shape[-2:]
    k = min(m, n)
    u, s, v = result[0][..., :k], result[1], _t(result[2][..., :k, :])
    gaps, along_rows = _gaps(s * s), unsqueeze(s, -2)
    inner, outer = [np.zeros_like(gaps)], []
    if gs[1] is not None:
        inner.append(diag_embed(gs[1]))
    if gs[0] is not None:
        g = gs[0][..., :k]
        inner.append(_skew(matmul(_t(u), g)) / gaps * along_rows)
        if m > k:
            outer.append(matmul((g - _product(u, _t(u), g)) / along_rows, _t(v)))
    if gs[2] is not None:
        g = _t(gs[2][..., :k, :])
        inner.append(unsqueeze(s, -1) * (_skew(matmul(_t(v), g)) / gaps))
        if n > k:
            outer.append(matmul(u, _t((g - _product(v, _t(v), g)) / along_rows)))
    return _total([_product(u, _total(inner), _t(v)), *outer])


svd = multi("svd", "LinalgSvdBackward0", _svd, outputs=3, shapes_only=["x"], domain=TALL, x=_svd_rule)


def svdvals(x: Any) -> Any:
    """The singular values, the largest first."""
    return svd(x, False)[1]


# An orthogonal matrix times an upper triangular one


def _qr(x: Any, mode: str = "reduced") -> tuple[Any, Any]:
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', or 'complete'"
        )
    matrices(x, "linalg.qr")
    if mode == "r":
        return np.empty(0, x.dtype), np.linalg.qr(x, "r")
    q, r = np.linalg.qr(x, mode)  # type: ignore[call-overload]  # "reduced" or "complete"
    return q, r


def _qr_rule(gs: Any, result: Any, x: Any, mode: str) -> Any:
    """A wide matrix is its square part, which has this decomposition, beside a part that Q alone depends on."""
    m, n = x.shape[-2:]
    if mode == "r":
        raise RuntimeError(
            "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use "
            "linalg.qr(A, mode='reduced') if you are going to differentiate through linalg.qr."
        )
    if mode == "complete" and m > n:
        raise RuntimeError("The QR decomposition is not differentiable when mode='complete' and nrows > ncols.")
    q, r = result
    g_q = np.zeros_like(q) if gs[0] is None else gs[0]
    g_r = np.zeros_like(r) if gs[1] is None else gs[1]
    if m >= n:
        return _square_qr_rule(g_q, g_r, q, r)
    beside = g_r[..., m:]
    g_square = _square_qr_rule(g_q + _product(q, r[..., m:], _t(beside)), g_r[..., :m], q, r[..., :m])
    return cat([g_square, matmul(q, beside)], -1)


def _square_qr_rule(g_q: Any, g_r: Any, q: Any, r: Any) -> Any:
    m = matmul(r, _t(g_r)) - matmul(_t(g_q), q)
    symmetric = tril(m) + _t(tril(m, -1))
    return matmul(g_q + matmul(q, symmetric), _t(inv(r)))


qr = multi("qr", "LinalgQrBackward0", _qr, outputs=2, shapes_only=["x"], domain=TALL, x=_qr_rule)

# Eigenvalues


def _eigh(x: Any, uplo: str = "L") -> tuple[Any, ...]:
    return tuple(_converged("linalg.eigh", np.linalg.eigh, square_matrix(x, "linalg.eigh"), uplo))


def _eigh_rule(gs: Any, result: Any) -> Any:
    values, vectors = result
    inner = np.zeros_like(vectors)
    if gs[1] is not None:
        inner = inner + matmul(_t(vectors), gs[1]) / _gaps(values)
    if gs[0] is not None:
        inner = inner + diag_embed(gs[0])
    return _product(vectors, (inner + _t(inner)) / 2, _t(vectors))


eigh = multi("eigh", "LinalgEighBackward0", _eigh, outputs=2, domain=MATRIX, x=_eigh_rule)


def eigvalsh(x: Any, uplo: str = "L") -> Any:
    """The eigenvalues of symmetric matrices, in ascending order; one triangle of each is read."""
    return eigh(x, uplo)[0]


def _eig(x: Any) -> tuple[Any, Any]:
    values, vectors = _converged("linalg.eig", np.linalg.eig, square_matrix(x, "linalg.eig"))
    dtype = np.result_type(x.dtype, np.complex64)
    return values.astype(dtype), vectors.astype(dtype)


eig = multi("eig", "LinalgEigBackward0", _eig, outputs=2, domain=MATRIX, x=missing)


def eigvals(x: Any) -> Any:
    """The eigenvalues, complex numbers in no particular order."""
    return eig(x)[0]


# A triangular matrix times its transpose


def _cholesky(x: Any) -> Any:
    try:
        return np.linalg.cholesky(square_matrix(x, "linalg.cholesky"))
    except np.linalg.LinAlgError:
        raise LinAlgError(f"linalg.cholesky: {_not_positive(x)} is not positive-definite).") from None


def _not_positive(x: Any) -> str:
    """Which matrix of a batch is not positive-definite, and the size of its first part that is not."""
    batch = x.reshape(-1, *x.shape[-2:])
    lower = np.tril(batch) + np.tril(batch, -1).swapaxes(-2, -1)
    for i, each in enumerate(lower):
        for order in range(1, len(each) + 1):
            if not np.linalg.eigvalsh(each[:order, :order])[0] > 0:
                which = "" if x.ndim == 2 else f"(Batch element {i}): "
                return (
                    f"{which}The factorization could not be completed because the input is not positive-definite "
                    f"(the leading minor of order {order}"
                )
    raise AssertionError


def _cholesky_rule(g: Any, result: Any) -> Any:
    inner = matmul(_t(result), tril(g))
    inverse = inv(result)
    return _product(_t(inverse), tril(inner) + _t(tril(inner, -1)), inverse) / 2


cholesky = general("cholesky", "LinalgCholeskyExBackward0", _cholesky, domain=MATRIX, x=_cholesky_rule)


def cholesky_factor(x: Any, upper: bool = False) -> Any:
    """The lower triangular factor, or the upper one, its conjugate transpose."""
    factor = cholesky(x)
    return conj(_t(factor)) if upper else factor


# What is nearest to a solution


def _pinv(x: Any, rtol: float | None = None, hermitian: bool = False) -> Any:
    matrices(x, "linalg.pinv")
    least = max(x.shape[-2:]) * np.finfo(x.dtype).eps if rtol is None else rtol
    return _converged("linalg.svd", np.linalg.pinv, x, least, hermitian)


def _pinv_rule(g: Any, result: Any, x: Any) -> Any:
    """From dP = -P dA P + P Pᵀ dAᵀ (1 - A P) + (1 - P A) dAᵀ Pᵀ P."""
    p, gt = result, _t(g)
    left = _product(gt, p, _t(p))
    right = _product(_t(p), p, gt)
    return (left - _product(x, p, left)) + (right - _product(right, p, x)) - _product(_t(p), g, _t(p))


pinv = general("pinv", "LinalgPinvBackward0", _pinv, domain=TALL, x=_pinv_rule)


def _lstsq(a: Any, b: Any) -> Any:
    matrices(a, "linalg.lstsq")
    if a.dtype != b.dtype:
        raise RuntimeError(
            f"torch.linalg.lstsq: Expected input and other to have the same dtype, but got input's dtype "
            f"{scalar_name(a)} and other's dtype {scalar_name(b)}"
        )
    vectors = b.ndim == 1 or b.shape == a.shape[:-1]
    solution = matmul(_pinv(a), b[..., None] if vectors else b)
    return solution[..., 0] if vectors else solution


def _lstsq_matrix_rule(g: Any, a: Any, b: Any) -> Any:
    if b.ndim < a.ndim:
        g, b = unsqueeze(g, -1), unsqueeze(b, -1)
    return _pinv_rule(matmul(g, _t(b)), pinv(a), a)


def _lstsq_vector_rule(g: Any, a: Any, b: Any) -> Any:
    transposed = _t(pinv(a))
    return matmul(transposed, unsqueeze(g, -1))[..., 0] if b.ndim < a.ndim else matmul(transposed, g)


lstsq: Callable[..., Any] = general(
    "lstsq",
    "LinalgLstsqBackward0",
    _lstsq,
    domain=(TALL, REAL.shaped(4, 2)),
    a=_lstsq_matrix_rule,
    b=_lstsq_vector_rule,
)
