"""Signs of quotients, factor by factor; where one is not known, both are looked at, in cases of their own."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from flint import arb, fmpq

from gradcli.verify.algebra.field import Element, Field, Generator, OpenError, Polynomial, fraction
from gradcli.verify.algebra.linear import Inequality, is_possible

MAX_CASES = 96

Choices = Mapping[str, tuple[Polynomial, int]]
"""By its text, a factor with its sign."""


class Signs:
    """The signs of one case.

    choices  the factors whose signs make this case
    pending  the choices of cases that are still to be looked at: every question with several answers adds the others
    """

    def __init__(self, field: Field, choices: Choices, pending: list[Choices]) -> None:
        self.field = field
        self.choices = dict(choices)
        self.pending = pending

    def of(self, u: Element, *, certain: bool = False) -> int:
        """-1, 0 or 1: what the sign is on an open set. `certain` if u is known not to be 0 on any.

        A factor has three signs, unless it is known to be 0 at single points only: 0 stands for a region where it is 0
        throughout, as relu(x) is below 0.
        """
        if u.is_zero:
            return 0
        sign = 1
        for p in (u.num, u.den):
            content, factors = self.field.factors(p)
            sign *= 1 if content > 0 else -1
            for factor, power in factors:
                one = self.factor(factor, certain=certain or p is u.den)
                if not one:
                    return 0
                sign *= one if power % 2 else 1
        return sign

    def factor(self, p: Polynomial, *, certain: bool) -> int:
        """The sign of a factor."""
        known, weak = self._by_terms(p)
        if known:
            return known
        text = self.field.text(p)
        if text in self.choices:
            return self.choices[text][1]
        used = self.field.used(p)
        if all(generator.constant for generator in used):
            return self._of_constant(p)
        certain = certain or self._is_moved(p, used)
        possible = [
            sign
            for sign in ((1, -1) if certain else (1, -1, 0))
            if not (weak and sign == -weak) and self._is_possible(p, sign)
        ]  # fmt: skip
        first, *others = possible or [1]
        if len(self.pending) + len(others) > MAX_CASES:
            raise OpenError("too many cases of signs")
        self.pending += [self.choices | {text: (p, sign)} for sign in others]
        self.choices[text] = p, first
        return first

    def _is_moved(self, p: Polynomial, used: list[Generator]) -> bool:
        """Whether it certainly is 0 at single points only.

        Such is a polynomial in a variable that nothing else in it depends on, with a coefficient that is such.
        """
        for variable in used:
            depending = [one for one in used if variable.index in one.on]
            if variable.kind != "variable" or len(depending) > 1:
                continue
            by_power: dict[int, list[tuple[int, ...]]] = {}
            for powers, _ in p.terms():
                by_power.setdefault(powers[variable.index], []).append(powers)
            if any(len(terms) == 1 and self._is_nonzero(terms[0]) for terms in by_power.values()):
                return True
        return all(generator.kind == "variable" for generator in used)

    def _is_nonzero(self, powers: tuple[int, ...]) -> bool:
        """Whether a product of generators is 0 at single points only."""
        factors = [self.field.places[index] for index, power in enumerate(powers) if power]
        return all(one.kind == "variable" or self._of_generator(one) for one in factors)

    def _by_terms(self, p: Polynomial) -> tuple[int, int]:
        """The sign, where all terms have it and one of them is not 0; and the sign that it has if it is not 0."""
        signs, strict = set(), False
        for powers, coefficient in p.terms():
            sign = 1 if coefficient > 0 else -1
            for index, power in enumerate(powers):
                if power:
                    one = self._of_generator(self.field.places[index])
                    if not one and power % 2:
                        return 0, 0
                    sign *= (one or 1) if power % 2 else 1
            signs.add(sign)
            strict = strict or self._is_nonzero(powers)
        if len(signs) > 1:
            return 0, 0
        (sign,) = signs
        return (sign if strict else 0), sign

    def _of_generator(self, generator: Generator) -> int:
        if generator.positive:
            return 1
        found = self.choices.get(f"1*{generator.label}^1")
        return found[1] if found else 0

    def _of_constant(self, p: Polynomial) -> int:
        ball = ball_of(self.field, p)
        if ball is None or not (ball > 0 or ball < 0):
            raise OpenError("the sign of a constant")
        return 1 if ball > 0 else -1

    def _is_possible(self, p: Polynomial, sign: int) -> bool:
        """Whether a sign may go together with those that make this case."""
        told = [*self.choices.values(), (p, sign)]
        positive = {one.label for q, _ in told for one in self.field.used(q) if one.positive}
        known = [Inequality({f"{label}^1": Fraction(1)}) for label in positive]
        return is_possible([*known, *(one for q, other in told for one in self._inequalities(q, other))])

    def _inequalities(self, p: Polynomial, sign: int) -> list[Inequality]:
        terms = {self.field.monomial(powers): fraction(coefficient) for powers, coefficient in p.terms()}
        opposite = {name: -coefficient for name, coefficient in terms.items()}
        if sign:
            return [Inequality(terms if sign > 0 else opposite)]
        return [Inequality(terms, strict=False), Inequality(opposite, strict=False)]


def ball_of(field: Field, p: Polynomial) -> Any:
    """A ball that holds a constant polynomial; None where one of its generators has none."""
    total = arb(0)
    for powers, coefficient in p.terms():
        term = arb(fmpq(coefficient))
        for index, power in enumerate(powers):
            if power:
                ball = field.places[index].ball
                if ball is None:
                    return None
                term *= ball**power
        total += term
    return total


def ball_of_quotient(u: Element) -> Any:
    """A ball that holds a constant."""
    above, below = ball_of(u.field, u.num), ball_of(u.field, u.den)
    return None if above is None or below is None else above / below
