"""The smooth functions of one number, on series: their derivatives come from python-flint, from no rule of ours.

A function takes an `arb_series` u and gives the series of f(u). What has no series of its own there is composed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from flint import arb, arb_series

from gradcli.verify.balls.context import LONGEST
from gradcli.verify.balls.numbers import NAN, Ball

Series = Any
Function = Callable[[Series], Series]


def _terms(u: Series) -> list[Ball]:
    return [u[k] for k in range(u.prec)]


def _apart(u: Series) -> tuple[Ball, Series]:
    """The head of a series, and the series without it: what a composition takes."""
    head, *rest = _terms(u)
    return head, arb_series([0, *rest], u.prec)


def _composed(outer: Series, inner: Series) -> Series:
    """outer(inner), for an inner series without a head; python-flint refuses one that is 0."""
    return outer(inner) if any(not term.is_zero() for term in _terms(inner)) else arb_series([outer[0]], inner.prec)


def _odd(function: Function) -> Function:
    """A function f with f(-u) = -f(u), computed where u > 0, where nothing cancels."""
    return lambda u: -function(-u) if u[0] < 0 else function(u)


def _sinh(u: Series) -> Series:
    e = u.exp()
    return (e - 1 / e) / 2


def _tanh(u: Series) -> Series:
    e = (-2 * u).exp()
    return (1 - e) / (1 + e)


def _asinh(u: Series) -> Series:
    return (u + (u * u + 1).sqrt()).log()


def _acosh(u: Series) -> Series:
    return (u + ((u - 1) * (u + 1)).sqrt()).log()


def _scaled_log(base: int) -> Function:
    """The logarithm to a base, exact at its powers."""

    def log(u: Series) -> Series:
        found = _terms(u.log() / arb(base).log())
        near = found[0].unique_fmpz()
        if near is not None and u[0] == arb(base) ** near:
            found[0] = arb(near)
        return arb_series(found, u.prec)

    return log


def _lgamma(u: Series) -> Series:
    """log|gamma|; left of 0 by reflection (DLMF 5.5.3)."""
    if u[0] > 0:
        return u.lgamma()
    pi_u = (u * arb.pi()).sin()
    size = pi_u if pi_u[0] > 0 else -pi_u
    return (arb.pi() / size).log() - (1 - u).lgamma()


def _polygamma(n: int) -> Function:
    """The derivative of order n + 1 of lgamma, from its series; open where none is so long."""

    def function(u: Series) -> Series:
        if u.prec + n + 1 > LONGEST:
            return arb_series([NAN] * u.prec, u.prec)
        head, rest = _apart(u)
        longer = _lgamma(arb_series([head, 1], u.prec + n + 1))
        for _ in range(n + 1):
            longer = longer.derivative()
        return _composed(arb_series(_terms(longer)[: u.prec], u.prec), rest)

    return function


def _sinc(u: Series) -> Series:
    """sin(u)/u; at 0 from the series of the sine, without its first term."""
    if not u[0].is_zero():
        return u.sin() / u
    _, rest = _apart(u)
    sine = arb_series([0, 1], u.prec + 1).sin()
    quotient = arb_series(_terms(sine)[1:], u.prec)
    return _composed(quotient, rest)


@dataclass(frozen=True)
class Smooth:
    """A function that has a series wherever all of its `margins` are positive.

    series   of f(u), for an `arb_series` u
    margins  margins(u): numbers that are positive inside the domain
    edge     whether it has a value where a margin is 0, at which its slope is infinite
    says     what is wrong outside the domain
    """

    series: Function
    margins: Callable[[Ball], tuple[Ball, ...]] = lambda u: ()
    edge: bool = False
    says: str = ""


def _positive(says: str) -> dict[str, Any]:
    return {"margins": lambda u: (u,), "says": says}


def _within_one(says: str) -> dict[str, Any]:
    return {"margins": lambda u: (1 - u, 1 + u), "says": says}


def _no_pole(u: Ball) -> tuple[Ball, ...]:
    """A margin that is 0 at 0, -1, -2, ..., the poles of the gamma function."""
    at = getattr(u, "terms", [u])[0]  # of a jet, which is in the domain if its head is
    near = at.mid().floor() if at.is_exact() else None
    return (arb(1),) if at > 0 or near is None or near != at else (arb(0),)


@cache
def polygamma(n: int) -> Smooth:
    """The derivative of order n of digamma."""
    return Smooth(_polygamma(n), _no_pole, says="a pole of the gamma function")


SMOOTH: dict[str, Smooth] = {
    "exp": Smooth(lambda u: u.exp()),
    "expm1": Smooth(lambda u: u.exp() - 1),
    "log": Smooth(lambda u: u.log(), **_positive("the logarithm of a number that is not positive")),
    "log2": Smooth(_scaled_log(2), **_positive("the logarithm of a number that is not positive")),
    "log10": Smooth(_scaled_log(10), **_positive("the logarithm of a number that is not positive")),
    "sqrt": Smooth(lambda u: u.sqrt(), **_positive("the root of a negative number"), edge=True),
    "sin": Smooth(lambda u: u.sin()),
    "cos": Smooth(lambda u: u.cos()),
    "tan": Smooth(lambda u: u.tan()),
    "asin": Smooth(lambda u: u.asin(), **_within_one("the inverse sine of a number beyond 1"), edge=True),
    "acos": Smooth(lambda u: u.acos(), **_within_one("the inverse cosine of a number beyond 1"), edge=True),
    "atan": Smooth(lambda u: u.atan()),
    "sinh": Smooth(_odd(_sinh)),
    "cosh": Smooth(lambda u: (u.exp() + (-u).exp()) / 2),
    "tanh": Smooth(_odd(_tanh)),
    "asinh": Smooth(_odd(_asinh)),
    "acosh": Smooth(_acosh, lambda u: (u - 1,), edge=True, says="the inverse hyperbolic cosine of a number below 1"),
    "atanh": Smooth(
        lambda u: ((1 + u) / (1 - u)).log() / 2, **_within_one("the inverse hyperbolic tangent beyond -1 and 1")
    ),
    "erf": Smooth(lambda u: u.erf()),
    "erfc": Smooth(lambda u: u.erfc()),
    "lgamma": Smooth(_lgamma, _no_pole, says="a pole of the gamma function"),
    "sinc": Smooth(_sinc),
}
