"""Activations as layers."""

from __future__ import annotations

from typing import Any

from gradcli.engine.tensor import Tensor
from gradcli.torch.nn import functional as F  # noqa: N812  # as everyone calls it
from gradcli.torch.nn.configured import Configured
from gradcli.torch.nn.init import constant_
from gradcli.torch.nn.module import Module
from gradcli.torch.nn.parameter import empty

__all__ = [
    "CELU", "ELU", "GELU", "GLU", "SELU", "Hardshrink", "Hardsigmoid", "Hardswish", "Hardtanh", "LeakyReLU",
    "LogSigmoid", "LogSoftmax", "Mish", "PReLU", "ReLU", "ReLU6", "SiLU", "Sigmoid", "Softmax", "Softmax2d", "Softmin",
    "Softplus", "Softshrink", "Softsign", "Tanh", "Tanhshrink", "Threshold",
]  # fmt: skip


class _Activation(Configured):
    def extra_repr(self) -> str:
        parts = [f"{name}={getattr(self, name)!r}" for name in self.settings if name != "inplace"]
        if getattr(self, "inplace", False):
            parts.append("inplace=True")
        return ", ".join(parts)


class ReLU(_Activation, function=F.relu, inplace=False):
    """max(x, 0)."""


class ReLU6(_Activation, function=F.relu6, inplace=False):
    """x limited to [0, 6]."""


class LeakyReLU(_Activation, function=F.leaky_relu, negative_slope=0.01, inplace=False):
    """x where it is positive, negative_slope * x elsewhere."""


class ELU(_Activation, function=F.elu, alpha=1.0, inplace=False):
    """x where it is positive, alpha * (exp(x) - 1) elsewhere."""


class SELU(_Activation, function=F.selu, inplace=False):
    """The ELU that keeps mean 0 and variance 1 (Klambauer and others 2017)."""


class GELU(_Activation, function=F.gelu, approximate="none"):
    """x times the normal distribution's probability of less than x."""


class SiLU(_Activation, function=F.silu, inplace=False):
    """x * sigmoid(x)."""


class Sigmoid(_Activation, function=F.sigmoid):
    """1 / (1 + exp(-x))."""


class LogSigmoid(_Activation, function=F.logsigmoid):
    """log(sigmoid(x))."""


class Tanh(_Activation, function=F.tanh):
    """The hyperbolic tangent."""


class Tanhshrink(_Activation, function=F.tanhshrink):
    """x - tanh(x)."""


class Hardtanh(_Activation, function=F.hardtanh, min_val=-1.0, max_val=1.0, inplace=False):
    """x limited to [min_val, max_val]."""

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        if not self.max_val > self.min_val:
            raise AssertionError(f"max_val ({self.max_val}) must be greater than min_val ({self.min_val})")


class Softplus(_Activation, function=F.softplus, beta=1.0, threshold=20.0):
    """log(1 + exp(beta * x)) / beta; x itself where beta * x exceeds the threshold."""


class CELU(_Activation, function=F.celu, alpha=1.0, inplace=False):
    """x where it is positive, alpha * (exp(x / alpha) - 1) elsewhere (Barron 2017)."""


class Mish(_Activation, function=F.mish, inplace=False):
    """x * tanh(softplus(x)) (Misra 2019)."""


class Hardswish(Configured, function=F.hardswish, inplace=False):
    """x * relu6(x + 3) / 6 (Howard and others 2019)."""


class Hardsigmoid(Configured, function=F.hardsigmoid, inplace=False):
    """relu6(x + 3) / 6."""


class _Shrink(_Activation):
    def extra_repr(self) -> str:
        return str(self.lambd)


class Softshrink(_Shrink, function=F.softshrink, lambd=0.5):
    """x moved towards 0 by lambd, and not beyond."""


class Hardshrink(_Shrink, function=F.hardshrink, lambd=0.5):
    """x where |x| exceeds lambd, 0 elsewhere."""


class GLU(_Activation, function=F.glu, dim=-1):
    """The first half along an axis, times the sigmoid of the second half."""


class Threshold(Module):
    """x where it exceeds the threshold, a value elsewhere."""

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__()
        self.threshold = threshold
        self.value = value
        self.inplace = inplace

    def forward(self, input: Tensor) -> Any:
        return F.threshold(input, self.threshold, self.value, self.inplace)

    def extra_repr(self) -> str:
        return f"threshold={self.threshold}, value={self.value}" + ", inplace=True" * self.inplace


class PReLU(Module):
    """x where it is positive, weight * x elsewhere; one weight, or one for each channel, is learned."""

    def __init__(self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None) -> None:
        super().__init__()
        self.num_parameters = num_parameters
        self.init = init
        self.weight = empty((num_parameters,), device, dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """All weights as they were at first."""
        constant_(self.weight, self.init)

    def forward(self, input: Tensor) -> Any:
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"


class Softmax2d(Module):
    """Softmax over the channels of (n, channels, height, width) or (channels, height, width)."""

    def forward(self, input: Tensor) -> Any:
        if input.ndim not in (3, 4):
            raise ValueError(f"Softmax2d: expected input to be 3D or 4D, got {input.ndim}D instead")
        return F.softmax(input, -3)


class Softsign(_Activation, function=F.softsign):
    """x / (1 + |x|)."""


class Softmax(_Activation, function=F.softmax, dim=None):
    """Exponentials along an axis, divided by their sum."""


class LogSoftmax(_Activation, function=F.log_softmax, dim=None):
    """The logarithm of Softmax."""


class Softmin(_Activation, function=F.softmin, dim=None):
    """The Softmax of -x."""
