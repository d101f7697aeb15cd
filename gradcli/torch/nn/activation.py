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
        parts = [f"{name}={getattr(self, name)}" for name in self.__options__ if name != "inplace"]
        if getattr(self, "inplace", False):
            parts.append("inplace=True")
        return ", ".join(parts)


class ReLU(_Activation, function=F.relu):
    """max(x, 0)."""

    inplace: bool = False


class ReLU6(_Activation, function=F.relu6):
    """x limited to [0, 6]."""

    inplace: bool = False


class LeakyReLU(_Activation, function=F.leaky_relu):
    """x where it is positive, negative_slope * x elsewhere."""

    negative_slope: float = 0.01
    inplace: bool = False


class ELU(_Activation, function=F.elu):
    """x where it is positive, alpha * (exp(x) - 1) elsewhere."""

    alpha: float = 1.0
    inplace: bool = False


class SELU(_Activation, function=F.selu):
    """The ELU that keeps mean 0 and variance 1 (Klambauer and others 2017)."""

    inplace: bool = False


class GELU(_Activation, function=F.gelu):
    """x times the normal distribution's probability of less than x."""

    approximate: str = "none"

    def extra_repr(self) -> str:
        return f"approximate={self.approximate!r}"


class SiLU(_Activation, function=F.silu):
    """x * sigmoid(x)."""

    inplace: bool = False


class Sigmoid(_Activation, function=F.sigmoid):
    """1 / (1 + exp(-x))."""


class LogSigmoid(_Activation, function=F.logsigmoid):
    """log(sigmoid(x))."""


class Tanh(_Activation, function=F.tanh):
    """The hyperbolic tangent."""


class Tanhshrink(_Activation, function=F.tanhshrink):
    """x - tanh(x)."""


class Hardtanh(_Activation, function=F.hardtanh):
    """x limited to [min_val, max_val]."""

    min_val: float = -1.0
    max_val: float = 1.0
    inplace: bool = False

    def _take_options(self, options: dict[str, Any]) -> None:
        super()._take_options(options)
        if not self.max_val > self.min_val:
            raise AssertionError(f"max_val ({self.max_val}) must be greater than min_val ({self.min_val})")


class Softplus(_Activation, function=F.softplus):
    """log(1 + exp(beta * x)) / beta; x itself where beta * x exceeds the threshold."""

    beta: float = 1.0
    threshold: float = 20.0


class CELU(_Activation, function=F.celu):
    """x where it is positive, alpha * (exp(x / alpha) - 1) elsewhere (Barron 2017)."""

    alpha: float = 1.0
    inplace: bool = False


class Mish(_Activation, function=F.mish):
    """x * tanh(softplus(x)) (Misra 2019)."""

    inplace: bool = False


class Hardswish(Configured, function=F.hardswish):
    """x * relu6(x + 3) / 6 (Howard and others 2019)."""

    inplace: bool = False


class Hardsigmoid(Configured, function=F.hardsigmoid):
    """relu6(x + 3) / 6."""

    inplace: bool = False


class _Shrink(_Activation):
    def extra_repr(self) -> str:
        return str(self.lambd)


class Softshrink(_Shrink, function=F.softshrink):
    """x moved towards 0 by lambd, and not beyond."""

    lambd: float = 0.5


class Hardshrink(_Shrink, function=F.hardshrink):
    """x where |x| exceeds lambd, 0 elsewhere."""

    lambd: float = 0.5


class GLU(_Activation, function=F.glu):
    """The first half along an axis, times the sigmoid of the second half."""

    dim: int = -1


class Threshold(_Activation, function=F.threshold):
    """x where it exceeds the threshold, a value elsewhere."""

    threshold: float
    value: float
    inplace: bool = False


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


class Softmax(_Activation, function=F.softmax):
    """Exponentials along an axis, divided by their sum."""

    dim: int | None = None


class LogSoftmax(_Activation, function=F.log_softmax):
    """The logarithm of Softmax."""

    dim: int | None = None


class Softmin(_Activation, function=F.softmin):
    """The Softmax of -x."""

    dim: int | None = None
