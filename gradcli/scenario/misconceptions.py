"""The mistakes that lead to wrong answers to a question, made from the expression that the question is about.

Each is made on purpose: the tree is changed so that its gradient is the one that the mistake leads to. What matters are
`detach`, which takes a term out of the derivative, and `detach(v) + d*(u - detach(u))`, which has the value v and the
slope d where u had its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from gradcli.engine.tensor import Tensor
from gradcli.errors import InputError
from gradcli.lang.creation import with_children
from gradcli.lang.evaluate import evaluate
from gradcli.lang.functions import functions
from gradcli.lang.tree import Assign, Call, Expr, Name, Number, Program, fold, postorder
from gradcli.lang.unparse import unparse
from gradcli.scenario.derivative import Array, AtPoint, Derivative, Point, Reply, value_at

PRODUCTS = ("mul", "matmul", "dot", "outer", "cross")
NODES = 40
"""Of a larger expression only so many operations are tried."""
QUADRATURE = [((1 + t) / 2, weight / 2) for t, weight in zip(*np.polynomial.legendre.leggauss(20), strict=True)]
"""Places from 0 to 1, and their weights, for Gauss and Legendre's rule."""

FIRST = ("mean", "detached", "inner-derivative", "one-term", "power-rule", "outer-derivative")
"""Where several mistakes at an operation lead to one answer, the likelier ones come first."""

ShapeOf = Callable[[Expr], tuple[int, ...] | None]


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


def recognised(derivative: Derivative, reply: Reply, before: Derivative | None = None) -> Misconception | None:
    """The first mistake that leads to an answer that is not right; None if none does.

    before  what the question before asked for
    """
    for mistake in misconceptions(derivative, before):
        # What cannot be computed when it is changed, nobody has computed.
        with suppress(InputError):
            if reply.agrees(mistake.leads):
                return mistake
    with suppress(InputError):
        return _misshapen(derivative, reply) or _integrated(derivative, reply)
    return None


def misconceptions(derivative: Derivative, before: Derivative | None = None) -> Iterator[Misconception]:
    """The mistakes that can be made with this question, the most specific first."""
    gradient = derivative.gradient
    yield Misconception("sign", "Only the sign is wrong.", lambda p: -derivative.exact(p))
    yield from _accumulated(derivative, before)
    yield from (
        Misconception(name, hint, partial(gradient, program=changed))
        for name, hint, changed in _changed_programs(derivative)
    )
    yield from _shapes(derivative)
    if derivative.prepared.cotangent is not None:
        ones = np.ones_like(derivative.prepared.cotangent)
        hint = "The cotangent is left out: each element of the result counts with its weight."
        yield Misconception("cotangent", hint, lambda p: gradient(p, cotangent=ones))
    hint = "This is the value, not its derivative."
    yield Misconception("value", hint, derivative.value)
    integrand = _integrand(derivative)
    if integrand is not None:
        yield Misconception("value", hint, integrand)


def _accumulated(derivative: Derivative, before: Derivative | None) -> Iterator[Misconception]:
    gradient = derivative.exact
    if before is not None and before.truth.shape == derivative.truth.shape:
        hint = "The gradient of the question before is added to this one: `.grad` grows so, but a derivative does not."
        yield Misconception("accumulated", hint, lambda p: gradient(p) + before.truth)
    hint = "This is twice the gradient: what `.grad` holds after two backward passes without zeroing."
    yield Misconception("accumulated", hint, lambda p: 2 * gradient(p))


# --- changed programs

Change = tuple[str, str, Program]


def _changed_programs(derivative: Derivative) -> list[Change]:
    """Name, hint and program of each mistake that is made at one operation."""
    program = derivative.program
    shape = _shapes_of(derivative)
    depends = _dependent_names(program, derivative.name)
    found = []
    for node in reversed(_calls(program)[-NODES:]):  # from the outermost one inwards
        slots = [arg for arg in node.args if _reads(arg, depends)]
        for name, hint, new in _changes(node, slots, Name(derivative.name), shape):
            found.append((name, hint, _replaced(program, node, new)))
    return sorted(found, key=lambda change: FIRST.index(change[0]))


def _changes(node: Call, slots: list[Expr], x: Name, shape: ShapeOf) -> Iterator[tuple[str, str, Expr]]:
    """What a mistake makes of one operation, whose arguments that depend on the variable are `slots`."""
    if node.function == "mean":
        hint = "The factor 1/n of the mean is missing: each element has an n-th part in it."
        yield "mean", hint, replace(node, function="sum")
    if node.function == "detach":
        hint = f"What is detached is a constant for the gradient: {_quoted(node)} has no derivative."
        yield "detached", hint, node.args[0]
    if len(slots) > 1:
        for arg in slots:
            yield "one-term", _missing_term(node, arg), _with(node, arg, _call("detach", arg))
    if len(slots) == 1:
        yield from _chain_rule(node, slots[0], x, shape)


def _chain_rule(node: Call, inner: Expr, x: Name, shape: ShapeOf) -> Iterator[tuple[str, str, Expr]]:
    """A factor of the chain rule left out, or taken wrongly from the power rule."""
    if inner != x and shape(inner) == shape(x):
        hint = f"The inner derivative is missing, that of {_quoted(inner)}."
        yield "inner-derivative", hint, _with(node, inner, _sloped(inner, x))
    if shape(node) != shape(inner):
        return
    if node.function == "pow" and node.args[0] is inner:
        exponent = node.args[1]
        hint = f"The exponent of {_quoted(node)} goes down by one when it is differentiated."
        yield "power-rule", hint, _sloped(node, inner, _call("mul", exponent, node))
        hint = f"The exponent of {_quoted(node)} comes down as a factor."
        lower = _call("pow", inner, _call("sub", exponent, Number("1")))
        yield "power-rule", hint, _sloped(node, inner, lower)
    hint = f"A factor of the chain rule is missing, that of {_quoted(node)} by {_quoted(inner)}."
    yield "outer-derivative", hint, _sloped(node, inner)


def _sloped(value: Expr, inner: Expr, slope: Expr | None = None) -> Expr:
    """An expression with that value whose derivative by `inner` is `slope`, or 1."""
    step = _call("sub", inner, _call("detach", inner))
    return _call("add", _call("detach", value), step if slope is None else _call("mul", _call("detach", slope), step))


def _missing_term(node: Call, arg: Expr) -> str:
    term = f"the one from {_quoted(arg)}"
    if node.function in PRODUCTS:
        return f"The product rule has a term for each factor; {term} is missing."
    if node.function == "div":
        return f"The quotient rule has two terms; {term} is missing."
    return f"The derivative of {_quoted(node)} has a term for each place where the variable stands; {term} is missing."


# --- trees


def _call(function: str, *args: Expr) -> Call:
    return Call(function, args)


def _quoted(node: Expr) -> str:
    return f"`{unparse(node)}`"


def _with(node: Call, old: Expr, new: Expr) -> Call:
    """The call with another argument in the place of `old`."""
    return replace(node, args=tuple(new if arg is old else arg for arg in node.args))


def _replaced(program: Program, old: Expr, new: Expr) -> Program:
    """The program with `new` where the node `old` is."""

    def visit(node: Expr, parts: list[Expr]) -> Expr:
        return new if node is old else with_children(node, parts)

    steps = tuple(Assign(step.name, fold(step.value, visit)) for step in program.assignments)
    return Program(steps, fold(program.result, visit))


def _calls(program: Program) -> list[Call]:
    trees = [*(step.value for step in program.assignments), program.result]
    return [node for tree in trees for node in postorder(tree) if isinstance(node, Call)]


def _reads(node: Expr, names: set[str]) -> bool:
    return any(isinstance(part, Name) and part.id in names for part in postorder(node))


def _dependent_names(program: Program, variable: str) -> set[str]:
    """The variable, and what is assigned from it."""
    names = {variable}
    for step in program.assignments:
        if _reads(step.value, names):
            names.add(step.name)
    return names


def _shapes_of(derivative: Derivative) -> ShapeOf:
    """The shape of the value of a node of the program; None for one without, such as a list."""
    named = {name: np.shape(array) for name, array in (derivative.point | derivative.prepared.fixed).items()}
    called: dict[int, tuple[int, ...]] = {}

    def note(node: Expr, value: Any) -> Any:
        called[id(node)] = tuple(value.shape) if isinstance(value, Tensor) else ()
        return value

    values = {name: Tensor(np.asarray(a)) for name, a in (derivative.point | derivative.prepared.fixed).items()}
    evaluate(derivative.program, values, derivative.prepared.parsed.source, note)
    named |= {step.name: called.get(id(step.value), ()) for step in derivative.program.assignments}
    return lambda node: named.get(node.id) if isinstance(node, Name) else called.get(id(node))


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
        hint = f"{name} was broadcast from {own} to {shape}: its gradient is summed over the axes that were added."
        yield Misconception("broadcast", hint, partial(unsummed, shape))
        yield Misconception("broadcast", hint, partial(one_part, math.prod(shape) // max(1, math.prod(own))))
    hint = f"The gradient has the shape of {name}, {own}: nothing is summed, each element has its own derivative."
    for axis in (None, *(i for i, length in enumerate(own) if length > 1)) if own else ():
        yield Misconception("summed", hint, partial(summed, axis))
    if len(own) > 1:
        yield Misconception("transposed", "Rows and columns are exchanged.", lambda p: derivative.gradient(p).T)


def _broadcast_shapes(derivative: Derivative) -> list[tuple[int, ...]]:
    """The shapes to which operations on single elements broadcast the variable."""
    shape = _shapes_of(derivative)
    own, x = derivative.truth.shape, Name(derivative.name)
    elementwise = [node for node in _calls(derivative.program) if functions()[node.function].scalar]
    wider = [found for node in elementwise if x in node.args and (found := shape(node)) not in (None, own)]
    return list(dict.fromkeys(found for found in wider if found))


def _misshapen(derivative: Derivative, reply: Reply) -> Misconception | None:
    """The right numbers in another shape."""
    shape, own = reply.value.shape, derivative.truth.shape
    if shape == own or math.prod(shape) != math.prod(own):
        return None
    hint = f"The numbers are right, but a gradient has the shape of its variable: {own}, not {shape}."
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
        "This is an integral: a derivative says how steep, not how much in all.",
        lambda p: np.asarray(sum(w * integrand(p | {name: t * p[name]}) for t, w in QUADRATURE) * p[name]),
    )
    explains = reply.rises_by(name, integrand) if name in reply.names else reply.agrees(mistake.leads)
    return mistake if explains else None


def _integrand(derivative: Derivative) -> AtPoint | None:
    """What each element of the variable has in the result, if that is the sum or the mean of such parts."""
    shape = _shapes_of(derivative)
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
