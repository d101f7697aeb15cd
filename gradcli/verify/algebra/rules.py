"""What each operation of a trace is, as a quotient, and what its slopes are.

The table shares no rule with the engine. (DLMF 4.19-4.40 for elementary functions, 7.2 for erf, 5.2 and 5.15 for the
gamma function.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import reduce
from math import isfinite
from operator import add
from typing import TYPE_CHECKING, Any

from gradcli.verify.algebra import matrices
from gradcli.verify.algebra.field import Element, NoValueError, OpenError

if TYPE_CHECKING:
    from gradcli.verify.algebra.cases import Case
    from gradcli.verify.balls.trace import Node

Value = Callable[..., Any]
"""value(case, node, *args): what an operation gives."""
Slopes = Sequence[Element | None]
Slope = Callable[..., Slopes]
"""slope(case, node): by argument, the slope; None for 0."""

HALF = Fraction(1, 2)


# Values


def _const(case: Case, node: Node) -> Element:
    if not isfinite(node.data):
        raise OpenError("an infinite number")
    return case.number(node.data)


def _power(case: Case, node: Node, u: Element) -> Element:
    return case.kernels.power(u, node.data, certain=case.is_nowhere_zero(node.args[0]))


def _power_of(case: Case, node: Node, a: Element, b: Element) -> Element:
    """a**b; that of a negative number only for an exponent that is one number."""
    exponent = b.constant
    if exponent is not None:
        return case.kernels.power(a, exponent, certain=case.is_nowhere_zero(node.args[0]))
    return case.kernels.exp(b * case.kernels.log(a, certain=case.is_nowhere_zero(node.args[0])))


def _log(case: Case, node: Node, u: Element) -> Element:
    return case.kernels.log(u, certain=case.is_nowhere_zero(node.args[0]))


def _logarithm_to(base: int) -> Value:
    return lambda case, node, u: _log(case, node, u) / case.kernels.log(case.number(base))


def _sqrt(case: Case, node: Node, u: Element) -> Element:
    return case.kernels.sqrt(u, certain=case.is_nowhere_zero(node.args[0]))


def _tan(case: Case, _node: Node, u: Element) -> Element:
    sine, cosine = case.kernels.sine_cosine(u)
    return sine / cosine


def _sinc(case: Case, node: Node, u: Element) -> Element:
    if u.is_zero:
        return case.one
    if not case.is_nowhere_zero(node.args[0]):
        raise OpenError("sinc of what may be 0 in a whole region")
    return case.kernels.sine_cosine(u)[0] / u


def _sinh(case: Case, _node: Node, u: Element) -> Element:
    e = case.kernels.exp(u)
    return (e - case.one / e).times(HALF)


def _cosh(case: Case, _node: Node, u: Element) -> Element:
    e = case.kernels.exp(u)
    return (e + case.one / e).times(HALF)


def _tanh(case: Case, _node: Node, u: Element) -> Element:
    e = case.kernels.exp(u.times(2))
    return (e - case.one) / (e + case.one)


def _asinh(case: Case, _node: Node, u: Element) -> Element:
    return case.kernels.log_abs(u + case.kernels.sqrt(u * u + case.one))


def _acosh(case: Case, _node: Node, u: Element) -> Element:
    if case.signs.of(u - case.one) < 0:
        raise NoValueError
    return case.kernels.log_abs(u + case.kernels.sqrt(u * u - case.one))


def _atanh(case: Case, _node: Node, u: Element) -> Element:
    one = case.one
    if case.signs.of(one - u * u) <= 0:
        raise NoValueError
    return case.kernels.log_abs((one + u) / (one - u)).times(HALF)


def _atan(case: Case, _node: Node, u: Element) -> Element:
    known = u.constant
    if known is not None and abs(known) == 1:
        return case.kernels.pi().times(known / 4)
    return case.kernels.odd("atan", u)


def _asin(case: Case, _node: Node, u: Element) -> Element:
    known = u.constant
    if known is not None and abs(known) > 1:
        raise NoValueError
    if known is not None and abs(known) == 1:
        return case.kernels.pi().times(known * HALF)
    return case.kernels.odd("asin", u)


def _acos(case: Case, node: Node, u: Element) -> Element:
    return case.kernels.pi().times(HALF) - _asin(case, node, u)


def _erfc(case: Case, _node: Node, u: Element) -> Element:
    return case.one - case.kernels.odd("erf", u)


def _atan2(case: Case, node: Node, y: Element, x: Element) -> Element:
    """From the inverse tangent of the quotient, by quadrants."""
    right = case.signs.of(x)
    if right:
        angle = _atan(case, node, y / x)
        return angle if right > 0 else angle + case.kernels.pi().times(case.signs.of(y) or 1)
    up = case.signs.of(y)
    return case.kernels.pi().times(HALF * up)


def _abs(case: Case, node: Node, u: Element) -> Element:
    return u.times(case.signs.of(u, certain=case.is_nowhere_zero(node.args[0])))


def _sign(case: Case, node: Node, u: Element) -> Element:
    return case.number(case.signs.of(u, certain=case.is_nowhere_zero(node.args[0])))


_HOLDS: dict[str, Callable[[int], bool]] = {
    "<": lambda s: s < 0, "<=": lambda s: s <= 0, ">": lambda s: s > 0, ">=": lambda s: s >= 0,
    "==": lambda s: s == 0, "!=": lambda s: s != 0,
}  # fmt: skip


def _compare(case: Case, node: Node, a: Element, b: Element) -> bool:
    return _HOLDS[node.data](case.signs.of(a - b, certain=case.is_nowhere_zero(*node.args)))


def _best(case: Case, node: Node) -> int:
    """Which argument is the largest, or the smallest; any of those that are equal throughout."""
    sense = 1 if node.op.name == "max" else -1
    best = 0
    for i in range(1, len(node.args)):
        one, other = node.args[i], node.args[best]
        difference = case.at(one) - case.at(other)
        best = i if case.signs.of(difference, certain=case.is_nowhere_zero(one, other)) == sense else best
    return best


VALUES: dict[str, Value] = {
    "leaf": lambda case, node: case.leaf(node),
    "held": lambda case, node: case.leaf(node),
    "const": _const,
    "pi": lambda case, node: case.kernels.pi(),
    "truth": lambda case, node: node.data,
    "add": lambda case, node, *xs: reduce(add, xs),
    "sub": lambda case, node, a, b: a - b,
    "neg": lambda case, node, x: -x,
    "mul": lambda case, node, a, b: a * b,
    "div": lambda case, node, a, b: a / b,
    "whole_power": lambda case, node, x: x**node.data,
    "power": _power,
    "power_of": _power_of,
    "exp": lambda case, node, u: case.kernels.exp(u),
    "expm1": lambda case, node, u: case.kernels.exp(u) - case.one,
    "log": _log,
    "log2": _logarithm_to(2),
    "log10": _logarithm_to(10),
    "sqrt": _sqrt,
    "sin": lambda case, node, u: case.kernels.sine_cosine(u)[0],
    "cos": lambda case, node, u: case.kernels.sine_cosine(u)[1],
    "tan": _tan,
    "sinc": _sinc,
    "asin": _asin,
    "acos": _acos,
    "atan": _atan,
    "atan2": _atan2,
    "sinh": _sinh,
    "cosh": _cosh,
    "tanh": _tanh,
    "asinh": _asinh,
    "acosh": _acosh,
    "atanh": _atanh,
    "erf": lambda case, node, u: case.kernels.odd("erf", u),
    "erfc": _erfc,
    "lgamma": lambda case, node, u: case.kernels.opaque("lgamma", u),
    "polygamma": lambda case, node, u: case.kernels.opaque(f"polygamma{node.data}", u),
    "abs": _abs,
    "max": lambda case, node, *xs: xs[_best(case, node)],
    "min": lambda case, node, *xs: xs[_best(case, node)],
    "floor": lambda case, node, u: case.kernels.floor(u),
    "sign": _sign,
    "compare": _compare,
    "and": lambda case, node, a, b: a and b,
    "or": lambda case, node, a, b: a or b,
    "not": lambda case, node, a: not a,
    "detach": lambda case, node, u: u,
    "det": lambda case, node, *entries: matrices.determinant(matrices.square(entries), case.number),
    "inv": lambda case, node, *entries: matrices.inverse(matrices.square(entries), case.number),
    "entry": lambda case, node, whole: whole[node.data],
}
"""By name; "select" is the case's own."""


# Slopes


def _smooth(slope: Callable[[Any, Element], Element]) -> Slope:
    """The slope of a function of one number: slope(case, u)."""
    return lambda case, node: (slope(case, case.at(node.args[0])),)


def _through(slope: Callable[[Any, Element, Element], Element]) -> Slope:
    """The slope, by the value: slope(case, u, value)."""
    return lambda case, node: (slope(case, case.at(node.args[0]), case.at(node)),)


def _raised(exponent: Callable[[Node], Any]) -> Slope:
    """p u**p/u."""

    def slope(case: Case, node: Node) -> Slopes:
        u, p = case.at(node.args[0]), exponent(node)
        return (case.at(node).times(p) / u,)

    return slope


def _whole_power_slope(case: Case, node: Node) -> Slopes:
    n = node.data
    return ((case.at(node.args[0]) ** (n - 1)).times(n) if n else None,)


def _power_of_slope(case: Case, node: Node) -> Slopes:
    base, exponent = node.args
    value, a = case.at(node), case.at(base)
    by_base = case.at(exponent) * value / a if base.varies else None
    return by_base, (value * case.kernels.log(a) if exponent.varies else None)


def _best_slope(case: Case, node: Node) -> Slopes:
    best = _best(case, node)
    return [case.one if i == best else None for i in range(len(node.args))]


def _atan2_slope(case: Case, node: Node) -> Slopes:
    y, x = map(case.at, node.args)
    square = x * x + y * y
    return x / square, -y / square


def _bell(case: Case, u: Element) -> Element:
    """2 exp(-u**2)/sqrt(pi), the slope of erf (DLMF 7.2.1)."""
    return case.kernels.exp(-(u * u)).times(2) / case.kernels.sqrt(case.kernels.pi())


def _one_over_root(case: Case, u: Element) -> Element:
    return case.kernels.power(u, -HALF)


def _still(_case: Case, node: Node) -> Slopes:
    return (None,) * len(node.args)


SLOPES: dict[str, Slope] = {
    "sub": lambda case, node: (case.one, -case.one),
    "neg": lambda case, node: (-case.one,),
    "mul": lambda case, node: (
        case.at(node.args[1]) if node.args[0].varies else None,
        case.at(node.args[0]) if node.args[1].varies else None,
    ),
    "div": lambda case, node: (
        case.one / case.at(node.args[1]),
        -case.at(node) / case.at(node.args[1]) if node.args[1].varies else None,
    ),
    "whole_power": _whole_power_slope,
    "power": _raised(lambda node: node.data),
    "power_of": _power_of_slope,
    "exp": _through(lambda case, u, e: e),
    "expm1": _through(lambda case, u, e: e + case.one),
    "log": _smooth(lambda case, u: case.one / u),
    "log2": _smooth(lambda case, u: case.one / (u * case.kernels.log(case.number(2)))),
    "log10": _smooth(lambda case, u: case.one / (u * case.kernels.log(case.number(10)))),
    "sqrt": _raised(lambda node: HALF),
    "sin": _smooth(lambda case, u: case.kernels.sine_cosine(u)[1]),
    "cos": _smooth(lambda case, u: -case.kernels.sine_cosine(u)[0]),
    "tan": _through(lambda case, u, t: case.one + t * t),
    "sinc": _through(lambda case, u, s: (case.kernels.sine_cosine(u)[1] - s) / u if not u.is_zero else case.number(0)),
    "asin": _smooth(lambda case, u: _one_over_root(case, case.one - u * u)),
    "acos": _smooth(lambda case, u: -_one_over_root(case, case.one - u * u)),
    "atan": _smooth(lambda case, u: case.one / (case.one + u * u)),
    "atan2": _atan2_slope,
    "sinh": lambda case, node: (_cosh(case, node, case.at(node.args[0])),),
    "cosh": lambda case, node: (_sinh(case, node, case.at(node.args[0])),),
    "tanh": _through(lambda case, u, t: case.one - t * t),
    "asinh": _smooth(lambda case, u: _one_over_root(case, case.one + u * u)),
    "acosh": _smooth(lambda case, u: _one_over_root(case, u * u - case.one)),
    "atanh": _smooth(lambda case, u: case.one / (case.one - u * u)),
    "erf": _smooth(_bell),
    "erfc": _smooth(lambda case, u: -_bell(case, u)),
    "lgamma": _smooth(lambda case, u: case.kernels.opaque("polygamma0", u)),
    "polygamma": lambda case, node: (case.kernels.opaque(f"polygamma{node.data + 1}", case.at(node.args[0])),),
    "abs": lambda case, node: (_sign(case, node, case.at(node.args[0])),),
    "max": _best_slope,
    "min": _best_slope,
    "floor": _still,
    "sign": _still,
    "detach": _still,
    "det": lambda case, node: matrices.cofactors(matrices.square([*map(case.at, node.args)]), case.number),
}
"""By name; those of "add" are 1, and "select", "inv" and "entry" are the case's own."""
