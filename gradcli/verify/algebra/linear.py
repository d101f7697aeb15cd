"""Whether signs of polynomials go together, as far as linear algebra tells: a product of generators is an unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

_MOST = 120
"""Inequalities, beyond which it is not asked any more."""


@dataclass(frozen=True)
class Inequality:
    """A sum of unknowns with their coefficients, and of a number under "", that is positive; or not negative."""

    terms: Mapping[str, Fraction]
    strict: bool = True

    def plus(self, other: Inequality, factor: Fraction) -> Inequality:
        """The sum with a positive multiple of another."""
        names = self.terms.keys() | other.terms.keys()
        sums = {name: self.terms.get(name, Fraction(0)) + factor * other.terms.get(name, Fraction(0)) for name in names}
        return Inequality({name: value for name, value in sums.items() if value}, self.strict or other.strict)

    @property
    def is_false(self) -> bool:
        """Whether it says that a number is positive that is not."""
        if self.terms.keys() - {""}:
            return False
        number = self.terms.get("", 0)
        return number < 0 or (self.strict and number == 0)


def is_possible(inequalities: Iterable[Inequality]) -> bool:
    """Whether no contradiction follows, by Fourier and Motzkin's elimination of one unknown after the other."""
    left = list(inequalities)
    while True:
        if any(one.is_false for one in left):
            return False
        unknowns = {name for one in left for name in one.terms if name}
        if not unknowns or len(left) > _MOST:
            return True
        left = _without(min(unknowns, key=lambda name: _pairs(left, name)), left)


def _pairs(inequalities: list[Inequality], unknown: str) -> int:
    signs = [one.terms[unknown] > 0 for one in inequalities if unknown in one.terms]
    return sum(signs) * (len(signs) - sum(signs))


def _without(unknown: str, inequalities: list[Inequality]) -> list[Inequality]:
    above = [one for one in inequalities if one.terms.get(unknown, 0) > 0]
    below = [one for one in inequalities if one.terms.get(unknown, 0) < 0]
    kept = [one for one in inequalities if unknown not in one.terms]
    return kept + [a.plus(b, -a.terms[unknown] / b.terms[unknown]) for a in above for b in below]
