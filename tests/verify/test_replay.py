"""Differences along one direction, from the recorded graph run again in float64."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gradcli import torch
from gradcli.engine.modes import record_all
from gradcli.engine.op import OPS
from gradcli.verify import replay
from gradcli.verify.recorded import LARGE, Recorded, recorded, verdicts


def of(make: Any, *shapes: tuple[int, ...]) -> Recorded:
    """What is recorded of a sum of what `make` computes from leaves of these shapes."""
    torch.manual_seed(1)
    leaves = [torch.randn(*shape, requires_grad=True) for shape in shapes]
    with record_all():
        root = make(*leaves).sum()
        return recorded([root], [torch.ones_like(root)], {id(leaf): f"x{i}" for i, leaf in enumerate(leaves)})


def judged(found: Recorded) -> set[str]:
    assert found.replay is not None
    return {verdict.word for verdict in verdicts(found, None).values()}


def convolved(x: Any, weight: Any, bias: Any) -> Any:
    return torch.nn.functional.conv2d(x, weight, bias).relu() ** 2


CONVOLUTION = ((2, 3, 6, 6), (4, 3, 3, 3), (4,))
LINEAR = ((8, 3000), (4, 3000), (4,))


@pytest.mark.parametrize(
    ("make", "shapes"),
    [
        (convolved, CONVOLUTION),
        (lambda x, w, b: torch.nn.functional.linear(x, w, b).tanh(), LINEAR),
        (lambda x: torch.linalg.svd(x).S, ((4, 4),)),
        (lambda x: torch.nn.functional.batch_norm(x, None, None, training=True) ** 3, ((5, 3),)),
        (lambda x: torch.nn.functional.dropout(x, 0.5) * x, ((30_000,),)),
        (lambda x: torch.median(x * x), ((9,),)),
    ],
)
def test_right_gradients_agree(make: Any, shapes: Any) -> None:
    assert judged(of(make, *shapes)) == {"agrees"}


@pytest.mark.parametrize("leaf", ["x0", "x1", "x2"])
@pytest.mark.parametrize("wrong", [lambda g: g * 1.01, lambda g: -g, np.zeros_like])
@pytest.mark.parametrize(("make", "shapes"), [(convolved, CONVOLUTION), (torch.nn.functional.linear, LINEAR)])
def test_a_wrong_gradient_of_any_leaf_does_not_agree(make: Any, shapes: Any, wrong: Any, leaf: str) -> None:
    found = of(make, *shapes)
    found.gradients[leaf] = wrong(found.gradients[leaf])
    assert judged(found) == {"undecided"}


def test_a_computation_that_comes_out_otherwise_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    found = of(lambda x: torch.median(x * x), (9,))
    monkeypatch.setattr(OPS["median"], "forward", lambda x, *_: np.max(x))
    assert judged(found) == {"undecided"}


def test_what_is_not_finite_is_outside_the_domain() -> None:
    found = of(lambda x: torch.median(torch.log(x - x)), (9,))
    assert judged(found) == {"domain"}


def test_small_problems_go_to_sympy() -> None:
    assert of(lambda x: x * x, (LARGE,)).replay is None
    assert of(lambda x: x * x, (LARGE + 1,)).replay is not None


def test_the_cost_of_a_run_is_counted() -> None:
    found = of(torch.nn.functional.conv2d, *CONVOLUTION)
    assert found.replay is not None
    products = 2 * 4 * 4 * 4 * (3 * 3 * 3)
    assert products < found.replay.work < 3 * products + 10 * sum(map(np.prod, CONVOLUTION))


def test_what_would_take_too_long_is_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    found = of(convolved, *CONVOLUTION)
    monkeypatch.setattr(replay, "WORK", found.replay.work - 1)
    assert judged(found) == {"undecided"}
    monkeypatch.setattr(replay, "WORK", found.replay.work)
    assert judged(found) == {"agrees"}
