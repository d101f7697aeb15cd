"""Distances, covariances, areas, and blocks: functions that are composed of others."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from gradcli.engine import ops
from gradcli.engine.axes import axis_in, no_axes
from gradcli.engine.bfloat16 import readable
from gradcli.engine.dtypes import Default
from gradcli.engine.tensor import Tensor
from gradcli.engine.type_names import TYPE_NAMES
from gradcli.torch.argument_checks import require_int, require_tensor, require_tensors
from gradcli.torch.matrices import vector_norm
from gradcli.torch.out import with_out

__all__ = [
    "block_diag", "cdist", "corrcoef", "cov", "cumulative_trapezoid", "detach", "diagflat", "dist",
    "isneginf", "isposinf", "positive", "trapezoid", "trapz", "vdot",
]  # fmt: skip


def detach(input: Tensor) -> Tensor:
    """The same values in the same memory, without a history."""
    return input.detach()


def positive(input: Tensor) -> Tensor:
    """The Tensor itself. Raises RuntimeError for truth values."""
    if input.array.dtype.kind == "b":
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return input


def _refuse_no_order(name: str, input: Tensor) -> None:
    require_tensor(name, "input", input, 1)
    if input.dtype.is_complex:
        raise RuntimeError(f"{name} does not support complex inputs.")


@with_out
def isposinf(input: Tensor) -> Tensor:
    """Where an element is infinite and positive."""
    _refuse_no_order("isposinf", input)
    return Tensor(np.asarray(readable(input.array) == np.inf))


@with_out
def isneginf(input: Tensor) -> Tensor:
    """Where an element is infinite and negative."""
    _refuse_no_order("isneginf", input)
    return Tensor(np.asarray(readable(input.array) == -np.inf))


@with_out
def vdot(input: Tensor, other: Tensor) -> Any:
    """The product of two vectors, of which the first is conjugated."""
    return ops.dot(ops.conj(input) if input.dtype.is_complex else input, other)


def dist(input: Tensor, other: Tensor, p: float = 2) -> Any:
    """The `p`-norm of the difference."""
    return vector_norm(ops.sub(input, other), p)


COMPUTE_MODES = ("use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist")
"""How PyTorch may compute distances; here they are always those of the differences."""


def cdist(x1: Tensor, x2: Tensor, p: float = 2.0, compute_mode: str = COMPUTE_MODES[0]) -> Any:
    """The `p`-norms of the differences of each row of `x1` and each row of `x2`."""
    if compute_mode not in COMPUTE_MODES:
        raise ValueError(f"{compute_mode} is not a valid value for compute_mode")
    for name, x in (("X1", x1), ("X2", x2)):
        if x.ndim < 2:
            raise RuntimeError(f"cdist only supports at least 2D tensors, {name} got: {x.ndim}D")
    for name, x in (("X1", x1), ("X2", x2)):
        if x.array.dtype.kind != "f":
            kind = TYPE_NAMES[x.array.dtype.name].scalar
            raise RuntimeError(f"cdist only supports floating-point dtypes, {name} got: {kind}")
    if p < 0:
        raise RuntimeError("cdist only supports non-negative p values")
    if x1.shape[-1] != x2.shape[-1]:
        raise RuntimeError(f"X1 and X2 must have the same number of columns. X1: {x1.shape[-1]} X2: {x2.shape[-1]}")
    return vector_norm(ops.sub(ops.unsqueeze(x1, -2), ops.unsqueeze(x2, -3)), p, -1)


def diagflat(input: Tensor, offset: int = 0) -> Any:
    """A matrix with all elements on a diagonal."""
    return ops.diag_embed(ops.reshape(input, (-1,)), offset)


def block_diag(*tensors: Any) -> Any:
    """A matrix with the given ones along its diagonal; a vector is a row of it."""
    require_tensors("block_diag", "tensors", tensors, 1)
    if not tensors:
        return Tensor(np.empty((1, 0), Default.float))
    for i, x in enumerate(tensors):
        if x.ndim > 2:
            raise RuntimeError(
                f"torch.block_diag: Input tensors must have 2 or fewer dimensions. Input {i} has {x.ndim} dimensions"
            )
    blocks = [ops.at_least(x, 2) for x in tensors]
    width, left, rows = sum(x.shape[1] for x in blocks), 0, []
    for block in blocks:
        height, columns = block.shape
        sides = [Tensor(np.zeros((height, n), block.array.dtype)) for n in (left, width - left - columns)]
        rows.append(ops.cat([sides[0], block, sides[1]], 1))
        left += columns
    return ops.cat(rows, 0)


# Statistics: variables in rows, observations in columns


def cov(input: Tensor, *, correction: int = 1, fweights: Any = None, aweights: Any = None) -> Any:
    """The covariances of the rows, divided by the number of columns less `correction`."""
    if input.ndim > 2:
        raise RuntimeError(
            f"cov(): expected input to have two or fewer dimensions but got an input with {input.ndim} dimensions"
        )
    if input.array.dtype.kind == "b":
        raise RuntimeError("cov(): bool dtype is not supported for input")
    if input.array.dtype.kind in "biu":
        input = ops.cast(input, Default.float)
    rows = ops.reshape(input, (1, input.numel())) if input.ndim < 2 else input
    if rows.shape[1] <= correction:
        warnings.warn(
            "cov(): degrees of freedom is <= 0. Correction should be strictly less than the number of observations.",
            UserWarning,
            stacklevel=2,
        )
    if fweights is None and aweights is None:
        mean, scaled, count = ops.mean(rows, 1, True), None, rows.shape[1] - correction
    else:
        weights, total, count = _weights(rows, fweights, aweights, correction)
        mean, scaled = ops.div(ops.sum(ops.mul(rows, weights), 1, True), total), weights
    centred = ops.sub(rows, mean)
    if input.dtype.is_complex and scaled is None:
        product = _with_conjugate(centred)
    else:
        product = ops.mm(centred if scaled is None else ops.mul(centred, scaled), ops.conj(ops.t(centred)))
    return ops.squeeze(ops.div(product, ops.clamp(count, 0, None) if isinstance(count, Tensor) else max(count, 0)))


def _weights(rows: Tensor, fweights: Any, aweights: Any, correction: int) -> tuple[Any, Any, Any]:
    """The weight of each observation, their sum, and what the sum of products is divided by.

    fweights  how often an observation was made; aweights  how much it counts. Raises PyTorch's RuntimeErrors.
    """
    _check_weights("fweights", fweights, rows.shape[1], "iu", "integral")
    _check_weights("aweights", aweights, rows.shape[1], "f", "floating point")
    known = [w for w in (fweights, aweights) if w is not None]
    weights = known[0] if len(known) == 1 else ops.mul(*known)
    total = ops.sum(weights)
    if total.array == 0 and rows.shape[1]:
        raise RuntimeError("cov(): weights sum to zero, can't be normalized")
    if aweights is None or not correction:
        return weights, total, ops.sub(total, correction)
    return weights, total, ops.sub(total, ops.mul(ops.div(ops.sum(ops.mul(weights, aweights)), total), correction))


def _check_weights(name: str, weights: Any, observations: int, kinds: str, called: str) -> None:
    if weights is None:
        return
    if weights.ndim > 1:
        raise RuntimeError(
            f"cov(): expected {name} to have one or fewer dimensions but got {name} with {weights.ndim} dimensions"
        )
    if weights.array.dtype.kind not in kinds:
        kind = TYPE_NAMES[weights.array.dtype.name].scalar
        raise RuntimeError(f"cov(): expected {name} to have {called} dtype but got {name} with {kind} dtype")
    if weights.numel() != observations:
        raise RuntimeError(
            f"cov(): expected {name} to have the same numel as there are observations in the input but got "
            f"{weights.numel()} != {observations}"
        )
    if not np.all(weights.array >= 0):  # NaN is not either
        raise RuntimeError(f"cov(): {name} cannot be negative")


def _with_conjugate(x: Any) -> Any:
    """The product of a complex matrix and its conjugate transpose, whose diagonal is real to the last bit."""
    a, b = ops.real(x), ops.imag(x)
    real = ops.add(ops.mm(a, ops.t(a)), ops.mm(b, ops.t(b)))
    return ops.complex(real, ops.sub(ops.mm(b, ops.t(a)), ops.mm(a, ops.t(b))))


def corrcoef(input: Tensor) -> Any:
    """The correlation coefficients of the rows."""
    if input.ndim > 2:
        raise RuntimeError(
            f"corrcoef(): expected input to have two or fewer dimensions but got an input with {input.ndim} dimensions"
        )
    covariance = cov(input)
    if not covariance.ndim:
        return ops.div(covariance, covariance)
    deviation = ops.sqrt(ops.real(ops.diagonal(covariance)))
    quotient = ops.div(ops.div(covariance, ops.unsqueeze(deviation, 1)), ops.unsqueeze(deviation, 0))
    if not input.dtype.is_complex:
        return ops.clamp(quotient, -1, 1)
    return ops.complex(*(ops.clamp(part(quotient), -1, 1) for part in (ops.real, ops.imag)))


# Areas under points that are joined by lines


def _strips(name: str, y: Tensor, x: Any, dx: Any, dim: int) -> Any:
    """Twice the area between each two neighbours along `dim`, at the places `x`, or `dx` apart."""
    if y.array.dtype.kind == "b":
        raise RuntimeError(f"{name}: received a bool input for `y`, but bool is not supported")
    if not y.ndim:
        raise no_axes(dim)
    length = y.shape[axis_in(dim, y.ndim)]
    sums = ops.add(ops.slice_axis(y, dim, 0, length - 1), ops.slice_axis(y, dim, 1, length))
    if x is None:
        return ops.mul(sums, dx)
    if x.ndim == 1 and x.shape[0] != length:
        raise RuntimeError(f"{name}: There must be one `x` value for each sample point")
    if x.ndim == 1:
        x = ops.reshape(x, [-1 if i == dim % y.ndim else 1 for i in range(y.ndim)])
    places = x.shape[dim]
    return ops.mul(sums, ops.sub(ops.slice_axis(x, dim, 1, places), ops.slice_axis(x, dim, 0, places - 1)))


def trapezoid(y: Tensor, x: Tensor | None = None, *, dx: Any = None, dim: int = -1) -> Any:
    """The area under points at the places `x`, or `dx` (1) apart, along `dim`."""
    require_int("trapezoid", "dim", dim, None)
    axis = axis_in(dim, y.ndim)
    if y.ndim and not y.shape[axis]:
        return Tensor(np.zeros([n for i, n in enumerate(y.shape) if i != axis], y.array.dtype))
    if x is not None or not y.ndim or y.array.dtype.kind == "b":
        return ops.div(ops.sum(_strips("trapezoid", y, x, 1, dim), dim), 2.0)
    ends = ops.add(ops.select(y, dim, 0), ops.select(y, dim, -1))  # of bytes a byte, as in PyTorch
    return ops.mul(ops.sub(ops.sum(y, dim), ops.mul(ends, 0.5)), 1.0 if dx is None else dx)


trapz = trapezoid


def cumulative_trapezoid(y: Tensor, x: Tensor | None = None, *, dx: Any = None, dim: int = -1) -> Any:
    """The area under points up to each but the first, along `dim`."""
    require_int("cumulative_trapezoid", "dim", dim, None)
    return ops.cumsum(ops.div(_strips("cumulative_trapezoid", y, x, 1 if dx is None else dx, dim), 2.0), dim)
