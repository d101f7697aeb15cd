"""`matplotlib.ticker`: where the ticks of an axis stand."""

from __future__ import annotations

from typing import Any

from gradcli.plot.inputs import choice, refuse


class Locator:
    """Ticks at multiples of `every`; None leaves it to the data."""

    every: float | None = None


class AutoLocator(Locator):
    """Where the data need them."""


class MultipleLocator(Locator):
    """At multiples of `base`, or of 2, 5, 10 ... times as much where these would be too many."""

    def __init__(self, base: float = 1.0) -> None:
        if not base > 0:
            raise ValueError("'base' must be positive")
        self.every = float(base)


class MaxNLocator(Locator):
    """At whole numbers."""

    def __init__(self, *, integer: bool = False, **others: Any) -> None:
        refuse("MaxNLocator", others)
        choice("MaxNLocator", "integer", integer, (True,))
        self.every = 1.0
