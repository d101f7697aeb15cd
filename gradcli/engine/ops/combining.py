"""Elements that have the same index combined with what is there: their sum, product, mean or an extreme."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine.domain import REAL
from gradcli.engine.op import general
from gradcli.engine.ops.gathering import add_along, changed, gather, part_for, put_along, values
from gradcli.engine.tensor import Tensor

MATRIX = REAL.shaped(3, 4)

COMBINE: dict[str, Any] = {
    "sum": np.add, "mean": np.add, "prod": np.multiply, "amax": np.maximum, "amin": np.minimum,
}  # fmt: skip


def _neutral(reduction: str, dtype: Any) -> Any:
    """The number that changes no other one."""
    if reduction in ("sum", "mean", "prod"):
        return int(reduction == "prod")
    if dtype.kind == "f":
        return -np.inf if reduction == "amax" else np.inf
    limits = (False, True) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    return limits[reduction == "amin"]


def _reduced(x: Any, source: Any, index: Any, axis: int, reduction: str, include_self: bool) -> Any:
    def combine(rows: Any, key: Any) -> None:
        if not include_self:
            rows[key] = _neutral(reduction, x.dtype)
        COMBINE[reduction].at(rows, key, source)

    result = changed(x, index, axis, combine)
    if reduction != "mean":
        return result
    count = _count(x, index, axis, include_self)
    return result // count.astype(x.dtype) if x.dtype.kind in "iu" else result / count.astype(x.dtype)


def _count(x: Any, index: Any, axis: int, include_self: bool) -> Any:
    """How many elements each element of a result comes from; 1 where it is from none."""
    start = np.full(x.shape, int(include_self))
    return np.maximum(add_along(start, axis, index, np.ones(index.shape, start.dtype)), 1)


def _to_self(
    g: Any, result: Any, x: Any, source: Any, index: Any, axis: int, reduction: str, include_self: bool
) -> Any:
    if reduction == "mean":
        g = g / _count(x, index, axis, include_self)
    elif reduction == "prod":
        factor = _scatter_reduce(np.ones_like(x), source, index, axis, "prod", True)
        return g * (factor if include_self else put_along(factor, axis, index, 0))
    elif reduction != "sum":
        g = (x == result) * _shares(g, result, x, source, index, axis)
    return g if include_self else put_along(g, axis, index, 0)


def _to_source(
    g: Any, result: Any, x: Any, source: Any, index: Any, axis: int, reduction: str, include_self: bool
) -> Any:
    if reduction == "sum":
        return gather(g, axis, index)
    if reduction == "mean":
        return gather(g / _count(x, index, axis, include_self), axis, index)
    if reduction == "prod":
        return _to_factors(g, result, x, source, index, axis, include_self)
    return (source == gather(result, axis, index)) * gather(_shares(g, result, x, source, index, axis), axis, index)


def _shares(g: Any, result: Any, x: Any, source: Any, index: Any, axis: int) -> Any:
    """What each element that has an extreme value gets, which those of `x` have too: PyTorch counts them always."""
    hits, own = (values(a).astype(np.int64) for a in (source == gather(result, axis, index), x == result))
    return g / np.maximum(add_along(own, axis, index, hits), 1)


def _to_factors(g: Any, result: Any, x: Any, source: Any, index: Any, axis: int, include_self: bool) -> Any:
    """The product of all other factors: the product over the factor, or, for the only 0, the product of the rest."""
    zero = values(source) == 0
    zeros = gather(add_along(np.zeros(x.shape, np.int64), axis, index, zero.astype(np.int64)), axis, index)
    if isinstance(g, Tensor) and (zeros > 1).any():
        raise RuntimeError(
            "scatter_reduce(): Double backward is unsupported for src when >1 zeros in src are scattered to the same "
            "position in self"
        )
    nonzero = np.where(zero, 1, source)
    rest = _scatter_reduce(x, nonzero, index, axis, "prod", include_self)
    only = zero & (zeros == 1)
    others = np.where(only, gather(rest, axis, index), gather(result, axis, index) / nonzero)
    return gather(g, axis, index) * others


_scatter_reduce = general(
    "scatter_reduce",
    "ScatterReduceBackward0",
    _reduced,
    domain=(MATRIX, MATRIX),
    x=_to_self,
    source=_to_source,
)


def reduce_along(x: Any, axis: int, index: Any, source: Any, reduction: str, include_self: bool = True) -> Any:
    """The elements of `source` that have the same index along `axis`, combined, with those of `x` if `include_self`."""
    return _scatter_reduce(x, part_for(x, source, index, axis), values(index), axis, reduction, include_self)
