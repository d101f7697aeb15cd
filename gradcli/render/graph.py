"""The grad_fn chain as a tree of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from gradcli.engine.structure import GraphNode
from gradcli.render.graph_style import is_leaf, number_lines
from gradcli.render.numbers import screen_shape
from gradcli.words import said

MAX_LINES = 120

LONG = 6
"""Chains of more nodes are not indented: each node stands below the one that its gradient comes from."""


def graph_tree(nodes: Sequence[GraphNode], values: Mapping[int, Any] = {}, grads: Mapping[int, Any] = {}) -> Text:
    """The graph, its root first, indented along the gradient's way; a node met again is referred to by its number.

    Along a long chain an arrow leads from each node to the next.

    values, grads  are shown below the nodes of these numbers

    Graphs of more than MAX_LINES lines are cut, and say so.
    """
    shared, straight = _shared(nodes), _straight(nodes)
    lines: list[Text] = []
    drawn: set[int] = set()
    waiting: list[tuple[int, str, str]] = [(nodes[0].id, "", "")]
    while waiting and len(lines) < MAX_LINES:
        number, lead, indent = waiting.pop()
        node = nodes[number]
        again = number in drawn
        drawn.add(number)
        line = _line(node, lead, shared.get(number), again)
        lines.append(line)
        for extra in () if again else number_lines(node, values, grads):
            below = indent + ("│  " if node.inputs else "   ")
            lines.append(Text(below, style="dim").append(extra, style="green"))
        if again:
            continue
        if number in straight:
            waiting.append((node.inputs[0], indent + "↓ ", indent))
        else:
            children = [
                (child, indent + ("└─ " if last else "├─ "), indent + ("   " if last else "│  "))
                for child, last in zip(node.inputs, [False] * (len(node.inputs) - 1) + [True], strict=False)
            ]
            waiting.extend(reversed(children))
    if waiting:
        lines.append(
            Text(said("… {number} more nodes (--json has them all)", number=len(nodes) - len(drawn)), style="dim")
        )
    return Text("\n").join(lines)


def _incoming(nodes: Sequence[GraphNode]) -> Counter[int]:
    """How many lead to each node."""
    return Counter(child for node in nodes for child in node.inputs)


def _straight(nodes: Sequence[GraphNode]) -> set[int]:
    """The nodes of long chains, without the last of each: no other way leads in or out of one."""
    incoming = _incoming(nodes)
    after = {node.id: node.inputs[0] for node in nodes if len(node.inputs) == 1 and incoming[node.inputs[0]] == 1}
    found: set[int] = set()
    for first in after.keys() - after.values():
        chain = [first]
        while after[chain[-1]] in after:
            chain.append(after[chain[-1]])
        if len(chain) >= LONG:
            found.update(chain)
    return found


def _shared(nodes: Sequence[GraphNode]) -> dict[int, int]:
    """A short mark, counted from 1, for each node that several others lead to; leaves show their variable instead."""
    incoming = _incoming(nodes)
    again = [node.id for node in nodes if incoming[node.id] > 1 and not is_leaf(node)]
    return {number: mark for mark, number in enumerate(again, 1)}


def _line(node: GraphNode, lead: str, mark: int | None, again: bool) -> Text:
    leaf = is_leaf(node)
    line = Text(lead, style="dim")
    line.append(node.name, style="blue" if leaf else "bold")
    if node.variable is not None:
        line.append(f" {node.variable}", style="blue")
    line.append(f" {screen_shape(node.shape)}", style="dim")
    if mark is not None:
        line.append(f"  {said('(see #{mark} above)', mark=mark)}" if again else f"  #{mark}", style="dim")
    return line


def graph_document(nodes: Sequence[GraphNode]) -> list[dict[str, object]]:
    """The graph as JSON: the root first, `inputs` are the numbers of other nodes."""
    return [
        {"id": n.id, "name": n.name, "shape": list(n.shape), "inputs": list(n.inputs), "variable": n.variable}
        for n in nodes
    ]
