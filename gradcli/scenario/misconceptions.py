"""The mistakes that lead to wrong answers to a question, made from the expression that the question is about.

A mistake is told only where it is the likeliest that leads to just this answer: of two that are as likely, none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from gradcli.calculator.kernel.compute import compute
from gradcli.errors import InputError
from gradcli.lang.functions import functions
from gradcli.lang.tree import Call, Expr, Name, free_names
from gradcli.scenario.changed import calls, changed_programs, shapes_of
from gradcli.scenario.derivative import Array, AtPoint, Derivative, Point, Reply, value_at
from gradcli.words import said

QUADRATURE = [((1 + t) / 2, weight / 2) for t, weight in zip(*np.polynomial.legendre.leggauss(20), strict=True)]
"""Places from 0 to 1, and their weights, for Gauss and Legendre's rule."""

LIKELY = (
    ("sign",),
    ("mean", "detached", "cotangent", "broadcast", "transposed"),
    ("inner-derivative", "one-term", "accumulated"),
    ("power-rule", "constant-factor", "summed", "value", "other-variable"),
    ("outer-derivative", "both-variables"),
    ("twice", "half"),
)
"""The names of the mistakes, the likelier before the others."""


@dataclass(frozen=True)
class Misconception:
    """A mistake.

    name   a stable word
    hint   what was overlooked
    leads  the answer that it leads to, at any point
    """

    name: str
    hint: str
    leads: AtPoint


@dataclass(frozen=True)
class Passes:
    """The backward passes through a question's variable before this one, whose gradients may still be there.

    before  what the last of them was, if it was asked for
    """

    before: Derivative | None = None


def recognised(derivative: Derivative, reply: Reply, passes: Passes | None = None) -> Misconception | None:
    """The likeliest mistake that leads to an answer that is not right; None if none does, or two that are as likely."""
    if not reply.names and not np.any(reply.value):
        return None  # too many mistakes end in 0
    known = list(misconceptions(derivative, passes))
    for names in LIKELY:
        found = [mistake for mistake in known if mistake.name in names and _explains(mistake, derivative, reply)]
        if found:
            return found[0] if len({mistake.name for mistake in found}) == 1 else None
    with suppress(InputError):
        return _misshapen(derivative, reply) or _integrated(derivative, reply)
    return None


def _explains(mistake: Misconception, derivative: Derivative, reply: Reply) -> bool:
    """Whether a mistake leads to the answer; one number stands for equal ones in the gradient's own shape only."""
    try:
        shape = np.shape(mistake.leads(derivative.point))
        return shape in (derivative.truth.shape, reply.value.shape) and reply.agrees(mistake.leads)
    except InputError:  # what cannot be computed when it is changed, nobody has computed
        return False


def misconceptions(derivative: Derivative, passes: Passes | None = None) -> Iterator[Misconception]:
    """The mistakes that can be made with this question."""
    exact, gradient = derivative.exact, derivative.gradient
    yield Misconception("sign", said("Only the sign is wrong."), lambda p: -exact(p))
    if passes is not None:
        yield from _accumulated(derivative, passes)
    yield from (
        Misconception(name, hint, partial(gradient, program=changed))
        for name, hint, changed in changed_programs(derivative)
    )
    yield from _shapes(derivative)
    if derivative.prepared.cotangent is not None:
        ones = np.ones_like(derivative.prepared.cotangent)
        hint = said("The cotangent is left out: each element of the result counts with its weight.")
        yield Misconception("cotangent", hint, lambda p: gradient(p, cotangent=ones))
    hint = said("This is the value, not its derivative.")
    yield Misconception("value", hint, derivative.value)
    integrand = _integrand(derivative)
    if integrand is not None:
        yield Misconception("value", hint, integrand)
    yield from _other_variables(derivative)
    yield Misconception("twice", said("This is twice the derivative."), lambda p: 2 * exact(p))
    yield Misconception("half", said("This is half the derivative."), lambda p: exact(p) / 2)


def _accumulated(derivative: Derivative, passes: Passes) -> Iterator[Misconception]:
    exact, before = derivative.exact, passes.before
    if before is not None and before.truth.shape == derivative.truth.shape:
        hint = said("The gradient of the question before is added to this one: this is what `.grad` would hold.")
        yield Misconception("accumulated", hint, lambda p: exact(p) + before.truth)
    hint = said("This is twice the gradient: what `.grad` holds after two backward passes without zeroing.")
    yield Misconception("accumulated", hint, lambda p: 2 * exact(p))


def _other_variables(derivative: Derivative) -> Iterator[Misconception]:
    """The derivative with respect to another variable, or the sum over both; of two variables, where it can be told."""
    names = [name for name in free_names(derivative.program) if name in derivative.point]
    if len(names) != 2:
        return
    (other,) = (name for name in names if name != derivative.name)
    if np.shape(derivative.point[other]) != derivative.truth.shape:
        return

    def by_other(point: Point) -> Array:
        prepared = replace(derivative.prepared, at=point, wrt=(other,))
        return np.asarray(compute(prepared, 1).gradients[other][0])

    yield Misconception("other-variable", said("This is the derivative with respect to {name}.", name=other), by_other)
    hint = said(
        "This is the sum of the derivatives with respect to both variables; {name} is a constant here.", name=other
    )
    yield Misconception("both-variables", hint, lambda p: derivative.exact(p) + by_other(p))


# --- shapes and integrals


def _shapes(derivative: Derivative) -> Iterator[Misconception]:
    """A sum over a broadcast axis that is missing, or a sum where each element has a derivative of its own."""
    name, own = derivative.name, derivative.truth.shape

    def unsummed(shape: tuple[int, ...], point: Point) -> Array:
        return derivative.gradient(point | {name: np.array(np.broadcast_to(point[name], shape))})

    def one_part(parts: int, point: Point) -> Array:
        return derivative.gradient(point) / parts

    def summed(axis: int | None, point: Point) -> Array:
        return np.asarray(np.sum(derivative.gradient(point), axis=axis))

    for shape in _broadcast_shapes(derivative):
        sentence = "{name} was broadcast from {own} to {shape}: its gradient is summed over the axes that were added."
        hint = said(sentence, name=name, own=own, shape=shape)
        yield Misconception("broadcast", hint, partial(unsummed, shape))
        yield Misconception("broadcast", hint, partial(one_part, math.prod(shape) // max(1, math.prod(own))))
    sentence = "The gradient has the shape of {name}, {own}: its elements are added up here."
    hint = said(sentence, name=name, own=own)
    for axis in (None, *(i for i, length in enumerate(own) if length > 1)) if own else ():
        yield Misconception("summed", hint, partial(summed, axis))
    if len(own) > 1:
        yield Misconception("transposed", said("Rows and columns are exchanged."), lambda p: derivative.gradient(p).T)


def _broadcast_shapes(derivative: Derivative) -> list[tuple[int, ...]]:
    """The shapes to which operations on single elements broadcast the variable."""
    shape = shapes_of(derivative)
    own, x = derivative.truth.shape, Name(derivative.name)
    elementwise = [node for node in calls(derivative.program) if functions()[node.function].pointwise]
    wider = [found for node in elementwise if x in node.args and (found := shape(node)) not in (None, own)]
    return list(dict.fromkeys(found for found in wider if found))


def _misshapen(derivative: Derivative, reply: Reply) -> Misconception | None:
    """The right numbers in another shape."""
    shape, own = reply.value.shape, derivative.truth.shape
    if shape == own or math.prod(shape) != math.prod(own):
        return None
    sentence = "The numbers are right, but a gradient has the shape of its variable: {own}, not {shape}."
    hint = said(sentence, own=own, shape=shape)
    mistake = Misconception("shape", hint, lambda p: derivative.gradient(p).reshape(shape))
    return mistake if reply.agrees(mistake.leads) else None


def _integrated(derivative: Derivative, reply: Reply) -> Misconception | None:
    """The mistake of integrating, which leaves a constant open: it is told by the slope of a formula."""
    integrand = _integrand(derivative)
    if integrand is None:
        return None
    name = derivative.name
    mistake = Misconception(
        "integrated",
        said("This is an integral: a derivative says how steep, not how much in all."),
        lambda p: np.asarray(sum(w * integrand(p | {name: t * p[name]}) for t, w in QUADRATURE) * p[name]),
    )
    explains = reply.rises_by(name, integrand) if name in reply.names else reply.agrees(mistake.leads)
    return mistake if explains else None


def _integrand(derivative: Derivative) -> AtPoint | None:
    """What each element of the variable has in the result, if that is the sum or the mean of such parts."""
    shape = shapes_of(derivative)
    part: Expr = derivative.program.result
    factor = 1.0
    while isinstance(part, Call) and part.function in ("sum", "mean") and len(part.children) == 1:
        (inner,) = part.args
        factor /= math.prod(shape(inner) or ()) if part.function == "mean" else 1
        part = inner
    if shape(part) != derivative.truth.shape:
        return None
    prepared = replace(derivative.prepared, program=replace(derivative.program, result=part))
    return lambda p: factor * value_at(prepared, p)
