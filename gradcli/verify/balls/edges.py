"""Where along a variable a program changes its branch: between which two neighbouring doubles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from flint import arb

from gradcli.verify.balls.context import working
from gradcli.verify.balls.tape import Run
from gradcli.verify.balls.trace import Node, Trace

GRID = (-1e6, -1e3, -100.0, -30.0, -10.0, *(n / 4 - 5.125 for n in range(42)), 10.0, 30.0, 100.0, 1e3, 1e6)
"""Places between which a change of sign is looked for; none of them is a number that people write."""
MOST = 8
"""Changes that are looked at."""
_BITS = 80


def edges(trace: Trace, point: Mapping[str, Sequence[float]], name: str) -> list[tuple[float, float]]:
    """Pairs of neighbouring doubles of a scalar variable, between which a branch changes; `point` has other names."""
    found: list[tuple[float, float]] = []
    with working(_BITS):
        line = _Line(trace, point, name)
        before = line.margins(GRID[0])
        for low, high in pairwise(GRID):
            after = line.margins(high)
            for index in before.keys() & after.keys():
                if before[index] * after[index] < 0 and len(found) < MOST:
                    found.append(line.halved(index, low, high))
            before = after
    return found


class _Line:
    """A program along one variable."""

    def __init__(self, trace: Trace, point: Mapping[str, Sequence[float]], name: str) -> None:
        self.trace = trace
        self.point = point
        self.name = name

    def margins(self, x: float) -> dict[int, int]:
        """By operation that branches, the sign of what decides; those are left out that have none here."""
        values = Run(self.trace, {**self.point, self.name: [x]}).values
        found: dict[int, int] = {}
        for node in self.trace.nodes:
            if node.varies and (operands := _compared(node)):
                numbers = [values[arg.index] for arg in operands]
                if all(isinstance(number, arb) for number in numbers):
                    apart = numbers[0] - numbers[1] if len(numbers) > 1 else numbers[0]
                    found[node.index] = 1 if apart > 0 else -1 if apart < 0 else 0
        return found

    def halved(self, index: int, low: float, high: float) -> tuple[float, float]:
        """Neighbouring doubles between which the sign of an operation's margin changes."""
        at_low = self.margins(low)[index]
        while low < (middle := low + (high - low) / 2) < high:
            if self.margins(middle).get(index) == at_low:
                low = middle
            else:
                high = middle
        return low, high


def _compared(node: Node) -> tuple[Node, ...]:
    """What decides the branch of an operation: a number, by its sign, or two; nothing for other operations."""
    if node.op.name in ("abs", "sign", "sqrt", "compare"):
        return node.args
    return node.args if node.op.name in ("max", "min") and len(node.args) == 2 else ()  # of two
