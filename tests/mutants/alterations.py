"""Derivative rules that are wrong in a known way: what a rule gives is changed, or the rule itself.

A rule stands here as it is called: `pull(g, slots)`, with the cotangent and what a node saved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from lost_parts import lost_parts

from gradcli.engine.op import Op

Pull = Callable[[Any, tuple[Any, ...]], Any]
Change = Callable[[Any], Any]

OFF = 0.01
"""How far the one wrong element of an array is off, relative to the largest."""


@dataclass(frozen=True)
class Mutant:
    """A wrong rule for one argument of an operation.

    name     what is wrong with it
    place    of the argument among the rules
    pull     the wrong rule
    smooth   whether it is wrong where the derivative exists, too
    """

    name: str
    place: int
    pull: Pull
    smooth: bool = True


FACTORS: dict[str, Change] = {
    "sign": lambda c: -c,
    "factor 2": lambda c: 2 * c,
    "factor 1 + 1e-6": lambda c: (1 + 1e-6) * c,
    "factor 1 + 1e-9": lambda c: (1 + 1e-9) * c,
    "plus 0.1": lambda c: c + 0.1,
    "zero": np.zeros_like,
}
"""Changes of each element, which Tensors can have as well: they make wrong second derivatives too."""

MOVES: dict[str, Change] = {
    "first element": lambda c: _bumped(c, 0),
    "last element": lambda c: _bumped(c, -1),
    "reversed": np.flip,
    "rolled": lambda c: np.roll(c, 1),
    "transposed": lambda c: np.swapaxes(c, -2, -1) if c.ndim > 1 and c.shape[-1] == c.shape[-2] else c,
}
"""Changes of an array."""


def mutants(op: Op, place: int, shape: tuple[int, ...] | None, breaks: Any) -> Iterator[Mutant]:
    """The wrong rules for an argument.

    shape   of the argument; None for several arguments of one rule
    breaks  a mask that is True where the operation has a break, or None
    """
    pull = op.pulls[place]
    for name, change in FACTORS.items():
        yield Mutant(name, place, _changed(pull, change))
    yield Mutant("cotangent lost", place, lambda g, slots: pull(_ones(g), slots))
    for name, change in MOVES.items():
        yield Mutant(name, place, _changed(pull, change, shape))
    if breaks is not None:
        yield Mutant("at the break", place, _changed(pull, lambda c: _added(c, breaks), shape), smooth=False)
    for name, wrong in lost_parts(op, place):
        yield Mutant(name, place, wrong)


def _changed(pull: Pull, change: Change, shape: tuple[int, ...] | None = None) -> Pull:
    """What the rule gives, changed; a rule may give less than the argument's shape, which the backward loop spreads."""

    def one(found: Any) -> Any:
        if found is None:
            return None
        if shape is not None and found.ndim <= len(shape) and found.shape != shape:
            found = np.broadcast_to(found, np.broadcast_shapes(found.shape, shape))
        return change(found)

    def wrong(g: Any, slots: tuple[Any, ...]) -> Any:
        found = pull(g, slots)
        return [one(each) for each in found] if isinstance(found, list | tuple) else one(found)

    return wrong


def _ones(g: Any) -> Any:
    """Ones in the place of a cotangent, or of several."""
    if isinstance(g, list):
        return [None if each is None else np.ones_like(each) for each in g]
    return np.ones_like(g)


def _bumped(c: Any, place: int) -> Any:
    wrong = np.array(c)
    if wrong.size:
        wrong.reshape(-1)[place] += OFF * (np.max(np.abs(wrong)) or 1.0)
    return wrong[()]


def _added(c: Any, breaks: Any) -> Any:
    """1 more where there is a break."""
    try:
        return c + np.broadcast_to(breaks, np.shape(c))
    except ValueError:
        return c + np.any(breaks)
