"""Pooling: the maximum or the mean of each window that slides over the last axes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.domain import REAL
from gradcli.engine.op import general
from gradcli.engine.ops.indexing import scatter
from gradcli.engine.ops.shape import reshape
from gradcli.engine.type_names import not_implemented
from gradcli.engine.windows import Lengths, Windows

IMAGES = REAL.shaped(2, 2, 5, 4)


def _fitting(x: Any, windows: Windows, *, ceil: bool) -> Lengths:
    """How many windows fit. Raises RuntimeError, in PyTorch's words, for windows that cannot be."""
    if 0 in windows.stride:
        raise RuntimeError("stride should not be zero")
    for pad, size, dilation, extent in zip(
        windows.padding, windows.kernel, windows.dilation, windows.extent, strict=True
    ):
        if not 0 <= pad <= extent // 2:
            raise RuntimeError(
                f"pad should be at most half of effective kernel size, but got pad={pad}, kernel_size={size} and "
                f"dilation={dilation}"
            )
    axes = len(windows.kernel)
    count = windows.fitting(x.shape[-axes:], ceil=ceil)
    if min(count) < 1:
        channels = x.shape[-axes - 1]
        given, found = ("x".join(map(str, (channels, *lengths))) for lengths in (x.shape[-axes:], count))
        raise RuntimeError(f"Given input size: ({given}). Calculated output size: ({found}). Output size is too small")
    return count


def _slide(combine: Callable[[Any, Any], Any], x: Any, windows: Windows, count: Lengths) -> Any:
    """The elements of each window combined: along one axis, then along the next."""
    for axis, n in enumerate(count):
        first, *others = windows.along(axis, n)
        after = (slice(None),) * (len(count) - axis - 1)
        combined = x[..., first, *after]
        for key in others:
            combined = combine(combined, x[..., key, *after])
        x = combined
    return x


# Maximum


def _max_pool(x: Any, kernel: Lengths, stride: Lengths, padding: Lengths, dilation: Lengths, ceil: bool) -> Any:
    windows = Windows(kernel, stride, padding, dilation)
    count = _fitting(x, windows, ceil=ceil)
    lowest = -math.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    result = _slide(np.maximum, windows.padded(x, count, lowest), windows, count)
    return result if result.base is None else result.copy()  # windows of one element are a view


def max_positions(x: Any, result: Any, kernel: Lengths, stride: Lengths, padding: Lengths, dilation: Lengths) -> Any:
    """Where in `x`, its elements numbered in order, each maximum is; the first one where a window has several."""
    windows = Windows(kernel, stride, padding, dilation)
    lengths, count = x.shape[-len(kernel) :], result.shape[-len(kernel) :]
    padded = windows.padded(x, count, math.nan)  # which equals nothing
    *places, _ = windows.places(count)
    misses, sought = np.zeros(result.shape, np.min_scalar_type(len(places))), np.ones(result.shape, bool)
    for key in places:
        sought &= padded[key] != result
        misses += sought
    steps = [math.prod(lengths[axis + 1 :]) for axis in range(len(kernel))]  # between neighbours along each axis
    offsets = np.array([*np.ndindex(kernel)]) * dilation @ steps
    axes = [(np.arange(n) * s - p) * step for n, s, p, step in zip(count, stride, padding, steps, strict=True)]
    planes = np.arange(math.prod(x.shape[: -len(kernel)])) * math.prod(lengths)
    return offsets[misses] + sum(np.ix_(*axes)) + planes.reshape(*x.shape[: -len(kernel)], *[1] * len(kernel))


def _to_maxima(
    g: Any, x: Any, kernel: Lengths, stride: Lengths, padding: Lengths, dilation: Lengths, ceil: bool
) -> Any:
    """The maxima are looked for again, for those that were found may have been changed in place."""
    values = getattr(x, "array", x)
    maxima = _max_pool(values, kernel, stride, padding, dilation, ceil)
    positions = max_positions(values, maxima, kernel, stride, padding, dilation)
    return reshape(scatter(reshape(g, (-1,)), (values.size,), (positions.ravel(),)), x.shape)


def _tied(x: Any, kernel: Lengths, stride: Lengths, padding: Lengths, dilation: Lengths, ceil: bool) -> Any:
    """Which windows hold their maximum more than once."""
    windows, result = Windows(kernel, stride, padding, dilation), _max_pool(x, kernel, stride, padding, dilation, ceil)
    count = result.shape[-len(kernel) :]
    padded = windows.padded(x, count, math.nan)
    return np.add.reduce([padded[key] == result for key in windows.places(count)], dtype=int) > 1


max_pool = general(
    "max_pool",
    lambda x, kernel, stride, padding, dilation, ceil: f"MaxPool{len(kernel)}DWithIndicesBackward0",
    _max_pool,
    domain=IMAGES,
    kinks=_tied,
    x=_to_maxima,
)

# Mean


def _divisor(
    lengths: Lengths, dtype: Any, windows: Windows, count: Lengths, include_padding: bool, divisor: int | None
) -> Any:
    """What the sum of each window is divided by: `divisor`, or its elements within the array or the padding."""
    if divisor is not None:
        if divisor == 0:
            raise RuntimeError("divisor must be not zero")
        return divisor
    axes = []
    for n, windows_here, k, s, p in zip(lengths, count, windows.kernel, windows.stride, windows.padding, strict=True):
        begin, margin = np.arange(windows_here) * s - p, p if include_padding else 0
        axes.append(np.minimum(begin + k, n + margin) - np.maximum(begin, -margin))
    return np.asarray(math.prod(np.ix_(*axes)), dtype)


def _avg_pool(
    x: Any, kernel: Lengths, stride: Lengths, padding: Lengths, ceil: bool, include_padding: bool, divisor: int | None
) -> Any:
    if x.dtype.kind != "f" and x.dtype != np.int64:
        raise not_implemented(f"avg_pool{len(kernel)}d", x.dtype)
    windows = Windows(kernel, stride, padding, (1,) * len(kernel))
    count = _fitting(x, windows, ceil=ceil)
    sums = _slide(np.add, windows.padded(x, count), windows, count)
    means = sums / _divisor(x.shape[-len(kernel) :], x.dtype, windows, count, include_padding, divisor)
    return means if x.dtype.kind == "f" else means.astype(x.dtype)


def _avg_pool_transpose(
    x: Any,
    lengths: Lengths,
    kernel: Lengths,
    stride: Lengths,
    padding: Lengths,
    ceil: bool,
    include_padding: bool,
    divisor: int | None,
) -> Any:
    windows = Windows(kernel, stride, padding, (1,) * len(kernel))
    lead, count = x.shape[: -len(kernel)], x.shape[-len(kernel) :]
    each = x / _divisor(lengths, x.dtype, windows, count, include_padding, divisor)
    every_place = np.broadcast_to(
        each.reshape(-1, math.prod(count)).T.reshape(*count, -1), (*kernel, *count, math.prod(lead))
    )
    return np.ascontiguousarray(np.moveaxis(windows.folded(every_place, lengths), -1, 0)).reshape(*lead, *lengths)


avg_pool: Callable[..., Any] = general(
    "avg_pool",
    lambda x, kernel, stride, padding, ceil, include_padding, divisor: f"AvgPool{len(kernel)}DBackward0",
    _avg_pool,
    domain=IMAGES,
    shapes_only=["x"],
    x=lambda g, x, kernel, stride, padding, ceil, include_padding, divisor: avg_pool_transpose(
        g, x.shape[-len(kernel) :], kernel, stride, padding, ceil, include_padding, divisor
    ),
)
avg_pool_transpose: Callable[..., Any] = general(
    "avg_pool_transpose",
    lambda x, lengths, kernel, *_: f"AvgPool{len(kernel)}DBackwardBackward0",
    _avg_pool_transpose,
    domain=REAL.shaped(2, 2, 2, 2),
    x=lambda g, kernel, stride, padding, ceil, include_padding, divisor: avg_pool(
        g, kernel, stride, padding, ceil, include_padding, divisor
    ),
)

# Mean of parts, as equal as they can be


def _parts(length: int, count: int) -> list[tuple[int, int]]:
    """Where each of `count` parts of an axis begins and ends: they cover it, and neighbours may overlap by one."""
    return [(i * length // count, -(-(i + 1) * length // count)) for i in range(count)]


def _adaptive_avg_pool(x: Any, count: Lengths) -> Any:
    if x.dtype.kind != "f":
        raise NotImplementedError(f"adaptive_avg_pool{len(count)}d() of integers is not supported")
    for axis, n in zip(range(-len(count), 0), count, strict=True):
        x = x.swapaxes(axis, -1)
        means = [x[..., begin:end].mean(-1, keepdims=True) for begin, end in _parts(x.shape[-1], n)]
        x = np.concatenate(means or [x[..., :0]], -1).swapaxes(axis, -1)
    return np.ascontiguousarray(x)


def _adaptive_avg_pool_transpose(x: Any, lengths: Lengths) -> Any:
    for axis, n in zip(range(-len(lengths), 0), lengths, strict=True):
        x = x.swapaxes(axis, -1)
        total = np.zeros((*x.shape[:-1], n), x.dtype)
        for i, (begin, end) in enumerate(_parts(n, x.shape[-1])):
            total[..., begin:end] += x[..., i : i + 1] / (end - begin)
        x = total.swapaxes(axis, -1)
    return x


adaptive_avg_pool: Callable[..., Any] = general(
    "adaptive_avg_pool",
    lambda x, count: f"AdaptiveAvgPool{len(count)}DBackward0",
    _adaptive_avg_pool,
    domain=IMAGES,
    shapes_only=["x"],
    x=lambda g, x, count: adaptive_avg_pool_transpose(g, x.shape[-len(count) :]),
)
adaptive_avg_pool_transpose: Callable[..., Any] = general(
    "adaptive_avg_pool_transpose",
    "AdaptiveAvgPool2DBackwardBackward0",
    _adaptive_avg_pool_transpose,
    domain=REAL.shaped(2, 2, 2, 2),
    shapes_only=["x"],
    x=lambda g, x, lengths: adaptive_avg_pool(g, x.shape[-len(lengths) :]),
)
