"""Blocks of Jacobians: an output's shape followed by an input's, made row by row or column by column."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from gradcli.engine import ops
from gradcli.engine.batched import Batch
from gradcli.engine.forward import Level
from gradcli.engine.graph import MANY, ordered, source_of
from gradcli.engine.tensor import Tensor


def zeros(x: Tensor, *, requires_grad: bool = False) -> Tensor:
    """Zeros like `x`."""
    return Tensor(np.zeros_like(x.array), requires_grad)


BATCH = 1 << 22
"""So many numbers an array of one pass may have: the memory that it takes grows with its cotangents, or tangents."""


def zeros_of(count: int, x: Tensor) -> Tensor:
    """Zeros like `x`, `count` times along a new first axis."""
    return Tensor(np.zeros((count, *x.shape), x.array.dtype))


def units(x: Tensor) -> Iterator[Tensor]:
    """Tensors like `x` with 1 for one element and 0 for the others, in order."""
    for i in range(x.array.size):
        unit = np.zeros(x.array.size, x.array.dtype)
        unit[i] = 1
        yield Tensor(unit.reshape(x.array.shape)[()])


def unit_batches(x: Tensor, outputs: Sequence[Tensor], size: int | None = None) -> Iterator[Tensor]:
    """All `units` in batches: `size` of them along a new first axis; one batch of none, where there are none.

    outputs  those of the function that is differentiated: what was computed for them tells how many are taken at once
    """
    n = x.array.size
    step = size or max(BATCH // max(n, _largest(outputs), 1), 1)
    for start in range(0, max(n, 1), step):
        units = np.eye(min(step, n - start), n, start, dtype=x.array.dtype)
        yield Tensor(units.reshape((len(units), *x.shape)))


def _largest(outputs: Sequence[Tensor]) -> int:
    """The number of elements of the largest result on the way to the outputs."""
    nodes = ordered(source_of(y) for y in outputs)
    return max((math.prod(node.shape) for node in nodes if node.shape is not MANY), default=0)


def columns(
    level: Level, duals: Sequence[Tensor], outputs: Sequence[Tensor], moves: Iterable[tuple[int, Tensor]] = ()
) -> list[list[list[Tensor]]]:
    """For each of `duals`, batches of the outputs' tangents, while it alone moves by `units`, or as `moves` say."""
    found: list[list[list[Tensor]]] = [[] for _ in duals]
    for i, units in moves or ((i, units) for i, x in enumerate(duals) for units in unit_batches(x, outputs)):
        level.move(duals[i], Batch(units))
        tangents = [(level.tangent(y), y) for y in outputs]
        found[i].append([zeros_of(len(units), y) if tangent is None else tangent for tangent, y in tangents])
    return found


def of_rows(batches: Sequence[Tensor], output: Tensor, x: Tensor) -> Tensor:
    """The block whose rows, one for each element of `output`, are like the input `x`; they come in batches."""
    rows = batches[0] if len(batches) == 1 else ops.cat([*batches])
    block: Tensor = ops.reshape(rows, (*output.shape, *x.shape))
    return block


def of_columns(batches: Sequence[Tensor], x: Tensor) -> Tensor:
    """The block whose columns, one for each element of the input `x`, are like the output; they come in batches."""
    columns = batches[0] if len(batches) == 1 else ops.cat([*batches])
    block: Tensor = ops.reshape(ops.moveaxis(columns, 0, -1), (*columns.shape[1:], *x.shape))
    return block
