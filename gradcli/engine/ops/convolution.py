"""Convolution, as PyTorch counts it: the kernel is not flipped.

Convolution is linear in the array and in the kernels, so its derivatives are the two other ways to solve the sum
    <g, conv(x, weight)>
for a factor: `conv_transpose` gives what multiplies x, `conv_weight` what multiplies the weight; and the derivatives of
these two are again among the three. Each is a matrix product, with the windows of an image as columns.

x is (n, channels, *lengths), weight (out channels, channels / groups, *kernel); stride, padding and dilation have a
number for each of the `lengths`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from gradcli.engine.domain import REAL
from gradcli.engine.op import general
from gradcli.engine.ops.reduction import sum
from gradcli.engine.type_names import TYPE_NAMES
from gradcli.engine.windows import Lengths, Windows


def _columns(x: Any, windows: Windows, groups: int, count: Lengths) -> Iterator[Any]:
    """For one image after the other, its windows as columns: (groups, elements of a window, windows).

    All are written into the same memory, which is small enough to stay in the processor's cache.
    """
    views = windows.columns(x, count)
    memory = np.empty(views.shape[1:], x.dtype)
    columns = memory.reshape(groups, views.shape[1] // groups * math.prod(windows.kernel), math.prod(count))
    for view in views:
        np.copyto(memory, view)
        yield columns


def _rows(weight: Any, groups: int) -> Any:
    """The kernels as rows: (groups, out channels / groups, elements of a window)."""
    return weight.reshape(groups, weight.shape[0] // groups, math.prod(weight.shape[1:]))


def _grouped(g: Any, groups: int) -> Any:
    """Images (n, out channels, *count) as matrices (n, groups, out channels / groups, windows)."""
    return g.reshape(g.shape[0], groups, g.shape[1] // groups, math.prod(g.shape[2:]))


def _add_bias(result: Any, bias: Any) -> Any:
    if bias is not None:
        result += bias.reshape(bias.shape[0], *[1] * (result.ndim - 2))
    return result


def _conv(
    x: Any,
    weight: Any,
    bias: Any,
    stride: Lengths,
    padding: Lengths,
    dilation: Lengths,
    groups: int,
) -> Any:
    windows = Windows(weight.shape[2:], stride, padding, dilation)
    _check(x, weight, bias, windows, groups)
    count = windows.fitting(x.shape[2:])
    _check_count(x, windows, count)
    rows, result = _rows(weight, groups), np.empty((x.shape[0], weight.shape[0], *count), x.dtype)
    for columns, image in zip(_columns(x, windows, groups, count), _grouped(result, groups), strict=True):
        np.matmul(rows, columns, out=image)
    return _add_bias(result, bias)


def _conv_transpose(
    x: Any,
    weight: Any,
    bias: Any,
    lengths: Lengths,
    stride: Lengths,
    padding: Lengths,
    dilation: Lengths,
    groups: int,
) -> Any:
    windows = Windows(weight.shape[2:], stride, padding, dilation)
    _check_windows(windows, groups)
    _check_groups(weight, groups)
    _check_kinds(x, weight, bias, weight.shape[1] * groups)
    n, count = x.shape[0], x.shape[2:]
    if weight.shape[0] != x.shape[1]:
        raise RuntimeError(
            f"Given transposed=1, weight of size {[*weight.shape]}, expected input{[*x.shape]} to have "
            f"{weight.shape[0]} channels, but got {x.shape[1]} channels instead"
        )
    # For each place in a window and each group: (windows x images, channels in) @ (channels in, channels out).
    channels, axes = weight.shape[1], len(lengths)
    images = np.moveaxis(x.reshape(n, groups, x.shape[1] // groups, *count), (0, 1, 2), (-2, 0, -1)).reshape(
        groups, math.prod(count) * n, x.shape[1] // groups
    )
    kernels = np.moveaxis(weight.reshape(groups, -1, *weight.shape[1:]), (0, 1, 2), (-3, -2, -1))
    columns = np.empty((*windows.kernel, math.prod(count) * n, groups, channels), x.dtype)
    np.matmul(images, kernels, out=columns.swapaxes(-2, -3))
    folded = windows.folded(columns.reshape(*windows.kernel, *count, n * groups * channels), lengths)
    result = np.moveaxis(folded.reshape(*lengths, n, groups * channels), (axes, axes + 1), (0, 1))
    return _add_bias(np.ascontiguousarray(result), bias)


def _conv_weight(
    x: Any, g: Any, kernel: Lengths, stride: Lengths, padding: Lengths, dilation: Lengths, groups: int
) -> Any:
    windows = Windows(kernel, stride, padding, dilation)
    total = np.zeros((groups, g.shape[1] // groups, x.shape[1] // groups * math.prod(kernel)), x.dtype)
    for columns, image in zip(_columns(x, windows, groups, g.shape[2:]), _grouped(g, groups), strict=True):
        total += image @ columns.swapaxes(-1, -2)
    return total.reshape(g.shape[1], x.shape[1] // groups, *kernel)


def _over_channels(g: Any) -> Any:
    """The cotangent of a bias: what each channel was given."""
    return sum(g, (0, *range(2, g.ndim)))


IMAGES, KERNELS, RESULTS = REAL.shaped(2, 2, 4, 3), REAL.shaped(2, 2, 3, 2), REAL.shaped(2, 2, 2, 2)

conv: Callable[..., Any] = general(
    "conv",
    "ConvolutionBackward0",
    _conv,
    domain=(IMAGES, KERNELS, REAL.shaped(2)),
    x=lambda g, x, weight, stride, padding, dilation, groups: conv_transpose(
        g, weight, None, x.shape[2:], stride, padding, dilation, groups
    ),
    weight=lambda g, x, weight, stride, padding, dilation, groups: conv_weight(
        x, g, weight.shape[2:], stride, padding, dilation, groups
    ),
    bias=_over_channels,
)
conv_transpose: Callable[..., Any] = general(
    "conv_transpose",
    "ConvolutionBackward0",
    _conv_transpose,
    domain=(RESULTS, KERNELS, REAL.shaped(2)),
    x=lambda g, weight, stride, padding, dilation, groups: conv(g, weight, None, stride, padding, dilation, groups),
    weight=lambda g, x, weight, stride, padding, dilation, groups: conv_weight(
        g, x, weight.shape[2:], stride, padding, dilation, groups
    ),
    bias=_over_channels,
)
conv_weight: Callable[..., Any] = general(
    "conv_weight",
    "ConvolutionBackwardBackward0",
    _conv_weight,
    domain=(IMAGES, RESULTS),
    x=lambda gg, x, g, stride, padding, dilation, groups: conv_transpose(
        g, gg, None, x.shape[2:], stride, padding, dilation, groups
    ),
    g=lambda gg, x, stride, padding, dilation, groups: conv(x, gg, None, stride, padding, dilation, groups),
)

# What can be wrong


def _check(x: Any, weight: Any, bias: Any, windows: Windows, groups: int) -> None:
    """Raises RuntimeError, in PyTorch's words, for arguments that do not fit."""
    _check_windows(windows, groups)
    if weight.shape[0] < groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be at least {groups} at dimension 0, but got weight of size "
            f"{[*weight.shape]} instead"
        )
    _check_groups(weight, groups)
    if 0 in windows.kernel and len(windows.kernel) < 3:
        sizes = zip(("height", "width"), (1, *windows.kernel)[-2:], strict=True)
        raise RuntimeError(
            f"kernel size should be greater than zero, but got {' '.join(f'kernel_{name}: {k}' for name, k in sizes)}"
        )
    if x.shape[1] != weight.shape[1] * groups:
        raise RuntimeError(
            f"Given groups={groups}, weight of size {[*weight.shape]}, expected input{[*x.shape]} to have "
            f"{weight.shape[1] * groups} channels, but got {x.shape[1]} channels instead"
        )
    _check_kinds(x, weight, bias, weight.shape[0])


def _check_windows(windows: Windows, groups: int) -> None:
    if any(p < 0 for p in windows.padding):
        raise RuntimeError("negative padding is not supported")
    if any(s <= 0 for s in windows.stride):
        raise RuntimeError("non-positive stride is not supported")
    if any(d <= 0 for d in windows.dilation):
        raise RuntimeError("dilation should be greater than zero")
    if groups <= 0:
        raise RuntimeError("non-positive groups is not supported")


def _check_groups(weight: Any, groups: int) -> None:
    if weight.shape[0] % groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, but got weight of "
            f"size [{[*weight.shape]}] instead"
        )


def _check_kinds(x: Any, weight: Any, bias: Any, channels: int) -> None:
    if bias is not None and bias.shape != (channels,):
        raise RuntimeError(
            f"Given weight of size {[*weight.shape]}, expected bias to be 1-dimensional with {channels} elements, but "
            f"got bias of size {[*bias.shape]} instead"
        )
    for kind, other in (("bias", bias), ("weight", weight)):
        if other is not None and x.dtype != other.dtype:
            names = [TYPE_NAMES[array.dtype.name].cpp for array in (x, other)]
            raise RuntimeError(f"Input type ({names[0]}) and {kind} type ({names[1]}) should be the same")


def _check_count(x: Any, windows: Windows, count: Sequence[int]) -> None:
    if min(count) <= 0:
        reached = " x ".join(str(n + 2 * p) for n, p in zip(x.shape[2:], windows.padding, strict=True))
        raise RuntimeError(
            f"Calculated padded input size per channel: ({reached}). Kernel size: "
            f"({' x '.join(map(str, windows.extent))}). Kernel size can't be greater than actual input size"
        )
