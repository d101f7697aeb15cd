"""The grad_fn chain as a tree of text: long chains stand below one another."""

from __future__ import annotations

from gradcli import torch
from gradcli.engine.graph import source_of
from gradcli.engine.structure import structure
from gradcli.engine.tensor import Tensor
from gradcli.render.graph import LONG, graph_tree


def chain(x: Tensor, length: int) -> Tensor:
    for _ in range(length):
        x = x.cos()
    return x


def drawn(y: Tensor, x: Tensor) -> list[str]:
    return graph_tree(structure(source_of(y), {id(x): "x"})).plain.split("\n")


def test_a_long_chain_is_not_indented() -> None:
    x = torch.ones(2, requires_grad=True)
    lines = drawn(chain(x, LONG), x)
    assert lines == ["CosBackward0 (2,)", *["↓ CosBackward0 (2,)"] * (LONG - 1), "↓ AccumulateGrad x (2,)"]


def test_a_short_chain_is_a_tree() -> None:
    x = torch.ones(2, requires_grad=True)
    lines = drawn(chain(x, LONG - 1), x)
    assert lines[1:3] == ["└─ CosBackward0 (2,)", "   └─ CosBackward0 (2,)"]


def test_a_long_chain_inside_a_tree() -> None:
    x = torch.ones(2, requires_grad=True)
    shared = chain(x, 1)
    lines = drawn(chain(shared * x.sin(), LONG) + shared, x)
    assert lines == [
        "AddBackward0 (2,)",
        "├─ CosBackward0 (2,)",
        *["│  ↓ CosBackward0 (2,)"] * (LONG - 1),
        "│  ↓ MulBackward0 (2,)",
        "│  ├─ CosBackward0 (2,)  #1",
        "│  │  └─ AccumulateGrad x (2,)",
        "│  └─ SinBackward0 (2,)",
        "│     └─ AccumulateGrad x (2,)",
        "└─ CosBackward0 (2,)  (see #1 above)",
    ]
