"""Tensors in another dtype or on another device: `to`, `type`, `float` and its like; `torch.FloatTensor` and others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradcli.engine import ops
from gradcli.engine.bfloat16 import converted
from gradcli.engine.dtypes import BY_NAME, BY_NUMPY, Default, dtype
from gradcli.engine.tensor import Size, Tensor
from gradcli.engine.type_names import TYPE_NAMES
from gradcli.torch.argument_checks import check_device, numpy_dtype, refuse, shape_of
from gradcli.torch.creation_from_data import tensor
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
        if isinstance(argument, (dtype, type)):
            wanted = argument
        elif isinstance(argument, Tensor):
            wanted = argument.dtype
        elif isinstance(argument, (str, int, device)):
            check_device("to", argument)
        elif argument is not None:
            raise TypeError(f"to() received an invalid combination of arguments - got ({type(argument).__name__})")
    result = self if wanted is None else cast(self, wanted)
    return ops.clone(self, True) if copy and result is self else result


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


def _made(args: tuple[Any, ...], wanted: dtype | None, device: Any = None) -> Any:
    """What `torch.FloatTensor(*args)` gives: a Tensor of these lengths, or with these data. Of a Tensor, a view.

    wanted  the dtype; None for `torch.Tensor`, which is called so too: the default one, or that of the Tensor
    """
    check_device("new", device)
    kind = wanted.numpy if wanted else Default.float
    (first,) = args[:1] or ((),)
    if len(args) == 1 and isinstance(first, Tensor):
        if wanted not in (None, first.dtype):
            raise TypeError(f"new(): expected a tensor of dtype {wanted} (got {first.dtype})")
        return ops.alias(first)
    if len(args) > 1 or isinstance(first, (int, Size)):
        return Tensor(np.zeros(shape_of("new", args), kind))
    if not isinstance(first, (str, Sequence, np.ndarray)):
        name = "numpy." if isinstance(first, np.generic) else ""
        raise TypeError(f"new(): data must be a sequence (got {name}{type(first).__name__})")
    if isinstance(first, np.ndarray):
        return Tensor(converted(tensor(first).array, kind))
    return tensor(first, dtype=BY_NUMPY[kind])


class _Called(type):
    """What the name `torch.Tensor` stands for: the class of all Tensors, but called as PyTorch's is."""

    def __call__(cls, *args: Any, size: Any = None, device: Any = None, **others: Any) -> Any:
        if cls is not TensorType:  # a class that is derived from it
            return super().__call__(*args, **others)
        refuse("new", others)
        return _made(args if size is None else (Size(size),), None, device)

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, Tensor) if cls is TensorType else super().__instancecheck__(instance)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, Tensor) if cls is TensorType else super().__subclasscheck__(subclass)

    def __eq__(cls, other: object) -> bool:
        return other is cls or (cls is TensorType and other is Tensor)

    def __hash__(cls) -> int:
        return hash(Tensor) if cls is TensorType else super().__hash__()

    def __setattr__(cls, name: str, value: Any) -> None:
        if cls is TensorType:
            setattr(Tensor, name, value)
        else:
            super().__setattr__(name, value)

    def __delattr__(cls, name: str) -> None:
        if cls is TensorType:
            delattr(Tensor, name)
        else:
            super().__delattr__(name)


class TensorType(Tensor, metaclass=_Called):
    """`torch.Tensor`. The engine makes its Tensors of arrays, as they are; a user's call means PyTorch's."""

    __slots__ = ()
    __module__ = "torch"


type.__setattr__(TensorType, "__name__", "Tensor")
type.__setattr__(TensorType, "__qualname__", "Tensor")


class _Typed(type):
    """The type of `torch.FloatTensor`: its instances are the Tensors of one dtype."""

    dtype: dtype

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, Tensor) and instance.dtype is cls.dtype

    def __call__(cls, *args: Any) -> Tensor:
        """A Tensor of these lengths, or with these data."""
        return _made(args, cls.dtype)  # type: ignore[no-any-return]

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
