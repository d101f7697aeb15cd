"""The engine's part: the value, the graph, the gradients, and what went wrong where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradcli.calculator.kernel.prepare import Array, Prepared
from gradcli.engine import autograd, methods
from gradcli.engine.graph import ordered, source_of
from gradcli.engine.modes import no_grad
from gradcli.engine.structure import GraphNode, structure
from gradcli.engine.tensor import Tensor
from gradcli.errors import InputError
from gradcli.lang.evaluate import After, evaluate
from gradcli.lang.tree import Expr

methods.attach()


@dataclass(frozen=True)
class Computed:
    """The engine's answer.

    value      the result's array
    cotangent  the one used; None for a scalar
    gradients  per name of `at`, one array an order
    sizes      per order, how many operations are behind what it is the slope of: the result, or the derivative before
    graph      the grad_fn chain; empty where the result depends on no variable
    leaves     the variables that all of it was computed from
    """

    value: Array
    cotangent: Array
    gradients: dict[str, list[Array]]
    sizes: list[int]
    graph: tuple[GraphNode, ...]
    leaves: dict[str, Tensor]


def value_of(prepared: Prepared, values: Mapping[str, Any], after: After | None = None) -> Tensor:
    """The result for these values of all names, as a Tensor. Raises InputError if it is not a number or an array."""
    result = evaluate(prepared.program, values, prepared.parsed.source, after)
    if type(result) is float and prepared.at:  # of constants alone: in the dtype of the variables, as with them
        result = next(iter(prepared.at.values())).dtype.type(result)
    tensor = result if isinstance(result, Tensor) else Tensor(np.asarray(result))
    if tensor.array.dtype.kind != "f":
        raise InputError(
            "result", "the result is a condition, not a number", hint="where(condition, a, b) makes it one"
        )
    return tensor


def compute(prepared: Prepared, order: int) -> Computed:
    """Value, graph and gradients of every order up to `order`.

    Raises InputError for a result that needs a cotangent, and for a cotangent of another shape.
    """
    leaves = leaves_of(prepared)
    result, gradients = all_orders(prepared, leaves, order)
    found = {name: [level[name].array for level in gradients if name in level] for name in leaves}
    root = source_of(result)
    variables = {id(leaf): name for name, leaf in leaves.items()}
    graph = () if root is None else tuple(structure(root, variables))
    cotangent = cotangent_of(prepared, result)
    lower = [result, *(level[prepared.wrt[0]] for level in gradients[:-1])] if order > 1 else [result]
    sizes = [len(ordered([source_of(tensor)])) for tensor in lower]
    return Computed(
        np.asarray(result.array), None if cotangent is None else cotangent.array, found, sizes, graph, leaves
    )


def constants_of(prepared: Prepared) -> dict[str, Tensor]:
    """Tensors for what is held fixed."""
    return {name: Tensor(array) for name, array in prepared.fixed.items()}


def cotangent_of(prepared: Prepared, result: Tensor) -> Tensor | None:
    """The cotangent in the result's shape; None for a scalar. Raises InputError if there must be one, or another."""
    return fitted_cotangent(prepared.cotangent, result)


def fitted_cotangent(given: Array, result: Tensor) -> Tensor | None:
    """The same for a cotangent that is given, or None."""
    shape = tuple(result.shape)
    if given is not None:
        if given.shape != shape and given.size == 1 == result.array.size:
            given = given.reshape(shape)
        if given.shape != shape:
            raise InputError(
                "cotangent", f"the cotangent has shape {given.shape}, the result {shape}: they must be the same"
            )
        return Tensor(given)
    if result.array.size != 1:
        raise InputError(
            "cotangent",
            f"grad can be implicitly created only for scalar outputs: the result has shape {shape}",
            hint=f'weigh its elements with --cotangent "ones({", ".join(map(str, shape))})", sum them: sum(...), '
            "or ask for every derivative: gradcli jacobian",
        )
    return None


def gradients_of(
    result: Tensor, cotangent: Tensor | None, leaves: Mapping[str, Tensor], *, create_graph: bool
) -> dict[str, Tensor]:
    """The gradient for each leaf: zeros for one that the result does not depend on."""
    zeros = {name: Tensor(np.zeros_like(leaf.array)) for name, leaf in leaves.items()}
    if not result.requires_grad:
        return zeros
    try:
        gradients = autograd.grad(
            result, list(leaves.values()), cotangent, retain_graph=True, create_graph=create_graph, allow_unused=True
        )
    except NotImplementedError as error:
        raise InputError("no-derivative", str(error)) from error
    return {
        name: zeros[name] if gradient is None else gradient for name, gradient in zip(leaves, gradients, strict=True)
    }


def leaves_of(prepared: Prepared) -> dict[str, Tensor]:
    """Fresh leaves for the variables."""
    return {name: Tensor(array, True) for name, array in prepared.at.items()}


def all_orders(
    prepared: Prepared, leaves: Mapping[str, Tensor], order: int, after: After | None = None, fixed: Any = None
) -> tuple[Tensor, list[dict[str, Tensor]]]:
    """The result, and the gradients of every order by name; beyond the first, of the one variable asked for."""
    result = value_of(prepared, {**(fixed or constants_of(prepared)), **leaves}, after)
    found = [gradients_of(result, cotangent_of(prepared, result), leaves, create_graph=order > 1)]
    for level in range(2, order + 1):
        (name,) = prepared.wrt
        found.append(gradients_of(found[-1][name], None, {name: leaves[name]}, create_graph=level < order))
    return result, found


def lower_value(prepared: Prepared, values: Mapping[str, Array], order: int, after: After | None = None) -> Array:
    """What the derivative of order `order` is the slope of, at other values: the result, or the derivative before."""
    tensors = {name: Tensor(array) for name, array in values.items()}
    if order == 1:
        with no_grad():
            return np.asarray(value_of(prepared, tensors, after).array)
    (name,) = prepared.wrt
    _, found = all_orders(prepared, {name: Tensor(values[name], True)}, order - 1, after, fixed=tensors)
    return np.asarray(found[-1][name].array)


def hold_detached(prepared: Prepared) -> After:
    """What keeps detached parts at their values here, in float64, when the program is evaluated elsewhere."""
    held: dict[int, Any] = {}

    def note(node: Expr, value: Any) -> Any:
        if getattr(node, "function", None) == "detach":
            held[id(node)] = value
        return value

    values = {name: Tensor(np.asarray(array, np.float64)) for name, array in (prepared.at | prepared.fixed).items()}
    with no_grad():
        value_of(prepared, values, note)
    return lambda node, value: held.get(id(node), value)
