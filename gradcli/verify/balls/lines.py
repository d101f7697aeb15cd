"""The differentiated sum along one variable, to one side of the point or through it: what happens at a break.

Only what depends on the variable is expanded; the rest stays what it is at the point.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from time import monotonic
from typing import Any

from flint import arb, fmpq

from gradcli.verify.balls.jets import LONGEST, Jet
from gradcli.verify.balls.kinds import Truth
from gradcli.verify.balls.numbers import ULPS, Ball, OpenError, Poison, TooShortError, poisoned, sign, ulp_of
from gradcli.verify.balls.tape import LateError, Run

LENGTHS = (4, 8, 16, 32)
_ROOTS = (2, 4)  # along t = s**2 and s**4, square roots of t, and of those, are powers of s
_WITH_ROOTS = frozenset({"sqrt", "power", "power_of", "acos", "asin", "acosh"})
_OFTEN = 64
_MANY = 4


class BreakError(Exception):
    """An expansion through the point met a break there."""


class Line:
    """An expansion along the leaf `moved`.

    run     the pass at the point
    side    1 for x + t, -1 for x - t, with t > 0; 0 for x + t through the point
    length  the terms that jets begin with
    root    jets are expansions in s, with t = s**root
    """

    def __init__(self, run: Run, moved: int, side: int, length: int, root: int = 1) -> None:
        self.run = run
        self.moved = moved
        self.side = side
        self.length = length
        self.root = root
        self.known: dict[int, Any] = {}
        self._walk()

    def _walk(self) -> None:
        nodes, known = self.run.trace.nodes, self.known
        leaf = self.run.values[self.moved]
        exact = _fraction(leaf)
        moving = [exact, *[fmpq(0)] * (self.length - 1)]
        moving[self.root] = fmpq(self.side or 1)
        known[self.moved] = Jet.rational(moving, (self.root, 0))
        for count, index in enumerate(self.run.trace.dependents(self.moved)):
            node = nodes[index]
            args = self._arguments(node)
            known[index] = self.still(node) if self._stays(node, args) else self._applied(node, args)
            if self.run.deadline is not None and not count % _OFTEN and monotonic() > self.run.deadline:
                raise LateError

    def _arguments(self, node: Any) -> list[Any]:
        """The jets that an operation works on. Of many that stay still, a sum needs but one, an extreme the best."""
        known = self.known
        still = [arg for arg in node.args if arg.index not in known]
        if len(still) > _MANY and node.op.name in ("add", "max", "min"):
            values = [self.run.values[arg.index] for arg in still]
            moving = [known[arg.index] for arg in node.args if arg.index in known]
            if found := poisoned(values):
                return [found]
            if node.op.name == "add":
                rest = sum(values[1:], values[0])
                return [*moving, Jet.constant(rest, self.length, _fraction(rest))]
            at = self.run.values[node.index]
            largest = node.op.name == "max"
            rivals = [i for i, value in enumerate(values) if not (value < at if largest else value > at)]
            return [*moving, *(self.still(still[i]) for i in rivals)]
        return [known[arg.index] if arg.index in known else self.still(arg) for arg in node.args]

    def _stays(self, node: Any, args: Sequence[Any]) -> bool:
        """Whether all arguments certainly are what they are at the point, for every t: then the result is, too."""
        return len(args) == len(node.args) and all(
            type(jet) is Jet and jet.is_always(self._exact(arg)) for arg, jet in zip(node.args, args, strict=True)
        )

    def _applied(self, node: Any, args: list[Any]) -> Any:
        try:
            return node.op.jet(self, node, *args)
        except (OpenError, ValueError, ZeroDivisionError):  # the latter python-flint's, for what may be 0
            return Poison("open", f"what {node.function or node.op.name} does next to the point", node.index)
        except (TypeError, AttributeError):
            found = poisoned(args)
            if found is None:
                raise
            return found

    def still(self, node: Any) -> Any:
        """What an operation is at the point, as something that does not move."""
        value = self.run.values[node.index]
        if isinstance(value, list):
            return [Jet.constant(one, self.length, _fraction(one)) for one in value]
        return value if isinstance(value, (Poison, Truth)) else Jet.constant(value, self.length, self._exact(node))

    def _exact(self, node: Any) -> Any:
        if self.run.fractions is None:
            self.run.fractions = _fractions(self.run)
        fraction = self.run.fractions.get(node.index)
        return fraction if fraction is not None else _fraction(self.run.values[node.index])

    def leaps(self) -> bool:
        """Whether an operation at a break has another value beside the point: not rounding, whatever it is added to."""
        for index, exact in self.run.doubtful.items():
            beside, value = self.known.get(index), self.run.values[index]
            if exact and isinstance(beside, Jet) and isinstance(value, arb):
                whole = self.run.trace.nodes[index].op.name in ("floor", "sign")  # which no rounding makes
                slack = 0 if whole or not value.is_finite() else ULPS * ulp_of(float(value), "float64")
                if abs(beside.terms[0] - value) > slack:
                    return True
        return False

    def sign(self, jet: Jet) -> int:
        """Next to the point. Raises BreakError through the point, where it is 0 there and not beside."""
        if self.side:
            return jet.sign()
        at = sign(jet.term(0))
        if at == 0 and jet.valuation() < jet.length:
            raise BreakError
        return at


def _fraction(value: Any) -> Any:
    """The fraction that a ball is, if it is a single number; None if not."""
    if not isinstance(value, arb) or not value.is_exact() or not value.is_finite():
        return None
    mantissa, exponent = value.man_exp()
    if abs(int(exponent)) > 2000:  # no double is so large or so small
        return None
    return fmpq(mantissa) * fmpq(2) ** int(exponent)


def _fractions(run: Run) -> dict[int, Any]:
    """By operation, the fractions that are none of the doubles: thirds, and what is computed from them."""
    found: dict[int, Any] = {}
    for node in run.trace.nodes:
        value, rational = run.values[node.index], _RATIONAL.get(node.op.name)
        if not isinstance(value, arb) or value.is_exact():
            continue
        if isinstance(node.data, Fraction) and node.op.name == "const":
            found[node.index] = fmpq(node.data.numerator, node.data.denominator)
        args = [found.get(arg.index) or _fraction(run.values[arg.index]) for arg in node.args]
        if rational is None or any(arg is None for arg in args):
            continue
        exact = rational(*args)
        if exact is not None and int(exact.q).bit_length() < LONGEST:
            found[node.index] = exact
    return found


_RATIONAL: dict[str, Any] = {
    "add": lambda first, *rest: sum(rest, first),
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b if b else None,
    "neg": lambda a: -a,
}


def expansion(run: Run, moved: int, side: int, weights: Mapping[int, Ball], terms: int = 2) -> Any:
    """The sum of results, weighted, along a leaf, with so many terms at least; a Poison where there is no expansion.

    What does not depend on the leaf is left out. Raises BreakError through a break.
    """
    if _fraction(run.values[moved]) is None:
        return Poison("open", "there is nothing beside a point that is not finite")
    found = _expanded(run, moved, side, weights, terms, 1)
    if _is_told(found, terms) or not side or not _has_roots(run, moved):
        return found
    finer = (_expanded(run, moved, side, weights, terms, root) for root in _ROOTS)
    return next((one for one in finer if _is_told(one, terms)), found)


def _has_roots(run: Run, moved: int) -> bool:
    return any(run.trace.nodes[index].op.name in _WITH_ROOTS for index in run.trace.dependents(moved))


def _is_told(found: Any, terms: int) -> bool:
    """Whether an expansion says as much as is asked, or that it cannot be said."""
    return found.kind == "domain" if isinstance(found, Poison) else found.length >= terms or found.steep


def _expanded(run: Run, moved: int, side: int, weights: Mapping[int, Ball], terms: int, root: int) -> Any:
    for length in (n for n in LENGTHS if n >= terms * root):
        try:
            line = Line(run, moved, side, length, root)
        except TooShortError:
            continue
        parts = [line.known[index] * weight for index, weight in weights.items() if index in line.known]
        if not parts:
            return Jet.constant(arb(0), length, fmpq(0))
        found = sum(parts[1:], parts[0])
        if isinstance(found, Jet):
            found = found.each(root)
            found.leaps = line.leaps()
        if isinstance(found, Poison) or _is_told(found, terms) or length == LENGTHS[-1]:
            return found
    return Poison("open", "too many leading zeros")
