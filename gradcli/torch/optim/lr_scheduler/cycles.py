"""Schedules that come back: cosine waves with restarts, triangles, and one long cycle."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Literal

from gradcli.torch.optim.lr_scheduler.base import LRScheduler, rates, set_rates
from gradcli.torch.optim.optimizer import Optimizer, plain

PerGroup = float | Sequence[float]


def per_group(name: str, optimizer: Optimizer, value: Any) -> list[Any]:
    """The value for each group. Raises ValueError for a sequence of another length."""
    groups = len(optimizer.param_groups)
    if not isinstance(value, (list, tuple)):
        return [value] * groups
    if len(value) != groups:
        raise ValueError(f"{name} must have the same length as optimizer.param_groups. {name} has {len(value)} values, "
                         f"param_groups has {groups}.")  # fmt: skip
    return list(value)


class CosineAnnealingWarmRestarts(LRScheduler):
    """Half a cosine wave from the initial rate down to `eta_min` in `T_0` epochs; then again, `T_mult` times longer.

    Source: I. Loshchilov, F. Hutter, "SGDR: stochastic gradient descent with warm restarts" (2017).
    """

    def __init__(
        self,
        optimizer: Optimizer,
        T_0: int,  # noqa: N803
        T_mult: int = 1,  # noqa: N803
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        if not isinstance(T_0, int) or T_0 <= 0:
            raise ValueError(f"Expected positive integer T_0, but got {T_0}")
        if not isinstance(T_mult, int) or T_mult < 1:
            raise ValueError(f"Expected integer T_mult >= 1, but got {T_mult}")
        if not isinstance(eta_min, (float, int)):
            raise ValueError(  # noqa: TRY004  # PyTorch's choice
                f"Expected float or int eta_min, but got {eta_min} of type {type(eta_min)}"
            )
        self.T_0 = self.T_i = T_0
        self.T_mult = T_mult
        self.eta_min = eta_min
        self.T_cur: float = last_epoch
        super().__init__(optimizer, last_epoch)

    def changed(self, lr: float, base: float) -> float:
        return self.eta_min + (base - self.eta_min) * (1 + math.cos(math.pi * self.T_cur / self.T_i)) / 2

    def step(self, epoch: float | None = None) -> None:
        """Goes on by one epoch, or to any, a fraction too. Raises ValueError for one below zero."""
        if epoch is None and self.last_epoch < 0:
            epoch = 0
        if epoch is None:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur -= self.T_i
                self.T_i *= self.T_mult
        else:
            self._place(epoch)
        self.last_epoch = math.floor(epoch)
        set_rates(self.optimizer, self.get_lr_within_step())
        self._last_lr = rates(self.optimizer)

    def _place(self, epoch: float) -> None:
        """Finds the wave in which an epoch lies, and where in it."""
        if epoch < 0:
            raise ValueError(f"Expected non-negative epoch, but got {epoch}")
        self.T_i, self.T_cur = self.T_0, epoch
        while self.T_cur >= self.T_i:
            self.T_cur -= self.T_i
            self.T_i *= self.T_mult

    def go_to(self, epoch: int) -> None:
        self.step(epoch)


class _MomentumToo(LRScheduler):
    """A schedule that moves the momentum, or Adam's first beta, the other way."""

    use_beta1: bool

    def _begin_momentum(
        self, optimizer: Optimizer, least: PerGroup, most: PerGroup, last_epoch: int
    ) -> tuple[Any, Any]:
        """Sets the momentum to its highest; gives the lowest and the highest of each group."""
        if "momentum" not in optimizer.defaults and "betas" not in optimizer.defaults:
            raise ValueError("optimizer must support momentum or beta1 with `cycle_momentum` option enabled")
        self.use_beta1 = "betas" in optimizer.defaults
        lowest, highest = (per_group(name, optimizer, value)
                           for name, value in (("base_momentum", least), ("max_momentum", most)))  # fmt: skip
        if last_epoch == -1:
            for group, low, high in zip(optimizer.param_groups, lowest, highest, strict=True):
                self._set_momentum(group, high)
                group["max_momentum"], group["base_momentum"] = high, low
        return lowest, highest

    def _set_momentum(self, group: dict[str, Any], momentum: float) -> None:
        if self.use_beta1:
            group["betas"] = (momentum, *group["betas"][1:])
        else:
            group["momentum"] = momentum


class CyclicLR(_MomentumToo):
    """From `base_lr` up to `max_lr` in `step_size_up` steps and down again in `step_size_down`, over and over.

    mode        "triangular"; "triangular2" halves the height with each cycle; "exp_range" scales it by gamma^step
    scale_fn    a scale of one's own for the height, in place of the mode's; of the cycle or of the step: `scale_mode`
    Source: L. N. Smith, "Cyclical learning rates for training neural networks" (2017).
    """

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: PerGroup,
        max_lr: PerGroup,
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: Literal["triangular", "triangular2", "exp_range"] = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: Literal["cycle", "iterations"] = "cycle",
        cycle_momentum: bool = True,
        base_momentum: PerGroup = 0.8,
        max_momentum: PerGroup = 0.9,
        last_epoch: int = -1,
    ) -> None:
        self.refuse_other(optimizer)
        base_lrs = per_group("base_lr", optimizer, base_lr)
        if last_epoch == -1:
            set_rates(optimizer, base_lrs)
        self.max_lrs = per_group("max_lr", optimizer, max_lr)
        up = float(step_size_up)
        self.total_size = up + (up if step_size_down is None else float(step_size_down))
        self.step_ratio = up / self.total_size
        if mode not in ("triangular", "triangular2", "exp_range") and scale_fn is None:
            raise ValueError("mode is invalid and scale_fn is None")
        self.mode = mode
        self.gamma = gamma
        self._scale_fn_custom = scale_fn
        self.scale_mode = scale_mode if scale_fn else "iterations" if mode == "exp_range" else "cycle"
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.base_momentums, self.max_momentums = self._begin_momentum(
                optimizer, base_momentum, max_momentum, last_epoch
            )
        super().__init__(optimizer, last_epoch)
        self.base_lrs = base_lrs

    def scale_fn(self, x: float) -> float:
        """The scale of the height, in cycle or at step `x`."""
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        if self.mode == "triangular":
            return 1.0
        return float(1 / 2.0 ** (x - 1) if self.mode == "triangular2" else self.gamma**x)

    def get_lr(self) -> list[float]:
        self.warn_outside_step()
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        place = 1.0 + self.last_epoch / self.total_size - cycle
        rising = place <= self.step_ratio
        height = place / self.step_ratio if rising else (place - 1) / (self.step_ratio - 1)
        scale = self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)
        if self.cycle_momentum:
            extremes = zip(self.optimizer.param_groups, self.base_momentums, self.max_momentums, strict=True)
            for group, low, high in extremes:
                self._set_momentum(group, high - (high - low) * height * scale)
        return [low + (high - low) * height * scale for low, high in zip(self.base_lrs, self.max_lrs, strict=True)]

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimiser and a scale of one's own, for which None stands."""
        return {**super().state_dict(), "_scale_fn_custom": None}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over what `state_dict` gave, except functions."""
        super().load_state_dict({name: value for name, value in state_dict.items() if name != "_scale_fn_custom"})


class OneCycleLR(_MomentumToo):
    """One cycle of `total_steps` steps: up to `max_lr`, and down to far less than it began with; call it every step.

    pct_start         the part of the cycle in which the rate rises
    div_factor        how many times the first rate is less than the highest; final_div_factor: the last than the first
    three_phase       it falls to the first rate as it has risen, and then further
    anneal_strategy   "cos" or "linear"
    Source: L. N. Smith, N. Topin, "Super-convergence" (2018).
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: PerGroup,
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        cycle_momentum: bool = True,
        base_momentum: PerGroup = 0.85,
        max_momentum: PerGroup = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 10000.0,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        self.refuse_other(optimizer)
        self.optimizer = optimizer
        self.total_steps = _total(total_steps, epochs, steps_per_epoch)
        if not isinstance(pct_start, float) or not 0 <= pct_start <= 1:
            raise ValueError(f"Expected float between 0 and 1 pct_start, but got {pct_start}")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}")
        self._schedule_phases = _phases(self.total_steps, pct_start, three_phase)
        self._anneal_func_type = anneal_strategy
        highest = per_group("max_lr", optimizer, max_lr)
        if last_epoch == -1:
            for group, high in zip(optimizer.param_groups, highest, strict=True):
                group["initial_lr"] = high / div_factor
                group["max_lr"] = high
                group["min_lr"] = group["initial_lr"] / final_div_factor
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self._begin_momentum(optimizer, base_momentum, max_momentum, last_epoch)
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        self.warn_outside_step()
        step = self.last_epoch
        if step > self.total_steps:
            raise ValueError(f"Tried to step {step} times. The specified number of total steps is {self.total_steps}")
        number = next((i for i, phase in enumerate(self._schedule_phases) if step <= phase["end_step"]), -1)
        phase = self._schedule_phases[number]
        start = 0.0 if number == 0 else self._schedule_phases[number - 1]["end_step"]
        part = (step - start) / (phase["end_step"] - start)
        lrs = []
        for group in self.optimizer.param_groups:
            lrs.append(self._between(group, phase, "lr", part))
            if self.cycle_momentum:
                self._set_momentum(group, self._between(group, phase, "momentum", part))
        return lrs

    def _between(self, group: dict[str, Any], phase: dict[str, Any], what: str, part: float) -> float:
        """What the rate or the momentum is when such a part of a phase is over."""
        start, end = plain(group[phase[f"start_{what}"]]), plain(group[phase[f"end_{what}"]])
        if self._anneal_func_type == "linear":
            return float((end - start) * part + start)
        return float(end + (start - end) / 2.0 * (math.cos(math.pi * part) + 1))


def _total(total_steps: int | None, epochs: int | None, steps_per_epoch: int | None) -> int:
    """The number of steps, given as such or as a product."""
    if total_steps is None and (epochs is None or steps_per_epoch is None):
        raise ValueError("You must define either total_steps OR (epochs AND steps_per_epoch)")
    given = (
        {"epochs": epochs, "steps_per_epoch": steps_per_epoch} if total_steps is None else {"total_steps": total_steps}
    )
    total = 1
    for name, value in given.items():
        if not isinstance(value, int) or value <= 0:
            raise ValueError(f"Expected positive integer {name}, but got {value}")
        total *= value
    return total


def _phases(total: int, rising: float, three: bool) -> list[dict[str, Any]]:
    """The phases of a cycle: when each ends, and between which options of a group its values lie."""
    end, top = float(rising * total) - 1, float(2 * rising * total) - 2
    names = ("end_step", "start_lr", "end_lr", "start_momentum", "end_momentum")
    rows: list[tuple[Any, ...]] = [(end, "initial_lr", "max_lr", "max_momentum", "base_momentum")]
    if three:
        rows += [(top, "max_lr", "initial_lr", "base_momentum", "max_momentum"),
                 (total - 1, "initial_lr", "min_lr", "max_momentum", "max_momentum")]  # fmt: skip
    else:
        rows += [(total - 1, "max_lr", "min_lr", "base_momentum", "max_momentum")]
    return [dict(zip(names, row, strict=True)) for row in rows]
