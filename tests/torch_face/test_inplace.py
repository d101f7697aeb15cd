"""Changes in place, versions, views and hooks: what PyTorch shows for the same programs."""

from __future__ import annotations

import gc
import json
import weakref
from pathlib import Path

import pytest
from inplace_programs import PROGRAMS, show

from gradcli import torch
from gradcli.engine import memory

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "inplace.json").read_text())


@pytest.mark.parametrize("title", PROGRAMS)
def test_programs_show_what_pytorch_shows(title: str) -> None:
    assert show(PROGRAMS[title], torch) == GOLDEN[title]


def test_versions_are_shared_by_whatever_shares_memory() -> None:
    x = torch.zeros(3)
    view, detached = x[1:], x.detach()
    view.add_(1)
    assert [t._version for t in (x, view, detached)] == [1, 1, 1]
    assert torch.from_numpy(x.numpy())._version == 1


def test_the_version_of_freed_memory_is_forgotten() -> None:
    x = torch.zeros(1000)
    x.add_(1)
    owner = id(memory.owner(x.array))
    assert owner in memory._histories
    del x
    gc.collect()
    assert owner not in memory._histories


def test_views_do_not_keep_each_other_alive() -> None:
    x = torch.ones(4, requires_grad=True) * 1
    for _ in range(200):
        x[:2]
    assert len(x.views or ()) <= 65
    view = weakref.ref(x[:2])
    assert view() is None


def test_augmented_assignment_keeps_the_object() -> None:
    x = torch.ones(2)
    same = x
    x += 1
    x *= 3
    assert same is x
    assert x.tolist() == [6.0, 6.0]
