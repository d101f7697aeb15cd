"""NAdam and RAdam: Adam with other momentum, and Adam that knows when its mean of squares can be trusted.

In their formulas g is the gradient, m and v the decaying means of the gradients and of their squares, t the step.
"""

from __future__ import annotations

from dataclasses import KW_ONLY

import numpy as np

from gradcli.engine.dtypes import Array, Default
from gradcli.engine.tensor import Tensor
from gradcli.torch.declared import declared
from gradcli.torch.optim.adaptive import approach, average_squares, count, shrink, take_step
from gradcli.torch.optim.optimizer import Betas, Group, NotNegative, Optimizer, Parameters, Rate


@declared
class NAdam(Optimizer):
    """Adam with the momentum of Nesterov, which looks one step ahead.

        μₜ = β₁·(1 − 0.96^(t·momentum_decay)/2)
        p ← p − lr·((1 − μₜ)/(1 − ∏μ) · g + μₜ₊₁/(1 − ∏μ·μₜ₊₁) · m) / (√(v/(1 − β₂ᵗ)) + eps)

    Source: T. Dozat, "Incorporating Nesterov momentum into Adam" (2016).
    """

    params: Parameters
    lr: Rate = 2e-3
    betas: Betas = (0.9, 0.999)
    eps: NotNegative = 1e-8
    weight_decay: NotNegative = 0
    momentum_decay: NotNegative = 4e-3
    decoupled_weight_decay: bool = False
    _: KW_ONLY
    maximize: bool = False
    foreach: bool | None = None
    capturable: bool = False
    differentiable: bool = False

    def update(self, param: Tensor, gradient: Array, options: Group) -> None:
        lr, (beta1, beta2), decay = options["lr"], options["betas"], options["momentum_decay"]
        state = self.begun(param, "exp_avg", "exp_avg_sq")
        product = state.setdefault("mu_product", Tensor(np.ones((), Default.float)))
        step = count(state)
        shrink(param, options)
        now, ahead = (beta1 * (1.0 - 0.5 * 0.96 ** (t * decay)) for t in (step, step + 1))
        product.array *= now
        so_far = product.array.item()
        mean, square = state["exp_avg"].array, state["exp_avg_sq"].array
        approach(mean, gradient, 1 - beta1)
        average_squares(square, gradient, beta2)
        scale = np.sqrt(square / (1 - beta2**step))
        scale += options["eps"]
        take_step(param, lr * (1.0 - now) / (1.0 - so_far), gradient, scale)
        take_step(param, lr * ahead / (1.0 - so_far * ahead), mean, scale)


@declared
class RAdam(Optimizer):
    """Adam that steps by the mean of the gradients alone while the variance of its scale is not tractable yet.

        ρ∞ = 2/(1 − β₂) − 1;  ρₜ = ρ∞ − 2t·β₂ᵗ/(1 − β₂ᵗ)
        p ← p − lr·m/(1 − β₁ᵗ) · (r·√(1 − β₂ᵗ)/(√v + eps) if ρₜ > 5, else 1)
        r² = (ρₜ − 4)(ρₜ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρₜ)

    Source: L. Liu et al., "On the variance of the adaptive learning rate and beyond" (2020).
    """

    params: Parameters
    lr: Rate = 1e-3
    betas: Betas = (0.9, 0.999)
    eps: NotNegative = 1e-8
    weight_decay: NotNegative = 0
    decoupled_weight_decay: bool = False
    _: KW_ONLY
    maximize: bool = False
    foreach: bool | None = None
    capturable: bool = False
    differentiable: bool = False

    _first = ("lr", "betas", "eps", "weight_decay", "maximize", "foreach", "capturable")

    def update(self, param: Tensor, gradient: Array, options: Group) -> None:
        lr, (beta1, beta2) = options["lr"], options["betas"]
        state = self.begun(param, "exp_avg", "exp_avg_sq")
        step = count(state)
        shrink(param, options)
        mean, square = state["exp_avg"].array, state["exp_avg_sq"].array
        approach(mean, gradient, 1 - beta1)
        average_squares(square, gradient, beta2)
        unbiased = 1 - beta2**step
        direction = mean / (1 - beta1**step) * lr
        most = 2 / (1 - beta2) - 1
        length = most - 2 * step * beta2**step / unbiased
        if length > 5:
            scale = np.sqrt(square)
            scale += options["eps"]
            direction *= unbiased**0.5 / scale
            direction *= ((length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length)) ** 0.5
        param.array -= direction
