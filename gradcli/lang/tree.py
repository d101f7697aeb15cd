"""The expression tree: seven kinds of node, and the operators, which are calls that are written with a symbol.

A tree is as deep as its text is long (a sum of 5,000 terms leans left 5,000 deep), so nothing here recurses: walk trees
with `postorder` and `fold`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import EllipsisType
from typing import Any, TypeAlias, TypeVar
from typing import Literal as OneOf

Result = TypeVar("Result")


class NoFormError(Exception):
    """Why a program has no form."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Node:
    """What the nodes share. `span` is where the node stands in the text, brackets included; equality ignores it."""

    span: tuple[int, int] = field(default=(0, 0), kw_only=True)

    @property
    def children(self) -> tuple[Expr, ...]:
        """The sub-expressions, from left to right."""
        return ()

    @property
    def label(self) -> tuple[object, ...]:
        """What the node says beside its children."""
        return ()

    def _flat(self) -> tuple[object, ...]:
        return tuple((type(node), len(node.children), node.label) for node in postorder(self))

    def __eq__(self, other: object) -> bool:
        return self._flat() == other._flat() if isinstance(other, Node) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._flat())

    def __repr__(self) -> str:
        return fold(self, lambda node, parts: f"{type(node).__name__}({', '.join([*map(repr, node.label), *parts])})")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Number(Node):
    """A literal as it was typed, without underscores and sign."""

    text: str

    @property
    def label(self) -> tuple[object, ...]:
        return (self.text,)

    @property
    def value(self) -> int | float:
        return int(self.text) if self.text.isdecimal() else float(self.text)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Computed(Number):
    """A number that floating point has computed from others, and so is rounded."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Name(Node):
    """A variable or a constant such as pi; the evaluator knows which."""

    id: str

    @property
    def label(self) -> tuple[object, ...]:
        return (self.id,)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Literal(Node):
    """True, False or None; as an item of an index also `...`."""

    value: bool | EllipsisType | None

    @property
    def label(self) -> tuple[object, ...]:
        return (self.value,)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class List(Node):
    """`[a, b]`."""

    items: tuple[Expr, ...]

    @property
    def children(self) -> tuple[Expr, ...]:
        return self.items


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Slice(Node):
    """`start:stop:step`, an item of an index. A part that is left out is Literal(None)."""

    start: Expr
    stop: Expr
    step: Expr

    @property
    def children(self) -> tuple[Expr, ...]:
        return (self.start, self.stop, self.step)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Index(Node):
    """`base[items]`, with one item or more."""

    base: Expr
    items: tuple[Expr, ...]

    @property
    def children(self) -> tuple[Expr, ...]:
        return (self.base, *self.items)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Call(Node):
    """A call, a method call or an operator, under the canonical name of its function.

    `keywords` are in the order of the function's signature.
    """

    function: str
    args: tuple[Expr, ...]
    keywords: tuple[tuple[str, Expr], ...] = ()

    @property
    def children(self) -> tuple[Expr, ...]:
        return (*self.args, *(value for _, value in self.keywords)) if self.keywords else self.args

    @property
    def label(self) -> tuple[object, ...]:
        return (self.function, *(name for name, _ in self.keywords))


Expr: TypeAlias = Number | Name | Literal | List | Slice | Index | Call


@dataclass(frozen=True, slots=True)
class Assign:
    """`name = value`."""

    name: str
    value: Expr
    span: tuple[int, int] = field(default=(0, 0), compare=False, kw_only=True)


@dataclass(frozen=True)
class Program:
    """Assignments in order, then the result. A name may be assigned again: later uses see the latest value."""

    assignments: tuple[Assign, ...]
    result: Expr

    @cached_property
    def nodes(self) -> tuple[tuple[Expr, ...], ...]:
        """The nodes of each statement, children before their parent; those of the result come last."""
        return tuple(tuple(postorder(tree)) for tree in (*(step.value for step in self.assignments), self.result))

    @cached_property
    def free(self) -> tuple[str, ...]:
        """The names that are read before they are assigned, in the order of their first use."""
        assigned: set[str] = set()
        free: dict[str, None] = {}
        for target, nodes in zip((*(step.name for step in self.assignments), ""), self.nodes, strict=True):
            read = [node.id for node in nodes if isinstance(node, Name)]
            free.update(dict.fromkeys(name for name in read if name not in assigned))
            assigned.add(target)
        return tuple(free)


def postorder(node: Node) -> Iterator[Expr]:
    """Every node of the tree, children before their parent, from left to right."""
    order, stack = [], [node]
    while stack:
        order.append(stack.pop())
        stack.extend(order[-1].children)
    return reversed(order)  # type: ignore[arg-type]  # every Node is one of the kinds of Expr


def fold(node: Node, combine: Callable[[Expr, list[Result]], Result]) -> Result:
    """The tree's result, computed from the leaves up: `combine(node, results of its children)`."""
    results: list[Result] = []
    for current in postorder(node):
        first = len(results) - len(current.children)
        results[first:] = [combine(current, results[first:])]
    return results[0]


def with_children(node: Expr, parts: list[Expr]) -> Expr:
    """The node with other children in the places of its own; itself, if they are its own."""
    if all(part is child for part, child in zip(parts, node.children, strict=True)):
        return node
    if isinstance(node, Call):
        args, values = parts[: len(node.args)], parts[len(node.args) :]
        keywords = tuple((name, value) for (name, _), value in zip(node.keywords, values, strict=True))
        return replace(node, args=tuple(args), keywords=keywords)
    if isinstance(node, List):
        return replace(node, items=tuple(parts))
    if isinstance(node, Index):
        return replace(node, base=parts[0], items=tuple(parts[1:]))
    if isinstance(node, Slice):
        return replace(node, start=parts[0], stop=parts[1], step=parts[2])
    return node


def literal(value: Any) -> Expr:
    """What Python's plain values look like in the language. Raises NoFormError for others."""
    if value is None or isinstance(value, bool):
        return Literal(value)
    if isinstance(value, (tuple, list)):
        return List(tuple(map(literal, value)))
    if type(value) not in (int, float):
        raise NoFormError(f"an argument of type {type(value).__name__} has no form in the expression language")
    size = abs(value)
    written: Expr = Number(repr(size)) if math.isfinite(size) else Name(repr(size))
    return Call("neg", (written,)) if value < 0 else written


def free_names(program: Program) -> tuple[str, ...]:
    """The names that are read before they are assigned, in the order of their first use."""
    return program.free


@dataclass(frozen=True, slots=True)
class Operator:
    """How a call of `function` is written with a symbol. A higher precedence binds tighter."""

    symbol: str
    function: str
    precedence: int
    associativity: OneOf["left", "right", "none", "prefix"]


OPERATORS = (
    Operator("or", "logical_or", 1, "left"),
    Operator("and", "logical_and", 2, "left"),
    Operator("not", "logical_not", 3, "prefix"),
    Operator("<", "lt", 4, "none"),
    Operator("<=", "le", 4, "none"),
    Operator(">", "gt", 4, "none"),
    Operator(">=", "ge", 4, "none"),
    Operator("==", "eq", 4, "none"),
    Operator("!=", "ne", 4, "none"),
    Operator("+", "add", 5, "left"),
    Operator("-", "sub", 5, "left"),
    Operator("*", "mul", 6, "left"),
    Operator("/", "div", 6, "left"),
    Operator("//", "floor_divide", 6, "left"),
    Operator("%", "remainder", 6, "left"),
    Operator("@", "matmul", 6, "left"),
    Operator("-", "neg", 7, "prefix"),
    Operator("**", "pow", 8, "right"),
)
