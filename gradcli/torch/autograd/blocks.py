"""Blocks of Jacobians: an output's shape followed by an input's, made row by row or column by column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from gradcli.engine import ops
from gradcli.engine.tensor import Tensor


def zeros(x: Tensor, *, requires_grad: bool = False) -> Tensor:
    """Zeros like `x`."""
    return Tensor(np.zeros_like(x.array), requires_grad)


BATCH = 1 << 22
"""So many numbers in the unit cotangents of one pass, at most: the memory that it takes grows with them."""


def zeros_of(count: int, x: Tensor) -> Tensor:
    """Zeros like `x`, `count` times along a new first axis."""
    return Tensor(np.zeros((count, *x.shape), x.array.dtype))


def units(x: Tensor) -> Iterator[Tensor]:
    """Tensors like `x` with 1 for one element and 0 for the others, in order."""
    for i in range(x.array.size):
        unit = np.zeros(x.array.size, x.array.dtype)
        unit[i] = 1
        yield Tensor(unit.reshape(x.array.shape)[()])


def unit_batches(x: Tensor, size: int | None = None) -> Iterator[Tensor]:
    """All `units` in batches: `size` of them along a new first axis; one batch of none, where there are none."""
    n = x.array.size
    step = size or max(BATCH // max(n, 1), 1)
    for start in range(0, max(n, 1), step):
        units = np.eye(min(step, n - start), n, start, dtype=x.array.dtype)
        yield Tensor(units.reshape((len(units), *x.shape)))


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
