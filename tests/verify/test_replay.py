"""Differences along directions, from the recorded graph run again in float64."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gradcli import torch
from gradcli.engine.modes import record_all
from gradcli.engine.op import OPS
from gradcli.verify import directions
from gradcli.verify.numeric import Estimate
from gradcli.verify.recorded import LARGE, Recorded, recorded, verdicts


def of(make: Any, *shapes: tuple[int, ...]) -> Recorded:
    """What is recorded of a sum of what `make` computes from leaves of these shapes."""
    torch.manual_seed(1)
    leaves = [torch.randn(*shape, requires_grad=True) for shape in shapes]
    with record_all():
        root = make(*leaves).sum()
        return recorded([root], [torch.ones_like(root)], {id(leaf): f"x{i}" for i, leaf in enumerate(leaves)})


def judged(found: Recorded) -> set[str]:
    assert found.problem is None
    return {verdict.word for verdict in verdicts(found, None).values()}


def convolved(x: Any, weight: Any, bias: Any) -> Any:
    return torch.nn.functional.conv2d(x, weight, bias).relu() ** 2


def written(x: Any) -> Any:
    """What is written into a part of a result, of which there is no formula."""
    y = x * x
    y[2:4] = 3 * x[:2]
    return torch.median(y)


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
        (written, ((5,),)),
    ],
)
def test_right_gradients_agree(make: Any, shapes: Any) -> None:
    assert judged(of(make, *shapes)) == {"agrees"}


@pytest.mark.parametrize("leaf", ["x0", "x1", "x2"])
@pytest.mark.parametrize("wrong", [lambda g: g * 1.01, lambda g: -g, np.zeros_like])
@pytest.mark.parametrize(("make", "shapes"), [(convolved, CONVOLUTION), (torch.nn.functional.linear, LINEAR)])
def test_a_wrong_gradient_of_a_leaf_is_a_mismatch_of_that_leaf(make: Any, shapes: Any, wrong: Any, leaf: str) -> None:
    found = of(make, *shapes)
    found.gradients[leaf] = wrong(found.gradients[leaf])
    told = verdicts(found, None)
    assert {name: verdict.word for name, verdict in told.items()} == dict.fromkeys(told, "agrees") | {leaf: "mismatch"}


def test_one_wrong_element_of_many_is_a_mismatch(monkeypatch: pytest.MonkeyPatch) -> None:
    (pull,) = OPS["glu"].pulls

    def wrong(g: Any, slots: Any) -> Any:
        contribution = np.array(pull(g, slots))
        contribution[500] *= 1.01
        return contribution

    assert judged(of(torch.nn.functional.glu, (2000,))) == {"agrees"}
    monkeypatch.setattr(OPS["glu"], "pulls", (wrong,))
    assert judged(of(torch.nn.functional.glu, (2000,))) == {"mismatch"}


def test_what_a_rule_loses_is_seen_through_the_rounding_of_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    (pull,) = OPS["glu"].pulls
    monkeypatch.setattr(OPS["glu"], "pulls", (lambda g, slots: pull(g, slots) * (1 + 1e-9),))
    found = of(torch.nn.functional.glu, (2000,))
    assert found.value.dtype == np.float32
    assert judged(found) == {"mismatch"}


def test_where_there_is_no_derivative_it_is_a_kink() -> None:
    assert judged(of(lambda x: torch.median(torch.stack([x[0], x[0] * 2 - x[0].detach(), x[1]])), (2,))) == {"kink"}


def test_a_computation_that_comes_out_otherwise_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    found = of(lambda x: torch.median(x * x), (9,))
    monkeypatch.setattr(OPS["median"], "forward", lambda x, *_: np.max(x))
    assert judged(found) == {"undecided"}


@pytest.mark.parametrize(
    ("part", "said"),
    [("forward", "median() cannot be run again in float64"), ("pulls", "it cannot be gone back through in float64")],
)
def test_a_computation_that_fails_in_float64_is_not_judged(
    monkeypatch: pytest.MonkeyPatch, part: str, said: str
) -> None:
    def fails(*_: Any) -> Any:
        raise ZeroDivisionError

    found = of(lambda x: torch.median(x * x), (9,))
    monkeypatch.setattr(OPS["median"], part, (fails,) if part == "pulls" else fails)
    (verdict,) = verdicts(found, None).values()
    assert verdict.word == "undecided"
    assert verdict.detail.endswith(said)


def test_what_is_not_finite_is_outside_the_domain() -> None:
    found = of(lambda x: torch.median(torch.log(x - x)), (9,))
    assert judged(found) == {"domain"}


def test_small_problems_are_enclosed() -> None:
    assert of(lambda x: x * x, (LARGE,)).problem is not None
    assert of(lambda x: x * x, (LARGE + 1,)).problem is None


def test_what_cannot_be_enclosed_is_run_again() -> None:
    found = of(lambda x: torch.exp(x) * x, (5,))
    assert found.problem is not None
    again = replace(found, problem=replace(found.problem, enclosures="too large"))
    assert {verdict.word for verdict in verdicts(again, None).values()} == {"agrees"}


def test_the_cost_of_a_run_is_counted() -> None:
    found = of(torch.nn.functional.conv2d, *CONVOLUTION)
    products = 2 * 4 * 4 * 4 * (3 * 3 * 3)
    assert products < found.replay.work < 3 * products + 10 * sum(map(np.prod, CONVOLUTION))


def test_what_would_take_too_long_is_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    found = of(convolved, *CONVOLUTION)
    monkeypatch.setattr(directions, "WORK", found.replay.work - 1)
    assert judged(found) == {"undecided"}
    monkeypatch.setattr(directions, "WORK", found.replay.work)
    assert judged(found) == {"agrees"}


def test_what_cancels_within_a_rule_is_no_mismatch() -> None:
    found = of(convolved, *CONVOLUTION)
    noisy = {name: gradient.astype(np.float64) for name, gradient in found.gradients.items()}
    way = {name: np.ones_like(gradient) for name, gradient in noisy.items()}
    size = sum(np.sum(np.abs(gradient)) for gradient in noisy.values())
    value = float(sum(np.sum(gradient) for gradient in noisy.values()))
    off = [1e-10 * size, 3e-10 * size]
    estimates = [Estimate(value + each, 0.0, value, value, 0.0, 1.0) for each in off]
    words = [directions._held("gives", noisy, way, estimate).word for estimate in estimates]
    assert words == ["agrees", "mismatch"]
