"""Tensors in another dtype or on another device: `to`, `type`, `float` and its like; `torch.FloatTensor` and others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine import ops
from gradcli.engine.dtypes import BY_NAME, dtype
from gradcli.engine.tensor import Tensor
from gradcli.engine.type_names import TYPE_NAMES
from gradcli.torch.arguments import check_device, numpy_dtype, refuse
from gradcli.torch.data import tensor
from gradcli.torch.devices import device
from gradcli.torch.dtypes import DTYPES


def cast(self: Tensor, wanted: Any) -> Any:
    """The Tensor in a dtype; the Tensor itself if it has it."""
    numpy = numpy_dtype("to", wanted)
    return self if self.array.dtype == numpy else ops.cast(self, numpy)


def to(self: Tensor, *args: Any, **keywords: Any) -> Any:
    """`to(dtype)`, `to(device, dtype)`, `to(other)`, with `non_blocking` and `copy`; itself where nothing changes."""
    flags = [argument for argument in args if isinstance(argument, bool)]
    options = dict(zip(("non_blocking", "copy"), flags, strict=False)) | keywords
    options.pop("non_blocking", None)
    copy, wanted = options.pop("copy", False), options.pop("dtype", None)
    check_device("to", options.pop("device", None))
    other = options.pop("other", None)
    refuse("to", options)
    for argument in (*args[: len(args) - len(flags)], other):
        if isinstance(argument, dtype):
            wanted = argument
        elif isinstance(argument, Tensor):
            wanted = argument.dtype
        elif isinstance(argument, (str, int, device)):
            check_device("to", argument)
        elif argument is not None:
            raise TypeError(f"to() received an invalid combination of arguments - got ({type(argument).__name__})")
    result = self if wanted is None else cast(self, wanted)
    return ops.clone(self) if copy and result is self else result


def _casting(name: str) -> Callable[..., Any]:
    wanted = DTYPES[name]

    def method(self: Tensor, memory_format: Any = None) -> Any:
        refuse(name, {"memory_format": memory_format})
        return cast(self, wanted)

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"In {wanted.name}."
    return method


NAMES = {
    "half": "half", "float": "float", "double": "double", "short": "short", "int": "int", "long": "long",
    "bool": "bool", "char": "int8", "byte": "uint8", "cfloat": "cfloat", "cdouble": "cdouble", "bfloat16": "bfloat16",
}  # fmt: skip
"""The methods that cast, with the dtypes they cast to."""
CASTS = {method: _casting(name) for method, name in NAMES.items()}

# A type for each dtype


class _Typed(type):
    """The type of `torch.FloatTensor`: its instances are the Tensors of one dtype."""

    dtype: dtype

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, Tensor) and instance.dtype is cls.dtype

    def __call__(cls, *args: Any) -> Tensor:
        """A Tensor of these lengths, or with these data."""
        if args and all(isinstance(n, int) for n in args):
            return Tensor(np.zeros(args, cls.dtype.numpy))
        return Tensor(np.asarray(tensor(args[0] if args else []).array).astype(cls.dtype.numpy))

    def __repr__(cls) -> str:
        return f"<class 'torch.{cls.__name__}'>"


def _typed(name: str) -> _Typed:
    return _Typed(f"{TYPE_NAMES[name].scalar}Tensor", (), {"dtype": BY_NAME[name], "__module__": "torch"})


TYPED = {typed.__name__: typed for typed in (_typed(name) for name in BY_NAME if name in TYPE_NAMES)}
"""`FloatTensor` and its like, by name."""


def type_(self: Tensor, dtype: Any = None, non_blocking: bool = False) -> Any:  # noqa: ARG001  # nothing is copied late
    """The name of the Tensor's type, "torch.FloatTensor"; with a dtype, a type or its name, the Tensor cast to it."""
    if dtype is None:
        return f"torch.{TYPE_NAMES[self.array.dtype.name].scalar}Tensor"
    if isinstance(dtype, str):
        kind = TYPED.get(dtype.removeprefix("torch."))
        if kind is None or not dtype.startswith("torch."):
            raise ValueError(f"invalid type: '{dtype}'")
        dtype = kind
    return cast(self, dtype.dtype if isinstance(dtype, _Typed) else dtype)


METHODS: dict[str, Any] = {
    "to": to,
    "type": type_,
    "type_as": lambda self, other: cast(self, other.dtype),
    "cpu": lambda self, memory_format=None: self,
    "cuda": lambda self, device=None, non_blocking=False: to(self, "cuda" if device is None else device),
    **CASTS,
}
