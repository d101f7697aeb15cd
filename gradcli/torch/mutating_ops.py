"""Elements written or combined at indices: `index_put`, `put`, `scatter_reduce`; and memory looked at with strides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gradcli.engine import ops
from gradcli.engine.inplace import assign, look
from gradcli.engine.memory import give_memory, whole_memory
from gradcli.engine.modes import THREAD
from gradcli.engine.ops.indexing import scatter as place
from gradcli.engine.ops.products import scalar_name
from gradcli.engine.tensor import Tensor
from gradcli.engine.ties import tie
from gradcli.engine.type_names import not_implemented
from gradcli.torch.argument_checks import require_int, require_tensor
from gradcli.torch.out import with_out

__all__ = ["as_strided", "index_put", "put", "scatter_reduce"]


def _refuse_gradients(function: str, *tensors: Tensor) -> None:
    if THREAD.mode.enabled and any(x.requires_grad for x in tensors):
        raise NotImplementedError(f"gradcli.torch.{function}() of tensors that require gradients; detach() them")


def index_put(input: Tensor, indices: Sequence[Any], values: Any, accumulate: bool = False) -> Any:
    """`input` with `values` at the indices, one Tensor for each axis; added to what is there, if `accumulate`."""
    require_tensor("index_put", "values", values, 3)
    if values.dtype is not input.dtype:
        raise RuntimeError(
            "Index put requires the source and destination dtypes match, "
            f"got {scalar_name(input.array)} for the destination and "
            f"{scalar_name(values.array)} for the source."
        )
    if accumulate:
        key: tuple[Any, ...] = tuple(index.array if isinstance(index, Tensor) else slice(None) for index in indices)
        added = ops.expand(values, np.asarray(input.array)[key].shape)
        return ops.add(input, place(added, input.array.shape, key))
    result = ops.clone(input, True)
    assign(result, tuple(slice(None) if index is None else index for index in indices), values)
    return result


def put(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Any:
    """`input` with the elements of `source` at the places that `index` counts along the last axis first."""
    if index.array.dtype != np.int64:
        raise RuntimeError(f"put_(): Expected a long tensor for index, but got {scalar_name(index.array)}")
    if source.numel() != index.numel():
        raise IndexError(
            "put_(): Expected source and index to have the same number of elements, but got source.numel() = "
            f"{source.numel()}, index.numel() = {index.numel()}"
        )
    if source.dtype is not input.dtype:
        raise RuntimeError(
            "put_(): self and source expected to have the same dtype, but got self.dtype = "
            f"{scalar_name(input.array)} and source.dtype = {scalar_name(source.array)}"
        )
    places, elements = ops.reshape(index, (-1,)), ops.reshape(source, (-1,))
    return ops.reshape(index_put(ops.reshape(input, (-1,)), (places,), elements, accumulate), input.array.shape)


@with_out
def scatter_reduce(
    input: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, *, include_self: bool = True
) -> Any:
    """The elements of `src` that have the same index along `dim`, combined: "sum", "prod", "mean", "amax" or "amin".

    What is in `input` counts as well, if `include_self`.
    """
    require_int("scatter_reduce", "dim", dim, 2)
    if src.array.dtype != input.array.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    if reduce not in ops.COMBINE:
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    if reduce in ("amax", "amin") and input.dtype.is_complex:
        raise not_implemented(f"scatter_gather_tensor_cpu_reduce_{reduce}", input.array.dtype)
    return ops.reduce_along(input, dim, index, src, reduce, include_self)


def as_strided(input: Tensor, size: Any, stride: Any, storage_offset: int | None = None) -> Tensor:
    """A view of the memory in another shape, with these steps between neighbours, all counted in elements.

    Raises RuntimeError where it would reach beyond the memory.
    """
    memory = whole_memory(give_memory(input))
    offset = input.storage_offset() if storage_offset is None else storage_offset
    size, stride = tuple(size), tuple(stride)
    if len(size) != len(stride):
        raise RuntimeError("mismatch in length of strides and shape")
    if min(stride, default=0) < 0:
        raise RuntimeError(f"as_strided: Negative strides are not supported at the moment, got strides: {[*stride]}")
    if min(size, default=0) < 0:
        raise RuntimeError(f"Storage size calculation overflowed with sizes={[*size]} and strides={[*stride]}")
    if offset < 0:
        raise RuntimeError(f"Tensor: invalid storage offset {offset}")
    reach = offset + 1 + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
    itemsize = memory.itemsize
    if reach > memory.size and 0 not in size:
        raise RuntimeError(
            f"setStorage: sizes {[*size]}, strides {[*stride]}, storage offset {offset}, and itemsize {itemsize} "
            f"requiring a storage size of {reach * itemsize} are out of bounds for storage of size {memory.nbytes}"
        )
    steps = [step * itemsize for step in stride]
    view = Tensor(np.ndarray(size, memory.dtype, memory, min(offset, memory.size) * itemsize, steps))
    tie(view, input)
    if input.tracked and THREAD.mode.enabled:
        look(view, input)
    return view
