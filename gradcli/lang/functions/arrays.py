"""The functions that see a whole array: reductions, products of matrices, shapes.

Their forms for SymPy work on NumPy arrays of expressions (dtype object).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.lang.functions.table import Function

Form = Callable[..., Any]
AXIS = "x, axis=None, keepdims=False"


def _f(group: str, name: str, signature: str, form: Form, text: str, *aliases: str, **more: Any) -> Function:
    return Function(name, signature, text, group, aliases, array=form, **more)


def _joined(N: Any, x: Any, axis: Any, keepdims: Any, join: Callable[..., Any]) -> Any:
    """`join(*elements)` along the axes: SymPy builds a sum of many terms at once far faster than term by term."""
    x = N.asarray(x, dtype=object)  # NumPy gives an element where an array without axes was computed
    axes = [i % x.ndim for i in _axes(N, x, axis)]
    kept = [i for i in range(x.ndim) if i not in axes]
    lengths = [x.shape[i] for i in kept]
    rows = N.transpose(x, (*kept, *axes)).reshape(*lengths, _count(N, x, axis))
    results = N.empty(lengths, dtype=object)
    for i in N.ndindex(*lengths):
        results[i] = join(*rows[i])
    return N.expand_dims(results, axes) if keepdims else results


def _extreme(choice: str) -> Form:
    def form(S: Any, N: Any, x: Any, axis: Any, keepdims: Any) -> Any:
        pick = getattr(S, choice)
        return _joined(N, x, axis, keepdims, lambda first, *rest: pick(first, *rest) if rest else first)

    return form


def _axes(N: Any, x: Any, axis: Any) -> tuple[int, ...]:
    """`axis` as a tuple; all of them where none is given, and none of a number, whose last axis may be asked for."""
    if axis is None or not N.ndim(x):
        return tuple(range(N.ndim(x)))
    return axis if isinstance(axis, tuple) else (axis,)


def _count(N: Any, x: Any, axis: Any) -> int:
    return int(N.prod([N.shape(x)[i] for i in _axes(N, x, axis)], dtype=int))


def _sum(S: Any, N: Any, x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    return _joined(N, x, axis, keepdims, S.Add)


def _mean(S: Any, N: Any, x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    return _sum(S, N, x, axis, keepdims) / S.Integer(_count(N, x, axis))


def _var(S: Any, N: Any, x: Any, axis: Any, correction: Any, keepdims: Any) -> Any:
    centred = x - _mean(S, N, x, axis, True)
    return _sum(S, N, centred * centred, axis, keepdims) / (S.Integer(_count(N, x, axis)) - correction)


def _std(S: Any, N: Any, x: Any, axis: Any, correction: Any, keepdims: Any) -> Any:
    return N.frompyfunc(S.sqrt, 1, 1)(_var(S, N, x, axis, correction, keepdims))


def _norm(S: Any, N: Any, x: Any, order: Any, axis: Any, keepdims: Any) -> Any:
    size = N.frompyfunc(S.Abs, 1, 1)(x)
    if order in (S.oo, -S.oo):
        return _extreme("Max" if order == S.oo else "Min")(S, N, size, axis, keepdims)
    if order == 0:
        return _sum(S, N, N.frompyfunc(lambda e: S.Piecewise((0, S.Eq(e, 0)), (1, True)), 1, 1)(x), axis, keepdims)
    total = _sum(S, N, x * x if order == 2 else size**order, axis, keepdims)
    return total ** (1 / S.sympify(order))


def _logsumexp(S: Any, N: Any, x: Any, axis: Any, keepdims: Any) -> Any:
    return N.frompyfunc(S.log, 1, 1)(_sum(S, N, N.frompyfunc(S.exp, 1, 1)(x), axis, keepdims))


def _softmax(S: Any, N: Any, x: Any, axis: Any) -> Any:
    weights = N.frompyfunc(S.exp, 1, 1)(x)
    return weights / _sum(S, N, weights, axis, True)


def _log_softmax(S: Any, N: Any, x: Any, axis: Any) -> Any:
    return x - _logsumexp(S, N, x, axis, True)


def _matrices(N: Any, x: Any, compute: Callable[[Any], Any]) -> Any:
    """`compute` for each of the matrices in the last two axes."""
    batch = x.shape[:-2]
    results = [compute(x[i]) for i in N.ndindex(*batch)]
    return N.array(results, dtype=object).reshape(batch + N.shape(results[0]))


def _det(S: Any, N: Any, x: Any) -> Any:
    return _matrices(N, x, lambda a: S.Matrix(a).det(method="berkowitz"))


def _inv(S: Any, N: Any, x: Any) -> Any:
    return _matrices(N, x, lambda a: N.array(S.Matrix(a).inv(method="ADJ").tolist(), dtype=object))


def _solve(S: Any, N: Any, a: Any, b: Any) -> Any:
    return N.matmul(_inv(S, N, a), b)


def _cross(S: Any, N: Any, a: Any, b: Any, axis: Any) -> Any:
    a, b = N.moveaxis(a, axis, 0), N.moveaxis(b, axis, 0)
    parts = [a[i - 2] * b[i - 1] - a[i - 1] * b[i - 2] for i in range(3)]
    return N.moveaxis(N.array(parts, dtype=object), 0, axis)


def _cat(S: Any, N: Any, arrays: Any, axis: Any) -> Any:
    return N.concatenate(list(arrays), axis)


def _stack(S: Any, N: Any, arrays: Any, axis: Any) -> Any:
    return N.stack(list(arrays), axis)


def _diag(S: Any, N: Any, x: Any, k: Any) -> Any:
    return N.diag(x, k) + S.Integer(0)


def _triangle(which: str) -> Form:
    def form(S: Any, N: Any, x: Any, k: Any) -> Any:
        return N.where(getattr(N, which)(N.ones(x.shape, bool), k), x, S.Integer(0))

    return form


def _expand(S: Any, N: Any, x: Any, *shape: Any) -> Any:
    kept = [
        n if want == -1 else want for n, want in zip((1,) * (len(shape) - N.ndim(x)) + N.shape(x), shape, strict=True)
    ]
    return N.broadcast_to(x, kept)


def _product(S: Any, N: Any, x: Any, axis: Any, keepdims: Any) -> Any:
    return _joined(N, x, axis, keepdims, S.Mul)


FUNCTIONS = (
    _f("reductions", "sum", AXIS, _sum, "the sum, of all elements or along axes"),
    _f("reductions", "mean", AXIS, _mean, "the mean", "average"),
    _f("reductions", "prod", AXIS, _product, "the product"),
    _f("reductions", "max", "x, *, axis=None, keepdims=False", _extreme("Max"), "the largest element; of two arrays: maximum(a, b)", torch="torch.max(x) if axis is None else torch.max(x, axis, keepdims).values"),
    _f("reductions", "min", "x, *, axis=None, keepdims=False", _extreme("Min"), "the smallest element; of two arrays: minimum(a, b)", torch="torch.min(x) if axis is None else torch.min(x, axis, keepdims).values"),
    _f("reductions", "amax", AXIS, _extreme("Max"), "the largest element; ties share the gradient", jax="numpy.max"),
    _f("reductions", "amin", AXIS, _extreme("Min"), "the smallest element; ties share the gradient", jax="numpy.min"),
    _f("reductions", "var", "x, axis=None, correction=1, keepdims=False", _var, "the variance, divided by n - correction", jax="jnp.var(x, axis=axis, ddof=correction, keepdims=keepdims)", numpy="np.var(x, axis=axis, ddof=correction, keepdims=keepdims)"),
    _f("reductions", "std", "x, axis=None, correction=1, keepdims=False", _std, "the standard deviation", jax="jnp.std(x, axis=axis, ddof=correction, keepdims=keepdims)", numpy="np.std(x, axis=axis, ddof=correction, keepdims=keepdims)"),
    _f("reductions", "norm", "x, ord=2, axis=None, keepdims=False", _norm, "the ord-norm of the elements", torch="linalg.vector_norm", jax="jnp.linalg.vector_norm(x, ord=ord, axis=axis, keepdims=keepdims)", numpy="np.linalg.vector_norm(x, ord=ord, axis=axis, keepdims=keepdims)"),
    _f("reductions", "logsumexp", AXIS, _logsumexp, "log of the sum of exponentials, stable", torch="torch.logsumexp(x, tuple(range(x.ndim)) if axis is None else axis, keepdims)", jax="nn.logsumexp", numpy="np.max(x) + np.log(np.sum(np.exp(x - np.max(x)), axis=axis, keepdims=keepdims))"),
    _f("reductions", "softmax", "x, axis=-1", _softmax, "exponentials divided by their sum", jax="nn.softmax", numpy="np.exp(x - np.max(x, axis=axis, keepdims=True)) / np.sum(np.exp(x - np.max(x, axis=axis, keepdims=True)), axis=axis, keepdims=True)"),
    _f("reductions", "log_softmax", "x, axis=-1", _log_softmax, "log of softmax, stable", jax="nn.log_softmax", numpy="x - np.max(x, axis=axis, keepdims=True) - np.log(np.sum(np.exp(x - np.max(x, axis=axis, keepdims=True)), axis=axis, keepdims=True))"),
    _f("reductions", "cumsum", "x, axis=0", lambda S, N, x, axis: N.cumsum(x, axis).reshape(x.shape), "running sums"),
    _f("reductions", "cumprod", "x, axis=0", lambda S, N, x, axis: N.cumprod(x, axis).reshape(x.shape), "running products"),
    _f("matrices", "dot", "a, b", lambda S, N, a, b: N.dot(a, b), "the inner product of two vectors"),
    _f("matrices", "matmul", "a, b", lambda S, N, a, b: N.matmul(a, b), "the matrix product; written a @ b", "mm", "mv", "bmm"),
    _f("matrices", "outer", "a, b", lambda S, N, a, b: N.multiply.outer(a, b), "the outer product of two vectors"),
    _f("matrices", "cross", "a, b, axis=-1", _cross, "the cross product of 3-vectors", torch="linalg.cross"),
    _f("matrices", "trace", "x", lambda S, N, x: N.trace(x), "the sum of the diagonal"),
    _f("matrices", "det", "x", _det, "the determinant", torch="linalg.det", jax="numpy.linalg.det", numpy="linalg.det"),
    _f("matrices", "logdet", "x", lambda S, N, x: N.frompyfunc(S.log, 1, 1)(_det(S, N, x)), "log of the determinant", jax="jnp.log(jnp.linalg.det(x))", numpy="np.log(np.linalg.det(x))"),
    _f("matrices", "inv", "x", _inv, "the inverse matrix", "inverse", torch="linalg.inv", jax="numpy.linalg.inv", numpy="linalg.inv"),
    _f("matrices", "solve", "a, b", _solve, "the x for which a @ x = b", torch="linalg.solve", jax="numpy.linalg.solve", numpy="linalg.solve"),
    _f("matrices", "diag", "x, k=0", _diag, "the diagonal of a matrix, or a matrix with that diagonal"),
    _f("matrices", "tril", "x, k=0", _triangle("tril"), "the lower triangle"),
    _f("matrices", "triu", "x, k=0", _triangle("triu"), "the upper triangle"),
    _f("shapes", "reshape", "x, *shape", lambda S, N, x, *shape: N.reshape(x, shape), "the elements in another shape; -1 for one length left open", "view"),
    _f("shapes", "flatten", "x", lambda S, N, x: N.ravel(x), "the elements in one axis", "ravel", jax="numpy.ravel", numpy="ravel"),
    _f("shapes", "expand", "x, *shape", _expand, "broadcast to a shape; -1 keeps a length", "broadcast_to", torch="Tensor.expand", jax="jnp.broadcast_to(x, [n if wanted == -1 else wanted for n, wanted in zip((1,) * (len(shape) - x.ndim) + x.shape, shape)])", numpy="np.broadcast_to(x, [n if wanted == -1 else wanted for n, wanted in zip((1,) * (len(shape) - x.ndim) + x.shape, shape)])"),
    _f("shapes", "squeeze", "x, axis=None", lambda S, N, x, axis: N.squeeze(x, axis), "without axes of length 1"),
    _f("shapes", "unsqueeze", "x, axis", lambda S, N, x, axis: N.expand_dims(x, axis), "with a new axis of length 1", "expand_dims", jax="numpy.expand_dims", numpy="expand_dims"),
    _f("shapes", "transpose", "x, axis0=-2, axis1=-1", lambda S, N, x, i, j: N.swapaxes(x, i, j) if N.ndim(x) > 1 else x, "with two axes exchanged; x.T", "swapaxes", "t", torch="x.transpose(axis0, axis1) if x.ndim > 1 else x", jax="jnp.swapaxes(x, axis0, axis1) if x.ndim > 1 else x", numpy="np.swapaxes(x, axis0, axis1) if x.ndim > 1 else x"),
    _f("shapes", "permute", "x, *axes", lambda S, N, x, *axes: N.transpose(x, axes), "with the axes in another order", jax="numpy.transpose", numpy="transpose"),
    _f("shapes", "flip", "x, axis", lambda S, N, x, axis: N.flip(x, axis), "reversed along an axis", torch="torch.flip(x, axis if isinstance(axis, tuple) else (axis,))"),
    _f("shapes", "stack", "arrays, axis=0", _stack, "arrays side by side along a new axis: stack([a, b])"),
    _f("shapes", "cat", "arrays, axis=0", _cat, "arrays one after the other along an axis: cat([a, b])", "concat", "concatenate", jax="numpy.concatenate", numpy="concatenate"),
)  # fmt: skip
