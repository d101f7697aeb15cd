"""Training from a seed follows PyTorch's losses, and needs no more memory the longer it goes on."""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from training_runs import RUNS

from gradcli import torch

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "training.json").read_text("utf-8"))["runs"]


@pytest.mark.parametrize("name", RUNS)
def test_losses_are_pytorchs(name: str) -> None:
    np.testing.assert_allclose(RUNS[name](torch), GOLDEN[name], rtol=1e-4)


def test_memory_does_not_grow() -> None:
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
    optimizer = torch.optim.Adam(model.parameters())
    inputs, wanted = torch.randn(5, 3), torch.randn(5, 1)

    def train(steps: int) -> int:
        for _ in range(steps):
            optimizer.zero_grad()
            torch.nn.functional.mse_loss(model(inputs), wanted).backward()
            optimizer.step()
        gc.collect()
        return sys.getallocatedblocks()

    before = train(500)
    assert train(10_000) - before < 1_000  # one object that is kept at each step would be ten times as many
