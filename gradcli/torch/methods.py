"""The methods of Tensor with PyTorch's signatures; `attach` adds them to the operators of the engine."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine import methods, ops
from gradcli.engine.axes import axis_in
from gradcli.engine.dtypes import dtype
from gradcli.engine.graph import unbroadcast
from gradcli.engine.memory import give_memory, owner
from gradcli.engine.tensor import Size, Tensor
from gradcli.engine.type_names import TYPE_NAMES
from gradcli.torch import casts, devices, protocol, storage
from gradcli.torch.argument_checks import refuse, require_int, require_tensor
from gradcli.torch.functions import FUNCTIONS, ON_INPUT

LACKING = {"repeat": "repeats", "tile": "dims", "flip": "dims", "permute": "dims", "expand": "size", "reshape": "shape"}
"""What PyTorch calls the whole numbers that these methods must be given."""


def _of_lengths(name: str, compute: Callable[[Tensor, tuple[int, ...]], Any]) -> Callable[..., Any]:
    """A method that takes whole numbers one by one or as one sequence."""

    def method(self: Tensor, *lengths: Any, **keywords: Any) -> Any:
        for keyword in ("size", "shape", "dims", "repeats"):
            lengths += (keywords.pop(keyword),) if keyword in keywords else ()
        refuse(name, keywords)
        if not lengths and name in LACKING:
            raise TypeError(f'{name}() missing 1 required positional arguments: "{LACKING[name]}"')
        given = lengths[0] if len(lengths) == 1 and isinstance(lengths[0], (tuple, list)) else lengths
        for position, length in enumerate(given, 1):
            require_int(name, "size", length, position)
        return compute(self, tuple(length.__index__() for length in given))

    method.__name__ = method.__qualname__ = name
    return method


def _size(self: Tensor, dim: int | None = None) -> Size | int:
    if dim is None:
        return self.shape
    require_int("size", "dim", dim, 1)
    return int(self.shape[axis_in(dim, self.ndim)])


def _view(self: Tensor, *shape: Any) -> Any:
    """The same memory in another shape, or as numbers of another dtype with as many bytes."""
    if not shape:
        raise TypeError("view() received an invalid combination of arguments - got ()")
    if len(shape) == 1 and isinstance(shape[0], dtype):
        return _as_dtype(self, shape[0])
    return _of_lengths("view", _reshaped_in_place)(self, *shape)


def _as_dtype(self: Tensor, wanted: dtype) -> Tensor:
    """The same bytes as numbers of another dtype: along the last axis, fewer or more of them."""
    if self.requires_grad:
        raise NotImplementedError(f"gradcli.torch.view() of {self.dtype} as {wanted} of what requires a gradient")
    array, kind = np.asarray(self.array), wanted.numpy
    names = " as ".join(TYPE_NAMES[each.name].scalar for each in (array.dtype, kind)) + " (different element sizes)"
    if kind.itemsize != array.itemsize and not array.ndim:
        raise RuntimeError(f"self.dim() cannot be 0 to view {names}")
    ratio = kind.itemsize // array.itemsize
    if ratio > 1 and array.shape[-1] % ratio:
        raise RuntimeError(f"self.size(-1) must be divisible by {ratio} to view {names}, but got {array.shape[-1]}")
    if kind.itemsize != array.itemsize and array.size and array.strides[-1] != array.itemsize:
        raise RuntimeError(f"self.stride(-1) must be 1 to view {names}, but got {self.stride(-1)}")
    return Tensor(array.view(kind))


def _reshaped_in_place(self: Tensor, shape: tuple[int, ...]) -> Any:
    """As `reshape`, but never a copy."""
    if not self.array.flags.c_contiguous and self.array.size:
        try:
            np.reshape(self.array, shape, copy=False)
        except ValueError as error:
            if "copy" not in str(error):
                return ops.reshape(self, shape)  # which says what is wrong with the shape
            raise RuntimeError(
                "view size is not compatible with input tensor's size and stride (at least one dimension spans across "
                "two contiguous subspaces). Use .reshape(...) instead."
            ) from None
    return ops.reshape(self, shape)


def _stride(self: Tensor, dim: int | None = None) -> Any:
    """How many elements lie between neighbours along each axis, or along one.

    For a new axis of length 1, where NumPy has 0, as many as lie in the axes that follow it.
    """
    shape, strides = self.array.shape, [n // self.array.itemsize for n in self.array.strides]
    if not (self.array.size or any(strides)):  # NumPy's empty arrays have none
        strides = [math.prod(max(n, 1) for n in shape[i + 1 :]) for i in range(self.ndim)]
    for axis in reversed(range(len(strides))):
        if shape[axis] == 1 and strides[axis] == 0:
            strides[axis] = shape[axis + 1] * strides[axis + 1] if axis + 1 < len(strides) else 1
    return tuple(strides) if dim is None else strides[axis_in(dim, self.ndim)]


def _storage_offset(self: Tensor) -> int:
    """How many elements of the memory lie before the first one."""
    return (_address(self.array) - _address(owner(self.array))) // int(self.array.itemsize)


def _address(array: Any) -> int:
    return int(np.asarray(array).__array_interface__["data"][0])


def _data_ptr(self: Tensor) -> int:
    """The address of the first element; 0 where there is none."""
    return _address(give_memory(self)) if self.array.size else 0


def _is_contiguous(self: Tensor, memory_format: Any = None) -> bool:
    """Whether the elements lie in memory one after another, the last axis first."""
    refuse("is_contiguous", {"memory_format": memory_format})
    return bool(np.asarray(self.array).flags.c_contiguous)


def _contiguous(self: Tensor, memory_format: Any = None) -> Any:
    """The Tensor itself if its elements lie in memory in order, else a copy for which they do."""
    return self if _is_contiguous(self, memory_format) else ops.clone(self)


def _hermitian(self: Tensor) -> Any:
    """The matrix, conjugated and transposed."""
    if self.ndim not in (0, 2):
        raise RuntimeError(
            f"tensor.H is only supported on matrices (2-D tensors). Got {self.ndim}-D tensor. For batches of matrices, "
            "consider using tensor.mH"
        )
    return ops.transpose(ops.conj(self), -2, -1) if self.ndim else ops.conj(self)


def _adjoint(self: Tensor) -> Any:
    """Each matrix of a batch, conjugated and transposed."""
    if self.ndim == 1:
        raise RuntimeError("tensor.mH is only supported on matrices or batches of matrices. Got 1-D tensor.")
    return ops.conj(self.mT) if self.ndim or self.dtype.is_complex else self


def _part(name: str) -> property:
    """The real or the imaginary part: a view, whose elements are written when it is assigned to."""

    def assign(self: Tensor, value: Any) -> None:
        part: Any = FUNCTIONS[name](self)
        part.copy_(value)

    return property(FUNCTIONS[name], assign)


def _sum_to_size(self: Tensor, size: tuple[int, ...]) -> Any:
    """Summed over the axes that would have to be broadcast for `size` to become its shape."""
    own = self.array.shape[max(0, self.ndim - len(size)) :]
    if len(size) > self.ndim or any(n not in (1, m) for n, m in zip(size, own, strict=True)):
        raise RuntimeError(f"size {{{[*size]}}} is not expandable to size {{{[*self.shape]}}}.")
    return ops.sum(self) if not size else unbroadcast(self, size)


def _like_other(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    """`method` with the shape of another Tensor for its own arguments."""

    def function(self: Tensor, other: Tensor) -> Any:
        return method(self, tuple(require_tensor(name, "other", other, 1).shape))

    return function


def _new(create: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """A function that creates a Tensor, with the dtype of another one as the default."""

    def method(self: Tensor, *args: Any, dtype: Any = None, **keywords: Any) -> Tensor:
        return create(*args, dtype=self.dtype if dtype is None else dtype, **keywords)

    method.__name__ = method.__qualname__ = f"new_{create.__name__}"
    method.__doc__ = f"As `torch.{create.__name__}`, in the dtype of this Tensor."
    return method


METHODS: dict[str, Any] = {
    "size": _size,
    "dim": lambda self: self.ndim,
    "ndimension": lambda self: self.ndim,
    "nelement": lambda self: self.numel(),
    "element_size": lambda self: self.dtype.itemsize,
    "itemsize": property(lambda self: self.dtype.itemsize),
    "nbytes": property(lambda self: self.array.nbytes),
    "device": property(lambda self: devices.CPU),
    "get_device": lambda self: -1,
    "is_cpu": property(lambda self: True),
    "is_cuda": property(lambda self: False),
    "is_sparse": property(lambda self: False),
    "layout": property(lambda self: devices.strided),
    "is_signed": lambda self: self.array.dtype.kind not in "bu",
    "stride": _stride,
    "storage_offset": _storage_offset,
    "data_ptr": _data_ptr,
    "is_contiguous": _is_contiguous,
    "contiguous": _contiguous,
    "H": property(_hermitian),
    "mH": property(_adjoint),
    "real": _part("real"),
    "imag": _part("imag"),
    "resolve_conj": lambda self: self,
    "__pos__": FUNCTIONS["positive"],
    "where": lambda self, condition, other: FUNCTIONS["where"](condition, self, other),
    "polygamma": lambda self, *args, **keywords: FUNCTIONS["polygamma"](*args, input=self, **keywords),
    "unfold": lambda self, dimension, size, step: ops.unfold(self, dimension, size, step),
    "new": lambda self, *args: casts.TYPED[f"{TYPE_NAMES[self.array.dtype.name].scalar}Tensor"](*args),
    "new_tensor": lambda self, data, *, dtype=None, **keywords: FUNCTIONS["tensor"](
        data, dtype=self.dtype if dtype is None else dtype, **keywords
    ),
    **{f"new_{name}": _new(FUNCTIONS[name]) for name in ("empty", "full", "ones", "zeros")},
    "sum_to_size": _of_lengths("sum_to_size", _sum_to_size),
    "reshape": _of_lengths("reshape", ops.reshape),
    "view": _view,
    "expand": _of_lengths("expand", ops.expand),
    "permute": _of_lengths("permute", ops.permute),
    "flip": _of_lengths("flip", ops.flip),
    "tile": _of_lengths("tile", ops.tile),
    "repeat": _of_lengths("repeat", ops.repeat),
    "reshape_as": _like_other("reshape_as", ops.reshape),
    "view_as": _like_other("view_as", _reshaped_in_place),
    "expand_as": _like_other("expand_as", ops.expand),
    "norm": lambda self, p="fro", dim=None, keepdim=False, dtype=None: FUNCTIONS["norm"](
        self, p, dim, keepdim, dtype=dtype
    ),
    **casts.METHODS,
    **protocol.METHODS,
    **storage.METHODS,
}


def attach() -> None:
    """Gives Tensor the engine's operators and PyTorch's methods."""
    methods.attach()
    for name in ON_INPUT:
        setattr(Tensor, name, FUNCTIONS[name])
    for name, method in METHODS.items():
        setattr(Tensor, name, method)
