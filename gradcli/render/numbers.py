"""Numbers and arrays, for JSON and for the screen."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from gradcli.engine.printing import format_array, get_printoptions


def json_number(value: float) -> float | str:
    """A number as strict JSON has it: what is not finite becomes "NaN", "Infinity" or "-Infinity"."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def json_array(array: Any) -> Any:
    """Nested lists, or a number for a 0-d array. A float32 number is the shortest that reads back to it."""
    if array is None:
        return None
    array = np.asarray(array)
    nested = np.empty(array.size, dtype=object)
    nested[:] = [json_number(float(str(x))) for x in array.ravel()]
    return nested.reshape(array.shape).tolist()


EDGES = {1: 3, 2: 3, 3: 2}
"""How much of each end of an axis a summary beside other things shows, by the number of axes; of more axes, one."""
MOST_BESIDE = 100
"""Elements of an array that is shown whole in a table, beside other things."""


def screen_array(array: Any, width: int = 80, most: float | None = None) -> str:
    """A number with all its digits; an array as PyTorch prints it, with four, summarised when it is large.

    width  columns after which the rows of an array wrap
    most   the number of elements above which it is summarised, by less of each axis the more axes it has; None is
           PyTorch's
    """
    array = np.asarray(array)
    if array.ndim == 0:
        return str(array[()])
    options = replace(get_printoptions(), linewidth=width)
    if most is not None:
        options = replace(options, threshold=most, edgeitems=min(options.edgeitems, EDGES.get(array.ndim, 1)))
    return format_array(array, options=options)


def screen_shape(shape: tuple[int, ...]) -> str:
    """A shape as Python writes it."""
    return str(tuple(shape))


def short(value: float | None) -> str:
    """Two significant digits, for errors and tolerances."""
    return "–" if value is None else "0" if value == 0 else f"{value:.2g}"


BRIEF = 6
"""Elements of an array that is written out within a line."""


def brief(array: Any) -> str:
    """A number with all its digits, a small array within a line, or the shape of a large one."""
    array = np.asarray(array)
    if array.size <= BRIEF:
        return " ".join(screen_array(array).split())
    return f"array {screen_shape(array.shape)}"


def rounded(array: Any, digits: int) -> str:
    """As `brief`, but a number that is long is cut to so many significant digits."""
    array = np.asarray(array)
    text = brief(array)
    return text if array.ndim or len(text) <= digits + len("0.") else f"{array[()]:.{digits}g}"
