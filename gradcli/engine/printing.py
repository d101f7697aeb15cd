"""Arrays as the text that PyTorch 2.13 prints for a tensor.

How a number is written is decided once for the whole array, from the elements that are going to be shown: fixed point
with `precision` digits, scientific notation, or whole numbers with a bare decimal point. Then every element is padded
to the width of the widest, and the rows are bracketed, wrapped and, beyond `threshold` elements, cut to their ends.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from gradcli.engine.bfloat16 import BFLOAT16, readable

Array = NDArray[Any] | np.generic

# The bytes of the widest type of each kind that PyTorch has too: NumPy's long double is not among them.
_WIDEST = {"b": 1, "i": 8, "u": 8, "f": 8, "c": 16}


@dataclass(frozen=True, slots=True)
class PrintOptions:
    """How arrays are printed.

    precision  digits after the decimal point
    threshold  the number of elements above which an array is summarised
    edgeitems  how many elements a summary shows at either end of an axis; 0 shows none
    linewidth  the column at which rows and suffixes wrap
    sci_mode   scientific notation always (True), never (False), or where the magnitudes call for it (None)

    Raises ValueError for a negative precision, threshold or edgeitems and for a linewidth below 1.
    """

    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None

    def __post_init__(self) -> None:
        for name, least in (("precision", 0), ("threshold", 0), ("edgeitems", 0), ("linewidth", 1)):
            if not getattr(self, name) >= least:
                raise ValueError(f"{name} must be at least {least}, got {getattr(self, name)}")


PROFILES = {
    "default": PrintOptions(),
    "short": PrintOptions(precision=2, edgeitems=2),
    "full": PrintOptions(threshold=math.inf),
}

_current = PROFILES["default"]


def get_printoptions() -> PrintOptions:
    """The options used where none are passed."""
    return _current


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Change the options used where none are passed: a profile first, then the single options on top of it.

    As in PyTorch, an option left out keeps its value, except `sci_mode`, which every call sets.
    Raises ValueError for an unknown profile (PyTorch ignores it) and for values that PrintOptions refuses.
    """
    global _current
    if profile is not None and profile not in PROFILES:
        raise ValueError(f"profile must be one of {', '.join(map(repr, PROFILES))}, got {profile!r}")
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    _current = replace(_current if profile is None else PROFILES[profile], **changes, sci_mode=sci_mode)


def format_tensor(
    array: Array,
    *,
    suffixes: Sequence[str] = (),
    options: PrintOptions | None = None,
    default_dtype: DTypeLike = np.float32,
) -> str:
    """What PyTorch prints for a tensor with these elements, for instance `tensor([1., 2.], dtype=torch.float64)`.

    suffixes       follow the size and the dtype, each on a new line where the current one is too long;
                   "requires_grad=True" and "grad_fn=<MulBackward0>" are PyTorch's own
    default_dtype  the floating-point type that is not named

    Raises TypeError for a dtype that PyTorch does not have.
    """
    options = options or _current
    name = "bfloat16" if array.dtype == BFLOAT16 else _torch_name(array.dtype)
    array = np.asarray(readable(array))
    prefix = "tensor("
    text = prefix + format_array(array, len(prefix), options)
    # PyTorch counts two characters more than the last line of the elements has.
    column = len(text) - text.rfind("\n") + 1
    for suffix in (*_own_suffixes(array, name, options, np.dtype(default_dtype)), *suffixes):
        column += len(suffix) + 2
        if column > options.linewidth:
            text += ",\n" + " " * len(prefix) + suffix
            column = len(prefix) + len(suffix)
        else:
            text += ", " + suffix
    return text + ")"


def format_array(array: Array, indent: int = 0, options: PrintOptions | None = None) -> str:
    """The elements of `array` in nested brackets, as they stand inside `tensor(...)`.

    indent  the columns already taken on the first line; the lines after it are indented by as much and aligned

    Raises TypeError for a dtype that PyTorch does not have.
    """
    options = options or _current
    array = np.asarray(array)
    _torch_name(array.dtype)
    if array.size == 0:
        return "[]"
    summarise = array.size > options.threshold
    if summarise and options.edgeitems == 0 and array.ndim:
        return "[...]"
    cut = tuple(summarise and length > 2 * options.edgeitems for length in array.shape)
    ends = [*range(options.edgeitems), *range(-options.edgeitems, 0)]
    for axis in range(array.ndim):
        if cut[axis]:
            array = np.take(array, ends, axis)
    write, width = _number_format(array, options)
    return _bracket(array.tolist(), cut, indent, write, width, options)


def _own_suffixes(array: NDArray[Any], name: str, options: PrintOptions, default_dtype: np.dtype[Any]) -> list[str]:
    """The size and the dtype, where the elements do not tell them."""
    if array.size == 0:
        size_is_told = array.ndim == 1
        implied = {default_dtype.name}
    else:
        size_is_told = options.edgeitems > 0
        default_complex = "complex128" if default_dtype == np.float64 else "complex64"
        implied = {default_dtype.name, default_complex, "int64", "bool"}
    suffixes = [] if size_is_told else [f"size={array.shape}"]
    if name not in implied:
        suffixes.append(f"dtype=torch.{name}")
    return suffixes


def _torch_name(dtype: np.dtype[Any]) -> str:
    if dtype.itemsize > _WIDEST.get(dtype.kind, 0):
        raise TypeError(f"cannot print an array of dtype {dtype}: PyTorch has no such type")
    return dtype.name


def _number_format(shown: NDArray[Any], options: PrintOptions) -> tuple[Callable[[Any], str], int]:
    """How to write one element, and the width of the text that this gives."""
    if shown.dtype.kind == "c":
        write_real, real_width = _number_format(shown.real, options)
        write_imag, imag_width = _number_format(shown.imag, options)

        def write_complex(value: complex) -> str:
            imag = write_imag(value.imag).lstrip()
            return write_real(value.real) + ("" if imag[0] in "+-" else "+") + imag + "j"

        return write_complex, real_width + imag_width + 1

    values = shown.ravel().tolist()
    write: Callable[[Any], str] = str
    if shown.dtype.kind == "f":
        # Zeros and non-finite values count neither for the notation nor for the width, so nan can stick out.
        values = [value for value in values if value and math.isfinite(value)]
        write = _float_notation(values, options)
    width = max((len(write(value)) for value in values), default=1)
    return lambda value: write(value).rjust(width), width


def _float_notation(values: list[float], options: PrintOptions) -> Callable[[float], str]:
    """The notation for an array whose non-zero finite elements are `values`."""
    if not values:
        return _whole
    smallest, largest = min(map(abs, values)), max(map(abs, values))
    scientific = options.sci_mode
    if scientific is None:
        scientific = largest / smallest > 1000 or largest > 1e8 or smallest < 1e-4
    if scientific:
        return f"{{:.{options.precision}e}}".format
    if all(value.is_integer() for value in values):
        return _whole
    return f"{{:.{options.precision}f}}".format


def _whole(value: float) -> str:
    return f"{value:.0f}." if math.isfinite(value) else f"{value:.0f}"


def _bracket(
    values: Any, cut: tuple[bool, ...], indent: int, write: Callable[[Any], str], width: int, options: PrintOptions
) -> str:
    """`values`, nested len(cut) lists deep; where an axis is cut, an ellipsis stands between its two ends."""
    if not cut:
        return write(values)
    if len(cut) == 1:
        cells = [write(value) for value in values]
        ellipsis = " ..."
        per_line = max(1, (options.linewidth - indent) // (width + len(", ")))
    else:
        cells = [_bracket(value, cut[1:], indent + 1, write, width, options) for value in values]
        ellipsis = "..."
        per_line = 1
    if cut[0]:
        cells.insert(options.edgeitems, ellipsis)
    lines = [", ".join(cells[start : start + per_line]) for start in range(0, len(cells), per_line)]
    line_break = "," + "\n" * max(1, len(cut) - 1) + " " * (indent + 1)
    return "[" + line_break.join(lines) + "]"
