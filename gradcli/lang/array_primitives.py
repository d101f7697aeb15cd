"""What the functions of whole arrays compute that have no form: on arrays of an algebra's numbers (dtype object)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gradcli.catalogue import Function

if TYPE_CHECKING:
    from types import ModuleType

Array = Any
COUNT = Function("count", "x, axis=None", "how many elements are put together along axes, in forms")


def _numpy() -> ModuleType:
    """NumPy, which the language is read without."""
    import numpy as np

    return np


def _joined(x: Array, axis: Any, keepdims: Any, join: Callable[..., Any]) -> Any:
    """`join(*elements)` along the axes: SymPy builds a sum of many terms at once far faster than term by term."""
    np = _numpy()
    x = np.asarray(x, dtype=object)  # NumPy gives an element where an array without axes was computed
    axes = [i % x.ndim for i in _axes(x, axis)]
    kept = [i for i in range(x.ndim) if i not in axes]
    lengths = [x.shape[i] for i in kept]
    rows = np.transpose(x, (*kept, *axes)).reshape(*lengths, _length(x, axis))
    results = np.empty(lengths, dtype=object)
    for i in np.ndindex(*lengths):
        results[i] = join(*rows[i])
    return np.expand_dims(results, axes) if keepdims else results


def _axes(x: Array, axis: Any) -> tuple[int, ...]:
    """`axis` as a tuple; all of them where none is given, and none of a number, whose last axis may be asked for."""
    ndim = _numpy().ndim(x)
    if axis is None or not ndim:
        return tuple(range(ndim))
    return axis if isinstance(axis, tuple) else (axis,)


def _length(x: Array, axis: Any) -> int:
    np = _numpy()
    return int(np.prod([np.shape(x)[i] for i in _axes(x, axis)], dtype=int))


def _each(compute: Callable[..., Any], x: Array) -> Array:
    return _numpy().frompyfunc(compute, 1, 1)(x)


def _joining(name: str) -> Callable[..., Any]:
    """A reduction by a primitive of the algebra that takes any number of elements."""

    def form(algebra: Any, x: Array, axis: Any, keepdims: Any) -> Any:
        return _joined(x, axis, keepdims, algebra.primitive(name))

    return form


def _norm(algebra: Any, x: Array, order: Any, axis: Any, keepdims: Any) -> Any:
    infinity = algebra.primitive("inf")
    size = _each(algebra.primitive("abs"), x)
    if order in (infinity, -infinity):
        return _joining("maximum" if order == infinity else "minimum")(algebra, size, axis, keepdims)
    add = _joining("sum")
    if order == 0:
        where, equal = algebra.primitive("where"), algebra.primitive("eq")
        return add(algebra, _each(lambda e: where(equal(e, 0), 0, 1), x), axis, keepdims)
    total = add(algebra, x * x if order == 2 else size**order, axis, keepdims)
    return total ** (1 / algebra.exact(order))


def _matrices(x: Array, compute: Callable[[Array], Any]) -> Array:
    """`compute` for each of the matrices in the last two axes."""
    np = _numpy()
    batch = x.shape[:-2]
    results = [compute(x[i]) for i in np.ndindex(*batch)]
    return np.array(results, dtype=object).reshape(batch + np.shape(results[0]))


def _det(algebra: Any, x: Array) -> Array:
    return _matrices(x, lambda a: algebra.matrix(a).det(method="berkowitz"))


def _inv(algebra: Any, x: Array) -> Array:
    return _matrices(x, lambda a: _numpy().array(algebra.matrix(a).inv(method="ADJ").tolist(), dtype=object))


def _cross(_algebra: Any, a: Array, b: Array, axis: Any) -> Array:
    np = _numpy()
    a, b = np.moveaxis(a, axis, 0), np.moveaxis(b, axis, 0)
    parts = [a[i - 2] * b[i - 1] - a[i - 1] * b[i - 2] for i in range(3)]
    return np.moveaxis(np.array(parts, dtype=object), 0, axis)


def _triangle(which: str) -> Callable[..., Array]:
    def form(algebra: Any, x: Array, k: Any) -> Array:
        np = _numpy()
        return np.where(getattr(np, which)(np.ones(x.shape, bool), k), x, algebra.number(0))

    return form


def _expand(_algebra: Any, x: Array, *shape: Any) -> Array:
    np = _numpy()
    kept = [
        n if want == -1 else want for n, want in zip((1,) * (len(shape) - np.ndim(x)) + np.shape(x), shape, strict=True)
    ]
    return np.broadcast_to(x, kept)


def _transpose(_algebra: Any, x: Array, i: Any, j: Any) -> Array:
    np = _numpy()
    return np.swapaxes(x, i, j) if np.ndim(x) > 1 else x


ARRAY_PRIMITIVES: dict[str, Callable[..., Any]] = {
    "count": lambda algebra, x, axis: algebra.number(_length(x, axis)),
    "sum": _joining("sum"),
    "prod": _joining("prod"),
    "amax": _joining("maximum"),
    "amin": _joining("minimum"),
    "norm": _norm,
    "cumsum": lambda _algebra, x, axis: _numpy().cumsum(x, axis).reshape(x.shape),
    "cumprod": lambda _algebra, x, axis: _numpy().cumprod(x, axis).reshape(x.shape),
    "dot": lambda _algebra, a, b: _numpy().dot(a, b),
    "matmul": lambda _algebra, a, b: _numpy().matmul(a, b),
    "outer": lambda _algebra, a, b: _numpy().multiply.outer(a, b),
    "cross": _cross,
    "trace": lambda _algebra, x: _numpy().trace(x),
    "det": _det,
    "inv": _inv,
    "diag": lambda algebra, x, k: _numpy().diag(x, k) + algebra.number(0),
    "tril": _triangle("tril"),
    "triu": _triangle("triu"),
    "reshape": lambda _algebra, x, *shape: _numpy().reshape(x, shape),
    "flatten": lambda _algebra, x: _numpy().ravel(x),
    "expand": _expand,
    "squeeze": lambda _algebra, x, axis: _numpy().squeeze(x, axis),
    "unsqueeze": lambda _algebra, x, axis: _numpy().expand_dims(x, axis),
    "transpose": _transpose,
    "permute": lambda _algebra, x, *axes: _numpy().transpose(x, axes),
    "flip": lambda _algebra, x, axis: _numpy().flip(x, axis),
    "stack": lambda _algebra, arrays, axis: _numpy().stack(list(arrays), axis),
    "cat": lambda _algebra, arrays, axis: _numpy().concatenate(list(arrays), axis),
}
"""By function: what it makes of an algebra and all its arguments."""
