"""NumPy's functions that no operation stands for: on the arrays of Tensors, as in PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def on_arrays(function: Callable[..., Any], args: Any, keywords: dict[str, Any]) -> Any:
    """What the function makes of arrays in the places of Tensors; no graph leads back through it.

    Raises RuntimeError, as PyTorch does, where a Tensor requires grad: it would be lost in silence.
    """
    return function(*_plain(args), **{name: _plain(value) for name, value in keywords.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)(map(_plain, value)) if type(value) in (list, tuple) else value
    return np.asarray(value) if hasattr(value, "grad_fn") else value
