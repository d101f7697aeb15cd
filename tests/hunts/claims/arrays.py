"""The functions of a whole array, on NumPy arrays of mpmath's numbers, written out as the textbook has them."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
from mpmath import mp

from .numbers import NAN, DoubtError, Real
from .scalars import SCALAR, Note, larger, plus, smaller

Array = Any


def _each(name: str, note: Note, x: Array) -> Array:
    return np.frompyfunc(lambda one: SCALAR[name](note, one), 1, 1)(x)


def _reduced(f: Callable[[Note, list[Real]], Real]) -> Callable[..., Array]:
    """A function of a list of numbers, along one axis or all."""

    def reduction(note: Note, x: Array, axis: int | None = None, **given: Any) -> Array:
        x = np.asarray(x, dtype=object)
        if axis is None or x.ndim == 0:
            return f(note, list(x.ravel()), **given)
        rows = np.moveaxis(x, axis, -1)
        flat = [f(note, list(row), **given) for row in rows.reshape(-1, rows.shape[-1])]
        result = np.empty(len(flat), dtype=object)
        result[:] = flat
        return result.reshape(rows.shape[:-1])[()]

    return reduction


def total(note: Note, xs: list[Real]) -> Real:
    return reduce(plus, xs)


def _prod(note: Note, xs: list[Real]) -> Real:
    return reduce(lambda a, b: a * b, xs)


def _mean(note: Note, xs: list[Real]) -> Real:
    return total(note, xs) / len(xs)


def _var(note: Note, xs: list[Real], correction: int = 1) -> Real:
    mean = _mean(note, xs)
    if len(xs) == correction:
        return NAN
    return total(note, [plus(x, -mean) ** 2 for x in xs]) / (len(xs) - correction)


def _norm(note: Note, xs: list[Real], ord: int = 2) -> Real:
    if ord != 2:
        raise DoubtError("another norm")
    return mp.sqrt(total(note, [x * x for x in xs]))


def _logsumexp(note: Note, xs: list[Real]) -> Real:
    return mp.log(total(note, [SCALAR["exp"](note, x) for x in xs]))


def _softmax(note: Note, x: Array) -> Array:
    weights = _each("exp", note, x)
    return weights / weights.sum(axis=-1, keepdims=True)


def _log_softmax(note: Note, x: Array) -> Array:
    return _each("log", note, _softmax(note, x))


def _running(join: Callable[[Real, Real], Real]) -> Callable[..., Array]:
    def running(note: Note, x: Array, axis: int = 0) -> Array:
        return np.frompyfunc(join, 2, 1).accumulate(x, axis=axis, dtype=object)

    return running


def _det(note: Note, x: Array) -> Real:
    """By cofactors: exact for whole numbers, and without a division that could meet a 0."""
    if len(x) == 1:
        return x[0, 0]
    minors = [np.delete(x[1:], j, axis=1) for j in range(len(x))]
    return total(note, [(-1) ** j * x[0, j] * _det(note, minor) for j, minor in enumerate(minors)])


def _inv(note: Note, x: Array) -> Array:
    whole = _det(note, x)
    if whole == 0:
        return np.full(x.shape, NAN, dtype=object)
    n = len(x)
    if n == 1:
        return 1 / x
    cofactors = [
        [(-1) ** (i + j) * _det(note, np.delete(np.delete(x, j, 0), i, 1)) / whole for j in range(n)] for i in range(n)
    ]
    return np.array(cofactors, dtype=object)


def _logdet(note: Note, x: Array) -> Real:
    whole = _det(note, x)
    return mp.log(whole) if whole > 0 else NAN


def _cross(note: Note, a: Array, b: Array) -> Array:
    return np.stack([a[i - 2] * b[i - 1] - a[i - 1] * b[i - 2] for i in range(3)])


def _zeroed(keep: Callable[..., Array]) -> Callable[..., Array]:
    def triangle(note: Note, x: Array, k: int = 0) -> Array:
        return np.where(keep(np.ones(x.shape, bool), k), x, mp.mpf(0))

    return triangle


def _diag(note: Note, x: Array) -> Array:
    return np.diag(x) + mp.mpf(0)


def _first(f: Callable[..., Real]) -> Callable[[Note, list[Real]], Real]:
    return lambda note, xs: reduce(lambda a, b: f(note, a, b), xs)


ARRAY: dict[str, Callable[..., Any]] = {
    "sum": _reduced(total), "mean": _reduced(_mean), "prod": _reduced(_prod), "var": _reduced(_var),
    "std": _reduced(lambda note, xs, **given: mp.sqrt(_var(note, xs, **given))), "norm": _reduced(_norm),
    "max": _reduced(_first(larger)), "amax": _reduced(_first(larger)),
    "min": _reduced(_first(smaller)), "amin": _reduced(_first(smaller)),
    "logsumexp": _reduced(_logsumexp), "softmax": _softmax, "log_softmax": _log_softmax,
    "cumsum": _running(plus), "cumprod": _running(lambda a, b: a * b),
    "dot": lambda note, a, b: total(note, list(a * b)), "matmul": lambda note, a, b: np.dot(a, b),
    "outer": lambda note, a, b: np.multiply.outer(a, b), "cross": _cross,
    "trace": lambda note, x: np.trace(x), "det": _det, "inv": _inv, "logdet": _logdet,
    "solve": lambda note, a, b: np.dot(_inv(note, a), b),
    "diag": _diag, "tril": _zeroed(np.tril), "triu": _zeroed(np.triu),
    "transpose": lambda note, x: x.T, "flatten": lambda note, x: x.ravel(),
    "reshape": lambda note, x, *shape: x.reshape(shape), "flip": lambda note, x, axis: np.flip(x, axis),
    "stack": lambda note, xs, axis=0: np.stack(list(xs), axis), "cat": lambda note, xs: np.concatenate(list(xs)),
}  # fmt: skip
"""By name, functions (note, *arrays and keywords)."""
