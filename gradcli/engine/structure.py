"""The recorded graph as plain data, for drawing and for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gradcli.engine.graph import MANY, AccumulateGrad, Node, ordered


@dataclass(frozen=True, slots=True)
class GraphNode:
    """One node: number, PyTorch's name, shape of the result, the nodes its gradient flows to, a leaf's variable."""

    id: int
    name: str
    shape: tuple[int, ...]
    inputs: tuple[int, ...]
    variable: str | None = None


def structure(root: Any, variables: Mapping[int, str]) -> list[GraphNode]:
    """The graph behind `root`, a Node or AccumulateGrad, which comes first; each node before those it leads to.

    variables  the names of leaves, by id() of their Tensors
    """
    nodes: list[Any] = [node for node in ordered([root]) if node.shape is not MANY]
    leaves = [end for node in nodes for end, _ in node.next_functions if isinstance(end, AccumulateGrad)]
    nodes = list(dict.fromkeys([*nodes, *leaves])) or [root]
    numbers = {node: i for i, node in enumerate(nodes)}
    return [
        GraphNode(
            numbers[node],
            node.name().removeprefix("torch::autograd::"),
            tuple(node.shape),
            tuple(numbers[edge] for edge, _ in node.next_functions if edge is not None),
            variables.get(id(node.variable)) if not isinstance(node, Node) else None,
        )
        for node in nodes
    ]
