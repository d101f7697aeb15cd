"""What all schedules share."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from gradcli.engine.tensor import Tensor
from gradcli.torch.optim.optimizer import Optimizer, plain

TOO_EARLY = (
    "Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and later, you should call "
    "them in the opposite order: `optimizer.step()` before `lr_scheduler.step()`.  Failure to do this will result in "
    "PyTorch skipping the first value of the learning rate schedule. See more details at "
    "https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate"
)
EPOCH_GIVEN = (
    "The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where possible. Please use "
    "`scheduler.step()` to step the scheduler. During the deprecation, if epoch is different from None, the closed "
    "form is used instead of the new chainable form, where available. Please open an issue if you are unable to "
    "replicate your use case: https://github.com/pytorch/pytorch/issues/new/choose."
)
NOT_RESUMABLE = (
    "param 'initial_lr' is not specified in param_groups[{}] when resuming scheduler with last_epoch >= 0.\n"
    "This typically happens when:\n"
    "1. You're trying to resume training from a checkpoint but haven't properly loaded the optimizer state\n"
    "2. You're using last_epoch >= 0 for a fresh training run (not recommended)"
)


class LRScheduler:
    """What all schedules by the number of the epoch share: `step` is called at the end of each epoch.

    A schedule says in `changed` what becomes of one learning rate, or in `get_lr` what becomes of all of them.
    last_epoch is the number of the epoch to resume after; -1 starts anew. Raises TypeError for what is no optimiser.
    """

    _get_lr_called_within_step = False

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        self.refuse_other(optimizer)
        for number, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", plain(group["lr"]))
            elif "initial_lr" not in group:
                raise KeyError(NOT_RESUMABLE.format(number))
        self.optimizer = optimizer
        self.base_lrs: list[float] = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._watched = _Watched(optimizer)
        self.begin()

    def _take_options(self, options: dict[str, Any]) -> None:
        """Begins with the options that a subclass declares: those of its own are attributes."""
        optimizer, last_epoch = options.pop("optimizer"), options.pop("last_epoch")
        vars(self).update(options)
        LRScheduler.__init__(self, optimizer, last_epoch)

    @staticmethod
    def refuse_other(optimizer: Any) -> None:
        """Raises TypeError for what is no optimiser."""
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")

    def refuse_epoch(self, epoch: float | None) -> None:
        """Raises TypeError for the argument that only a single schedule takes."""
        if epoch is not None:
            raise TypeError(f"{type(self).__name__}.step() takes 1 positional argument but 2 were given")

    def begin(self) -> None:
        """Makes the first step, which sets the rates of the first epoch."""
        self._step_count = 0
        self._is_initial = True
        self.step()
        self._is_initial = False

    def take_back(self) -> None:
        """Undoes the count of the last step."""
        self.last_epoch -= 1

    def step(self, epoch: int | None = None) -> None:
        """Begins the next epoch, or the one of this number: sets its learning rates."""
        if self._step_count == 1 and not self._watched.stepped:
            warnings.warn(TOO_EARLY, UserWarning, stacklevel=2)
        self._step_count += 1
        if epoch is not None:
            warnings.warn(EPOCH_GIVEN, UserWarning, stacklevel=2)
            self.go_to(epoch)
            return
        self.last_epoch += 1
        self._set(self.get_lr_within_step())

    def go_to(self, epoch: int) -> None:
        """Sets the learning rates of an epoch: by `closed` where the schedule has it, else by `get_lr`."""
        self.last_epoch = epoch
        known = type(self).closed is not LRScheduler.closed
        self._set([self.closed(base) for base in self.base_lrs] if known else self.get_lr_within_step())

    def _set(self, found: Sequence[float]) -> None:
        set_rates(self.optimizer, found)
        self._last_lr = rates(self.optimizer)

    def get_lr_within_step(self) -> list[float]:
        """`get_lr`, where it is due."""
        self._get_lr_called_within_step = True
        try:
            return self.get_lr()
        finally:
            self._get_lr_called_within_step = False

    def warn_outside_step(self) -> None:
        """Warns of a call of `get_lr` that is not one of `step`: it may move the rates on."""
        if not self._get_lr_called_within_step:
            warnings.warn(
                "To get the last learning rate computed by the scheduler, please use `get_last_lr()`.",
                UserWarning,
                stacklevel=3,
            )

    def get_lr(self) -> list[float]:
        """The learning rates of epoch `last_epoch`, computed from those that are set."""
        self.warn_outside_step()
        return [self.changed(lr, base) for lr, base in zip(rates(self.optimizer), self.base_lrs, strict=True)]

    def changed(self, lr: float, base: float) -> float:
        """What becomes of a learning rate in epoch `last_epoch`; `base` is what it started from."""
        raise NotImplementedError

    def closed(self, base: float) -> float:
        """The rate of epoch `last_epoch` by what it started from alone, for schedules that can tell."""
        raise NotImplementedError

    def get_last_lr(self) -> list[float]:
        """The learning rates that were set last."""
        return self._last_lr

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimiser, and functions, for which None stands."""
        state = {name: value for name, value in vars(self).items() if name not in ("optimizer", "_watched")}
        if "lr_lambdas" in state:
            state["lr_lambdas"] = [None] * len(state.pop("lr_lambdas"))
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over what `state_dict` gave, except functions."""
        vars(self).update({name: value for name, value in state_dict.items() if name != "lr_lambdas"})


class _Watched:
    """Whether `step` of an optimiser has been called since."""

    def __init__(self, optimizer: Optimizer) -> None:
        self.stepped = False
        step = optimizer.step

        def watched(*args: Any, **keywords: Any) -> Any:
            self.stepped = True
            return step(*args, **keywords)

        optimizer.step = watched  # type: ignore[method-assign]  # users may define optimisers with a `step` of their own


def rates(optimizer: Optimizer) -> list[float]:
    """The learning rates of the groups, as numbers."""
    return [plain(group["lr"]) for group in optimizer.param_groups]


def set_rates(optimizer: Optimizer, rates: Sequence[Any]) -> None:
    """Sets the learning rate of each group; where that is a Tensor, its value."""
    for group, rate in zip(optimizer.param_groups, rates, strict=True):
        if isinstance(group["lr"], Tensor):
            group["lr"].fill_(rate)
        else:
            group["lr"] = rate
