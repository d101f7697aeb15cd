"""NumPy's functions that take other arguments than our operations: on Tensors they mean what they mean on arrays.

What they do not take here (`dtype`, `out`, `where`, ...) is refused by a TypeError with the function's name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradcli.engine.axes import Axes, axes_in
from gradcli.engine.ops.arithmetic import mul, power, reciprocal
from gradcli.engine.ops.comparison import ne
from gradcli.engine.ops.complex_numbers import conj
from gradcli.engine.ops.joining import cat
from gradcli.engine.ops.products import cross, dot, matmul, outer
from gradcli.engine.ops.reduction import all, any, argmax, argmin, count_nonzero, cumprod, cumsum, max, mean, min, prod
from gradcli.engine.ops.reduction import sum as total
from gradcli.engine.ops.shape import flatten, flip, roll, squeeze
from gradcli.engine.ops.statistics import std, var
from gradcli.engine.tensor import NUMPY, Tensor


def _enter(function: Any, ours: Callable[..., Any]) -> None:
    """Lets `ours` answer for NumPy's `function`, with its name."""
    ours.__name__ = ours.__qualname__ = function.__name__
    NUMPY[function] = ours


def _axes(axis: Axes) -> Axes:
    """The axes. Raises TypeError for none at all, which are all in PyTorch, and for what NumPy does not take."""
    if axis == () or isinstance(axis, bool | list):
        raise TypeError(f"numpy's axis={axis!r} is not supported on a Tensor")
    return axis


def _array(x: Any) -> Any:
    """A Tensor as it is, anything else as an array. Raises TypeError for what is no array of numbers."""
    if isinstance(x, Tensor):
        return x
    array = np.asarray(x)
    if array.dtype.kind not in "biufc":
        raise TypeError(f"a Tensor and {type(x).__name__} have no function of NumPy's in common")
    return array


def _flat(x: Any) -> Any:
    return flatten(_array(x))


# Reductions


def _reduction(function: Any, ours: Callable[..., Any]) -> None:
    _enter(function, lambda a, axis=None, *, keepdims=False: ours(a, _axes(axis), keepdims))


for function, ours in (
    (np.sum, total), (np.prod, prod), (np.mean, mean), (np.max, max), (np.min, min),
    (np.argmax, argmax), (np.argmin, argmin), (np.count_nonzero, count_nonzero),
    (np.any, lambda a, axis, keepdims: any(ne(a, 0), axis, keepdims)),  # bytes of bytes are PyTorch's
    (np.all, lambda a, axis, keepdims: all(ne(a, 0), axis, keepdims)),
):  # fmt: skip
    _reduction(function, ours)


def _spread(function: Any, ours: Callable[..., Any]) -> None:
    """NumPy divides by n, or by n less the given `ddof`, which it also calls `correction`."""

    def call(a: Any, axis: Axes = None, *, ddof: float = 0, correction: float = 0, keepdims: bool = False) -> Any:
        if ddof and correction:
            raise TypeError(f"{function.__name__}() takes ddof or correction, not both")
        return ours(a, _axes(axis), ddof or correction, keepdims)

    _enter(function, call)


_spread(np.var, var)
_spread(np.std, std)


def _running(function: Any, ours: Callable[..., Any]) -> None:
    """NumPy takes all elements in order where no axis is given."""
    _enter(function, lambda a, axis=None: ours(flatten(a), 0) if axis is None or not a.ndim else ours(a, _axes(axis)))


_running(np.cumsum, cumsum)
_running(np.cumprod, cumprod)

# Products


def _dot(a: Any, b: Any) -> Any:
    a, b = _array(a), _array(b)
    if not a.ndim or not b.ndim:
        return mul(a, b)
    if b.ndim > 2:
        raise TypeError(f"numpy.dot with {b.ndim} axes at the right is not supported on a Tensor")
    return matmul(a, b)


def _vdot(a: Any, b: Any) -> Any:
    a, b = _flat(a), _flat(b)
    return dot(conj(a) if isinstance(a, Tensor) else np.conj(a), b)


_enter(np.dot, _dot)
_enter(np.vdot, _vdot)
_enter(np.outer, lambda a, b: outer(_flat(a), _flat(b)))
_enter(np.cross, lambda a, b, *, axis=-1: cross(_array(a), _array(b), axis))
_enter(np.linalg.cross, lambda x1, x2, /, *, axis=-1: cross(_array(x1), _array(x2), axis))
_enter(np.power, power)


def _reciprocal(x: Any) -> Any:
    if x.array.dtype.kind not in "fc":
        raise TypeError("numpy.reciprocal, which rounds whole numbers, is not supported on a Tensor of them")
    return reciprocal(x)


_enter(np.reciprocal, _reciprocal)

# Shapes


def _squeeze(a: Any, axis: Axes = None) -> Any:
    if a.ndim and {a.shape[i] for i in axes_in(_axes(axis), a.ndim) or ()} - {1}:
        raise ValueError("cannot select an axis to squeeze out which has size not equal to one")
    return squeeze(a, axis)


def _concatenate(arrays: Sequence[Any], /, axis: int | None = 0) -> Any:
    return cat(arrays, axis) if axis is not None else cat([*map(_flat, arrays)], 0)


_enter(np.squeeze, _squeeze)
_enter(np.concatenate, _concatenate)
_enter(np.flip, lambda m, axis=None: flip(m, _axes(axis)))
_enter(np.roll, lambda a, shift, axis=None: roll(a, shift, _axes(axis)))
_enter(np.shape, lambda a: tuple(a.shape))
_enter(np.ndim, lambda a: a.ndim)
_enter(np.size, lambda a: a.array.size)
