"""What a layer does to rows of features: a matrix and a bias; and a table of rows, looked up by number."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gradcli.engine.domain import REAL
from gradcli.engine.op import general
from gradcli.engine.ops.arithmetic import add
from gradcli.engine.ops.fused import addmm
from gradcli.engine.ops.indexing import scatter
from gradcli.engine.ops.products import matmul
from gradcli.engine.ops.shape import reshape, t
from gradcli.engine.type_names import TYPE_NAMES


def linear(x: Any, weight: Any, bias: Any = None) -> Any:
    """`x @ weight.T + bias`, composed as PyTorch composes it. x is (..., features), weight (out features, features).

    Raises RuntimeError, in PyTorch's words, for shapes that do not fit.
    """
    if x.ndim == 0:
        raise RuntimeError(f"both arguments to linear need to be at least 1D, but they are 0D and {weight.ndim}D")
    if bias is None:
        return matmul(x, t(weight))
    if x.ndim == 2:
        return addmm(bias, x, t(weight))
    if not getattr(x, "array", x).flags.c_contiguous:
        return add(matmul(x, t(weight)), bias)
    rows = reshape(x, (math.prod(x.shape[:-1]), x.shape[-1]))
    return reshape(addmm(bias, rows, t(weight)), (*x.shape[:-1], weight.shape[0]))


def _embedding(weight: Any, index: Any, padding_index: int | None, by_frequency: bool) -> Any:
    if weight.ndim != 2:
        raise RuntimeError("'weight' must be 2-D")
    if index.dtype not in (np.int32, np.int64):
        raise RuntimeError(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
            f"torch.{TYPE_NAMES[index.dtype.name].scalar}Tensor instead (while checking arguments for embedding)"
        )
    if index.size and (index.min() < 0 or index.max() >= weight.shape[0]):
        raise IndexError("index out of range in self")
    return weight.take(index, 0)


def _embedding_rule(g: Any, weight: Any, index: Any, padding_index: int | None, by_frequency: bool) -> Any:
    """The rows of `g` added up for each row of the table; divided by how often it was taken, if `by_frequency`."""
    if padding_index is not None:
        g = np.where((index != padding_index)[..., None], g, 0)
    if by_frequency:
        g = g / np.bincount(index.ravel(), minlength=weight.shape[0])[index][..., None]
    return scatter(g, weight.shape, (index,))


embedding = general(
    "embedding",
    "EmbeddingBackward0",
    _embedding,
    domain=REAL.shaped(4, 3),
    shapes_only=["weight"],
    weight=_embedding_rule,
)
