"""Points at which program and formula have values, computed with balls: what a proof is about, or what refutes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from math import prod
from typing import Any

from gradcli.verify.algebra.analytic import Analytic
from gradcli.verify.algebra.readings import Joint
from gradcli.verify.balls.numbers import Poison
from gradcli.verify.balls.tape import LateError, Run
from gradcli.verify.balls.trace import Node, Shape

BITS = 96
_ENOUGH, _MOST = 3, 48
_SCALES = (0.7, 1.6, -0.9, 2.9, -2.2, 0.23, 5.1, -0.31, 0.05, 11.0, -7.3, 37.0)
_GOLDEN = 0.6180339887498949

Point = dict[str, list[float]]


def points(shapes: Mapping[str, Shape], held: Mapping[str, Sequence[float]]) -> Iterator[Point]:
    """Points of various sizes and signs, with the values that are held."""
    for j in range(_MOST):
        places = count(1)
        yield {
            name: list(held[name]) if name in held else [_number(j, next(places)) for _ in range(prod(shape))]
            for name, shape in shapes.items()
        }


def _number(j: int, k: int) -> float:
    scale = _SCALES[(j + (j // len(_SCALES)) * (k - 1) * 5) % len(_SCALES)]
    return scale * (0.6 + 0.8 * ((j + 1) * k * _GOLDEN % 1.0))


class Witness:
    """What is seen at some points.

    seen    by name, at how many points program, slopes and formula have values that are equal as far as can be told
    beaten  by name, a point at which they certainly differ
    """

    def __init__(self, trace: Joint, weights: Mapping[int, Any], tried: Iterator[Point], deadline: float) -> None:
        self.trace = trace
        self.weights = weights
        self.runs: list[Run] = []
        self.seen = dict.fromkeys(trace.formulas, 0)
        self.beaten: dict[str, Point] = {}
        self.analytic: Analytic | None = None
        for point in tried:
            try:
                self._look(point, deadline)
            except LateError:
                break
            except ValueError:  # of a series that cannot be inverted: numbers too large for this precision
                continue
            if all(self.seen[name] >= _ENOUGH or name in self.beaten for name in self.seen):
                break

    def _look(self, point: Point, deadline: float) -> None:
        run = Run(self.trace, point, deadline=deadline)
        self.runs.append(run)
        if any(isinstance(run.values[index], Poison) for index in self.weights):
            return
        slopes = run.pulled(self.weights)
        for name, (nodes, _) in self.trace.formulas.items():
            leaves = self.trace.leaves[name]
            claimed = [run.values[node.index] for node in nodes] * (len(leaves) if len(nodes) == 1 else 1)
            pairs = [(slopes.get(leaf.index, 0), claim) for leaf, claim in zip(leaves, claimed, strict=True)]
            if any(_differ(slope, claim) for slope, claim in pairs):
                self.beaten.setdefault(name, point)
            self.seen[name] += all(_is_number(slope) and _is_number(claim) for slope, claim in pairs)

    def is_nowhere_zero(self, node: Node, other: Node | None = None) -> bool:
        """Whether an operation, or the difference of two, is certainly 0 at single points at most."""
        found = self.analytic
        assert found is not None
        if not found[node] or (other is not None and not found[other]):
            return False
        return any(self._is_not_zero(run, node, other) for run in self.runs)

    def _is_not_zero(self, run: Run, node: Node, other: Node | None) -> bool:
        a, b = run.values[node.index], 0 if other is None else run.values[other.index]
        if isinstance(a, Poison) or isinstance(b, Poison):
            return False
        return bool((a - b) > 0 or (a - b) < 0)


def _is_number(ball: Any) -> bool:
    return isinstance(ball, int) or (not isinstance(ball, Poison) and bool(ball.is_finite()))


def _differ(a: Any, b: Any) -> bool:
    return _is_number(a) and _is_number(b) and bool((a - b) > 0 or (a - b) < 0)
