"""How nodes of a grad_fn graph look and what stands in them, the same in every format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gradcli.engine.structure import GraphNode
from gradcli.render.numbers import brief, screen_shape

LEAF = "#3b82c4"
"""The colour of leaves."""
LEAF_FILL = "#d4e4f3"
"""The same, pale, behind black letters."""
NODE_FILL = "#f2f2f2"
EDGE = "#555555"


def is_leaf(node: GraphNode) -> bool:
    """Whether the node stands for a variable."""
    return node.name == "AccumulateGrad"


def label_lines(node: GraphNode, values: Mapping[int, Any] = {}, grads: Mapping[int, Any] = {}) -> list[str]:
    """The lines in a node: its name, its variable and shape, and then its numbers."""
    return [
        node.name,
        " ".join(filter(None, [node.variable, screen_shape(node.shape)])),
        *number_lines(node, values, grads),
    ]


def number_lines(node: GraphNode, values: Mapping[int, Any], grads: Mapping[int, Any]) -> list[str]:
    """The value and the gradient of a node, where they are known."""
    known = (("value", values.get(node.id)), ("grad", grads.get(node.id)))
    return [f"{word} {brief(array)}" for word, array in known if array is not None]
