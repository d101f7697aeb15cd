"""Stochastic gradient descent."""

from __future__ import annotations

from dataclasses import KW_ONLY

import numpy as np

from gradcli.engine.dtypes import Array
from gradcli.engine.tensor import Tensor
from gradcli.torch.declared import declared
from gradcli.torch.optim.optimizer import Group, NotNegative, Optimizer, Parameters, Rate


@declared
class SGD(Optimizer):
    """A step against the gradient g, or against a buffer b that remembers earlier ones (momentum).

        b ← momentum·b + (1 − dampening)·g, at first b ← g
        p ← p − lr·b; with nesterov p ← p − lr·(g + momentum·b); without momentum p ← p − lr·g

    Source: I. Sutskever et al., "On the importance of initialization and momentum in deep learning" (2013), in the form
    that PyTorch gives it. Raises ValueError for options out of range.
    """

    params: Parameters
    lr: Rate = 1e-3
    momentum: NotNegative = 0
    dampening: float = 0
    weight_decay: Rate = 0
    nesterov: bool = False
    _: KW_ONLY
    maximize: bool = False
    foreach: bool | None = None
    differentiable: bool = False
    fused: bool | None = None

    def _take_options(self, options: Group) -> None:
        if options["nesterov"] and (options["momentum"] <= 0 or options["dampening"] != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        super()._take_options(options)

    def update(self, param: Tensor, gradient: Array, options: Group) -> None:
        if options["momentum"]:
            gradient = self._remembered(param, gradient, options)
        param.array -= options["lr"] * gradient

    def _remembered(self, param: Tensor, gradient: Array, options: Group) -> Array:
        """The gradient with what is remembered of earlier ones."""
        momentum, dampening = options["momentum"], options["dampening"]
        state = self.state[param]
        if state.get("momentum_buffer") is None:
            buffer = np.array(gradient)
            state["momentum_buffer"] = Tensor(buffer)
        else:
            buffer = state["momentum_buffer"].array
            buffer *= momentum
            buffer += (1 - dampening) * gradient if dampening else gradient
        return gradient + momentum * buffer if options["nesterov"] else buffer
