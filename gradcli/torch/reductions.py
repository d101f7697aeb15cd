"""Reductions whose arguments mean different things in different calls: extremes, middles, spreads, sums without NaN."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from gradcli.engine import ops
from gradcli.engine.ops.reduction import count
from gradcli.engine.tensor import Tensor
from gradcli.engine.type_names import TYPE_NAMES, not_implemented
from gradcli.torch.argument_checks import refuse_complex, require_tensor
from gradcli.torch.binding import Signature, bound
from gradcli.torch.out import into, with_out
from gradcli.torch.return_types import STRUCTURES

__all__ = [
    "max", "median", "min", "nanmean", "nanmedian", "nansum", "std", "std_mean", "var", "var_mean",
]  # fmt: skip


# Extremes and middles, of all elements or along an axis


_UNSET: Any = object()


def _extreme(
    name: str, of_all: Callable[..., Any], along: Callable[..., Any], of_two: Callable[..., Any] | None = None
) -> Callable[..., Any]:
    def function(
        input: Tensor,
        dim: Any = _UNSET,
        keepdim: bool = False,
        *,
        other: Any = None,
        axis: Any = _UNSET,
        out: Any = None,
    ) -> Any:
        require_tensor(name, "input", input, 1)
        axis = dim if axis is _UNSET else axis
        refuse_complex(name, (input,))
        if of_two is None and input.array.dtype.kind == "b":
            raise not_implemented("median_cpu" if axis is _UNSET else "median_out", input.array.dtype)
        second = axis if isinstance(axis, Tensor) else other
        if second is not None and of_two is not None:
            require_tensor(name, "other", second, 2)
            if keepdim:
                raise TypeError(f"{name}() received an invalid combination of arguments - got (Tensor, Tensor, bool)")
            result = of_two(input, second)
            return result if out is None else into(f"{name}imum", out, result, (input, second))
        if out is not None:
            return into(name, out, function(input, axis, keepdim))
        if axis is _UNSET:
            return of_all(input)
        if isinstance(axis, bool) or not hasattr(axis, "__index__"):
            raise TypeError(f"{name}(): argument 'dim' must be int, not {type(axis).__name__}")
        return STRUCTURES[name](*along(input, axis, keepdim))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`{name}(input)`: of all elements; `{name}(input, dim)`: values and indices along an axis."
    return function


max = _extreme("max", ops.max, ops.max_along, ops.maximum)
min = _extreme("min", ops.min, ops.min_along, ops.minimum)
median = _extreme("median", ops.median, ops.median_along)
nanmedian = _extreme("nanmedian", ops.nanmedian, ops.nanmedian_along)


_NO_FREEDOM = (
    "degrees of freedom is <= 0. Correction should be strictly less than the reduction factor (input numel divided by "
    "output numel)."
)


def _spread(name: str, compute: Callable[..., Any]) -> Callable[..., Any]:
    def function(
        input: Tensor,
        dim: Any = None,
        unbiased: bool | None = None,
        keepdim: bool = False,
        *,
        correction: Any = None,
        axis: Any = None,
    ) -> Any:
        require_tensor(name, "input", input, 1)
        dim = dim if axis is None else axis
        if isinstance(dim, bool):  # var(input, unbiased)
            dim, unbiased = None, dim
        if correction is None:
            correction = 1 if unbiased is None else int(unbiased)
        elif unbiased is not None:
            raise TypeError(f"{name}() takes 'unbiased' or 'correction', not both")
        axis = tuple(dim) if isinstance(dim, list) else dim
        result = compute(input, axis, correction, keepdim)
        if not input.array.size or count(input.array, axis) <= correction:
            warnings.warn(f"{name}(): {_NO_FREEDOM}", UserWarning, stacklevel=3)
        return result

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"The {name} of all elements or along `dim`, with `correction` (1) taken off their number."
    return with_out(function)


var, std = _spread("var", ops.var), _spread("std", ops.std)
var_mean, std_mean = _spread("var_mean", ops.var_mean), _spread("std_mean", ops.std_mean)

# Sums and means without NaN

_SUMMED = Signature.of("input, dim[]=None, keepdim=False, *, dtype=None")


def _without_nan(name: str, compute: Callable[..., Any], whole: Callable[..., Any] | None) -> Callable[..., Any]:
    """`compute` under PyTorch's name; `whole` is what it comes to for whole numbers, which are refused without it."""
    of_floats = bound(name, _SUMMED, compute, real_only=True)
    of_whole = whole and bound(name, _SUMMED, whole)

    def function(input: Tensor, *args: Any, **keywords: Any) -> Any:
        require_tensor(name, "input", input, 1)
        kind = input.array.dtype.kind
        if kind == "c":
            raise RuntimeError("nansum on CPU does not support complex inputs")
        if kind not in "bui":
            return of_floats(input, *args, **keywords)
        if of_whole:
            return of_whole(input, *args, **keywords)
        called = TYPE_NAMES[input.array.dtype.name].scalar
        raise RuntimeError(f"{name}(): expected input to have floating point or complex dtype but got {called}")

    function.__name__ = function.__qualname__ = name
    function.__doc__ = of_floats.__doc__
    return function


nansum = _without_nan("nansum", ops.nansum, ops.sum)
nanmean = _without_nan("nanmean", ops.nanmean, None)
