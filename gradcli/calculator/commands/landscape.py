"""The expression around a path in one or two dimensions: what a picture of a walk is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from gradcli.calculator.kernel.compute import lower_value
from gradcli.calculator.kernel.prepare import Array, Prepared

DRAWN = (1, 2)
"""So many coordinates can be drawn."""
POINTS = {1: 201, 2: 36}
"""How many places an axis has."""
ROOM = 0.3
"""How much is shown beside the path, as a share of its extent."""


@dataclass(frozen=True)
class Landscape:
    """Values on a line or on a grid, and the path.

    names   of the coordinates
    axes    the places on each
    values  of shape (len(axes[0]),), or (len(axes[1]), len(axes[0])): a row for each place of the second coordinate
    path    of shape (points, coordinates); a walk that diverged may end in nan
    """

    names: tuple[str, ...]
    axes: tuple[Array, ...]
    values: Array
    path: Array


def landscape(prepared: Prepared, path: Sequence[Array]) -> Landscape | None:
    """What surrounds the path; None where it has more coordinates than can be drawn, or none.

    path  each point's coordinates: the elements of the variables, one variable after the other
    """
    points = np.array(path, float)
    if points.ndim < 2 or points.shape[1] not in DRAWN:
        return None
    axes = tuple(_around(places[np.isfinite(places)], POINTS[points.shape[1]]) for places in points.T)
    values = np.array([_value(prepared, place[::-1]) for place in product(*axes[::-1])])
    return Landscape(coordinates(prepared.at), axes, values.reshape([len(axis) for axis in axes[::-1]]), points)


def _around(places: Array, count: int) -> Array:
    """Evenly spaced places around those given."""
    low, high = float(places.min()), float(places.max())
    room = ROOM * (high - low) or 1.0
    return np.linspace(low - room, high + room, count)


def _value(prepared: Prepared, place: Sequence[float]) -> float:
    """The expression's value, the coordinates being these."""
    values, start = dict(prepared.at | prepared.fixed), 0
    for name, array in prepared.at.items():
        size = np.size(array)
        values[name] = np.reshape(place[start : start + size], np.shape(array)).astype(array.dtype)[()]
        start += size
    return float(lower_value(prepared, values, 1))


def coordinates(point: Mapping[str, Array]) -> tuple[str, ...]:
    """The names of a point's coordinates: "x", or "x[1]" for an element of an array."""
    return tuple(
        f"{name}[{', '.join(map(str, index))}]" if index else name
        for name, array in point.items()
        for index in np.ndindex(np.shape(array))
    )
