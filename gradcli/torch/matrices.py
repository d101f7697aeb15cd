"""Norms and decompositions as PyTorch calls them: orders and modes that mean different computations."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine import ops
from gradcli.engine.axes import axis_in
from gradcli.engine.errors import uncomputed
from gradcli.engine.ops.decompositions import matrices
from gradcli.engine.ops.products import scalar_name
from gradcli.engine.tensor import Tensor
from gradcli.engine.type_names import TYPE_NAMES, not_implemented
from gradcli.torch.argument_checks import number_of, numpy_dtype, require_int, require_tensor, unsupported
from gradcli.torch.out import into, with_out
from gradcli.torch.return_types import STRUCTURES

__all__ = ["cross", "norm", "pinverse", "qr", "svd"]

Dims = int | tuple[int, ...] | list[int] | None

NO_DIM = (
    "Using torch.cross without specifying the dim arg is deprecated.\n"
    "Please either pass the dim explicitly or simply use torch.linalg.cross.\n"
    "The default value of dim will change to agree with that of linalg.cross in a future release."
)


def _cast(name: str, x: Any, dtype: Any) -> Any:
    """`x` in the dtype that is asked for. Raises RuntimeError for whole numbers, and where the dtype is no wider."""
    require_tensor(name, "A", x, 1)
    wanted, own = numpy_dtype(name, dtype), x.array.dtype
    if own.kind in "buiV":
        raise uncomputed(x.array) or RuntimeError(
            f"{name}: Expected a floating point or complex tensor as input. Got {scalar_name(x.array)}"
        )
    if wanted is None:
        return x
    called, found = TYPE_NAMES[wanted.name].scalar, scalar_name(x.array)
    if wanted.kind in "bui":
        raise RuntimeError(f"{name}: dtype should be floating point or complex, but got {called}")
    if (wanted.kind == "c") != (own.kind == "c"):
        kind = "complex" if own.kind == "c" else "real"
        raise RuntimeError(f"{name}: dtype should be {kind} for {kind} inputs, but got {called}")
    if wanted.itemsize < own.itemsize or (wanted != own and wanted.itemsize == own.itemsize):
        raise RuntimeError(
            f"{name}: the dtype of the input ({found}) should be convertible without narrowing to the specified dtype "
            f"({called})"
        )
    return ops.cast(x, wanted)


def _with_out(function: Callable[..., Any]) -> Callable[..., Any]:
    """As `with_out`, of a function of `torch.linalg`."""
    return with_out(function, f"linalg.{function.__name__}")


# Norms


@with_out
def vector_norm(x: Tensor, ord: float = 2, dim: Dims = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """The `ord`-norm of the elements, all of them or along `dim`."""
    x = _cast("linalg.vector_norm", x, dtype)
    return ops.norm(x, ord, tuple(dim) if isinstance(dim, list) else dim, keepdim)


def _largest(x: Any, axis: int) -> Any:
    return ops.amax(x, axis, True)


def _total(x: Any, axis: int) -> Any:
    return ops.sum(x, axis, True)


def _smallest(x: Any, axis: int) -> Any:
    return ops.amin(x, axis, True)


OF_SUMS: dict[Any, tuple[int, Callable[..., Any]]] = {
    1: (0, _largest), -1: (0, _smallest), math.inf: (1, _largest), -math.inf: (1, _smallest),
}  # fmt: skip
"""The orders whose norm is an extreme of sums of absolute values: along which of the two axes, and which extreme."""
OF_SINGULAR_VALUES: dict[Any, Callable[..., Any]] = {
    2: _largest,
    -2: _smallest,
    "nuc": _total,
}


@with_out
def matrix_norm(
    A: Tensor,  # noqa: N803  # PyTorch's name
    ord: Any = "fro",
    dim: tuple[int, ...] | list[int] = (-2, -1),
    keepdim: bool = False,
    *,
    dtype: Any = None,
) -> Any:
    """The norm of matrices along the two axes `dim`: "fro", "nuc", 1, 2, infinity or minus one of the last three."""
    if not isinstance(ord, str):
        ord = number_of("linalg.matrix_norm", "ord", ord, 2)
    x = _cast("linalg.matrix_norm", A, dtype)
    if x.ndim < 2:
        raise RuntimeError("linalg.matrix_norm: The input tensor A must have at least 2 dimensions.")
    if np.size(dim) != 2:
        raise RuntimeError(
            f"linalg.matrix_norm: dim must be a 2-tuple. Got {dim if isinstance(dim, int) else len(dim)}"
        )
    axes = tuple(axis_in(axis, x.ndim) for axis in dim)
    if axes[0] == axes[1]:
        raise RuntimeError(f"linalg.matrix_norm: dims must be different. Got ({axes[0]}, {axes[1]})")
    if ord == "fro":
        return ops.norm(x, 2, axes, keepdim)
    if ord in OF_SUMS:
        along, extreme = OF_SUMS[ord]
        sums = ops.norm(x, 1, axes[along], True)
        if extreme is _largest and not sums.numel():
            extreme = _total  # the largest of none is 0, as their sum is
        result = extreme(sums, axes[1 - along])
    elif ord in OF_SINGULAR_VALUES:
        if A.array.dtype == np.float16:
            raise RuntimeError("linalg.matrix_norm: Low precision dtypes not supported. Got Half")
        last = ops.svdvals(ops.moveaxis(x, axes, (-2, -1)))
        if not last.shape[-1] and ord == 2:
            ord = "nuc"
        reduced = OF_SINGULAR_VALUES[ord](last, -1)
        result = ops.moveaxis(ops.unsqueeze(reduced, -1), (-2, -1), axes)
    else:
        raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")
    return result if keepdim else ops.squeeze(result, axes)


@with_out
def linalg_norm(
    A: Tensor,  # noqa: N803  # PyTorch's name
    ord: Any = None,
    dim: Dims = None,
    keepdim: bool = False,
    *,
    dtype: Any = None,
) -> Any:
    """The 2-norm of all elements; with an `ord`, of vectors, or of matrices where there are two axes."""
    require_tensor("linalg.norm", "A", A, 1)
    axes = A.ndim if dim is None else np.size(dim)
    if dim is not None and axes not in (1, 2):
        raise RuntimeError(f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {dim}")
    if ord is None:
        return vector_norm(A, 2, dim, keepdim, dtype=dtype)
    if dim is None and A.ndim not in (1, 2):
        raise RuntimeError(
            f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {A.ndim}D."
        )
    if axes == 1 and not isinstance(ord, str):
        return vector_norm(A, ord, dim, keepdim, dtype=dtype)
    return matrix_norm(A, ord, (-2, -1) if dim is None else dim, keepdim, dtype=dtype)


def norm(
    input: Tensor, p: Any = "fro", dim: Dims = None, keepdim: bool = False, out: Any = None, dtype: Any = None
) -> Any:
    """The `p`-norm of the elements; "fro" is the 2-norm, "nuc" the nuclear norm of matrices."""
    require_tensor("norm", "input", input, 1)
    if out is not None:
        return into("norm", out, norm(input, p, dim, keepdim, dtype=dtype))
    if p is not None and not isinstance(p, str):
        p = number_of("linalg.vector_norm", "ord", p, 2)
    if p in ("fro", None):
        return vector_norm(input, 2, dim, keepdim, dtype=dtype)
    if isinstance(p, str):
        return matrix_norm(input, p, (-2, -1) if dim is None else dim, keepdim, dtype=dtype)
    return vector_norm(input, p, dim, keepdim, dtype=dtype)


@_with_out
def cond(A: Tensor, p: Any = None) -> Any:  # noqa: N803  # PyTorch's name
    """The condition number: the `p`-norm times that of the inverse, infinite for a singular matrix."""
    require_tensor("linalg.cond", "A", A, 1)
    if A.ndim >= 2 and 0 in A.shape[-2:]:
        return Tensor(np.zeros(A.shape[:-2], A.array.dtype))
    if p in (None, 2, -2):
        values = ops.svdvals(A)
        most, least = values[..., 0], values[..., -1]
        return ops.div(least, most) if p == -2 else ops.div(most, least)
    try:
        inverse = ops.inv(A)
    except ops.LinAlgError:
        return Tensor(np.full(A.shape[:-2], np.inf, A.array.dtype))
    return ops.mul(matrix_norm(A, p), matrix_norm(inverse, p))


@_with_out
def matrix_rank(
    A: Tensor,  # noqa: N803  # PyTorch's name
    tol: Tensor | float | None = None,
    *,
    atol: Tensor | float | None = None,
    rtol: Tensor | float | None = None,
    hermitian: bool = False,
) -> Any:
    """The number of singular values above `atol` (or `tol`) and above `rtol` times the largest, for each matrix."""
    require_tensor("linalg.matrix_rank", "A", A, 1)
    x = matrices(A.array, "linalg.matrix_rank")
    sizes = np.abs(np.linalg.eigvalsh(x)) if hermitian else np.linalg.svd(x, compute_uv=False)
    absolute, relative = (
        each.array if isinstance(each, Tensor) else each for each in (tol if atol is None else atol, rtol)
    )
    absolute = np.asarray(0.0 if absolute is None else absolute)
    if relative is None:
        relative = np.where(absolute > 0, 0.0, max(x.shape[-2:]) * float(np.finfo(x.dtype).eps))
    limit = np.maximum(absolute, relative * sizes.max(-1, initial=0))
    return Tensor(np.asarray((sizes > limit[..., None]).sum(-1), np.int64))


# Decompositions


@with_out
def svd(input: Tensor, some: bool = True, compute_uv: bool = True) -> Any:
    """U, S and V with U S Vᵀ = `input`; without `compute_uv`, U and V are zeros."""
    require_tensor("svd", "input", input, 1)
    if not compute_uv:
        m, n = input.shape[-2:]
        zeros = [Tensor(np.zeros((*input.shape[:-2], k, k), input.array.dtype)) for k in (m, n)]
        return STRUCTURES["svd"](zeros[0], ops.svdvals(input), zeros[1])
    u, s, vh = ops.svd(input, not some)
    return STRUCTURES["svd"](u, s, ops.transpose(vh, -2, -1))


@with_out
def qr(input: Tensor, some: bool = True) -> Any:
    """An orthogonal Q and an upper triangular R whose product is `input`; Q is square unless `some`."""
    require_tensor("qr", "input", input, 1)
    return STRUCTURES["qr"](*ops.qr(input, "reduced" if some else "complete"))


def cross(input: Tensor, other: Tensor, dim: int | None = None, *, out: Any = None) -> Any:
    """The cross products along `dim`; without one, along the first axis of length 3."""
    require_tensor("cross", "input", input, 1)
    require_tensor("cross", "other", other, 2)
    if input.array.dtype.kind == "b":
        raise not_implemented("cross", input.array.dtype)
    if dim is None:
        if 3 not in input.shape:
            raise RuntimeError("no dimension of size 3 in input")
        warnings.warn(NO_DIM, UserWarning, stacklevel=2)
        dim = input.shape.index(3)
    require_int("cross", "dim", dim, 3)
    result = ops.cross(input, other, dim)
    return result if out is None else into("cross", out, result)


@with_out
def pinverse(input: Tensor, rcond: float = 1e-15) -> Any:
    """The pseudo-inverse; singular values below `rcond` times the largest count as 0."""
    require_tensor("pinverse", "input", input, 1)
    return ops.pinv(input, rcond)


@_with_out
def pinv(
    A: Tensor,  # noqa: N803  # PyTorch's name
    rcond: float | None = None,
    hermitian: bool = False,
    *,
    atol: float | None = None,
    rtol: float | None = None,
) -> Any:
    """The pseudo-inverse; singular values up to `rtol` times the largest count as 0."""
    require_tensor("linalg.pinv", "A", A, 1)
    if atol is not None:
        raise unsupported("linalg.pinv", "atol")
    return ops.pinv(A, rcond if rtol is None else rtol, hermitian)


@_with_out
def lstsq(A: Tensor, B: Tensor, rcond: float | None = None, *, driver: str | None = None) -> Any:  # noqa: N803
    """The solution of A X = B with the least squared error, and the rank of A; the rest stays empty, as in PyTorch."""
    require_tensor("linalg.lstsq", "A", A, 1)
    require_tensor("linalg.lstsq", "B", B, 2)
    if A.ndim < 2:
        raise RuntimeError("torch.linalg.lstsq: input must have at least 2 dimensions.")
    if A.shape[-2] != (B.shape[-2] if B.ndim >= A.ndim else B.shape[-1] if B.ndim else None):
        raise RuntimeError("torch.linalg.lstsq: input.size(-2) should match other.size(-2)")
    if rcond is not None:
        raise unsupported("linalg.lstsq", "rcond")
    if driver not in (None, "gelsy"):
        raise unsupported("linalg.lstsq", "driver")
    nothing = Tensor(np.empty(0, A.array.real.dtype))
    return STRUCTURES["linalg_lstsq"](ops.lstsq(A, B), nothing, matrix_rank(A), nothing)


@_with_out
def solve_triangular(
    A: Tensor,  # noqa: N803  # PyTorch's name
    B: Tensor,  # noqa: N803  # PyTorch's name
    *,
    upper: bool,
    left: bool = True,
    unitriangular: bool = False,
) -> Any:
    """The X with A X = B (X A = B unless `left`); one triangle of A is read, its diagonal unless `unitriangular`."""
    require_tensor("linalg.solve_triangular", "A", A, 1)
    require_tensor("linalg.solve_triangular", "B", B, 2)
    if B.ndim < 2:
        raise RuntimeError("linalg.solve_triangular: The input tensor B must have at least 2 dimensions.")
    triangle = ops.triu(A, int(unitriangular)) if upper else ops.tril(A, -int(unitriangular))
    if unitriangular:
        triangle = ops.add(triangle, Tensor(np.eye(A.shape[-1], dtype=A.array.dtype)))
    return solve(triangle, B, left=left)


@with_out
def solve(A: Tensor, B: Tensor, *, left: bool = True) -> Any:  # noqa: N803  # PyTorch's names
    """The X with A X = B, or X A = B unless `left`."""
    require_tensor("linalg.solve", "A", A, 1)
    require_tensor("linalg.solve", "B", B, 2)
    if left:
        return ops.solve(A, B)
    return ops.transpose(ops.solve(ops.transpose(A, -2, -1), ops.transpose(B, -2, -1)), -2, -1)
