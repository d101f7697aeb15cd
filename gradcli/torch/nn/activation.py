"""Activations as layers."""

from __future__ import annotations

from gradcli.torch.nn import functional as F  # noqa: N812  # as everyone calls it
from gradcli.torch.nn.configured import Configured

__all__ = [
    "ELU", "GELU", "SELU", "Hardtanh", "LeakyReLU", "LogSigmoid", "LogSoftmax", "ReLU", "ReLU6", "SiLU", "Sigmoid",
    "Softmax", "Softmin", "Softplus", "Softsign", "Tanh", "Tanhshrink",
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


class Softplus(_Activation, function=F.softplus, beta=1.0, threshold=20.0):
    """log(1 + exp(beta * x)) / beta; x itself where beta * x exceeds the threshold."""


class Softsign(_Activation, function=F.softsign):
    """x / (1 + |x|)."""


class Softmax(_Activation, function=F.softmax, dim=None):
    """Exponentials along an axis, divided by their sum."""


class LogSoftmax(_Activation, function=F.log_softmax, dim=None):
    """The logarithm of Softmax."""


class Softmin(_Activation, function=F.softmin, dim=None):
    """The Softmax of -x."""
