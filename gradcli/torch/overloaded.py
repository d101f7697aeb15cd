"""The functions whose arguments mean different things in different calls: each one written out."""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine import ops
from gradcli.engine.axes import axis_in
from gradcli.engine.dtypes import PYTHON_CATEGORY
from gradcli.engine.errors import uncomputed
from gradcli.engine.fitting import refuse_overflow
from gradcli.engine.tensor import Tensor
from gradcli.engine.type_names import not_implemented
from gradcli.torch.argument_checks import refuse, refuse_complex, require_int, require_tensor
from gradcli.torch.devices import contiguous_format
from gradcli.torch.mutating_ops import scatter_reduce
from gradcli.torch.out import with_out

__all__ = [
    "add", "atleast_1d", "atleast_2d", "atleast_3d", "clamp_max", "clamp_min", "clone", "diff", "div", "einsum",
    "float_power", "rot90", "round", "rsub", "scatter", "sgn", "sub", "tensordot", "where",
]  # fmt: skip


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


@with_out
def add(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    """`input + alpha * other`."""
    _operands("add", input, other)
    return ops.add(input, _scaled(input, other, alpha))


@with_out
def sub(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    """`input - alpha * other`."""
    _operands("sub", input, other)
    return ops.sub(input, _scaled(input, other, alpha))


@with_out
def rsub(input: Tensor, other: Any, *, alpha: Any = 1) -> Any:
    """`other - alpha * input`."""
    scaled = _scaled(input, input, alpha)
    return ops.sub(other, scaled) if isinstance(other, Tensor) else ops.rsub(scaled, other)


DIVISIONS = {None: ops.div, "floor": ops.div_floor, "trunc": ops.div_trunc}


@with_out
def div(input: Any, other: Any, *, rounding_mode: str | None = None) -> Any:
    """`input / other`; with a rounding mode, "floor" or "trunc", a whole number and flat."""
    _operands("div", input, other)
    if rounding_mode not in DIVISIONS:
        raise RuntimeError(
            f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'"
        )
    return DIVISIONS[rounding_mode](input, other)


@with_out
def float_power(input: Any, exponent: Any) -> Any:
    """`input ** exponent` in float64."""
    if not isinstance(input, Tensor) and not isinstance(exponent, Tensor):
        require_tensor("float_power", "input", input, 1)
    if error := uncomputed(*(x.array for x in (input, exponent) if isinstance(x, Tensor))):
        raise error
    wide = [
        ops.cast(x, np.result_type(x.array.dtype, np.float64)) if isinstance(x, Tensor) else x
        for x in (input, exponent)
    ]
    return ops.power(*wide)


def _refuse_limits(*values: Any) -> None:
    """Raises PyTorch's NotImplementedError for complex numbers, which have no order."""
    if any(isinstance(x, complex) or (isinstance(x, Tensor) and x.dtype.is_complex) for x in values):
        raise NotImplementedError("clamp is not supported for complex types")


@with_out
def clamp_min(input: Tensor, min: Any) -> Any:
    """The elements, but at least `min`."""
    _refuse_limits(input, min)
    return ops.clamp(input, min, None) if isinstance(min, Tensor) else ops.clamp_min_number(input, min)


@with_out
def clamp_max(input: Tensor, max: Any) -> Any:
    """The elements, but at most `max`."""
    _refuse_limits(input, max)
    return ops.clamp(input, None, max) if isinstance(max, Tensor) else ops.clamp_max_number(input, max)


@with_out
def round(input: Tensor, *, decimals: int = 0) -> Any:
    """The nearest numbers with so many decimals; of two, the one whose last digit is even."""
    require_tensor("round", "input", input, 1)
    require_int("round", "decimals", decimals, 2)
    refuse_complex("round", (input,))
    if input.array.dtype.kind in ("bui" if decimals else "b"):
        raise not_implemented("round_cpu" if decimals else "round_vml_cpu", input.array.dtype)
    return ops.round(input, decimals)


@with_out
def sgn(input: Tensor) -> Any:
    """The sign; of a complex number, the number of size 1 in its direction."""
    return ops.sgn_complex(input) if input.dtype.is_complex else ops.sgn(input)


# Selection and shape


@with_out
def where(condition: Tensor, input: Any = None, other: Any = None) -> Any:
    """`input` where the condition holds, else `other`; with the condition alone, the places where it holds."""
    if input is None and other is None:
        return ops.nonzero_each(condition)
    for name, position, value in (("input", 2, input), ("other", 3, other)):
        if not _is_number(value):
            require_tensor("where", name, value, position)
    if condition.array.dtype == np.uint8:  # which once stood for truth values
        condition = Tensor(condition.array.astype(bool))
    for number, tensor in ((input, other), (other, input)):
        if isinstance(tensor, Tensor):
            refuse_overflow(tensor.array, number)
    return ops.where(condition, input, other)


def clone(input: Tensor, *, memory_format: Any = None) -> Any:
    """A copy, whose elements lie in memory as those of `input` do, or in order as `torch.contiguous_format`."""
    refuse("clone", {"memory_format": memory_format})
    return ops.clone(input, memory_format is not contiguous_format)


REDUCTIONS = {"add": "sum", "multiply": "prod"}
"""What `scatter` and `scatter_reduce` call the same."""


@with_out
def scatter(input: Tensor, dim: int, index: Tensor, src: Any = None, *, value: Any = None, reduce: Any = None) -> Any:
    """`input` with the elements of `src`, or a number, at the indices along `dim`."""
    source = value if src is None else src
    if not _is_number(source):
        require_tensor("scatter", "src", source, 4)
    if reduce is not None:
        if reduce not in REDUCTIONS:
            raise RuntimeError("reduce argument must be either add or multiply.")
        many = Tensor(np.full(index.array.shape, source, input.array.dtype)) if _is_number(source) else source
        return scatter_reduce(input, dim, index, many, REDUCTIONS[reduce])
    return ops.put_along(input, dim, index, source)


def _check_extension(input: Tensor, other: Tensor, axis: int) -> None:
    """Raises PyTorch's RuntimeErrors for what cannot be put before or behind `input` along an axis."""
    if other.ndim != input.ndim:
        raise RuntimeError("diff expects prepend or append to be the same dimension as input")
    for i, (n, m) in enumerate(zip(input.shape, other.shape, strict=True)):
        if n != m and i != axis:
            raise RuntimeError(
                "diff expects the shape of tensor to prepend or append to match that of input except along the "
                f"differencing dimension; input.size({i}) = {n}, but got tensor.size({i}) = {m}"
            )


@with_out
def diff(input: Tensor, n: int = 1, dim: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """Each element less the one before along `dim`, `n` times."""
    require_int("diff", "n", n, 2)
    require_int("diff", "dim", dim, 3)
    if not input.ndim:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    axis = axis_in(dim, input.ndim)
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    for other in (prepend, append):
        if other is not None:
            _check_extension(input, other, axis)
    if not n:
        return ops.clone(input)
    parts = [x for x in (prepend, input, append) if x is not None]
    result = ops.cat(parts, dim) if len(parts) > 1 else input
    n = min(n, result.shape[dim])  # an array without elements is its own difference
    step = ops.logical_xor if result.array.dtype.kind == "b" else ops.sub
    for _ in range(n):
        length = result.shape[dim]
        result = step(ops.slice_axis(result, dim, 1, length), ops.slice_axis(result, dim, 0, length - 1))
    return result


def rot90(input: Tensor, k: int = 1, dims: Any = (0, 1)) -> Any:
    """Turned by 90 degrees `k` times, from the first of the two axes towards the second."""
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if input.ndim < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {input.ndim}")
    axes = [axis_in(axis, input.ndim) for axis in dims]
    if axes[0] == axes[1]:
        raise RuntimeError(f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}")
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
    if not operands:
        raise ValueError(
            "einsum(): must specify the equation string and at least one operand, or at least one operand and its "
            "subscripts list"
        )
    if not isinstance(equation, str):
        return einsum(*_equation((equation, *operands)))
    given = operands[0] if len(operands) == 1 and isinstance(operands[0], (tuple, list)) else operands
    return ops.einsum(equation, [*given])


@with_out
def tensordot(a: Tensor, b: Tensor, dims: Any = 2) -> Any:
    """The sum of products over the last `dims` axes of `a` and the first of `b`, or over two lists of axes."""
    for name, axes in zip(("dims_self", "dims_other"), dims if isinstance(dims, (tuple, list)) else (), strict=False):
        if not isinstance(axes, (tuple, list)):
            raise TypeError(
                f"tensordot(): argument '{name}' (position 3) must be tuple of ints, not {type(axes).__name__}"
            )
    if isinstance(dims, Tensor):
        dims = int(dims.item()) if dims.numel() == 1 else dims.tolist()
    return ops.tensordot(a, b, dims)


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
