"""Axes as PyTorch counts and checks them."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import SupportsIndex

Axes = int | Sequence[int] | None
"""An axis, several, or None for all of them."""


def axis_in(axis: SupportsIndex, ndim: int) -> int:
    """`axis` counted from the front, in an array of `ndim` axes; a 0-d array counts as having one.

    Raises IndexError if there is no such axis, TypeError if it is no integer.
    """
    if type(axis) is bool:
        raise TypeError("an axis must be int, not bool")
    n, count = operator.index(axis), ndim or 1
    if not -count <= n < count:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-count}, {count - 1}], but got {n})")
    return n % count


def axes_in(axes: Axes, ndim: int) -> tuple[int, ...] | None:
    """`axes` counted from the front; None for all of them, which an empty sequence means too.

    Raises IndexError if one does not exist, RuntimeError if one is named twice.
    """
    if axes is None:
        return None
    found = tuple([axis_in(axis, ndim) for axis in axes]) if isinstance(axes, Sequence) else (axis_in(axes, ndim),)
    for axis in found:
        if found.count(axis) > 1:
            raise RuntimeError(f"dim {axis} appears multiple times in the list of dims")
    return found if ndim and found else None


def no_axes(axis: int) -> IndexError:
    """The error for an axis of an array that has none, where PyTorch does not count it as having one."""
    return IndexError(f"Dimension specified as {axis} but tensor has no dimensions")
