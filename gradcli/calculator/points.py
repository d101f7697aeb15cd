"""Points at which a claimed formula is tried: small whole numbers and simple fractions first, then random ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice, product

import numpy as np

from gradcli.calculator.compute import all_orders, leaves_of
from gradcli.calculator.prepare import Array, Prepared
from gradcli.errors import InputError

SIMPLE = (0.0, 1.0, -1.0, 2.0, -2.0, 0.5, 3.0, -0.5, -3.0, 1.5)
"""From the simplest on."""
SIMPLE_POINTS = 24
RANDOM_POINTS = 16
SHAPES: tuple[tuple[int, ...], ...] = ((), (3,), (2, 2))
"""Of names without a value: the first for which the expression can be computed is taken."""


def points_of(template: Prepared, dtype: str) -> list[Prepared]:
    """The template with values for its missing names; just itself where none is missing.

    Raises InputError where the expression can be computed for no shape of them.
    """
    if not template.missing:
        return [template]
    shape = _shape(template, dtype)
    return [_bound(template, values) for values in _values(template.missing, shape, np.dtype(dtype))]


def _bound(template: Prepared, values: Mapping[str, Array]) -> Prepared:
    at = {name: values.get(name, template.at.get(name)) for name in template.wrt}
    fixed = template.fixed | {name: array for name, array in values.items() if name not in at}
    return replace(template, at=at, fixed=fixed, missing=())


def _shape(template: Prepared, dtype: str) -> tuple[int, ...]:
    refusals = []
    for shape in SHAPES:
        point = _bound(template, dict.fromkeys(template.missing, np.ones(shape, dtype)[()]))
        try:
            all_orders(point, leaves_of(point), 1)
        except InputError as refused:
            refusals.append(refused)
        else:
            return shape
    first = refusals[0]
    hint = f'give the names values, in the shapes that they have: --at "{template.missing[0]}=ones(3)"'
    raise InputError(first.code, first.message, span=first.span, hint=first.hint or hint)


def _values(names: tuple[str, ...], shape: tuple[int, ...], dtype: np.dtype) -> Iterator[dict[str, Array]]:
    random = np.random.default_rng(0)
    if not shape:
        ranks = product(range(len(SIMPLE)), repeat=min(len(names), 3))
        for ranked in sorted(ranks, key=lambda ranked: (sum(ranked), max(ranked)))[:SIMPLE_POINTS]:
            values = islice((*ranked, *ranked * len(names)), len(names))
            yield {name: dtype.type(SIMPLE[rank]) for name, rank in zip(names, values, strict=True)}
    else:
        for _ in range(SIMPLE_POINTS):
            yield {name: random.choice(SIMPLE, shape).astype(dtype) for name in names}
    for number in range(RANDOM_POINTS):
        low = -4 if number % 2 else 0.1  # every other one is positive: many functions have no other values
        yield {name: np.asarray(random.uniform(low, 4, shape)).astype(dtype)[()] for name in names}
