"""What `gradcli graph` draws: the recorded graph, with the values and cotangents of its nodes if they are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gradcli.calculator.kernel.compute import constants_of, cotangent_of, leaves_of, value_of
from gradcli.calculator.kernel.prepare import Array, Prepared, prepare, refuse_missing
from gradcli.calculator.kernel.question import DerivativeQuestion
from gradcli.engine import autograd
from gradcli.engine.graph import AccumulateGrad, Node, ordered, source_of
from gradcli.engine.modes import record_all
from gradcli.engine.structure import GraphNode, structure
from gradcli.errors import InputError
from gradcli.lang.unparse import unparse


@dataclass(frozen=True)
class Drawing:
    """A graph, its root first.

    values  by the number of the node, if they were asked for: what was computed there
    grads   likewise: the cotangent that arrives there; of a leaf, the gradient
    """

    understood: str
    notes: tuple[str, ...]
    nodes: tuple[GraphNode, ...]
    values: dict[int, Array] = field(default_factory=dict)
    grads: dict[int, Array] = field(default_factory=dict)


def drawing(question: DerivativeQuestion, *, values: bool = False, grads: bool = False) -> Drawing:
    """The graph of an expression.

    Raises InputError for an input that cannot be used, for a name without a value, for a result that depends on no
    variable, and where `grads` need a cotangent that there is not.
    """
    return drawing_of(prepare(question), values=values, grads=grads)


def drawing_of(prepared: Prepared, *, values: bool = False, grads: bool = False) -> Drawing:
    """The graph of an expression that has been read; errors as above."""
    refuse_missing(prepared)
    leaves = leaves_of(prepared)
    with record_all():
        result = value_of(prepared, constants_of(prepared) | leaves)
    root = source_of(result)
    if root is None:
        raise InputError(
            "no-graph", "the result depends on no variable: there is no graph", hint="give variables with --at"
        )
    nodes = tuple(structure(root, {id(leaf): name for name, leaf in leaves.items()}))
    # The structure has the operations in this order too, and the leaves after them.
    numbers: dict[Any, int] = {node: number for number, node in enumerate(ordered([root]))}
    variables = {node.variable: node.id for node in nodes if node.variable is not None}
    found = {number: np.asarray(node.saved[0]) for node, number in numbers.items() if node.saved}
    found |= {number: np.asarray(leaves[name].array) for name, number in variables.items()}
    cotangents: dict[int, Array] = {}
    if grads:

        def observe(node: Node, g: Any, _contributions: Sequence[Any]) -> None:
            cotangents[numbers[node]] = np.asarray(g)

        ends = autograd.run(
            [result], [cotangent_of(prepared, result)], create_graph=False, retain_graph=True, observer=observe
        )
        names = {id(leaf): name for name, leaf in leaves.items()}
        for end, gradient in ends.items():
            if isinstance(end, AccumulateGrad):
                cotangents[variables[names[id(end.variable)]]] = np.asarray(gradient.array)
    return Drawing(unparse(prepared.parsed.program), prepared.notes, nodes, found if values else {}, cotangents)
