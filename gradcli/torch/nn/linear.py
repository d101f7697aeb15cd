"""Linear layers and those that only reshape."""

from __future__ import annotations

import math
from typing import Annotated, Any

from gradcli.engine import ops
from gradcli.engine.tensor import Tensor
from gradcli.torch.nn import functional as F  # noqa: N812  # as everyone calls it
from gradcli.torch.nn import init
from gradcli.torch.nn.configured import Configured
from gradcli.torch.nn.module import Module
from gradcli.torch.nn.parameter import empty

__all__ = ["Bilinear", "Flatten", "Identity", "Linear", "Unflatten"]


class Identity(Module):
    """Gives its input back; takes any arguments."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return input


class Linear(Module):
    """`input @ weight.T + bias`, with a weight of shape (out_features, in_features)."""

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = empty((out_features, in_features), device, dtype)
        self.bias = empty((out_features,), device, dtype) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws new values: uniform within 1 / sqrt(in_features)."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(self.in_features) if self.in_features > 0 else 0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Tensor) -> Any:
        return F.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class Bilinear(Module):
    """For each output o, input1 @ weight[o] @ input2 + bias[o]; weight is (out, in1, in2)."""

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if in1_features <= 0:
            raise ValueError(f"in1_features must be > 0, but got (in1_features={in1_features})")
        super().__init__()
        self.in1_features = in1_features
        self.in2_features = in2_features
        self.out_features = out_features
        self.weight = empty((out_features, in1_features, in2_features), device, dtype)
        self.bias = empty((out_features,), device, dtype) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws new values: uniform within 1 / sqrt(in1_features)."""
        bound = 1 / math.sqrt(self.in1_features)
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input1: Tensor, input2: Tensor) -> Any:
        return F.bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self) -> str:
        return (
            f"in1_features={self.in1_features}, in2_features={self.in2_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )


class Flatten(Configured, function=ops.flatten):
    """The axes from `start_dim` to `end_dim` as one; by default all but the first, which counts the batch."""

    start_dim: int = 1
    end_dim: int = -1
    shown = ("start_dim", "end_dim")

    def forward(self, input: Tensor) -> Any:  # type: ignore[override]
        return ops.flatten(input, self.start_dim, self.end_dim)


def is_number(_name: str, dim: Any) -> None:
    """Refuses names of axes."""
    if not isinstance(dim, int):
        raise NotImplementedError("gradcli.torch.nn.Unflatten() does not support names of axes")


def whole_numbers(name: str, lengths: Any) -> None:
    """Raises PyTorch's TypeError for what is no tuple of whole numbers."""
    if not isinstance(lengths, (tuple, list)):
        raise TypeError(f"{name} must be a tuple of ints, but found type {type(lengths).__name__}")
    for i, length in enumerate(lengths):
        if not isinstance(length, int):
            raise TypeError(
                f"{name} must be tuple of ints, but found element of type {type(length).__name__} at pos {i}"
            )


Axis = Annotated[int, is_number]
Lengths = Annotated[tuple[int, ...], whole_numbers]


class Unflatten(Configured, function=ops.unflatten):
    """The axis `dim` as several of these lengths, of which one may be -1."""

    dim: Axis
    unflattened_size: Lengths
    shown = ("dim", "unflattened_size")
