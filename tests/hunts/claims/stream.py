"""Claims in an order that depends on nothing but the seed, each with its truth in its name."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

from .array_kinds import ARRAYS
from .deep import deep
from .formula_kinds import FORMULAS
from .numbers import DoubtError
from .numeric import NUMERIC
from .truth import claim

Kind = Callable[[Random], tuple[dict[str, Any], str]]
ATTEMPTS = 100


def _numbers(make: Callable[[Random], Any]) -> Kind:
    def kind(draw: Random) -> tuple[dict[str, Any], str]:
        problem, names = make(draw)
        return claim(draw, problem, names)

    return kind


KINDS: dict[str, Kind] = {name: _numbers(make) for name, make in (NUMERIC | ARRAYS).items()} | FORMULAS | {"deep": deep}
"""By name, functions that give a claim and its truth, or raise DoubtError."""


def one(kind: str, seed: int, number: int) -> dict[str, Any]:
    """The claim of that number: the first of which the truth is certain."""
    for attempt in range(ATTEMPTS):
        try:
            line, truth = KINDS[kind](Random(f"{kind} {seed} {number} {attempt}"))
        except DoubtError:
            continue
        return line | {"name": f"{kind}/{truth}/{seed}-{number}"}
    raise RuntimeError(f"no certain claim of kind {kind} in {ATTEMPTS} attempts")


def claims(count: int, seed: int, kinds: Sequence[str] = ()) -> Iterator[str]:
    """Lines of JSON, one kind after the other in turn."""
    kinds = kinds or [*KINDS]
    for number in range(count):
        yield json.dumps(one(kinds[number % len(kinds)], seed, number), ensure_ascii=False)
