"""Jets: the Taylor expansion of a number in a small t > 0, as far as it is known.

A jet of n terms is c[0] + c[1]*t + ... + c[n-1]*t**(n-1) + o(t**(n-1)). It is one-sided: at a point x, x + t looks to
the right and x - t to the left, and what holds for every small t > 0 says nothing of t = 0. So a number's sign is that
of its first term that is certainly not 0, and half powers are no obstacle: t**1.5 is [0, 0], and sqrt(t) is [0].
What is computed from those goes on where all is expanded in s, with t = s**2 (`each`).

Where all of it is rational (`exact`), the terms are fractions, and zeros are exact; and then the degrees of numerator
and denominator are known, so that enough zeros prove a number to be 0 for every t.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flint import arb, arb_series, fmpq

from gradcli.verify.balls.numbers import Ball, OpenError, Poison, TooShortError, exactly, repeated, sign

MOST = 64
"""Zeros that a power begins with, beyond which none is written: no question asks for so many."""
LONGEST = 4096
"""Bits of a fraction, beyond which a jet is exact no longer."""


class Jet:
    """A number near a point.

    terms   balls
    exact   the same as fractions, if they are known
    degrees of numerator and denominator, where exact: a number that has more zero terms than that is 0
    steep   the number has one term, and the slope of what is left out is certainly infinite
    leaps   inside the number something jumps at the point, by more than rounding of it
    """

    __slots__ = ("degrees", "exact", "leaps", "steep", "terms")

    def __init__(
        self,
        terms: Sequence[Ball],
        exact: Sequence[Any] | None = None,
        degrees: tuple[int, int] = (0, 0),
        *,
        steep: bool = False,
    ) -> None:
        self.terms = list(terms)
        self.exact = exact
        self.degrees = degrees
        self.steep = steep
        self.leaps = False

    @classmethod
    def rational(cls, exact: Sequence[Any], degrees: tuple[int, int]) -> Jet:
        """From fractions; without them where they have grown too long."""
        size = max((max(abs(int(q.p)).bit_length(), int(q.q).bit_length()) for q in exact), default=0)
        return cls([arb(q) for q in exact], exact if size < LONGEST else None, degrees)

    @classmethod
    def constant(cls, value: Any, length: int, exact: Any = None) -> Jet:
        """A number that does not change. `exact` is its fraction, if it is known."""
        if isinstance(value, Poison):
            return value  # type: ignore[return-value]  # stands for a jet wherever one may stand
        if exact is not None:
            return cls.rational([exact, *[fmpq(0)] * (length - 1)], (0, 0))
        return cls([value, *[arb(0)] * (length - 1)])

    @property
    def length(self) -> int:
        """How many terms are known."""
        return len(self.terms)

    def is_always(self, number: Any) -> bool:
        """Whether it certainly is this fraction for every t; of None that is not known."""
        return self.exact is not None and number is not None and self.exact[0] == number and self.is_still()

    def term(self, k: int) -> Ball:
        """A term. Raises TooShortError where it is not known."""
        if k >= len(self.terms):
            raise TooShortError
        return self.terms[k]

    def valuation(self) -> int:
        """How many zeros it begins with; its length if it is 0 for every t.

        Raises OpenError if a term can be told neither from 0 nor as 0, and TooShortError if all terms are 0 but
        the number may not be.
        """
        for k, ball in enumerate(self.terms):
            if sign(ball):
                return k
        if self.exact is not None and len(self.terms) > self.degrees[0]:
            return len(self.terms)
        raise TooShortError

    def sign(self) -> int:
        """Of the number for every small t > 0. Raises as `valuation` does."""
        k = self.valuation()
        return sign(self.terms[k]) if k < len(self.terms) else 0

    def is_still(self) -> bool:
        """Whether it certainly is the same for every t."""
        if self.exact is None:
            return False
        moving = Jet.rational([fmpq(0), *self.exact[1:]], (max(self.degrees), self.degrees[1]))
        return moving.leading_zeros() == moving.length > moving.degrees[0]

    def leading_zeros(self) -> int:
        """How many of the terms, from the first on, are exactly 0."""
        return next((k for k, ball in enumerate(self.terms) if not ball.is_zero()), len(self.terms))

    def is_regular(self) -> bool:
        """Whether it certainly has a finite slope, and is not 0."""
        return len(self.terms) > 1 and bool(self.terms[0] > 0 or self.terms[0] < 0)

    def each(self, root: int) -> Jet:
        """The same number as an expansion in t, of one in s with t = s**root: as far as it has one."""
        between = [k for k, ball in enumerate(self.terms) if k % root and not ball.is_zero()]
        if not between:
            return Jet(self.terms[::root], steep=self.steep) if root > 1 else self
        first = between[0]
        return Jet(self.terms[:first:root], steep=first < root and not self.terms[first].contains(0))

    # Arithmetic

    def __add__(self, other: Any) -> Any:
        if isinstance(other, Poison):
            return other
        b = _jet(other, self)
        if self.exact is not None and b.exact is not None:
            (an, ad), (bn, bd) = self.degrees, b.degrees
            exact = [p + q for p, q in zip(self.exact, b.exact, strict=False)]
            return Jet.rational(exact, (max(an + bd, bn + ad), ad + bd))
        terms = [p + q for p, q in zip(self.terms, b.terms, strict=False)]
        return Jet(terms, steep=(self.steep and len(b.terms) > 1) or (b.steep and len(self.terms) > 1))

    __radd__ = __add__

    def __neg__(self) -> Jet:
        exact = None if self.exact is None else [-q for q in self.exact]
        return Jet([-ball for ball in self.terms], exact, self.degrees, steep=self.steep)

    def __sub__(self, other: Any) -> Any:
        return self + -_jet(other, self) if not isinstance(other, Poison) else other

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Poison):
            return other
        b = _jet(other, self)
        n, m = len(self.terms), len(b.terms)
        if self.exact is not None and b.exact is not None:
            degrees = (self.degrees[0] + b.degrees[0], self.degrees[1] + b.degrees[1])
            return Jet.rational(_product(self.exact, b.exact, min(n, m), fmpq(0)), degrees)
        if (self.is_always(0) and b.terms[0].is_finite()) or (b.is_always(0) and self.terms[0].is_finite()):
            return Jet.constant(arb(0), min(n, m), fmpq(0))
        # What is left out is o(t**(n-1)) and o(t**(m-1)): zeros at the head of the other factor push it out.
        va, vb = self.leading_zeros(), b.leading_zeros()
        length = min(va + m, vb + n, n + m - 1)
        steep = (self.steep and b.is_regular()) or (b.steep and self.is_regular())
        return Jet(_product(self.terms, b.terms, length, arb(0)), steep=steep)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        if isinstance(other, Poison):
            return other
        return quotient(self, _jet(other, self))

    def __rtruediv__(self, other: Any) -> Any:
        return quotient(_jet(other, self), self)


def _jet(value: Any, like: Jet) -> Jet:
    """A number as a jet that is as long as another, and has a slope: 0."""
    if isinstance(value, Jet):
        return value
    exact = fmpq(value) if isinstance(value, int) else None
    return Jet.constant(value if isinstance(value, arb) else exactly(value), max(2, len(like.terms)), exact)


def _product(a: Sequence[Any], b: Sequence[Any], length: int, zero: Any) -> list[Any]:
    n, m = len(a), len(b)
    return [sum((a[i] * b[k - i] for i in range(max(0, k - m + 1), min(k + 1, n))), zero) for k in range(length)]


def quotient(a: Jet, b: Jet) -> Any:
    """a/b: zeros at the head of both cancel. A Poison where b is 0, or the quotient goes to infinity."""
    shift = b.valuation()
    if shift == len(b.terms):
        return Poison("domain", "division by 0")
    if a.leading_zeros() < shift:
        return Poison("open", "a pole next to the point") if a.valuation() < len(a.terms) else a
    n = min(len(a.terms), len(b.terms)) - shift
    if n < 1:
        raise TooShortError
    exact = a.exact is not None and b.exact is not None
    numbers: tuple[Sequence[Any], Sequence[Any]] = (a.exact, b.exact) if exact else (a.terms, b.terms)  # type: ignore[assignment]
    top, bottom = (number[shift:] for number in numbers)
    found: list[Any] = []
    for k in range(n):
        found.append((top[k] - sum((found[i] * bottom[k - i] for i in range(k)), 0 * bottom[0])) / bottom[0])
    if exact:
        return Jet.rational(found, (a.degrees[0] + b.degrees[1], a.degrees[1] + b.degrees[0]))
    return Jet(found)


def compose(series: Callable[[Any], Any], u: Jet) -> Jet:
    """A smooth function of the jet; `series` is the function of an `arb_series`."""
    n = len(u.terms)
    found = series(arb_series(u.terms, n))
    return Jet([found[k] for k in range(n)])


def whole_power(u: Jet, n: int) -> Any:
    """u to the power of a whole number."""
    if n < 0:
        return quotient(Jet.constant(arb(1), len(u.terms), fmpq(1)), whole_power(u, -n))
    return repeated(u, n) if n else Jet.constant(arb(1), len(u.terms), fmpq(1))


def power(u: Jet, p: Ball) -> Any:
    """u to a power that is not whole, as a real number."""
    k = u.valuation()
    n = len(u.terms)
    if k == n:
        return Jet.constant(arb(0), n, fmpq(0)) if p > 0 else Poison("domain", "0 to a negative power")
    if u.terms[k] < 0:
        return Poison("domain", "a power of a negative number")
    if k == 0:
        return compose(lambda s: (s.log() * p).exp(), u)
    exponent = p * k
    if not (exponent > 0):
        if exponent < 0:
            return Poison("open", "a pole next to the point")
        raise OpenError
    whole = exponent.unique_fmpz()
    if whole is not None and exponent.is_exact():
        rest = compose(lambda s: (s.log() * p).exp(), Jet(u.terms[k:])).terms if whole <= MOST else []
        return Jet([*[arb(0)] * min(int(whole), MOST), *rest])
    floor = exponent.floor().unique_fmpz()
    if floor is None:
        raise OpenError
    return Jet([arb(0)] * min(int(floor) + 1, MOST), steep=int(floor) == 0)
