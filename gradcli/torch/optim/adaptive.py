"""Optimisers that scale each element's step by what its gradients were so far.

In their formulas g is the gradient and t the number of the step; state starts at zero unless another start is given.
All raise ValueError for options out of range, and NotImplementedError for complex parameters.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, field
from typing import Any

import numpy as np

from gradcli.engine.dtypes import Array
from gradcli.engine.tensor import Tensor
from gradcli.torch.declared import declared
from gradcli.torch.optim.optimizer import Betas, Group, NotNegative, Optimizer, Parameters, Rate, State, UpToOne


@declared
class Adam(Optimizer):
    """Steps by the mean m of the gradients over the root of the mean v of their squares, both decaying.

        m ← β₁·m + (1 − β₁)·g;  v ← β₂·v + (1 − β₂)·g²
        p ← p − lr/(1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + eps)

    With amsgrad the largest v so far takes the place of v. Source: D. P. Kingma, J. Ba, "Adam: a method for stochastic
    optimization" (2015); S. J. Reddi et al., "On the convergence of Adam and beyond" (2018).
    """

    params: Parameters
    lr: Rate = 1e-3
    betas: Betas = (0.9, 0.999)
    eps: NotNegative = 1e-8
    weight_decay: NotNegative = 0
    amsgrad: bool = False
    _: KW_ONLY
    maximize: bool = False
    foreach: bool | None = None
    capturable: bool = False
    differentiable: bool = False
    fused: bool | None = None
    decoupled_weight_decay: bool = False

    def update(self, param: Tensor, gradient: Array, options: Group) -> None:
        lr, (beta1, beta2) = options["lr"], options["betas"]
        names = ["exp_avg", "exp_avg_sq"] + ["max_exp_avg_sq"] * options["amsgrad"]
        state = self.begun(param, *names)
        step = count(state)
        shrink(param, options)
        mean, square = state["exp_avg"].array, state["exp_avg_sq"].array
        approach(mean, gradient, 1 - beta1)
        average_squares(square, gradient, beta2)
        if options["amsgrad"]:
            square = np.maximum(state["max_exp_avg_sq"].array, square, out=state["max_exp_avg_sq"].array)
        scale = np.sqrt(square)
        scale /= (1 - beta2**step) ** 0.5
        scale += options["eps"]
        take_step(param, lr / (1 - beta1**step), mean, scale)


@declared
class AdamW(Adam):
    """Adam whose weight decay is no part of the gradient: it shrinks the parameters, p ← p·(1 − lr·weight_decay).

    Source: I. Loshchilov, F. Hutter, "Decoupled weight decay regularization" (2019).
    """

    weight_decay: NotNegative = 1e-2
    decoupled_weight_decay: bool = field(default=True, init=False)


@declared
class Adamax(Optimizer):
    """Adam with a decaying maximum u in place of the mean of squares.

        m ← β₁·m + (1 − β₁)·g;  u ← max(β₂·u, |g| + eps);  p ← p − lr/(1 − β₁ᵗ) · m / u

    Source: D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization" (2015), section 7.
    """

    params: Parameters
    lr: Rate = 2e-3
    betas: Betas = (0.9, 0.999)
    eps: NotNegative = 1e-8
    weight_decay: NotNegative = 0
    foreach: bool | None = None
    _: KW_ONLY
    maximize: bool = False
    differentiable: bool = False
    capturable: bool = False

    def update(self, param: Tensor, gradient: Array, options: Group) -> None:
        beta1, beta2 = options["betas"]
        state = self.begun(param, "exp_avg", "exp_inf")
        step = count(state)
        mean, largest = state["exp_avg"].array, state["exp_inf"].array
        approach(mean, gradient, 1 - beta1)
        largest *= beta2
        np.maximum(largest, np.abs(gradient) + options["eps"], out=largest)
        take_step(param, options["lr"] / (1 - beta1**step), mean, largest)


@declared
class RMSprop(Optimizer):
    """Steps by the gradient over the root of a decaying mean v of its squares.

        v ← α·v + (1 − α)·g²;  s = √v + eps;  p ← p − lr·g / s

    centered takes √(v − m²) with the decaying mean m of the gradients; with momentum b ← momentum·b + g/s and
    p ← p − lr·b. Source: G. Hinton, "Neural networks for machine learning", lecture 6; A. Graves, "Generating sequences
    with recurrent neural networks" (2013).
    """

    params: Parameters
    lr: Rate = 1e-2
    alpha: NotNegative = 0.99
    eps: NotNegative = 1e-8
    weight_decay: NotNegative = 0
    momentum: NotNegative = 0
    centered: bool = False
    capturable: bool = False
    foreach: bool | None = None
    maximize: bool = False
    differentiable: bool = False

    _first = ("lr", "momentum", "alpha", "eps", "centered")

    def update(self, param: Tensor, gradient: Array, options: Group) -> None:
        alpha, momentum = options["alpha"], options["momentum"]
        names = ["square_avg"] + ["momentum_buffer"] * (momentum > 0) + ["grad_avg"] * options["centered"]
        state = self.begun(param, *names)
        count(state)
        square = state["square_avg"].array
        average_squares(square, gradient, alpha)
        if options["centered"]:
            mean = state["grad_avg"].array
            approach(mean, gradient, 1 - alpha)
            scale = np.sqrt(square - mean * mean)
        else:
            scale = np.sqrt(square)
        scale += options["eps"]
        if momentum > 0:
            buffer = state["momentum_buffer"].array
            buffer *= momentum
            buffer += gradient / scale
            param.array -= options["lr"] * buffer
        else:
            take_step(param, options["lr"], gradient, scale)


@declared
class Adagrad(Optimizer):
    """Steps by the gradient over the root of the sum of its squares, which starts at `initial_accumulator_value`.

        s ← s + g²;  p ← p − lr/(1 + (t − 1)·lr_decay) · g / (√s + eps)

    Source: J. Duchi, E. Hazan, Y. Singer, "Adaptive subgradient methods" (2011).
    """

    params: Parameters
    lr: Rate = 1e-2
    lr_decay: NotNegative = 0
    weight_decay: NotNegative = 0
    initial_accumulator_value: NotNegative = 0
    eps: NotNegative = 1e-10
    foreach: bool | None = None
    _: KW_ONLY
    maximize: bool = False
    differentiable: bool = False
    fused: bool | None = None

    _first = ("lr", "lr_decay", "eps")

    def _take_options(self, options: Group) -> None:
        super()._take_options(options)
        for group in self.param_groups:
            for param in group["params"]:
                self._begun(param, group)

    def _begun(self, param: Tensor, options: Group) -> State:
        return self.begun(param, "sum", start=options["initial_accumulator_value"])

    def update(self, param: Tensor, gradient: Array, options: Group) -> None:
        state = self._begun(param, options)
        step = count(state)
        total = state["sum"].array
        total += gradient * gradient
        scale = np.sqrt(total)
        scale += options["eps"]
        take_step(param, options["lr"] / (1 + (step - 1) * options["lr_decay"]), gradient, scale)


@declared
class Adadelta(Optimizer):
    """Steps whose size comes from a decaying mean u of the squares of earlier steps.

        v ← ρ·v + (1 − ρ)·g²;  d = √(u + eps) / √(v + eps) · g;  u ← ρ·u + (1 − ρ)·d²;  p ← p − lr·d

    Source: M. D. Zeiler, "ADADELTA: an adaptive learning rate method" (2012).
    """

    params: Parameters
    lr: Rate = 1.0
    rho: UpToOne = 0.9
    eps: NotNegative = 1e-6
    weight_decay: NotNegative = 0
    foreach: bool | None = None
    _: KW_ONLY
    capturable: bool = False
    maximize: bool = False
    differentiable: bool = False

    _first = ("lr", "rho", "eps", "weight_decay", "maximize", "capturable")

    def update(self, param: Tensor, gradient: Array, options: Group) -> None:
        rho, eps = options["rho"], options["eps"]
        state = self.begun(param, "square_avg", "acc_delta")
        count(state)
        square, earlier = state["square_avg"].array, state["acc_delta"].array
        average_squares(square, gradient, rho)
        delta = np.sqrt(earlier + eps)
        delta /= np.sqrt(square + eps)
        delta *= gradient
        average_squares(earlier, delta, rho)
        param.array -= options["lr"] * delta


def count(state: State) -> float:
    """Counts a step and gives its number."""
    state["step"].array += 1
    return float(state["step"].array)


def shrink(param: Tensor, options: Group) -> None:
    """Weight decay that is no part of the gradient: p ← p·(1 − lr·weight_decay), where that is asked for."""
    if options["weight_decay"] and options["decoupled_weight_decay"]:
        param.array *= 1 - options["lr"] * options["weight_decay"]


def approach(mean: Array, target: Array, weight: float) -> None:
    """Moves `mean` towards `target` by a part of the way: `lerp_`, which starts from the nearer end."""
    if weight < 0.5:
        mean += weight * (target - mean)
    else:
        mean[...] = target - (1 - weight) * (target - mean)


def average_squares(mean: Array, values: Array, decay: float) -> None:
    """Takes the squares of `values` into their decaying mean."""
    mean *= decay
    mean += (1 - decay) * values * values


def take_step(param: Tensor, size: float, direction: Array, scale: Array) -> None:
    """p ← p − size · direction / scale, multiplied first: `addcdiv_`."""
    change: Any = size * direction
    change /= scale
    param.array -= change
