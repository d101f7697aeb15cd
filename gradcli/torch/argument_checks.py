"""What the functions of the face do with their arguments, and PyTorch's words where an argument is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Any

import numpy as np

from gradcli.engine import dtypes
from gradcli.engine.modes import THREAD
from gradcli.engine.tensor import Tensor
from gradcli.engine.type_names import not_implemented
from gradcli.torch.devices import MEANINGLESS
from gradcli.torch.devices import check_device as check_device
from gradcli.torch.kinds import number_of as number_of
from gradcli.torch.kinds import require_int as require_int
from gradcli.torch.kinds import require_tensor as require_tensor

UNSUPPORTED = frozenset({"layout", "memory_format", "names", "out", "pin_memory"})
"""Keywords that PyTorch has and the face has not."""
PYTHON_TYPES = {kind: np.dtype(kind) for kind in (bool, int, float, complex)}
"""The types of Python's numbers, which may stand for a dtype."""


def refuse(function: str, keywords: Mapping[str, Any]) -> None:
    """Raises NotImplementedError for a keyword that only PyTorch has, TypeError for one that it has not either."""
    for name, value in keywords.items():
        if name not in UNSUPPORTED:
            raise TypeError(f"{function}() got an unexpected keyword argument '{name}'")
        if value is not None and value is not False and not any(value is word for word in MEANINGLESS):
            raise unsupported(function, name)


def unsupported(function: str, argument: str) -> NotImplementedError:
    """The error for an argument that is PyTorch's and not ours."""
    return NotImplementedError(f"gradcli.torch.{function}() does not support the argument '{argument}' yet")


def require_tensors(function: str, name: str, value: Any, position: int) -> None:
    """Raises PyTorch's TypeErrors for anything but a tuple or a list of Tensors."""
    if not isinstance(value, (tuple, list)):
        where = f"argument '{name}' (position {position})"
        raise TypeError(f"{function}(): {where} must be tuple of Tensors, not {type(value).__name__}")
    for i, element in enumerate(value):
        if not isinstance(element, Tensor):
            kind = type(element).__name__
            raise TypeError(f"expected Tensor as element {i} in argument {position - 1}, but got {kind}")


def refuse_complex(function: str, values: Iterable[Any]) -> None:
    """Raises NotImplementedError if one of the values is a complex Tensor or number, or holds bfloat16."""
    for value in values:
        if (isinstance(value, Tensor) and value.array.dtype.kind in "cV") or isinstance(value, complex):
            raise not_implemented(f"{function}_cpu", np.complex64 if isinstance(value, complex) else value.array.dtype)


def of_reals(function: Callable[..., Any], *, floats_only: bool) -> Callable[..., Any]:
    """`function`. Raises NotImplementedError for complex numbers and, if `floats_only`, for whole numbers first."""

    @wraps(function)
    def checked(*args: Any, **keywords: Any) -> Any:
        refuse_complex(function.__name__, (*args, *keywords.values()) if keywords else args)
        if floats_only:
            refuse_whole(function.__name__, args[:1])
        return function(*args, **keywords)

    return checked


def refuse_whole(kernel: str, values: Iterable[Any]) -> None:
    """Raises NotImplementedError if no Tensor among the values holds floats."""
    found = [value.array.dtype for value in values if isinstance(value, Tensor)]
    if all(dtype.kind in "bui" for dtype in found):
        raise not_implemented(kernel, dtypes.result_type(*(np.empty(1, dtype) for dtype in found)))


def refuse_gradients(function: str, *inputs: Any) -> None:
    """Raises NotImplementedError if one of the Tensors needs a gradient, where it would be 0."""
    if THREAD.mode.enabled and any(isinstance(x, Tensor) and x.requires_grad for x in inputs):
        raise NotImplementedError(f"gradcli.torch.{function}() of tensors that require gradients; detach() them")


def numpy_dtype(function: str, dtype: Any) -> dtypes.DType | None:
    """The NumPy dtype of a `torch.dtype` or of a type of Python's numbers; None stays None.

    Raises TypeError for anything else.
    """
    if dtype is None:
        return None
    if dtype in PYTHON_TYPES:
        return PYTHON_TYPES[dtype]
    if not isinstance(dtype, dtypes.dtype):
        raise TypeError(f"{function}(): argument 'dtype' must be torch.dtype, not {type(dtype).__name__}")
    return dtype.numpy


def shape_of(function: str, size: Sequence[Any], name: str = "size") -> tuple[int, ...]:
    """A shape given as numbers or as one sequence of numbers. Raises PyTorch's errors for what is no length."""
    if not size:
        raise TypeError(f'{function}() missing 1 required positional arguments: "{name}"')
    if len(size) == 1 and isinstance(size[0], (tuple, list)):
        size = size[0]
    elif len(size) == 1 and isinstance(size[0], Tensor) and size[0].ndim:
        raise TypeError(f"{function}(): argument '{name}' (position 1) must be tuple of ints, not Tensor")
    lengths = []
    for position, length in enumerate(size, 1):
        if isinstance(length, bool) or not hasattr(length, "__index__"):
            kind = type(length).__name__
            if position > 1:
                raise TypeError(
                    f"{function}(): argument '{name}' failed to unpack the object at pos {position} with error "
                    f'"type must be tuple of ints,but got {kind}"'
                )
            raise TypeError(f"{function}(): argument '{name}' (position {position}) must be tuple of ints, not {kind}")
        lengths.append(length.__index__())
    if any(length < 0 for length in lengths):
        lowest = next(length for length in lengths if length < 0)
        if function == "zeros":
            raise RuntimeError("zeros: Dimension size must be non-negative.")
        raise RuntimeError(f"Trying to create tensor with negative dimension {lowest}: {lengths}")
    return tuple(lengths)


def only_default(function: str, name: str, value: Any, default: Any = None) -> None:
    """Raises NotImplementedError for an argument that is not supported, unless it says what is done anyway."""
    if value is not default and not any(value is word for word in MEANINGLESS) and value != default:
        raise unsupported(function, name)
