"""Random expressions over the whole table of functions of one element."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from random import Random

import numpy as np

ANYWHERE = (
    "square exp exp2 expm1 sin cos tan atan sinc deg2rad rad2deg sinh cosh tanh asinh erf erfc sigmoid softplus "
    "logsigmoid silu gelu relu leaky_relu elu abs"
).split()
SOMEWHERE = "sqrt rsqrt reciprocal log log2 log10 log1p asin acos acosh atanh logit lgamma digamma".split()
STEPS = "sign floor ceil round trunc frac".split()
PAIRS = "hypot logaddexp xlogy atan2 maximum minimum".split()
OPERATORS = ["+", "-", "*", "/"]
POWERS = ["**2", "**3", "**4", "**0.5", "**1.5", "**(-1)", "**(-2)", "**0.3"]
CONSTANTS = ["2", "3", "0.5", "1", "0.25", "1.5", "5", "10", "0.1", "0.7", "0.3", "pi", "e", "(1/3)"]
SIMPLE = ["2", "3", "0.5", "1", "0.25", "1.5", "5", "4"]  # exact in float32
SAFE = {
    "sqrt": "({}**2 + 1)", "rsqrt": "({}**2 + 1)", "reciprocal": "({}**2 + 1)", "log": "({}**2 + 1)",
    "log2": "({}**2 + 2)", "log10": "({}**2 + 1)", "log1p": "square({})", "asin": "tanh({})", "acos": "sin({})",
    "acosh": "({}**2 + 2)", "atanh": "(tanh({})/2)", "logit": "sigmoid({})", "lgamma": "({}**2 + 1)",
    "digamma": "({}**2 + 1)",
}  # fmt: skip
"""Arguments inside the domain."""


def leaf(draw: Random, names: str, constants: Sequence[str]) -> str:
    return draw.choice(names) if draw.random() < 0.75 else draw.choice(constants)


def uses(expr: str, name: str) -> bool:
    """Whether the name is read."""
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(ast.parse(expr)))


def tree(
    draw: Random,
    depth: int,
    names: str = "x",
    constants: Sequence[str] = CONSTANTS,
    *,
    steps: bool = True,
    total: bool = False,
) -> str:
    """An expression, most of which have a value at most points; or all of which have one nearly everywhere."""

    def inner() -> str:
        return tree(draw, depth - 1, names, constants, steps=steps, total=total)

    roll = draw.random()
    if depth <= 0 or roll < 0.05:
        return leaf(draw, names, constants)
    if total:
        return everywhere(draw, inner, names)
    if roll < 0.40:
        return f"({inner()} {draw.choice(OPERATORS)} {inner()})"
    if roll < 0.50:
        return f"({inner()}){draw.choice(POWERS)}"
    if roll < 0.55:
        return f"-{inner()}"
    if roll < 0.60:
        return f"{draw.choice(PAIRS)}({inner()}, {inner()})"
    if roll < 0.78:
        return f"{draw.choice(ANYWHERE)}({inner()})"
    if roll < 0.90:
        name = draw.choice(SOMEWHERE)
        return f"{name}({SAFE[name].format(inner()) if draw.random() < 0.6 else inner()})"
    return stepped(draw, inner) if steps else f"{draw.choice(ANYWHERE)}({inner()})"


def everywhere(draw: Random, inner: Callable[[], str], names: str) -> str:
    """An operation inside its domain, or of a variable alone, so that formulas have values where it has a slope."""
    some = draw.choice(SOMEWHERE)
    x = draw.choice(names)
    return draw.choice(
        [
            f"({inner()} + {inner()})", f"({inner()} - {inner()})", f"({inner()} * {inner()})", f"{inner()}*{x}",
            f"({inner()})/({inner()}**2 + 1)", f"{inner()}/{x}", f"({inner()})**{draw.choice([2, 3, 4])}",
            f"({inner()}**2 + 1)**{draw.choice(['0.5', '1.5', '(-1)', '0.3'])}",
            f"{x}**{draw.choice(['0.5', '1.5', '(-2)'])}",
            f"hypot({inner()}, 2)", f"logaddexp({inner()}, {inner()})", f"atan2({inner()}, {inner()}**2 + 1)",
            f"maximum({inner()}, {inner()})", f"minimum({inner()}, {inner()})", f"{some}({SAFE[some].format(inner())})",
            f"{some}({SAFE[some].format(x)})", *(f"{name}({inner()})" for name in draw.sample(ANYWHERE, 8)),
            f"{draw.choice(STEPS)}({inner()})", f"where({inner()} > 0.5, {inner()}, {inner()})",
        ]
    )  # fmt: skip


def stepped(draw: Random, inner: Callable[[], str]) -> str:
    """Something with breaks."""
    c = draw.choice(["0.5", "2", "-1", "0", "1.5"])
    return draw.choice(
        [
            f"{draw.choice(STEPS)}({inner()})", f"({inner()} % {draw.choice(['2', '1', '0.5', '3'])})",
            f"({inner()} // {draw.choice(['2', '1', '0.5', '3'])})", f"where({inner()} > {c}, {inner()}, {inner()})",
            f"clamp({inner()}, -1, 2)", f"clamp({inner()}, min={c})", f"clamp({inner()}, max={c})",
            f"detach({inner()})", f"({inner()} * ({inner()} <= {c}))", f"leaky_relu({inner()}, 0.25)",
            f"elu({inner()}, 2)", f"max([{inner()}, {inner()}])",
        ]
    )  # fmt: skip


def point(draw: Random, dtype: str = "float64") -> float:
    """A number to differentiate at: random, whole, half or decimal."""
    x = draw.choice(
        [
            draw.uniform(-3, 3),
            draw.uniform(-3, 3),
            draw.uniform(0, 3),
            draw.choice([-2.0, -1.0, 1.0, 2.0, 0.5, -0.5, 3.0, 0.0]),
            draw.randint(-30, 30) / 10,
        ]
    )
    return float(np.float32(x)) if dtype == "float32" else x
