"""What matplotlib's arguments mean for a figure: data, colours, format strings, greys."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from gradcli.plot.figure import Array

PALETTE = "blue orange green red purple brown pink gray olive cyan".split()
"""matplotlib's "tab:" colours: C0 to C9."""

LETTERS = {"b": "C0", "g": "C2", "r": "C3", "c": "C9", "m": "C4", "y": "C8", "k": "foreground"}
"""The letters of format strings, as the colours of the palette that come nearest."""

NAMED = {"black": "foreground", "grey": "C7", "magenta": "C4", "yellow": "C8"}

MARKERS = "o.x"
STYLES = ("--", "-.", "-", ":")

_FORMAT = re.compile(rf"(C\d|[{''.join(LETTERS)}])|(--|-\.|-|:)|([{MARKERS}])")

GREYS = {None: False, "gray": False, "grey": False, "gray_r": True, "Greys": True, "binary": True} | dict.fromkeys(
    ("viridis", "plasma", "inferno", "magma", "cividis"), False
)
"""For each colour map that there is: whether the largest value is darkest. All are grey here."""


APPEARANCE = frozenset(
    "alpha s linewidth linewidths lw markersize ms edgecolor edgecolors facecolor fontsize fontweight fontfamily "
    "zorder dpi bbox_inches pad labelpad frameon shadow fancybox framealpha interpolation".split()
)
"""Arguments that change how something looks, and nothing of what is shown: they are ignored."""

LINES = frozenset("linestyle ls color c".split())
"""The same of the lines of a grid."""

LOCATIONS = ("best", "upper right", "upper left", "lower left", "lower right", "right", "center left", "center right",
             "lower center", "upper center", "center", *range(11))  # fmt: skip
"""Where a legend may be wanted; here it stands where there is room."""


def refuse(function: str, unsupported: dict[str, Any]) -> None:
    """Raises NotImplementedError that names arguments which the face does not have.

    Those of mere appearance are ignored; where they are a number for each point, they show data.
    """
    unsupported = {name: value for name, value in unsupported.items() if name not in APPEARANCE or np.ndim(value)}
    if unsupported:
        raise NotImplementedError(f"{function}() does not support {', '.join(unsupported)} here")


def vector(data: Any, function: str) -> Array:
    """Numbers as a vector. Raises as NumPy does for a Tensor that requires grad, NotImplementedError for a matrix."""
    array = np.asarray(data)
    if array.ndim > 1 and array.size != max(array.shape):
        raise NotImplementedError(f"{function}() takes one series at a time here, not data of shape {array.shape}")
    return array.astype(float).reshape(-1)


def pair(x: Any, y: Any, function: str) -> tuple[Array, Array]:
    """x and y as vectors. Raises matplotlib's ValueError unless they are equally long."""
    first, second = vector(x, function), vector(y, function)
    if first.shape != second.shape:
        raise ValueError(f"x and y must have same first dimension, but have shapes {first.shape} and {second.shape}")
    return first, second


def colour(text: Any) -> str:
    """The figure's colour for matplotlib's. Raises NotImplementedError for colours that are no text."""
    if not isinstance(text, str):
        raise NotImplementedError(f"a colour must be a name, not {type(text).__name__}, here")
    name = text.removeprefix("tab:")
    if re.fullmatch(r"C\d|foreground|#[0-9a-fA-F]{6}", name):
        return name
    if name in PALETTE:
        return f"C{PALETTE.index(name)}"
    if name not in LETTERS and name not in NAMED:
        raise ValueError(f"{text!r} is not a color that is known here: C0 to C9, {', '.join(PALETTE)}, #rrggbb")
    return LETTERS.get(name) or NAMED[name]


def line_format(text: str) -> tuple[str | None, str | None, str | None]:
    """Colour, style and marker of a format string such as "ro--"; None for what it does not say."""
    found: list[str | None] = [None, None, None]
    at = 0
    while at < len(text):
        part = _FORMAT.match(text, at)
        if part is None or part.lastindex is None or found[part.lastindex - 1] is not None:
            raise ValueError(f"{text!r} is not a valid format string (unrecognized character {text[at]!r})")
        found[part.lastindex - 1] = part[0]
        at = part.end()
    shade, style, marker = found
    return shade and colour(shade), "" if marker and style is None else style, marker


def choice(function: str, name: str, value: Any, known: tuple[Any, ...]) -> Any:
    """The value, if it is one of those that are there. Raises NotImplementedError otherwise."""
    if value not in known:
        raise NotImplementedError(f"{function}({name}={value!r}) is not supported here, only {known}")
    return value


def pixels(data: Any, cmap: str | None, vmin: float | None, vmax: float | None) -> Array:
    """A picture's bytes, of shape (rows, columns, 3), from grey values of any range or from RGB (0 to 1, or bytes)."""
    array = np.asarray(data)
    if array.ndim == 3 and array.shape[2] == 3:
        if array.dtype == np.uint8:
            return np.array(array)
        return np.asarray((np.clip(array.astype(float), 0, 1) * 255).round(), dtype=np.uint8)
    if array.ndim != 2:
        raise TypeError(f"Invalid shape {array.shape} for image data")
    if cmap not in GREYS:
        raise NotImplementedError(f"imshow(cmap={cmap!r}) is not supported here, only {', '.join(map(str, GREYS))}")
    array = array.astype(float)
    finite = array[np.isfinite(array)]
    low = vmin if vmin is not None else finite.min(initial=np.inf)
    high = vmax if vmax is not None else finite.max(initial=-np.inf)
    share = np.nan_to_num(np.clip((array - low) / (high - low), 0, 1)) if high > low else np.zeros(array.shape)
    grey = ((1 - share if GREYS[cmap] else share) * 255).round().astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)
