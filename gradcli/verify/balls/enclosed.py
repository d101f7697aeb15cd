"""What is known of one number, and how it follows from what is known to both sides of a point."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flint import arb

from gradcli.verify.balls.jets import Jet
from gradcli.verify.balls.numbers import ULPS, Ball, Poison, hull, ulp_of

THIN = 62
"""Bits that a ball must be accurate to, relative to its size."""
ZERO = -1080
"""What is less than 2 to this power is 0 to any double."""

NUMBER, KINK, JUMP, DOMAIN, OPEN = "number", "kink", "jump", "domain", "open"

LEAP = 2.0**-64
"""A leap is looked for down to this size; precision grows where the width of a value could hide a larger one."""


@dataclass(frozen=True)
class Enclosed:
    """What is known of one number.

    kind    "number": it lies in `ball`; "kink": the slopes from both sides, `left` and `right`, differ; "jump": the
            values do: `left`, `ball` at the point, `right`; "domain": there is none, but perhaps a slope on one
            side; "open": it could not be told
    reason  in a few words, where there is something to say
    """

    kind: str
    ball: Ball = None
    left: Ball = None
    right: Ball = None
    reason: str = ""


@dataclass(frozen=True)
class Goal:
    """What is differentiated: a weighted sum of results, or the slope of that sum along a direction.

    weights  by the place of a result
    moved    the direction, by name and place; None for the sum itself
    order    of the derivative, if it is one of a scalar by a scalar
    """

    weights: Mapping[int, Ball]
    moved: Mapping[tuple[str, int], float] | None = None
    order: int = 1


UNTOLD = Enclosed(OPEN, reason="no precision that was tried tells")


def nothing(poison: Poison) -> Enclosed:
    """What is known where there is no value."""
    return Enclosed(DOMAIN if poison.kind == "domain" else OPEN, reason=poison.reason)


def number(value: Any) -> Enclosed | None:
    """What a value of a run is, if it is told."""
    if isinstance(value, Poison):
        return nothing(value) if value.kind == "domain" else None
    if value.is_nan() or (not value.is_finite() and value.is_exact()):
        return Enclosed(DOMAIN, reason="no finite value")
    return Enclosed(NUMBER, value) if thin(value) else None


def second(slope: Any) -> Ball:
    """How fast a slope moves, of what the way back of a pass gives whose variables move."""
    if slope is None:
        return arb(0)
    return slope.terms[1] if isinstance(slope, Jet) else slope * 0


def thin(ball: Ball) -> bool:
    """Whether a ball is as good as a number."""
    if ball.rel_accuracy_bits() >= THIN:
        return True
    return bool(ball.is_finite() and abs(ball) < arb(2) ** ZERO)


def ulp(ball: Ball, dtype: str) -> float:
    """A unit in the last place of the dtype, at the middle of a ball."""
    return ulp_of(float(ball.mid()), dtype)


def agreed(left: Any, right: Any, value: Any, order: int, dtype: str) -> list[Enclosed]:
    """The derivatives up to an order, where expansions to the left (in -t) and to the right agree."""
    if any(isinstance(side, Poison) for side in (left, right)):
        return [_one_sided(left, right, k) for k in range(1, order + 1)]
    jumped = _differ(left.terms[0], value, dtype), _differ(right.terms[0], value, dtype)
    leaps = [side.terms[0] - value for side in (left, right) if side.leaps]
    leaped = any(abs(leap) > 0 for leap in leaps)
    if None in jumped or (not leaped and not all(abs(leap) < LEAP for leap in leaps)):
        return [Enclosed(OPEN, reason="whether the values on both sides are one")] * order
    if any(jumped) or leaped:
        return [Enclosed(JUMP, value, left.terms[0], right.terms[0])] * order
    found: list[Enclosed] = []
    for k in range(1, order + 1):
        one = _slope(left, right, k, dtype)
        if one.kind != NUMBER:
            return [*found, *[one] * (order - k + 1)]
        found.append(one)
    return found


def _slope(left: Jet, right: Jet, k: int, dtype: str) -> Enclosed:
    if min(left.length, right.length) <= k:
        if left.steep or right.steep:
            return Enclosed(DOMAIN, reason="no finite slope")
        return Enclosed(OPEN, reason="a power that has no expansion")
    factor = math.factorial(k)
    before, after = left.terms[k] * factor * (-1) ** k, right.terms[k] * factor
    if not (before.is_finite() and after.is_finite()):
        return Enclosed(OPEN, reason="a slope too large or too wide")
    differ = _differ(before, after, dtype)
    if differ is None or not (thin(before) and thin(after)):
        return Enclosed(OPEN, reason="whether the slopes on both sides are one")
    return Enclosed(KINK, None, before, after) if differ else Enclosed(NUMBER, hull(before, after))


def _differ(a: Any, b: Any, dtype: str) -> bool | None:
    """Whether two numbers are more than a few units in the last place apart; None if that is not told."""
    if isinstance(a, Poison) or isinstance(b, Poison):
        return None
    apart, bound = abs(a - b), ULPS * max(ulp(a, dtype), ulp(b, dtype))
    return True if apart > bound else False if apart <= bound else None


def _one_sided(left: Any, right: Any, k: int) -> Enclosed:
    poisons = [side for side in (left, right) if isinstance(side, Poison)]
    certain = [poison for poison in poisons if poison.kind == "domain"]
    if not certain:
        return Enclosed(OPEN, reason=poisons[0].reason)
    if len(certain) == 2:  # both sides
        return Enclosed(DOMAIN, reason=certain[0].reason)
    before = None if isinstance(left, Poison) or left.length <= k else left.terms[k] * math.factorial(k) * (-1) ** k
    after = None if isinstance(right, Poison) or right.length <= k else right.terms[k] * math.factorial(k)
    side = "right" if right is certain[0] else "left"
    return Enclosed(DOMAIN, None, before, after, f"there is no value to the {side}: {certain[0].reason}")
