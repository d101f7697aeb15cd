"""`autograd.gradcheck`: gradients compared with central differences, element by element."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradcli.engine import autograd, random
from gradcli.engine.forward import Level
from gradcli.engine.modes import enable_grad
from gradcli.engine.tensor import Tensor
from gradcli.torch.argument_checks import only_default
from gradcli.torch.autograd.blocks import units

Tensors = Sequence[Tensor]

IN_DOUBLE = (
    "Input #{} requires gradient and is not a double precision floating point or complex. This check will likely fail "
    "if all the inputs are not of double precision floating point or complex. "
)
OVERLAPPING = (
    "The {}th input has a dimension with stride 0. gradcheck only supports inputs that are non-overlapping to be able "
    "to compute the numerical gradients correctly. You should call .contiguous on the input before passing it to "
    "gradcheck."
)
NOT_REENTRANT = (
    "Backward is not reentrant, i.e., running backward with same input and grad_output multiple times gives different "
    "values, although analytical gradient matches numerical gradient.The tolerance for nondeterminism was {}."
)


class GradcheckError(RuntimeError):
    """A derivative that is not what differences say, or that is not the same twice."""


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    """True if the derivatives of `func` at `inputs` are those that differences give, for inputs that require gradients.

    eps                   the step of the differences
    atol, rtol            |analytical - numerical| <= atol + rtol |numerical| for every element
    nondet_tol            how much two backward passes may differ
    raise_exception       a failed check raises GradcheckError; otherwise it gives False
    check_undefined_grad  accepted: each output is always checked while no gradient reaches the others
    masked                accepted: there are no sparse Tensors
    """
    if not (check_forward_ad or check_backward_ad):
        raise AssertionError("Expected at least one of check_forward_ad or check_backward_ad to be True")
    only_default("autograd.gradcheck", "check_grad_dtypes", check_grad_dtypes, default=False)
    only_default("autograd.gradcheck", "check_batched_grad", check_batched_grad, default=False)
    only_default("autograd.gradcheck", "check_batched_forward_grad", check_batched_forward_grad, default=False)
    only_default("autograd.gradcheck", "fast_mode", fast_mode, default=False)
    given = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    try:
        _check(func, given, eps, (atol, rtol), nondet_tol, backward=check_backward_ad, forward=check_forward_ad)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """As `gradcheck`, for the gradient of `func` as a function of `inputs` and `grad_outputs`.

    grad_outputs                 cotangents of the outputs; random ones between -1 and 1 if None
    gen_non_contig_grad_outputs  accepted: how the random ones lie in memory makes no difference here
    check_fwd_over_rev           the gradient is checked in forward mode; check_rev_over_rev: in reverse mode
    """
    given = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    if grad_outputs is None:
        cotangents = tuple(
            Tensor(random.default_generator.uniform(y.array.shape, -1, 1, y.array.dtype), requires_grad=True)
            for y in _differentiable(func(*given))
        )
    else:
        cotangents = (grad_outputs,) if isinstance(grad_outputs, Tensor) else tuple(grad_outputs)

    def gradient(*args: Any) -> tuple[Tensor, ...]:
        inputs, cotangents = args[: len(given)], args[len(given) :]
        wanted = [x for x in inputs if isinstance(x, Tensor) and x.requires_grad]
        outputs = _differentiable(func(*inputs))
        found = autograd.grad(outputs, wanted, cotangents, create_graph=True, allow_unused=True)
        return tuple(g for g in found if g is not None)

    return gradcheck(
        gradient, (*given, *cotangents), eps=eps, atol=atol, rtol=rtol, raise_exception=raise_exception,
        nondet_tol=nondet_tol, check_undefined_grad=check_undefined_grad, check_grad_dtypes=check_grad_dtypes,
        check_batched_grad=check_batched_grad, check_forward_ad=check_fwd_over_rev,
        check_backward_ad=check_rev_over_rev, fast_mode=fast_mode, masked=masked,
    )  # fmt: skip


@enable_grad()
def _check(
    func: Callable[..., Any],
    inputs: tuple[Any, ...],
    eps: float,
    tolerances: tuple[float, float],
    nondet_tol: float,
    *,
    backward: bool,
    forward: bool,
) -> None:
    wanted = _checked_inputs(inputs)
    outputs = _differentiable(func(*inputs))
    numerical = [_differences(func, inputs, place, eps) for place in wanted]
    if not outputs:
        if any(block.any() for blocks in numerical for block in blocks):
            raise GradcheckError("Numerical gradient for function expected to be zero")
        return
    entered = [inputs[place] for place in wanted]
    for i, output in enumerate(outputs if backward else ()):
        analytical = _rows(output, entered, nondet_tol)
        for j, block in enumerate(analytical):
            _compare("Jacobian mismatch", block, numerical[j][i], (i, j), tolerances)
    for j, place in enumerate(wanted if forward else ()):
        for i, block in enumerate(_columns(func, inputs, place)):
            _compare("Jacobian computed with forward mode mismatch", block, numerical[j][i], (i, j), tolerances)
    if backward:
        _check_proportional(outputs, entered)


def _checked_inputs(inputs: tuple[Any, ...]) -> list[int]:
    """Which of the inputs are to be checked. Raises ValueError for none, RuntimeError for one that shares elements."""
    wanted = []
    for i, x in enumerate(inputs):
        if not (isinstance(x, Tensor) and x.requires_grad):
            continue
        if x.array.dtype.kind == "c":
            raise NotImplementedError("gradcli.torch.autograd.gradcheck() does not support complex inputs yet")
        if x.array.dtype != np.float64:
            warnings.warn(IN_DOUBLE.format(i), UserWarning, stacklevel=4)
        if any(n > 1 and stride == 0 for n, stride in zip(x.array.shape, np.asarray(x.array).strides, strict=True)):
            raise RuntimeError(OVERLAPPING.format(i))
        wanted.append(i)
    if not wanted:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of them have requires_grad=True."
        )
    return wanted


def _differentiable(result: Any) -> list[Tensor]:
    """The outputs that have gradients."""
    outputs = [result] if isinstance(result, Tensor) else result
    return [output for output in outputs if output.requires_grad]


def _differences(func: Callable[..., Any], inputs: tuple[Any, ...], place: int, eps: float) -> list[Any]:
    """For each output, the matrix (elements of the input, elements of the output) of central differences."""
    x = inputs[place]
    rows = []
    for i in range(x.array.size):
        low, high = (_outputs_at(func, inputs, place, i, step) for step in (-eps, eps))
        rows.append([(b - a) / (2 * eps) for a, b in zip(low, high, strict=True)])
    return [np.array(column) for column in zip(*rows, strict=True)]


def _outputs_at(func: Callable[..., Any], inputs: tuple[Any, ...], place: int, element: int, step: float) -> list[Any]:
    """The differentiable outputs, flat, with one element of an input moved by `step`."""
    moved = np.array(inputs[place].array)
    moved.reshape(-1)[element] += step
    result = func(*inputs[:place], Tensor(moved, requires_grad=True), *inputs[place + 1 :])
    outputs = [result] if isinstance(result, Tensor) else result
    chosen = _differentiable(outputs) or outputs
    return [np.asarray(output.array).ravel() for output in chosen]


def _rows(output: Tensor, inputs: Tensors, nondet_tol: float) -> list[Any]:
    """For each input, the matrix (elements of the input, elements of the output), by a backward pass an element.

    Raises GradcheckError if a second pass gives something else.
    """
    blocks = [np.zeros((x.array.size, output.array.size), x.array.dtype) for x in inputs]
    for i, unit in enumerate(units(output)):
        first, second = (_gradients([output], [unit], inputs) for _ in range(2))
        for block, a, b in zip(blocks, first, second, strict=True):
            block[:, i] = a.ravel()
            if not np.all(np.abs(a - b) <= nondet_tol) and not np.array_equal(a, b, equal_nan=True):
                raise GradcheckError(NOT_REENTRANT.format(nondet_tol))
    return blocks


def _gradients(outputs: Tensors, cotangents: Tensors, inputs: Tensors) -> list[Any]:
    """The gradients as arrays, zeros for an input that is not used."""
    found = autograd.grad(outputs, inputs, cotangents, retain_graph=True, allow_unused=True)
    return [
        np.zeros_like(x.array) if gradient is None else np.asarray(gradient.array)
        for x, gradient in zip(inputs, found, strict=True)
    ]


def _columns(func: Callable[..., Any], inputs: tuple[Any, ...], place: int) -> list[Any]:
    """For each output, the matrix (elements of the input, elements of the output), by a forward pass an element."""
    rows = []
    for unit in units(inputs[place]):
        with Level() as level:
            outputs = _differentiable(func(*inputs[:place], level.dual(inputs[place], unit), *inputs[place + 1 :]))
            tangents = [(level.tangent(output), output) for output in outputs]
            rows.append([np.ravel(np.zeros_like(y.array) if t is None else t.array) for t, y in tangents])
    return [np.array(column) for column in zip(*rows, strict=True)]


def _compare(
    what: str, analytical: Any, numerical: Any, places: tuple[int, int], tolerances: tuple[float, float]
) -> None:
    atol, rtol = tolerances
    if not np.allclose(analytical, numerical, rtol, atol):
        raise GradcheckError(
            f"{what} for output {places[0]} with respect to input {places[1]},\n"
            f"numerical:{Tensor(numerical)}\nanalytical:{Tensor(analytical)}\n"
        )


def _check_proportional(outputs: Tensors, inputs: Tensors) -> None:
    """Raises GradcheckError if cotangents of zero do not give gradients of zero."""
    zeros = [Tensor(np.zeros_like(output.array)) for output in outputs]
    if any(np.any(gradient) for gradient in _gradients(outputs, zeros, inputs)):
        raise GradcheckError("backward not multiplied by grad_output")
