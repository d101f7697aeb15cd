"""Hooks of a Module that see the gradients on their way back through it.

An identity stands before and one behind the module's computation: the one behind sees the cotangents of the outputs
arrive, the one before sees those of the inputs leave.
"""

from __future__ import annotations

import warnings
from threading import get_ident
from typing import TYPE_CHECKING, Any

from gradcli.engine.modes import THREAD
from gradcli.engine.tensor import Tensor
from gradcli.torch.autograd.function import Function

if TYPE_CHECKING:
    from gradcli.torch.nn.module import Module

NO_INPUT = (
    "Full backward hook is firing when gradients are computed with respect to module outputs since no inputs require "
    "gradients. See https://docs.pytorch.org/docs/main/generated/torch.nn.Module.html"
    "#torch.nn.Module.register_full_backward_hook for more details."
)


class BackwardHookFunction(Function):
    """The identity; `seen(cotangents)` is called on the way back, and what it returns goes on.

    zeros  whether zeros stand for a cotangent that did not arrive: PyTorch shows them for inputs, None for outputs
    """

    runs_hooks = True

    @staticmethod
    def forward(ctx: Any, seen: Any, zeros: bool, *tensors: Tensor) -> tuple[Tensor, ...]:
        ctx.seen = seen
        ctx.mark_non_differentiable(*[tensor for tensor in tensors if not tensor.requires_grad])
        ctx.set_materialize_grads(zeros)
        return tensors

    @staticmethod
    def backward(ctx: Any, *cotangents: Tensor | None) -> tuple[Any, ...]:
        unheard = THREAD.mode.unheard  # a pass that the user has not asked for
        return None, None, *(cotangents if unheard else ctx.seen(cotangents))


class BackwardHooks:
    """The hooks around one call of a module."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._outputs: dict[int, tuple[Any, ...]] = {}  # by thread: several may go back through one graph
        self._inputs = 0
        self._input_places: list[int] = []

    def before(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments, with the identity behind them."""
        self._inputs = len(args)
        self._input_places, args = _watched(self._leaving, True, args)
        return args

    def behind(self, output: Any) -> Any:
        """The output, a Tensor or a tuple, with the identity behind it."""
        several = isinstance(output, tuple)
        outputs = output if several else (output,)
        places: list[int] = []

        def arriving(cotangents: tuple[Any, ...]) -> tuple[Any, ...]:
            found = self._arriving(_spread(places, cotangents, len(outputs)))
            return tuple(found[place] for place in places)

        places[:], outputs = _watched(arriving, False, outputs)
        return outputs if several else outputs[0]

    def _arriving(self, cotangents: tuple[Any, ...]) -> tuple[Any, ...]:
        for hook in [*self._module._backward_pre_hooks.values()]:
            changed = hook(self._module, cotangents)
            if changed is not None:
                _refuse_other_number("pre hook", "grad_output", changed, cotangents)
                cotangents = tuple(changed)
        self._outputs[get_ident()] = cotangents
        if not self._input_places:
            self._tell_without_inputs(cotangents)
        return cotangents

    def _tell_without_inputs(self, cotangents: tuple[Any, ...]) -> None:
        if self._module._backward_hooks:
            warnings.warn(NO_INPUT, UserWarning, stacklevel=2)
        for hook in [*self._module._backward_hooks.values()]:
            changed = hook(self._module, (None,) * self._inputs, cotangents)
            if changed is not None and not (isinstance(changed, tuple) and all(x is None for x in changed)):
                raise RuntimeError(
                    "Backward hook for Modules where no input requires gradient should always return None or None for "
                    "all gradients."
                )

    def _leaving(self, cotangents: tuple[Any, ...]) -> tuple[Any, ...]:
        outputs = self._outputs.get(get_ident())
        if outputs is None:  # a gradient that came past the module's outputs, as in a second derivative
            return cotangents
        gradients = _spread(self._input_places, cotangents, self._inputs)
        for hook in [*self._module._backward_hooks.values()]:
            changed = hook(self._module, gradients, outputs)
            if changed is not None:
                _refuse_other_number("hook", "grad_input", changed, gradients)
                gradients = tuple(changed)
        del self._outputs[get_ident()]
        return tuple(gradients[place] for place in self._input_places)


def _watched(seen: Any, zeros: bool, values: tuple[Any, ...]) -> tuple[list[int], tuple[Any, ...]]:
    """The places of the Tensors among the values, and the values with an identity behind these, if one needs it."""
    places = [i for i, value in enumerate(values) if isinstance(value, Tensor)]
    if not (THREAD.mode.enabled and any(values[place].requires_grad for place in places)):
        return [], values
    changed = list(values)
    tensors = BackwardHookFunction.apply(seen, zeros, *[values[place] for place in places])
    for place, tensor in zip(places, tensors, strict=True):
        changed[place] = tensor
    return places, tuple(changed)


def _spread(places: list[int], values: tuple[Any, ...], count: int) -> tuple[Any, ...]:
    """The values at their places among so many, None elsewhere."""
    found: list[Any] = [None] * count
    for place, value in zip(places, values, strict=True):
        found[place] = value
    return tuple(found)


def _refuse_other_number(hook: str, what: str, changed: Any, before: tuple[Any, ...]) -> None:
    if len(changed) != len(before):
        raise RuntimeError(
            f"Backward {hook} returned an invalid number of {what}, got {len(changed)}, but expected {len(before)}"
        )
