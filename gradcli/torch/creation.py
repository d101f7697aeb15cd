"""Tensors from a shape: constants, ranges and random numbers.

Each function makes an array in a NumPy dtype; `_creator` gives it PyTorch's `dtype`, `device` and `requires_grad`.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine import random, ranges
from gradcli.engine.bfloat16 import BFLOAT16, converted
from gradcli.engine.dtypes import PYTHON_CATEGORY, Default, DType, default_for
from gradcli.engine.fitting import fitting
from gradcli.engine.tensor import Tensor
from gradcli.torch.arguments import check_device, numpy_dtype, refuse, require_int, require_tensor, shape_of
from gradcli.torch.data import leaf
from gradcli.torch.out import into

__all__ = [
    "arange", "empty", "empty_like", "eye", "full", "full_like", "initial_seed", "linspace", "logspace",
    "manual_seed", "ones", "ones_like", "rand", "rand_like", "randint", "randint_like", "randn", "randn_like",
    "randperm", "range", "scalar_tensor", "zeros", "zeros_like",
]  # fmt: skip


def _creator(make: Callable[..., Any]) -> Callable[..., Tensor]:
    """`make(dtype, ...)`, which gives an array, as a function of PyTorch's; dtype is None where none was given."""
    name = make.__name__
    known = make.__code__.co_varnames[: make.__code__.co_argcount + make.__code__.co_kwonlyargcount]

    @functools.wraps(make)
    def create(
        *args: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False, out: Any = None, **keywords: Any
    ) -> Tensor:
        own = {key: value for key, value in keywords.items() if key in known}
        refuse(name, {key: value for key, value in keywords.items() if key not in known})
        if "memory_format" in keywords and name != "empty":
            raise TypeError(f"{name}() got an unexpected keyword argument 'memory_format'")
        check_device(name, device)
        wanted = numpy_dtype(name, out.dtype if dtype is None and isinstance(out, Tensor) else dtype)
        if wanted == BFLOAT16:
            result = leaf(converted(make(np.dtype(np.float32), *args, **own), wanted), requires_grad)
        else:
            result = leaf(make(wanted, *args, **own), requires_grad)
        return result if out is None else into(name, out, result)

    return create


def _size(name: str, lengths: tuple[Any, ...], size: Any) -> tuple[int, ...]:
    """The shape from positional lengths or from the keyword `size`."""
    if lengths and size is not None:
        raise TypeError(f"{name}() got multiple values for argument 'size'")
    return shape_of(name, lengths if size is None else (size,))


def _fixed_size(name: str, size: Any, position: int) -> tuple[int, ...]:
    """The shape where PyTorch takes nothing but a sequence."""
    if not isinstance(size, (tuple, list)):
        kind = type(size).__name__
        raise TypeError(f"{name}(): argument 'size' (position {position}) must be tuple of ints, not {kind}")
    return shape_of(name, (size,))


@_creator
def zeros(dtype: DType | None, *lengths: Any, size: Any = None) -> Any:
    """Zeros of a shape."""
    return np.zeros(_size("zeros", lengths, size), dtype or Default.float)


@_creator
def ones(dtype: DType | None, *lengths: Any, size: Any = None) -> Any:
    """Ones of a shape."""
    return np.ones(_size("ones", lengths, size), dtype or Default.float)


@_creator
def empty(dtype: DType | None, *lengths: Any, size: Any = None) -> Any:
    """A Tensor whose elements mean nothing; here they are zeros, so that every run prints the same."""
    return np.zeros(_size("empty", lengths, size), dtype or Default.float)


@_creator
def scalar_tensor(dtype: DType | None, s: Any) -> Any:
    """One number, without axes."""
    return fitting(s, dtype or Default.float)


@_creator
def full(dtype: DType | None, size: Any, fill_value: Any) -> Any:
    """One value everywhere, in the value's own dtype unless another is given."""
    shape = _fixed_size("full", size, 1)
    value = fill_value.array if isinstance(fill_value, Tensor) else fill_value
    if not isinstance(fill_value, Tensor) and type(value) not in PYTHON_CATEGORY:
        raise TypeError(f"full(): argument 'fill_value' (position 2) must be Number, not {type(value).__name__}")
    own = value.dtype if isinstance(fill_value, Tensor) else default_for(PYTHON_CATEGORY[type(value)])
    return np.full(shape, fitting(value, own if dtype is None else dtype))


@_creator
def eye(dtype: DType | None, n: int, m: int | None = None) -> Any:
    """The identity matrix, n by m."""
    for position, (name, length) in enumerate((("n", n), ("m", m)), 1):
        if length is not None:
            require_int("eye", name, length, position)
        if length is not None and length < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {length}")
    return np.eye(n, m, dtype=dtype or Default.float)


_UNSET: Any = object()


@_creator
def arange(dtype: DType | None, start: Any = _UNSET, end: Any = _UNSET, step: Any = 1) -> Any:
    """Numbers from `start` (0) to before `end`, `step` apart; one number alone is the end."""
    if end is _UNSET:
        start, end = 0, start
    if end is _UNSET:
        raise TypeError('arange() missing 1 required positional arguments: "end"')
    start, end, step = _number(0 if start is _UNSET else start), _number(end), _number(step)
    if dtype is None:
        dtype = Default.float if float in map(type, (start, end, step)) else np.dtype(np.int64)
    return ranges.arange(start, end, step, dtype)


@_creator
def linspace(dtype: DType | None, start: Any, end: Any, steps: int) -> Any:
    """`steps` evenly spaced numbers, both ends included."""
    require_int("linspace", "steps", steps, 3)
    return ranges.linspace(_number(start), _number(end), steps, dtype or Default.float)


@_creator
def logspace(dtype: DType | None, start: Any, end: Any, steps: int, base: float = 10.0) -> Any:
    """`base` to the power of `steps` evenly spaced numbers, both ends included."""
    require_int("logspace", "steps", steps, 3)
    dtype = dtype or Default.float
    exponents = ranges.linspace(_number(start), _number(end), steps, np.float64 if dtype.kind in "iu" else dtype)
    return np.power(exponents.dtype.type(base), exponents).astype(dtype)


@_creator
def range(dtype: DType | None, start: Any, end: Any = None, step: Any = 1) -> Any:
    """As `arange`, but `end` is included. PyTorch advises against it."""
    start, end = (0, start) if end is None else (start, end)
    return ranges.arange(_number(start), _number(end) + _number(step) / 2, _number(step), dtype or Default.float)


@_creator
def rand(dtype: DType | None, *lengths: Any, size: Any = None, generator: Any = None) -> Any:
    """Uniform random numbers in [0, 1), the ones PyTorch draws from the same seed."""
    shape, dtype = _size("rand", lengths, size), dtype or Default.float
    if dtype.kind == "c":
        return _pairs(stream_of(generator).rand((*shape, 2), _part(dtype)), dtype)
    return stream_of(generator).rand(shape, dtype)


def _part(dtype: DType) -> DType:
    """The dtype of the parts of a complex one."""
    return np.empty(0, dtype).real.dtype


def _pairs(parts: Any, dtype: DType) -> Any:
    """Complex numbers whose parts are side by side along the last axis."""
    return parts.view(dtype)[..., 0]


@_creator
def randn(dtype: DType | None, *lengths: Any, size: Any = None, generator: Any = None) -> Any:
    """Normal random numbers, the ones PyTorch draws from the same seed."""
    shape, dtype = _size("randn", lengths, size), dtype or Default.float
    if dtype.kind == "c":  # of variance 1, half of it in each part
        return _pairs(stream_of(generator).normal((*shape, 2), 0.0, math.sqrt(0.5), _part(dtype)), dtype)
    return stream_of(generator).randn(shape, dtype)


@_creator
def randint(
    dtype: DType | None, *bounds_and_size: Any, low: int = 0, high: Any = None, size: Any = None, generator: Any = None
) -> Any:
    """Random integers from `low` (0) to `high` - 1. Called with (high, size) or with (low, high, size)."""
    given = list(bounds_and_size)
    if size is None and len(given) > 1:
        size = given.pop()
    if high is None and given:
        high = given.pop()
    if given:
        low = given.pop()
    if given or high is None:
        raise TypeError("randint() takes (high, size) or (low, high, size)")
    shape = _fixed_size("randint", size, len(bounds_and_size))
    low, high = _number(low), _number(high)
    require_int("randint", "high", high, 2 if low else 1)
    require_int("randint", "low", low, 1)
    return stream_of(generator).randint(low, high, shape, dtype or np.int64)


@_creator
def randperm(dtype: DType | None, n: int, generator: Any = None) -> Any:
    """The numbers 0 to n - 1 in random order."""
    require_int("randperm", "n", n, 1)
    return stream_of(generator).randperm(n).astype(dtype or np.int64)


def _number(value: Any) -> Any:
    return value.item() if isinstance(value, (Tensor, np.generic)) else value


def stream_of(generator: Any) -> random.Generator:
    """The generator to draw from: the one given, or the global one. Raises TypeError for anything else."""
    if generator is None:
        return random.default_generator
    if not isinstance(generator, random.Generator):
        raise TypeError(f"argument 'generator' must be torch.Generator, not {type(generator).__name__}")
    return generator


def manual_seed(seed: int) -> random.Generator:
    """Restarts the random numbers from `seed` and returns their generator."""
    return random.default_generator.manual_seed(seed)


def initial_seed() -> int:
    """The seed that the random numbers were last started from."""
    return random.default_generator.initial_seed()


def _like(create: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """`create` with the shape and the dtype of another Tensor."""
    name = f"{create.__name__}_like"

    def like(input: Tensor, *args: Any, dtype: Any = None, memory_format: Any = None, **keywords: Any) -> Tensor:
        require_tensor(name, "input", input, 1)
        refuse(name, {"memory_format": memory_format})
        return create(tuple(input.shape), *args, dtype=input.dtype if dtype is None else dtype, **keywords)

    like.__name__ = like.__qualname__ = name
    like.__doc__ = f"As `{create.__name__}`, in the shape and the dtype of `input`."
    return like


zeros_like, ones_like, empty_like, full_like = _like(zeros), _like(ones), _like(empty), _like(full)
rand_like, randn_like = _like(rand), _like(randn)


def randint_like(input: Tensor, *bounds: Any, dtype: Any = None, **keywords: Any) -> Tensor:
    """As `randint`, in the shape and the dtype of `input`: `(input, high)` or `(input, low, high)`."""
    require_tensor("randint_like", "input", input, 1)
    chosen = input.dtype if dtype is None else dtype
    return randint(*bounds, tuple(input.shape), dtype=chosen, **keywords)
