"""Points at which a claimed formula is tried: the simplest first, then near literals, far out, and at random."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, product

import numpy as np

from gradcli.calculator.kernel.compute import all_orders, leaves_of
from gradcli.calculator.kernel.prepare import Array, Prepared
from gradcli.errors import InputError
from gradcli.lang.tree import Number, Program

SIMPLE = (0.0, 1.0, -1.0, 2.0, -2.0, 0.5, 3.0, -0.5, -3.0, 1.5, 0.25)
"""From the simplest on."""
SIMPLE_POINTS = 24
SIMPLE_PAIRS = len(SIMPLE) ** 2
RANDOM_POINTS = 16
LITERALS = 12
"""Literals of the programs near which points are tried."""
FAR = (10.0, 100.0, 1e3, 1e6, 1e-3, 1e-6, 1e9)
"""Sizes that are tried with both signs."""
SHAPES: tuple[tuple[int, ...], ...] = ((), (3,), (2, 2))
"""Of names without a value: the first for which the expression can be computed is taken."""


def points_of(template: Prepared, dtype: str, programs: Sequence[Program]) -> list[Prepared]:
    """The template with values for its missing names.

    programs  near whose literals points are tried
    Raises InputError where the expression can be computed for no shape of the names.
    """
    shapes = dict.fromkeys(template.missing, _shape(template, dtype))
    return [bound(template, values) for values in values_of(shapes, dtype, programs)]


def bound(template: Prepared, values: Mapping[str, Array]) -> Prepared:
    """The template with these values for its missing names."""
    at = {name: values.get(name, template.at.get(name)) for name in template.wrt}
    fixed = template.fixed | {name: array for name, array in values.items() if name not in at}
    return replace(template, at=at, fixed=fixed, missing=())


def _shape(template: Prepared, dtype: str) -> tuple[int, ...]:
    refusals = []
    for shape in SHAPES:
        point = bound(template, dict.fromkeys(template.missing, np.ones(shape, dtype)[()]))
        try:
            all_orders(point, leaves_of(point), 1)
        except InputError as refused:
            refusals.append(refused)
        else:
            return shape
    first = refusals[0]
    hint = f'give the names values, in the shapes that they have: --at "{template.missing[0]}=ones(3)"'
    raise InputError(first.code, first.message, span=first.span, hint=first.hint or hint)


def _near(programs: Sequence[Program]) -> list[float]:
    """The programs' literals with both signs, and numbers to both sides of them, a little apart and side by side."""
    literals: dict[float, None] = {}
    for program in programs:
        for nodes in program.nodes:
            literals |= {float(node.value): None for node in nodes if isinstance(node, Number)}
    found: dict[float, None] = {}
    for literal in list(literals)[:LITERALS]:
        for middle in (literal, -literal):
            step = 1e-3 * (abs(middle) or 1.0)
            around = (
                middle,
                middle + step,
                middle - step,
                math.nextafter(middle, math.inf),
                math.nextafter(middle, -math.inf),
            )
            found |= dict.fromkeys((*around, 2 * middle, middle / 2))
    return [number for number in found if math.isfinite(number)]


def values_of(
    shapes: Mapping[str, tuple[int, ...]], dtype: str, programs: Sequence[Program]
) -> Iterator[dict[str, Array]]:
    """Values of names that have these shapes; near the programs' literals too."""
    random, names, number_of = np.random.default_rng(0), tuple(shapes), np.dtype(dtype).type
    if not any(shapes.values()):
        ranks = product(range(len(SIMPLE)), repeat=min(len(names), 3))
        count = SIMPLE_PAIRS if len(names) > 1 else SIMPLE_POINTS
        for ranked in sorted(ranks, key=lambda ranked: (sum(ranked), max(ranked)))[:count]:
            values = islice((*ranked, *ranked * len(names)), len(names))
            yield {name: number_of(SIMPLE[rank]) for name, rank in zip(names, values, strict=True)}
        for _ in range(SIMPLE_PAIRS if len(names) > 2 else 0):  # pairs have all been tried
            yield {name: number_of(random.choice(SIMPLE)) for name in names}
    else:
        for _ in range(SIMPLE_POINTS):
            yield {name: random.choice(SIMPLE, shape).astype(dtype) for name, shape in shapes.items()}
    for number in (*_near(programs), *(sign * size for size in FAR for sign in (1, -1))):
        for name, own in shapes.items():  # one of them there, the others at usual values
            usual = {
                other: np.asarray(random.uniform(0.1, 4, shape)).astype(dtype)[()] for other, shape in shapes.items()
            }
            yield usual | {name: np.full(own, number, dtype)[()]}
    for number in range(RANDOM_POINTS):
        low = -4 if number % 2 else 0.1  # every other one is positive: many functions have no other values
        yield {name: np.asarray(random.uniform(low, 4, shape)).astype(dtype)[()] for name, shape in shapes.items()}
