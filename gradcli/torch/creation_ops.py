"""Tensors from a shape: constants, ranges and random numbers.

Each function makes an array in a NumPy dtype; `_creator` gives it PyTorch's `dtype`, `device` and `requires_grad`.
"""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine import random, ranges
from gradcli.engine.bfloat16 import BFLOAT16, converted
from gradcli.engine.dtypes import PYTHON_CATEGORY, Array, Default, DType, default_for
from gradcli.engine.fitting import fitting
from gradcli.engine.inplace import own_memory, write
from gradcli.engine.layout import copied_like, in_order
from gradcli.engine.layout import empty_like as empty_like_
from gradcli.engine.memory import touch
from gradcli.engine.tensor import Tensor
from gradcli.engine.type_names import TYPE_NAMES, not_implemented
from gradcli.torch import filling
from gradcli.torch.argument_checks import (
    check_device,
    number_of,
    numpy_dtype,
    refuse,
    require_int,
    require_tensor,
    shape_of,
)
from gradcli.torch.creation_from_data import leaf
from gradcli.torch.devices import contiguous_format
from gradcli.torch.filling import stream_of
from gradcli.torch.out import shaped, wanted_dtype

__all__ = [
    "arange", "empty", "empty_like", "eye", "full", "full_like", "initial_seed", "linspace", "logspace",
    "manual_seed", "ones", "ones_like", "rand", "rand_like", "randint", "randint_like", "randn", "randn_like",
    "randperm", "range", "scalar_tensor", "zeros", "zeros_like",
]  # fmt: skip


COUNTED = ("arange", "linspace", "logspace", "range")
"""The functions that leave `out` its shape if it has as many elements as they give."""
WARNING = ("arange", "range")
"""Those of them that warn where they give it another."""
NO_RANGE = (
    "torch.range is deprecated and will be removed in a future release because its behavior is inconsistent with "
    "Python's range builtin. Instead, use torch.arange, which produces values in [start, end)."
)
COUNTED_WRONG = (
    "The number of elements in the out tensor of shape {0} is {1} which does not match the computed number of elements "
    "{2}. Note that this may occur as a result of rounding error. The out tensor will be resized to a tensor of shape "
    "({2},)."
)


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
        wanted = wanted_dtype(name, dtype, out)
        if wanted == BFLOAT16 and name != "randperm":
            result = leaf(converted(make(np.dtype(np.float32), *args, **own), wanted), requires_grad)
        else:
            result = leaf(make(wanted, *args, **own), requires_grad)
        if out is None:
            return result
        counted = name in COUNTED and out.array.size == result.array.size
        if not counted and name in WARNING and out.array.size:
            words = COUNTED_WRONG.format([*out.array.shape], out.array.size, result.array.size)
            warnings.warn(words, UserWarning, stacklevel=2)
        shaped(out, out.array.shape if counted else result.array.shape, warned=False)
        write(out, result.array.reshape(out.array.shape))
        return out.requires_grad_(requires_grad)  # type: ignore[no-any-return]  # a Tensor, `wanted_dtype` has seen

    return create


def _drawer(plan: Callable[..., Any]) -> Callable[..., Tensor]:
    """A function of PyTorch's that fills memory with random numbers.

    `plan(...)` gives the shape, what fills an array (see `filling.py`), with its arguments but the last, the stream,
    and the dtype where none was given.
    """
    name = plan.__name__
    known = plan.__code__.co_varnames[: plan.__code__.co_argcount + plan.__code__.co_kwonlyargcount]

    @functools.wraps(plan)
    def create(
        *args: Any,
        dtype: Any = None,
        device: Any = None,
        requires_grad: bool = False,
        out: Any = None,
        generator: Any = None,
        **keywords: Any,
    ) -> Tensor:
        refuse(name, {key: value for key, value in keywords.items() if key not in known})
        check_device(name, device)
        wanted, source = wanted_dtype(name, dtype, out), stream_of(generator)
        shape, default, fill, *arguments = plan(*args, **{key: keywords[key] for key in keywords if key in known})
        if out is None:
            array = np.empty(shape, wanted or default)
            fill(array, *arguments, source)
            return leaf(array, requires_grad)
        own_memory(shaped(out, shape, warned=False))
        fill(out.array, *arguments, source)
        touch(out.array)
        return out.requires_grad_(requires_grad)  # type: ignore[no-any-return]  # a Tensor, `wanted_dtype` has seen

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
    return fitting(number_of("scalar_tensor", "s", s, 1), dtype or Default.float)


@_creator
def full(dtype: DType | None, size: Any, fill_value: Any) -> Any:
    """One value everywhere, in the value's own dtype unless another is given."""
    shape = _fixed_size("full", size, 1)
    value = number_of("full", "fill_value", fill_value, 2)
    return np.full(shape, fitting(value, dtype or default_for(PYTHON_CATEGORY[type(value)])))


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


def _numbers(function: str, **given: Any) -> list[Any]:
    """The real numbers that are given. Raises PyTorch's errors for anything else, NotImplementedError for complex."""
    values = [number_of(function, name, value, i) for i, (name, value) in enumerate(given.items(), 1)]
    if complex in map(type, values):
        raise not_implemented(f"{function}_cpu", np.complex64)
    return values


def _held(value: Any) -> Any:
    """A Tensor without its history, or the number itself: where PyTorch lets a gradient end."""
    return value.detach() if isinstance(value, Tensor) else value


@_creator
def arange(dtype: DType | None, start: Any = _UNSET, end: Any = _UNSET, step: Any = 1) -> Any:
    """Numbers from `start` (0) to before `end`, `step` apart; one number alone is the end."""
    if end is _UNSET:
        start, end = _UNSET, start
    if end is _UNSET:
        raise TypeError('arange() missing 1 required positional arguments: "end"')
    begin = {} if start is _UNSET else {"start": start}
    *first, end, step = _numbers("arange", **begin, end=end, step=step)
    start = first[0] if first else 0
    if dtype is None:
        dtype = Default.float if float in map(type, (start, end, step)) else np.dtype(np.int64)
    return ranges.arange(start, end, step, dtype)


@_creator
def linspace(dtype: DType | None, start: Any, end: Any, steps: int) -> Any:
    """`steps` evenly spaced numbers, both ends included."""
    require_int("linspace", "steps", steps, 3)
    start, end = _numbers("linspace", start=_held(start), end=_held(end))
    return ranges.linspace(start, end, int(steps), dtype or Default.float)


@_creator
def logspace(dtype: DType | None, start: Any, end: Any, steps: int, base: float = 10.0) -> Any:
    """`base` to the power of `steps` evenly spaced numbers, both ends included."""
    require_int("logspace", "steps", steps, 3)
    dtype = dtype or Default.float
    start, end = _numbers("logspace", start=_held(start), end=_held(end))
    exponents = ranges.linspace(start, end, int(steps), np.float64 if dtype.kind in "iu" else dtype)
    return np.power(exponents.dtype.type(base), exponents).astype(dtype)


@_creator
def range(dtype: DType | None, start: Any, end: Any = None, step: Any = 1) -> Any:
    """As `arange`, but `end` is included. PyTorch advises against it."""
    warnings.warn(NO_RANGE, UserWarning, stacklevel=3)
    start, end = (0, start) if end is None else (start, end)
    start, end, step = _numbers("range", start=start, end=end, step=step)
    dtype = dtype or Default.float
    beyond = start + (math.floor((end - start) / step) + 1) * step if dtype.kind in "iu" else end + step / 2
    return ranges.arange(start, beyond, step, dtype)


@_drawer
def rand(*lengths: Any, size: Any = None) -> Any:
    """Uniform random numbers in [0, 1), the ones PyTorch draws from the same seed."""
    return _size("rand", lengths, size), Default.float, filling.uniform, 0.0, 1.0


@_drawer
def randn(*lengths: Any, size: Any = None) -> Any:
    """Normal random numbers, the ones PyTorch draws from the same seed."""
    return _size("randn", lengths, size), Default.float, filling.normal, 0.0, 1.0


@_drawer
def randint(*bounds_and_size: Any, low: int = 0, high: Any = None, size: Any = None) -> Any:
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
    return shape, np.int64, filling.integers, low, high


@_creator
def randperm(dtype: DType | None, n: int, generator: Any = None) -> Any:
    """The numbers 0 to n - 1 in random order."""
    require_int("randperm", "n", n, 1)
    if dtype is not None:
        _refuse_count(n, dtype)
    return converted(stream_of(generator).randperm(n), dtype or np.dtype(np.int64))


def _refuse_count(n: int, dtype: DType) -> None:
    """Raises PyTorch's errors if the dtype does not hold the numbers from 0 to n."""
    if dtype.kind in "bc":
        raise not_implemented("randperm", dtype)
    if dtype.kind in "iu":
        fitting(max(n - 1, 0), dtype)
    elif dtype != BFLOAT16 and n > random.exact_integers(dtype)[1] + 1:
        most, called = random.exact_integers(dtype)[1] + 1, TYPE_NAMES[dtype.name].scalar
        raise RuntimeError(f"n cannot be greater than {most} for {called} type.")


def _number(value: Any) -> Any:
    return value.item() if isinstance(value, (Tensor, np.generic)) else value


def manual_seed(seed: int) -> random.Generator:
    """Restarts the random numbers from `seed` and returns their generator."""
    return random.default_generator.manual_seed(seed)


def initial_seed() -> int:
    """The seed that the random numbers were last started from."""
    return random.default_generator.initial_seed()


def _like(create: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """`create` with the shape, the dtype and the layout of another Tensor."""
    name = f"{create.__name__}_like"

    def like(input: Tensor, *args: Any, dtype: Any = None, memory_format: Any = None, **keywords: Any) -> Tensor:
        require_tensor(name, "input", input, 1)
        refuse(name, {"memory_format": memory_format})
        if args:
            args = (number_of(name, "fill_value", args[0], 2), *args[1:])
        result = create(tuple(input.shape), *args, dtype=input.dtype if dtype is None else dtype, **keywords)
        if memory_format is not contiguous_format and not in_order(input.array):
            result.array = copied_like(result.array, input.array)
        return result

    like.__name__ = like.__qualname__ = name
    like.__doc__ = f"As `{create.__name__}`, in the shape, the dtype and the layout of `input`."
    return like


zeros_like, ones_like, empty_like, full_like = _like(zeros), _like(ones), _like(empty), _like(full)


def _drawn_like(name: str, fill: Callable[..., None], *arguments: Any) -> Callable[..., Tensor]:
    """What `fill(array, *arguments, stream)` makes of an array in the shape, the dtype and the layout of a Tensor."""

    def like(
        input: Tensor,
        *bounds: Any,
        dtype: Any = None,
        device: Any = None,
        memory_format: Any = None,
        requires_grad: bool = False,
        generator: Any = None,
        **others: Any,
    ) -> Tensor:
        refuse(name, {**others, "memory_format": memory_format})
        check_device(name, device)
        require_tensor(name, "input", input, 1)
        kind = numpy_dtype(name, dtype) or input.array.dtype
        shape = input.array.shape
        array = np.empty(shape, kind) if memory_format is contiguous_format else empty_like_(input.array, kind)
        fill(array, *bounds, *arguments, stream_of(generator))
        return leaf(array, requires_grad)

    like.__name__ = like.__qualname__ = name
    like.__doc__ = f"As `{name.removesuffix('_like')}`, in the shape, the dtype and the layout of `input`."
    return like


def _integers(array: Array, *arguments: Any) -> None:
    *bounds, source = arguments
    low, high = (0, *bounds) if len(bounds) == 1 else bounds
    filling.integers(array, _number(low), _number(high), source)


rand_like = _drawn_like("rand_like", filling.uniform, 0.0, 1.0)
randn_like = _drawn_like("randn_like", filling.normal, 0.0, 1.0)
randint_like = _drawn_like("randint_like", _integers)
