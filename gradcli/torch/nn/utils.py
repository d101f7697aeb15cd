"""`torch.nn.utils`: limits on gradients, and parameters as one vector."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from gradcli.engine import ops
from gradcli.engine.tensor import Tensor
from gradcli.torch.absent import absent_names
from gradcli.torch.inplace import set_data

__getattr__ = absent_names(__name__)

Tensors = Tensor | Iterable[Tensor]


def _gradients(parameters: Tensors) -> list[Any]:
    listed = [parameters] if isinstance(parameters, Tensor) else [*parameters]
    return [p.grad for p in listed if p.grad is not None]


def get_total_norm(
    tensors: Tensors, norm_type: float = 2.0, error_if_nonfinite: bool = False, foreach: bool | None = None
) -> Tensor:
    """The norm of the elements of all Tensors together. Raises RuntimeError if asked to, where it is not finite."""
    listed = [tensors] if isinstance(tensors, Tensor) else [*tensors]
    norms = [np.asarray(ops.norm(tensor.array, float(norm_type))) for tensor in listed]
    total = ops.norm(np.stack(norms), float(norm_type)) if norms else np.float32(0)
    if error_if_nonfinite and not math.isfinite(total):
        raise RuntimeError(
            f"The total norm of order {float(norm_type)} for gradients from `parameters` is non-finite, so it cannot "
            "be clipped. To disable this error and scale the gradients by the non-finite norm anyway, set "
            "`error_if_nonfinite=False`"
        )
    return Tensor(total)


def clip_grad_norm_(
    parameters: Tensors,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scales all gradients, in place, so that their norm is at most `max_norm`; gives the norm they had."""
    gradients = _gradients(parameters)
    total = get_total_norm(gradients, norm_type, error_if_nonfinite)
    scale = min(float(max_norm / (total + 1e-6)), 1.0)
    for gradient in gradients:
        gradient.mul_(scale)
    return total


def clip_grad_value_(parameters: Tensors, clip_value: float, foreach: bool | None = None) -> None:
    """Limits every element of all gradients, in place, to [-clip_value, clip_value]."""
    for gradient in _gradients(parameters):
        gradient.clamp_(-float(clip_value), float(clip_value))


def parameters_to_vector(parameters: Iterable[Tensor]) -> Any:
    """All elements of all parameters, as one vector."""
    return ops.cat([ops.reshape(parameter, (-1,)) for parameter in parameters])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Gives the parameters the elements of a vector: views of it, in order."""
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {type(vec).__name__}")
    start = 0
    for parameter in parameters:
        part = ops.slice_axis(vec, 0, start, start + parameter.array.size)
        set_data(parameter, ops.reshape(part, tuple(parameter.shape)).detach())
        start += parameter.array.size
