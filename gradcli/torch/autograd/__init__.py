"""`torch.autograd`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradcli.torch.namespace  # noqa: F401  # attaches the methods of Tensor
from gradcli.engine import autograd
from gradcli.engine.modes import enable_grad as enable_grad
from gradcli.engine.modes import inference_mode as inference_mode
from gradcli.engine.modes import no_grad as no_grad
from gradcli.engine.modes import set_grad_enabled as set_grad_enabled
from gradcli.engine.tensor import Tensor
from gradcli.torch.absent import absent_names
from gradcli.torch.argument_checks import only_default
from gradcli.torch.autograd.anomaly_mode import detect_anomaly as detect_anomaly
from gradcli.torch.autograd.anomaly_mode import set_detect_anomaly as set_detect_anomaly
from gradcli.torch.autograd.function import Function as Function
from gradcli.torch.autograd.gradcheck import gradcheck as gradcheck
from gradcli.torch.autograd.gradcheck import gradgradcheck as gradgradcheck

__getattr__ = absent_names(
    __name__,
    submodules={
        "anomaly_mode",
        "forward_ad",
        "function",
        "functional",
        "grad_mode",
        "graph",
        "profiler",
        "profiler_util",
    },
)

Tensors = Tensor | Sequence[Tensor]
Cotangents = Tensor | Sequence[Tensor | None] | None


def backward(
    tensors: Tensors,
    grad_tensors: Cotangents = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    grad_variables: Any = None,
    inputs: Tensors | None = None,
) -> None:
    """Adds the gradient of `tensors`, weighted by `grad_tensors`, to the `.grad` of the leaves."""
    only_default("autograd.backward", "grad_variables", grad_variables)
    autograd.backward(tensors, grad_tensors, retain_graph, create_graph, inputs)


def grad(
    outputs: Tensors,
    inputs: Tensors | dict[str, Tensor],
    grad_outputs: Cotangents = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> Any:
    """The gradients of `outputs`, weighted by `grad_outputs`, for each of `inputs`; no `.grad` is touched.

    inputs            a dictionary gives a dictionary of gradients
    is_grads_batched  `grad_outputs` have one more axis, the first, and so have the gradients
    """
    only_default("autograd.grad", "only_inputs", only_inputs, True)
    if isinstance(inputs, dict):
        sought, options = tuple(inputs.values()), (only_inputs, allow_unused, is_grads_batched, materialize_grads)
        return dict(zip(inputs, grad(outputs, sought, grad_outputs, retain_graph, create_graph, *options), strict=True))
    return autograd.grad(
        outputs, inputs, grad_outputs, retain_graph, create_graph, allow_unused, materialize_grads, is_grads_batched
    )


def Variable(data: Tensor, requires_grad: bool = False) -> Tensor:  # noqa: N802  # PyTorch's name
    """A Tensor on the memory of `data`, as programs from before PyTorch 0.4 made them."""
    return data.detach().requires_grad_(requires_grad)
