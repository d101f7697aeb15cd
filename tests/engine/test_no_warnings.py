"""nan and inf are said in results: NumPy's warnings never reach who uses the engine, whatever filters they set."""

from __future__ import annotations

import ast
import itertools
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import numpy as np
import pytest

from gradcli import torch
from gradcli.engine import ops  # noqa: F401  # declares them
from gradcli.engine.op import NUMPY, OPS
from gradcli.engine.tensor import Tensor
from gradcli.torch.autograd import profiler

HARD = [0.0, -1.0, 1e30, float("inf"), float("nan"), -float("inf"), 1e-40, 200.0]


@pytest.fixture(autouse=True)
def _strict() -> Iterator[None]:
    """NumPy's warnings are errors, whatever is done to ignore them."""
    with warnings.catch_warnings():
        warnings.resetwarnings()
        warnings.simplefilter("error", RuntimeWarning)
        yield


def small() -> Tensor:
    return torch.tensor(HARD, requires_grad=True)


@pytest.mark.parametrize("name", sorted(OPS))
def test_no_operation_warns(name: str) -> None:
    op = OPS[name]
    apply: Callable[..., Any] = NUMPY.get(op.forward, op.forward)
    arrays = len(op.rules)
    for values in itertools.islice(itertools.product([small(), small()[:1] * 0, small().flip(0)], repeat=arrays), 9):
        with suppress(TypeError, ValueError, RuntimeError, IndexError, AttributeError, KeyError, NotImplementedError):
            result = apply(*values)
            result.sum().backward()


def test_the_profiler_does_not_warn() -> None:
    torch.manual_seed(0)
    for _ in range(60):
        x, y, z = (torch.randn(1) for _ in range(3))
        with profiler.profile():
            for _ in range(500):
                z = (z / x) * y


def test_other_threads_do_not_warn() -> None:
    found: list[Any] = []

    def divide() -> None:
        try:
            (1 / torch.tensor([0.0], requires_grad=True)).sum().backward()
            found.append(np.geterr()["divide"])
        except RuntimeWarning as warning:
            found.append(warning)

    thread = threading.Thread(target=divide)
    thread.start()
    thread.join()
    assert found == ["ignore"]


def test_what_the_user_has_set_stays() -> None:
    program = (
        "import numpy as np\nnp.seterr(divide='raise')\n"
        "from gradcli import torch\ntorch.ones(1) + 1\nprint(np.geterr())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ast.literal_eval(done.stdout) == {
        "divide": "raise",
        "over": "ignore",
        "under": "ignore",
        "invalid": "ignore",
    }
