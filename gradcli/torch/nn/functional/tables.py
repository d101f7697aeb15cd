"""Rows looked up in a table by number, and numbers as rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine import ops
from gradcli.engine.tensor import Tensor
from gradcli.torch.argument_checks import only_default, require_tensor

__all__ = ["embedding", "one_hot"]


def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float | Tensor = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Any:
    """The rows of `weight` that `input` names; the row `padding_idx` gets no gradient."""
    require_tensor("embedding", "indices", input, 2)
    require_tensor("embedding", "weight", weight, 1)
    only_default("nn.functional.embedding", "max_norm", max_norm)
    only_default("nn.functional.embedding", "sparse", sparse, default=False)
    if padding_idx is not None:
        rows = weight.shape[0]
        if not -rows <= padding_idx < rows:
            raise AssertionError("Padding_idx must be within num_embeddings")
        padding_idx %= rows
    return ops.embedding(weight, input.array, padding_idx, scale_grad_by_freq)


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """For each class in `tensor` a row of zeros with a one in the place of the class; -1 counts the classes."""
    classes: Any = tensor.array
    if classes.dtype != np.int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    if num_classes == -1:
        if not classes.size:
            raise RuntimeError("Can not infer total number of classes from empty tensor.")
        num_classes = int(classes.max()) + 1
    if num_classes < 1:
        raise RuntimeError("num_classes should be positive")
    if (classes < 0).any():
        raise RuntimeError("Class values must be non-negative.")
    if (classes >= num_classes).any():
        raise RuntimeError("Class values must be smaller than num_classes.")
    return Tensor((classes[..., None] == np.arange(num_classes)).astype(np.int64))
