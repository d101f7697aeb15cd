"""Pooling layers."""

from __future__ import annotations

from typing import Any

from gradcli.engine.tensor import Tensor
from gradcli.torch.declared import declared
from gradcli.torch.nn import functional as F  # noqa: N812  # as everyone calls it
from gradcli.torch.nn.configured import Configured
from gradcli.torch.nn.functional.numbers_per_axis import each_axis

__all__ = [
    "AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "AdaptiveAvgPool3d", "AvgPool1d", "AvgPool2d", "AvgPool3d", "MaxPool1d",
    "MaxPool2d", "MaxPool3d",
]  # fmt: skip


class _Pool(Configured):
    """What comes of each window; the stride is the size of the window unless it is given."""

    def _take_options(self, options: dict[str, Any]) -> None:
        if options["stride"] is None:
            options["stride"] = options["kernel_size"]
        super()._take_options(options)


@declared
class _MaxPool(_Pool):
    kernel_size: Any
    stride: Any = None
    padding: Any = 0
    dilation: Any = 1
    return_indices: bool = False
    ceil_mode: bool = False
    shown = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")

    def forward(self, input: Tensor) -> Any:  # type: ignore[override]
        return self.function(
            input, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode, self.return_indices
        )


class MaxPool1d(_MaxPool, function=F.max_pool1d):
    """The maximum of each window of a line."""


class MaxPool2d(_MaxPool, function=F.max_pool2d):
    """The maximum of each window of a plane."""


class MaxPool3d(_MaxPool, function=F.max_pool3d):
    """The maximum of each window of a volume."""


@declared
class _AvgPool(_Pool):
    kernel_size: Any
    stride: Any = None
    padding: Any = 0
    ceil_mode: bool = False
    count_include_pad: bool = True
    shown = ("kernel_size", "stride", "padding")


class AvgPool1d(_AvgPool, function=F.avg_pool1d):
    """The mean of each window of a line."""

    def _take_options(self, options: dict[str, Any]) -> None:
        super()._take_options(options)
        for name in self.shown:
            setattr(self, name, each_axis(options[name], 1))


class AvgPool2d(_AvgPool, function=F.avg_pool2d):
    """The mean of each window of a plane."""

    divisor_override: int | None = None


class AvgPool3d(_AvgPool, function=F.avg_pool3d):
    """The mean of each window of a volume."""

    divisor_override: int | None = None


@declared
class _AdaptiveAvgPool(Configured):
    """The means of so many parts, as equal as they can be; None keeps the length of an axis."""

    output_size: Any
    shown = ("output_size",)


class AdaptiveAvgPool1d(_AdaptiveAvgPool, function=F.adaptive_avg_pool1d):
    """The means of so many parts of a line."""


class AdaptiveAvgPool2d(_AdaptiveAvgPool, function=F.adaptive_avg_pool2d):
    """The means of so many parts of a plane, along each axis."""


class AdaptiveAvgPool3d(_AdaptiveAvgPool, function=F.adaptive_avg_pool3d):
    """The means of so many parts of a volume, along each axis."""
