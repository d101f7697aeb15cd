"""The calls behind `gradcli jvp`, `gradcli vjp` and `gradcli hvp`: products with a matrix that is never built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcli.calculator.commands.jacobian import push
from gradcli.calculator.kernel.differentiate import answers_to
from gradcli.calculator.kernel.field import along, gradients, outputs_of, slope
from gradcli.calculator.kernel.prepare import Array, Prepared, maker_of, prepare, refuse_missing
from gradcli.calculator.kernel.question import Answer, DerivativeQuestion
from gradcli.calculator.kernel.rows import Symbolic, check
from gradcli.calculator.kernel.steps import Steps
from gradcli.errors import InputError
from gradcli.lang.functions import similar
from gradcli.lang.unparse import unparse
from gradcli.lang.values import read_values
from gradcli.verify.problem import Verdict

if TYPE_CHECKING:
    from gradcli.verify.client import SympyWorker


@dataclass(frozen=True)
class Entry:
    """One part of a product.

    name     the output that changes (jvp), or the variable (hvp)
    value    the output's value; the point
    product  of the same shape
    """

    name: str
    value: Any
    product: Any
    verdict: Verdict | None


@dataclass(frozen=True)
class Product:
    """The answer: the direction by name, and the product's parts."""

    understood: str
    notes: tuple[str, ...]
    dtype: str
    point: dict[str, Any]
    direction: dict[str, Any]
    entries: tuple[Entry, ...]

    @property
    def verdicts(self) -> list[Verdict]:
        """Every verdict that was reached."""
        return [verdict for verdict in self.asked if verdict is not None]

    @property
    def asked(self) -> list[Verdict | None]:
        """The verdict on each part."""
        return [entry.verdict for entry in self.entries]

    def judged(self, verdict: Verdict) -> Product:
        """The same with this said of every part."""
        return replace(self, entries=tuple(replace(entry, verdict=verdict) for entry in self.entries))


def jvp(question: DerivativeQuestion, tangents: tuple[str, ...], worker: SympyWorker | None) -> Steps[Product]:
    """How the outputs change along a direction, in one pass of forward mode.

    tangents  texts such as "x=[1, 0]"; a variable without one stays where it is
    Raises InputError for an input that cannot be used, with its place.
    """
    prepared, direction = _read(question, tangents, "--tangent")
    pushed = [(field, *push(field, direction)) for field in outputs_of(prepared)]
    product = _product(
        question, prepared, direction, [Entry(field.label, value, way, None) for field, value, way in pushed]
    )
    if worker is None:
        return product
    yield product
    symbolic = Symbolic(worker)
    entries = []
    for field, value, tangent in pushed:
        moving = along(field.prepared, field.label, direction)
        (step,) = moving.prepared.wrt
        checked = check(moving, value, {step: tangent}, symbolic, question.tol)[step]
        entries.append(Entry(field.label, value, tangent, checked.verdict))
    return replace(product, entries=tuple(entries))


def vjp(question: DerivativeQuestion, worker: SympyWorker | None) -> Steps[Answer]:
    """The cotangent of the result, pulled back to the variables in one backward pass.

    Raises InputError for an input that cannot be used, with its place.
    """
    prepared = prepare(question)
    refuse_missing(prepared)
    return (yield from answers_to(question, prepared, worker))


def hvp(question: DerivativeQuestion, vectors: tuple[str, ...], worker: SympyWorker | None) -> Steps[Product]:
    """The Hessian of a scalar result times a vector, in one backward pass through a backward pass.

    vectors  texts such as "x=[1, 0]"; 0 for a variable without one
    Raises InputError for an input that cannot be used, with its place, and for a result that is no scalar.
    """
    prepared, direction = _read(question, vectors, "--vector")
    field = slope(prepared, unparse(prepared.parsed.program.result), direction)
    leaves, tensor = field.at_point()
    value = np.asarray(tensor.array)
    products = gradients(field, leaves, tensor, np.ones_like(value)[()])
    entries = [Entry(name, prepared.at[name], products[name], None) for name in prepared.wrt]
    product = _product(question, prepared, direction, entries)
    if worker is None:
        return product
    yield product
    checked = check(field, value, products, Symbolic(worker), question.tol)
    return replace(product, entries=tuple(replace(one, verdict=checked[one.name].verdict) for one in entries))


def _product(
    question: DerivativeQuestion, prepared: Prepared, direction: dict[str, Array], entries: list[Entry]
) -> Product:
    return Product(
        understood=unparse(prepared.parsed.program),
        notes=prepared.notes,
        dtype=question.dtype,
        point=prepared.at,
        direction=direction,
        entries=tuple(entries),
    )


def _read(question: DerivativeQuestion, texts: tuple[str, ...], option: str) -> tuple[Prepared, dict[str, Array]]:
    """The question and the direction. Raises InputError for missing values, and for a direction that does not fit."""
    maker = maker_of(question)
    prepared = prepare(question, maker)
    refuse_missing(prepared)
    direction = read_values(texts, option, maker)
    if not direction:
        raise InputError("direction", "there is no direction", hint=f'give one: {option} "x=[1, 0]"')
    return prepared, {name: _fitting(name, way, prepared.at, option) for name, way in direction.items()}


def _fitting(name: str, way: Array, at: Mapping[str, Array], option: str) -> Array:
    """The direction in its variable's shape. Raises InputError for a name or a shape that is not a variable's."""
    if name not in at:
        near = similar(name, [*at])
        hint = f"did you mean {near!r}?" if near else f"{option} moves what --at gives"
        raise InputError("direction", f"{option} gives a direction for {name!r}, which is no variable", hint=hint)
    shape = np.shape(at[name])
    if np.shape(way) != shape and np.size(way) == 1 == np.size(at[name]):
        way = np.reshape(way, shape)[()]
    if np.shape(way) != shape:
        message = f"{option} {name} has shape {np.shape(way)}, and {name} has {shape}: they must be the same"
        raise InputError("direction", message)
    return way
