"""What `strict=True` does not allow in `autograd.functional`, in PyTorch's words."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.engine.tensor import Tensor

STRICT = " This is not allowed in strict mode"
CONSTANT_OUTPUT = (
    "Output {} of the user-provided function does not require gradients. The outputs must be computed in a "
    "differentiable manner from the input when running in strict mode."
)
UNUSED_INPUT = "The output of the user-provided function is independent of input {}." + STRICT + "."
UNUSED_BY_OUTPUT = "Output {} of the user-provided function is independent of input {}." + STRICT + "."
UNUSED_BY_JACOBIAN = "The jacobian of the user-provided function is independent of input {}." + STRICT + "."
FLAT = "The {} of the user-provided function is independent of input {}." + STRICT + " when create_graph=True."
CONSTANT_GRADIENT = (
    "The gradient with respect to input {} is independent of the inputs of the user-provided function." + STRICT + "."
)
CONSTANT_JACOBIAN = (
    "While computing the hessian, found that the jacobian of the user-provided function with respect to input {} is "
    "independent of the input." + STRICT + ". You should ensure that your function is twice differentiable and that "
    "the jacobian depends on the inputs (this would be violated by a linear function for example)."
)
CONSTANT_HESSIAN = (
    "The hessian of the user-provided function with respect to input {} is independent of the input." + STRICT + ". "
    "You should ensure that your function is thrice differentiable and that the hessian depends on the inputs."
)
UNUSED_IN_TRICK = (
    "The gradient with respect to the input is independent of entry {} in the grad_outputs when using the double "
    "backward trick to compute forward mode gradients." + STRICT + "."
)
UNUSED_IN_HESSIAN_TRICK = (
    "The hessian of the user-provided function is independent of entry {} in the grad_jacobian." + STRICT + " as it "
    "prevents from using the double backward trick to replace forward mode AD."
)


def refuse_constant(tensors: Sequence[Tensor | None], message: str) -> None:
    """Raises RuntimeError for a Tensor without a history, or none."""
    for i, tensor in enumerate(tensors):
        if tensor is None:
            raise RuntimeError(UNUSED_INPUT.format(i))
        if not tensor.requires_grad:
            raise RuntimeError(message.format(i))


def refuse_unused(gradients: Sequence[Tensor | None], unused: str, what: str, *, create_graph: bool) -> None:
    """Raises RuntimeError with the message `unused` for None; for one without a history where it should have one."""
    for i, gradient in enumerate(gradients):
        if gradient is None:
            raise RuntimeError(unused.format(i))
        if create_graph and not gradient.requires_grad:
            raise RuntimeError(FLAT.format(what, i))


def refuse_flat_row(row: Sequence[Tensor | None], output: int, *, create_graph: bool) -> None:
    """Raises RuntimeError for an input on which this row of a Jacobian, or what it is a row of, does not depend."""
    for i, gradient in enumerate(row):
        if gradient is None:
            raise RuntimeError(UNUSED_BY_OUTPUT.format(output, i))
        if create_graph and not gradient.requires_grad:
            raise RuntimeError(FLAT.format("jacobian", output))
