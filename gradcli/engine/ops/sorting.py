"""Elements picked along an axis by their order: sorted, the largest ones, the middle one; each with its index."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.axes import axis_in
from gradcli.engine.domain import REAL
from gradcli.engine.layout import in_rows, laid
from gradcli.engine.multi import multi
from gradcli.engine.ops.gathering import along
from gradcli.engine.ops.indexing import scatter
from gradcli.engine.ops.reduction import amax, amin, evenly
from gradcli.engine.ops.shape import unsqueeze
from gradcli.engine.type_names import not_implemented

MATRIX = REAL.shaped(3, 4)

Choice = Callable[[Any, int], Any]
"""Of an array and an axis: the indices of the elements picked, that axis among theirs."""


def _picked(x: Any, axis: int, choose: Choice, keepdims: bool = True) -> tuple[Any, Any]:
    """The elements whose indices `choose` gives, and these. An array without axes counts as having one."""
    axis = axis_in(axis, x.ndim)
    rows = x if x.ndim else x[None]
    index = choose(rows, axis)
    picked = np.take_along_axis(rows, index, axis)
    return (picked, index) if keepdims and x.ndim else (picked.squeeze(axis)[()], index.squeeze(axis)[()])


def _to_picked(gs: Any, result: Any, x: Any, axis: int, keepdims: bool) -> Any:
    """The rule of them all: a cotangent goes to the element that was picked."""
    g, index = gs[0], result[1]
    if not x.ndim:
        return g
    if not keepdims:
        g, index = unsqueeze(g, axis), np.expand_dims(index, axis)
    return scatter(g, x.shape, along(index, axis_in(axis, x.ndim)))


def _some(name: str, choose: Choice) -> Choice:
    """`choose`, where there is something to choose from. Raises PyTorch's IndexError otherwise."""

    def checked(x: Any, axis: int) -> Any:
        if not x.shape[axis]:
            raise IndexError(f"{name}(): Expected reduction dim {axis} to have non-zero size.")
        return choose(x, axis)

    return checked


def _order(x: Any, axis: int, descending: bool = False) -> Any:
    """The indices that sort, equal elements in their order; NaN is the largest."""
    if not descending:
        return x.argsort(axis, kind="stable")
    return x.shape[axis] - 1 - np.flip(np.flip(x, axis).argsort(axis, kind="stable"), axis)


# In order


def _sort(x: Any, axis: int = -1, descending: bool = False, stable: bool = False) -> tuple[Any, Any]:
    elements, index = _picked(x, axis, lambda rows, axis: _order(rows, axis, descending))
    return laid(elements, x), laid(index, x)


def _many(name: str, node: str, forward: Callable[..., Any]) -> Callable[..., Any]:
    """Declares an operation that picks elements along an axis, which stays."""
    return multi(
        name,
        node,
        forward,
        outputs=2,
        shapes_only=["x"],
        unread=[0],
        domain=MATRIX,
        x=lambda gs, result, x, axis: _to_picked(gs, result, x, axis, keepdims=True),
    )


def _one(name: str, node: str, forward: Callable[..., Any]) -> Callable[..., Any]:
    """Declares an operation that picks one element along an axis."""
    return multi(name, node, forward, outputs=2, shapes_only=["x"], unread=[0], domain=MATRIX, x=_to_picked)


sort = _many("sort", "SortBackward0", _sort)


def argsort(x: Any, axis: int = -1, descending: bool = False, stable: bool = False) -> Any:
    """The indices that sort `x` along the axis; equal elements keep their order."""
    return sort(x, axis, descending, stable)[1]


def msort(x: Any) -> Any:
    """`x` sorted along its first axis."""
    return sort(x, 0)[0]


def _topk(x: Any, k: int, axis: int = -1, largest: bool = True, sorted: bool = True) -> tuple[Any, Any]:
    def first(rows: Any, axis: int) -> Any:
        if not 0 <= k <= rows.shape[axis]:
            raise RuntimeError("selected index k out of range")
        if not x.ndim:
            return np.zeros(1, np.int64)
        return _order(rows, axis, largest).take(range(k), axis)

    return _picked(x, axis, first)


topk = _many("topk", "TopkBackward0", _topk)

# One of them


def _kthvalue(x: Any, k: int, axis: int = -1, keepdims: bool = False) -> tuple[Any, Any]:
    def at_rank(rows: Any, axis: int) -> Any:
        if not 0 < k <= rows.shape[axis]:
            raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {axis}")
        return _order(rows, axis).take([k - 1], axis)

    return _picked(x, axis, _some("kthvalue", at_rank), keepdims)


def _median_along(x: Any, axis: int = -1, keepdims: bool = False) -> tuple[Any, Any]:
    """The lower of the two middle elements, where their number is even; the first NaN, if there is one."""
    return _picked(x, axis, _some("median", lambda rows, axis: _middle(rows, axis, counts_nan=True)), keepdims)


def _nanmedian_along(x: Any, axis: int = -1, keepdims: bool = False) -> tuple[Any, Any]:
    """As `_median_along`, of the elements that are numbers."""
    return _picked(x, axis, _some("nanmedian", lambda rows, axis: _middle(rows, axis, counts_nan=False)), keepdims)


def _middle(x: Any, axis: int, counts_nan: bool) -> Any:
    if x.dtype.kind == "b":
        raise not_implemented("median_cpu", x.dtype)
    numbers = (~np.isnan(x)).sum(axis, keepdims=True)
    rank = np.maximum(numbers - 1, 0) // 2
    if counts_nan:
        rank = np.where(numbers < x.shape[axis], numbers, rank)  # where the first NaN is
    return np.take_along_axis(_order(x, axis), rank, axis)


def _mode(x: Any, axis: int = -1, keepdims: bool = False) -> tuple[Any, Any]:
    """The most frequent element, the smallest of several such; the index of its last appearance."""

    def most_frequent(rows: Any, axis: int) -> Any:
        order = np.moveaxis(_order(rows, axis), axis, -1)
        ordered = np.take_along_axis(np.moveaxis(rows, axis, -1), order, -1)
        n = ordered.shape[-1]
        starts = np.ones(ordered.shape, bool)
        starts[..., 1:] = ordered[..., 1:] != ordered[..., :-1]
        run = np.arange(n) - np.maximum.accumulate(np.where(starts, np.arange(n), 0), -1)
        last = run.argmax(-1)[..., None]  # the end of the first among the longest runs
        return np.moveaxis(np.take_along_axis(order, last, -1), -1, axis)

    return _picked(x, axis, _some("mode", most_frequent), keepdims)


def _max_along(x: Any, axis: int, keepdims: bool = False) -> tuple[Any, Any]:
    return _picked(x, axis, _some("max", lambda rows, axis: rows.argmax(axis, keepdims=True)), keepdims)


def _min_along(x: Any, axis: int, keepdims: bool = False) -> tuple[Any, Any]:
    return _picked(x, axis, _some("min", lambda rows, axis: rows.argmin(axis, keepdims=True)), keepdims)


kthvalue = _one("kthvalue", "KthvalueBackward0", _kthvalue)
median_along = _one("median_along", "MedianBackward1", _median_along)
nanmedian_along = _one("nanmedian_along", "NanmedianBackward1", _nanmedian_along)
mode = _one("mode", "ModeBackward0", _mode)
max_along = _one("max_along", "MaxBackward0", _max_along)
min_along = _one("min_along", "MinBackward0", _min_along)


def _running(x: Any, axis: int, extreme: Any) -> tuple[Any, Any]:
    def last_reached(rows: Any, axis: int) -> Any:
        reached = extreme.accumulate(rows, axis)
        hits = (rows == reached) | (np.isnan(rows) & np.isnan(reached))
        places = np.arange(rows.shape[axis]).reshape([-1 if i == axis else 1 for i in range(rows.ndim)])
        return np.maximum.accumulate(np.where(hits, places, 0), axis)

    elements, index = _picked(x, axis, last_reached)
    return in_rows(elements), in_rows(index)


def _cummax(x: Any, axis: int) -> tuple[Any, Any]:
    return _running(x, axis, np.maximum)


def _cummin(x: Any, axis: int) -> tuple[Any, Any]:
    return _running(x, axis, np.minimum)


cummax = _many("cummax", "CummaxBackward0", _cummax)
cummin = _many("cummin", "CumminBackward0", _cummin)


def _aminmax(x: Any, axis: int | None = None, keepdims: bool = False) -> tuple[Any, Any]:
    if axis is not None and not (x.shape or (1,))[axis_in(axis, x.ndim)]:
        raise IndexError(f"aminmax: Expected reduction dim {axis_in(axis, x.ndim)} to have non-zero size.")
    if axis is None and not x.size:
        raise RuntimeError(
            "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity."
        )
    return amin(x, axis, keepdims), amax(x, axis, keepdims)


def _aminmax_rule(gs: Any, result: Any, x: Any, axis: int | None, keepdims: bool) -> Any:
    shares = [evenly(g, extreme, x, axis, keepdims) for g, extreme in zip(gs, result, strict=True) if g is not None]
    return sum(shares[1:], shares[0])


aminmax = multi("aminmax", "AminmaxBackward0", _aminmax, outputs=2, domain=MATRIX, x=_aminmax_rule)
