"""The tape of one computation: every recorded step with its numbers, as the backward pass went through it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from gradcli.calculator.commands.derivative_rules import WHOLE, Rule, rule_of
from gradcli.calculator.commands.traced_rules import tracing
from gradcli.calculator.kernel.compute import Computed, compute
from gradcli.calculator.kernel.prepare import Array, Prepared
from gradcli.engine import autograd
from gradcli.engine.graph import Node, unbroadcast
from gradcli.engine.modes import record_all
from gradcli.engine.op import SequenceOp
from gradcli.lang.functions import find
from gradcli.lang.graph_reading import GraphReader
from gradcli.lang.tree import Call, Expr, Name, NoFormError, fold, literal, with_children
from gradcli.lang.unparse import unparse

LARGE = 1e6
"""Whole numbers from here on are written as floats."""


@dataclass(frozen=True)
class Argument:
    """An argument through which the gradient flows.

    operand       the variable or the earlier step that it is
    rule          the local derivative, or the contribution, as a formula
    local         the local derivative's numbers, of the shape of the step; None for a rule that is not element-wise
    contribution  what is added to the cotangent of the operand, in its shape
    fitted        "summed" over axes that were broadcast, "spread" over axes that were reduced, or ""
    """

    operand: str
    rule: Rule
    local: Array | None
    contribution: Array
    fitted: str


@dataclass(frozen=True)
class Step:
    """One operation: its name here, what it computes, PyTorch's name of its node, its value, and its cotangent."""

    name: str
    expression: Expr
    node: str
    value: Array
    upstream: Array
    arguments: tuple[Argument, ...]


@dataclass
class Tape:
    """What `compute` recorded.

    steps      in the order of the forward pass; the backward pass goes through them in the other direction
    constants  arrays that the question has no name for, by the names they have in the expressions
    cotangent  what stands for the cotangent of a step in the rules: g, if that is no variable
    prepared   the question that was computed
    """

    prepared: Prepared | None = None
    steps: list[Step] = field(default_factory=list)
    constants: dict[str, Array] = field(default_factory=dict)
    cotangent: str = "g"

    def compute(self, prepared: Prepared, order: int) -> Computed:
        """The engine's answer; on the way its tape becomes this one."""
        self.prepared = prepared
        passed: list[_Passed] = []

        def observe(node: Node, g: Any, contributions: Sequence[Any]) -> None:
            saved, slopes = node.saved or (), ()
            if node.op.name not in WHOLE:
                slopes = tuple(node.op.vjp(np.ones(node.shape, node.dtype)[()], node.edges, saved))
            passed.append(_Passed(node, saved, np.asarray(g), contributions, slopes))

        with record_all(), autograd.observed(observe):
            computed = compute(prepared, order)
        self._read(prepared, computed, passed)
        return computed

    def _read(self, prepared: Prepared, computed: Computed, passed: list[_Passed]) -> None:
        taken = {*prepared.at, *prepared.fixed}
        stem = next(stem for stem in "vwuts" if not any(re.fullmatch(rf"{stem}\d+", name) for name in taken))
        self.cotangent = next(name for name in ("g", "grad", "cotangent", "g_") if name not in taken)
        reader = _Reader(prepared, computed)
        with tracing():
            for number, each in enumerate(reversed(passed), 1):
                self.steps.append(reader.step(f"{stem}{number}", each, self.cotangent))
        self.constants = prepared.made | reader.constants

    @cached_property
    def arrivals(self) -> dict[str, list[tuple[str, Array]]]:
        """What arrives at each step and variable on the way back: from which step, and how much."""
        found: dict[str, list[tuple[str, Array]]] = {}
        for step in reversed(self.steps):
            for argument in step.arguments:
                found.setdefault(argument.operand, []).append((step.name, argument.contribution))
        return found


@dataclass(frozen=True)
class _Passed:
    """A node as the backward pass found it; `slopes` are its local derivatives, if it is element-wise."""

    node: Node
    saved: tuple[Any, ...]
    g: Array
    contributions: Sequence[Any]
    slopes: Sequence[Any]


class _Reader(GraphReader):
    """Reads nodes as steps: a constant has the name that the question gives it, or is written as a number."""

    def __init__(self, prepared: Prepared, computed: Computed) -> None:
        super().__init__({id(leaf): name for name, leaf in computed.leaves.items()})
        self.taken |= {*prepared.at, *prepared.fixed}
        self.given = {id(array): name for name, array in prepared.fixed.items()}
        self.constants: dict[str, Array] = {}

    def constant(self, value: Any, dtype: Any) -> Expr:
        if id(value) in self.given:
            return Name(self.given[id(value)])
        if not isinstance(value, (np.ndarray, np.generic)):
            return literal(value)
        if value.ndim == 0 and value.dtype.kind == "f":
            number = float(str(value))
            return literal(int(number) if number.is_integer() and abs(number) < LARGE else number)
        name = self.given[id(value)] = self.fresh("constant")
        self.constants[name] = np.asarray(value)
        return Name(name)

    def step(self, name: str, passed: _Passed, cotangent: str) -> Step:
        """The node as a step; those that it uses must have been read."""
        node, (result, *values) = passed.node, passed.saved
        listed = isinstance(node.op, SequenceOp)
        items = values[0] if listed else values
        operands = [self.operand(edge, value, node.dtype) for edge, value in zip(node.edges, items, strict=False)]
        expression = self.computed(node, operands)
        self.known[node] = name
        slots = dict(zip(node.op.slots, passed.saved, strict=True))
        options = {} if listed else dict(zip(node.op.slots[1:], operands, strict=False))
        options |= {slot: known for slot in node.op.slots if (known := _option(slots[slot])) and slot not in options}
        names = {**options, "result": Name(name), "g": Name(cotangent)}
        arguments = []
        for i, (edge, contribution) in enumerate(zip(node.edges, passed.contributions, strict=True)):
            if edge is not None and contribution is not None:
                rule = rule_of(node.op, node.op.slots[1 if listed else i + 1], {**slots, "item": i}, names)
                local = np.asarray(passed.slopes[i]) if rule.local else None
                arguments.append(_argument(operands[i], rule, local, contribution, edge.shape))
        return Step(name, expression, node.name(), np.asarray(result), passed.g, tuple(arguments))

    def computed(self, node: Node, operands: list[Expr]) -> Expr:
        """What the node computes; an operation without a word in the language has its own name."""
        try:
            return fold(self.expression(node), _without_defaults)
        except NoFormError:
            count = len(operands)
            rest = zip(node.op.slots[1 + count :], (node.saved or ())[1 + count :], strict=True)
            unusual = [(slot, value) for slot, value in rest if value != node.op.defaults.get(slot)]
            keywords = ((slot, written) for slot, value in unusual if (written := _option(value)))
            return Call(node.op.name, tuple(operands), tuple(keywords))


def _argument(operand: Expr, rule: Rule, local: Array | None, contribution: Any, shape: tuple[int, ...]) -> Argument:
    assert isinstance(operand, Name), "the gradient flows to variables and steps"
    fitting = np.asarray(unbroadcast(contribution, shape))
    return Argument(operand.id, rule, local, fitting, _fitted(contribution.shape, shape))


def _fitted(given: tuple[int, ...], wanted: tuple[int, ...]) -> str:
    """How an array is brought from one shape to the other."""
    if math.prod(given) == math.prod(wanted):
        return ""
    return "spread" if np.broadcast_shapes(given, wanted) == wanted else "summed"


def _without_defaults(node: Expr, parts: list[Expr]) -> Expr:
    node = with_children(node, parts)
    function = find(node.function) if isinstance(node, Call) else None
    if not isinstance(node, Call) or function is None:
        return node
    usual = {parameter.name: parameter.default for parameter in function.parameters}
    kept = tuple((name, value) for name, value in node.keywords if unparse(value) != usual[name])
    return Call(node.function, node.args, kept)


def _option(value: Any) -> Expr | None:
    """What is no array, as the language writes it."""
    try:
        return None if isinstance(value, np.ndarray | np.generic) else literal(value)
    except NoFormError:
        return None
