"""Activations: the table of those that are engine functions, and the others."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from gradcli.catalogue import catalogue
from gradcli.engine import ops
from gradcli.engine.dtypes import result_type
from gradcli.engine.errors import size_mismatch
from gradcli.engine.inplace import change
from gradcli.engine.tensor import Tensor
from gradcli.engine.type_names import TYPE_NAMES, not_implemented
from gradcli.torch.argument_checks import numpy_dtype, require_tensor
from gradcli.torch.binding import Signature, bound
from gradcli.torch.functions import refusal
from gradcli.torch.out import with_out
from gradcli.torch.places_and_counts import broadcast_tensors


def _of_floats(kernel: str, compute: Callable[..., Any]) -> Callable[..., Any]:
    """`compute`; raises PyTorch's NotImplementedError for integers where there is a kernel that takes none."""
    if not kernel:
        return compute

    def function(input: Tensor, *settings: Any) -> Any:
        if input.array.dtype.kind in "iub":
            raise not_implemented(kernel, input.array.dtype)
        return compute(input, *settings)

    return function


def _changing(compute: Callable[..., Any]) -> Callable[..., Any]:
    """`compute`, with a last argument that says whether the Tensor takes the result itself."""

    def function(input: Tensor, *settings: Any) -> Any:
        *given, inplace = settings
        return change(input, lambda before: compute(before, *given)) if inplace else compute(input, *given)

    return function


def _build() -> dict[str, Callable[..., Any]]:
    functions = {}
    for row in catalogue():
        if row.functional:
            compute = _of_floats(row.floats, getattr(ops, row.name))
            compute = _changing(compute) if "inplace" in row.functional else compute
            functions[row.name] = bound(row.name, Signature.of(row.functional), compute, no_bools=refusal(row))
    return functions


FUNCTIONS = _build()


def _normalised(name: str, compute: Callable[[Any, int], Any], *, negated: bool = False) -> Callable[..., Any]:
    def function(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Any:
        require_tensor(name, "input", input, 1)
        if dim is None:
            warnings.warn(
                f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an "
                "argument.",
                UserWarning,
                stacklevel=2,
            )
            dim = 0 if input.ndim in (0, 1, 3) else 1
        wanted = numpy_dtype(name, dtype)
        x = ops.neg(input) if negated else input
        return compute(x if wanted is None else ops.cast(x, wanted), dim)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"As `torch.{name}`; without `dim`, along an axis that depends on how many there are."
    return function


softmax = _normalised("softmax", ops.softmax)
log_softmax = _normalised("log_softmax", ops.log_softmax)
softmin = _normalised("softmin", ops.softmax, negated=True)


def softsign(input: Tensor) -> Any:
    """x / (1 + |x|)."""
    return input / (ops.abs(input) + 1)


def tanhshrink(input: Tensor) -> Any:
    """x - tanh(x)."""
    return input - ops.tanh(input)


def glu(input: Tensor, dim: int = -1) -> Any:
    """The first half along `dim`, times the sigmoid of the second. Raises RuntimeError for an odd length."""
    if input.ndim == 0:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    return _of_floats("glu_cpu", ops.glu)(input, dim)


def prelu(input: Tensor, weight: Tensor) -> Any:
    """x where it is positive, weight * x elsewhere: one weight, or one for each channel (axis 1)."""
    count = weight.numel()
    if weight.ndim > 1:
        raise RuntimeError(f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight.ndim}")
    if count != 1:
        if input.ndim == 0:
            raise RuntimeError("Not allow zero-dim input tensor.")
        channels = input.shape[1] if input.ndim > 1 else 1
        if channels != count:
            raise RuntimeError(
                f"Mismatch of parameter numbers and input channel size. Found parameter numbers = {count} and channel "
                f"size = {channels}."
            )
    if weight.ndim and input.ndim != 1:
        weight = ops.reshape(weight, (1, count, *[1] * (input.ndim - 2)) if input.ndim else ())
    return ops.prelu(input, weight)


@with_out
def normalize(input: Tensor, p: float = 2.0, dim: int | tuple[int, ...] = 1, eps: float = 1e-12) -> Any:
    """`input` over its `p`-norm along `dim`, which counts as `eps` if it is less."""
    size = ops.clamp(ops.norm(input, p, dim, True), eps)
    return input / ops.expand(size, tuple(input.shape))


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Any:
    """The cosine of the angle between vectors along `dim` of both in one shape; norms count as at least `eps`.

    Raises RuntimeError for integers and complex numbers.
    """
    dtype = result_type(x1.array, x2.array)
    if dtype.kind != "f":
        called = TYPE_NAMES[dtype.name].scalar
        raise RuntimeError(f"expected common dtype to be floating point, yet common dtype is {called}")
    if mismatch := size_mismatch(x1.array.shape, x2.array.shape):
        raise mismatch
    same = (x if x.array.dtype == dtype else ops.cast(x, dtype) for x in (x1, x2))
    one, other = (normalize(x, 2, dim, eps) for x in broadcast_tensors(*same))
    return ops.sum(one * other, dim)


__all__ = [
    "cosine_similarity",
    "glu",
    "log_softmax",
    "normalize",
    "prelu",
    "softmax",
    "softmin",
    "softsign",
    "tanhshrink",
]
