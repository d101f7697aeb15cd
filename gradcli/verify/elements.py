"""The verdict on single numbers: each beside what is certified of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from flint import arb

from gradcli.verdict import Word
from gradcli.verify.balls.context import working
from gradcli.verify.balls.enclosed import THIN
from gradcli.verify.balls.enclosures import DOMAIN, JUMP, KINK, NUMBER, ULPS, Enclosed, ulp
from gradcli.verify.balls.explain import Explanations
from gradcli.verify.conventions import LIBRARIES, Library
from gradcli.verify.problem import Element

DIGITS = 6
"""Decimal digits that rounding must leave of a number that is called proved."""
_LOOSE = 4096  # units in the last place that the rounding of constants may explain of a claimed formula
_CLAIMED_DIGITS = 10  # that rounding must leave of a claim
_FAR_OFF = 2**20  # units in the last place that no rounding excuses in a claim, where the engine is right
_FEW = 8  # times the spread of perturbed runs: rounding
_BITS = 128
_NEAREST = 0.51  # units in the last place: below the normal numbers a unit may be all there is


@dataclass(frozen=True)
class Subject:
    """Whose numbers are judged, and what may explain them.

    name          of the variable; "" for the value
    explanations  of the same goal, or of the value
    spread        how far rounding moves each element in perturbed runs; it is called only where balls do not explain
    is_claim      whether the numbers are somebody's claim
    engine        the engine's numbers, where the numbers are somebody's claim; None where they are the engine's own
    convention    the library to whose number a claim at a kink is held
    formula       explains a claimed formula's value, which the numbers are then
    tol           the largest error allowed, relative to max(1, |true|); None for a few units in the last place
    """

    name: str
    dtype: str
    explanations: Explanations
    spread: Callable[[], Any]
    engine: Any = None
    is_claim: bool = False
    convention: Library | None = None
    formula: Explanations | None = None
    tol: float | None = None

    @property
    def what(self) -> str:
        """What the numbers are, in words."""
        return "the derivative" if self.name else "the value"


def elements(subject: Subject, found: Sequence[Any], enclosed: Sequence[Enclosed]) -> list[Element]:
    """The verdict on each element. A number found may be a ball, if it is a formula's exact value, or None."""
    with working(_BITS):
        return [
            _Judge(subject, i, number, one).element()
            for i, (number, one) in enumerate(zip(found, enclosed, strict=True))
        ]


class _Judge:
    """Judges one number."""

    def __init__(self, subject: Subject, place: int, found: Any, enclosed: Enclosed) -> None:
        self.subject = subject
        self.place = place
        self.enclosed = enclosed
        self.exact = isinstance(found, arb)
        self.ball = found if self.exact else None if found is None else arb(float(found))
        self.found = math.nan if found is None else float(found)

    def element(self) -> Element:
        if self.enclosed.kind == NUMBER:
            return self.number(self.enclosed.ball)
        if self.enclosed.kind == KINK:
            return self.kink(self.enclosed.left, self.enclosed.right)
        if self.enclosed.kind == JUMP:
            return self.jump()
        if self.enclosed.kind == DOMAIN:
            return self.told(Word.DOMAIN, _domain(self.enclosed), _sides(self.enclosed))
        return self.told(Word.UNDECIDED, self.enclosed.reason)

    def told(self, word: Word, detail: str, sides: Any = None) -> Element:
        """The verdict where there is no derivative to compare with."""
        return Element(word, detail, self.found, sides=sides)

    # Where the derivative exists

    def number(self, true: Any) -> Element:
        """The verdict where there is a derivative."""
        mid, rad = _doubles(true)
        largest, _ = _range(self.subject.dtype)
        if abs(true) > largest:
            return Element(Word.DOMAIN, f"{self.subject.what} does not fit {self.subject.dtype}", self.found, mid, rad)
        if self.ball is None or not self.ball.is_finite():
            word, detail = self.not_finite(true)
            return Element(word, detail, self.found, mid, rad)
        error = abs(self.ball - true)
        ulps = 0.0 if error.is_zero() else float(error.upper() / self.unit(self.ball, true))
        word, detail = self.compared(true, error, ulps)
        return Element(word, detail, self.found, mid, rad, ulps)

    def unit(self, found: Any, true: Any) -> Any:
        """A unit in the last place. A formula's exact value has no least number, as those of a dtype have."""
        known = self.exact and min(true.rel_accuracy_bits(), found.rel_accuracy_bits()) >= THIN
        if known and abs(true) < np.finfo(self.subject.dtype).tiny:
            return abs(true.mid()) * float(np.finfo(self.subject.dtype).eps)
        return arb(ulp(true, self.subject.dtype))

    def not_finite(self, true: Any) -> tuple[Word, str]:
        """The word for an infinity or NaN where there is a derivative."""
        return self.outside(true) or (Word.MISMATCH, self.conventional(self.sides(true)))

    def sides(self, true: Any) -> str:
        """What was found, and what it should be."""
        return f"{self.whose()} {_short(self.found)} should be {_short(true)}"

    def outside(self, true: Any) -> tuple[Word, str] | None:
        """Whether the engine's number comes from others that do not fit the dtype."""
        why = "" if self.subject.is_claim else self.subject.explanations.outside
        return (Word.ILL_CONDITIONED, f"{self.sides(true)}: {why}") if why else None

    def compared(self, true: Any, error: Any, ulps: float) -> tuple[Word, str]:
        """The word for a number that is `error` from the true one."""
        tol = self.subject.tol
        sides = self.sides(true)
        if tol is not None and not error <= tol * max(1.0, abs(float(true))):
            return Word.MISMATCH, self.conventional(f"{sides} (tolerance {tol:g})")
        _, least = _range(self.subject.dtype)
        if ulps <= (ULPS if abs(float(true)) >= least else _NEAREST):
            return Word.PROVED, f"within {ulps:.2g} units in the last place" if ulps else "exact"
        if tol is not None:
            return Word.AGREES, f"within the tolerance {tol:g}"
        if self.exact:
            return self.by_constants(error, ulps) or (Word.MISMATCH, sides)
        told = self.explained(true, error, ulps) or (Word.MISMATCH, self.conventional(sides))
        is_no_excuse = told[0] is Word.ILL_CONDITIONED and ulps > _FAR_OFF and self.engine_is_right(true)
        return (Word.MISMATCH, sides) if is_no_excuse else told

    def explained(self, true: Any, error: Any, ulps: float) -> tuple[Word, str] | None:
        """What rounding, another branch or a number that does not fit explains."""
        explanations = self.subject.explanations
        if explanations.branches:
            told = self.by_branch(explanations, true, ulps)
            if told is not None:
                return told
        else:
            wide = self.balls_spread()
            if wide is not None and error <= wide:
                return self.rounded(true, wide, ulps)
        wide = self.runs_spread()
        if wide is not None and error <= wide:
            return self.rounded(true, wide, ulps)
        if told := self.outside(true):
            return told
        if explanations.late:
            return Word.UNDECIDED, f"{_short(true)} exactly; no time was left to tell whether rounding explains that"
        return None

    def by_branch(self, explanations: Explanations, true: Any, ulps: float) -> tuple[Word, str] | None:
        """Whether the number is right along one of the branches that rounding may take."""
        for numbers, rounded in explanations.branches:
            other, ball = (which[self.subject.name][self.place] for which in (numbers, rounded))
            if other is None:
                continue
            wide = ULPS * ulp(other, self.subject.dtype) if ball is None else 2 * ball.rad()
            slack = max(wide, ULPS * ulp(other, self.subject.dtype))
            if not abs(self.ball - other) <= slack:
                continue
            if abs(other - true) <= slack:
                return self.rounded(true, slack, ulps)
            there = f"{_short(true)} in exact arithmetic, {_short(other)} along the branch that floating point takes"
            return Word.ILL_CONDITIONED, f"{explanations.comparisons}: {there}"
        return None

    def engine_is_right(self, true: Any) -> bool:
        """Whether the engine has the number of which a claim is off: then rounding is no excuse for the claim."""
        if self.subject.engine is None:
            return False
        number = float(np.asarray(self.subject.engine).reshape(-1)[self.place])
        return math.isfinite(number) and abs(number - true) <= ULPS * ulp(true, self.subject.dtype)

    def by_constants(self, error: Any, ulps: float) -> tuple[Word, str] | None:
        """Whether the constants of the formula and of the expression, which are rounded, explain the difference.

        A large one is excused only in a formula that cancels: where they leave the derivative itself its first digit.
        """
        if self.subject.formula is None:
            return None
        claimed = self.subject.formula.loose.get("", [])
        loose = claimed[self.place % len(claimed)] if claimed else None
        numbers = self.subject.explanations.loose.get(self.subject.name)
        true = numbers[self.place] if numbers else None
        if loose is None or true is None or not error <= 2 * (loose.rad() + true.rad()):
            return None
        if ulps <= _LOOSE:
            return Word.PROVED, f"within {ulps:.3g} units in the last place, which the rounding of constants explains"
        if not (loose.is_finite() and true.rad() <= abs(true.mid()) / 10):
            return None
        moved = f"the rounding of its constants alone may move the claimed formula by {float(2 * loose.rad()):.2g}"
        return Word.ILL_CONDITIONED, f"{moved}; {self.subject.what} is {_short(true)}"

    def rounded(self, true: Any, wide: Any, ulps: float) -> tuple[Word, str]:
        """The word for a number that rounding explains, by whether it leaves enough digits.

        Bounds of rounding are wider than rounding is: of a claim, in which an error may hide there, more must be left.
        """
        enough = _CLAIMED_DIGITS if self.subject.is_claim and self.subject.dtype == "float64" else DIGITS
        size, wide = abs(float(true)), float(wide)
        if math.isinf(wide):
            return Word.ILL_CONDITIONED, f"rounding may make anything of it; {self.subject.what} is {_short(true)}"
        digits = math.inf if not wide else math.log10(size) - math.log10(wide) if size else 0.0
        if digits >= enough:
            how = f"within {ulps:.3g} units in the last place, which rounding explains"
            return Word.PROVED, f"{how}: {int(digits)} digits are left"
        left = f"{max(0, int(digits))} digits can be trusted"
        moved = f"rounding alone may move it by {wide:.2g}: {left}"
        return Word.ILL_CONDITIONED, f"{moved}; {self.subject.what} is {_short(true)}"

    def balls_spread(self) -> Any:
        """How far rounding may move the number, by balls of the dtype's precision."""
        explanations = self.subject.explanations
        ball = explanations.rounded[self.subject.name][self.place]
        if ball is not None and ball.is_finite():
            return 2 * ball.rad()
        # Where nothing is at a break, rounding is all that can keep such a ball from being told.
        return None if explanations.tied or explanations.late else math.inf

    def runs_spread(self) -> Any:
        """The same by runs of the engine in which every operation is moved by a unit in its last place."""
        spread = np.asarray(self.subject.spread()).reshape(-1)
        wide = _FEW * float(spread[self.place]) if spread.size else math.inf
        return wide if math.isfinite(wide) else None

    def conventional(self, sides: str) -> str:
        """The sentence of a mismatch; at a break it says whose rule makes the number."""
        explanations = self.subject.explanations
        if self.subject.is_claim or not explanations.breaks:
            return sides
        if not self.is_near(*self.given("torch")):
            return sides
        return f"{sides}; PyTorch's rule for {explanations.breaks} at this point makes {self.found:g} of it"

    def given(self, library: Library) -> list[Any]:
        """What a library's rules give here, None for NaN; an empty list where that is not known."""
        numbers = self.subject.explanations.by_library(library)
        return [numbers[self.subject.name][self.place]] if self.subject.name in numbers else []

    # Where there is none

    def kink(self, left: Any, right: Any) -> Element:
        """The verdict at a kink: what a library gives there is convention."""
        sides = (float(left), float(right))
        found = f"the derivative is {sides[0]:g} from the left and {sides[1]:g} from the right"
        convention = self.subject.convention
        if convention is not None:
            return self.by_convention(convention, found, sides)
        if self.subject.is_claim:
            if self.is_between(left, right) or self.is_engines():
                return self.told(Word.KINK, f"{found}; what is claimed is {self.found:g}{self.known()}", sides)
            return self.told(Word.MISMATCH, f"{found}; the claimed {_short(self.found)} is beyond both", sides)
        if not self.is_near(*self.given("torch")):
            return self.told(Word.MISMATCH, self.not_torch(found), sides)
        return self.told(Word.KINK, f"{found}; the convention used here gives {self.found:g}{self.known()}", sides)

    def known(self) -> str:
        """What the libraries give, as far as it is known, as the end of a sentence."""
        told = [f"{label} {self.shown(library)}" for library, label in LIBRARIES.items() if self.given(library)]
        return f"; {', '.join(told)}" if told else ""

    def by_convention(self, library: Library, found: str, sides: tuple[float, float]) -> Element:
        """The verdict on a claim at a kink that is held to a library's number."""
        said = f"{found}; by {LIBRARIES[library]}'s convention it is {self.shown(library)}"
        if not self.given(library):
            return self.told(Word.UNDECIDED, said, sides)
        return self.told(Word.AGREES if self.is_near(*self.given(library)) else Word.MISMATCH, said, sides)

    def jump(self) -> Element:
        """The verdict at a jump of the value."""
        balls = self.enclosed.left, self.enclosed.ball, self.enclosed.right
        left, at, right = map(float, balls)
        found = f"the value jumps: {left:.6g} from the left, {at:.6g} at the point, {right:.6g} from the right"
        if len({f"{number:.6g}" for number in (left, at, right)}) == 1:
            before, after = (float(b - a) for a, b in pairwise(balls))
            found = f"the value, about {at:.6g}, jumps by {before:.6g} to the point and by {after:.6g} from it"
        if not self.subject.is_claim and not self.is_near(*self.given("torch")):
            return self.told(Word.MISMATCH, self.not_torch(found), (left, right))
        return self.told(Word.JUMP, f"{found}: there is no derivative", (left, right))

    def not_torch(self, found: str) -> str:
        return f"the engine's {_short(self.found)} is not PyTorch's number, {self.shown('torch')}; {found}"

    def shown(self, library: Library) -> str:
        """A library's number, as it is told."""
        given = self.given(library)
        return "not known" if not given else "nan" if given[0] is None else f"{float(given[0]):g}"

    def is_near(self, *given: Any) -> bool:
        """Whether the number is the same but for rounding; None is NaN. True where nothing is known."""
        if not given:
            return True
        (other,) = given
        if other is None or self.ball is None or not self.ball.is_finite():
            return (other is None or not other.is_finite()) and not math.isfinite(self.found)
        error = abs(self.ball - other)
        spread = self.balls_spread()
        return bool(error <= ULPS * ulp(other, self.subject.dtype) or (spread is not None and error <= spread))

    def is_between(self, left: Any, right: Any) -> bool:
        """Whether the number is between those from both sides, which count too."""
        if self.ball is None or not self.ball.is_finite():
            return False
        slack = ULPS * max(ulp(left, self.subject.dtype), ulp(right, self.subject.dtype))
        low, high = (left, right) if left < right else (right, left)
        return not (self.ball < low - slack or self.ball > high + slack)

    def is_engines(self) -> bool:
        """Whether it is what the engine gives, PyTorch's convention."""
        engine = self.subject.engine
        return engine is not None and self.found == float(np.asarray(engine).reshape(-1)[self.place])

    def whose(self) -> str:
        return "the claimed" if self.subject.is_claim else "the engine's"


@cache
def _range(dtype: str) -> tuple[float, float]:
    """The largest number of a dtype, and the smallest normal one."""
    info = np.finfo(dtype)
    return float(info.max), float(info.tiny)


def _domain(enclosed: Enclosed) -> str:
    one_sided = [
        f"the derivative from the {side} is {_short(ball)}"
        for side, ball in (("left", enclosed.left), ("right", enclosed.right))
        if ball is not None
    ]
    return "; ".join([enclosed.reason, *one_sided])


def _sides(enclosed: Enclosed) -> tuple[float | None, float | None]:
    left, right = (None if ball is None else float(ball) for ball in (enclosed.left, enclosed.right))
    return left, right


def _doubles(ball: Any) -> tuple[float, float]:
    """A middle and a radius in doubles that hold all of the ball."""
    mid = float(ball.mid())
    if math.isinf(mid):
        return mid, math.inf
    off = abs(ball - mid)
    return mid, 0.0 if off.is_zero() else math.nextafter(float(off.upper()), math.inf)


def _short(ball: Any) -> str:
    """A number as it is told: the double nearest to it, unless that is 0."""
    number = float(ball)
    if not number and isinstance(ball, arb) and ball.rel_accuracy_bits() >= THIN:
        return str(ball.str(3, radius=False))
    return f"{number:g}" if float(f"{number:g}") == number else repr(number)
