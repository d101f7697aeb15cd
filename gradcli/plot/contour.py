"""Contours of a function on a grid, as lines with gaps."""

from __future__ import annotations

import numpy as np

from gradcli.plot.figure import Array


def contour(x: Array, y: Array, z: Array, level: float) -> tuple[Array, Array]:
    """The points where z, with a row for each of y and a column for each of x, crosses `level`.

    Pairs of points are joined, with a nan after each pair. Every square of the grid is cut along its diagonal into two
    triangles, in which z is taken to be linear: a triangle is crossed along one segment or not at all, so there are no
    ambiguous cases (marching triangles).
    """
    columns, rows = np.meshgrid(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
    corners = np.stack([columns, rows, np.asarray(z, dtype=float) - level])
    a, b, c, d = corners[:, :-1, :-1], corners[:, :-1, 1:], corners[:, 1:, 1:], corners[:, 1:, :-1]
    triangles = np.concatenate([_triangles(a, b, c), _triangles(a, c, d)], axis=1)
    above = triangles[2] > 0
    crossed = (above.any(axis=-1) & ~above.all(axis=-1)) & np.isfinite(triangles[2]).all(axis=-1)
    triangles, above = triangles[:, crossed], above[crossed]
    # The corner that is alone on its side: both ends of the segment are on its edges.
    alone = np.where(above.sum(axis=-1) == 1, above.argmax(axis=-1), (~above).argmax(axis=-1))
    corner = np.arange(len(alone))
    tip = triangles[:, corner, alone]
    ends = [_crossing(tip, triangles[:, corner, (alone + turn) % 3]) for turn in (1, 2)]
    gap = np.full_like(tip[0], np.nan)
    xs, ys = (np.stack([ends[0][i], ends[1][i], gap], axis=-1).ravel() for i in (0, 1))
    return xs, ys


def _triangles(*corners: Array) -> Array:
    """Shape (3, triangles, corners): x, y and height."""
    return np.stack([corner.reshape(3, -1) for corner in corners], axis=-1)


def _crossing(p: Array, q: Array) -> Array:
    """The point between p and q whose height is 0."""
    share = p[2] / (p[2] - q[2])
    return np.asarray(p[:2] + share * (q[:2] - p[:2]))


def round_levels(z: Array, count: int) -> list[float]:
    """About `count` evenly spaced levels between the smallest and the largest finite value of z."""
    finite = np.asarray(z, dtype=float)[np.isfinite(z)]
    if not finite.size or finite.min() == finite.max():
        return []
    return [float(level) for level in np.linspace(finite.min(), finite.max(), count + 2)[1:-1]]
