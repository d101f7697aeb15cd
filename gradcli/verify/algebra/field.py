"""Quotients of polynomials over a growing set of generators.

A generator stands for a variable or for a subexpression that nothing more is known of than its relation, if it has one:
a root, whose power is a polynomial in older generators. What is proved of such quotients holds for all real values that
generators may take, if only the relations hold and no denominator is 0; so it holds for the values that they do take.
For this, cancelling and reducing may be left out anywhere, and are where they would take long.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from time import monotonic
from typing import Any

from flint import Ordering, fmpq, fmpq_mpoly_ctx

Polynomial = Any
"""An `fmpq_mpoly`."""

MAX_TERMS = 5_000
MAX_DEGREE = 1_000
"""FLINT ends the process where it cannot get the memory for a dense polynomial."""
_PRODUCT_TERMS = 200_000
_CANCELLED = 2_000, 250
_FACTORED = 200, 120
"""Terms and total degree of the polynomials that are cancelled, and factored."""
SIZES = (8, 16, 32, 64)
"""Generators of a field; a larger one makes every operation slower."""


class OpenError(Exception):
    """Why something is not decided."""


class NoValueError(Exception):
    """There is no value here: a division by what is 0, the logarithm of what is not positive."""


class RefinedError(Exception):
    """A choice that generators were made with has to be made otherwise: begin again, with the same memory."""


@dataclass
class Memory:
    """What is known before the first generator is made, and kept when all begins again.

    deadline  when to give up
    size      which of SIZES it takes
    labels    short names of generators, by what they stand for
    units     by kind and base, the coefficients whose multiples are written as powers
    """

    deadline: float
    size: int = 0
    labels: dict[str, str] = field(default_factory=dict)
    units: dict[str, list[Fraction]] = field(default_factory=dict)

    def label(self, text: str) -> str:
        return self.labels.setdefault(text, f"k{len(self.labels)}")


@dataclass(frozen=True)
class Generator:
    """A generator.

    index     its place in the polynomials
    label     its name in keys
    kind      "variable", "exp", "log", "root", ...
    base      what it is the function of: a polynomial for "log" and "root", else a quotient
    unit      the coefficient of the base
    positive  whether it is so wherever it exists
    ball      the number, of a constant; None where that is not known
    on        the places of the variables that it depends on
    """

    index: int
    label: str
    kind: str
    base: Any = None
    unit: Fraction = Fraction(1)
    positive: bool = False
    ball: Any = None
    on: frozenset[int] = frozenset()

    @property
    def constant(self) -> bool:
        return not self.on


class Field:
    """The generators, and what is known of them.

    relations  by the place of a root, the polynomial that is 0: root**n - radicand
    """

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        size = SIZES[memory.size]
        self.context = fmpq_mpoly_ctx.get([f"g{i}" for i in range(size)], Ordering.lex)
        self.free = size
        self.generators: dict[str, Generator] = {}
        self.places: dict[int, Generator] = {}
        self.relations: dict[int, tuple[int, Polynomial]] = {}
        self.factored: dict[str, tuple[fmpq, list[tuple[Polynomial, int]]]] = {}
        self.one = self.context.constant(1)
        self.zero = self.context.constant(0)

    # Generators

    def generator(self, kind: str, text: str, args: Iterable[Generator] = (), **data: Any) -> Generator:
        """The generator of that kind for what the text says, of these others. Newer ones are larger in the order."""
        label = self.memory.label(f"{kind}({text})")
        found = self.generators.get(label)
        if found is None:
            if not self.free:
                self.memory.size += 1
                if self.memory.size == len(SIZES):
                    raise OpenError(f"more than {SIZES[-1]} irreducible subexpressions")
                raise RefinedError
            self.free -= 1
            on = frozenset({self.free}) if kind == "variable" else frozenset().union(*(arg.on for arg in args))
            found = Generator(self.free, label, kind, on=on, **data)
            self.generators[label] = self.places[self.free] = found
        return found

    def of(self, generator: Generator) -> Element:
        """A generator as a quotient."""
        return Element(self, self.context.gen(generator.index), self.one)

    def number(self, value: Any) -> Element:
        """A rational number."""
        return Element(self, self.context.constant(rational(value)), self.one)

    # Polynomials

    def used(self, p: Polynomial) -> list[Generator]:
        """The generators in a polynomial."""
        return [self.places[i] for i, degree in enumerate(p.degrees()) if degree > 0]

    def text(self, p: Polynomial) -> str:
        """A name of a polynomial, that does not depend on the places of generators."""
        return "+".join(sorted(f"{coefficient}*{self.monomial(powers)}" for powers, coefficient in p.terms()))

    def monomial(self, powers: tuple[int, ...]) -> str:
        """A name of a product of generators; that of no generators is empty."""
        return "*".join(sorted(f"{self.places[i].label}^{power}" for i, power in enumerate(powers) if power))

    def factors(self, p: Polynomial) -> tuple[fmpq, list[tuple[Polynomial, int]]]:
        """A number and irreducible polynomials with powers, whose product it is; one that is large counts as such."""
        key = str(p)
        if key not in self.factored:
            if len(p) > _FACTORED[0] or p.total_degree() > _FACTORED[1]:
                lead = p.leading_coefficient()
                self.factored[key] = lead, [(p * (1 / lead), 1)]
            else:
                content, parts = p.factor()
                self.factored[key] = fmpq(content), [(part, int(power)) for part, power in parts]
        return self.factored[key]

    def reduced(self, p: Polynomial) -> Polynomial:
        """The polynomial with roots below their powers."""
        for index in sorted(self.relations):  # newer ones first: they are made of the older
            power, relation = self.relations[index]
            if p.degrees()[index] >= power:
                _, p = divmod(p, relation)
        return p

    def product(self, a: Polynomial, b: Polynomial) -> Polynomial:
        """The product of two polynomials, if it is not too large."""
        if len(a) * len(b) > _PRODUCT_TERMS:
            raise OpenError("the polynomials become too large")
        return a * b

    def quotient(self, num: Polynomial, den: Polynomial) -> Element:
        """num/den in lowest terms. Raises NoValueError if the denominator is 0."""
        if self.relations:
            num, den = self.reduced(num), self.reduced(den)
        if den.is_zero():
            raise NoValueError
        if num.is_zero():
            return Element(self, self.zero, self.one)
        if not den.is_constant():
            num, den = self._lowest(num, den)
        if len(num) > MAX_TERMS or len(den) > MAX_TERMS:
            raise OpenError("the polynomials become too large")
        if max(num.total_degree(), den.total_degree()) > MAX_DEGREE:
            raise OpenError("the degrees become too large")
        if monotonic() > self.memory.deadline:
            raise OpenError("out of time")
        lead = den.leading_coefficient()
        return Element(self, num, den) if lead == 1 else Element(self, num * (1 / lead), den * (1 / lead))

    def _lowest(self, num: Polynomial, den: Polynomial) -> tuple[Polynomial, Polynomial]:
        if self.relations:
            num, den = self._without_root(num, den)
        terms, degree = _CANCELLED
        small = max(len(num), len(den)) <= terms and max(num.total_degree(), den.total_degree()) <= degree
        if small and not (common := num.gcd(den)).is_constant():
            return divmod(num, common)[0], divmod(den, common)[0]
        return num, den

    def _without_root(self, num: Polynomial, den: Polynomial) -> tuple[Polynomial, Polynomial]:
        """The quotient without roots that divide the denominator: 1/root is root**(n - 1)/radicand."""
        shared = den.term_content().degrees()
        for index, (power, _) in self.relations.items():
            if shared[index] > 0:
                rest = self.context.gen(index) ** (power - shared[index])
                num, den = self.reduced(self.product(num, rest)), self.reduced(self.product(den, rest))
        return num, den


class Element:
    """A quotient of polynomials, num/den."""

    __slots__ = ("den", "field", "num")

    def __init__(self, field: Field, num: Polynomial, den: Polynomial) -> None:
        self.field = field
        self.num = num
        self.den = den

    def __add__(self, other: Element) -> Element:
        field = self.field
        if self.den == other.den:
            return field.quotient(self.num + other.num, self.den)
        cross = field.product(self.num, other.den) + field.product(other.num, self.den)
        return field.quotient(cross, field.product(self.den, other.den))

    def __neg__(self) -> Element:
        return Element(self.field, -self.num, self.den)

    def __sub__(self, other: Element) -> Element:
        return self + -other

    def __mul__(self, other: Element) -> Element:
        product = self.field.product
        return self.field.quotient(product(self.num, other.num), product(self.den, other.den))

    def __truediv__(self, other: Element) -> Element:
        product = self.field.product
        return self.field.quotient(product(self.num, other.den), product(self.den, other.num))

    def __pow__(self, n: int) -> Element:
        """A whole power."""
        for p in (self.num, self.den):
            if abs(n) * p.total_degree() > MAX_DEGREE or (len(p) > 1 and len(p) ** min(abs(n), 64) > 10**9):
                raise OpenError("the degrees become too large")
            if p.is_constant() and abs(n) > MAX_DEGREE:
                raise OpenError("the numbers become too large")
        if n >= 0:
            return self.field.quotient(self.num**n, self.den**n)
        return self.field.quotient(self.den**-n, self.num**-n)

    def times(self, number: Any) -> Element:
        """The product with a rational number."""
        return Element(self.field, self.num * rational(number), self.den) if number else self.field.number(0)

    @property
    def is_zero(self) -> bool:
        return bool(self.num.is_zero())

    @property
    def is_leading_negative(self) -> bool:
        """Whether the first coefficient is; exactly one of an element and its opposite is so."""
        return not self.is_zero and self.num.leading_coefficient() < 0

    @property
    def constant(self) -> Fraction | None:
        """The rational number that it is, if it is one."""
        if not (self.num.is_constant() and self.den.is_constant()):
            return None
        return Fraction(0) if self.num.is_zero() else fraction(self.num.leading_coefficient())

    @property
    def text(self) -> str:
        """A name, the same for equal quotients in lowest terms."""
        above = self.field.text(self.num)
        return above if self.den.is_constant() else f"({above})/({self.field.text(self.den)})"

    @property
    def used(self) -> list[Generator]:
        """The generators in it."""
        return [*self.field.used(self.num), *self.field.used(self.den)]

    def equals(self, other: Element) -> bool:
        """Whether the difference is 0 for all values of the generators."""
        field = self.field
        if self.num == other.num and self.den == other.den:
            return True
        cross = field.product(self.num, other.den) - field.product(other.num, self.den)
        return bool(field.reduced(cross).is_zero())


def rational(value: Any) -> fmpq:
    """A Python number, exactly."""
    exact = Fraction(value)
    return fmpq(exact.numerator, exact.denominator)


def fraction(value: Any) -> Fraction:
    """A rational number of FLINT's as one of Python's."""
    exact = fmpq(value)
    return Fraction(int(exact.p), int(exact.q))
