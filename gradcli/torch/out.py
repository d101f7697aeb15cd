"""`out=`: a result written into a Tensor that is there already."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from gradcli.engine.inplace import refuse_higher_category, write
from gradcli.engine.modes import THREAD
from gradcli.engine.tensor import Tensor

RESIZED = (
    "An output with one or more elements was resized since it had shape {found}, which does not match the required "
    "output shape {wanted}. This behavior is deprecated, and in a future PyTorch release outputs will not be resized "
    "unless they have zero elements. You can explicitly reuse an out tensor t by resizing it, inplace, to zero "
    "elements with t.resize_(0)."
)


def into(name: str, out: Any, result: Any) -> Any:
    """`out` with the values of `result`: a Tensor, or a tuple of them for a function with several results.

    Raises RuntimeError where a gradient is needed, and for a dtype of a lower category. Another shape is taken, with a
    warning.
    """
    if isinstance(result, tuple):
        return type(result)(*(into(name, each, part) for each, part in zip(out, result, strict=True)))
    if not isinstance(out, Tensor):
        raise TypeError(f"{name}(): argument 'out' must be Tensor, not {type(out).__name__}")
    if THREAD.mode.enabled and (result.requires_grad or out.requires_grad):
        raise RuntimeError(
            f"{name}(): functions with out=... arguments don't support automatic differentiation, but one of the "
            "arguments requires grad."
        )
    refuse_higher_category(out, result)
    if out.array.shape != result.array.shape:
        if out.array.size:
            found, wanted = [*out.array.shape], [*result.array.shape]
            warnings.warn(RESIZED.format(found=found, wanted=wanted), UserWarning, stacklevel=4)
        out.array = np.empty(result.array.shape, out.array.dtype)
    write(out, result.array, aside=True)
    return out
