"""What operations work on: balls or jets, and truths; and a function of either."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flint import arb, arb_series

from gradcli.verify.balls.jets import Jet
from gradcli.verify.balls.numbers import NAN, Ball

Slopes = Any
Tape = Callable[..., tuple[Any, Slopes]]

SHUT = "shut"
"""A slope of 0 that makes 0 of any cotangent, of an infinite one too. None lets nothing through, not even that 0."""


@dataclass(frozen=True)
class Truth:
    """What is known of a condition: whether it holds (None: that is open), and whether it is met at its very edge."""

    holds: bool | None
    edge: bool = False


def head(value: Any) -> Ball:
    """The number itself, of a ball or a jet."""
    return value.terms[0] if type(value) is Jet else value


def nowhere(value: Any) -> Any:
    """A slope that is not known, of the kind of the value."""
    return Jet([NAN] * len(value.terms)) if type(value) is Jet else NAN


def broken(value: Ball, xs: Sequence[Any], slopes: Sequence[Any]) -> Any:
    """A number at a break, of the kind of the arguments: it moves as they do, by the slopes, where these are known."""
    if not any(type(x) is Jet for x in xs):
        return value
    moved = arb(0)
    for x, slope in zip(xs, slopes, strict=True):
        if type(x) is Jet and slope not in (None, SHUT) and not x.term(1).is_zero():
            moved += head(slope) * x.term(1)
    return Jet([value, moved])


def lifted(series: Callable[[Any], Any], u: Any) -> tuple[Any, Any]:
    """A smooth function of a ball, or of a jet of two terms; and its slope."""
    if type(u) is not Jet:
        found = series(arb_series([u, 1], 2))
        return found[0], found[1]
    found = series(arb_series([u.terms[0], 1], 3))
    moved = u.term(1)
    return Jet([found[0], found[1] * moved]), Jet([found[1], 2 * found[2] * moved])


def finite(value: Any, *slopes: Any) -> bool:
    """Whether a value and its slopes are numbers, as far as this precision tells."""
    return bool(head(value).is_finite() and all(head(slope).is_finite() for slope in slopes))
