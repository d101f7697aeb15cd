"""The runs of optimisers and schedules; what they give under PyTorch stands in golden/training.json.

The same functions run under both: `torch` is one or the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

STEPS = 20
OPTIMIZERS = {
    "SGD": "SGD(p, lr=0.05)",
    "SGD tensor rate": "SGD(p, lr=torch.tensor(0.05))",
    "SGD momentum": "SGD(p, lr=0.05, momentum=0.9)",
    "SGD dampening": "SGD(p, lr=0.05, momentum=0.9, dampening=0.5)",
    "SGD nesterov": "SGD(p, lr=0.05, momentum=0.9, nesterov=True)",
    "SGD decay": "SGD(p, lr=0.05, momentum=0.5, weight_decay=0.1)",
    "SGD nesterov decay": "SGD(p, lr=0.05, momentum=0.5, weight_decay=0.1, nesterov=True)",
    "SGD maximize": "SGD(p, lr=0.001, momentum=0.5, maximize=True)",
    "SGD groups": "SGD([{'params': p[:1], 'lr': 0.01, 'momentum': 0.8}, {'params': p[1:]}], lr=0.1)",
    "SGD foreach": "SGD(p, lr=0.05, momentum=0.9, foreach=True)",
    "Adam": "Adam(p, lr=0.1)",
    "Adam betas": "Adam(p, lr=0.1, betas=(0.4, 0.9), eps=1e-3)",
    "Adam decay": "Adam(p, lr=0.1, weight_decay=0.1)",
    "Adam amsgrad": "Adam(p, lr=0.1, amsgrad=True)",
    "Adam maximize": "Adam(p, lr=0.01, maximize=True)",
    "Adam decoupled": "Adam(p, lr=0.1, weight_decay=0.1, decoupled_weight_decay=True)",
    "AdamW": "AdamW(p, lr=0.1)",
    "AdamW amsgrad": "AdamW(p, lr=0.1, weight_decay=0.2, amsgrad=True)",
    "Adamax": "Adamax(p, lr=0.1)",
    "Adamax decay": "Adamax(p, lr=0.1, weight_decay=0.1)",
    "RMSprop": "RMSprop(p)",
    "RMSprop momentum": "RMSprop(p, momentum=0.5)",
    "RMSprop centered": "RMSprop(p, centered=True)",
    "RMSprop all": "RMSprop(p, alpha=0.4, centered=True, momentum=0.5, weight_decay=0.1)",
    "Adagrad": "Adagrad(p, lr=0.1)",
    "Adagrad all": "Adagrad(p, lr=0.1, lr_decay=0.1, initial_accumulator_value=0.5, weight_decay=0.1)",
    "NAdam": "NAdam(p, lr=0.1)",
    "NAdam all": "NAdam(p, lr=0.05, betas=(0.8, 0.9), weight_decay=0.1, momentum_decay=0.01, maximize=False)",
    "NAdam decoupled": "NAdam(p, lr=0.05, weight_decay=0.1, decoupled_weight_decay=True)",
    "RAdam": "RAdam(p, lr=0.1)",
    "RAdam all": "RAdam(p, lr=0.1, betas=(0.8, 0.9), weight_decay=0.1)",
    "RAdam decoupled": "RAdam(p, lr=0.1, weight_decay=0.1, decoupled_weight_decay=True)",
    "ASGD": "ASGD(p, lr=0.05)",
    "ASGD all": "ASGD(p, lr=0.05, lambd=0.1, alpha=0.5, t0=3, weight_decay=0.1)",
    "Rprop": "Rprop(p, lr=0.1)",
    "Rprop all": "Rprop(p, lr=0.1, etas=(0.4, 1.5), step_sizes=(0.01, 0.3))",
    "Adadelta": "Adadelta(p)",
    "Adadelta all": "Adadelta(p, lr=0.5, rho=0.8, eps=1e-3, weight_decay=0.1)",
}
LBFGS = {
    "LBFGS": "LBFGS(p, lr=0.5, max_iter=4)",
    "LBFGS history": "LBFGS(p, lr=0.5, max_iter=5, history_size=2)",
    "LBFGS few": "LBFGS(p, lr=0.5, max_eval=3)",
    "LBFGS wolfe": "LBFGS(p, line_search_fn='strong_wolfe', max_iter=4)",
    "LBFGS wolfe history": "LBFGS(p, line_search_fn='strong_wolfe', max_iter=6, history_size=2)",
    "LBFGS wolfe long": "LBFGS(p, lr=30, line_search_fn='strong_wolfe', max_iter=3)",
    "LBFGS wolfe short": "LBFGS(p, lr=1e-3, line_search_fn='strong_wolfe', max_iter=3)",
    "LBFGS wolfe few": "LBFGS(p, line_search_fn='strong_wolfe', max_eval=2)",
}
DTYPES = ("float32", "float64")


def exact(tensor: Any) -> Any:
    """The tensor as it is: the runs whose figures are recorded."""
    return tensor


def trained(
    torch: Any, make: str, dtype: str, steps: int = STEPS, blurred: Callable[[Any], Any] = exact
) -> dict[str, Any]:
    """Least squares with a quartic term: the losses of all steps, the parameters and the state after the last.

    What is computed with, and what a step leaves behind, passes through `blurred`.
    """
    rng = np.random.default_rng(0)
    matrix = torch.tensor(rng.standard_normal((6, 3)), dtype=getattr(torch, dtype))
    wanted = torch.tensor(rng.standard_normal(6), dtype=getattr(torch, dtype))
    weight = torch.tensor([1.0, -3.0, 0.5], dtype=getattr(torch, dtype), requires_grad=True)
    bias = torch.tensor(0.3, dtype=getattr(torch, dtype), requires_grad=True)
    optimizer = eval(f"torch.optim.{make}", {"torch": torch, "p": [weight, bias]})  # noqa: S307  # a line of the tables
    losses = []

    def closure() -> Any:
        optimizer.zero_grad()
        loss = ((blurred(matrix) @ weight + bias - blurred(wanted)) ** 2).mean() + ((weight - 1) ** 4).sum() * 0.1
        loss.backward()
        losses.append(loss.item())
        return loss

    for _ in range(steps):
        optimizer.step(closure)
        _blur([weight, bias], optimizer, blurred)
    state = {
        f"{number} {name}": _plain(value)
        for number, entries in optimizer.state_dict()["state"].items()
        for name, value in entries.items()
        if name != "al"  # scratch of LBFGS in PyTorch
    }
    return {"losses": losses, "params": [*weight.tolist(), bias.item()], "state": state}


def valley(torch: Any, make: str, dtype: str) -> list[float]:
    """Rosenbrock's function, whose curved valley makes line searches work: the losses of all evaluations."""
    point = torch.tensor([-1.2, 1.0], dtype=getattr(torch, dtype), requires_grad=True)
    optimizer = eval(f"torch.optim.{make}", {"torch": torch, "p": [point]})  # noqa: S307
    losses = []

    def closure() -> Any:
        optimizer.zero_grad()
        loss = (1 - point[0]) ** 2 + 100 * (point[1] - point[0] ** 2) ** 2
        loss.backward()
        losses.append(loss.item())
        return loss

    for _ in range(3):
        optimizer.step(closure)
    return losses


def _blur(params: list[Any], optimizer: Any, blurred: Callable[[Any], Any]) -> None:
    """Pass the parameters and the state through `blurred`, but for the steps, which are counted."""
    state = [value for entries in optimizer.state.values() for name, value in entries.items() if name != "step"]
    for tensor in params + [value for value in state if hasattr(value, "detach")]:
        tensor.detach().copy_(blurred(tensor.detach()))


def flat(tree: Any, path: str = "") -> dict[str, float]:
    """The numbers of nested dicts and lists, by where they stand."""
    if not isinstance(tree, dict | list):
        return {path: tree}
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    return {name: number for key, value in items for name, number in flat(value, f"{path} {key}").items()}


def amplified(torch: Any, make: str) -> list[float]:
    """What rounding does to each figure of a training run: its largest change in twenty runs, per unit of blur.

    Rounding acts as if what is computed with were a little off. So it is put off, at random, by up to the spacing of
    float32, and in float64, whose own rounding does not show.
    """
    rng, unit = np.random.default_rng(0), 2.0**-23

    def blurred(tensor: Any) -> Any:
        return tensor * torch.tensor(1 + rng.uniform(-unit, unit, tensor.shape))

    exactly, *others = (flat(trained(torch, make, "float64", blurred=how)) for how in [exact] + [blurred] * 20)
    return [max(abs(other[name] - figure) for other in others) / unit for name, figure in exactly.items()]


def _plain(value: Any) -> Any:
    """Numbers and lists of numbers."""
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value.tolist() if hasattr(value, "tolist") else value


EPOCHS = 12
SCHEDULES = {
    "StepLR": "StepLR(o, 3)",
    "StepLR gamma": "StepLR(o, 2, gamma=0.7)",
    "MultiStepLR": "MultiStepLR(o, [2, 5, 5, 9], gamma=0.5)",
    "ExponentialLR": "ExponentialLR(o, 0.9)",
    "ConstantLR": "ConstantLR(o)",
    "ConstantLR factor": "ConstantLR(o, 0.25, 3)",
    "LinearLR": "LinearLR(o)",
    "LinearLR down": "LinearLR(o, 1.0, 0.2, 6)",
    "PolynomialLR": "PolynomialLR(o)",
    "PolynomialLR square": "PolynomialLR(o, 8, 2)",
    "CosineAnnealingLR": "CosineAnnealingLR(o, 5)",
    "CosineAnnealingLR least": "CosineAnnealingLR(o, 4, eta_min=0.01)",
    "LambdaLR": "LambdaLR(o, lambda epoch: 0.5**epoch)",
    "LambdaLR each": "LambdaLR(o, [lambda epoch: 1 / (1 + epoch), lambda epoch: 2])",
    "MultiplicativeLR": "MultiplicativeLR(o, lambda epoch: 0.9 if epoch % 2 else 1)",
    "CosineAnnealingWarmRestarts": "CosineAnnealingWarmRestarts(o, 3, 2, 0.001)",
    "CyclicLR": "CyclicLR(o, 0.01, [0.1, 0.2], 3)",
    "CyclicLR triangular2": "CyclicLR(o, 0.01, 0.1, 2, 3, mode='triangular2', cycle_momentum=False)",
    "CyclicLR exp_range": "CyclicLR(o, 0.01, 0.1, 3, mode='exp_range', gamma=0.9)",
    "CyclicLR own": "CyclicLR(o, 0.01, 0.1, 3, scale_fn=lambda n: 1 / (1 + n), scale_mode='iterations')",
    "OneCycleLR": "OneCycleLR(o, 0.1, total_steps=15)",
    "OneCycleLR linear": "OneCycleLR(o, [0.1, 1.0], epochs=5, steps_per_epoch=3, anneal_strategy='linear')",
    "OneCycleLR three": "OneCycleLR(o, 0.1, 15, pct_start=0.25, div_factor=5, final_div_factor=10, three_phase=True)",
    "SequentialLR": (
        "SequentialLR(o, [torch.optim.lr_scheduler.ConstantLR(o, 0.1, 2),"
        " torch.optim.lr_scheduler.ExponentialLR(o, 0.9)], [4])"
    ),
    "ChainedScheduler": (
        "ChainedScheduler([torch.optim.lr_scheduler.ConstantLR(o, 0.1, 2),"
        " torch.optim.lr_scheduler.ExponentialLR(o, 0.9)])"
    ),
    "ReduceLROnPlateau": "ReduceLROnPlateau(o, patience=1)",
    "ReduceLROnPlateau max": "ReduceLROnPlateau(o, 'max', factor=0.5, patience=0, cooldown=2)",
    "ReduceLROnPlateau abs": "ReduceLROnPlateau(o, 'min', 0.1, 0, 0.3, 'abs', min_lr=[0.01, 0.4])",
    "ReduceLROnPlateau max abs": "ReduceLROnPlateau(o, 'max', patience=2, threshold=0.1, threshold_mode='abs')",
}
METRICS = [1.0, 0.8, 0.79, 0.85, 0.85, 0.3, 0.3, 0.29, 0.29, 0.29, 0.1, 0.5]


def rates(torch: Any, make: str) -> list[list[float]]:
    """The learning rates of two groups, at first and after each epoch."""
    first, second = (torch.ones(1, requires_grad=True) for _ in range(2))
    optimizer = torch.optim.SGD([{"params": [first]}, {"params": [second], "lr": 0.5}], lr=0.1)
    schedule = eval(f"torch.optim.lr_scheduler.{make}", {"torch": torch, "o": optimizer})  # noqa: S307
    found = [schedule.get_last_lr()]
    for metric in METRICS:
        optimizer.step()
        schedule.step(*[metric] * ("Plateau" in make))
        assert schedule.get_last_lr() == [group["lr"] for group in optimizer.param_groups]
        found.append(schedule.get_last_lr())
    return [list(each) for each in found]
