"""Determinants and inverses of small matrices of quotients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from math import isqrt
from operator import add
from typing import Any

from gradcli.verify.algebra.field import Element, OpenError

_LARGEST = 4

Number = Callable[[Any], Element]
Rows = list[list[Element]]


def square(entries: Sequence[Element]) -> Rows:
    """The rows of a square matrix."""
    n = isqrt(len(entries))
    if n > _LARGEST:
        raise OpenError(f"a matrix with more than {_LARGEST} rows")
    return [list(entries[i * n : (i + 1) * n]) for i in range(n)]


def determinant(rows: Rows, number: Number) -> Element:
    """By the first row."""
    if not rows:
        return number(1)
    parts = [entry * _cofactor(rows, 0, j, number) for j, entry in enumerate(rows[0]) if not entry.is_zero]
    return reduce(add, parts, number(0))


def _cofactor(rows: Rows, i: int, j: int, number: Number) -> Element:
    minor = determinant([row[:j] + row[j + 1 :] for k, row in enumerate(rows) if k != i], number)
    return -minor if (i + j) % 2 else minor


def cofactors(rows: Rows, number: Number) -> list[Element]:
    """The slopes of the determinant, row by row."""
    return [_cofactor(rows, i, j, number) for i in range(len(rows)) for j in range(len(rows))]


def inverse(rows: Rows, number: Number) -> list[Element]:
    """Row by row, by cofactors. Raises NoValueError for a matrix that has none."""
    whole, n = determinant(rows, number), len(rows)
    return [_cofactor(rows, j, i, number) / whole for i in range(n) for j in range(n)]


def pulled(inverse: Sequence[Element], weights: dict[int, Element], number: Number) -> list[Element]:
    """The slopes of a weighted sum of the entries of an inverse, by the entries of the matrix: -(B' W B')."""
    n = isqrt(len(inverse))
    found = []
    for k in range(n):
        for m in range(n):
            parts = [inverse[i * n + k] * weight * inverse[m * n + j] for (i, j), weight in _places(weights, n)]
            found.append(-reduce(add, parts, number(0)))
    return found


def _places(weights: dict[int, Element], n: int) -> list[tuple[tuple[int, int], Element]]:
    return [(divmod(place, n), weight) for place, weight in weights.items()]
