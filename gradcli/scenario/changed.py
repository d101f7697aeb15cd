"""The expression of a question with a mistake in it: changed so that its gradient is the one that the mistake leads to.

What matters are `detach`, which takes a term out of the derivative, and `detach(v) + d*(u - detach(u))`, which has the
value v and the slope d where u had its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from gradcli.engine.tensor import Tensor
from gradcli.lang.evaluate import evaluate
from gradcli.lang.tree import Assign, Call, Expr, Name, Number, Program, fold, postorder, with_children
from gradcli.lang.unparse import unparse
from gradcli.scenario.derivative import Derivative
from gradcli.words import said

PRODUCTS = ("mul", "matmul", "dot", "outer", "cross")
LINEAR = (*PRODUCTS, "add", "sub", "neg", "sum", "mean", "reshape", "flatten", "transpose")
"""Outside of these nobody forgets the inner derivative: there would be nothing left."""
NODES = 40
"""Of a larger expression only so many operations are tried."""

ShapeOf = Callable[[Expr], tuple[int, ...] | None]

Changed = tuple[str, str, Expr]
"""Name and hint of a mistake, and what it makes of an operation; as a Change, of the whole program."""
Change = tuple[str, str, Program]


def changed_programs(derivative: Derivative) -> Iterator[Change]:
    """Name, hint and program of each mistake that is made at one operation."""
    program = derivative.program
    shape = shapes_of(derivative)
    depends = _dependent_names(program, derivative.name)
    for node in reversed(calls(program)[-NODES:]):  # from the outermost one inwards
        slots = [arg for arg in node.args if _reads(arg, depends)]
        for name, hint, new in _changes(node, slots, Name(derivative.name), shape):
            yield name, hint, replaced(program, node, new)


def _changes(node: Call, slots: list[Expr], x: Name, shape: ShapeOf) -> Iterator[Changed]:
    """What a mistake makes of one operation, whose arguments that depend on the variable are `slots`."""
    if node.function == "mean":
        hint = said("The factor 1/n of the mean is missing: each element has an n-th part in it.")
        yield "mean", hint, replace(node, function="sum")
    if node.function == "detach":
        hint = said("What is detached is a constant for the gradient: {part} has no derivative.", part=_quoted(node))
        yield "detached", hint, node.args[0]
    if len(slots) > 1:
        for arg in slots:
            yield "one-term", _missing_term(node, arg), _with(node, arg, _call("detach", arg))
    if len(slots) == 1:
        yield from _constant_factor(node, slots[0], shape)
        yield from _chain_rule(node, slots[0], x, shape)


def _constant_factor(node: Call, inner: Expr, shape: ShapeOf) -> Iterator[Changed]:
    """A factor or a divisor that does not depend on the variable, left out."""
    if (
        node.function not in ("mul", "div")
        or shape(node) != shape(inner)
        or (node.function, node.args[1]) == ("div", inner)
    ):
        return
    (other,) = (arg for arg in node.args if arg is not inner)
    if node.function == "mul":
        yield "constant-factor", said("The factor {factor} is missing.", factor=_quoted(other)), inner
    else:
        yield "constant-factor", said("The divisor {divisor} is missing.", divisor=_quoted(other)), inner


def _chain_rule(node: Call, inner: Expr, x: Name, shape: ShapeOf) -> Iterator[Changed]:
    """A factor of the chain rule left out, or taken wrongly from the power rule."""
    if inner != x and shape(inner) == shape(x) and node.function not in LINEAR:
        hint = said("The inner derivative is missing, that of {part}.", part=_quoted(inner))
        yield "inner-derivative", hint, _with(node, inner, _sloped(inner, x))
    if shape(node) != shape(inner):
        return
    if node.function == "pow" and node.args[0] is inner:
        exponent = node.args[1]
        hint = said("The exponent of {power} goes down by one when it is differentiated.", power=_quoted(node))
        yield "power-rule", hint, _sloped(node, inner, _call("mul", exponent, node))
        hint = said("The exponent of {power} comes down as a factor.", power=_quoted(node))
        lower = _call("pow", inner, _call("sub", exponent, Number("1")))
        yield "power-rule", hint, _sloped(node, inner, lower)
    if inner != x:
        sentence = "The outer derivative is missing, that of {outer} with respect to {inner}."
        yield "outer-derivative", said(sentence, outer=_quoted(node), inner=_quoted(inner)), _sloped(node, inner)


def _sloped(value: Expr, inner: Expr, slope: Expr | None = None) -> Expr:
    """An expression with that value whose derivative by `inner` is `slope`, or 1."""
    step = _call("sub", inner, _call("detach", inner))
    return _call("add", _call("detach", value), step if slope is None else _call("mul", _call("detach", slope), step))


def _missing_term(node: Call, arg: Expr) -> str:
    part = _quoted(arg)
    if node.function in PRODUCTS:
        return said("The product rule has a term for each factor; the one from {part} is missing.", part=part)
    if node.function == "div":
        return said("The quotient rule has two terms; the one from {part} is missing.", part=part)
    return said("There is a term for each place where the variable stands; the one from {part} is missing.", part=part)


# --- trees


def _call(function: str, *args: Expr) -> Call:
    return Call(function, args)


def _quoted(node: Expr) -> str:
    return f"`{unparse(node)}`"


def _with(node: Call, old: Expr, new: Expr) -> Call:
    """The call with another argument in the place of `old`."""
    return replace(node, args=tuple(new if arg is old else arg for arg in node.args))


def replaced(program: Program, old: Expr, new: Expr) -> Program:
    """The program with `new` where the node `old` is."""

    def visit(node: Expr, parts: list[Expr]) -> Expr:
        return new if node is old else with_children(node, parts)

    steps = tuple(Assign(step.name, fold(step.value, visit)) for step in program.assignments)
    return Program(steps, fold(program.result, visit))


def calls(program: Program) -> list[Call]:
    """The operations of a program, in the order in which they run."""
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


def shapes_of(derivative: Derivative) -> ShapeOf:
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
