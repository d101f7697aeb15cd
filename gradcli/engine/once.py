"""Warnings that PyTorch gives once in a process."""

from __future__ import annotations

import warnings

NUMBER = (
    "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.\n"
    "Consider using tensor.detach() first."
)
_given: set[str] = set()


def warn_once(message: str, stacklevel: int) -> None:
    """Warns, if it has not done so with these words yet."""
    if message not in _given:
        _given.add(message)
        warnings.warn(message, UserWarning, stacklevel=stacklevel + 1)


def forget() -> None:
    """As in a fresh process."""
    _given.clear()
