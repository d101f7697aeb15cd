"""Functions of quotients, as quotients: what they have in common with others is brought out, the rest is a generator.

Exponentials of sums are products, and those of multiples are powers; logarithms and roots are taken factor by factor,
of absolute values, with signs that are known; sines and cosines are rational in the tangent of the half angle (DLMF
4.21).
"""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from math import floor, lcm
from operator import add, mul
from typing import Any

from flint import arb, fmpq

from gradcli.verify.algebra.field import Element, Field, Generator, NoValueError, Polynomial, RefinedError, fraction
from gradcli.verify.algebra.signs import Signs, ball_of, ball_of_quotient
from gradcli.verify.balls.numbers import exactly

_NICE = 12
"""Denominators up to which coefficients are multiples of one another."""
_OFTEN = {"exp": 144, "root": 144, "angle": 12}
"""How often a unit may be taken, by what is made of it."""
_PARTS = 3
"""Terms of a sum whose sine is that of its parts."""
_FACTORS = 8
"""Likewise of an exponential."""
_PRIMES = (2, 3, 5, 7, 11, 13)

Term = tuple[Element, Fraction]


class Kernels:
    """The functions, in one case."""

    def __init__(self, field: Field, signs: Signs) -> None:
        self.field = field
        self.signs = signs
        self.one = field.number(1)

    # Generators

    def pi(self) -> Element:
        return self.field.of(self.field.generator("pi", "", positive=True, ball=arb.pi()))

    def opaque(self, kind: str, *args: Element) -> Element:
        """A function of which nothing more is known."""
        text = ",".join(arg.text for arg in args)
        used = [generator for arg in args for generator in arg.used]
        at = ball_of_quotient(args[0])
        ball = _BALLS[kind](at) if at is not None and kind in _BALLS else None
        return self.field.of(self.field.generator(kind, text, used, base=args[0], ball=ball))

    def odd(self, kind: str, u: Element) -> Element:
        """One with f(-u) = -f(u)."""
        if u.is_zero:
            return u
        return -self.opaque(kind, -u) if u.is_leading_negative else self.opaque(kind, u)

    def unit(self, kind: str, text: str, coefficient: Fraction) -> tuple[Fraction, int]:
        """A unit, and how often a coefficient is it. Raises RefinedError where that needs a smaller one."""
        units = self.field.memory.units.setdefault(f"{kind} {text}", [])
        for i, unit in enumerate(units):
            times = coefficient / unit
            if abs(times.numerator) <= _OFTEN[kind] and times.denominator <= _NICE:
                if _is_whole(times):
                    return unit, int(times)
                units[i] = unit / times.denominator
                raise RefinedError
        units.append(abs(coefficient))
        return units[-1], 1 if coefficient > 0 else -1

    # Exponentials

    def exp(self, u: Element) -> Element:
        terms = self.terms(u, _FACTORS)
        return reduce(mul, (self._exp_of_term(base, c) for base, c in terms), self.one)

    def terms(self, u: Element, most: int) -> list[Term]:
        """A sum as terms with coefficient 1 and their coefficients; one that is long is its own term."""
        if u.is_zero:
            return []
        found = list(u.num.terms())
        if len(found) > most:
            lead = fraction(u.num.leading_coefficient())
            return [(u.times(1 / lead), lead)]
        context = self.field.context
        return [(self.field.quotient(context.from_dict({powers: fmpq(1)}), u.den), fraction(c)) for powers, c in found]

    def _exp_of_term(self, base: Element, c: Fraction) -> Element:
        single = self.single(base.num) if base.den.is_constant() else None
        if single is not None and single.kind == "log":
            return self.factor_power(single.base, c)
        unit, times = self.unit("exp", base.text, c)
        at = ball_of_quotient(base)
        ball = None if at is None else (at * exactly(unit)).exp()
        generator = self.field.generator(
            "exp", f"{unit}*{base.text}", base.used, base=base, unit=unit, positive=True, ball=ball
        )
        return self.field.of(generator) ** times

    def single(self, p: Polynomial) -> Generator | None:
        """The generator that a polynomial is, if it is one."""
        if len(p) != 1 or p.total_degree() != 1 or p.leading_coefficient() != 1:
            return None
        return self.field.used(p)[0]

    # Logarithms and powers

    def log(self, u: Element, *, certain: bool = False) -> Element:
        """Raises NoValueError where u is not positive."""
        if self.signs.of(u, certain=certain) <= 0:
            raise NoValueError
        return self.log_abs(u)

    def log_abs(self, u: Element) -> Element:
        """log|u|."""
        if u.is_zero:
            raise NoValueError
        parts = [self.field.number(0)]
        for p, power in self._factors(u):
            parts.append(self.factor_log(p).times(power))
        return reduce(add, parts)

    def _factors(self, u: Element) -> list[tuple[Polynomial, int]]:
        """Positive primes and polynomials with powers, whose product is |u|."""
        found: list[tuple[Polynomial, int]] = []
        for p, sense in ((u.num, 1), (u.den, -1)):
            content, factors = self.field.factors(p)
            found += [(self.field.context.constant(n), e * sense) for n, e in _split(content)]
            found += [(factor, power * sense) for factor, power in factors]
        return found

    def factor_log(self, p: Polynomial) -> Element:
        """log|p| of a factor."""
        single = self.single(p)
        if single is not None and single.kind == "exp":
            exponent: Element = single.base.times(single.unit)
            return exponent
        if single is not None and single.kind == "root":
            return self.factor_log(single.base).times(single.unit)
        ball = ball_of(self.field, p)
        ball = None if ball is None else abs(ball).log()
        return self.field.of(self.field.generator("log", self.field.text(p), self.field.used(p), base=p, ball=ball))

    def power(self, u: Element, c: Fraction, *, certain: bool = False) -> Element:
        """u**c. Raises NoValueError where there is none."""
        if _is_whole(c):
            return u ** int(c)
        sign = self.signs.of(u, certain=certain)
        if sign < 0 or (sign == 0 and c < 0):
            raise NoValueError
        if sign == 0:
            return self.field.number(0)
        return reduce(mul, (self.factor_power(p, c * power) for p, power in self._factors(u)), self.one)

    def sqrt(self, u: Element, *, certain: bool = False) -> Element:
        return self.power(u, Fraction(1, 2), certain=certain)

    def factor_power(self, p: Polynomial, c: Fraction) -> Element:
        """|p|**c of a factor: a whole power of |p|, and one of a root."""
        single = self.single(p)
        if single is not None and single.kind == "exp":
            return self._exp_of_term(single.base, single.unit * c)
        if single is not None and single.kind == "root":
            return self.factor_power(single.base, single.unit * c)
        whole = floor(c)
        rest = c - whole
        if not rest:
            return self._absolute(p) ** whole
        if rest.denominator <= _NICE:
            return self._root(p, rest) * self._absolute(p) ** whole
        text = self.field.text(p)
        known = self.field.memory.units.get(f"root {text}", [])
        for shift in (0, 1, -1, 2, -2, 3, -3):  # c may be a multiple of the unit, but for a whole number
            if any(_is_nice((rest + shift) / unit) for unit in known):
                return self._ugly_root(p, text, rest + shift) * self._absolute(p) ** (whole - shift)
        return self._ugly_root(p, text, rest) * self._absolute(p) ** whole

    def _absolute(self, p: Polynomial) -> Element:
        sign = self.signs.factor(p, certain=False) if not p.is_constant() else 1
        if not sign:
            raise NoValueError
        return Element(self.field, p * sign, self.field.one)

    def _root(self, p: Polynomial, c: Fraction) -> Element:
        """|p|**c by a root, whose power is |p|."""
        text = self.field.text(p)
        degrees = self.field.memory.units.setdefault(f"degree {text}", [Fraction(1)])
        if degrees[0] % c.denominator:
            before, degrees[0] = degrees[0], Fraction(lcm(int(degrees[0]), c.denominator))
            if before != 1:
                raise RefinedError
        degree = int(degrees[0])
        absolute = self._absolute(p)
        generator = self._radical(p, f"{text}^1/{degree}", Fraction(1, degree))
        root = self.field.context.gen(generator.index)
        self.field.relations[generator.index] = degree, root**degree - absolute.num
        return self.field.of(generator) ** int(c * degree)

    def _ugly_root(self, p: Polynomial, text: str, c: Fraction) -> Element:
        unit, times = self.unit("root", text, c)
        return self.field.of(self._radical(p, f"{text}^{unit}", unit)) ** times

    def _radical(self, p: Polynomial, text: str, unit: Fraction) -> Generator:
        ball = ball_of(self.field, p)
        ball = None if ball is None else abs(ball) ** exactly(unit)
        return self.field.generator("root", text, self.field.used(p), base=p, unit=unit, positive=True, ball=ball)

    # Trigonometry

    def sine_cosine(self, u: Element) -> tuple[Element, Element]:
        sine, cosine = self.field.number(0), self.one
        for base, c in self.terms(u, _PARTS):
            s, k = self._multiple(base, c)
            sine, cosine = sine * k + cosine * s, cosine * k - sine * s
        return sine, cosine

    def _multiple(self, base: Element, c: Fraction) -> tuple[Element, Element]:
        """Sine and cosine of c times a term."""
        single = self.single(base.num) if base.den.is_constant() else None
        if single is not None and single.kind == "pi" and _is_whole(2 * c):
            return tuple(self.field.number(n) for n in _QUARTERS[int(2 * c) % 4])  # type: ignore[return-value]
        if single is not None and single.kind in ("atan", "asin") and _is_whole(c):
            unit, times = Fraction(1), int(c)
            rest = self.one + single.base**2 if single.kind == "atan" else self.one - single.base**2
            half = single.base / (self.one + self.sqrt(rest))
        else:
            unit, times = self.unit("angle", base.text, c)
            at = ball_of_quotient(base)
            ball = None if at is None else (at * exactly(unit) / 2).tan()
            text = f"{unit}*{base.text}"
            half = self.field.of(self.field.generator("angle", text, base.used, base=base, unit=unit, ball=ball))
        square = half * half
        s, k = half.times(2) / (self.one + square), (self.one - square) / (self.one + square)
        sine, cosine = self.field.number(0), self.one
        for _ in range(abs(times)):
            sine, cosine = sine * k + cosine * s, cosine * k - sine * s
        return (sine if times > 0 else -sine), cosine

    # Steps

    def floor(self, u: Element) -> Element:
        """A generator, but for whole numbers that are added."""
        known = u.constant
        if known is not None:
            return self.field.number(floor(known))
        whole = 0
        if u.den.is_constant():
            for powers, coefficient in u.num.terms():
                if not any(powers):
                    whole = floor(fraction(coefficient))
        rest = u - self.field.number(whole)
        return self.opaque("floor", rest) + self.field.number(whole)


_QUARTERS = ((0, 1), (1, 0), (0, -1), (-1, 0))
_BALLS: dict[str, Any] = {
    "atan": lambda u: u.atan(), "asin": lambda u: u.asin(), "erf": lambda u: u.erf(), "lgamma": lambda u: u.lgamma(),
    "polygamma0": lambda u: u.digamma(),
}  # fmt: skip
"""What constants are."""


def _is_whole(value: Fraction) -> bool:
    return value.denominator == 1


def _is_nice(times: Fraction) -> bool:
    return times.denominator == 1 and abs(times.numerator) <= _NICE


def _split(content: fmpq) -> list[tuple[int, int]]:
    """|content| as a product of small primes and of one number without them, above and below."""
    found = []
    for number, sense in ((abs(int(content.p)), 1), (int(content.q), -1)):
        for prime in _PRIMES:
            power = 0
            while number % prime == 0:
                number //= prime
                power += 1
            if power:
                found.append((prime, power * sense))
        if number > 1:
            found.append((number, sense))
    return found
