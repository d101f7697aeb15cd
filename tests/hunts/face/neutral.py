"""What PyTorch and gradcli are given and what they answer, in a form that is neither's: JSON, and arrays beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

MOST_BYTES = 200_000
"""Larger storages are not written down: a sweep has many inputs, not large ones."""


class NotNeutralError(Exception):
    """A value that has no neutral form."""


class Memory:
    """The bytes of many arrays one after the other; each is written where it lies, [start, length, dtype]."""

    def __init__(self, data: bytes = b"") -> None:
        self.parts, self.size, self.data = [data], len(data), data

    def put(self, array: np.ndarray[Any, Any]) -> list[Any]:
        part = array.tobytes()
        self.parts.append(part)
        self.size += len(part)
        return [self.size - len(part), len(part), array.dtype.str]

    def get(self, place: list[Any]) -> np.ndarray[Any, Any]:
        start, length, dtype = place
        return np.frombuffer(self.data[start : start + length], dtype).copy()

    def array(self) -> np.ndarray[Any, Any]:
        return np.frombuffer(b"".join(self.parts), np.uint8)


def name_of(dtype: Any) -> str:
    """The name of a dtype, layout or memory format without `torch.`."""
    return str(dtype).removeprefix("torch.")


def numbers(tensor: Any) -> np.ndarray[Any, Any]:
    """The elements in order; those of bfloat16 as float32, which holds them exactly."""
    tensor = tensor.detach()
    if name_of(tensor.dtype) == "bfloat16":
        tensor = tensor.float()
    for resolve in ("resolve_conj", "resolve_neg"):
        tensor = getattr(tensor, resolve, lambda same=tensor: same)()
    return np.array(tensor.numpy(force=True), order="C")


@dataclass
class Writer:
    """Arguments in a neutral form: storages, tensors as views of them, and everything else as JSON."""

    torch: Any
    memory: Memory
    storages: list[dict[str, Any]] = field(default_factory=list)
    tensors: list[dict[str, Any]] = field(default_factory=list)
    _known: dict[int, int] = field(default_factory=dict)
    _kept: list[Any] = field(default_factory=list)
    _at: dict[int, int] = field(default_factory=dict)

    def write(self, value: Any) -> Any:
        """The JSON of a value; raises NotNeutralError for what has none."""
        torch = self.torch
        if value is None or type(value) in (bool, int, float, str):
            return value
        if isinstance(value, torch.Tensor):
            return {"tensor": self._tensor(value)}
        if type(value) is complex:
            return {"complex": [value.real, value.imag]}
        if type(value) in (list, tuple, torch.Size):
            return {type(value).__name__: [self.write(each) for each in value]}
        if type(value) is dict:
            return {"dict": [[key, self.write(each)] for key, each in value.items()]}
        if isinstance(value, slice):
            return {"slice": [self.write(each) for each in (value.start, value.stop, value.step)]}
        if value is Ellipsis:
            return {"ellipsis": []}
        if isinstance(value, torch.dtype | torch.memory_format | torch.layout):
            return {"named": name_of(value)}
        if isinstance(value, torch.device):
            return {"device": str(value)}
        raise NotNeutralError(type(value).__name__)

    def _tensor(self, tensor: Any) -> int:
        if id(tensor) in self._known:
            return self._known[id(tensor)]
        if type(tensor).__name__ not in ("Tensor", "Parameter") or tensor.layout is not self.torch.strided:
            raise NotNeutralError(f"{type(tensor).__name__} {tensor.layout}")
        if tensor.is_conj() or tensor.is_neg() or tensor.device.type != "cpu" or tensor.is_quantized:
            raise NotNeutralError("conjugate, negative, elsewhere or quantized")
        self._kept.append(tensor)  # its id must stay its own
        self._known[id(tensor)] = len(self.tensors)
        self.tensors.append(
            {
                "storage": self._storage(tensor),
                "shape": [*tensor.shape],
                "stride": [*tensor.stride()],
                "offset": tensor.storage_offset(),
                "needs": tensor.requires_grad,
            }
        )
        return self._known[id(tensor)]

    def _storage(self, tensor: Any) -> int:
        memory = tensor.untyped_storage()
        if memory.nbytes() > MOST_BYTES:
            raise NotNeutralError("large")
        address = memory.data_ptr()
        if not address or address not in self._at:
            whole = tensor.detach().as_strided((memory.nbytes() // tensor.itemsize,), (1,), 0)
            self._at[address] = len(self.storages)
            self.storages.append({"dtype": name_of(tensor.dtype), "at": self.memory.put(numbers(whole))})
        if self.storages[self._at[address]]["dtype"] != name_of(tensor.dtype):
            raise NotNeutralError("one storage seen in two dtypes")
        return self._at[address]


class Reader:
    """The arguments of a case, made by a torch.

    `bases` are the whole storages of those that show a part of one, `leaves` those that need a gradient.
    """

    def __init__(self, torch: Any, case: dict[str, Any], memory: Memory) -> None:
        self.torch, self.case = torch, case
        self.bases: dict[int, Any] = {}
        self.leaves: list[Any] = []
        self._flat = [memory.get(storage["at"]) for storage in case["storages"]]
        self._users = [entry["storage"] for entry in case["tensors"]]
        self.tensors = [self._tensor(entry) for entry in case["tensors"]]

    def read(self, value: Any) -> Any:
        """The value of this JSON."""
        if not isinstance(value, dict):
            return value
        ((kind, inner),) = value.items()
        if kind == "tensor":
            return self.tensors[inner]
        if kind == "named":
            return getattr(self.torch, inner)
        if kind == "device":
            return self.torch.device(inner)
        if kind == "ellipsis":
            return ...
        if kind == "dict":
            return {key: self.read(each) for key, each in inner}
        if kind in ("complex", "slice"):
            return {"complex": complex, "slice": slice}[kind](*map(self.read, inner))
        return {"list": list, "tuple": tuple, "Size": self.torch.Size}[kind](map(self.read, inner))

    def _tensor(self, entry: dict[str, Any]) -> Any:
        number, shape = entry["storage"], entry["shape"]
        flat = self._flat[number]
        dtype = getattr(self.torch, self.case["storages"][number]["dtype"])
        whole = entry["stride"] == rows(shape) and entry["offset"] == 0 and math.prod(shape) == len(flat)
        if whole and self._users.count(number) == 1:
            tensor = self.torch.tensor(flat.reshape(shape), dtype=dtype)
        else:
            if number not in self.bases:
                self.bases[number] = self.torch.tensor(flat, dtype=dtype)
            tensor = self.bases[number].as_strided(shape, entry["stride"], entry["offset"])
        if entry["needs"]:
            self.leaves.append(tensor.requires_grad_())
        return tensor.clone() if entry.get("clone") else tensor


def rows(shape: list[int]) -> list[int]:
    """The strides of a contiguous tensor of this shape."""
    strides = [1] * len(shape)
    for axis in range(len(shape) - 2, -1, -1):
        strides[axis] = strides[axis + 1] * max(shape[axis + 1], 1)
    return strides


def stored(value: Any, memory: Memory) -> Any:
    """What was seen, as JSON: arrays are written into memory."""
    if isinstance(value, np.ndarray):
        return {"array": memory.put(value), "of": [*value.shape]}
    if isinstance(value, dict):
        return {key: stored(each, memory) for key, each in value.items()}
    return [stored(each, memory) for each in value] if isinstance(value, list) else value


def recalled(value: Any, memory: Memory) -> Any:
    """`stored`, backwards."""
    if isinstance(value, dict):
        if "array" in value:
            return memory.get(value["array"]).reshape(value["of"])
        return {key: recalled(each, memory) for key, each in value.items()}
    return [recalled(each, memory) for each in value] if isinstance(value, list) else value
