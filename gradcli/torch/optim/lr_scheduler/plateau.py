"""The schedule that waits for a metric."""

from __future__ import annotations

import math
from typing import Any, Literal

from gradcli.torch.argument_checks import unsupported
from gradcli.torch.optim.lr_scheduler.base import rates, set_rates
from gradcli.torch.optim.optimizer import Optimizer


class ReduceLROnPlateau:
    """The rate times `factor` when a metric has not improved in more than `patience` epochs.

    An improvement is a metric below the best one times (1 − threshold) for mode "min", above it times (1 + threshold)
    for "max"; below or above it by `threshold` where threshold_mode is "abs". After a reduction `cooldown` epochs do
    not count. No rate falls below `min_lr`, nor changes by `eps` or less. Raises ValueError for options out of range.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: Literal["min", "max"] = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: Literal["rel", "abs"] = "rel",
        cooldown: int = 0,
        min_lr: list[float] | float = 0,
        eps: float = 1e-8,
    ) -> None:
        if factor >= 1:
            raise ValueError("Factor should be < 1.0.")
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")
        if mode not in ("min", "max"):
            raise ValueError(f"mode {mode} is unknown!")
        if threshold_mode not in ("rel", "abs"):
            raise ValueError(f"threshold mode {threshold_mode} is unknown!")
        groups = len(optimizer.param_groups)
        self.factor = factor
        single = not isinstance(min_lr, (list, tuple))
        self.default_min_lr = min_lr if single else None
        self.min_lrs: list[float] = [min_lr] * groups if single else list(min_lr)  # type: ignore[list-item,arg-type]
        if len(self.min_lrs) != groups:
            raise ValueError(f"expected {groups} min_lrs, got {len(self.min_lrs)}")
        self.optimizer = optimizer
        self.patience, self.cooldown, self.eps = patience, cooldown, eps
        self.last_epoch = 0
        self._last_lr = rates(optimizer)
        self.mode_worse = math.inf if mode == "min" else -math.inf
        self.mode, self.threshold, self.threshold_mode = mode, threshold, threshold_mode
        self.best = self.mode_worse
        self.cooldown_counter = self.num_bad_epochs = 0

    @property
    def in_cooldown(self) -> bool:
        """True while epochs do not count."""
        return self.cooldown_counter > 0

    def step(self, metrics: Any, epoch: int | None = None) -> None:
        """Takes the metric of an epoch, a number or a Tensor of one element."""
        if epoch is not None:
            raise unsupported("optim.lr_scheduler.ReduceLROnPlateau.step", "epoch")
        current = float(metrics)
        self.last_epoch += 1
        if self._is_better(current):
            self.best, self.num_bad_epochs = current, 0
        else:
            self.num_bad_epochs += 1
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            found = rates(self.optimizer)
            reduced = [max(rate * self.factor, least) for rate, least in zip(found, self.min_lrs, strict=True)]
            pairs = zip(found, reduced, strict=True)
            set_rates(self.optimizer, [new if old - new > self.eps else old for old, new in pairs])
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
        self._last_lr = rates(self.optimizer)

    def _is_better(self, metric: float) -> bool:
        sign = -1 if self.mode == "min" else 1
        relative = self.threshold_mode == "rel"
        bound = self.best * (1 + sign * self.threshold) if relative else self.best + sign * self.threshold
        return metric < bound if self.mode == "min" else metric > bound

    def get_last_lr(self) -> list[float]:
        """The learning rates that were set last."""
        return self._last_lr

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimiser."""
        return {name: value for name, value in vars(self).items() if name != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over what `state_dict` gave."""
        vars(self).update(state_dict)
