"""The grad_fn graph as DOT, Mermaid and JSON, and as a picture; arrows lead the way of the forward pass."""

from __future__ import annotations

from typing import Any

from gradcli.calculator.commands.graph import Drawing
from gradcli.errors import InputError
from gradcli.render.graph import graph_document
from gradcli.render.graph_style import EDGE, LEAF, LEAF_FILL, NODE_FILL, is_leaf, label_lines
from gradcli.render.numbers import json_array
from gradcli.render.schemas import tag

MAX_DRAWN = 1000
"""Nodes of a graph that Graphviz still draws within seconds."""


ENTITIES = {"#": "35", "&": "amp", "<": "lt", ">": "gt", '"': "quot"}


def edges(drawing: Drawing) -> list[tuple[int, int]]:
    """From where to where values flowed: the other way than gradients do."""
    return [(source, node.id) for node in reversed(drawing.nodes) for source in node.inputs]


def dot(drawing: Drawing) -> str:
    """The graph for Graphviz."""
    lines = [
        "digraph {",
        f"  label={_quoted(drawing.understood)}; labelloc=t; fontname=Helvetica;",
        f'  node [shape=box, style="rounded,filled", color="{EDGE}", fillcolor="{NODE_FILL}"];',
        "  node [fontname=Helvetica, fontsize=11];",
        f'  edge [color="{EDGE}", arrowsize=0.7];',
    ]
    for node in reversed(drawing.nodes):
        label = "\\n".join(map(_escaped, label_lines(node, drawing.values, drawing.grads)))
        leaf = f', color="{LEAF}", fillcolor="{LEAF_FILL}"' if is_leaf(node) else ""
        lines.append(f'  n{node.id} [label="{label}"{leaf}];')
    lines += [f"  n{start} -> n{end};" for start, end in edges(drawing)]
    return "\n".join([*lines, "}"]) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def mermaid(drawing: Drawing) -> str:
    """The graph for Mermaid."""
    lines = ["flowchart TD"]
    for node in reversed(drawing.nodes):
        label = "<br/>".join(map(_entities, label_lines(node, drawing.values, drawing.grads)))
        lines.append(f'  n{node.id}["{label}"]{":::leaf" if is_leaf(node) else ""}')
    lines += [f"  n{start} --> n{end}" for start, end in edges(drawing)]
    lines.append(f"  classDef leaf fill:{LEAF_FILL},stroke:{LEAF}")
    return "\n".join(lines) + "\n"


def drawing_document(drawing: Drawing) -> dict[str, Any]:
    """The graph as JSON, with the values and gradients that were asked for, by the numbers of the nodes."""
    return {
        "schema": tag("graph"),
        "understood": drawing.understood,
        "notes": list(drawing.notes),
        "nodes": graph_document(drawing.nodes),
        "values": {str(number): json_array(array) for number, array in drawing.values.items()},
        "grads": {str(number): json_array(array) for number, array in drawing.grads.items()},
    }


def _entities(text: str) -> str:
    """Mermaid writes a character by its name after #, where HTML has &."""
    return text.translate({ord(character): f"#{name};" for character, name in ENTITIES.items()})


def picture(drawing: Drawing, kind: str) -> bytes:
    """The graph as "svg" or "png". Raises InputError without the extra `graph`, and for a graph that is too large."""
    if len(drawing.nodes) > MAX_DRAWN:
        raise InputError(
            "too-large",
            f"the graph has {len(drawing.nodes):,} nodes; pictures have at most {MAX_DRAWN:,}",
            hint="--format dot, mermaid and json have no limit",
        )
    try:
        import pygraphviz  # type: ignore[import-untyped]  # it comes without types
    except ModuleNotFoundError:
        raise InputError(
            "missing-extra", f"{kind} needs Graphviz, which is not installed", hint="pip install 'gradcli[graph]'"
        ) from None
    found: bytes = pygraphviz.AGraph(string=dot(drawing)).draw(format=kind, prog="dot")
    return found
