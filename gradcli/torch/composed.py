"""The functions whose arguments mean different things in different calls: each one written out."""

from __future__ import annotations

import functools
import string
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine import ops
from gradcli.engine.dtypes import PYTHON_CATEGORY
from gradcli.engine.ops.reduction import count
from gradcli.engine.tensor import Tensor
from gradcli.engine.type_names import not_implemented
from gradcli.torch.arguments import refuse_complex, require_int, require_tensor
from gradcli.torch.out import into
from gradcli.torch.return_types import STRUCTURES
from gradcli.torch.writing import scatter_reduce

__all__ = [
    "add", "atleast_1d", "atleast_2d", "atleast_3d", "clamp_max", "clamp_min", "diff", "div", "einsum",
    "float_power",
    "max", "median", "min", "nanmedian", "rot90", "round", "rsub", "scatter", "sgn", "std", "std_mean", "sub",
    "tensordot", "var", "var_mean", "where",
]  # fmt: skip


def _with_out(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` with the keyword `out`."""

    @functools.wraps(function)
    def call(*args: Any, out: Any = None, **keywords: Any) -> Any:
        result = function(*args, **keywords)
        return result if out is None else into(function.__name__, out, result)

    return call


# Extremes and middles, of all elements or along an axis


_UNSET: Any = object()


def _extreme(
    name: str, of_all: Callable[..., Any], along: Callable[..., Any], of_two: Callable[..., Any] | None = None
) -> Callable[..., Any]:
    def function(
        input: Tensor, dim: Any = _UNSET, keepdim: bool = False, *, other: Any = None, axis: Any = _UNSET
    ) -> Any:
        require_tensor(name, "input", input, 1)
        axis = dim if axis is _UNSET else axis
        refuse_complex(name, (input,))
        if of_two is None and input.array.dtype.kind == "b":
            raise not_implemented("median_cpu" if axis is _UNSET else "median_out", input.array.dtype)
        second = axis if isinstance(axis, Tensor) else other
        if second is not None and of_two is not None:
            require_tensor(name, "other", second, 2)
            return of_two(input, second)
        if axis is _UNSET:
            return of_all(input)
        if isinstance(axis, bool) or not hasattr(axis, "__index__"):
            raise TypeError(f"{name}(): argument 'dim' must be int, not {type(axis).__name__}")
        return STRUCTURES[name](*along(input, axis, keepdim))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`{name}(input)`: of all elements; `{name}(input, dim)`: values and indices along an axis."
    return _with_out(function)


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
    return _with_out(function)


var, std = _spread("var", ops.var), _spread("std", ops.std)
var_mean, std_mean = _spread("var_mean", ops.var_mean), _spread("std_mean", ops.std_mean)

# Arithmetic


def _is_number(x: object) -> bool:
    return type(x) in PYTHON_CATEGORY


def _operands(name: str, input: Any, other: Any) -> None:
    """Raises PyTorch's TypeError unless both are Tensors or numbers, and one is a Tensor."""
    if not _is_number(input) or not isinstance(other, Tensor):
        require_tensor(name, "input", input, 1)
    if not _is_number(other):
        require_tensor(name, "other", other, 2)


def _scaled(input: Any, other: Any, alpha: Any) -> Any:
    """alpha * other. Raises RuntimeError for a factor that the dtypes have no place for."""
    if alpha is not True and alpha == 1:
        return other
    kinds = {x.array.dtype.kind for x in (input, other) if isinstance(x, Tensor)}
    if kinds == {"b"} and isinstance(alpha, int) and isinstance(other, (Tensor, bool)):  # truth values they stay
        alpha = bool(alpha)
    elif isinstance(alpha, bool):
        raise RuntimeError("Boolean alpha only supported for Boolean results.")
    if isinstance(alpha, complex) and "c" not in kinds:
        raise RuntimeError("For non-complex input tensors, argument alpha must not be a complex number.")
    if isinstance(alpha, float) and not kinds & {"f", "c"}:
        raise RuntimeError("For integral input tensors, argument alpha must not be a floating point number.")
    return ops.mul(other, alpha) if isinstance(other, Tensor) else type(other)(other * alpha)


@_with_out
def add(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    """`input + alpha * other`."""
    _operands("add", input, other)
    return ops.add(input, _scaled(input, other, alpha))


@_with_out
def sub(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    """`input - alpha * other`."""
    _operands("sub", input, other)
    return ops.sub(input, _scaled(input, other, alpha))


@_with_out
def rsub(input: Tensor, other: Any, *, alpha: Any = 1) -> Any:
    """`other - alpha * input`."""
    require_tensor("rsub", "input", input, 1)
    scaled = _scaled(input, input, alpha)
    return ops.sub(other, scaled) if isinstance(other, Tensor) else ops.rsub(scaled, other)


DIVISIONS = {None: ops.div, "floor": ops.div_floor, "trunc": ops.div_trunc}


@_with_out
def div(input: Any, other: Any, *, rounding_mode: str | None = None) -> Any:
    """`input / other`; with a rounding mode, "floor" or "trunc", a whole number and flat."""
    _operands("div", input, other)
    if rounding_mode not in DIVISIONS:
        raise RuntimeError(
            f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'"
        )
    return DIVISIONS[rounding_mode](input, other)


@_with_out
def float_power(input: Any, exponent: Any) -> Any:
    """`input ** exponent` in float64."""
    wide = [
        ops.cast(x, np.result_type(x.array.dtype, np.float64)) if isinstance(x, Tensor) else x
        for x in (input, exponent)
    ]
    return ops.power(*wide)


@_with_out
def clamp_min(input: Tensor, min: Any) -> Any:
    """The elements, but at least `min`."""
    require_tensor("clamp_min", "input", input, 1)
    refuse_complex("clamp", (input, min))
    return ops.clamp(input, min, None) if isinstance(min, Tensor) else ops.clamp_min_number(input, min)


@_with_out
def clamp_max(input: Tensor, max: Any) -> Any:
    """The elements, but at most `max`."""
    require_tensor("clamp_max", "input", input, 1)
    refuse_complex("clamp", (input, max))
    return ops.clamp(input, None, max) if isinstance(max, Tensor) else ops.clamp_max_number(input, max)


@_with_out
def round(input: Tensor, *, decimals: int = 0) -> Any:
    """The nearest numbers with so many decimals; of two, the one whose last digit is even."""
    require_tensor("round", "input", input, 1)
    require_int("round", "decimals", decimals, 2)
    refuse_complex("round", (input,))
    if input.array.dtype.kind in ("bui" if decimals else "b"):
        raise not_implemented("round_cpu" if decimals else "round_vml_cpu", input.array.dtype)
    return ops.round(input, decimals)


@_with_out
def sgn(input: Tensor) -> Any:
    """The sign; of a complex number, the number of size 1 in its direction."""
    require_tensor("sgn", "input", input, 1)
    return ops.sgn_complex(input) if input.dtype.is_complex else ops.sgn(input)


# Selection and shape


@_with_out
def where(condition: Tensor, input: Any = None, other: Any = None) -> Any:
    """`input` where the condition holds, else `other`; with the condition alone, the places where it holds."""
    require_tensor("where", "condition", condition, 1)
    if input is None and other is None:
        return ops.nonzero_each(condition)
    for name, position, value in (("input", 2, input), ("other", 3, other)):
        if not _is_number(value):
            require_tensor("where", name, value, position)
    return ops.where(condition, input, other)


def where_method(self: Tensor, condition: Tensor, other: Any) -> Any:
    """The Tensor's elements where the condition holds, else those of `other`."""
    return where(condition, self, other)


REDUCTIONS = {"add": "sum", "multiply": "prod"}
"""What `scatter` and `scatter_reduce` call the same."""


@_with_out
def scatter(input: Tensor, dim: int, index: Tensor, src: Any = None, *, value: Any = None, reduce: Any = None) -> Any:
    """`input` with the elements of `src`, or a number, at the indices along `dim`."""
    require_tensor("scatter", "input", input, 1)
    require_tensor("scatter", "index", index, 3)
    source = value if src is None else src
    if not _is_number(source):
        require_tensor("scatter", "src", source, 4)
    if reduce is not None:
        if reduce not in REDUCTIONS:
            raise RuntimeError("reduce argument must be either add or multiply.")
        many = Tensor(np.full(index.array.shape, source, input.array.dtype)) if _is_number(source) else source
        return scatter_reduce(input, dim, index, many, REDUCTIONS[reduce])
    return ops.put_along(input, dim, index, source)


def diff(input: Tensor, n: int = 1, dim: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """Each element less the one before along `dim`, `n` times."""
    require_tensor("diff", "input", input, 1)
    if not input.ndim:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    parts = [x for x in (prepend, input, append) if x is not None]
    result = ops.cat(parts, dim) if len(parts) > 1 else input
    if not n:
        return ops.clone(result)
    step = ops.logical_xor if result.array.dtype.kind == "b" else ops.sub
    for _ in range(n):
        length = result.shape[dim]
        result = step(ops.slice_axis(result, dim, 1, length), ops.slice_axis(result, dim, 0, length - 1))
    return result


def rot90(input: Tensor, k: int = 1, dims: Any = (0, 1)) -> Any:
    """Turned by 90 degrees `k` times, from the first of the two axes towards the second."""
    require_tensor("rot90", "input", input, 1)
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if input.ndim < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {input.ndim}")
    return ops.rot90(input, k % 4, tuple(dims))


def _equation(given: tuple[Any, ...]) -> tuple[Any, ...]:
    """The equation, and the operands, of operands that are each followed by a list of their axes."""
    subscripts = [*given[1::2], *given[-1:] * (len(given) % 2)]
    terms = ["".join("..." if axis is ... else string.ascii_letters[axis] for axis in axes) for axes in subscripts]
    operands = given[: len(given) // 2 * 2 : 2]
    left, right = ",".join(terms[: len(operands)]), terms[len(operands) :]
    return ("->".join([left, *right]), *operands)


def einsum(equation: Any, *operands: Any) -> Any:
    """The sum of products that an equation such as "ij,jk->ik" describes.

    In its place the axes of each operand may follow it as a list of numbers, and those of the result come last.
    """
    if not isinstance(equation, str):
        return einsum(*_equation((equation, *operands)))
    given = operands[0] if len(operands) == 1 and isinstance(operands[0], (tuple, list)) else operands
    return ops.einsum(equation, [*given])


@_with_out
def tensordot(a: Tensor, b: Tensor, dims: Any = 2) -> Any:
    """The sum of products over the last `dims` axes of `a` and the first of `b`, or over two lists of axes."""
    require_tensor("tensordot", "a", a, 1)
    require_tensor("tensordot", "b", b, 2)
    return ops.tensordot(a, b, dims.tolist() if isinstance(dims, Tensor) else dims)


def _at_least(name: str, ndim: int) -> Callable[..., Any]:
    def function(*tensors: Any) -> Any:
        if len(tensors) == 1 and isinstance(tensors[0], Tensor):
            return ops.at_least(tensors[0], ndim)
        given = tensors[0] if len(tensors) == 1 else tensors
        return tuple(ops.at_least(x, ndim) for x in given)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"The Tensors with at least {ndim} axes."
    return function


atleast_1d, atleast_2d, atleast_3d = (_at_least(f"atleast_{n}d", n) for n in (1, 2, 3))
