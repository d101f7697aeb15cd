"""Powers, on balls and on jets: by what is known of the exponent, and of the sign of the base."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from flint import arb, fmpq

from gradcli.verify.balls import jets
from gradcli.verify.balls.jets import Jet
from gradcli.verify.balls.kinds import Slopes, broken, finite, head, lifted
from gradcli.verify.balls.numbers import NAN, Poison, exactly, repeated
from gradcli.verify.balls.smooth import SMOOTH

if TYPE_CHECKING:
    from gradcli.verify.balls.lines import Line
    from gradcli.verify.balls.tape import Run
    from gradcli.verify.balls.trace import Node

_WIDE = Poison("open", "a power too large or too wide")
_LARGEST = 10**6  # of a whole exponent, above which a power of a positive number is no product


def whole_power(_run: Run, node: Node, x: Any) -> tuple[Any, Slopes]:
    """A whole power that is written as one."""
    n = node.data
    if n < 0 and head(x).contains(0):
        return (Poison("domain", "division by 0") if head(x).is_zero() else Poison("open", "division by about 0")), ()
    if n == 0:
        return x * 0 + 1, (None,)
    before = repeated(x, n - 1)
    return before * x, (before * n,)


def power(run: Run, node: Node, x: Any) -> tuple[Any, Slopes]:
    """A power whose exponent is a number, and not whole."""
    p: Fraction = node.data
    at = head(x)
    if at > 0:
        if p.denominator == 2:  # exact where the root is
            root, slope = lifted(SMOOTH["sqrt"].series, x)
            before = repeated(root, p.numerator - 1)
            return before * root, (before * slope * p.numerator,)
        exponent = run.constant(p)
        value, slope = lifted(lambda s: (s.log() * exponent).exp(), x)
        return (value, (slope,)) if finite(value, slope) else (_WIDE, ())
    if at < 0:
        return Poison("domain", "a power of a negative number"), ()
    if not at.is_zero():
        return Poison("open", "a power of a number about 0"), ()
    if p < 0:
        return Poison("domain", "0 to a negative power"), ()
    slope = run.at_edge(node, x)
    return broken(arb(0), (x,), (slope,)), (slope,)


def power_of(run: Run, node: Node, a: Any, b: Any) -> tuple[Any, Slopes]:
    """A power whose exponent is computed."""
    exponent = head(b)
    whole = exponent.unique_fmpz() if exponent.is_exact() else None
    n = None if whole is None else int(whole)
    if head(a) > 0:
        return _of_positive(a, b, n if n is not None and abs(n) <= _LARGEST else None)
    return _to_other(run, node, a, b) if n is None else _to_whole(run, node, a, b, n)


def _of_positive(a: Any, b: Any, n: int | None) -> tuple[Any, Slopes]:
    """A power of a positive number; `n` is the exponent, if it is whole."""
    logarithm, slope = lifted(SMOOTH["log"].series, a)
    value, factor = lifted(SMOOTH["exp"].series, b * logarithm)
    if n is not None and type(b) is not Jet:
        value = repeated(a, n)
    slopes = (factor * b * slope, factor * logarithm)
    return (value, slopes) if finite(value, *slopes) else (_WIDE, ())


def _to_other(run: Run, node: Node, a: Any, b: Any) -> tuple[Any, Slopes]:
    """A power of a number that may not be positive, to an exponent that may not be whole."""
    base, exponent = head(a), head(b)
    if base < 0 and exponent.floor().unique_fmpz() is not None and not exponent.contains_integer():
        return Poison("domain", "a power of a negative number"), ()
    if not base.is_zero() or not exponent > 0:
        return Poison("open", "a power of a number about 0"), ()
    slope = run.at_edge(node, a)
    return broken(arb(0), (a,), (slope,)), (slope, None)


def _to_whole(run: Run, node: Node, a: Any, b: Any, n: int) -> tuple[Any, Slopes]:
    """A power of a number that is not positive, to an exponent that is whole here, but may vary."""
    base = head(a)
    if not (base < 0 or base.is_zero()):
        return Poison("open", "a power of a number about 0"), ()
    if base.is_zero() and n < 0:
        return Poison("domain", "0 to a negative power"), ()
    before = repeated(a, n - 1) if n else 0
    if _moves(b):  # beside a whole exponent, a base that is not positive has no power
        unknown = run.at_edge(node, b)
        return Jet([head(before * a if n else a * 0 + 1), NAN]), (unknown, unknown)
    beside = None if base.is_zero() and n > 0 and not _moves(a) else run.at_edge(node, b)
    at_zero = base.is_zero() and node.args[1].varies  # both may move: 0**b is no guide to that
    return (before * a if n else a * 0 + 1), (run.at_edge(node, a) if at_zero else before * n, beside)


def _moves(x: Any) -> bool:
    return type(x) is Jet and not x.term(1).is_zero()


def power_of_jet(line: Line, node: Node, a: Jet, b: Jet) -> Any:
    """The same beside the point."""
    if node.args[1].index not in line.known or b.is_still():
        return _powered(line, a, b.terms[0])
    at = line.sign(a)
    if at == 0:
        return _of_zero(line.sign(b), a.length)
    if at < 0:
        return Poison("domain", "a power of a negative number")
    if not a.terms[0] > 0:
        return _vanishing(a, b)
    return jets.compose(SMOOTH["exp"].series, b * jets.compose(SMOOTH["log"].series, a))


def _of_zero(raised: int, length: int) -> Any:
    """A power of 0, by the sign of the exponent."""
    if raised < 0:
        return Poison("domain", "0 to a negative power")
    return Jet.constant(arb(0 if raised else 1), length, fmpq(0 if raised else 1))


def _vanishing(a: Jet, b: Jet) -> Any:
    """A power whose base goes to 0 from above: a**b = a**p (1 + O(t log t)), where p is the head of b."""
    p, k = b.terms[0], a.valuation()
    exponent = p * k
    whole = exponent.floor().unique_fmpz()
    if not p > 0 or whole is None:
        return Poison("open", "a power whose base goes to 0 and whose exponent varies")
    known = jets.power(a, p)
    return Jet(known.terms[: int(whole) + 1], steep=known.steep)


def power_jet(line: Line, node: Node, u: Jet) -> Any:
    """A power whose exponent is a number, and not whole, beside the point."""
    return _powered(line, u, exactly(node.data))


def _powered(line: Line, u: Jet, p: Any) -> Any:
    """A power whose exponent does not move."""
    whole = p.unique_fmpz() if p.is_exact() else None
    if whole is not None and (abs(whole) <= _LARGEST or not u.terms[0] > 0):
        return jets.whole_power(u, int(whole))
    line.sign(u)  # through the point, a base that goes to 0 there is a break
    return jets.power(u, p)
