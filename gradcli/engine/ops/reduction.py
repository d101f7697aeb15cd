"""Reductions along axes: sums, products, extremes, truth; running sums and products.

Where an op takes `axis`, None stands for all axes; `keepdims` keeps each reduced axis with length 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.axes import Axes, axes_in, axis_in
from gradcli.engine.domain import REAL
from gradcli.engine.dtypes import accumulator
from gradcli.engine.op import general, not_differentiable
from gradcli.engine.ops.joining import cat
from gradcli.engine.ops.shape import flip, reshape, transpose, unsqueeze
from gradcli.engine.type_names import TYPE_NAMES

MATRIX = REAL.shaped(3, 4)


def _fold(ufunc: Any, x: Any, axes: Axes, keepdims: bool, dtype: Any = None) -> Any:
    """What `x.sum` and its like come to, without a function of NumPy's between, which costs time and warns of NaN.

    The elements lie in memory in order, as PyTorch has it, however those of `x` lie.
    """
    result = ufunc.reduce(x, axes, dtype, None, keepdims)
    if dtype is np.float32:
        result = result.astype(x.dtype)
    return result if type(result) is not np.ndarray or result.flags.c_contiguous else np.ascontiguousarray(result)


def _named(plain: str, along: str) -> Callable[..., str]:
    """The name of a node, which depends on whether the call named an axis."""
    return lambda x, axis, keepdims: along if keepdims or axis is not None else plain


def kept(a: Any, axis: Axes, keepdims: bool) -> Any:
    """A result, or its cotangent, with the reduced axes still there, so that it broadcasts against the argument."""
    return a if keepdims or axis is None else unsqueeze(a, axis)


def count(x: Any, axis: Axes) -> int:
    """How many elements of `x` are reduced to one."""
    axes = axes_in(axis, x.ndim)
    return math.prod(x.shape if axes is None else [x.shape[i] for i in axes])


def _single(axis: int | None, ndim: int) -> int | None:
    """The axis of an op that takes one or all of them. Raises TypeError for several."""
    return None if axis is None else axis_in(axis, ndim)


# Sums and products


def _sum(x: Any, axis: Axes = None, keepdims: bool = False) -> Any:
    return _fold(np.add, x, axes_in(axis, x.ndim), keepdims, accumulator(x))


sum = general(
    "sum", _named("SumBackward0", "SumBackward1"), _sum, domain=MATRIX,
    x=lambda g, axis, keepdims: kept(g, axis, keepdims),  # the backward loop shows it in the shape of x
)  # fmt: skip


def _mean(x: Any, axis: Axes = None, keepdims: bool = False) -> Any:
    if x.dtype.kind not in "fc":
        raise RuntimeError(
            "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: "
            f"{TYPE_NAMES[x.dtype.name].scalar}"
        )
    if x.dtype == np.float16:
        return _mean(x.astype(np.float32), axis, keepdims).astype(x.dtype)
    return _sum(x, axis, keepdims) / count(x, axis)


mean = general(
    "mean",
    _named("MeanBackward0", "MeanBackward1"),
    _mean,
    domain=MATRIX,
    shapes_only=["x"],
    x=lambda g, x, axis, keepdims: kept(g, axis, keepdims) / count(x, axis),
)


def _prod(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    return _fold(np.multiply, x, _single(axis, x.ndim), keepdims, accumulator(x))


def _product_of_others(x: Any) -> Any:
    """For each element, the product of all others along the last axis: those before it times those after it."""
    one = np.ones_like(x[..., :1])
    before = cumprod(cat([one, x[..., :-1]], -1), -1)
    after = cumprod(cat([one, flip(x[..., 1:], -1)], -1), -1)
    return before * flip(after, -1)


def _prod_rule(g: Any, result: Any, x: Any, axis: int | None, keepdims: bool) -> Any:
    if all(x):
        return kept(g, axis, keepdims) * (kept(result, axis, keepdims) / x)
    if axis is None or not x.ndim:
        return g * reshape(_product_of_others(reshape(x, (-1,))), x.shape)
    return kept(g, axis, keepdims) * transpose(_product_of_others(transpose(x, axis, -1)), axis, -1)


prod = general("prod", _named("ProdBackward0", "ProdBackward1"), _prod, domain=MATRIX, x=_prod_rule)


def _run(ufunc: Any, x: Any, axis: int) -> Any:
    """What `x.cumsum` and its like come to."""
    wide, rows = accumulator(x), np.atleast_1d(x)
    result = np.ascontiguousarray(ufunc.accumulate(rows, axis_in(axis, x.ndim), wide)).reshape(x.shape)
    return result.astype(x.dtype) if wide is np.float32 else result


def _cumsum(x: Any, axis: int) -> Any:
    return _run(np.add, x, axis)


cumsum: Callable[..., Any] = general(
    "cumsum",
    "CumsumBackward0",
    _cumsum,
    domain=MATRIX,
    x=lambda g, axis: flip(cumsum(flip(g, axis), axis), axis),
)


def _cumprod(x: Any, axis: int) -> Any:
    return _run(np.multiply, x, axis)


def _cumprod_rule(g: Any, result: Any, x: Any, axis: int) -> Any:
    """Exact where x is 0, as nothing is divided by it.

    The cotangent of x[k] is x[0] ... x[k-1] times S[k], the sum over j >= k of g[j] x[k+1] ... x[j]. As
    S[k] = g[k] + x[k+1] S[k+1], sums of `step` terms double into sums of twice as many.
    """
    if not x.ndim:
        return g
    total, result, x = (transpose(a, axis, -1) for a in (g, result, x))
    n, step, span = x.shape[-1], 1, x[..., 1:]  # span[k] = x[k+1] ... x[k+step]
    while step < n:
        total = cat([total[..., : n - step] + span * total[..., step:], total[..., n - step :]], -1)
        span = span[..., step:] * span[..., :-step]
        step *= 2
    before = cat([np.ones_like(x[..., :1]), result[..., :-1]], -1)
    return transpose(before * total, axis, -1)


cumprod: Callable[..., Any] = general("cumprod", "CumprodBackward0", _cumprod, domain=MATRIX, x=_cumprod_rule)

# Extremes: a maximum over all elements is shared evenly among ties, one along an axis goes to the first of them


def _nonempty(name: str, x: Any, axes: Axes) -> None:
    """Raises, in PyTorch's words, where an extreme of no elements is asked for."""
    if x.size:
        return
    if axes is None:
        words = f"{name}(): Expected reduction dim to be specified for input.numel() == 0."
        if name.startswith("arg"):
            raise IndexError(words)
        raise RuntimeError(f"{words} Specify the reduction dim with the 'dim' argument.")
    for axis in (axes,) if isinstance(axes, int) else axes:
        if x.ndim and x.shape[axis] == 0:
            raise IndexError(f"{name}(): Expected reduction dim {axis} to have non-zero size.")


def _max(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    axis = _single(axis, x.ndim)
    _nonempty("max", x, axis)
    return _fold(np.maximum, x, axis, keepdims)


def _min(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    axis = _single(axis, x.ndim)
    _nonempty("min", x, axis)
    return _fold(np.minimum, x, axis, keepdims)


def _amax(x: Any, axis: Axes = None, keepdims: bool = False) -> Any:
    axes = axes_in(axis, x.ndim)
    _nonempty("amax", x, axes)
    return _fold(np.maximum, x, axes, keepdims)


def _amin(x: Any, axis: Axes = None, keepdims: bool = False) -> Any:
    axes = axes_in(axis, x.ndim)
    _nonempty("amin", x, axes)
    return _fold(np.minimum, x, axes, keepdims)


def _median(x: Any) -> Any:
    """The lower of the two middle elements, where their number is even; NaN if there is one, or no element."""
    flat = x.reshape(-1)
    if x.dtype.kind in "iu" and not flat.size:
        return x.dtype.type(np.iinfo(x.dtype).min)  # what NaN becomes
    if not flat.size or np.isnan(flat).any():
        return x.dtype.type(np.nan)
    middle = (flat.size - 1) // 2
    return np.partition(flat, middle)[middle]


def _nanmedian(x: Any) -> Any:
    numbers = x[~np.isnan(x)]
    return _median(numbers if numbers.size else x)


def _hits(result: Any, x: Any) -> Any:
    """Where `x` has the value `result`, which may be NaN."""
    return np.where(np.isnan(result), np.isnan(x), x == result)


def evenly(g: Any, result: Any, x: Any, axis: Axes = None, keepdims: bool = False) -> Any:
    """The rule of an extreme: what all elements with its value share evenly.

    As in PyTorch it is a product: of an infinite cotangent, the other elements get NaN.
    """
    hits = _hits(kept(result, axis, keepdims), x)
    return kept(g, axis, keepdims) * hits / count_nonzero(hits, axis, True)


def _handed_out(g: Any, result: Any, x: Any) -> Any:
    """The rule of one element of all: as `evenly`, but the other elements get 0, whatever the cotangent."""
    hits = _hits(result, x)
    return np.where(hits, g / count_nonzero(hits), 0)


def _to_first(g: Any, result: Any, x: Any, axis: int | None, keepdims: bool) -> Any:
    if axis is None:
        return _handed_out(g, result, x)
    hits = _hits(kept(result, axis, keepdims), x)
    return np.where(hits * cumsum(hits, axis) == 1, kept(g, axis, keepdims), 0)


def ties(extreme: Callable[..., Any]) -> Callable[..., Any]:
    """The kinks of a function that picks an element: where another one equals the picked one."""

    def kinks(x: Any, axis: Axes = None, keepdims: bool = False) -> Any:
        hits = x == extreme(x, axis, True)
        return hits & (_count_nonzero(hits, axis, True) > 1)

    return kinks


max = general("max", _named("MaxBackward1", "MaxBackward0"), _max, domain=MATRIX, kinks=ties(_max), x=_to_first)
min = general("min", _named("MinBackward1", "MinBackward0"), _min, domain=MATRIX, kinks=ties(_min), x=_to_first)
amax = general("amax", "AmaxBackward0", _amax, domain=MATRIX, kinks=ties(_amax), x=evenly)
amin = general("amin", "AminBackward0", _amin, domain=MATRIX, kinks=ties(_amin), x=evenly)
median = general(
    "median",
    "MedianBackward0",
    _median,
    domain=MATRIX,
    kinks=ties(lambda x, axis, keepdims: _median(x)),
    x=_handed_out,
)
nanmedian = general(
    "nanmedian",
    "NanmedianBackward0",
    _nanmedian,
    domain=MATRIX,
    kinks=ties(lambda x, axis, keepdims: _nanmedian(x)),
    x=_handed_out,
)


def _argmax(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    axis = _single(axis, x.ndim)
    _nonempty("argmax", x, axis)
    return x.argmax(axis, keepdims=keepdims)


def _argmin(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    axis = _single(axis, x.ndim)
    _nonempty("argmin", x, axis)
    return x.argmin(axis, keepdims=keepdims)


argmax = general("argmax", "", _argmax, domain=MATRIX, x=not_differentiable)
argmin = general("argmin", "", _argmin, domain=MATRIX, x=not_differentiable)

# Truth


def _truth(result: Any, x: Any) -> Any:
    """Truth values, which PyTorch returns as bytes where bytes were given."""
    return result.astype(np.uint8) if x.dtype == np.uint8 else result


def _axes_of_truth(axis: Axes, x: Any) -> Any:
    """As `axes_in`, but an empty sequence stands for no axis, as in PyTorch."""
    return () if axis == () else axes_in(axis, x.ndim)


def _any(x: Any, axis: Axes = None, keepdims: bool = False) -> Any:
    return _truth(_fold(np.logical_or, x, _axes_of_truth(axis, x), keepdims), x)


def _all(x: Any, axis: Axes = None, keepdims: bool = False) -> Any:
    return _truth(_fold(np.logical_and, x, _axes_of_truth(axis, x), keepdims), x)


def _count_nonzero(x: Any, axis: Axes = None, keepdims: bool = False) -> Any:
    return _fold(np.add, x != 0, axes_in(axis, x.ndim), keepdims, np.int64)


any = general("any", "", _any, domain=MATRIX, x=not_differentiable)
all: Callable[..., Any] = general("all", "", _all, domain=MATRIX, x=not_differentiable)
count_nonzero: Callable[..., Any] = general("count_nonzero", "", _count_nonzero, domain=MATRIX, x=not_differentiable)
