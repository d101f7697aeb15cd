"""Truncated power series in two variables, as rows of python-flint's series in one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import comb
from typing import Any

from flint import arb, arb_series

from gradcli.verify.balls.numbers import Ball, TooShortError

Series = Any
"""An `arb_series`."""


def terms(series: Series, length: int) -> list[Ball]:
    """The first coefficients. Raises TooShortError where a series is shorter: what is beyond its end reads as 0."""
    if series.prec < length:
        raise TooShortError
    found = list(series)[:length]
    return found + [arb(0)] * (length - len(found))


def around(head: Ball, length: int) -> Series:
    """The variable near a number: head + t."""
    return arb_series([head, 1], length)


class Rows:
    """The sum of rows[j] * s**j, where each row is a series in t; what s has a higher power in is left out."""

    __slots__ = ("rows",)

    def __init__(self, rows: Sequence[Series]) -> None:
        self.rows = list(rows)

    @classmethod
    def constant(cls, row: Series, count: int) -> Rows:
        """A series in t alone."""
        return cls([row, *[arb_series([], row.prec)] * (count - 1)])

    @property
    def head(self) -> Ball:
        """The value where t and s are 0."""
        return self.rows[0][0]

    def __add__(self, other: Any) -> Any:
        if type(other) is Rows:
            return Rows([a + b for a, b in zip(self.rows, other.rows, strict=True)])
        return Rows([self.rows[0] + other, *self.rows[1:]])

    __radd__ = __add__

    def __neg__(self) -> Rows:
        return Rows([-row for row in self.rows])

    def __sub__(self, other: Any) -> Any:
        return self + -other

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, other: Any) -> Any:
        if type(other) is not Rows:
            return Rows([row * other for row in self.rows])
        a, b = self.rows, other.rows
        zero = arb_series([], a[0].prec)
        here = [bool(list(row)) for row in b]
        return Rows([sum((a[j - i] * b[i] for i in range(j + 1) if here[i]), zero) for j in range(len(a))])

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        if type(other) is not Rows:
            return Rows([row / other for row in self.rows])
        found: list[Series] = []
        first, *rest = other.rows
        for j, row in enumerate(self.rows):
            known = sum((found[j - 1 - i] * rest[i] for i in range(j)), arb_series([], row.prec))
            found.append((row - known) / first)
        return Rows(found)

    def __rtruediv__(self, other: Any) -> Any:
        first = self.rows[0]
        return Rows.constant(0 * first + other, len(self.rows)) / self


def compose(function: Callable[[Series], Series], u: Any) -> Any:
    """A smooth function of a series, or of Rows: these by the derivatives of the function along the first row."""
    if type(u) is arb_series:
        return function(u)
    if type(u) is arb:
        return function(arb_series([u], 1))[0]
    first, count = u.rows[0], len(u.rows)
    n = first.prec
    outer = terms(function(around(u.head, n + count - 1)), n + count - 1)
    inner = arb_series([0, *terms(first, n)[1:]], n)
    # The k-th derivative over k!, near the head.
    moves = bool(list(inner))  # python-flint composes with no series that is 0
    slopes = [arb_series([outer[i + k] * comb(i + k, k) for i in range(n if moves else 1)], n) for k in range(count)]
    slopes = [slope(inner) for slope in slopes] if moves else slopes
    rest = Rows([arb_series([], n), *u.rows[1:]])
    found = Rows.constant(slopes[-1], count)
    for slope in reversed(slopes[:-1]):
        found = found * rest + slope
    return found
