"""The functions whose arguments mean different things in different calls: each one written out."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine import ops
from gradcli.engine.tensor import Tensor
from gradcli.torch.arguments import only_default, require_tensor, unsupported

__all__ = [
    "allclose", "div", "equal", "is_floating_point", "is_tensor", "isclose", "max", "min", "norm", "numel", "std",
    "var",
]  # fmt: skip

Dims = int | tuple[int, ...] | None


def _extreme(name: str, of_all: Callable[..., Any], of_two: Callable[..., Any]) -> Callable[..., Any]:
    def function(input: Tensor, dim: Any = None, keepdim: bool = False, *, other: Any = None) -> Any:
        require_tensor(name, "input", input, 1)
        second = dim if isinstance(dim, Tensor) else other
        if second is not None:
            require_tensor(name, "other", second, 2)
            return of_two(input, second)
        if dim is not None or keepdim:
            raise unsupported(name, "dim")
        return of_all(input)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`{name}(input)`: of all elements; `{name}(input, other)`: of each pair of elements."
    return function


max = _extreme("max", ops.max, ops.maximum)
min = _extreme("min", ops.min, ops.minimum)


def div(input: Any, other: Any, *, rounding_mode: str | None = None) -> Any:
    """`input / other`; with rounding_mode="floor" rounded down, and flat."""
    if rounding_mode not in (None, "floor"):
        raise unsupported("div", "rounding_mode")
    return ops.div(input, other) if rounding_mode is None else ops.div_floor(input, other)


def _spread(name: str, compute: Callable[..., Any]) -> Callable[..., Any]:
    def function(
        input: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *, correction: Any = None
    ) -> Any:
        require_tensor(name, "input", input, 1)
        if isinstance(dim, bool):  # var(input, unbiased)
            dim, unbiased = None, dim
        if correction is None:
            correction = 1 if unbiased is None else int(unbiased)
        elif unbiased is not None:
            raise TypeError(f"{name}() takes 'unbiased' or 'correction', not both")
        return compute(input, tuple(dim) if isinstance(dim, list) else dim, correction, keepdim)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"The {name} of all elements or along `dim`, with `correction` (1) taken off their number."
    return function


var = _spread("var", ops.var)
std = _spread("std", ops.std)


def vector_norm(x: Tensor, ord: float = 2, dim: Dims = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """The `ord`-norm of the elements, all of them or along `dim`."""
    require_tensor("linalg.vector_norm", "x", x, 1)
    only_default("linalg.vector_norm", "dtype", dtype)
    return ops.norm(x, ord, tuple(dim) if isinstance(dim, list) else dim, keepdim)


def norm(input: Tensor, p: Any = "fro", dim: Dims = None, keepdim: bool = False, dtype: Any = None) -> Any:
    """The `p`-norm of the elements; "fro" is the 2-norm. The nuclear norm raises NotImplementedError."""
    require_tensor("norm", "input", input, 1)
    if p == "nuc":
        raise unsupported("norm", "p='nuc'")
    return vector_norm(input, 2 if p in ("fro", None) else p, dim, keepdim, dtype=dtype)


def linalg_norm(
    A: Tensor,  # noqa: N803  # PyTorch's name
    ord: Any = None,
    dim: Dims = None,
    keepdim: bool = False,
    *,
    dtype: Any = None,
) -> Any:
    """The 2-norm of all elements, or the `ord`-norm of vectors. Norms of matrices raise NotImplementedError."""
    require_tensor("linalg.norm", "A", A, 1)
    axes = A.ndim if dim is None else np.size(dim)
    if ord is not None and axes != 1:
        raise NotImplementedError("gradcli.torch.linalg.norm() does not support norms of matrices yet")
    return vector_norm(A, 2 if ord is None else ord, dim, keepdim, dtype=dtype)


def equal(input: Tensor, other: Tensor) -> bool:
    """True if both have the same shape and elements."""
    require_tensor("equal", "input", input, 1)
    require_tensor("equal", "other", other, 2)
    return bool(np.array_equal(input.array, other.array))


def isclose(input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Tensor:
    """Where |input - other| <= atol + rtol * |other|."""
    require_tensor("isclose", "input", input, 1)
    require_tensor("isclose", "other", other, 2)
    return Tensor(np.isclose(input.array, other.array, rtol, atol, equal_nan))


def allclose(input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> bool:
    """True if `isclose` holds everywhere."""
    return bool(np.all(isclose(input, other, rtol, atol, equal_nan).array))


def numel(input: Tensor) -> int:
    """The number of elements."""
    require_tensor("numel", "input", input, 1)
    return math.prod(input.shape)


def is_tensor(obj: object) -> bool:
    """True for a Tensor."""
    return isinstance(obj, Tensor)


def is_floating_point(input: Tensor) -> bool:
    """True for float16, float32 and float64."""
    require_tensor("is_floating_point", "input", input, 1)
    return input.dtype.is_floating_point
