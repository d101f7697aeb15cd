"""The difference between a derivative and a claim, enclosed over boxes by Taylor's theorem.

On a box of radius r around m, a smooth function is the sum of c[k] * t**k for k < n and of c[n] * t**n, where |t| <= r,
c[k] are the Taylor coefficients at m, and c[n] is one at some point of the box: Lagrange's form of the remainder
(Tucker, Validated Numerics, 2011, section 3.3). Of the difference of equal functions all c[k] are 0, whatever they look
like; so what is left is as small as r**n. In two variables it is the same, one after the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from flint import arb, arb_series

from gradcli.lang.tree import NoFormError, Program
from gradcli.verify.balls.context import working
from gradcli.verify.balls.enclosures import Enclosures
from gradcli.verify.balls.models import Rows, around, terms
from gradcli.verify.balls.numbers import Ball, Poison
from gradcli.verify.balls.spans import Spans
from gradcli.verify.balls.spots import interval

BITS = (128, 512, 2048)
"""Tried in turn where the difference at the middle of a box is not told."""
ORDERS = {1: 24, 2: 14}
"""The order of the remainder, by the number of variables."""

Box = tuple[tuple[float, float], ...]
"""The ends of a box, variable by variable."""


@dataclass(frozen=True)
class Found:
    """What is known of a box.

    bound    that |derivative - claim| / max(1, |derivative|) does not exceed on the box; inf if there is none
    missing  why there is certainly no derivative on the whole box; "" if there may be
    suspect  whether the claim seems to be wrong in the middle
    divided  whether something is not smooth, or without a value, on a part of the box
    """

    bound: float = inf
    missing: str = ""
    suspect: bool = False
    divided: bool = False


class Difference:
    """Of the derivative of a program by `names[0]` and a claim; arguments as for `prove`.

    ends  when the time is used up; then LateError comes
    Raises NoFormError for a program that has no form.
    """

    def __init__(
        self,
        program: Program,
        formula: Program,
        names: Sequence[str],
        values: Mapping[str, Any],
        dtype: str,
        tol: float,
        ends: float,
    ) -> None:
        self.tol = tol
        self.ends = ends
        self.count = len(names)
        self.order = ORDERS[self.count]
        whole = [Enclosures(one, values, names, dtype) for one in (program, formula)]
        self.traces, self.point = [one.trace for one in whole], whole[0].point
        for trace in self.traces:
            if trace.shape or any(len(trace.leaves[name]) != 1 for name in names):
                raise ValueError("ranges are of single numbers, and so is the result")
        self.leaves = [[trace.leaves[name][0].index for name in names] for trace in self.traces]
        self._spans: dict[int, list[Spans]] = {}

    def spans(self, bits: int) -> list[Spans]:
        """The program's and the claim's, with what does not move in this precision."""
        if bits not in self._spans:
            self._spans[bits] = [Spans(trace, self.point, self.ends) for trace in self.traces]
            if self.count > 1 and self._spans[bits][0].detaches:
                raise NoFormError("detach over two ranges")
        return self._spans[bits]

    def on(self, box: Box, middle: Sequence[float]) -> Found:
        """What is known of a box with this point in it."""
        for bits in BITS:
            with working(bits):
                found = self._on(box, middle, self.spans(bits))
            if found is not None:
                return found
        return Found()

    def _on(self, box: Box, middle: Sequence[float], spans: list[Spans]) -> Found | None:
        """None where more bits are needed."""
        slope, claim = self._both([arb(low).union(arb(high)) for low, high in box], spans)
        if isinstance(slope, Poison):
            return Found(missing=slope.reason) if slope.kind == "domain" else Found(divided=True)
        if isinstance(claim, Poison):
            return Found(divided=True, suspect=claim.kind == "domain")
        there = self._both([arb(number) for number in middle], spans)
        if any(isinstance(one, Poison) for one in there):
            return Found(divided=True)
        radii = [(arb(high) - m).max(m - arb(low)) for (low, high), m in zip(box, map(arb, middle), strict=True)]
        gap, size = self._table(there[0] - there[1]), self._table(there[0])[0][0]
        least = abs(self._table(slope)[0][0]).abs_lower().max(arb(1))
        bound = (_least(gap, self._table(slope - claim), radii) / least).abs_upper()
        return Found(interval(bound)[1]) if bound <= self.tol else self._doubted(gap[0][0], size)

    def _doubted(self, gap: Ball, slope: Ball) -> Found | None:
        """What the difference at the middle tells, where that on the box is not small."""
        allowed = self.tol * abs(slope).max(arb(1))
        if abs(gap) > allowed:
            return Found(suspect=True)
        return None if gap.is_finite() and gap.rad() > allowed / 8 else Found()

    def _both(self, heads: Sequence[Ball], spans: list[Spans]) -> tuple[Any, Any]:
        """The derivative and the claim near these numbers, as series."""
        program, formula = spans
        length = self.order + 1
        if program.detaches:  # the derivative is the factor of s, which `detach` drops
            found = program.over({self.leaves[0][0]: Rows([around(heads[0], length), arb_series([1], length)])})
            slope = found.rows[1] if type(found) is Rows else found
        else:
            found = program.over(self._near(heads, self.leaves[0], length + 1))
            slope = _derivative(found)
        if type(found) is arb:
            slope = arb(0)
        return slope, formula.over(self._near(heads, self.leaves[1], length))

    def _near(self, heads: Sequence[Ball], leaves: Sequence[int], length: int) -> dict[int, Any]:
        """The variables near these numbers: x + t, y + s."""
        first = around(heads[0], length)
        if self.count == 1:
            return {leaves[0]: first}
        rows, rest = self.order + 1, [arb_series([], length)] * (self.order - 1)
        second = Rows([arb_series([heads[1]], length), arb_series([1], length), *rest])
        return {leaves[0]: Rows.constant(first, rows), leaves[1]: second}

    def _table(self, series: Any) -> list[list[Ball]]:
        """The coefficients, by the powers of s and of t."""
        length = self.order + 1
        if type(series) is Rows:
            return [terms(row, length) for row in series.rows]
        return [terms(series, length) if type(series) is arb_series else [series, *[arb(0)] * self.order]]


def _derivative(series: Any) -> Any:
    """By t."""
    if type(series) is Rows:
        return Rows([row.derivative() for row in series.rows])
    return series.derivative() if type(series) is arb_series else series


def _least(there: list[list[Ball]], whole: list[list[Ball]], radii: Sequence[Ball]) -> Ball:
    """The least bound of a function, by the coefficients at the middle and those on the whole box."""
    if len(whole) == 1:
        return _bound(there[0], whole[0], radii[0])
    rows = [_bound(a, b, radii[0]) for a, b in zip(there, whole, strict=True)]
    return _bound(rows, [row[0] for row in whole], radii[1])


def _bound(there: Sequence[Ball], whole: Sequence[Ball], radius: Ball) -> Ball:
    """The least of the bounds that the remainders of all orders give."""
    best, known, power = arb.pos_inf(), arb(0), arb(1)
    for a, b in zip(there, whole, strict=True):
        here = known + b.abs_upper() * power
        best = min(best, here)
        known += a.abs_upper() * power
        power *= radius
    return best
