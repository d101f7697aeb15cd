"""A step of training - forward, backward, update - beside PyTorch; and what importing the face costs beside NumPy."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as the command line does, and as PyTorch below: pools wait for busy cores

import numpy as np
from contest import arguments, report, result, times

from gradcli import torch as gradcli_torch

ROOT = Path(__file__).parent.parent
STEPS = 20  # timed at once
IMPORTS = ("from gradcli import torch", "import numpy", "from gradcli import torch; torch.ones")

Step = Callable[[], float]


def tiny_model(torch: Any) -> Step:
    """1000-100-10 on a batch of 16, the squared distance, plain gradient descent."""
    nn = torch.nn
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(1000, 100), nn.ReLU(), nn.Linear(100, 10))
    some_input, ideal_output = torch.randn(16, 1000), torch.randn(16, 10)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.001)

    def step() -> float:
        optimizer.zero_grad()
        loss = (ideal_output - model(some_input)).pow(2).sum()
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    return step


def lenet(torch: Any) -> Step:
    """LeNet on 4 images of 3x32x32, cross-entropy, gradient descent with momentum."""
    nn = torch.nn
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(3, 6, 5),
        nn.ReLU(),
        nn.MaxPool2d(2, 2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2, 2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )
    images, labels = torch.rand(4, 3, 32, 32) * 2 - 1, torch.tensor([3, 1, 4, 1])
    criterion, optimizer = nn.CrossEntropyLoss(), torch.optim.SGD(model.parameters(), lr=0.001, momentum=0.9)

    def step() -> float:
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    return step


def timed(step: Step) -> Callable[[], float]:
    """Says how many seconds one step takes."""

    def run() -> float:
        start = time.perf_counter()
        for _ in range(STEPS):
            step()
        return (time.perf_counter() - start) / STEPS

    return run


def imports(code: str) -> Callable[[], float]:
    """Says how many seconds an interpreter takes that runs `code`."""
    command = [sys.executable, "-c", code]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installation has its bytecode; the warm-up writes it here

    def run() -> float:
        start = time.perf_counter()
        subprocess.run(command, check=True, env=environment)
        return time.perf_counter() - start

    return run


def main() -> None:
    """Measures and prints."""
    options = arguments("A step of training beside PyTorch, and the import of the face beside NumPy's.", rounds=15)
    face, numpy, used = times([imports(code) for code in IMPORTS], options.rounds)
    results = [result(IMPORTS[0], IMPORTS[1], face, numpy, 1.2), result(IMPORTS[2], IMPORTS[1], used, numpy, None)]
    if find_spec("torch"):
        import torch

        torch.set_num_threads(1)
        for label, build, target in (("TinyModel", tiny_model, 0.85), ("LeNet, batch 4", lenet, 1.2)):
            steps = [build(gradcli_torch), build(torch)]
            losses = [[step() for _ in range(5)] for step in steps]
            np.testing.assert_allclose(*losses, rtol=1e-4)  # they do the same
            taken = times([timed(step) for step in steps], options.rounds)
            results.append(result(f"gradcli, {label}", "PyTorch", *taken, target))
    report(results, as_json=options.json, unit="ms", scale=1e3)


if __name__ == "__main__":
    main()
