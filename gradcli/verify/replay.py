"""A recorded graph run again in float64 with its leaves moved, and the verdict that differences along a direction give.

This is for what has no form in the expression language, and for what is too large for the other methods. One number is
compared: the derivative along one direction through all leaves. It costs a few dozen forward passes, however many
elements there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradcli.engine.graph import Node
from gradcli.engine.multi import Pick
from gradcli.engine.op import Op, SequenceOp
from gradcli.verify.methods import AGREES
from gradcli.verify.numeric import derivative
from gradcli.verify.problem import Verdict

Array = Any

WORK = 500_000_000
"""Products that one run may cost: counted, not timed, so that a verdict does not depend on how busy the machine is."""

_PLAIN = 10  # products that cost as much as one element of an operation that only reads and writes
_CLOSE = 1000  # units in the last place of the sum of the contributions' sizes: no error of a rule is so small
_NOISY = 1e-3  # an estimate with a larger relative error says nothing
_LEAST = 1e-4  # a leaf's contribution, relative to the usual one, below which it is rounding
_SAME = 1e-3  # by how much the first run may differ from what was recorded, relative to its size


class NotReplayedError(Exception):
    """A graph that cannot be run again; the message says why."""


@dataclass(frozen=True)
class _Run:
    """One operation: its node, and its arguments; None for those that are leaves or that other nodes compute."""

    node: Node
    op: Op
    arguments: tuple[Any, ...]


class Replay:
    """The scalar that a backward pass differentiates, as a function of its leaves, by name.

    nodes    in the order in which they were computed, each with all its arguments
    leaves   the names of the leaves
    work     about how many products one run costs
    """

    def __init__(
        self, nodes: Sequence[Node], starts: Sequence[Any], weights: Sequence[Array], leaves: Mapping[Any, str]
    ) -> None:
        self.starts = tuple(starts)
        self.weights = [_wide(weight) for weight in weights]
        self.leaves = dict(leaves)
        self.runs = [_Run(node, node.op, _constants(node)) for node in nodes]
        self.work = sum(map(_work, nodes))

    def __call__(self, values: Mapping[str, Array]) -> float:
        """The scalar for these arrays of float64. Raises NotReplayedError."""
        known: dict[Any, Array] = {leaf: values[name] for leaf, name in self.leaves.items()}
        for run in self.runs:
            try:
                known[run.node] = _result(run, known)
            except Exception as error:
                raise NotReplayedError(f"{run.op.name}() cannot be run again in float64") from error
        pairs = zip(self.starts, self.weights, strict=True)
        return float(sum(np.sum(known[start] * weight) for start, weight in pairs))


def _constants(node: Node) -> tuple[Any, ...]:
    """The arguments of a node that stay as they are, which are copied, because what is saved may change."""
    values = (node.saved or ())[1:]
    if isinstance(node.op, SequenceOp):
        first = [None if edge else _wide(value) for edge, value in zip(node.edges, values[0], strict=True)]
        return first, *map(_wide, values[1:])
    edges = (*node.edges, *(None,) * (len(values) - len(node.edges)))
    return tuple(None if edge else _wide(value) for edge, value in zip(edges, values, strict=False))


def _work(node: Node) -> int:
    """About how many products it costs to compute the result of a node again."""
    result, *arguments = node.saved or (None,)
    length = _SUMMED[node.op.name](*arguments) if node.op.name in _SUMMED else 0
    written, *read = (np.size(value) if isinstance(value, np.ndarray) else 0 for value in (result, *arguments))
    return written * (length + _PLAIN) + sum(read) * _PLAIN


_SUMMED: Mapping[str, Any] = {
    "mm": lambda a, _: a.shape[-1],
    "bmm": lambda a, _: a.shape[-1],
    "addmm": lambda _, a, *__: a.shape[-1],
    "baddbmm": lambda _, a, *__: a.shape[-1],
    "conv": lambda _, weight, *__: weight[0].size,
    "conv_transpose": lambda _, weight, *__: weight[:, 0].size,
}
"""How many products make one element of the result of an operation, where there is more than one."""


def _result(run: _Run, known: Mapping[Any, Array]) -> Array:
    edges, op = run.node.edges, run.op
    if isinstance(op, Pick):
        return known[edges[0]][op.number]
    if isinstance(op, SequenceOp):
        first = [value if edge is None else known[edge] for edge, value in zip(edges, run.arguments[0], strict=True)]
        return op.forward(first, *run.arguments[1:])
    arguments = list(run.arguments)
    for place, edge in enumerate(edges):
        if edge is not None:
            arguments[place] = known[edge]
    return _FORWARDS.get(op.name, op.forward)(*arguments)


def _copy_slices(base: Array, value: Array, places: Array) -> Array:
    changed = np.array(base)
    changed.reshape(-1)[places] = value
    return changed


_FORWARDS: Mapping[str, Any] = {
    "cast": lambda x, _: x,
    "copy_slices": _copy_slices,
    "as_strided": lambda x, places: np.reshape(x, -1)[places],
}
"""What is computed otherwise here: in float64, and without changing memory in place."""


def _wide(value: Any) -> Any:
    """An argument of float64 in place of one of another floating dtype."""
    if isinstance(value, list):
        return [_wide(item) for item in value]
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind == "f":
        return value.astype(np.float64)
    return value


def directional(
    replay: Replay, leaves: Mapping[str, Array], gradients: Mapping[str, Array], value: float
) -> dict[str, Verdict]:
    """The verdict on the gradients, the same for all; `leaves` are the arrays, `value` the scalar that was recorded."""
    point = {name: np.asarray(array, np.float64) for name, array in leaves.items()}
    way = _way(point, gradients)

    def along(t: float) -> float:
        with np.errstate(all="ignore"):
            return replay({name: array + t * way[name] for name, array in point.items()})

    if replay.work > WORK:
        return _undecided(gradients, f"too large for differences: about {replay.work:,} products a run")
    try:
        again = along(0.0)
        if not abs(again - value) <= _SAME * max(1.0, abs(value)):
            return _undecided(gradients, f"in float64 it is {again:.6g}, not {value:.6g}: it cannot be run again")
        estimate = derivative(along)
    except NotReplayedError as error:
        return _undecided(gradients, str(error))
    parts = [np.asarray(gradients[name], np.float64) * way[name] for name in gradients]
    found, size = (float(sum(np.sum(f(part)) for part in parts)) for f in (np.asarray, np.abs))
    eps = max(float(np.finfo(gradient.dtype).eps) for gradient in gradients.values())
    if not estimate.error <= _NOISY * max(abs(found), abs(estimate.value)):
        return _undecided(
            gradients, f"differences are too noisy: {estimate.value:.6g} may be off by {estimate.error:.1g}"
        )
    off, tolerance = abs(found - estimate.value), 4 * estimate.error + _CLOSE * eps * size
    if off > tolerance:
        sides = f"the engine gives {found:.6g} along a direction through all leaves, differences {estimate.value:.6g}"
        return _undecided(gradients, f"{sides} (tolerance {tolerance:.2g}), but no other method confirms it")
    detail = f"along one direction through all leaves: error {off:.2g}, tolerance {tolerance:.2g}"
    methods = {"numeric": AGREES}
    return {name: Verdict("agrees", detail, error=off, tolerance=tolerance, methods=methods) for name in gradients}


def _way(point: Mapping[str, Array], gradients: Mapping[str, Array]) -> dict[str, Array]:
    """A direction along which all contributions have one sign, and none of a leaf is lost beside another leaf's."""
    random = np.random.default_rng(0)
    way, reach = {}, {}
    for name, gradient in gradients.items():
        scale = float(np.max(np.abs(point[name]), initial=0.0)) or 1.0
        signs = np.where(gradient == 0, random.choice([-1.0, 1.0], gradient.shape), np.sign(gradient))
        way[name] = signs * random.uniform(0.5, 1.5, gradient.shape) * scale
        reach[name] = float(np.sum(np.abs(gradient * way[name])))
    some = [length for length in reach.values() if length]
    least = max(min(reach.values()), _LEAST * float(np.median(some))) if some else 0.0
    return {name: array * min(1.0, least / reach[name]) if reach[name] else array for name, array in way.items()}


def _undecided(gradients: Mapping[str, Array], detail: str) -> dict[str, Verdict]:
    return {name: Verdict("undecided", detail) for name in gradients}
