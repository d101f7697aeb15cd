"""Products of vectors and matrices, and `matmul`, which chooses among them; the trace."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.axes import axis_in
from gradcli.engine.domain import REAL
from gradcli.engine.errors import size_mismatch, uncomputed
from gradcli.engine.op import general
from gradcli.engine.ops.arithmetic import mul
from gradcli.engine.ops.indexing import scatter
from gradcli.engine.ops.shape import clone, expand, reshape, t, transpose, unsafe_view, unsqueeze
from gradcli.engine.tensor import NUMPY
from gradcli.engine.type_names import TYPE_NAMES, not_implemented

MATRIX = REAL.shaped(3, 3)
VECTOR = REAL.shaped(3)


def scalar_name(x: Any) -> str:
    """What PyTorch's messages call the dtype of `x`: "Float"."""
    return TYPE_NAMES[x.dtype.name].scalar


def _refuse_bool(kernel: str, x: Any) -> None:
    """Raises PyTorch's error for truth values, of which it has no products, and ours for bfloat16."""
    if x.dtype.kind in "bV":
        raise uncomputed(x) or not_implemented(kernel, x.dtype)


def _dot(a: Any, b: Any) -> Any:
    if a.ndim != 1 or b.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {a.ndim}D and {b.ndim}D tensors")
    if a.dtype != b.dtype:
        raise RuntimeError(
            f"dot : expected both vectors to have same dtype, but found {scalar_name(a)} and {scalar_name(b)}"
        )
    if a.shape != b.shape:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{a.size}] and src [{b.size}] to have the same number of "
            f"elements, but got {a.size} and {b.size} elements respectively"
        )
    _refuse_bool("dot", a)
    return a.dot(b)


dot = general(
    "dot",
    "DotBackward0",
    _dot,
    domain=(VECTOR, VECTOR),
    a=lambda g, b: g * b,
    b=lambda g, a: g * a,
)


def _mv(a: Any, b: Any) -> Any:
    if a.ndim != 2 or b.ndim != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got {b.ndim}, {a.ndim}, {b.ndim}")
    if a.shape[1] != b.shape[0]:
        raise RuntimeError(
            f"size mismatch, got input ({a.shape[0]}), mat ({a.shape[0]}x{a.shape[1]}), vec ({b.shape[0]})"
        )
    if a.dtype != b.dtype:
        vector, matrix = scalar_name(b), scalar_name(a)
        raise RuntimeError(f"addmv input tensors must have the same dtype, but got {vector}, {matrix}, and {vector}")
    _refuse_bool("addmv_impl_cpu", a)
    return a.dot(b)


mv: Callable[..., Any] = general(
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
    if a.shape[1] != b.shape[0]:
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({a.shape[0]}x{a.shape[1]} and {b.shape[0]}x{b.shape[1]})"
        )
    if a.dtype != b.dtype:
        names = [TYPE_NAMES[x.dtype.name].cpp for x in (a, b)]
        raise RuntimeError(f"expected m1 and m2 to have the same dtype, but got: {' != '.join(names)}")
    _refuse_bool("addmm_impl_cpu_", a)
    if (
        a.shape[0] < b.shape[1] and b.flags.f_contiguous
    ):  # a few rows times a transpose: OpenBLAS takes up to twice as long
        return np.ascontiguousarray(b.T.dot(a.T).T)
    return a.dot(b)


mm: Callable[..., Any] = general(
    "mm",
    "MmBackward0",
    _mm,
    domain=(MATRIX, MATRIX),
    a=lambda g, b: mm(g, t(b)),
    # Not mm(t(a), g): `b` is most often the transpose of a weight, whose gradient so comes out in order.
    b=lambda g, a: t(mm(t(g), a)),
)


def _bmm(a: Any, b: Any) -> Any:
    for name, x in (("batch1", a), ("batch2", b)):
        if x.ndim != 3:
            raise RuntimeError(f"{name} must be a 3D tensor")
    if b.shape[:2] != (a.shape[0], a.shape[2]):
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{a.shape[0]}, {a.shape[2]}] but got: "
            f"[{b.shape[0]}, {b.shape[1]}]."
        )
    if a.dtype != b.dtype:
        raise RuntimeError(f"expected scalar type {scalar_name(a)} but found {scalar_name(b)}")
    _refuse_bool("bmm", a)
    return a @ b


bmm: Callable[..., Any] = general(
    "bmm",
    "BmmBackward0",
    _bmm,
    domain=(REAL.shaped(2, 3, 3), REAL.shaped(2, 3, 3)),
    a=lambda g, b: bmm(g, transpose(b, 1, 2)),
    b=lambda g, a: bmm(transpose(a, 1, 2), g),
)
# PyTorch's `matmul` calls this in place of `squeeze`, and `unsafe_view` in place of `reshape`: their names show
_squeeze_first = general(
    "squeeze_",
    "SqueezeBackward4",
    lambda x: x.squeeze(0),
    domain=REAL.shaped(1, 3),
    x=lambda g: unsqueeze(g, 0),
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
        return mm(a, b) if a.ndim == 2 else _squeeze_first(mm(unsqueeze(a, 0), b))
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
    return unsafe_view(product, (*a.shape[:-1], *b.shape[1:]))


def _matmul_batched(a: Any, b: Any) -> Any:
    """A batch times a batch. PyTorch's order: broadcast, make it one axis of matrices, multiply, unfold."""
    try:
        batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    except ValueError:
        raise size_mismatch(a.shape[:-2], b.shape[:-2]) or AssertionError from None
    n = math.prod(batch)
    left, right = (reshape(expand(x, (*batch, *x.shape[-2:])), (n, *x.shape[-2:])) for x in (a, b))
    return unsafe_view(bmm(left, right), (*batch, a.shape[-2], b.shape[-1]))


NUMPY[np.matmul] = matmul


def outer(a: Any, b: Any) -> Any:
    """All products of an element of the vector `a` and one of `b`."""
    for name, x in (("self", a), ("vec2", b)):
        if x.ndim != 1:
            raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {x.ndim}-D")
    return mul(reshape(a, (a.shape[0], 1)), b)


def _trace(x: Any) -> Any:
    if x.ndim != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {x.ndim}")
    return x.trace(dtype=None if x.dtype.kind in "fc" else np.int64)


def _along_diagonal(g: Any, x: Any) -> Any:
    places = np.arange(min(x.shape))
    return scatter(g, x.shape, (places, places))


trace = general(
    "trace", "TraceBackward0", _trace, domain=MATRIX, shapes_only=["x"], numpy=[np.trace], x=_along_diagonal
)


_NEXT, _LAST = [1, 2, 0], [2, 0, 1]  # which components follow each one, in turn


def _cross(a: Any, b: Any, axis: int = -1) -> Any:
    if a.ndim != b.ndim:
        raise RuntimeError("linalg.cross: inputs must have the same number of dimensions.")
    if a.dtype != b.dtype:
        raise RuntimeError(f"expected scalar type {scalar_name(a)} but found {scalar_name(b)}")
    along = axis_in(axis, a.ndim)
    if a.shape[along] != 3 or b.shape[along] != 3:
        raise RuntimeError(
            f"linalg.cross: inputs dimension {axis} must have length 3. Got {a.shape[along]} and {b.shape[along]}"
        )
    try:
        return a.take(_NEXT, along) * b.take(_LAST, along) - a.take(_LAST, along) * b.take(_NEXT, along)
    except ValueError as error:
        raise size_mismatch(a.shape, b.shape) or error from None


cross: Callable[..., Any] = general(
    "cross",
    "LinalgCrossBackward0",
    _cross,
    domain=(VECTOR, VECTOR),
    a=lambda g, b, axis: cross(b, g, axis),
    b=lambda g, a, axis: cross(g, a, axis),
)
