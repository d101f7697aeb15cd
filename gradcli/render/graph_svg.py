"""The grad_fn graph as SVG: leaves on top, the result at the bottom, arrows in the direction of the forward pass."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from gradcli.engine.structure import GraphNode
from gradcli.render.graph_style import LEAF, is_leaf, label_lines
from gradcli.render.layers import layout
from gradcli.words import said

MAX_NODES = 150
"""A larger graph is cut: its first nodes, nearest to the result, are drawn."""

CHARACTER = 7.2
"""About how wide a character is, at a size of 12."""

BOX, STEP, MARGIN = 38.0, 66.0, 6.0
"""How high a box is, how far apart layers are, and the margin around all, in pixels."""


def graph_svg(nodes: Sequence[GraphNode], title: str = "") -> str:
    """The graph whose root comes first. A graph of more than MAX_NODES is cut, and says so."""
    drawn = nodes[:MAX_NODES]
    texts = [label_lines(node) for node in drawn]
    widths = [CHARACTER * max(map(len, text)) + 20 for text in texts]
    # The gradient flows to a node's inputs; the values came from there.
    sources = {node.id: [i for i in node.inputs if i < len(drawn)] for node in drawn}
    found = layout(widths, sources)
    layers = 1 + max(layer for _, layer in found.places.values())
    rest = len(nodes) - len(drawn)
    width, height = found.width + 2 * MARGIN, (layers - 1) * STEP + BOX + 2 * MARGIN + 20 * bool(rest)
    label = escape(title or said("grad_fn graph of {number} nodes", number=len(nodes)))
    parts = [
        f'<svg class="graph" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.5g} {height:.5g}"',
        f'width="{width:.5g}" role="img" aria-label="{label}" fill="currentColor"',
        'font-family="ui-monospace,monospace" font-size="12">',
        f"<title>{label}</title>",
    ]
    parts += [_edge(path) for path in found.paths.values()]
    for node, text, size in zip(drawn, texts, widths, strict=True):
        middle, layer = found.places[node.id]
        parts.append(_box(middle + MARGIN, layer * STEP + MARGIN, size, text, leaf=is_leaf(node)))
    if rest:
        more = said("… {number} more nodes", number=rest)
        parts.append(f'<text x="{MARGIN}" y="{height - 8:.5g}" opacity="0.7">{escape(more)}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _edge(path: Sequence[tuple[float, int]]) -> str:
    """A smooth line through the points, and an arrow's head where it ends."""
    points = [(x + MARGIN, layer * STEP + MARGIN) for x, layer in path]
    (x, y), (end, bottom) = points[0], points[-1]
    y += BOX
    way = f"M{x:.5g} {y:.5g}"
    for px, py in points[1:]:
        last = (px, py) == (end, bottom)
        bend = (py - y) / 2
        target = py - 5 if last else py
        way += f"C{x:.5g} {y + bend:.5g} {px:.5g} {target - bend:.5g} {px:.5g} {target:.5g}"
        x, y = px, target
        if not last:
            y += BOX
            way += f"V{y:.5g}"
    return (
        f'<path d="{way}" fill="none" stroke="currentColor" stroke-opacity="0.55" stroke-width="1.3"/>'
        f'<path d="M{end:.5g} {bottom:.5g}l-4 -7h8z" fill-opacity="0.7"/>'
    )


def _box(middle: float, top: float, width: float, text: Sequence[str], *, leaf: bool) -> str:
    """Name and shape of a node in a box; a leaf's is blue."""
    colour = LEAF if leaf else "currentColor"
    lines = "".join(
        f'<text x="{middle:.5g}" y="{top + y}" text-anchor="middle"{extra}>{escape(line)}</text>'
        for line, y, extra in ((text[0], 16, ""), (text[1], 31, ' font-size="11" opacity="0.75"'))
    )
    return (
        f'<g class="{"leaf" if leaf else "node"}"><rect x="{middle - width / 2:.5g}" y="{top:.5g}" width="{width:.5g}" '
        f'height="{BOX:g}" rx="6" fill="{colour}" fill-opacity="{0.22 if leaf else 0.06}" stroke="{colour}" '
        f'stroke-opacity="{1 if leaf else 0.5}"/>{lines}</g>'
    )
