"""The grad_fn graph as SVG: leaves on top and blue, arrows along the forward pass, boxes that do not overlap."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import combinations, pairwise

import numpy as np
import pytest

from gradcli import torch
from gradcli.engine.structure import GraphNode, structure
from gradcli.render.graph_svg import MAX_NODES, graph_svg
from gradcli.render.layers import Layout, layout

SPACE = "{http://www.w3.org/2000/svg}"


def graph(result: torch.Tensor, **leaves: torch.Tensor) -> list[GraphNode]:
    return structure(result.grad_fn, {id(leaf): name for name, leaf in leaves.items()})


def external_gradient() -> list[GraphNode]:
    a, b = torch.tensor([2.0, 3.0], requires_grad=True), torch.tensor([6.0, 4.0], requires_grad=True)
    return graph(3 * a**3 - b**2, a=a, b=b)


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314  # our own text


def boxes(svg: str) -> dict[str, tuple[str, float, ET.Element]]:
    """By name and shape: class, top and rectangle of each box."""
    found = {}
    for group in parsed(svg).iter(f"{SPACE}g"):
        rectangle = group.find(f"{SPACE}rect")
        label = " ".join(text.text for text in group.iter(f"{SPACE}text"))
        found[label] = (group.get("class"), float(rectangle.get("y")), rectangle)
    return found


def test_leaves_are_on_top_and_blue() -> None:
    found = boxes(graph_svg(external_gradient()))
    leaves = {label for label, (kind, _, _) in found.items() if kind == "leaf"}
    assert leaves == {"AccumulateGrad a (2,)", "AccumulateGrad b (2,)"}
    assert {found[leaf][2].get("fill") for leaf in leaves} == {"#3b82c4"}
    tops = {label: top for label, (_, top, _) in found.items()}
    assert tops["SubBackward0 (2,)"] == max(tops.values())
    assert tops["AccumulateGrad a (2,)"] == min(tops.values())


def test_arrows_run_downwards_from_box_to_box() -> None:
    nodes = external_gradient()
    svg = graph_svg(nodes)
    heads = re.findall(r'd="M([\d.]+) ([\d.]+)l-4 -7h8z"', svg)
    starts = re.findall(r'd="M([\d.]+) ([\d.]+)C', svg)
    assert len(heads) == len(starts) == sum(len(set(node.inputs)) for node in nodes)
    assert all(float(end[1]) > float(start[1]) for start, end in zip(starts, heads, strict=True))
    tops = {top for _, top, _ in boxes(svg).values()}
    assert {float(y) for _, y in heads} <= tops


def test_the_title_and_names_are_escaped() -> None:
    nodes = [GraphNode(0, "<Mine>Backward0", (), (1,)), GraphNode(1, "AccumulateGrad", (), (), "a&b")]
    root = parsed(graph_svg(nodes, title='"x" < y'))
    assert root.get("aria-label") == '"x" < y'
    assert [text.text for text in root.iter(f"{SPACE}text")] == ["<Mine>Backward0", "()", "AccumulateGrad", "a&b ()"]


def test_a_large_graph_is_cut_and_says_so() -> None:
    x = torch.ones(1, requires_grad=True)
    y = x
    for _ in range(MAX_NODES + 49):
        y = y + 1
    svg = graph_svg(graph(y, x=x))
    assert len(boxes(svg)) <= MAX_NODES
    assert svg.count("<rect") == MAX_NODES
    assert "… 50 more nodes" in svg


def random_graph(seed: int) -> tuple[list[float], dict[int, list[int]]]:
    random = np.random.default_rng(seed)
    count = int(random.integers(1, 30))
    sources = {box: [int(i) for i in random.integers(box + 1, count, 2)] for box in range(count - 1)}
    return random.uniform(30, 200, count).tolist(), sources


def ways(found: Layout) -> list[tuple[float, int]]:
    """Where edges pass layers that they neither begin nor end in."""
    return [point for path in found.paths.values() for point in path[1:-1]]


@pytest.mark.parametrize("seed", range(20))
def test_a_layout_has_no_overlaps_and_every_edge_runs_downwards(seed: int) -> None:
    widths, sources = random_graph(seed)
    found = layout(widths, sources)
    for (one, (x, layer)), (two, (other, below)) in combinations(found.places.items(), 2):
        assert layer != below or abs(x - other) >= (widths[one] + widths[two]) / 2
    for box, (x, layer) in found.places.items():
        assert all(level != layer or abs(x - at) > widths[box] / 2 for at, level in ways(found))
        assert x - widths[box] / 2 >= -1e-6
        assert x + widths[box] / 2 <= found.width + 1e-6
    for (start, end), path in found.paths.items():
        assert (path[0], path[-1]) == (found.places[start], found.places[end])
        assert all(above + 1 == below for (_, above), (_, below) in pairwise(path))
    assert found.paths.keys() == {(start, box) for box, starts in sources.items() for start in starts}


def test_a_chain_is_straight() -> None:
    found = layout([50.0, 90.0, 70.0], {0: [1], 1: [2]})
    assert {x for x, _ in found.places.values()} == {45}
    assert [layer for _, layer in found.places.values()] == [2, 1, 0]
