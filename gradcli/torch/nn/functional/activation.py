"""Activations: the table of those that are engine functions, and the others."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from gradcli.engine import ops
from gradcli.engine.inplace import change
from gradcli.engine.tensor import Tensor
from gradcli.torch.arguments import numpy_dtype, require_tensor
from gradcli.torch.binding import Signature, bound

TABLE = (
    ("input", "logsigmoid sigmoid tanh"),
    ("input, inplace=False", "relu relu6 selu silu"),
    ("input, min_val=-1.0, max_val=1.0, inplace=False", "hardtanh"),
    ("input, beta=1, threshold=20", "softplus"),
    ("input, approximate='none'", "gelu"),
    ("input, negative_slope=0.01, inplace=False", "leaky_relu"),
    ("input, alpha=1.0, inplace=False", "elu"),
)
"""Signatures (see `binding.py`), each with the names of the engine functions that have it."""


def _changing(compute: Callable[..., Any]) -> Callable[..., Any]:
    """`compute`, with a last argument that says whether the Tensor takes the result itself."""

    def function(input: Tensor, *settings: Any) -> Any:
        *given, inplace = settings
        return change(input, lambda before: compute(before, *given)) if inplace else compute(input, *given)

    return function


def _build() -> dict[str, Callable[..., Any]]:
    functions = {}
    for text, names in TABLE:
        for name in names.split():
            compute = getattr(ops, name)
            functions[name] = bound(name, Signature.of(text), _changing(compute) if "inplace" in text else compute)
    return functions


FUNCTIONS = _build()


def _normalised(name: str, compute: Callable[[Any, int], Any]) -> Callable[..., Any]:
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
        return compute(input if wanted is None else ops.cast(input, wanted), dim)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"As `torch.{name}`; without `dim`, along an axis that depends on how many there are."
    return function


softmax = _normalised("softmax", ops.softmax)
log_softmax = _normalised("log_softmax", ops.log_softmax)
softmin = _normalised("softmin", lambda x, dim: ops.softmax(-x, dim))


def softsign(input: Tensor) -> Any:
    """x / (1 + |x|)."""
    return input / (ops.abs(input) + 1)


def tanhshrink(input: Tensor) -> Any:
    """x - tanh(x)."""
    return input - ops.tanh(input)


def normalize(input: Tensor, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Any:
    """`input` over its `p`-norm along `dim`, which counts as `eps` if it is less."""
    size = ops.clamp(ops.norm(input, p, dim, True), eps)
    return input / ops.expand(size, tuple(input.shape))


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Any:
    """The cosine of the angle between vectors along `dim`; norms count as at least `eps`."""
    return ops.sum(normalize(x1, 2, dim, eps) * normalize(x2, 2, dim, eps), dim)


__all__ = ["cosine_similarity", "log_softmax", "normalize", "softmax", "softmin", "softsign", "tanhshrink"]
