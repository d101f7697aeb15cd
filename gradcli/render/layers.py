"""A layered layout of a directed acyclic graph: every edge runs downwards and crosses no box.

After Sugiyama, Tagawa and Toda (1981): layers by longest paths, points where long edges pass, an order within each
layer that has few crossings (medians of the neighbours), and places that are near to those of the neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

SWEEPS = 8
GAP = 24.0
"""Between neighbours of a layer."""

THROUGH = 50.0
"""How much more an item with neighbours above and below insists on its place: ways that go on are to be straight."""

PASSAGE = 10.0
"""How wide the place is that an edge takes in a layer through which it passes."""


@dataclass(frozen=True)
class Layout:
    """Where everything is.

    places  of each box by its number: the middle of it, and its layer from 0, the highest
    paths   of each edge: the points of its way, one in each layer from the first to the last
    width   of the whole
    """

    places: dict[int, tuple[float, int]]
    paths: dict[tuple[int, int], list[tuple[float, int]]]
    width: float


def layout(widths: Sequence[float], sources: Mapping[int, Sequence[int]]) -> Layout:
    """The layout of the boxes 0, 1, … of those widths. `sources` are the boxes from which edges lead to each.

    A box comes after its sources' users: the numbers run against the edges, from the last box to the first ones.
    """
    layers = _layers(len(widths), sources)
    paths: dict[tuple[int, int], list[int]] = {}
    sizes, depth = dict(enumerate(widths)), dict(layers)
    for box, starts in sources.items():
        for start in dict.fromkeys(starts):
            passages = list(range(len(sizes), len(sizes) + layers[box] - layers[start] - 1))
            for number, passage in enumerate(passages, 1):
                sizes[passage], depth[passage] = PASSAGE, layers[start] + number
            paths[start, box] = [start, *passages, box]
    rows: list[list[int]] = [[] for _ in range(max(depth.values()) + 1)]
    for item in sorted(depth, reverse=True):
        rows[depth[item]].append(item)
    neighbours: dict[int, list[int]] = {item: [] for item in depth}
    for path in paths.values():
        for one, two in pairwise(path):
            neighbours[one].append(two)
            neighbours[two].append(one)
    middles = _arranged(rows, sizes, neighbours, depth)
    left = min(middles[item] - sizes[item] / 2 for item in middles)
    middles = {item: middle - left for item, middle in middles.items()}
    return Layout(
        {box: (middles[box], layers[box]) for box in range(len(widths))},
        {edge: [(middles[item], depth[item]) for item in path] for edge, path in paths.items()},
        max(middles[item] + sizes[item] / 2 for item in middles),
    )


def _layers(count: int, sources: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """The layer of each box: the last is the lowest, and each is just above the highest box that it leads to."""
    height = dict.fromkeys(range(count), 0)
    for box in range(count):
        for start in sources.get(box, ()):
            height[start] = max(height[start], height[box] + 1)
    top = max(height.values())
    return {box: top - value for box, value in height.items()}


def _arranged(
    rows: list[list[int]], sizes: Mapping[int, float], neighbours: Mapping[int, Sequence[int]], depth: Mapping[int, int]
) -> dict[int, float]:
    """The middle of every item: each layer in turn is drawn towards the layer above, then towards that below."""
    middles: dict[int, float] = {}
    through = {item for item in depth if len({depth[other] for other in neighbours[item]}) > 1}
    spaces = {item: _Space(size, THROUGH if item in through else 1.0) for item, size in sizes.items()}
    for row in rows:
        middles |= _spread(row, dict.fromkeys(row, 0.0), spaces)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for row in rows if down else reversed(rows):
            wishes = {}
            for item in row:
                near = [middles[other] for other in neighbours[item] if (depth[other] < depth[item]) == down]
                wishes[item] = fmean(near) if near else middles[item]
            row.sort(key=wishes.__getitem__)
            middles |= _spread(row, wishes, spaces)
    return middles


@dataclass(frozen=True)
class _Space:
    """How wide an item is, and how much it insists on its place."""

    width: float
    weight: float


def _spread(row: Sequence[int], wishes: Mapping[int, float], spaces: Mapping[int, _Space]) -> dict[int, float]:
    """Places near the wished ones, in this order and without overlaps.

    Items that would overlap form a block, whose place is the mean of what they wish (as in isotonic regression).
    """
    offsets, at = {}, 0.0
    for item in row:
        offsets[item] = at + spaces[item].width / 2
        at += spaces[item].width + GAP

    def start(block: Sequence[int]) -> float:
        return fmean((wishes[item] - offsets[item] for item in block), [spaces[item].weight for item in block])

    blocks: list[list[int]] = []
    for item in row:
        blocks.append([item])
        while len(blocks) > 1 and start(blocks[-1]) < start(blocks[-2]):
            last = blocks.pop()
            blocks[-1] += last
    return {item: start(block) + offsets[item] for block in blocks for item in block}
