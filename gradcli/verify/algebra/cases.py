"""The derivatives of a trace, and the values of its formulas, in each of the cases that its comparisons make."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from gradcli.verify.algebra import matrices
from gradcli.verify.algebra.field import Element, Field, NoValueError, OpenError
from gradcli.verify.algebra.kernels import Kernels
from gradcli.verify.algebra.rules import SLOPES, VALUES
from gradcli.verify.algebra.signs import MAX_CASES, Choices, Signs
from gradcli.verify.balls.trace import Node

Numbers = Mapping[str, Sequence[float]]


class Case:
    """A way in which the comparisons of a trace come out.

    numbers          the values that are put in for names, flat
    is_nowhere_zero  whether an operation, or the difference of two, is certainly 0 at single points at most
    """

    def __init__(
        self,
        field: Field,
        signs: Signs,
        numbers: Numbers,
        is_nowhere_zero: Callable[..., bool],
    ) -> None:
        self.field = field
        self.signs = signs
        self.kernels = Kernels(field, signs)
        self.numbers = numbers
        self.is_nowhere_zero = is_nowhere_zero
        self.values: dict[int, Any] = {}
        field.relations.clear()  # the signs in them are those of this case

    @property
    def one(self) -> Element:
        return self.kernels.one

    def number(self, value: Any) -> Element:
        return self.field.number(value)

    def leaf(self, node: Node) -> Element:
        """A variable, or the number that is put in for it."""
        name, place = node.data
        if name in self.numbers:
            return self.number(self.numbers[name][place])
        return self.field.of(self.field.generator("variable", f"{name}[{place}]"))

    # Values

    def at(self, node: Node) -> Any:
        """The value of an operation. Raises NoValueError where there is none."""
        if node.index not in self.values:
            self._evaluate(node)
        value = self.values[node.index]
        if value is None:
            raise NoValueError
        return value

    def _evaluate(self, root: Node) -> None:
        """Values of what is needed, without recursion: a trace may be as deep as it is long."""
        stack = [root]
        while stack:
            node = stack[-1]
            missing = [] if node.index in self.values else [n for n in self._needs(node) if n.index not in self.values]
            if missing:
                stack.extend(missing)
                continue
            stack.pop()
            if node.index not in self.values:
                self.values[node.index] = self._applied(node)

    def _needs(self, node: Node) -> Iterable[Node]:
        """The arguments that a value depends on: of two branches, only the one that is taken."""
        if node.op.name != "select":
            return node.args
        condition, a, b = node.args
        if condition.index not in self.values:
            return (condition,)
        holds = self.values[condition.index]
        return () if holds is None else (a,) if holds else (b,)

    def _applied(self, node: Node) -> Any:
        args = [self.values[needed.index] for needed in self._needs(node)]
        if any(arg is None for arg in args):
            return None
        if node.op.name == "select":
            return args[0] if args else None
        rule = VALUES.get(node.op.name)
        if rule is None:
            raise OpenError(f"no rule for {node.op.name}")
        try:
            return rule(self, node, *args)
        except NoValueError:
            return None

    # Slopes

    def gradient(self, weights: Mapping[int, Any], nodes: Sequence[Node]) -> dict[int, Element]:
        """By the place of a variable, the slope of the weighted sum of some operations. Raises NoValueError."""
        known: dict[int, Any] = {index: self.number(weight) for index, weight in weights.items()}
        found: dict[int, Element] = {}
        for index in range(max(known, default=-1), -1, -1):
            g, node = known.pop(index, None), nodes[index]
            if g is None or not node.varies:
                continue
            if node.op.name == "leaf":
                found[index] = g
                continue
            if node.op.name == "entry":
                entries = known.setdefault(node.args[0].index, {})
                entries[node.data] = g
                continue
            for arg, part in self._contributions(node, g):
                known[arg.index] = known[arg.index] + part if arg.index in known else part
        return found

    def _contributions(self, node: Node, g: Any) -> Iterator[tuple[Node, Element]]:
        name = node.op.name
        if name == "add":
            yield from ((arg, g) for arg in node.args if arg.varies)
        elif name == "select":
            condition, a, b = node.args
            yield (a if self.at(condition) else b), g
        elif name == "inv":
            yield from zip(node.args, matrices.pulled(self.at(node), g, self.number), strict=True)
        elif not g.is_zero:
            if name not in SLOPES:
                raise OpenError(f"no rule for the slope of {name}")
            for arg, slope in zip(node.args, SLOPES[name](self, node), strict=True):
                if slope is not None and arg.varies:
                    yield arg, g * slope


def cases(field: Field, numbers: Numbers, is_nowhere_zero: Callable[..., bool]) -> Iterator[Case]:
    """Every case. What is asked of one while it is current may add others."""
    pending: list[Choices] = [{}]
    for _ in range(MAX_CASES):
        if not pending:
            return
        yield Case(field, Signs(field, pending.pop(), pending), numbers, is_nowhere_zero)
    if pending:
        raise OpenError("too many cases of signs")
