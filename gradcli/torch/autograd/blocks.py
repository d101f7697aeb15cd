"""Blocks of Jacobians: an output's shape followed by an input's, made row by row or column by column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from gradcli.engine import ops
from gradcli.engine.tensor import Tensor


def zeros(x: Tensor, *, requires_grad: bool = False) -> Tensor:
    """Zeros like `x`."""
    return Tensor(np.zeros_like(x.array), requires_grad)


def units(x: Tensor) -> Iterator[Tensor]:
    """Tensors like `x` with 1 for one element and 0 for the others, in order."""
    for i in range(x.array.size):
        unit = np.zeros(x.array.size, x.array.dtype)
        unit[i] = 1
        yield Tensor(unit.reshape(x.array.shape)[()])


def of_rows(rows: Sequence[Tensor], output: Tensor, x: Tensor) -> Tensor:
    """The block whose rows, one for each element of `output`, are like the input `x`."""
    shape = (*output.shape, *x.shape)
    if not rows:
        return Tensor(np.zeros(shape, x.array.dtype))
    block: Tensor = ops.reshape(ops.stack(list(rows)), shape)
    return block


def of_columns(columns: Sequence[Tensor], x: Tensor) -> Tensor:
    """The block whose columns, one for each element of the input `x`, are like the output."""
    shape = (*columns[0].shape, *x.shape)
    block: Tensor = ops.reshape(ops.moveaxis(ops.stack(list(columns)), 0, -1), shape)
    return block
