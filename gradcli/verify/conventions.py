"""What PyTorch, JAX and TensorFlow take for the derivative of a function where it has none.

It is data: the smallest rules that explain tests/golden/conventions.json, which was recorded from the libraries in
float64 by tests/golden/record_conventions.py; tests/verify/test_conventions.py holds them to it. Everywhere else the
libraries give the derivative itself, but how it meets a cotangent that is infinite, NaN or 0 is theirs too: `pulled`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, nan
from typing import Any, Literal, NamedTuple

Library = Literal["torch", "jax", "tensorflow"]
LIBRARIES: dict[Library, str] = {"torch": "PyTorch", "jax": "JAX", "tensorflow": "TensorFlow"}
Rule = float | str | None
"""One library's rule at a break:

    a number   the slope, by each argument, or by the one that the entry names
    "below"    the slope of the piece below the break: of leaky_relu, negative_slope
    "above"    that of the piece above it
    "share"    arguments that tie get 1/k each, k of them; others 0
    "first"    the first argument that ties gets 1, others 0
    "zero"     0 where the result is 0, and by elements that are 0: the smallest subgradient
    "formula"  what the derivative's formula comes to in floating point: infinite or NaN where it divides by 0
    "quotient" the result divided by the element; an element that is 0 gets 0, whatever the cotangent
    an expression in the parameters, which has a bracket: as that expression, each of whose functions has its own rule
    None       the library has no such function, or raises an error
"""


class Local(NamedTuple):
    """Where a function has a break, and each library's rule there."""

    where: str
    torch: Rule
    jax: Rule
    tensorflow: Rule


def _all(where: str, rule: Rule) -> Local:
    return Local(where, rule, rule, rule)


_EUCLIDEAN = "sqrt(sum(x*x, axis, keepdims))"
_POWERS = "sum(abs(x)**ord, axis, keepdims)**(1/ord)"
_LARGEST = "amax(abs(x), axis, keepdims)"
_SMALLEST = "amin(abs(x), axis, keepdims)"
_SPREAD = "sqrt(var(x, axis, correction, keepdims))"

LOCAL: dict[str, Local] = {
    # Pieces
    "abs": Local("x = 0", 0, 1, 0),
    "relu": _all("x = 0", 0),
    "leaky_relu": Local("x = 0", "below", "above", "below"),
    "elu": _all("x = 0", "below"),
    "sign": _all("x = 0", 0),
    **{name: _all("x is whole", 0) for name in ("floor", "ceil", "trunc")},
    "round": _all("x is half-way", 0),
    "frac": Local("x is whole", 1, 1, None),
    "floor_divide": Local("a/b is whole", None, 0, 0),
    "remainder": _all("a/b is whole", "formula"),
    # Extremes
    "maximum": Local("a = b", "share", "share", "first"),
    "minimum": Local("a = b", "share", "share", "first"),
    "max": _all("the largest elements tie", "share"),
    "min": _all("the smallest elements tie", "share"),
    "max axis": Local("the largest elements tie, where an axis is given", "first", "share", "share"),
    "min axis": Local("the smallest elements tie, where an axis is given", "first", "share", "share"),
    "amax": _all("the largest elements tie", "share"),
    "amin": _all("the smallest elements tie", "share"),
    "clamp min": Local("x = min", "where(x < min, min, x)", "maximum(x, min)", "where(x < min, min, x)"),
    "clamp max": Local("x = max", "where(x > max, max, x)", "minimum(x, max)", "where(x > max, max, x)"),
    "clamp": Local(
        "x, min and max: two of them are equal, or min > max",
        "clamp(clamp(x, min=min), max=max)",
        "clamp(clamp(x, min=min), max=max)",
        "clamp(clamp(x, max=max), min=min)",
    ),
    # Roots
    "norm": Local("the result is 0", "zero", _EUCLIDEAN, _EUCLIDEAN),
    "norm 1": _all("an element is 0", "sum(abs(x), axis, keepdims)"),
    "norm inf": Local("the largest sizes tie, or all elements are 0", _LARGEST, f"maximum({_LARGEST}, 0)", _LARGEST),
    "norm -inf": Local("the smallest sizes tie, or one is 0", _SMALLEST, _SMALLEST, None),
    "norm 0": Local("an element is 0", 0, 0, None),
    "norm p": Local("an element is 0, for another order", "zero", _POWERS, _POWERS),
    "std": Local("the result is 0", "zero", _SPREAD, _SPREAD),
    "hypot": Local("a = b = 0", "formula", "maximum(abs(a), abs(b))", "sqrt(a*a + b*b)"),
    # Powers: by the base, by the exponent
    "pow.a zero": Local("b = 0", 0, "formula", "formula"),
    "pow.a literal": Local("b is written as a whole 0", 0, 0, "formula"),
    "pow.b zero": _all("a = 0, b >= 0", 0),
    "pow.b pole": Local("a = 0, b < 0", -inf, nan, nan),
    "pow.b negative": Local("a < 0, and the result is a number", nan, nan, 0),
    # Ends of a domain
    **{name: _all("x = 0", "formula") for name in ("sqrt", "rsqrt", "reciprocal", "log", "log2", "log10", "digamma")},
    "div": _all("b = 0", "formula"),
    "log1p": _all("x = -1", "formula"),
    **{name: _all("x = -1 or 1", "formula") for name in ("asin", "acos", "atanh")},
    "acosh": _all("x = 1", "formula"),
    "logit": Local("x < 0 or x > 1", nan, "formula", None),
    "lgamma": Local("x = 0", -inf, nan, nan),
    # Removable and other
    "xlogy.x zero": Local("x = 0, y <= 0", 0, "formula", 0),
    "xlogy.x positive": Local("x = 0, y > 0", "formula", "formula", 0),
    "xlogy.y zero": Local("x = 0", "formula", "formula", 0),
    "sinc": Local("x = 0", 0, 0, nan),
    "atan2": Local("a = b = 0", 0, nan, nan),
    "softplus": Local("x > 20, where PyTorch says x", 1, "formula", "formula"),
    "logaddexp": Local("a = b, or one is infinite", "formula", "formula", "maximum(a, b) + log1p(exp(-abs(a - b)))"),
    "logaddexp inf": Local("a = b = inf", nan, 1, nan),
    "logsumexp": _all("an element is infinite", "formula"),
    "var": _all("one element, correction 1", "formula"),
    "prod": _all("an element is 0", "formula"),
    "prod zeros": Local("two elements are 0, and no axis is given", 0, "formula", "formula"),
    "cumprod": Local("an element is 0", "formula", "formula", "quotient"),
    "det": Local("the result is 0", 0, "formula", None),
    "logdet": Local("the determinant is 0", None, "log(det(x))", None),
}
"""By function; "function.parameter" where one argument is meant, and after a blank what tells a case from others."""

_STEPS = "floor ceil round trunc floor_divide".split()
_CONDITIONS = "lt le gt ge eq ne logical_and logical_or logical_not detach".split()

_EXTREMES = ["maximum", "minimum", "max", "max axis", "min", "min axis"]
_SPECIAL = ["pow.a zero", "pow.a literal", "xlogy.x zero", "prod zeros"]

CUT: dict[Library, frozenset[str]] = {
    "torch": frozenset([*_CONDITIONS, "norm 0"]),
    "jax": frozenset([*_CONDITIONS, *_STEPS, "sign", "norm 0", "pow.a literal"]),
    "tensorflow": frozenset([*_CONDITIONS, *_STEPS]),
}
"""Functions through which nothing flows back: what they are computed from is a constant, and no 0 meets its slope."""

GATED: dict[Library, frozenset[str]] = {
    "torch": frozenset([*_STEPS, *_EXTREMES, *_SPECIAL, *"sign relu where std sinc cumprod".split()]),
    "jax": frozenset(["relu", "where"]),
    "tensorflow": frozenset("sign maximum minimum where".split()),
}
"""Functions in which a slope of 0 gives 0 whatever the cotangent. In others it is a product: 0 times inf is NaN."""

SPARED: dict[Library, frozenset[str]] = {
    "torch": frozenset(["xlogy.x"]),
    "jax": frozenset(),
    "tensorflow": frozenset("sqrt rsqrt reciprocal".split()),
}
"""Functions in which a cotangent of 0 gives 0 whatever the slope."""


def rule(key: str, library: Library) -> Rule:
    """The library's rule at that break."""
    found: Rule = getattr(LOCAL[key], library)
    return found


def variant(function: str, given: Mapping[str, Any]) -> str:
    """The key of the rule that a call follows; `given` are its arguments by the names of the parameters."""
    if function in ("max", "min") and given["axis"] is not None:
        return f"{function} axis"
    if function == "norm":
        return {2: "norm", 1: "norm 1", 0: "norm 0", inf: "norm inf", -inf: "norm -inf"}.get(given["ord"], "norm p")
    if function == "clamp" and None in (given["min"], given["max"]):
        return "clamp max" if given["min"] is None else "clamp min"
    return function


def is_expression(rule: Rule) -> bool:
    """Whether a rule stands for an expression."""
    return isinstance(rule, str) and "(" in rule


def divided(rule: Rule, ties: Sequence[bool]) -> list[float]:
    """The slopes of an extreme by its arguments, of which these tie."""
    if rule == "first":
        return [float(tie and not any(ties[:place])) for place, tie in enumerate(ties)]
    return [tie / sum(ties) for tie in ties]


def pulled(cotangent: float, slope: float, key: str, library: Library) -> float:
    """What an argument gets of a cotangent. Of functions that are CUT nothing is pulled back at all."""
    gated = slope == 0 and key in GATED[library]
    spared = cotangent == 0 and key in SPARED[library]
    return 0.0 if gated or spared else cotangent * slope
