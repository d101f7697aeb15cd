"""What the functions ask of their arguments: a number per axis, one for all or one for each; and no gradient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradcli.engine.modes import THREAD
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


def constant(function: str, name: str, tensor: Tensor | None) -> Any:
    """The array of an argument that gets no gradient; None stays None. Raises RuntimeError where it needs one."""
    if tensor is None:
        return None
    if tensor.requires_grad and THREAD.mode.enabled:
        raise RuntimeError(
            f"The function '{function}' is not differentiable with respect to argument '{name}'. This input cannot "
            "have requires_grad True."
        )
    return tensor.array
