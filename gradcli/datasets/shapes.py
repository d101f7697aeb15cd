"""Drawn shapes: a data set of any size that takes no space, in the form of CIFAR-10 (10 classes, 3×32×32).

A shape is a function of the plane that is negative inside and, near the outline, the distance to it. It is moved,
turned a little, scaled, and painted over a background that fades from one colour to another; noise covers both.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.datasets.images import Images

Field = Any
"""A number for each pixel of each image, float32."""

SIDE = 32
NOISE = 0.25
TURN = 0.3  # radians, to either side
RADIUS = (7.0, 13.0)
AWAY = 5.0  # pixels from the middle, at most, along either axis
DARK, BRIGHT = (0.0, 0.6), (0.3, 1.0)  # red, green and blue of the background and of the shape


def shapes(train: int = 6000, test: int = 1000, seed: int = 0) -> tuple[Images, Images]:
    """Images to train with and others to test with, drawn anew but the same for the same numbers.

    All classes are equally frequent among both together, up to one image.
    """
    number = train + test
    # Only `random()`, whose numbers stay the same in every version of NumPy.
    rng = np.random.Generator(np.random.PCG64(seed))
    labels = np.arange(number) % len(SHAPES)
    images = np.empty((number, 3, SIDE, SIDE), np.uint8)
    for label, distance in enumerate(SHAPES.values()):
        which = labels == label
        images[which] = _drawn(distance, int(which.sum()), rng)
    order = np.argsort(rng.random(number), kind="stable")
    whole = Images("drawn shapes", images[order], labels[order], tuple(SHAPES))
    return whole.select(slice(train)), whole.select(slice(train, None))


def _circle(x: Field, y: Field) -> Field:
    return np.hypot(x, y) - 1


def _ring(x: Field, y: Field) -> Field:
    return np.abs(np.hypot(x, y) - 0.75) - 0.25


def _square(x: Field, y: Field) -> Field:
    return np.maximum(np.abs(x), np.abs(y)) - 0.85


def _diamond(x: Field, y: Field) -> Field:
    return (np.abs(x) + np.abs(y) - 1.1) / math.sqrt(2)


def _triangle(x: Field, y: Field) -> Field:
    return np.maximum(y, math.sqrt(0.75) * np.abs(x) - y / 2) - 0.6


def _plus(x: Field, y: Field) -> Field:
    across, along = np.minimum(np.abs(x), np.abs(y)), np.maximum(np.abs(x), np.abs(y))
    return np.maximum(across - 0.3, along - 1)


def _saltire(x: Field, y: Field) -> Field:
    return _plus((x + y) / math.sqrt(2), (x - y) / math.sqrt(2))


def _star(x: Field, y: Field) -> Field:
    """Five points: the plane is folded onto half a point, whose edge runs from the tip to the next notch."""
    turn = math.pi / 5
    angle = np.abs((np.arctan2(x, -y) + turn) % (2 * turn) - turn)
    radius = np.hypot(x, y)
    tip, notch = 1.2, (0.5 * math.cos(turn), 0.5 * math.sin(turn))
    edge = math.hypot(tip - notch[0], notch[1])
    return ((radius * np.cos(angle) - tip) * notch[1] + radius * np.sin(angle) * (tip - notch[0])) / edge


def _crescent(x: Field, y: Field) -> Field:
    return np.maximum(_circle(x, y), 0.85 - np.hypot(x - 0.5, y))


def _bars(x: Field, y: Field) -> Field:
    return np.maximum(np.abs(x) - 1, np.abs(np.abs(y) - 0.6) - 0.3)


SHAPES: dict[str, Callable[[Field, Field], Field]] = {
    "circle": _circle,
    "ring": _ring,
    "square": _square,
    "diamond": _diamond,
    "triangle": _triangle,
    "plus": _plus,
    "saltire": _saltire,
    "star": _star,
    "crescent": _crescent,
    "bars": _bars,
}


def _drawn(distance: Callable[[Field, Field], Field], number: int, rng: np.random.Generator) -> Any:
    """Images of one shape, (number, 3, SIDE, SIDE)."""

    def between(low: float, high: float, *shape: int) -> Field:
        return (low + (high - low) * rng.random((number, *shape))).astype(np.float32)

    middle = (SIDE - 1) / 2
    radius, angle = between(*RADIUS, 1, 1), between(-TURN, TURN, 1, 1)
    column, row = between(-AWAY, AWAY, 1, 1), between(-AWAY, AWAY, 1, 1)
    down, right = np.mgrid[:SIDE, :SIDE].astype(np.float32) - middle
    x, y = (right - column) / radius, (down - row) / radius
    x, y = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
    # A pixel that the outline crosses is covered in part.
    cover = np.clip(0.5 - distance(x, y) * radius, 0, 1)[:, None]

    ground, far = between(*DARK, 3, 1, 1), between(*DARK, 3, 1, 1)
    heading = between(0, 2 * math.pi, 1, 1, 1)
    fade = 0.5 + (np.cos(heading) * right + np.sin(heading) * down) / (2 * SIDE)
    background = ground + (far - ground) * fade
    picture = background + (between(*BRIGHT, 3, 1, 1) - background) * cover
    picture += between(-NOISE, NOISE, 3, SIDE, SIDE)
    return np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)
