"""Optimisers and schedules: their figures, state, printing and errors are PyTorch's."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import training_answers as answers
import training_cases as cases

from gradcli import torch

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "training.json").read_text("utf-8"))
BLUR = {dtype: 4 * float(np.finfo(dtype).eps) for dtype in cases.DTYPES}
"""How far off the figures of training may be, in units of what `cases.amplified` has found for each in PyTorch. Other
processors round otherwise, and where terms cancel a figure's own size does not say how much that is. Four is two, for
the record is rounded too, times two, for twenty runs seldom find the worst.
"""
PRECISE = {"float32": 1e-4, "float64": 3e-13}
"""What a line search may lose, relative to each loss."""


def beyond_rounding(make: str, name: str, dtype: str) -> dict[str, float]:
    """By how much figures of a training run are off the recorded ones, where that is more than rounding does."""
    found, expected = cases.flat(cases.trained(torch, make, dtype)), cases.flat(GOLDEN["trained"][name][dtype])
    assert found.keys() == expected.keys()
    bounds = [BLUR[dtype] * float(word) for word in GOLDEN["amplified"][name].split()]
    off = {path: abs(found[path] - figure) for path, figure in expected.items()}
    return {path: each for (path, each), bound in zip(off.items(), bounds, strict=True) if not each <= bound}


@pytest.mark.parametrize("dtype", cases.DTYPES)
@pytest.mark.parametrize("name", cases.OPTIMIZERS)
def test_trains_as_pytorch(name: str, dtype: str) -> None:
    assert beyond_rounding(cases.OPTIMIZERS[name], name, dtype) == {}


WRONG = [("Adam betas", "0.4", "0.4004"), ("NAdam all", "0.01", "0.01001")]


@pytest.mark.parametrize(("name", "right", "wrong"), WRONG)
def test_an_option_off_by_a_thousandth_is_found(name: str, right: str, wrong: str) -> None:
    for dtype in cases.DTYPES:
        assert beyond_rounding(cases.OPTIMIZERS[name].replace(right, wrong), name, dtype)


@pytest.mark.parametrize("name", cases.LBFGS)
def test_lbfgs_finds_its_way_as_pytorch(name: str) -> None:
    found, expected = cases.trained(torch, cases.LBFGS[name], "float64", 3), GOLDEN["trained"][name]["float64"]
    assert found["state"].keys() == expected["state"].keys()
    for count in ("0 func_evals", "0 n_iter"):
        assert found["state"][count] == expected["state"][count]
    np.testing.assert_allclose(found["losses"], expected["losses"], rtol=1e-9)
    np.testing.assert_allclose(found["params"], expected["params"], rtol=1e-7)


@pytest.mark.parametrize("dtype", cases.DTYPES)
@pytest.mark.parametrize("name", cases.LBFGS)
def test_line_searches_try_what_pytorch_tries(name: str, dtype: str) -> None:
    found, expected = cases.valley(torch, cases.LBFGS[name], dtype), GOLDEN["valley"][name][dtype]
    np.testing.assert_allclose(found, expected, rtol=PRECISE[dtype])


@pytest.mark.parametrize("name", cases.SCHEDULES)
def test_rates_are_pytorchs(name: str) -> None:
    assert cases.rates(torch, cases.SCHEDULES[name]) == GOLDEN["rates"][name]


@pytest.mark.parametrize("text", answers.OPTIMIZER_TEXTS)
def test_answers_as_pytorch(text: str) -> None:
    assert answers.answer(torch, text) == GOLDEN["answers"][text]


def test_nothing_is_recorded_in_vain() -> None:
    assert GOLDEN["answers"].keys() == {*answers.OPTIMIZER_TEXTS, *answers.DATA_TEXTS}
    assert GOLDEN["trained"].keys() == cases.OPTIMIZERS.keys() | cases.LBFGS.keys()
    assert GOLDEN["amplified"].keys() == cases.OPTIMIZERS.keys()
    assert GOLDEN["rates"].keys() == cases.SCHEDULES.keys()


ALL = {name.partition(" ")[0]: make for name, make in reversed(cases.OPTIMIZERS.items())}


def optimizer_of(make: str, *params: Any) -> Any:
    return eval(f"torch.optim.{make}", {"torch": torch, "p": [*params]})  # noqa: S307


@pytest.mark.parametrize("make", ALL.values(), ids=ALL)
def test_memory_is_kept(make: str) -> None:
    weight, bias = torch.ones(3, requires_grad=True), torch.tensor(1.0, requires_grad=True)
    array, view = weight.detach().numpy(), weight.detach()[1:]
    optimizer = optimizer_of(make, weight, bias)
    (weight.sum() * bias).backward()
    gradient = weight.grad.numpy().copy()
    optimizer.step()
    assert not np.any(array == 1)
    assert view.tolist() == array[1:].tolist() == weight.tolist()[1:]
    assert bias.item() != 1
    assert weight.grad.numpy().tolist() == gradient.tolist()


def test_what_was_saved_before_a_step_is_stale_after_it() -> None:
    weight = torch.ones(3, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=0.1)
    loss = (weight * weight).sum()
    loss.backward(retain_graph=True)
    optimizer.step()
    assert weight._version == 1
    with pytest.raises(RuntimeError, match="has been modified by an inplace operation"):
        loss.backward()


def test_parameters_without_gradient_stay() -> None:
    used, unused = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
    optimizer = torch.optim.Adam([used, unused])
    used.sum().backward()
    optimizer.step()
    assert (unused.item(), [*optimizer.state]) == (1.0, [used])


@pytest.mark.filterwarnings("ignore:Using backward")
def test_zero_grad() -> None:
    weight = torch.ones(2, requires_grad=True)
    optimizer = torch.optim.SGD([weight])
    (weight**2).sum().backward(create_graph=True)
    gradient = weight.grad
    optimizer.zero_grad(set_to_none=False)
    assert weight.grad is gradient
    assert (gradient.tolist(), gradient.requires_grad) == ([0.0, 0.0], False)
    optimizer.zero_grad()
    assert weight.grad is None


def test_the_closure_is_recorded_also_under_no_grad() -> None:
    weight = torch.ones(1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=1.0)

    def closure() -> Any:
        loss = (weight * 3).sum()
        loss.backward()
        return loss

    with torch.no_grad():
        assert optimizer.step(closure).item() == 3
    assert weight.item() == -2


@pytest.mark.parametrize("make", [*ALL.values(), *cases.LBFGS.values()], ids=[*ALL, *cases.LBFGS])
def test_training_goes_on_after_a_state_dict(make: str) -> None:
    def step(weight: Any, optimizer: Any) -> None:
        def closure() -> Any:
            optimizer.zero_grad()
            loss = ((weight - 2) ** 4).sum()
            loss.backward()
            return loss

        optimizer.step(closure)

    make = make.replace("p[:1]", "p").replace("p[1:]", "[]")
    weight = torch.tensor([1.0, 3.5], requires_grad=True)
    optimizer = optimizer_of(make, weight)
    for _ in range(3):
        step(weight, optimizer)
    file = io.BytesIO()
    torch.save({"weight": weight, "optimizer": optimizer.state_dict()}, file)
    saved = torch.load(file)
    resumed = optimizer_of(make, saved["weight"])
    resumed.load_state_dict(saved["optimizer"])
    assert repr(resumed) == repr(optimizer)
    for _ in range(2):
        step(weight, optimizer)
        step(saved["weight"], resumed)
    assert saved["weight"].tolist() == weight.tolist()
    assert str(resumed.state_dict()) == str(optimizer.state_dict())


def test_loaded_state_takes_the_dtype_of_its_parameter() -> None:
    weight = torch.ones(2, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([weight])
    weight.sum().backward()
    optimizer.step()
    other = torch.optim.Adam([torch.ones(2, requires_grad=True)])
    other.load_state_dict(optimizer.state_dict())
    (state,) = other.state.values()
    assert [state[name].dtype for name in ("step", "exp_avg", "exp_avg_sq")] == [torch.float32] * 3


@pytest.mark.parametrize("option", ["capturable", "differentiable"])
def test_options_that_are_not_supported_are_refused(option: str) -> None:
    with pytest.raises(NotImplementedError, match=option):
        torch.optim.Adam([torch.ones(1)], **{option: True})


@pytest.mark.parametrize("name", ["Adam", "AdamW", "Adamax", "RMSprop", "Adagrad", "Adadelta", "LBFGS"])
def test_complex_parameters_are_refused(name: str) -> None:
    weight = torch.ones(1, dtype=torch.complex64, requires_grad=True)
    weight.grad = torch.ones(1, dtype=torch.complex64)
    with pytest.raises(NotImplementedError, match="complex"):
        getattr(torch.optim, name)([weight]).step()


def test_sgd_takes_complex_parameters() -> None:
    weight = torch.tensor([1 + 1j], requires_grad=True)
    weight.grad = torch.tensor([2j])
    torch.optim.SGD([weight], lr=0.5).step()
    assert weight.tolist() == [1 + 0j]


def test_duplicates_are_warned_of() -> None:
    weight = torch.ones(1)
    with pytest.warns(UserWarning, match="duplicate parameters"):
        torch.optim.SGD([weight, weight])


def test_an_own_optimiser() -> None:
    class Signs(torch.optim.Optimizer):
        def __init__(self, params: Any, lr: float) -> None:
            super().__init__(params, {"lr": lr})

        @torch.no_grad()
        def step(self, closure: Any = None) -> None:
            for group in self.param_groups:
                for p in group["params"]:
                    p.add_(torch.sign(p.grad), alpha=-group["lr"])

    weight = torch.tensor([1.0, -1.0], requires_grad=True)
    optimizer = Signs([weight], lr=0.25)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    for _ in range(2):
        optimizer.zero_grad()
        (weight**2).sum().backward()
        optimizer.step()
        schedule.step()
    assert weight.tolist() == [0.625, -0.625]


def test_divergence_is_silent() -> None:
    weight = torch.full((2,), 1e38, requires_grad=True)
    optimizer = torch.optim.Adam([weight], lr=1e30)
    for _ in range(3):
        weight.grad = torch.full((2,), 1e38)
        optimizer.step()
    assert not np.isfinite(weight.tolist()).any()


# Schedules


def test_a_schedule_before_the_optimiser_is_warned_of() -> None:
    optimizer = torch.optim.SGD([torch.ones(1)], lr=1.0)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1)
    with pytest.warns(UserWarning, match=r"`lr_scheduler.step\(\)` before `optimizer.step\(\)`"):
        schedule.step()
    schedule.step()  # once is enough


@pytest.mark.parametrize("name", cases.SCHEDULES)
def test_a_schedule_goes_on_after_a_state_dict(name: str) -> None:
    def scheduled() -> Any:
        groups = [{"params": [torch.ones(1)]}, {"params": [torch.ones(1)], "lr": 0.5}]
        optimizer = torch.optim.SGD(groups, lr=0.1)
        make = f"torch.optim.lr_scheduler.{cases.SCHEDULES[name]}"
        return optimizer, eval(make, {"torch": torch, "o": optimizer})  # noqa: S307

    def run(optimizer: Any, schedule: Any, metrics: list[float]) -> list[list[float]]:
        found = []
        for metric in metrics:
            optimizer.step()
            schedule.step(*[metric] * ("Plateau" in name))
            found.append(schedule.get_last_lr())
        return found

    (one, schedule), (other, resumed) = scheduled(), scheduled()
    run(one, schedule, cases.METRICS[:4])
    other.load_state_dict(one.state_dict())
    resumed.load_state_dict(schedule.state_dict())
    assert run(other, resumed, cases.METRICS[4:]) == run(one, schedule, cases.METRICS[4:])


def test_a_rate_in_a_tensor_is_changed_in_place() -> None:
    rate = torch.tensor(0.5)
    optimizer = torch.optim.SGD([torch.ones(1)], lr=rate)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    optimizer.step()
    schedule.step()
    assert (rate.item(), schedule.get_last_lr()) == (0.25, [0.25])


def test_an_own_schedule() -> None:
    class Halving(torch.optim.lr_scheduler.LRScheduler):
        def get_lr(self) -> list[float]:
            return [base / 2**self.last_epoch for base in self.base_lrs]

    optimizer = torch.optim.SGD([torch.ones(1)], lr=8.0)
    schedule = Halving(optimizer)
    optimizer.step()
    schedule.step()
    assert optimizer.param_groups[0]["lr"] == 4.0
