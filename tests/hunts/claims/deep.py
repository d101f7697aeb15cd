"""Deep cancellation by the million: the truth is known by construction, in fractions, without an evaluation.

Each expression is a sum of terms a*T(p*x + q) with exact a, p, q, where T is all but linear or quadratic: what it lacks
of that is less than 1e-35 of it, far below the last place of a double.
"""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

from .numbers import DoubtError, nearest

Slopes = tuple[Fraction | None, Fraction | None]
"""From the left and from the right; None at a jump."""

SMOOTH = {
    "(log(1 + {u}*{c})/{c})**2": lambda u, c: 2 * u,
    "((1 + {u}*{c}) - 1)/{c}": lambda u, c: Fraction(1),
    "((1 + {u}*{c}) - 1)/{c}*{u}": lambda u, c: 2 * u,
    "(exp({u}*{c}) - 1)/{c}": lambda u, c: Fraction(1),
    "(exp({u}*{c}) - 1 - {u}*{c})/{c}/{c}": lambda u, c: u,
    "exp({u}*{c}) - 1 - {u}*{c}": lambda u, c: u * c * c,
    "(1 - cos({u}*{c}))/{c}/{c}": lambda u, c: u,
    "(sqrt(1 + {u}*{c}) - 1)/{c}": lambda u, c: Fraction(1, 2),
    "(1/(1 - {u}*{c}) - 1)/{c}": lambda u, c: Fraction(1),
    "(1 + {u}*{c})**3/{c}": lambda u, c: Fraction(3),
    "log(1 + {u}*{c})": lambda u, c: c,
    "({u} - sin({u}*{c})/{c})*8 + {u}": lambda u, c: Fraction(1),
    "({u} + 1/{c}) - 1/{c}": lambda u, c: Fraction(1),
    "sum([{u}, 1e300, -1e300])": lambda u, c: Fraction(1),
    "det([[1 + {u}*{c}, 1], [1, 1]])/{c}": lambda u, c: Fraction(1),
    "softplus({u}*{c})/{c}*4": lambda u, c: Fraction(2),
    **{
        f"{name}({{u}}*{{c}})/{{c}}": lambda u, c: Fraction(1)
        for name in "sin tan asin atan sinh tanh asinh atanh expm1 log1p".split()
    },
}
"""Terms, and their slopes by u."""

SIDED: dict[str, Any] = {
    "relu((1 + {u}*{c}) - 1)/{c}": (0, 1),
    "abs((1 + {u}*{c}) - 1)/{c}": (-1, 1),
    "max([1, 1 + {u}*{c}])/{c}": (0, 1),
    "minimum(1 + {u}*{c}, 1)/{c}": (1, 0),
    "clamp(1 + {u}*{c}, 1, 2)/{c}": (0, 1),
    "where(1 + {u}*{c} > 1, 3*{u}, 2*{u})": (2, 3),
    "({u}*{c} + 1 >= 1)*{u}": (0, 1),
    "sqrt(((1 + {u}*{c}) - 1)**2)/{c}": (-1, 1),
    "leaky_relu((1 + {u}*{c}) - 1, 0.25)/{c}": (Fraction(1, 4), 1),
    "abs(log(1 + {u}*{c}))/{c}": (-1, 1),
    "floor(1 + {u}*{c})*{u}": (0, 1),
    "ceil(1 + {u}*{c})*{u}": (1, 2),
    "sign(exp({u}*{c}) - 1)*{u}": (-1, 1),
    "where(1 + {u}*{c} == 1, 0, 5*{u})": (5, 5),
    "floor(1 + {u}*{c})": None,
    "sign((1 + {u}*{c}) - 1)": None,
}
"""Terms with a break at u = 0, and their slopes on its two sides; None for a jump between flat pieces."""

CONSTANTS = ["1e-40", "1e-60", "3e-77", "1e-100", "2.5e-123", "1e-150", "7e-200", "1e-250", "1e-300"]
NUMBERS = [1.0, 2.0, -1.0, 0.5, 3.0, -2.5, 0.25, 7.0]
CLEAR = Fraction(1, 10_000)


def term(draw: Random, x: float) -> tuple[str, Slopes]:
    """A term, and its slopes by x."""
    a, p = draw.choice(NUMBERS), draw.choice(NUMBERS)
    q = draw.choice([0.0, 0.0, 1.0, -0.5, draw.randint(-64, 64) / 8, -p * x])
    u, text = Fraction(p) * Fraction(x) + Fraction(q), draw.choice(CONSTANTS)
    c = Fraction(float(text))
    inner = f"({p}*x + {q})" if q else f"({p}*x)" if p != 1 else "x"
    if draw.random() < 0.6:
        form, slope = draw.choice([*SMOOTH.items()])
        slopes: Slopes = (slope(u, c), slope(u, c))
    else:
        form, sides = draw.choice([*SIDED.items()])
        slopes = sided(sides, u)
    weigh = Fraction(a) * Fraction(p)
    left, right = (None if slope is None else weigh * slope for slope in (slopes if p > 0 else slopes[::-1]))
    return f"{a}*({form.format(u=inner, c=text)})", (left, right)


def sided(sides: Any, u: Fraction) -> Slopes:
    if sides is None:
        return (Fraction(0), Fraction(0)) if u else (None, None)
    low, high = map(Fraction, sides)
    return (low, high) if not u else (low, low) if u < 0 else (high, high)


def together(terms: list[Slopes], side: int) -> Fraction | None:
    """The slope of the sum on one side. Raises DoubtError where terms cancel, and what they lack might be seen."""
    slopes = [slopes[side] for slopes in terms]
    if None in slopes:
        return None
    found = sum(slopes)
    if found and abs(found) < CLEAR * max(map(abs, slopes)):
        raise DoubtError("the terms cancel")
    if not found and any(slopes):
        raise DoubtError("the terms cancel")
    return found


def deep(draw: Random) -> tuple[dict[str, Any], str]:
    """A claim and its truth. Raises DoubtError."""
    x = draw.choice([draw.randint(-400, 400) / 128, draw.uniform(-3, 3), draw.uniform(-3, 3), 1.0, 0.5, 0.0])
    terms = [term(draw, x) for _ in range(draw.choice([1, 1, 2]))]
    left, right = (together([slopes for _, slopes in terms], side) for side in (0, 1))
    claimed, truth = stated(draw, left, right)
    return {"expr": " + ".join(text for text, _ in terms), "at": {"x": x}, "grad": {"x": claimed}}, truth


def stated(draw: Random, left: Fraction | None, right: Fraction | None) -> tuple[float, str]:
    """A number to claim, and its truth. Raises DoubtError."""
    if left is None or right is None:
        return draw.choice([0.0, 1.0, -2.0, 0.5]), "none"
    low, high = sorted((left, right))
    if low != high:
        inside = low + (high - low) * Fraction(draw.choice([0, 1, 2, 4]), 4)
        outside = draw.choice([low - 1, high + 1, high + (high - low) / 8, low - (high - low) / 8])
        return (nearest(inside), "kink") if draw.random() < 0.5 else (nearest(outside), "beyond")
    number = nearest(left)
    if draw.random() < 0.5:
        return number, "right"
    factor = draw.choice([0, 2, -1, Fraction(1001, 1000), Fraction(9997, 10_000)])
    claimed = nearest(left * factor) if left and number else draw.choice([1.0, -0.5, 1e-3])
    if abs(Fraction(claimed) - left) <= CLEAR * abs(left):
        raise DoubtError("nearly right")
    return claimed, "wrong"
