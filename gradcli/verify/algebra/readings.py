"""Program and formulas as one trace, in either of two readings of what is written in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from gradcli.lang.building import Builder, flattened
from gradcli.lang.folding import folded
from gradcli.lang.functions import find
from gradcli.lang.parser import parse
from gradcli.lang.tree import Assign, Call, Expr, Name, NoFormError, Number, Program, fold, with_children
from gradcli.verify.balls.trace import Node, Shape, Trace

DOUBLES, EXACT = "doubles", "exact"
"""Constants as the engine folds them; or as exact numbers: decimals, pi, log(2)."""

_WRITTEN = {"pi": "deg2rad(180)", "tau": "deg2rad(360)", "e": "exp(1)"}
"""Expressions that a trace keeps exact."""


def read(program: Program, bound: Sequence[str], reading: str) -> Program:
    """The program with its constants as the reading has them."""
    return folded(program, bound) if reading == DOUBLES else _exact(program, set(bound))


def _exact(program: Program, bound: set[str]) -> Program:
    bound = bound | {step.name for step in program.assignments}

    def visit(node: Expr, parts: list[Expr]) -> Expr:
        if isinstance(node, Name) and node.id in _WRITTEN and node.id not in bound:
            return parse(_WRITTEN[node.id], find).program.result
        if isinstance(node, Number) and isinstance(node.value, float):
            return _decimal(node)
        return with_children(node, parts) if parts else node

    steps = tuple(Assign(step.name, fold(step.value, visit), span=step.span) for step in program.assignments)
    return Program(steps, fold(program.result, visit))


def _decimal(node: Number) -> Expr:
    """A decimal as a quotient of whole numbers, if it is no double."""
    exact = Fraction(node.text)
    if exact == Fraction(float(node.text)) or max(exact.numerator, exact.denominator) > 2**53:
        return node
    above, below = (Number(str(n), span=node.span) for n in (exact.numerator, exact.denominator))
    return Call("div", (above, below), span=node.span)


class Joint(Trace):
    """The trace of a program, and of formulas in its names.

    formulas  by the name of the variable, the operations that its formula gives, and their shape
    errors    by name, why a formula has no operations
    """

    def __init__(
        self,
        program: Program,
        claims: Mapping[str, Program],
        shapes: Mapping[str, Shape],
        given: Mapping[str, Any],
        dtype: str,
    ) -> None:
        super().__init__(program, dict(shapes), tuple(claims), dtype, dict(given))
        self.formulas: dict[str, tuple[list[Node], Shape]] = {}
        self.errors: dict[str, str] = {}
        for name, claim in claims.items():
            try:
                self.formulas[name] = self._formula(claim)
            except NoFormError as error:
                self.errors[name] = str(error)

    def _formula(self, claim: Program) -> tuple[list[Node], Shape]:
        names = {"inf": float("inf"), "nan": float("nan")} | self.names
        flat, shape = flattened(Builder(names, self).build(claim))
        return [self.as_result(one) for one in flat], shape
