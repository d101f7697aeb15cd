"""Places and counts of elements; what has no derivative, and flags that say how many results there are."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from gradcli.engine import ops
from gradcli.engine.dtypes import PYTHON_CATEGORY
from gradcli.engine.errors import uncomputed
from gradcli.engine.tensor import Size, Tensor
from gradcli.engine.type_names import TYPE_NAMES, not_implemented
from gradcli.torch.argument_checks import (
    check_device,
    numpy_dtype,
    refuse_complex,
    require_int,
    require_tensor,
    require_tensors,
)
from gradcli.torch.out import with_out

__all__ = [
    "argwhere", "bincount", "broadcast_shapes", "broadcast_tensors", "bucketize", "cartesian_prod", "combinations",
    "histc", "isin", "meshgrid", "nonzero", "searchsorted", "tril_indices", "triu_indices", "unique",
    "unique_consecutive", "vander",
]  # fmt: skip


@with_out
def nonzero(input: Tensor, *, as_tuple: bool = False) -> Any:
    """The places of the elements that are not 0: a row for each, or, `as_tuple`, a Tensor for each axis."""
    return ops.nonzero_each(input) if as_tuple else ops.nonzero(input)


def argwhere(input: Tensor) -> Any:
    """The places of the elements that are not 0, one a row."""
    return nonzero(input)


def _chosen(results: tuple[Tensor, ...], return_inverse: bool, return_counts: bool) -> Any:
    asked = (True, return_inverse, return_counts)
    chosen = tuple(result for result, wanted in zip(results, asked, strict=True) if wanted)
    return chosen[0] if len(chosen) == 1 else chosen


def unique(
    input: Tensor,
    sorted: bool = True,  # noqa: ARG001  # PyTorch's; the result is sorted anyway
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: Any = None,
) -> Any:
    """The elements, or slices along `dim`, that differ; sorted, whether asked or not."""
    refuse_complex("unique", (input,))
    if dim is not None:
        require_int("unique_dim", "dim", dim, 2)
    return _chosen(ops.unique(input, dim), return_inverse, return_counts)


def unique_consecutive(
    input: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """The elements, or slices along `dim`, that differ from the one before."""
    refuse_complex("unique", (input,))
    if dim is not None:
        require_int("unique_consecutive", "dim", dim, None)
    return _chosen(ops.unique_consecutive(input, dim), return_inverse, return_counts)


def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """How often each whole number from 0 on comes, or the sum of its weights."""
    return ops.bincount(input, weights, minlength)  # type: ignore[no-any-return]


@with_out
def histc(input: Tensor, bins: int = 100, min: float = 0, max: float = 0) -> Tensor:
    """How many elements lie in each of `bins` equal parts of the range."""
    require_int("histc", "bins", bins, 2)
    return Tensor(ops.histc(input.array, bins, min, max))


@with_out
def searchsorted(
    sorted_sequence: Tensor,
    input: Any,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: Any = None,
) -> Tensor:
    """Where in `sorted_sequence` each element of `input`, a Tensor or a number, belongs."""
    if side not in (None, "left", "right"):
        raise RuntimeError(f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}")
    if right and side == "left":
        raise RuntimeError(
            "torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True"
        )
    ordered = sorted_sequence.array if sorter is None else _in_order(sorted_sequence.array, sorter)
    wanted = input.array if isinstance(input, Tensor) else input
    return Tensor(ops.searchsorted(ordered, wanted, right or side == "right", out_int32))


def _in_order(array: Any, sorter: Tensor) -> Any:
    """The numbers, or rows of them, in the order that `sorter` gives. Raises PyTorch's RuntimeErrors for no order."""
    require_tensor("searchsorted", "sorter", sorter, 3)
    indices: Any = sorter.array
    if indices.shape != array.shape:
        raise RuntimeError(
            "torch.searchsorted(): boundary and sorter must have the same size, but got boundary tensor "
            f"{[*array.shape]}and got sorter tensor {[*indices.shape]}"
        )
    if indices.dtype != np.int64:
        kind = TYPE_NAMES[indices.dtype.name].scalar
        raise RuntimeError(f"torch.searchsorted(): sorter must be a tensor of long dtype but got dtype {kind}")
    if indices.size and not 0 <= indices.min() <= indices.max() < array.shape[-1]:
        raise RuntimeError("torch.searchsorted(): sorter index out of range")
    return np.take_along_axis(array, indices, -1)


@with_out
def bucketize(input: Any, boundaries: Tensor, *, out_int32: bool = False, right: bool = False) -> Tensor:
    """Between which of the ordered boundaries each element of `input` lies."""
    if boundaries.ndim != 1:
        raise RuntimeError(f"boundaries tensor must be 1 dimension, but got dim({boundaries.ndim})")
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)  # type: ignore[no-any-return]


@with_out
def isin(elements: Any, test_elements: Any, *, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Which elements are among others; either may be a number."""
    for position, (name, value) in enumerate((("elements", elements), ("test_elements", test_elements)), 1):
        both = not isinstance(elements, Tensor) and not isinstance(test_elements, Tensor)
        if both or type(value) not in PYTHON_CATEGORY:
            require_tensor("isin", name, value, position)
        if isinstance(value, Tensor) and value.array.dtype.kind not in "iuf":
            kind = TYPE_NAMES[value.array.dtype.name].scalar
            raise uncomputed(value.array) or RuntimeError(f"Unsupported input type encountered for isin(): {kind}")
    a, b = (x.array if isinstance(x, Tensor) else x for x in (elements, test_elements))
    return Tensor(np.asarray(np.isin(a, b, assume_unique=assume_unique, invert=invert)))


# Indices and grids


def _triangle(name: str, upper: bool) -> Any:
    def indices(row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None) -> Tensor:
        check_device(name, device)
        for called, length in (("row", row), ("col", col)):
            if length < 0:
                raise RuntimeError(f"{called} must be non-negative, got{length}")
        wanted = numpy_dtype(name, dtype) or np.dtype(np.int64)
        if wanted not in (np.int32, np.int64):
            raise not_implemented(name, wanted)
        rows, columns = np.indices((row, col)).reshape(2, row * col)
        inside = columns - rows >= offset if upper else columns - rows <= offset
        return Tensor(np.stack([rows[inside], columns[inside]]).astype(wanted))

    indices.__name__ = indices.__qualname__ = name
    indices.__doc__ = f"Rows and columns of the {'upper' if upper else 'lower'} triangle of a matrix, row by row."
    return indices


tril_indices, triu_indices = _triangle("tril_indices", upper=False), _triangle("triu_indices", upper=True)


def _listed(tensors: Sequence[Any]) -> list[Tensor]:
    """The Tensors that were given one by one or as one sequence."""
    return [*tensors[0]] if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)) else [*tensors]


def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[Tensor, ...]:
    """A Tensor for each vector, its values along an axis of their own: the first ("ij"), or the second ("xy")."""
    vectors = _listed(tensors)
    require_tensors("meshgrid", "tensors", vectors, 1)
    if not vectors:
        raise RuntimeError("meshgrid expects a non-empty TensorList")
    for vector in vectors:
        if vector.ndim > 1:
            raise RuntimeError(
                f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {[*vector.shape]}"
            )
    if len({vector.array.dtype for vector in vectors}) > 1:
        raise RuntimeError("meshgrid expects all tensors to have the same dtype")
    if indexing is None:
        warnings.warn(
            "torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument.",
            UserWarning,
            stacklevel=2,
        )
    if indexing not in (None, "ij", "xy"):
        raise RuntimeError(f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}')
    swapped = indexing == "xy" and len(vectors) > 1
    if swapped:
        vectors[:2] = vectors[1::-1]
    shape = tuple(vector.numel() for vector in vectors)
    grids = [
        ops.expand(ops.reshape(vector, [-1 if i == axis else 1 for i in range(len(vectors))]), shape)
        for axis, vector in enumerate(vectors)
    ]
    if swapped:
        grids[:2] = grids[1::-1]
    return tuple(grids)


def cartesian_prod(*tensors: Any) -> Tensor:
    """All choices of an element from each vector, one a row."""
    vectors = _listed(tensors)
    require_tensors("cartesian_prod", "tensors", vectors, 1)
    for vector in vectors:
        if vector.ndim != 1:
            raise RuntimeError(f"Expect a 1D vector, but got shape {[*vector.shape]}")
    if len(vectors) == 1:
        return vectors[0]
    return ops.stack([ops.reshape(grid, (-1,)) for grid in meshgrid(*vectors, indexing="ij")], 1)  # type: ignore[no-any-return]


def combinations(input: Tensor, r: int = 2, with_replacement: bool = False) -> Tensor:
    """All choices of `r` elements of a vector in their order, one a row."""
    if input.ndim != 1:
        raise RuntimeError(f"Expect a 1D vector, but got shape {[*input.shape]}")
    if r < 0:
        raise RuntimeError(f"Expect a non-negative number, but got {r}")
    if r == 0:
        return Tensor(np.empty(0, input.array.dtype))
    places = np.indices((input.numel(),) * r).reshape(r, -1).T
    steps = np.diff(places, axis=1)
    rows = places[(steps >= 0 if with_replacement else steps > 0).all(1)]
    return ops.index(input, (rows,))  # type: ignore[no-any-return]


def broadcast_shapes(*shapes: Any) -> Size:
    """The shape that all of them broadcast to."""
    given = [(shape,) if isinstance(shape, int) else tuple(shape) for shape in shapes]
    result = [1] * max(map(len, given), default=0)
    for number, shape in enumerate(given):
        for back in range(1, len(shape) + 1):
            if result[-back] == 1:
                result[-back] = shape[-back]
            elif shape[-back] not in (1, result[-back]):
                raise RuntimeError(
                    f"Attempting to broadcast a dimension of length {shape[-back]} at {-back}! Mismatching argument at "
                    f"index {number} had {shape}; but expected shape should be broadcastable to {result}"
                )
    return Size(result)


def broadcast_tensors(*tensors: Any) -> tuple[Tensor, ...]:
    """The Tensors in the shape that all of them broadcast to."""
    given = _listed(tensors)
    require_tensors("broadcast_tensors", "tensors", given, 1)
    shape = broadcast_shapes(*(x.shape for x in given))
    return tuple(x if x.shape == shape else ops.expand(x, shape) for x in given)


def vander(x: Tensor, N: int | None = None, increasing: bool = False) -> Tensor:  # noqa: N803  # PyTorch's name
    """The powers of the elements, one a column: `N` of them (as many as there are elements), the highest first."""
    if x.ndim != 1:
        raise RuntimeError("x must be a one-dimensional tensor.")
    if N is not None and N < 0:
        raise RuntimeError("N must be non-negative.")
    exponents = np.arange(x.numel() if N is None else N)
    powers = Tensor(exponents if increasing else exponents[::-1].copy())
    return ops.power(ops.unsqueeze(x, -1), powers)  # type: ignore[no-any-return]
