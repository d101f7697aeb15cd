"""Functions whose derivative is a matrix: the outputs of a program, and the gradients of its scalar result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np

from gradcli.calculator.kernel.compute import constants_of, gradients_of, leaves_of, value_of
from gradcli.calculator.kernel.prepare import Array, Prepared
from gradcli.engine import ops
from gradcli.engine.graph import ordered, source_of
from gradcli.engine.tensor import Tensor
from gradcli.errors import InputError
from gradcli.lang.evaluate import After
from gradcli.lang.tree import Assign, Call, List, Name, Program
from gradcli.lang.unparse import unparse

Tensors = Mapping[str, Tensor]


@dataclass(frozen=True)
class Field:
    """A function of the variables, given by a question.

    label     what it is called
    of        of(tensors, after) -> its value, a Tensor with a graph, for these values of all names
    tangents  tangents(weights) -> the direction that SymPy is to differentiate the program along, to get the sum of the
              field's elements, so weighted; None where that is the program's result itself
    """

    label: str
    prepared: Prepared
    of: Callable[[Tensors, After | None], Tensor]
    tangents: Callable[[Array], dict[str, Array]] | None = None

    def at_point(self) -> tuple[dict[str, Tensor], Tensor]:
        """Fresh leaves, and the value that was computed from them."""
        leaves = leaves_of(self.prepared)
        return leaves, self.of(constants_of(self.prepared) | leaves, None)


def outputs_of(prepared: Prepared) -> list[Field]:
    """A field for each item of a result that is a list; otherwise for the one result."""
    program, shown = prepared.program, prepared.parsed.program.result
    several = isinstance(program.result, List) and program.result.children
    items, texts = (program.result.children, shown.children) if several else ((program.result,), (shown,))
    narrowed = [replace(prepared, program=replace(program, result=item)) for item in items]
    return [output(one, unparse(text)) for one, text in zip(narrowed, texts, strict=True)]


def output(prepared: Prepared, label: str) -> Field:
    """The program's result as a field."""
    return Field(label, prepared, lambda tensors, after: value_of(prepared, tensors, after))


def along(prepared: Prepared, label: str, tangents: Mapping[str, Array]) -> Field:
    """The result where the point has moved by `step` times a direction: its derivative at step 0 is the jvp."""
    step, known = "step", prepared.at | prepared.fixed
    while any(name.startswith(step) for name in known):
        step += "_"
    ways = {name: f"{step}_{name}" for name in tangents}
    moves = tuple(
        Assign(name, Call("add", (Name(name), Call("mul", (Name(step), Name(way)))))) for name, way in ways.items()
    )
    program = Program((*moves, *prepared.program.assignments), prepared.program.result)
    directions = {way: tangents[name] for name, way in ways.items()}
    zero = np.zeros((), next(iter(tangents.values())).dtype)[()]
    moved = replace(prepared, program=program, at={step: zero}, fixed=known | directions, wrt=(step,))
    return output(moved, label)


def partial(prepared: Prepared, name: str) -> Field:
    """The gradient of a scalar result with respect to one name: a row of blocks of the Hessian is its derivative."""

    def of(tensors: Tensors, after: After | None) -> Tensor:
        return _gradient(prepared, tensors, after)[name]

    return Field(name, prepared, of, lambda weights: {name: weights})


def slope(prepared: Prepared, label: str, direction: Mapping[str, Array]) -> Field:
    """The derivative of a scalar result along a direction: its gradient is the Hessian times that."""

    def of(tensors: Tensors, after: After | None) -> Tensor:
        gradient = _gradient(prepared, tensors, after)
        parts = [ops.sum(ops.mul(gradient[name], Tensor(way))) for name, way in direction.items()]
        total: Tensor = reduce(ops.add, parts)
        return total

    return Field(label, prepared, of, lambda weights: {name: way * weights for name, way in direction.items()})


def _gradient(prepared: Prepared, tensors: Tensors, after: After | None) -> dict[str, Tensor]:
    """The gradient, recorded. Raises InputError for a result that is no scalar."""
    leaves = {name: tensors[name] for name in prepared.at}
    result = value_of(prepared, tensors, after)
    return gradients_of(result, scalar_cotangent(result), leaves, create_graph=True)


def scalar_cotangent(result: Tensor) -> Tensor:
    """1 in the result's shape. Raises InputError for a result of several numbers."""
    if result.array.size != 1:
        message = f"the result must be one number, and has shape {tuple(result.shape)}"
        raise InputError(
            "not-scalar", message, hint="sum it: sum(...); or ask for its first derivatives: gradcli jacobian"
        )
    return Tensor(np.ones_like(result.array)[()])


def operations(value: Tensor) -> int:
    """How many operations are behind a value."""
    return len(ordered([source_of(value)])) if value.tracked else 0


def gradients(field: Field, leaves: Tensors, value: Tensor, weights: Any) -> dict[str, Array]:
    """The gradient of the sum of the field's elements, so weighted, for each leaf."""
    found = gradients_of(value, Tensor(weights), leaves, create_graph=False)
    return {name: found[name].array for name in field.prepared.wrt}
