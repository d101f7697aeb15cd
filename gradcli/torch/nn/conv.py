"""Convolution layers over one, two or three axes."""

from __future__ import annotations

import math
from dataclasses import InitVar
from typing import Any

from gradcli.engine.tensor import Tensor
from gradcli.torch.declared import declared
from gradcli.torch.nn import functional as F  # noqa: N812  # as everyone calls it
from gradcli.torch.nn import init
from gradcli.torch.nn.functional.numbers_per_axis import Lengths, each_axis
from gradcli.torch.nn.module import Module
from gradcli.torch.nn.parameter import empty

__all__ = ["Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"]

LENGTHS = ("kernel_size", "stride", "padding", "dilation", "output_padding")
NAMED_PADDINGS = ("same", "valid")
PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


@declared
class _Convolution(Module):
    """What all convolutions share: their lengths, parameters and how they print. `axes` is how many they have."""

    axes = 0
    transposed = False
    in_channels: int
    out_channels: int
    kernel_size: Any
    stride: Any = 1
    padding: Any = 0

    def _take_options(self, options: dict[str, Any]) -> None:
        super().__init__()
        bias, device, dtype = (options.pop(name) for name in ("bias", "device", "dtype"))
        for name, value in {"output_padding": 0, **options}.items():
            named = name == "padding" and isinstance(value, str)
            setattr(self, name, each_axis(value, self.axes) if name in LENGTHS and not named else value)
        self._check()
        channels = self.in_channels, self.out_channels
        first, second = channels if self.transposed else channels[::-1]
        self.weight = empty((first, second // self.groups, *self.kernel_size), device, dtype)
        self.bias = empty((self.out_channels,), device, dtype) if bias else None
        self._convolve = getattr(F, f"conv{'_transpose' * self.transposed}{self.axes}d")
        self.reset_parameters()

    def _check(self) -> None:
        """Raises ValueError, in PyTorch's words, for what cannot be."""
        if self.groups <= 0:
            raise ValueError("groups must be a positive integer")
        for name in ("in_channels", "out_channels"):
            if getattr(self, name) % self.groups:
                raise ValueError(f"{name} must be divisible by groups")
        if isinstance(self.padding, str):
            if self.padding not in NAMED_PADDINGS:
                raise ValueError(f"Invalid padding string {self.padding!r}, should be one of {{'same', 'valid'}}")
            if self.padding == "same" and any(s != 1 for s in self.stride):
                raise ValueError("padding='same' is not supported for strided convolutions")
        if self.padding_mode not in PADDING_MODES:
            listed = ", ".join(map(repr, PADDING_MODES))
            raise ValueError(f"padding_mode must be one of {{{listed}}}, but got padding_mode='{self.padding_mode}'")
        if self.transposed and self.padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}')

    def reset_parameters(self) -> None:
        """Draws new values: uniform within 1 / sqrt(fan_in), where fan_in is what the weight's shape says."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in, _ = init.fans(self.weight)
            if fan_in:
                init.uniform_(self.bias, -1 / math.sqrt(fan_in), 1 / math.sqrt(fan_in))

    def extra_repr(self) -> str:
        ones, zeros = (1,) * self.axes, (0,) * self.axes
        parts = [f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"]
        others: dict[str, Any] = {"padding": zeros, "dilation": ones, "output_padding": zeros, "groups": 1}
        for name, usual in others.items():
            if getattr(self, name) != usual:
                parts.append(f"{name}={getattr(self, name)}")
        if self.bias is None:
            parts.append("bias=False")
        if self.padding_mode != "zeros":
            parts.append(f"padding_mode={self.padding_mode}")
        return ", ".join(parts)


@declared
class _Conv(_Convolution):
    dilation: Any = 1
    groups: int = 1
    bias: InitVar[bool] = True
    padding_mode: str = "zeros"
    device: InitVar[Any] = None
    dtype: InitVar[Any] = None

    def forward(self, input: Tensor) -> Any:
        padding = self.padding
        if self.padding_mode != "zeros":
            input, padding = F.pad(input, self._margins(), self.padding_mode), 0
        return self._convolve(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)

    def _margins(self) -> list[int]:
        """What `pad` adds before and after, from the last axis to the first."""
        if self.padding == "valid":
            return [0] * (2 * self.axes)
        if self.padding == "same":
            margins = [d * (k - 1) for d, k in zip(self.dilation, self.kernel_size, strict=True)]
            pairs = [(margin // 2, margin - margin // 2) for margin in margins]
        else:
            pairs = [(n, n) for n in self.padding]
        return [n for pair in reversed(pairs) for n in pair]


class Conv1d(_Conv):
    """Convolution of (n, channels, length) with kernels (out_channels, in_channels / groups, k)."""

    axes = 1


class Conv2d(_Conv):
    """Convolution of (n, channels, height, width) with kernels (out_channels, in_channels / groups, kh, kw)."""

    axes = 2


class Conv3d(_Conv):
    """Convolution of (n, channels, depth, height, width)."""

    axes = 3


@declared
class _ConvTranspose(_Convolution):
    transposed = True
    output_padding: Any = 0
    groups: int = 1
    bias: InitVar[bool] = True
    dilation: Any = 1
    padding_mode: str = "zeros"
    device: InitVar[Any] = None
    dtype: InitVar[Any] = None

    def forward(self, input: Tensor, output_size: Lengths | None = None) -> Any:
        extra = self.output_padding if output_size is None else self._extra(input, output_size)
        return self._convolve(
            input, self.weight, self.bias, self.stride, self.padding, extra, self.groups, self.dilation
        )

    def _extra(self, input: Tensor, output_size: Lengths) -> Lengths:
        """The output padding with which the result has these lengths. Raises ValueError where none does."""
        if len(output_size) not in (self.axes, input.ndim):
            raise ValueError(
                f"ConvTranspose{self.axes}D: for {input.ndim}D input, output_size must have {self.axes} or "
                f"{input.ndim} elements (got {len(output_size)})"
            )
        wanted = tuple(output_size[-self.axes :])
        each = zip(input.shape[-self.axes :], self.kernel_size, self.stride, self.padding, self.dilation, strict=True)
        least = [(n - 1) * s - 2 * p + d * (k - 1) + 1 for n, k, s, p, d in each]
        most = [n + s - 1 for n, s in zip(least, self.stride, strict=True)]
        if any(not low <= n <= high for low, n, high in zip(least, wanted, most, strict=True)):
            raise ValueError(
                f"requested an output size of {wanted}, but valid sizes range from {least} to {most} (for an input of "
                f"{input.shape[2:]})"
            )
        return tuple(n - low for n, low in zip(wanted, least, strict=True))


class ConvTranspose1d(_ConvTranspose):
    """The transpose of a convolution over one axis: from (n, in_channels, length)."""

    axes = 1


class ConvTranspose2d(_ConvTranspose):
    """The transpose of a convolution over two axes: from (n, in_channels, height, width)."""

    axes = 2


class ConvTranspose3d(_ConvTranspose):
    """The transpose of a convolution over three axes."""

    axes = 3
