"""Operations whose result shows the memory of their argument."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from gradcli.engine.domain import Domain
from gradcli.engine.memory import give_memory
from gradcli.engine.op import NodeName, Op, declare, unary
from gradcli.engine.rules import Rule
from gradcli.engine.tensor import Tensor
from gradcli.engine.ties import Origin, tie


def _caller(op: Op) -> Callable[..., Any]:
    apply = unary(op)

    def call(x: Any, *rest: Any, **keywords: Any) -> Any:
        if isinstance(x, Tensor) and type(x.array) is not np.ndarray:
            give_memory(x)
        result = apply(x, *rest, **keywords)
        if isinstance(result, Tensor) and result.array.base is not None:
            tie(result, x)
        return result

    return call


def writable(view: Any, x: Any) -> Any:
    """An array that NumPy made a view of `x` for reading only, for writing if `x` is."""
    if isinstance(x, np.ndarray) and x.flags.writeable and not isinstance(view, np.generic):
        view.flags.writeable = True
    return view


def places(view: Any, base: Any) -> Any:
    """For each element of an array, the number of the base's element that it is, counted along the last axis first.

    -1 where it shows memory that the base does not. Raises NotImplementedError for another dtype, and for a base in
    which elements share memory.
    """
    if view.dtype != base.dtype:
        raise NotImplementedError("the history of a view that shows its base's memory as another dtype")
    start = (view.__array_interface__["data"][0] - base.__array_interface__["data"][0]) // base.itemsize
    found = _offsets(view) + start
    if base.flags.c_contiguous:
        return np.where((found >= 0) & (found < base.size), found, -1)
    offsets = _offsets(base).ravel()
    if len(np.unique(offsets)) < base.size:
        raise NotImplementedError("the history of a view of a tensor in which elements share memory")
    numbers = np.full(offsets.max(initial=0) + 1, -1)
    numbers[offsets] = np.arange(base.size)
    return np.where((found >= 0) & (found < numbers.size), numbers[found.clip(0, numbers.size - 1)], -1)


def _offsets(array: Any) -> Any:
    """How far in memory each element lies behind the first one, in elements."""
    offsets: Any = np.asarray(0)
    for n, stride in zip(array.shape, array.strides, strict=True):
        offsets = offsets[..., None] + np.arange(n) * (stride // array.itemsize)
    return offsets


def of_one_call(views: Iterable[Any]) -> tuple[Any, ...]:
    """The views, noted as the results of one call."""
    results = tuple(views)
    for number, view in enumerate(results):
        if isinstance(view, Tensor) and not hasattr(view, "origin"):
            view.origin = Origin(None, number)
    return results


def view_of(
    name: str, node: NodeName, forward: Callable[..., Any], *, domain: Domain, numpy: Sequence[Any] = (), **rules: Rule
) -> Callable[..., Any]:
    """Declares an operation that gives a view of its array argument `x`, of which its rule uses just the shape."""
    return declare(Op(name, node, forward, rules, domain, shapes_only=("x",)), _caller, numpy)
