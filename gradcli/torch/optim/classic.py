"""Optimisers from before Adam: averaged gradient descent, and steps by the sign of the gradient alone."""

from __future__ import annotations

from dataclasses import KW_ONLY
from typing import Annotated, Any

import numpy as np

from gradcli.engine.dtypes import Array, Default
from gradcli.engine.ops.piecewise import signum
from gradcli.engine.tensor import Tensor
from gradcli.torch.declared import declared
from gradcli.torch.optim.adaptive import count
from gradcli.torch.optim.optimizer import Group, NotNegative, Optimizer, Parameters, Rate


@declared
class ASGD(Optimizer):
    """Gradient descent at a falling rate; the state has "ax", the average of the parameters from step `t0` on.

        p ← p·(1 − lambd·η) − η·g;  ηₜ₊₁ = lr / (1 + lambd·lr·t)^alpha

    Source: B. T. Polyak, A. B. Juditsky, "Acceleration of stochastic approximation by averaging" (1992).
    """

    params: Parameters
    lr: Rate = 1e-2
    lambd: float = 1e-4
    alpha: float = 0.75
    t0: float = 1e6
    weight_decay: NotNegative = 0
    foreach: bool | None = None
    maximize: bool = False
    differentiable: bool = False
    capturable: bool = False

    def update(self, param: Tensor, gradient: Array, options: Group) -> None:
        lr, lambd = options["lr"], options["lambd"]
        state = self.begun(param, "ax")
        rate = state.setdefault("eta", Tensor(np.array(lr, Default.float)))
        weight = state.setdefault("mu", Tensor(np.ones((), Default.float)))
        step = count(state)
        param.array *= 1 - lambd * rate.array.item()
        param.array -= rate.array.item() * gradient
        average = state["ax"].array
        average += (param.array - average) * weight.array.item()
        rate.array[...] = lr / (1 + lambd * lr * step) ** options["alpha"]
        weight.array[...] = 1 / max(1, step - options["t0"])


def shrinks_and_grows(_name: str, etas: Any) -> None:
    """Raises PyTorch's ValueError unless the first factor is below one and the second above."""
    if not 0 < etas[0] < 1 < etas[1]:
        raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}")


Etas = Annotated[tuple[float, float], shrinks_and_grows]


@declared
class Rprop(Optimizer):
    """Steps by the sign of the gradient; each element's step grows while the sign stays, and shrinks when it turns.

    etas        the factors by which a step shrinks and grows
    step_sizes  the least and the largest step
    Source: M. Riedmiller, H. Braun, "A direct adaptive method for faster backpropagation learning" (1993).
    """

    params: Parameters
    lr: Rate = 1e-2
    etas: Etas = (0.5, 1.2)
    step_sizes: tuple[float, float] = (1e-6, 50)
    _: KW_ONLY
    foreach: bool | None = None
    maximize: bool = False
    differentiable: bool = False
    capturable: bool = False

    def update(self, param: Tensor, gradient: Array, options: Group) -> None:
        shrinking, growing = options["etas"]
        state = self.begun(param, "prev")
        sizes = state.setdefault("step_size", Tensor(np.full_like(gradient, options["lr"]))).array
        count(state)
        before = state["prev"].array
        turn = signum(gradient * before)
        sizes *= np.where(turn > 0, growing, np.where(turn < 0, shrinking, 1)).astype(sizes.dtype)
        np.clip(sizes, *options["step_sizes"], out=sizes)
        before[...] = np.where(turn < 0, 0, gradient)
        param.array -= signum(before) * sizes
