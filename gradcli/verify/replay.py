"""A recorded graph run again in float64: forward with its leaves moved, and back with the engine's rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradcli.engine.graph import Node, pull_back, source_of
from gradcli.engine.hooks import unheard
from gradcli.engine.modes import no_grad
from gradcli.engine.multi import RESULTS, MultiOp, Pick
from gradcli.engine.op import OPS, Op, SequenceOp
from gradcli.engine.tensor import Tensor

Array = Any

_PLAIN = 10  # products that cost as much as one element of an operation that only reads and writes


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
        known = self._results(values)
        pairs = zip(self.starts, self.weights, strict=True)
        return float(sum(np.sum(known[start] * weight) for start, weight in pairs))

    def size(self, values: Mapping[str, Array]) -> float:
        """The sum of the sizes of the terms that make the scalar. Raises NotReplayedError."""
        known = self._results(values)
        pairs = zip(self.starts, self.weights, strict=True)
        return float(sum(np.sum(np.abs(known[start] * weight)) for start, weight in pairs))

    def gradients(self, values: Mapping[str, Array]) -> dict[str, Array]:
        """What the engine's rules make of it in float64, by name. Raises NotReplayedError."""
        known = self._results(values)
        leaves = {leaf: Tensor(np.array(values[name]), True) for leaf, name in self.leaves.items()}
        again: dict[Any, Any] = {leaf: source_of(tensor) for leaf, tensor in leaves.items()}
        try:
            for run in self.runs:
                again[run.node] = _recorded(run, known, again)
            with no_grad(), unheard():
                found = pull_back([again[start] for start in self.starts], self.weights, keep=True)
        except Exception as error:
            raise NotReplayedError("it cannot be gone back through in float64") from error
        return {
            name: np.asarray(found.get(again[leaf], np.zeros_like(values[name]))) for leaf, name in self.leaves.items()
        }

    def _results(self, values: Mapping[str, Array]) -> dict[Any, Array]:
        """The arrays of all nodes and leaves."""
        known: dict[Any, Array] = {leaf: values[name] for leaf, name in self.leaves.items()}
        for run in self.runs:
            try:
                known[run.node] = _result(run, known)
            except Exception as error:
                raise NotReplayedError(f"{run.op.name}() cannot be run again in float64") from error
        return known


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
    "addbmm": lambda _, a, *__: a.shape[-1] * a.shape[0],
    "baddbmm": lambda _, a, *__: a.shape[-1],
    "conv": lambda _, weight, *__: weight[0].size,
    "conv_transpose": lambda _, weight, *__: weight[:, 0].size,
}
"""How many products make one element of the result of an operation, where there is more than one."""


def _result(run: _Run, known: Mapping[Any, Array]) -> Array:
    op = run.op
    if isinstance(op, Pick):
        return known[run.node.edges[0]][op.number]
    return _FORWARDS.get(op.name, op.forward)(*_filled(run, known))


def _filled(run: _Run, known: Mapping[Any, Array]) -> list[Any]:
    """All arguments of an operation."""
    edges = run.node.edges
    if isinstance(run.op, SequenceOp):
        first, *rest = run.arguments
        return [[value if edge is None else known[edge] for edge, value in zip(edges, first, strict=True)], *rest]
    arguments = list(run.arguments)
    for place, edge in enumerate(edges):
        if edge is not None:
            arguments[place] = known[edge]
    return arguments


def _recorded(run: _Run, known: Mapping[Any, Array], again: Mapping[Any, Any]) -> Node:
    """The node as a pass in float64 records it; `again` are those before it, and the leaves."""
    edges = tuple(None if edge is None else again[edge] for edge in run.node.edges)
    saved = () if isinstance(run.op, Pick) else (known[run.node], *_filled(run, known))
    return Node(run.op, edges, saved, RESULTS if isinstance(run.op, MultiOp) else known[run.node], run.node.name())


def _copy_slices(base: Array, value: Array, places: Array) -> Array:
    changed = np.array(base)
    changed.reshape(-1)[places] = value
    return changed


def _of_symmetric(name: str) -> Any:
    """The operation on the symmetric part of a matrix: it reads one triangle, and its rule is for both."""
    return lambda x, *rest: OPS[name].forward((x + np.swapaxes(x, -2, -1)) / 2, *rest)


_FORWARDS: Mapping[str, Any] = {
    "cholesky": _of_symmetric("cholesky"),
    "eigh": _of_symmetric("eigh"),
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
