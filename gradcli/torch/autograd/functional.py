"""`autograd.functional`: derivatives of functions of Tensors.

Where a function takes or returns several Tensors they are a tuple, and so is what belongs to them: a Jacobian of
several outputs with respect to several inputs is a tuple, by output, of tuples, by input, of Tensors whose shape is the
output's followed by the input's. Nothing is added to any `.grad`.

create_graph    the results can be differentiated again, with respect to inputs that need gradients
strict          raises RuntimeError where an output does not depend on an input, which otherwise gives zeros
vectorize       accepted; all rows come of one backward pass anyway, but under `strict`, which looks at each
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gradcli.engine import autograd, ops
from gradcli.engine.forward import Level, settled
from gradcli.engine.modes import enable_grad
from gradcli.engine.tensor import Tensor
from gradcli.torch.absent import absent_names
from gradcli.torch.autograd import strict as strictly
from gradcli.torch.autograd.blocks import columns, of_columns, of_rows, unit_batches, units, zeros, zeros_of
from gradcli.torch.autograd.strict import refuse_constant, refuse_flat_row, refuse_unused

__getattr__ = absent_names(__name__)

Tensors = tuple[Tensor, ...]
Given = Tensor | Tensors

OUTPUTS = "outputs of the user-provided function"
STRATEGIES = ("forward-mode", "reverse-mode")
BETTER = (
    ' Hint: If your function has more outputs than inputs, "forward-mode" tends to be more performant. Otherwise, '
    'prefer to use "reverse-mode".'
)


def _tuple(x: Any, what: str, function: str) -> tuple[bool, Tensors]:
    """Whether it is a tuple, and its Tensors. Raises TypeError for anything else."""
    if isinstance(x, Tensor):
        return False, (x,)
    wrong = next((i for i, each in enumerate(x) if not isinstance(each, Tensor)), None) if isinstance(x, tuple) else -1
    if wrong is None:
        return True, x
    value = f"value at index {wrong}" if wrong >= 0 else f"given {what}"
    kind = type(x[wrong] if wrong >= 0 else x)
    raise TypeError(
        f"The {what} given to {function} must be either a Tensor or a tuple of Tensors but the {value} has type {kind}."
    )


def _fresh(tensors: Tensors, create_graph: bool, requires_grad: bool = True) -> Tensors:
    """New Tensors for the same values, so that those the function knows already are constants to it."""
    return tuple(
        ops.alias(x) if create_graph and x.requires_grad else x.detach().requires_grad_(requires_grad) for x in tensors
    )


def _released(tensors: Sequence[Tensor], many: bool, create_graph: bool) -> Given:
    """The result as the user gets it: with a history only if asked for."""
    results = tuple(tensors) if create_graph else tuple(x.detach() for x in tensors)
    return results if many else results[0]


def _gradients(
    outputs: Sequence[Tensor | None], inputs: Tensors, v: Sequence[Tensor] | None, create_graph: bool
) -> tuple[Tensor | None, ...]:
    """The gradients for each input of those outputs that have any; None where there is none."""
    cotangents: Sequence[Tensor | None] = v or [None] * len(outputs)
    pairs = [(x, g) for x, g in zip(outputs, cotangents, strict=True) if x is not None and x.requires_grad]
    if not pairs:
        return (None,) * len(inputs)
    roots, given = zip(*pairs, strict=True)
    return autograd.grad(roots, inputs, given, retain_graph=True, create_graph=create_graph, allow_unused=True)


def _filled(gradients: Sequence[Tensor | None], like: Tensors) -> Tensors:
    """The gradients with zeros for None."""
    return tuple(zeros(x) if g is None else g for g, x in zip(gradients, like, strict=True))


def _vector(v: Given | None, like: Tensors, many: bool, function: str, create_graph: bool, of: str) -> Tensors | None:
    """`v` as a tuple that fits `like`. Raises RuntimeError if it does not, or is None where it is needed."""
    if v is None:
        if len(like) != 1 or like[0].array.size != 1:
            raise RuntimeError(f"The vector v can only be None if {of} a single Tensor with a single element.")
        return None
    tensors = _fresh(_tuple(v, "v", function)[1], create_graph, requires_grad=False)
    if len(tensors) != len(like):
        raise RuntimeError(
            f"v is a tuple of invalid length: should be {len(like)} but got {len(tensors)}."
            if many
            else "The given v should contain a single Tensor."
        )
    for i, (tensor, x) in enumerate(zip(tensors, like, strict=True)):
        if tensor.shape != x.shape:
            entry = f"Entry {i} in " if many else ""
            raise RuntimeError(f"{entry}v has invalid size: should be {x.shape} but got {tensor.shape}.")
    return tensors


def _outputs(result: Any, function: str, strict: bool) -> tuple[bool, Tensors]:
    """What the function gave, as `_tuple`."""
    many, outputs = _tuple(result, OUTPUTS, function)
    if strict:
        refuse_constant(outputs, strictly.CONSTANT_OUTPUT)
    return many, outputs


def _scalar(result: Any, function: str, strict: bool) -> Tensor:
    """The one number that a function gives. Raises RuntimeError if it gives something else."""
    many, outputs = _outputs(result, function, strict)
    if many:
        raise RuntimeError(f"The function given to {function} should return a single Tensor")
    if outputs[0].array.size != 1:
        raise RuntimeError(f"The Tensor returned by the function given to {function} should contain a single element")
    return outputs[0]


@enable_grad()
def vjp(
    func: Callable[..., Any], inputs: Given, v: Given | None = None, create_graph: bool = False, strict: bool = False
) -> tuple[Given, Given]:
    """`func(*inputs)`, and the product of `v`, shaped like that, with the Jacobian, shaped like the inputs.

    v may be None if the function gives a single number.
    """
    many, given = _tuple(inputs, "inputs", "vjp")
    entered = _fresh(given, create_graph)
    many_outputs, outputs = _outputs(func(*entered), "vjp", strict)
    cotangents = _vector(v, outputs, many_outputs, "vjp", create_graph, "the user-provided function returns")
    found = _gradients(outputs, entered, cotangents, create_graph)
    if strict:
        refuse_unused(found, strictly.UNUSED_INPUT, "jacobian", create_graph=create_graph)
    product = _filled(found, entered)
    return _released(outputs, many_outputs, create_graph), _released(product, many, create_graph)


@enable_grad()
def jvp(
    func: Callable[..., Any], inputs: Given, v: Given | None = None, create_graph: bool = False, strict: bool = False
) -> tuple[Given, Given]:
    """`func(*inputs)`, and the product of the Jacobian with `v`, shaped like the inputs; the product like the outputs.

    It is the gradient of the product u·J with respect to u, which is linear in u. v may be None if the only input is a
    single number.
    """
    many, given = _tuple(inputs, "inputs", "jvp")
    entered = _fresh(given, create_graph)
    tangents = _vector(v, entered, many, "jvp", create_graph, "the input to the user-provided function is")
    many_outputs, outputs = _outputs(func(*entered), "jvp", strict)
    u = tuple(zeros(x, requires_grad=True) for x in outputs)
    products = _gradients(outputs, entered, u, create_graph=True)
    found = _gradients(products, u, tangents, create_graph)
    if strict:
        refuse_constant(products, strictly.CONSTANT_GRADIENT)
        refuse_unused(found, strictly.UNUSED_IN_TRICK, "jacobian", create_graph=create_graph)
    result = _filled(found, outputs)
    return _released(outputs, many_outputs, create_graph), _released(result, many_outputs, create_graph)


def jacobian(
    func: Callable[..., Any],
    inputs: Given,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """The Jacobian of `func` at `inputs`.

    strategy    "reverse-mode", row by row; or, with vectorize=True, "forward-mode", column by column
    """
    if strategy not in STRATEGIES:
        raise AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode".' + BETTER)
    if strategy == "forward-mode":
        _refuse_forward(create_graph, strict)
        return _by_columns(func, inputs, vectorize)
    return _by_rows(func, inputs, create_graph, strict, vectorize)


def _refuse_forward(create_graph: bool, strict: bool) -> None:
    """Raises what PyTorch raises for what its forward mode does not take."""
    if create_graph:
        raise NotImplementedError(
            'torch.autograd.functional.jacobian: `create_graph=True` and `strategy="forward-mode"` are not supported '
            'together (yet). Please either set `create_graph=False` or `strategy="reverse-mode"`.'
        )
    if strict:
        raise RuntimeError(
            'torch.autograd.functional.jacobian: `strict=True` and `strategy="forward-mode"` are not supported '
            'together (yet). Please either set `strict=False` or `strategy="reverse-mode"`.'
        )


@enable_grad()
def _by_rows(func: Callable[..., Any], inputs: Given, create_graph: bool, strict: bool, vectorize: bool) -> Any:
    many, given = _tuple(inputs, "inputs", "jacobian")
    entered = _fresh(given, create_graph)
    many_outputs, outputs = _outputs(func(*entered), "jacobian", strict)
    if vectorize and strict:
        raise RuntimeError(
            "torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported together. "
            "Please either set `strict=False` or `vectorize=False`."
        )
    blocks = []
    for i, output in enumerate(outputs):
        if strict and output.array.size:
            found = [_gradients([output], entered, [one], create_graph) for one in units(output)]
            for row in found:
                refuse_flat_row(row, i, create_graph=create_graph)
            batches = [tuple(map(ops.stack, zip(*found, strict=True)))]
        else:
            batches = [_batch_of_rows(output, entered, each, create_graph) for each in unit_batches(output, [output])]
        by_input = zip(*batches, strict=True)
        parts = [of_rows(part, output, x) for part, x in zip(by_input, entered, strict=True)]
        blocks.append(_released(parts, many, create_graph))
    return tuple(blocks) if many_outputs else blocks[0]


def _batch_of_rows(output: Tensor, inputs: Tensors, cotangents: Tensor, create_graph: bool) -> Tensors:
    """The gradients for each input of `output` with each of these cotangents, which lie along a new first axis."""
    none = tuple(zeros_of(len(cotangents), x) for x in inputs)
    if not (output.requires_grad and len(cotangents)):
        return none
    found = autograd.grad(
        output,
        inputs,
        cotangents,
        retain_graph=True,
        create_graph=create_graph,
        allow_unused=True,
        is_grads_batched=True,
    )
    return tuple(zero if g is None else g for g, zero in zip(found, none, strict=True))


@enable_grad()
def _by_columns(func: Callable[..., Any], inputs: Given, vectorize: bool) -> Any:
    """In forward mode, which PyTorch has for `vectorize` only; a history that leads to `inputs` is kept."""
    many, given = _tuple(inputs, "inputs", "jacobian")
    if not vectorize:
        raise NotImplementedError(
            "Computing Jacobian using forward-AD or forward-over-reverse Hessian isonly implemented for "
            "`vectorize=True`."
        )
    with Level() as level:
        duals = [level.dual(x, None) for x in given]
        many_outputs, outputs = _tuple(func(*duals), "outputs", "None")
        found = columns(level, duals, outputs)
        blocks = [
            [settled(of_columns(batch, x), level.entries) for batch in zip(*batches, strict=True)]
            for batches, x in zip(found, given, strict=True)
        ]
    by_output = [list(blocks) if many else blocks[0] for blocks in zip(*blocks, strict=True)]  # lists, as in PyTorch
    return by_output if many_outputs else by_output[0]


def hessian(
    func: Callable[..., Any],
    inputs: Given,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """The matrix of second derivatives of `func`, which gives a single number: the Jacobian of its gradient."""
    many, _ = _tuple(inputs, "inputs", "hessian")
    if outer_jacobian_strategy not in STRATEGIES:
        raise AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode".')

    def gradient(*given: Tensor) -> Tensors:
        rows = jacobian(lambda *x: _scalar(func(*x), "hessian", strict), given, create_graph=True)
        rows = tuple(ops.reshape(row, x.shape) for row, x in zip(rows, given, strict=True))
        if strict:
            refuse_constant(rows, strictly.CONSTANT_JACOBIAN)
        return rows

    blocks = jacobian(gradient, inputs, create_graph, strict, vectorize, outer_jacobian_strategy)
    return blocks if many else blocks[0]


@enable_grad()
def vhp(
    func: Callable[..., Any], inputs: Given, v: Given | None = None, create_graph: bool = False, strict: bool = False
) -> tuple[Tensor, Given]:
    """`func(*inputs)`, a single number, and the product of `v` with its Hessian; both like the inputs.

    v may be None if the only input is a single number.
    """
    many, entered, vector, value, gradient = _second_order("vhp", func, inputs, v, create_graph, strict)
    found = _gradients(gradient, entered, vector, create_graph)
    if strict:
        refuse_unused(found, strictly.UNUSED_BY_JACOBIAN, "hessian", create_graph=create_graph)
    product = _filled(found, entered)
    return _released([value], False, create_graph), _released(product, many, create_graph)  # type: ignore[return-value]


@enable_grad()
def hvp(
    func: Callable[..., Any], inputs: Given, v: Given | None = None, create_graph: bool = False, strict: bool = False
) -> tuple[Tensor, Given]:
    """As `vhp`, for the product of the Hessian with `v`; computed as `jvp` computes it."""
    many, entered, vector, value, gradient = _second_order("hvp", func, inputs, v, create_graph, strict)
    u = tuple(zeros(x, requires_grad=True) for x in entered)
    products = _gradients(gradient, entered, u, create_graph=True)
    found = _gradients(products, u, vector, create_graph)
    if strict:
        refuse_constant(gradient, strictly.CONSTANT_HESSIAN)
        refuse_unused(found, strictly.UNUSED_IN_HESSIAN_TRICK, "hessian", create_graph=create_graph)
    product = _filled(found, entered)
    return _released([value], False, create_graph), _released(product, many, create_graph)  # type: ignore[return-value]


def _second_order(
    function: str, func: Callable[..., Any], inputs: Given, v: Given | None, create_graph: bool, strict: bool
) -> tuple[bool, Tensors, Tensors | None, Tensor, tuple[Tensor | None, ...]]:
    """Whether there are several inputs, the inputs, the vector, the value, and its gradient, with a history."""
    many, given = _tuple(inputs, "inputs", function)
    entered = _fresh(given, create_graph)
    vector = _vector(v, entered, many, function, create_graph, "the input to the user-provided function is")
    value = _scalar(func(*entered), function, strict)
    gradient = _gradients([value], entered, None, create_graph=True)
    if strict:
        refuse_constant(gradient, strictly.CONSTANT_JACOBIAN)
    return many, entered, vector, value, gradient
