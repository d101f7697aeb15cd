"""Parts, halves and turns: the same elements cut and arranged in ways that have names of their own."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradcli.engine.axes import axis_in
from gradcli.engine.domain import REAL
from gradcli.engine.errors import uncomputed
from gradcli.engine.layout import in_rows, laid
from gradcli.engine.op import elementwise, general
from gradcli.engine.ops.complex_numbers import conj
from gradcli.engine.ops.gathering import values
from gradcli.engine.ops.indexing import scatter, slice_axis
from gradcli.engine.ops.joining import tensor_split
from gradcli.engine.ops.piecewise import signum
from gradcli.engine.ops.products import scalar_name
from gradcli.engine.ops.reduction import sum as sum_over
from gradcli.engine.ops.shape import clone, flip, moveaxis, reshape, transpose
from gradcli.engine.tensor import Tensor
from gradcli.engine.views import view_of

MATRIX = REAL.shaped(3, 4)


def _rot90(x: Any, k: int, axes: Sequence[int]) -> Any:
    """Mirror images, which lie in memory as `x` does; a quarter turn is the transpose of one, as in PyTorch."""
    if k % 4 == 0:
        return in_rows(x.copy())
    flipped = laid(np.flip(x, tuple(axes) if k % 2 == 0 else axes[k % 4 == 1]).copy(), x)
    return flipped if k % 2 == 0 else np.swapaxes(flipped, *axes)


rot90: Callable[..., Any] = general(
    "rot90",
    "Rot90Backward0",
    _rot90,
    domain=MATRIX,
    numpy=[np.rot90],
    x=lambda g, k, axes: rot90(g, -k % 4, axes),
)
sgn = elementwise(
    "sgn",
    "SgnBackward0",
    signum,
    domain=REAL,
    kinks=lambda x: x == 0,
    x=lambda g: np.zeros_like(g),
)


def _windows(n: int, size: int, step: int) -> Any:
    """For each window of `size` elements, `step` apart, the numbers of its elements."""
    return np.arange(0, n - size + 1, step)[:, None] + np.arange(size)


def _unfold(x: Any, axis: int, size: int, step: int) -> Any:
    at = axis_in(axis, x.ndim)
    n = x.shape[at] if x.ndim else 1
    if size < 0:
        raise RuntimeError(f"size is {size} but must be >= 0")
    if size > n:
        raise RuntimeError(f"maximum size for tensor at dimension {at} is {n} but size is {size}")
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    if not x.ndim:
        return x.reshape(1)[:size]
    windows = np.lib.stride_tricks.sliding_window_view(x, size, at, writeable=True)
    return windows[(*[slice(None)] * at, slice(None, None, step))]


def _unfold_rule(g: Any, x: Any, axis: int, size: int, step: int) -> Any:
    axis = axis_in(axis, x.ndim)
    if not x.ndim:
        return sum_over(g)
    key = (*[slice(None)] * axis, _windows(x.shape[axis], size, step))
    return scatter(moveaxis(g, -1, axis + 1), x.shape, key)


unfold = view_of("unfold", "UnfoldBackward0", _unfold, domain=MATRIX, x=_unfold_rule)


def narrow(x: Any, axis: int, start: int, length: int) -> Any:
    """`length` elements along `axis` from `start` on."""
    if isinstance(start, Tensor):
        if start.ndim or start.array.dtype.kind not in "iu":
            raise RuntimeError("start must be an 0-dim integral Tensor.")
        start = start.item()
    if not x.ndim:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    n = x.shape[axis_in(axis, x.ndim)]
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    if not -n <= start <= n:
        raise IndexError(f"start out of range (expected to be in range of [{-n}, {n}], but got {start})")
    start = start + n if start < 0 else start
    if start + length > n:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({n}).")
    return slice_axis(x, axis, start, start + length)


def unflatten(x: Any, axis: int, sizes: Sequence[int]) -> Any:
    """One axis as several; one of their sizes may be -1."""
    at = axis_in(axis, x.ndim)
    if not sizes:
        raise RuntimeError("unflatten: sizes must be non-empty")
    known = math.prod(n for n in sizes if n != -1)
    if known * (1 if -1 not in sizes else x.shape[at] // max(known, 1)) != x.shape[at]:
        raise RuntimeError(
            f"unflatten: Provided sizes {[*sizes]} don't multiply up to the size of dim {axis} ({x.shape[at]}) in the "
            "input tensor"
        )
    sizes = [x.shape[at] // known if n == -1 else n for n in sizes] if sizes.count(-1) == 1 and known else sizes
    return reshape(x, (*x.shape[:at], *sizes, *x.shape[at + 1 :]))


def ravel(x: Any) -> Any:
    """All elements in one axis, in order: a view where they lie so, otherwise of a copy."""
    if isinstance(x, Tensor) and not x.array.flags.c_contiguous:
        x = clone(x)
    return reshape(x, (math.prod(x.shape),))


def fliplr(x: Any) -> Any:
    """The columns in reverse."""
    if x.ndim < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return flip(x, (1,))


def flipud(x: Any) -> Any:
    """The rows in reverse."""
    if x.ndim < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return flip(x, (0,))


def adjoint(x: Any) -> Any:
    """The matrices conjugated and transposed."""
    if x.ndim == 1:
        raise RuntimeError("tensor.adjoint() is only supported on matrices or batches of matrices. Got 1-D tensor.")
    return transpose(conj(x), -2, -1)


def hsplit(x: Any, places: int | Sequence[int]) -> tuple[Any, ...]:
    """Parts beside one another: of the second axis, of a vector's only one."""
    return _evenly(x, places, 0 if x.ndim == 1 else 1, "hsplit", 1)


def vsplit(x: Any, places: int | Sequence[int]) -> tuple[Any, ...]:
    """Parts below one another: of the first axis."""
    return _evenly(x, places, 0, "vsplit", 2)


def dsplit(x: Any, places: int | Sequence[int]) -> tuple[Any, ...]:
    """Parts behind one another: of the third axis."""
    return _evenly(x, places, 2, "dsplit", 3)


def _evenly(x: Any, places: int | Sequence[int], axis: int, name: str, least: int) -> tuple[Any, ...]:
    if x.ndim < least:
        raise RuntimeError(
            f"torch.{name} requires a tensor with at least {least} dimension, but got a tensor with "
            f"{x.ndim} dimensions!"
        )
    if isinstance(places, int) and (places <= 0 or x.shape[axis] % places):
        raise RuntimeError(
            f"torch.{name} attempted to split along dimension {axis}, but the size of the dimension {x.shape[axis]} is "
            f"not divisible by the split_size {places}!"
        )
    return tensor_split(x, places, axis)


def vecdot(a: Any, b: Any, axis: int = -1) -> Any:
    """The dot products of vectors along an axis, of which the first are conjugated. Raises RuntimeError for ints."""
    names = [scalar_name(values(x)) for x in (a, b)]
    if values(a).dtype != values(b).dtype:
        raise RuntimeError(
            f"linalg.vecdot: Expected x and y to have the same dtype, but found x of type {names[0]} and y of type "
            f"{names[1]} instead"
        )
    if values(a).dtype.kind not in "fc":
        raise uncomputed(values(a)) or RuntimeError(
            f"linalg.vecdot: Expected a floating point or complex tensor as input. Got {names[0]}"
        )
    return sum_over(conj(a) * b, axis)
