"""The methods of Tensor with PyTorch's signatures; `attach` adds them to the operators of the engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine import methods, ops
from gradcli.engine.dtypes import dtype
from gradcli.engine.tensor import Size, Tensor
from gradcli.torch.arguments import check_device, numpy_dtype, refuse
from gradcli.torch.dtypes import DTYPES
from gradcli.torch.functions import FUNCTIONS, ON_INPUT


def _of_lengths(name: str, compute: Callable[[Tensor, tuple[int, ...]], Any]) -> Callable[..., Any]:
    """A method that takes whole numbers one by one or as one sequence."""

    def method(self: Tensor, *lengths: Any, **keywords: Any) -> Any:
        refuse(name, keywords)
        given = lengths[0] if len(lengths) == 1 and isinstance(lengths[0], (tuple, list)) else lengths
        return compute(self, tuple(length.__index__() for length in given))

    method.__name__ = method.__qualname__ = name
    return method


def _size(self: Tensor, dim: int | None = None) -> Size | int:
    return self.shape if dim is None else self.shape[dim]


def _view(self: Tensor, shape: tuple[int, ...]) -> Any:
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


def _to(self: Tensor, *args: Any, **keywords: Any) -> Any:
    """`to(dtype)`, `to(device)`, `to(other)`: the Tensor itself where nothing changes."""
    wanted = keywords.pop("dtype", None)
    check_device("Tensor.to", keywords.pop("device", None))
    refuse("to", keywords)
    for argument in args:
        if isinstance(argument, (dtype, Tensor)):
            wanted = argument if isinstance(argument, dtype) else argument.dtype
        else:
            check_device("Tensor.to", argument)
    return self if wanted is None else _cast(self, wanted)


def _cast(self: Tensor, wanted: Any) -> Any:
    numpy = numpy_dtype("to", wanted)
    return self if self.array.dtype == numpy else ops.cast(self, numpy)


def _casting(name: str) -> Callable[[Tensor], Any]:
    wanted = DTYPES[name]
    return lambda self: _cast(self, wanted)


METHODS: dict[str, Any] = {
    "size": _size,
    "dim": lambda self: self.ndim,
    "ndimension": lambda self: self.ndim,
    "nelement": lambda self: self.numel(),
    "element_size": lambda self: self.dtype.itemsize,
    "itemsize": property(lambda self: self.dtype.itemsize),
    "device": property(lambda self: "cpu"),
    "data": property(Tensor.detach),
    "to": _to,
    "cpu": lambda self: self,
    "reshape": _of_lengths("reshape", ops.reshape),
    "view": _of_lengths("view", _view),
    "expand": _of_lengths("expand", ops.expand),
    "permute": _of_lengths("permute", ops.permute),
    "flip": _of_lengths("flip", ops.flip),
    "tile": _of_lengths("tile", ops.tile),
    "repeat": _of_lengths("repeat", ops.repeat),
    "reshape_as": lambda self, other: ops.reshape(self, tuple(other.shape)),
    "view_as": lambda self, other: ops.reshape(self, tuple(other.shape)),
    "expand_as": lambda self, other: ops.expand(self, tuple(other.shape)),
    **{name: _casting(name) for name in ("half", "float", "double", "short", "int", "long", "bool")},
}


def attach() -> None:
    """Gives Tensor the engine's operators and PyTorch's methods."""
    methods.attach()
    for name in ON_INPUT:
        setattr(Tensor, name, FUNCTIONS[name])
    for name, method in METHODS.items():
        setattr(Tensor, name, method)
