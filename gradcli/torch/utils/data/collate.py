"""From samples to a batch."""

from __future__ import annotations

import copy
from collections.abc import Mapping, MutableMapping, MutableSequence, Sequence
from typing import Any

import numpy as np

from gradcli.engine import ops
from gradcli.engine.dtypes import BY_NUMPY
from gradcli.engine.tensor import Tensor
from gradcli.torch.creation_from_data import as_tensor, from_numpy, tensor
from gradcli.torch.dtypes import DTYPES

UNKNOWN = "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {}"


def default_collate(batch: Any) -> Any:
    """A batch of samples of one kind: Tensors and arrays are stacked, numbers become a Tensor, strings stay a list.

    Dicts, named tuples, tuples and lists are gone into; Python's floats become float64. Raises TypeError for samples of
    another kind, RuntimeError for sequences of different lengths.
    """
    first = batch[0]
    if isinstance(first, Tensor):
        return ops.stack(tuple(batch), 0)
    if isinstance(first, (np.ndarray, np.bool_, np.number)):
        return _of_arrays(batch)
    if isinstance(first, (int, float)):
        return tensor(batch, dtype=DTYPES["float64"] if isinstance(first, float) else None)
    if isinstance(first, (str, bytes)):
        return batch
    if isinstance(first, Mapping):
        return _like(first, {key: default_collate([sample[key] for sample in batch]) for key in first})
    if not isinstance(first, Sequence):
        raise TypeError(UNKNOWN.format(type(first)))
    return _of_sequences(batch)


def default_convert(data: Any) -> Any:
    """A sample that is not put into a batch: its arrays and NumPy numbers become Tensors, all else stays."""
    if isinstance(data, (np.ndarray, np.bool_, np.number)):
        return as_tensor(data) if data.dtype in BY_NUMPY else data
    if isinstance(data, Mapping):
        return _like(data, {key: default_convert(value) for key, value in data.items()})
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        return _of_fields(data, [default_convert(value) for value in data])
    return data


def _of_arrays(batch: Sequence[Any]) -> Tensor:
    first = batch[0]
    if first.dtype not in BY_NUMPY:
        raise TypeError(UNKNOWN.format(first.dtype))
    if isinstance(first, np.ndarray) and first.ndim:
        stacked: Tensor = ops.stack(tuple(from_numpy(array) for array in batch), 0)
        return stacked
    return tensor(batch)


def _of_sequences(batch: Sequence[Any]) -> Any:
    first = batch[0]
    if any(len(sample) != len(first) for sample in batch):
        raise RuntimeError("each element in list of batch should be of equal size")
    return _of_fields(first, [default_collate(field) for field in zip(*batch, strict=True)])


def _of_fields(first: Any, fields: list[Any]) -> Any:
    """A named tuple, or a sequence of another kind, like the sample `first`; other tuples become lists."""
    if isinstance(first, tuple):
        return type(first)(*fields) if hasattr(first, "_fields") else fields
    return _like(first, fields)


def _like(sample: Any, collated: Any) -> Any:
    """What was collated in a copy of the sample, which keeps its class and what else it holds, if it can be changed."""
    if isinstance(sample, MutableMapping):
        sample = copy.copy(sample)
        sample.update(collated)
        return sample
    if isinstance(sample, MutableSequence):
        sample = copy.copy(sample)
        sample[:] = collated
        return sample
    return collated
