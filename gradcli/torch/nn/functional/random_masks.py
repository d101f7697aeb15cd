"""Dropout: elements, or whole channels, set to zero at random, from PyTorch's stream of random numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.engine import ops, random
from gradcli.engine.inplace import change
from gradcli.engine.tensor import Tensor
from gradcli.torch.arguments import require_tensor

__all__ = ["dropout", "dropout1d", "dropout2d", "dropout3d"]


def _dropout(name: str, noise_shape: Callable[[tuple[int, ...]], tuple[int, ...]]) -> Callable[..., Any]:
    def function(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
        require_tensor(name, "input", input, 1)
        if not 0.0 <= p <= 1.0:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        if not training or p == 0 or not input.array.size:
            return input
        noise = random.default_generator.bernoulli(1 - p, noise_shape(input.array.shape), input.array.dtype)
        if p < 1:
            noise /= 1 - p
        return change(input, lambda before: ops.mul(before, noise)) if inplace else ops.mul(input, Tensor(noise))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = "Zeros with probability `p`; what stays is divided by 1 - p. Outside training, `input` itself."
    return function


dropout = _dropout("dropout", lambda shape: shape)


def _of_channels(axes: int) -> Callable[..., Any]:
    """Dropout of channels: of axis 1, or of axis 0 where there is no batch."""
    return _dropout(
        f"dropout{axes}d", lambda shape: (*shape[: max(len(shape) - axes, 1)], *[1] * min(axes, len(shape) - 1))
    )


dropout1d, dropout2d, dropout3d = map(_of_channels, (1, 2, 3))
