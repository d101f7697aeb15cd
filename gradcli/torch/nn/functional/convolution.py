"""Convolution over one, two or three axes; linear layers' products; padding."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradcli.engine import ops
from gradcli.engine.axes import axis_in
from gradcli.engine.tensor import Tensor
from gradcli.torch.argument_checks import require_tensor
from gradcli.torch.nn.functional.numbers_per_axis import Lengths, lengths_of
from gradcli.torch.out import with_out

__all__ = [
    "bilinear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "linear",
    "pad",
]  # fmt: skip


@with_out
def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Any:
    """`input @ weight.T + bias`."""
    return ops.linear(input, weight, bias)


def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Any:
    """For each output o, the sum of input1[..., i] * weight[o, i, j] * input2[..., j], plus bias[o]."""
    for axis in (1, 2):
        axis_in(axis, weight.ndim)
    products = ops.matmul(ops.unsqueeze(ops.unsqueeze(input1, -2), -2), weight)  # (..., out, 1, in2)
    result = ops.squeeze(ops.matmul(products, ops.unsqueeze(ops.unsqueeze(input2, -2), -1)), (-2, -1))
    return result if bias is None else result + bias


def _check_axes(name: str, input: Tensor, weight: Tensor, axes: int, stride: Lengths) -> None:
    require_tensor(name, "input", input, 1)
    require_tensor(name, "weight", weight, 2)
    if weight.ndim != axes + 2:
        raise RuntimeError(
            f"expected stride to be a single integer value or a list of {weight.ndim - 2} values to match the "
            f"convolution dimensions, but got stride={[*stride]}"
        )
    if input.ndim not in (axes + 1, axes + 2):
        raise RuntimeError(
            f"Expected {axes + 1}D (unbatched) or {axes + 2}D (batched) input to {name}, but got input of size: "
            f"{[*input.shape]}"
        )


def _batched(input: Tensor, axes: int, convolve: Callable[[Any], Any]) -> Any:
    """`convolve` of a batch, which may be a single image without the axis."""
    if input.ndim == axes + 2:
        return convolve(input)
    return ops.squeeze(convolve(ops.unsqueeze(input, 0)), 0)


def _same(input: Any, kernel: Lengths, stride: Lengths, dilation: Lengths) -> tuple[Any, Lengths]:
    """The array and the padding with which the result has the array's lengths; an odd margin is longer at the end."""
    if any(s != 1 for s in stride):
        raise RuntimeError("padding='same' is not supported for strided convolutions")
    margins = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
    if any(margin % 2 for margin in margins):
        warnings.warn(
            "Using padding='same' with even kernel lengths and odd dilation may require a zero-padded copy of the "
            "input be created",
            UserWarning,
            stacklevel=3,
        )
        input = ops.pad(input, tuple((0, margin % 2) for margin in margins), 0)
    return input, tuple(margin // 2 for margin in margins)


def _convolution(axes: int) -> Callable[..., Any]:
    name = f"conv{axes}d"

    def function(
        input: Tensor,
        weight: Tensor,
        bias: Tensor | None = None,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
    ) -> Any:
        stride, dilation = (lengths_of(key, axes, v) for key, v in (("stride", stride), ("dilation", dilation)))
        _check_axes(name, input, weight, axes, stride)
        if padding == "same":
            input, padding = _same(input, tuple(weight.shape[2:]), stride, dilation)
        elif padding == "valid":
            padding = (0,) * axes
        elif isinstance(padding, str):
            raise RuntimeError(f"Invalid padding string: '{padding}'")
        else:
            padding = lengths_of("padding", axes, padding)
        return _batched(input, axes, lambda x: ops.conv(x, weight, bias, stride, padding, dilation, groups))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"As `torch.nn.functional.{name}`."
    return function


def _transposed(axes: int) -> Callable[..., Any]:
    name = f"conv_transpose{axes}d"

    def function(
        input: Tensor,
        weight: Tensor,
        bias: Tensor | None = None,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        dilation: Any = 1,
    ) -> Any:
        given = {"stride": stride, "padding": padding, "output_padding": output_padding, "dilation": dilation}
        stride, padding, extra, dilation = (lengths_of(key, axes, value) for key, value in given.items())
        _check_axes(name, input, weight, axes, stride)
        if min(extra) < 0:
            raise RuntimeError("negative output_padding is not supported")
        if any(e >= max(s, d) for e, s, d in zip(extra, stride, dilation, strict=True)):
            raise RuntimeError(
                f"output padding must be smaller than either stride or dilation, but got output_padding: {extra}, "
                f"stride: {stride}, dilation: {dilation}"
            )
        each = zip(input.shape[-axes:], weight.shape[2:], stride, padding, extra, dilation, strict=True)
        lengths = tuple((n - 1) * s - 2 * p + d * (k - 1) + 1 + e for n, k, s, p, e, d in each)
        if min(lengths) <= 0 < min(stride):
            before, after = (
                " x ".join(map(str, (1, *sizes)[-max(axes, 2) :])) for sizes in (input.shape[-axes:], lengths)
            )
            raise RuntimeError(
                f"Given input size per channel: ({before}). Calculated output size per channel: ({after}). Output size "
                "is too small"
            )
        return _batched(
            input,
            axes,
            lambda x: ops.conv_transpose(x, weight, bias, lengths, stride, padding, dilation, groups),
        )

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"As `torch.nn.functional.{name}`."
    return function


conv1d, conv2d, conv3d = map(_convolution, (1, 2, 3))
conv_transpose1d, conv_transpose2d, conv_transpose3d = map(_transposed, (1, 2, 3))

# Padding

MODES = {"reflect": "Reflection", "replicate": "Replication", "circular": "Circular"}


def pad(input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Any:
    """`input` with a margin: `pad` gives what is before and after, for the last axis, then for the one before it.

    mode  "constant" (of `value`), "reflect", "replicate" or "circular"
    """
    if len(pad) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    if len(pad) > 2 * input.ndim:
        raise RuntimeError(
            "Padding length should be less than or equal to two times the input dimension but got padding length "
            f"{len(pad)} and input of dimension {input.ndim}"
        )
    if isinstance(value, complex):
        raise TypeError("pad(): argument 'value' (position 4) must be float, not complex")
    margins = tuple(zip(pad[::2], pad[1::2], strict=True))[::-1]
    if mode == "constant":
        return ops.pad(input, margins, value or 0)
    if mode not in MODES:
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    if value:
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument')
    _check_padded(mode, input, len(margins))
    lengths = input.shape[input.ndim - len(margins) :]
    indices = [_margin(mode, n, before, after) for n, (before, after) in zip(lengths, margins, strict=True)]
    return ops.pad_from(input, indices, MODES[mode])


def _check_padded(mode: str, input: Tensor, padded: int) -> None:
    """Raises PyTorch's errors for input of other axes than those padded, channels, and perhaps images; or of none."""
    ndim = input.ndim
    if ndim - padded not in (1, 2) or padded > 3:
        raise NotImplementedError(
            f"Padding size {2 * padded} is not supported for {ndim}D input tensor.\n"
            "Supported combinations for non-constant padding:\n"
            "  - 2D or 3D input: padding size = 2 (pads last dimension)\n"
            "  - 3D or 4D input: padding size = 4 (pads last 2 dimensions)\n"
            "  - 4D or 5D input: padding size = 6 (pads last 3 dimensions)"
        )
    if mode != "circular" and 0 in input.shape[ndim - padded - 1 :]:
        raise RuntimeError(
            f"Expected {padded + 1}D or {padded + 2}D (batch mode) tensor with possibly 0 batch size and other "
            f"non-zero dimensions for input, but got: {[*input.shape]}"
        )


def _margin(mode: str, n: int, before: int, after: int) -> Any:
    """Which of `n` elements stands where, from `before` the first to `after` the last."""
    if n + before + after < (mode != "circular"):
        raise RuntimeError(f"an axis of length {n} is too small for the padding ({before}, {after})")
    places = np.arange(-before, n + after)
    if mode == "replicate":
        return places.clip(0, n - 1)
    if mode == "circular":  # around what negative margins leave
        first = max(-before, 0)
        left = n - first - max(-after, 0)
        if max(before, after) > left:
            raise RuntimeError("Padding value causes wrapping around more than once.")
        return first + (places - first) % max(left, 1)
    if max(before, after) >= n:
        raise RuntimeError(
            f"Padding size should be less than the corresponding input dimension, but got: padding ({before}, {after}) "
            f"for an axis of length {n}"
        )
    return np.where(places < 0, -places, np.where(places < n, places, 2 * (n - 1) - places))
