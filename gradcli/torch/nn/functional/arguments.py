"""What the functions ask of their arguments: a number per axis, one for all or one for each; and no gradient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradcli.engine.modes import MODE
from gradcli.engine.tensor import Tensor

Lengths = tuple[int, ...]


def lengths_of(name: str, axes: int, value: Any) -> Lengths:
    """`value` for each of so many axes. Raises RuntimeError for a sequence of another length."""
    if isinstance(value, Sequence):
        if len(value) == 1:
            return (value[0],) * axes
        if len(value) != axes:
            raise RuntimeError(
                f"expected {name} to be a single integer value or a list of {axes} values to match the convolution "
                f"dimensions, but got {name}={[*value]}"
            )
        return tuple(value)
    return (value,) * axes


def each_axis(value: Any, axes: int) -> Lengths:
    """A sequence as it is, a number for each of so many axes."""
    return tuple(value) if isinstance(value, Sequence) else (value,) * axes


def refuse_gradient(function: str, **tensors: Tensor | None) -> None:
    """Raises RuntimeError, in PyTorch's words, for an argument that needs a gradient and cannot get one."""
    for name, tensor in tensors.items():
        if tensor is not None and tensor.requires_grad and MODE.enabled:
            raise RuntimeError(
                f"The function '{function}' is not differentiable with respect to argument '{name}'. This input cannot "
                "have requires_grad True."
            )
