"""Where along a variable a program changes its branch: between which two neighbouring doubles."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from flint import arb

from gradcli.verify.balls.context import working
from gradcli.verify.balls.tape import Run
from gradcli.verify.balls.trace import Node, Trace

GRID = (-1e6, -1e3, -100.0, -30.0, -10.0, *(n / 4 - 5.125 for n in range(42)), 10.0, 30.0, 100.0, 1e3, 1e6)
"""Places between which a change of sign is looked for; none of them is a number that people write."""
MOST = 16
"""Changes that are looked at."""
_BITS = 80
_SECTIONS = 24
_GOLDEN = (math.sqrt(5) - 1) / 2
_POWERS = ("whole_power", "power_of")  # whose base, or exponent, may be 0 at single points


def edges(trace: Trace, point: Mapping[str, Sequence[float]], name: str) -> list[tuple[float, float]]:
    """Pairs of neighbouring doubles of a scalar variable, between which a branch changes; `point` has other names.

    They are looked for where what decides changes its sign on a grid, or comes nearest to 0 between two signs that are
    the same.
    """
    found: dict[tuple[float, float], None] = {}
    with working(_BITS):
        line = _Line(trace, point, name)
        margins = [line.margins(x) for x in GRID]
        for index in sorted({index for one in margins for index in one}, key=line.rank):
            for low, high in line.changes(index, margins):
                if len(found) < MOST:
                    found[line.halved(index, low, high)] = None
    return list(found)


class _Line:
    """A program along one variable."""

    def __init__(self, trace: Trace, point: Mapping[str, Sequence[float]], name: str) -> None:
        self.trace = trace
        self.point = point
        self.name = name

    def rank(self, index: int) -> tuple[bool, int]:
        """Operations that branch come first, then powers."""
        return self.trace.nodes[index].op.name in _POWERS, index

    def margins(self, x: float) -> dict[int, float]:
        """By operation, the number whose sign decides; those are left out that have none here."""
        values = Run(self.trace, {**self.point, self.name: [x]}).values
        found: dict[int, float] = {}
        for node in self.trace.nodes:
            if operands := _compared(node):
                numbers = [values[arg.index] for arg in operands]
                if all(isinstance(number, arb) for number in numbers):
                    apart = float(numbers[0] - numbers[1] if len(numbers) > 1 else numbers[0])
                    if math.isfinite(apart):
                        found[node.index] = apart
        return found

    def changes(self, index: int, margins: Sequence[Mapping[int, float]]) -> Iterator[tuple[float, float]]:
        """Places between which an operation's margin changes its sign, on the grid or where it is nearest to 0."""
        known = [(x, one[index]) for x, one in zip(GRID, margins, strict=True) if index in one]
        for (low, before), (high, after) in pairwise(known):
            if before * after < 0 or (after == 0 and before):
                yield low, high
        for (low, a), (_, b), (high, c) in zip(known, known[1:], known[2:], strict=False):
            if a * b > 0 and b * c > 0 and abs(b) < min(abs(a), abs(c)):
                nearest, at = self.nearest(index, low, high)
                if at * b < 0:
                    yield from ((low, nearest), (nearest, high))

    def nearest(self, index: int, low: float, high: float) -> tuple[float, float]:
        """Where a margin is smallest, by golden sections, or where it has another sign; and what it is there."""
        start = self.margins(low).get(index, math.nan)
        best = (low, start)
        for _ in range(_SECTIONS):
            width = _GOLDEN * (high - low)
            inner = [(x, self.margins(x).get(index, math.inf)) for x in (high - width, low + width)]
            best = min(inner, key=lambda one: abs(one[1]))
            if best[1] * start <= 0:
                break
            low, high = (low, inner[1][0]) if best is inner[0] else (inner[0][0], high)
        return best

    def halved(self, index: int, low: float, high: float) -> tuple[float, float]:
        """Neighbouring doubles between which the sign of an operation's margin changes."""
        at_low = math.copysign(1.0, self.margins(low).get(index, math.nan))
        while low < (middle := low + (high - low) / 2) < high:
            margin = self.margins(middle).get(index)
            if margin is not None and margin != 0 and math.copysign(1.0, margin) == at_low:
                low = middle
            else:
                high = middle
        return low, high


def _compared(node: Node) -> tuple[Node, ...]:
    """What decides the branch of an operation: a number, by its sign, or two; nothing for other operations."""
    name = node.op.name
    if name in ("abs", "sign", "sqrt", "compare", *_POWERS):
        return node.args[-1:] if name in _POWERS else node.args
    return node.args if name in ("max", "min") and len(node.args) == 2 else ()  # of two
