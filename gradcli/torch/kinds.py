"""The kinds of arguments that parameters take, which PyTorch's parser asks before anything is computed.

Each function gives the value as Python has it, or raises PyTorch's TypeError. `position` counts from 1; None for a
parameter that is given by name alone. A 0-d Tensor stands for its number, unless it needs a gradient, which the number
would lose.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine import dtypes
from gradcli.engine.tensor import Tensor

Kind = Callable[[str, str, Any, int | None], Any]


def refused(function: str, name: str, value: Any, position: int | None, wanted: str) -> TypeError:
    """The error for a value of another kind than `wanted`."""
    called = "numpy.ndarray" if isinstance(value, np.ndarray) else type(value).__name__
    where = f"argument '{name}'" + (f" (position {position})" if position else "")
    return TypeError(f"{function.replace('.', '_')}(): {where} must be {wanted}, not {called}")


def _stands_for_number(value: Any) -> bool:
    return isinstance(value, np.generic) or (isinstance(value, Tensor) and not value.ndim and not value.requires_grad)


def require_tensor(function: str, name: str, value: Any, position: int | None) -> Any:
    """A Tensor."""
    if not isinstance(value, Tensor):
        raise refused(function, name, value, position, "Tensor")
    return value


def require_int(function: str, name: str, value: Any, position: int | None) -> Any:
    """A whole number, and no truth value."""
    if type(value) is int:
        return value
    of_whole = value.array.dtype.kind in "iu" if isinstance(value, Tensor) else not isinstance(value, (bool, np.bool))
    if not of_whole or not hasattr(value, "__index__") or (isinstance(value, Tensor) and not _stands_for_number(value)):
        raise refused(function, name, value, position, "int")
    return value.__index__()


def wholes(function: str, name: str, value: Any, position: int | None) -> Any:
    """A whole number, or a tuple of some."""
    if type(value) is int:
        return value
    if isinstance(value, (tuple, list)):
        return tuple(value)
    if isinstance(value, Tensor) and (value.ndim or value.array.dtype.kind not in "iu" or value.requires_grad):
        raise refused(function, name, value, position, "tuple of ints")
    return require_int(function, name, value, position)


def count(function: str, name: str, value: Any, position: int | None) -> Any:
    """A whole number, or a Tensor of some."""
    return value if isinstance(value, Tensor) else require_int(function, name, value, position)


def number_of(function: str, name: str, value: Any, position: int | None) -> Any:
    """A number."""
    if _stands_for_number(value):
        return value.item()
    if not isinstance(value, (bool, int, float, complex)):
        raise refused(function, name, value, position, "Number")
    return value


def real(function: str, name: str, value: Any, position: int | None) -> Any:
    """A real number."""
    if type(value) not in (int, float, bool):
        value = value.item() if _stands_for_number(value) else value
        if not isinstance(value, (int, float)):
            raise refused(function, name, value, position, "float")
    return value


def flag(function: str, name: str, value: Any, position: int | None) -> Any:
    """True or False."""
    if value is not True and value is not False:
        raise refused(function, name, value, position, "bool")
    return value


def text(function: str, name: str, value: Any, position: int | None) -> Any:
    """A string."""
    if not isinstance(value, str):
        raise refused(function, name, value, position, "str")
    return value


def optional(kind: Kind) -> Kind:
    """The same kind, or None."""

    def check(function: str, name: str, value: Any, position: int | None) -> Any:
        return None if value is None else kind(function, name, value, position)

    return check


_BY_ANNOTATION: dict[str, tuple[Kind, frozenset[type]]] = {
    "Tensor": (require_tensor, frozenset({Tensor})),
    "Number": (number_of, frozenset(dtypes.PYTHON_CATEGORY)),
    "float": (real, frozenset({bool, int, float})),
    "int": (require_int, frozenset({int})),
    "bool": (flag, frozenset({bool})),
}
_BY_ANNOTATION |= {
    f"{name} | None": (optional(kind), types | {type(None)}) for name, (kind, types) in _BY_ANNOTATION.items()
}
"""What a parameter takes by its annotation, with the types that are right as they are."""
_ANY: tuple[None, frozenset[type]] = (None, frozenset())
UNASKED = frozenset({"full", "inplace", "return_indices"})
"""Flags that PyTorch's Python reads itself: whatever is true or false will do."""


def annotated(function: Callable[..., Any], name: str = "") -> Callable[..., Any]:
    """`function`, which refuses arguments of other kinds than it is annotated with; `name` is what errors call it."""
    innermost = function
    while hasattr(innermost, "__wrapped__"):
        innermost = innermost.__wrapped__
    code = innermost.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    kinds = [None if each in UNASKED else _BY_ANNOTATION.get(function.__annotations__.get(each, "")) for each in names]
    if not any(kinds):
        return function
    called = name or function.__name__
    places = {each: i for i, each in enumerate(names)}
    given = [(kind or _ANY)[1] for kind in kinds[: code.co_argcount]]

    def checked(at: int, value: Any, position: int | None) -> Any:
        kind = kinds[at]
        return value if kind is None or type(value) in kind[1] else kind[0](called, names[at], value, position)

    @functools.wraps(function)
    def call(*args: Any, **keywords: Any) -> Any:
        for value, right in zip(args, given, strict=False):
            if right and type(value) not in right:
                taken = [checked(i, each, i + 1) for i, each in enumerate(args[: len(given)])]
                args = (*taken, *args[len(given) :])
                break
        for key, value in keywords.items():
            if key in places:
                at = places[key]
                keywords[key] = checked(at, value, at + 1 if at < len(given) else None)
        return function(*args, **keywords)

    return call
