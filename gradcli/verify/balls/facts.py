"""What is certain of a number, in one form: however it is enclosed, once that is narrow enough, it is the same text.

A ball is as wide as the way that led to it. A certificate holds the number of BITS bits nearest to the true one
instead, and half a unit of it: from a narrower ball follows the same, and from no other true number.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from gradcli.verify.balls.context import working
from gradcli.verify.balls.enclosed import ZERO
from gradcli.verify.balls.enclosures import KINK, NUMBER, OPEN, PRECISIONS, ULPS, Enclosed
from gradcli.verify.balls.numbers import Ball, ulp_of

BITS = 128
"""More than a product of two doubles has: of numbers that come about, none lies between two of these."""

UNDECIDED = "undecided"
ENCLOSED, PROVED, APART = "enclosed", "proved", "apart"


@dataclass(frozen=True)
class Certain:
    """A number within half of 2**unit of mantissa * 2**unit."""

    mantissa: int
    unit: int

    @property
    def texts(self) -> list[str]:
        """The number and the radius in hexadecimal."""
        return [_hex(self.mantissa, self.unit), _hex(1, self.unit - 1)]

    @property
    def mid(self) -> Fraction:
        """The number."""
        return Fraction(self.mantissa) * Fraction(2) ** self.unit

    @property
    def rad(self) -> Fraction:
        """Half a unit."""
        return Fraction(2) ** (self.unit - 1)

    def fits(self, dtype: str) -> bool:
        """Whether the dtype has numbers of this size."""
        return self.unit < math.log2(np.finfo("float64").max) and abs(self.mid) <= Fraction(float(np.finfo(dtype).max))


def _hex(mantissa: int, unit: int) -> str:
    while mantissa and not mantissa % 2:
        mantissa, unit = mantissa // 2, unit + 1
    return f"{'-' if mantissa < 0 else ''}0x{abs(mantissa):x}p{unit if mantissa else 0:+d}"


def certain(ball: Ball) -> Certain | None:
    """The number of BITS bits that all of a ball is nearest to; None if it is too wide."""
    if not ball.is_finite():
        return None
    with working(PRECISIONS[-1]):
        if abs(ball) < arb(2) ** ZERO:
            return Certain(0, ZERO + 1)
        mantissa, exponent = map(int, ball.mid().man_exp())
        unit = exponent + mantissa.bit_length() - BITS
        off = unit - exponent
        nearest = mantissa << -off if off <= 0 else (mantissa + (1 << (off - 1))) >> off
        half = arb(2) ** (unit - 1)
        if not abs(ball - arb(nearest) * arb(2) ** unit) < half:
            return None
    return Certain(nearest // 2, unit + 1) if nearest.bit_length() > BITS else Certain(nearest, unit)


@dataclass(frozen=True)
class Fact:
    """What is certain of a derivative or a value, and of what a formula claims for it.

    kind   as of `Enclosed`
    balls  of "left", "ball", "right", "claimed", those that there are
    """

    kind: str
    balls: Mapping[str, Certain]

    def document(self, dtype: str, found: float | None = None) -> dict[str, Any]:
        """As a certificate has it.

        found  the number that is judged, where no formula is; at a break it is convention, and nothing is certain of it
        """
        if self.kind == OPEN:
            return {"word": UNDECIDED}
        texts = {name: ball.texts for name, ball in self.balls.items()}
        if self.kind != NUMBER:
            return {"word": self.kind, **texts}
        true, claimed = self.balls["ball"], self.balls.get("claimed")
        if not true.fits(dtype) or (claimed is None and (found is None or not math.isfinite(found))):
            return {"word": ENCLOSED, **texts}
        judged = Fraction(found or 0.0) if claimed is None else claimed.mid
        ulps = _double(abs(judged - true.mid) / Fraction(ulp_of(float(true.mid), dtype)))
        told = {} if claimed is not None else {"found": float(found or 0.0).hex()}
        return {"word": PROVED if ulps <= ULPS else APART, **texts, **told, "ulps": ulps.hex()}

    @property
    def gap(self) -> Fraction | None:
        """By how much the claim may differ, relative to max(1, |derivative|); None if that is not told.

        At a kink it is the way to the slopes of both sides and what is between them. Where there is no derivative,
        nothing is claimed of one.
        """
        claimed = self.balls.get("claimed")
        if self.kind not in (NUMBER, KINK):
            return None if self.kind == OPEN else Fraction(0)
        if claimed is None:
            return None if self.kind == NUMBER else Fraction(0)
        ends = [self.balls["ball"]] if self.kind == NUMBER else [self.balls["left"], self.balls["right"]]
        low, high = min(end.mid for end in ends), max(end.mid for end in ends)
        if self.kind == KINK and low <= claimed.mid <= high:
            return Fraction(0)
        rad = max(end.rad for end in ends)
        apart = max(low - claimed.mid, claimed.mid - high) + rad + claimed.rad
        return apart / max(Fraction(1), max(abs(low), abs(high)) - rad)


def fact(enclosed: Enclosed, claimed: Enclosed | None = None) -> Fact:
    """What is certain of a number, and of what a formula claims for it; "open" where a ball is too wide."""
    balls = {name: getattr(enclosed, name) for name in ("left", "ball", "right")}
    if claimed is not None and claimed.kind != "domain":
        balls["claimed"] = claimed.ball
    found = {name: certain(ball) for name, ball in balls.items() if ball is not None}
    told = {name: one for name, one in found.items() if one is not None}
    is_open = OPEN in (enclosed.kind, claimed and claimed.kind) or len(told) < len(found)
    return Fact(OPEN, {}) if is_open else Fact(enclosed.kind, told)


def power(bounds: Iterable[Fraction]) -> float:
    """The least power of two that is not below the numbers; 0 if all of them are."""
    largest = max(bounds, default=Fraction(0))
    if not largest:
        return 0.0
    exponent = largest.numerator.bit_length() - largest.denominator.bit_length()
    if Fraction(2) ** exponent < largest:  # the lengths tell it but for one
        exponent += 1
    return math.ldexp(1.0, exponent)


def _double(number: Fraction) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf
