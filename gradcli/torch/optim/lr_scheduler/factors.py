"""Schedules that multiply the rate."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any

from gradcli.torch.declared import declared
from gradcli.torch.optim.lr_scheduler.base import LRScheduler, rates
from gradcli.torch.optim.optimizer import Optimizer

Factor = Callable[[int], float]
CALLED = {"factor": "Constant", "start_factor": "Starting", "end_factor": "Ending"}
"""What PyTorch's messages call a factor."""


def up_to_one(name: str, factor: float) -> None:
    """Raises PyTorch's ValueError for a factor outside [0, 1]."""
    if not 0 <= factor <= 1:
        raise ValueError(f"{CALLED[name]} multiplicative factor expected to be between 0 and 1.")


def above_zero(name: str, factor: float) -> None:
    """Raises PyTorch's ValueError for a factor outside (0, 1]."""
    if not 0 < factor <= 1:
        raise ValueError(f"{CALLED[name]} multiplicative factor expected to be greater than 0 and less or equal to 1.")


UpToOne = Annotated[float, up_to_one]
AboveZero = Annotated[float, above_zero]


class _OfFunctions(LRScheduler):
    """A schedule by one function for all groups, or by one for each."""

    lr_lambdas: list[Factor]

    def _take_options(self, options: dict[str, Any]) -> None:
        groups, given = len(options["optimizer"].param_groups), options.pop("lr_lambda")
        self.lr_lambdas = list(given) if isinstance(given, (list, tuple)) else [given] * groups
        if len(self.lr_lambdas) != groups:
            raise ValueError(f"Expected {groups} lr_lambdas, but got {len(given)}")
        super()._take_options(options)


@declared
class LambdaLR(_OfFunctions):
    """The initial rate times `lr_lambda(epoch)`."""

    optimizer: Optimizer
    lr_lambda: Factor | Sequence[Factor]
    last_epoch: int = -1

    def get_lr(self) -> list[float]:
        self.warn_outside_step()
        return [base * factor(self.last_epoch) for base, factor in zip(self.base_lrs, self.lr_lambdas, strict=True)]


@declared
class MultiplicativeLR(_OfFunctions):
    """The rate so far times `lr_lambda(epoch)`."""

    optimizer: Optimizer
    lr_lambda: Factor | Sequence[Factor]
    last_epoch: int = -1

    def get_lr(self) -> list[float]:
        self.warn_outside_step()
        found = rates(self.optimizer)
        if self._is_initial:
            return found
        return [lr * factor(self.last_epoch) for lr, factor in zip(found, self.lr_lambdas, strict=True)]


@declared
class StepLR(LRScheduler):
    """The rate so far times `gamma`, every `step_size` epochs."""

    optimizer: Optimizer
    step_size: int
    gamma: float = 0.1
    last_epoch: int = -1

    def changed(self, lr: float, base: float) -> float:
        return lr if self._is_initial or self.last_epoch % self.step_size else lr * self.gamma

    def closed(self, base: float) -> float:
        return base * self.gamma ** (self.last_epoch // self.step_size)


class MultiStepLR(LRScheduler):
    """The rate so far times `gamma` at each of the epochs `milestones`, as often as it is listed."""

    def __init__(
        self, optimizer: Optimizer, milestones: Iterable[int], gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.milestones = Counter(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def changed(self, lr: float, base: float) -> float:
        times = self.milestones.get(self.last_epoch)
        return lr * self.gamma**times if times else lr

    def closed(self, base: float) -> float:
        return base * self.gamma ** sum(milestone <= self.last_epoch for milestone in self.milestones.elements())


@declared
class ExponentialLR(LRScheduler):
    """The rate so far times `gamma`, every epoch."""

    optimizer: Optimizer
    gamma: float
    last_epoch: int = -1

    def changed(self, lr: float, base: float) -> float:
        return lr if self._is_initial else lr * self.gamma

    def closed(self, base: float) -> float:
        return base * self.gamma**self.last_epoch


@declared
class ConstantLR(LRScheduler):
    """The rate times `factor` until epoch `total_iters`. Raises ValueError for a factor outside [0, 1]."""

    optimizer: Optimizer
    factor: UpToOne = 1.0 / 3
    total_iters: int = 5
    last_epoch: int = -1

    def changed(self, lr: float, base: float) -> float:
        if self.last_epoch == 0:
            return lr * self.factor
        return lr * (1.0 / self.factor) if self.last_epoch == self.total_iters else lr

    def closed(self, base: float) -> float:
        return base * (self.factor + (self.last_epoch >= self.total_iters) * (1 - self.factor))


@declared
class LinearLR(LRScheduler):
    """The rate times a factor that goes from `start_factor` to `end_factor` in `total_iters` epochs, in equal steps.

    Raises ValueError for a start outside (0, 1] and an end outside [0, 1].
    """

    optimizer: Optimizer
    start_factor: AboveZero = 1.0 / 3
    end_factor: UpToOne = 1.0
    total_iters: int = 5
    last_epoch: int = -1

    def changed(self, lr: float, base: float) -> float:
        if self.last_epoch == 0:
            return lr * self.start_factor
        if self._is_initial or self.last_epoch > self.total_iters:
            return lr
        rise = self.end_factor - self.start_factor
        return lr * (1.0 + rise / (self.total_iters * self.start_factor + (self.last_epoch - 1) * rise))

    def closed(self, base: float) -> float:
        rise = self.end_factor - self.start_factor
        return base * (self.start_factor + rise * min(self.total_iters, self.last_epoch) / self.total_iters)


@declared
class PolynomialLR(LRScheduler):
    """The initial rate times (1 − epoch/total_iters)^power, zero in the end."""

    optimizer: Optimizer
    total_iters: int = 5
    power: float = 1.0
    last_epoch: int = -1

    def changed(self, lr: float, base: float) -> float:
        if self._is_initial or self.last_epoch > self.total_iters:
            return lr
        left, before = 1.0 - self.last_epoch / self.total_iters, 1.0 - (self.last_epoch - 1) / self.total_iters
        return lr * math.pow(left / before, self.power)

    def closed(self, base: float) -> float:
        return base * math.pow(1.0 - min(self.total_iters, self.last_epoch) / self.total_iters, self.power)


@declared
class CosineAnnealingLR(LRScheduler):
    """Half a cosine wave from the initial rate down to `eta_min` in `T_max` epochs, and up again after that.

    Source: I. Loshchilov, F. Hutter, "SGDR: stochastic gradient descent with warm restarts" (2017).
    """

    optimizer: Optimizer
    T_max: int
    eta_min: float = 0.0
    last_epoch: int = -1

    def changed(self, lr: float, base: float) -> float:
        if self._is_initial:
            return lr
        if (self.last_epoch - 1 - self.T_max) % (2 * self.T_max) == 0:  # it stands at its lowest: no ratio leads away
            return lr + (base - self.eta_min) * (1 - math.cos(math.pi / self.T_max)) / 2
        return self._height(self.last_epoch) / self._height(self.last_epoch - 1) * (lr - self.eta_min) + self.eta_min

    def closed(self, base: float) -> float:
        return self.eta_min + (base - self.eta_min) * self._height(self.last_epoch) / 2

    def _height(self, epoch: int) -> float:
        return 1 + math.cos(math.pi * epoch / self.T_max)
