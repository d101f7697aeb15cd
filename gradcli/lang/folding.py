"""A program in which every constant part is one number: the one that the engine computes for it."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

from gradcli.lang.call_arguments import defaults
from gradcli.lang.evaluate import CONSTANTS, constant, literal
from gradcli.lang.functions import functions
from gradcli.lang.tree import Assign, Call, Computed, Expr, Literal, Name, Number, Program, fold, with_children

_Number = int | float | bool | None


def folded(program: Program, bound: Collection[str]) -> Program:
    """The program with a number, no digit of which is lost, in the place of whatever depends on no name in `bound`."""
    return Folding(bound).program(program) if _has_constants(program, bound) else program


def _has_constants(program: Program, bound: Collection[str]) -> bool:
    """Whether there may be anything to fold: a constant's name, or a function of literals that is not their sign."""
    if program.assignments:
        return True
    return any(
        node.id not in bound
        if isinstance(node, Name)
        else isinstance(node, Call) and not _is_literal(node) and all(map(_is_literal, node.children))
        for node in program.nodes[-1]
    )


def _is_literal(node: Expr) -> bool:
    signed = isinstance(node, Call) and node.function == "neg" and isinstance(node.args[0], Number)
    return signed or isinstance(node, (Number, Literal))


class Folding:
    """Folds one program: keeps what its assigned names are known to be."""

    def __init__(self, bound: Collection[str]) -> None:
        self.bound = bound
        self.assigned: dict[str, _Number] = {}

    def program(self, program: Program) -> Program:
        """The program, folded."""
        steps = []
        for step in program.assignments:
            tree, self.assigned[step.name] = fold(step.value, self.visit)
            steps.append(Assign(step.name, tree, span=step.span))
        return Program(tuple(steps), fold(program.result, self.visit)[0])

    def visit(self, node: Expr, parts: list[tuple[Expr, _Number]]) -> tuple[Expr, _Number]:
        """The node folded, and the number that it is; None if it is none."""
        known = self.known(node, [number for _, number in parts])
        if known is not None and isinstance(node, (Call, Name)):
            return written(known, node.span), known
        return with_children(node, [tree for tree, _ in parts]), known

    def known(self, node: Expr, parts: list[_Number]) -> _Number:
        """The number that a node is, given those of its children."""
        if isinstance(node, Number):
            return literal(node)
        if isinstance(node, Literal):
            return node.value if isinstance(node.value, bool) else None
        if isinstance(node, Name):
            if node.id in self.assigned:
                return self.assigned[node.id]
            return None if node.id in self.bound else CONSTANTS.get(node.id)
        return self.called(node, parts) if isinstance(node, Call) and None not in parts else None

    def called(self, node: Call, parts: list[Any]) -> _Number:
        """The number that a function of numbers gives, if it gives one."""
        count = len(node.args)
        named = {name: part for (name, _), part in zip(node.keywords, parts[count:], strict=True)}
        plain = parts[:count] if node.function.startswith("logical_") else [_plain(part) for part in parts[:count]]
        try:
            result = constant(node.function, plain, named | defaults(functions()[node.function], node))
        except (ArithmeticError, TypeError, ValueError, RuntimeError, AttributeError, IndexError):
            return None  # which the engine refuses, and says why
        return result if type(result) in (int, float, bool) else None


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, bool) else value


def written(value: float, span: tuple[int, int]) -> Expr:
    """A number as it stands in a tree."""
    if isinstance(value, bool):
        return Literal(value, span=span)
    size = abs(value)
    positive: Expr = Computed(repr(size), span=span) if math.isfinite(size) else Name(repr(size), span=span)
    return Call("neg", (positive,), span=span) if math.copysign(1.0, value) < 0 else positive
