"""Normalisation over a batch, a layer, or groups of channels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from gradcli.engine import ops
from gradcli.engine.inplace import write
from gradcli.engine.tensor import Tensor
from gradcli.engine.type_names import not_implemented
from gradcli.torch.nn.functional.numbers_per_axis import constant

__all__ = ["batch_norm", "group_norm", "instance_norm", "layer_norm"]


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-05,
) -> Any:
    """Each channel (axis 1) normalised: in training by its own mean and variance, otherwise by the running ones.

    In training the running ones move towards the batch's by `momentum`, the variance being that of n - 1.
    """
    shape = tuple(input.shape)
    others = shape[:1] + shape[2:]
    if training:
        _check_count(others, input.shape)
    channels = shape[1] if len(shape) > 1 else 0
    given = {"running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias}
    for name, tensor in given.items():
        if tensor is None and name.startswith("running") and not training:
            raise RuntimeError(f"{name} must be defined in evaluation mode")
        if tensor is not None and math.prod(tensor.shape) != channels:
            raise RuntimeError(f"{name} should contain {channels} elements not {math.prod(tensor.shape)}")
    if input.array.dtype.kind in "iub":
        raise not_implemented("batch_norm", input.array.dtype)
    _check_kinds(input, *given.values())
    if not input.numel():
        return _of_nothing(input, weight, bias)
    broadcast = (channels, *[1] * (len(shape) - 2))
    if not training:
        given_statistics = (
            constant("native_batch_norm", name, tensor)
            for name, tensor in (("running_mean", running_mean), ("running_var", running_var))
        )
        return ops.rescale(input, weight, bias, *given_statistics, broadcast, eps)
    axes = (0, *range(2, len(shape)))
    result, mean, variance = ops.normalise(input, weight, bias, shape, axes, broadcast, eps, "NativeBatchNormBackward0")
    n = math.prod(others)
    for running, batch in ((running_mean, mean.array), (running_var, variance.array * (n / (n - 1)))):
        if running is not None:
            former: Any = running.array
            write(running, former * (1 - momentum) + batch.reshape(-1) * momentum, aside=True)
    return result


def _check_count(counted: Sequence[int], size: Any) -> None:
    """Raises ValueError for a mean of one value, which has no deviation; `counted` are the lengths it is taken over."""
    if math.prod(counted) == 1:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {size}")


def _check_kinds(input: Tensor, *others: Tensor | None) -> None:
    """Raises RuntimeError for parameters of another dtype; beside halves they may be float32."""
    kind = input.array.dtype
    allowed = (kind, np.dtype(np.float32)) if kind.itemsize == 2 else (kind,)
    if any(other is not None and other.array.dtype not in allowed for other in others):
        raise RuntimeError("mixed dtype (CPU): all inputs must share same datatype.")


def _of_nothing(input: Tensor, weight: Tensor | None, bias: Tensor | None) -> Any:
    """A batch without elements; like PyTorch's, it depends on the first weight and bias."""
    result = ops.clone(input)
    for combine, parameter in ((ops.mul, weight), (ops.add, bias)):
        if parameter is not None:
            result = combine(result, ops.select(parameter, 0, 0))
    return result


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-05,
) -> Any:
    """The last axes, of which `normalized_shape` gives the lengths, normalised together."""
    shape, last = tuple(input.shape), tuple(normalized_shape)
    if shape[len(shape) - len(last) :] != last or not last:
        listed = ", ".join(["*", *map(str, last)])
        raise RuntimeError(
            f"Given normalized_shape={[*last]}, expected input with shape [{listed}], but got input of size{[*shape]}"
        )
    for name, tensor in (("weight", weight), ("bias", bias)):
        if tensor is not None and tensor.shape != last:
            raise RuntimeError(
                f"Expected {name} to be of same shape as normalized_shape, but got {name} of shape {[*tensor.shape]} "
                f"and normalized_shape = {[*last]}"
            )
    _check_kinds(input, weight, bias)
    if input.array.dtype.kind in "iub":
        raise not_implemented("LayerNormKernelImpl", input.array.dtype)
    axes = tuple(range(len(shape) - len(last), len(shape)))
    return ops.normalise(input, weight, bias, shape, axes, last, eps, "NativeLayerNormBackward0")[0]


def group_norm(
    input: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-05
) -> Any:
    """The channels (axis 1) of each image in so many groups, each group normalised."""
    if input.ndim < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but received {input.ndim}")
    n, channels, *lengths = input.shape
    size = [n * channels // num_groups, num_groups, *lengths]
    _check_count(size[:1] + size[2:], size)
    if num_groups < 0:
        raise RuntimeError(f"Expected num groups to be greater than 0, got {num_groups}")
    if channels % num_groups:
        raise RuntimeError(
            f"Expected number of channels in input to be divisible by num_groups, but got input of shape "
            f"{[*input.shape]} and num_groups={num_groups}"
        )
    for name, tensor in (("weight", weight), ("bias", bias)):
        if tensor is not None and tensor.shape != (channels,):
            raise RuntimeError(
                f"Expected {name} to be a vector of size equal to the number of channels in input, but got {name} of "
                f"shape {[*tensor.shape]} and input of shape {[*input.shape]}"
            )
    _check_kinds(input, weight, bias)
    if input.array.dtype.kind in "iub":
        raise not_implemented("GroupNormKernelImpl", input.array.dtype)
    view = (n, num_groups, channels // num_groups, *lengths)
    broadcast = (1, *view[1:3], *[1] * len(lengths))
    axes = tuple(range(2, len(view)))
    return ops.normalise(input, weight, bias, view, axes, broadcast, eps, "NativeGroupNormBackward0")[0]


def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-05,
) -> Any:
    """Each channel of each image normalised, by its own mean and variance, or by the running ones.

    The running ones move towards the mean over the images by `momentum`.
    """
    n, channels, *lengths = input.shape
    if use_input_stats and math.prod(lengths) == 1:
        raise ValueError(f"Expected more than 1 spatial element when training, got input size {input.shape}")
    mean, variance, scale, shift = (
        None if tensor is None else ops.repeat(tensor, (n,)) for tensor in (running_mean, running_var, weight, bias)
    )
    images = ops.reshape(input, (1, n * channels, *lengths))
    result = batch_norm(images, mean, variance, scale, shift, use_input_stats, momentum, eps)
    for running, moved in ((running_mean, mean), (running_var, variance)):
        if running is not None and moved is not None and use_input_stats:
            write(running, moved.array.reshape(n, channels).mean(0), aside=True)
    return ops.reshape(result, tuple(input.shape))
