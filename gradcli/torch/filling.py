"""Arrays filled with random numbers in place, in the order in which their elements lie in memory, as in PyTorch."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine import random
from gradcli.engine.bfloat16 import converted
from gradcli.engine.dtypes import Array
from gradcli.engine.layout import along_memory, storage_order
from gradcli.engine.type_names import TYPE_NAMES, not_implemented


def stream_of(generator: Any) -> random.Generator:
    """The generator to draw from: the one given, or the global one. Raises TypeError for anything else."""
    if generator is None:
        return random.default_generator
    if not isinstance(generator, random.Generator):
        raise TypeError(f"argument 'generator' must be torch.Generator, not {type(generator).__name__}")
    return generator


def _fill(array: Array, draw: Callable[[tuple[int, ...]], Any]) -> None:
    values = along_memory(array, draw)
    np.copyto(array, values if values.dtype == array.dtype else converted(values, array.dtype), casting="unsafe")


def _parts(array: Array) -> Array:
    """The real and the imaginary parts of complex numbers, side by side along a new last axis."""
    real = array.real
    shape, strides = (*array.shape, 2), (*array.strides, real.itemsize)
    return np.lib.stride_tricks.as_strided(real, shape, strides)


def uniform(array: Array, low: float, high: float, source: random.Generator) -> None:
    """Uniform numbers in [low, high); in both parts of complex numbers."""
    if array.dtype.kind == "c":
        array = _parts(array)
    _fill(array, lambda shape: source.uniform(shape, low, high, array.dtype))


def normal(array: Array, mean: float, std: float, source: random.Generator) -> None:
    """Normal numbers; complex ones have the mean, and half of the variance, in each part."""
    if array.dtype.kind == "c":
        array, std = _parts(array), std / math.sqrt(2)
    blocks = array.flags.c_contiguous
    _fill(array, lambda shape: source.normal(shape, mean, std, array.dtype, blocks=blocks))


def bernoulli(array: Array, p: Any, source: random.Generator) -> None:
    """Ones with probability p, a number or an array of the same shape; zeros otherwise."""
    if array.dtype.kind == "c":
        kernel = "bernoulli_tensor_cpu_self_" if isinstance(p, np.ndarray) else "bernoulli_scalar_cpu_"
        raise not_implemented(kernel, array.dtype)
    if isinstance(p, np.ndarray):
        axes = storage_order(array.shape, array.strides)
        _fill(array, lambda shape: source.bernoulli_tensor(p.transpose(axes)))
    else:
        _fill(array, lambda shape: source.bernoulli(p, shape))


def integers(array: Array, low: int | None, high: int | None, source: random.Generator) -> None:
    """Whole numbers, low ≤ number < high; without `high` (and `low`), all from there (from 0) on that are exact."""
    dtype = array.dtype
    _fill(array, lambda shape: source.random(shape, dtype) if low is None else source.randint(low, high, shape, dtype))


def _uniforms(array: Array, source: random.Generator, transform: Callable[[Array], Array]) -> None:
    """What `transform` makes of one float64 number in [0, 1) for each element."""
    _fill(array, lambda shape: transform(source.rand(shape, np.float64)))


def _positive(name: str, parameter: str, value: float, called: str) -> None:
    if not value > 0:
        raise RuntimeError(f"{name} expects {parameter} > 0.0, but found {called}={value:g}")


def _continuous(name: str, array: Array, called: str) -> None:
    """Raises PyTorch's RuntimeError for a distribution of real numbers over a dtype of others."""
    if array.dtype.kind not in "fV":
        raise RuntimeError(
            f"{name} distribution is a continuous probability distribution. dtype must be a floating point but you "
            f"specified {called}"
        )


def exponential(array: Array, rate: float, source: random.Generator) -> None:
    """Exponentially distributed numbers with that rate."""
    _continuous("Exponential", array, TYPE_NAMES[array.dtype.name].scalar)
    _positive("exponential_", "lambda", rate, "lambda")
    _uniforms(array, source, lambda u: -1 / rate * np.log1p(-u))


def geometric(array: Array, p: float, source: random.Generator) -> None:
    """How many trials, each with probability p, the first success takes."""
    if array.dtype.kind in "bc":
        raise not_implemented("geometric_cpu", array.dtype)
    if not 0 < p < 1:
        raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={p:g}")
    _uniforms(array, source, lambda u: np.ceil(np.log(u) / math.log1p(-p)))


def cauchy(array: Array, median: float, sigma: float, source: random.Generator) -> None:
    """Numbers of Cauchy's distribution."""
    _continuous("Cauchy", array, TYPE_NAMES[array.dtype.name].cpp)
    _positive("cauchy_", "sigma", sigma, "sigma")
    _uniforms(array, source, lambda u: median + sigma * np.tan(np.pi * (u - 0.5)))


def log_normal(array: Array, mean: float, std: float, source: random.Generator) -> None:
    """Numbers whose logarithms are normal with this mean and deviation."""
    if array.dtype.kind not in "fV":
        raise not_implemented("log_normal_cpu", array.dtype)
    _positive("log_normal_", "std", std, "std")
    kind = np.dtype(np.float64)
    _fill(array, lambda _: [math.exp(source.normal((), mean, std, kind)) for _ in range(array.size)])
