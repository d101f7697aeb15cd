"""Determinants and inverses of matrices of balls and of jets.

The slopes of a determinant are its cofactors, since it is linear in each entry; those of an inverse follow from
A @ inv(A) = I. Where a matrix is singular, or holds jets, both come without a division by a pivot, from the recursion
of Faddeev and LeVerrier.
"""

from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING, Any

from flint import arb, arb_mat

from gradcli.verify.balls.jets import Jet
from gradcli.verify.balls.numbers import Poison, poisoned

if TYPE_CHECKING:
    from gradcli.verify.balls.lines import Line
    from gradcli.verify.balls.tape import Run
    from gradcli.verify.balls.trace import Node

LARGEST = 12
"""Rows of a matrix of jets."""

Rows = list[list[Any]]


def rows(entries: Any) -> Rows:
    """A square matrix from its entries, row after row."""
    n = isqrt(len(entries))
    return [list(entries[i * n : (i + 1) * n]) for i in range(n)]


def _times(a: Rows, b: Rows) -> Rows:
    columns = list(zip(*b, strict=True))
    return [[_sum(x * y for x, y in zip(row, column, strict=True)) for column in columns] for row in a]


def _sum(terms: Any) -> Any:
    first, *rest = terms
    return sum(rest, first)


def without_pivots(a: Rows) -> tuple[Any, Rows]:
    """The determinant and the adjugate, by the recursion of Faddeev and LeVerrier."""
    n = len(a)
    zero = a[0][0] * 0
    adjugate = [[zero + (i == j) for j in range(n)] for i in range(n)]
    for k in range(1, n):
        product = _times(a, adjugate)
        trace = _sum(product[i][i] for i in range(n)) / k
        adjugate = [[product[i][j] - (trace if i == j else 0) for j in range(n)] for i in range(n)]
    sign = -1 if n % 2 == 0 else 1
    adjugate = [[entry * sign for entry in row] for row in adjugate]
    return _sum(x * y for x, y in zip(a[0], (row[0] for row in adjugate), strict=True)), adjugate


def _parts(entries: Any) -> tuple[Any, Rows]:
    """The determinant and the adjugate, by elimination where that can be done."""
    matrix = rows(entries)
    if not any(isinstance(entry, Jet) for entry in entries):
        balls = arb_mat(matrix)
        determinant = balls.det()
        if not determinant.contains(0):
            inverse = balls.inv()
            return determinant, [[determinant * x for x in row] for row in inverse.tolist()]
    elif len(matrix) > LARGEST:
        return Poison("open", "a matrix too large to be expanded"), matrix
    return without_pivots(matrix)


def det(_run: Run, _node: Node, *entries: Any) -> tuple[Any, Any]:
    """The determinant, and the cofactors."""
    if found := poisoned(entries):
        return found, ()
    determinant, adjugate = _parts(entries)
    return determinant, tuple(entry for row in zip(*adjugate, strict=True) for entry in row)


def det_jet(_line: Line, _node: Node, *entries: Any) -> Any:
    """The determinant."""
    return poisoned(entries) or _parts(entries)[0]


def inv(_run: Run, _node: Node, *entries: Any) -> tuple[Any, Any]:
    """The entries of the inverse, row after row. What its slopes are, `pulled` knows."""
    if found := poisoned(entries):
        return found, ()
    determinant, adjugate = _parts(entries)
    if isinstance(determinant, Poison):
        return determinant, ()
    at = determinant.terms[0] if isinstance(determinant, Jet) else determinant
    if at.contains(0):
        return Poison("domain" if at.is_zero() else "open", "the inverse of a singular matrix"), ()
    return [entry / determinant for row in adjugate for entry in row], ()


def inv_jet(_line: Line, _node: Node, *entries: Any) -> Any:
    """The entries of the inverse."""
    if found := poisoned(entries):
        return found
    determinant, adjugate = _parts(entries)
    if isinstance(determinant, Poison):
        return determinant
    inverse = [entry / determinant for row in adjugate for entry in row]
    return poisoned(inverse) or inverse


def pulled(inverse: list[Any], cotangents: dict[int, Any]) -> list[Any]:
    """The cotangents of a matrix's entries, from those of its inverse's: -X.T @ G @ X.T."""
    x = rows(inverse)
    n = len(x)
    if any(isinstance(g, Jet) for g in (*inverse, *cotangents.values())):
        zero = inverse[0] * 0
        g = rows([cotangents.get(i, zero) for i in range(n * n)])
        transposed = [list(column) for column in zip(*x, strict=True)]
        return [-entry for row in _times(_times(transposed, g), transposed) for entry in row]
    weights = arb_mat(rows([cotangents.get(i, arb(0)) for i in range(n * n)]))
    turned = arb_mat(x).transpose()
    return [-entry for row in (turned * weights * turned).tolist() for entry in row]
