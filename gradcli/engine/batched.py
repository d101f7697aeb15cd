"""One backward pass for a batch of cotangents: each has one more axis, the first, and so have the gradients.

In the backward loop a Batch stands for a cotangent, and shows the shape of one. The rules of an elementwise operation
take all of them as they are, for what a node saved broadcasts against them from the right. Other rules find their axes
counted from the end, or an argument with that axis where they ask for its shape; some products have rules of their own.
What is left is gone through one by one, at that node only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from gradcli.engine import ops
from gradcli.engine.dtypes import DType
from gradcli.engine.graph import of_dtype, unbroadcast
from gradcli.engine.multi import Parts, Pick
from gradcli.engine.op import OPS, Op
from gradcli.engine.packing import Packing
from gradcli.engine.rules import Rule
from gradcli.engine.tensor import Tensor

Slots = tuple[Any, ...]


class Batch:
    """Cotangents of one result, in one array or Tensor.

    all    the cotangents, one after the other along the first axis
    shape  of one
    """

    __slots__ = ("all", "dtype", "shape")

    def __init__(self, cotangents: Any, dtype: DType | None = None) -> None:
        self.all = cotangents
        self.shape: tuple[int, ...] = tuple(cotangents.shape[1:])
        self.dtype = dtype

    def __add__(self, other: Batch) -> Batch:
        return Batch(self.all + other.all, self.dtype)

    def __len__(self) -> int:
        return int(self.all.shape[0])

    def __iter__(self) -> Iterator[Any]:
        return (self.all[i] for i in range(len(self)))


def vjp(op: Any, g: Any, edges: tuple[Any, ...], slots: Slots) -> Sequence[Any]:
    """What the cotangents `g` of a node's results, a Batch or Parts of such, contribute to those of its arguments."""
    if isinstance(op, Packing):  # unpacked once for all
        op, slots = op.op, op.whole(slots)
    if isinstance(op, Pick):
        return op.vjp(g, edges, slots)
    if not any(edges):
        return [None] * len(edges)
    if isinstance(g, Parts):
        return _one_by_one(op, g, edges, slots)
    way = WAYS.get(op.name) if isinstance(op, Op) else None
    found = way(op, g.all, edges, slots) if way else None
    if found is None and not (isinstance(op, Op) and op.elementwise):
        return _one_by_one(op, g, edges, slots)
    contributions = op.vjp(g.all, edges, slots) if found is None else found
    return [
        None if edge is None or x is None else _fitted(x, len(g), edge)
        for x, edge in zip(contributions, edges, strict=True)
    ]


def _fitted(x: Any, count: int, edge: Any) -> Batch:
    """Contributions as cotangents of their argument: as `unbroadcast`, behind the first axis."""
    extra = len(x.shape) - 1 - len(edge.shape)
    if extra < 0:
        x = ops.reshape(x, (count, *[1] * -extra, *x.shape[1:]))
    elif extra > 0:
        x = np.sum(x, axis=tuple(range(1, extra + 1)))
    return Batch(of_dtype(unbroadcast(x, (count, *edge.shape)), edge.dtype), edge.dtype)


def _one_by_one(op: Any, g: Batch | Parts, edges: tuple[Any, ...], slots: Slots) -> list[Any]:
    numbers, batches = zip(*g.by_number.items(), strict=True) if isinstance(g, Parts) else ((), (g,))
    if not len(batches[0]):
        return [None if edge is None else _none_like(batches[0], edge) for edge in edges]
    rows = zip(*batches, strict=True)
    cotangents = [Parts(dict(zip(numbers, row, strict=True))) if numbers else row[0] for row in rows]
    columns = zip(*(op.vjp(each, edges, slots) for each in cotangents), strict=True)
    return [None if edge is None else _stacked(x, edge) for x, edge in zip(columns, edges, strict=True)]


def _none_like(batch: Batch, edge: Any) -> Batch:
    """No cotangents: an array or a Tensor, as the `batch` is."""
    none = np.zeros((0, *edge.shape), edge.dtype)
    return Batch(Tensor(none) if isinstance(batch.all, Tensor) else none, edge.dtype)


def _stacked(contributions: Sequence[Any], edge: Any) -> Batch | None:
    """Contributions of single cotangents as a Batch; None for one is nothing."""
    if all(x is None for x in contributions):
        return None
    fitting = [np.zeros(edge.shape, edge.dtype) if x is None else unbroadcast(x, edge.shape) for x in contributions]
    return Batch(of_dtype(ops.stack(fitting), edge.dtype), edge.dtype)


# How rules take a batch. A way returns None where it does not fit.

AXES = {"axis", "axis0", "axis1", "axis2"}


def _from_end(op: Op, slots: Slots, ndim: int) -> Slots:
    """The slots with axes counted from the end of an array with `ndim` axes."""

    def counted(axes: Any) -> Any:
        if isinstance(axes, Sequence):
            return tuple(counted(axis) for axis in axes)
        return axes if axes is None or axes < 0 else axes - ndim

    return tuple(counted(x) if name in AXES else x for name, x in zip(op.slots, slots, strict=True))


def _by_axes(op: Op, g: Any, edges: tuple[Any, ...], slots: Slots) -> Sequence[Any] | None:
    """For a rule in which axes of the argument have numbers; what reduces all of them gives a result without axes."""
    ndim = len(edges[0].shape)
    if not ndim:
        return None
    if "keepdims" in op.slots and slots[op.slots.index("axis")] is None and len(g.shape) == 1:
        g = ops.reshape(g, (g.shape[0], *[1] * ndim))
    return op.vjp(g, edges, _from_end(op, slots, ndim))


def _by_axes_of_result(op: Op, g: Any, edges: tuple[Any, ...], slots: Slots) -> Sequence[Any]:
    return op.vjp(g, edges, _from_end(op, slots, len(g.shape) - 1))


def _by_shape(op: Op, g: Any, edges: tuple[Any, ...], slots: Slots) -> Sequence[Any] | None:
    """For a rule that asks for the shape of the argument, and perhaps for axes of it."""
    ndim = len(edges[0].shape)
    result, _, *rest = _from_end(op, slots, ndim)
    whole = np.broadcast_to(np.zeros((), edges[0].dtype), (g.shape[0], *edges[0].shape))
    return op.vjp(g, edges, (result, whole, *rest)) if ndim or "axis" not in op.slots else None


def _by_key(op: Op, g: Any, edges: tuple[Any, ...], slots: Slots) -> Sequence[Any] | None:
    """For an index: the batch stays in front of what arrays pick only where these follow one another."""
    result, x, key = slots
    arrays = [i for i, item in enumerate(key) if isinstance(item, np.ndarray)]
    if arrays and len(arrays) <= arrays[-1] - arrays[0]:
        return None
    return _by_shape(op, g, edges, (result, x, (slice(None), *key)))


def _by_order(op: Op, g: Any, edges: tuple[Any, ...], slots: Slots) -> Sequence[Any]:
    """For a permutation: the first axis stays where it is."""
    ndim = len(edges[0].shape)
    order = reversed(range(ndim)) if slots[2] is None else [axis % ndim for axis in slots[2]]
    return op.vjp(g, edges, (*slots[:2], (0, *[axis + 1 for axis in order])))


def _as_it_is(op: Op, g: Any, edges: tuple[Any, ...], slots: Slots) -> Sequence[Any]:
    return op.vjp(g, edges, slots)


def _own(name: str, **rules: Rule) -> Callable[..., Sequence[Any]]:
    """Rules for a batch of cotangents, written as those of the operation of that name."""
    known = OPS[name]
    batched = Op(name, known.node, known.forward, rules, known.domain)
    return lambda op, g, edges, slots: batched.vjp(g, edges, slots)


def _transposed(x: Any) -> Any:
    return ops.transpose(x, -1, -2)


WAYS: dict[str, Callable[[Op, Any, tuple[Any, ...], Slots], Sequence[Any] | None]] = {
    **dict.fromkeys(
        ("rsub", "remainder_number", "fmod_number", "pow_number", "number_pow", "clone", "expand", "alias", "cast",
         "zero", "fill", "copy", "addcmul", "addcdiv", "lerp", "softplus", "gelu", "elu", "celu", "leaky_relu",
         "hardtanh", "threshold", "softshrink", "hardshrink", "clamp", "clamp_tensor", "clamp_min_number",
         "clamp_max_number", "where", "masked_fill", "nan_to_num", "round", "polygamma", "tril", "triu"),
        _as_it_is,
    ),
    **dict.fromkeys(
        ("sum", "mean", "nansum", "prod", "max", "min", "amax", "amin", "var", "std", "logsumexp", "softmax",
         "log_softmax", "cumsum", "transpose"),
        _by_axes,
    ),
    **dict.fromkeys(("unsqueeze", "diag_embed", "stack", "cat"), _by_axes_of_result),
    **dict.fromkeys(
        ("reshape", "unsafe_view", "squeeze", "select", "slice_axis", "split_part", "unbind_part", "diagonal"),
        _by_shape,
    ),
    "index": _by_key,
    "permute": _by_order,
    "t": _own("t", x=lambda g: _transposed(g) if g.ndim == 3 else g),
    "dot": _own("dot", a=lambda g, b: ops.unsqueeze(g, -1) * b, b=lambda g, a: ops.unsqueeze(g, -1) * a),
    "mv": _own("mv", a=lambda g, b: ops.unsqueeze(g, -1) * b, b=lambda g, a: ops.matmul(g, a)),
    **{
        name: _own(
            name, a=lambda g, b: ops.matmul(g, _transposed(b)), b=lambda g, a: ops.matmul(_transposed(a), g)
        )
        for name in ("mm", "bmm")
    },
    "addmm": _own(
        "addmm",
        x=lambda g, beta: g * beta,
        a=lambda g, b, alpha: ops.matmul(g, _transposed(b)) * alpha,
        b=lambda g, a, alpha: ops.matmul(_transposed(a), g) * alpha,
    ),
}  # fmt: skip
