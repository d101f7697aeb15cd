"""Operations with several results, such as a singular value decomposition.

All results come from one Node. Each result's Tensor has a grad_fn of its own, a Node that picks the result: on the way
back it hands its cotangent on as one of the Parts, which add up like arrays until the operation's Node takes them all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any

from gradcli.engine.domain import Domain
from gradcli.engine.graph import MANY, Node, source_of
from gradcli.engine.modes import THREAD
from gradcli.engine.op import NodeName, Op, declare, rejoin
from gradcli.engine.rules import Rule
from gradcli.engine.tensor import Tensor

RESULTS = SimpleNamespace(shape=MANY, dtype=MANY)
"""What the backward loop takes for the result of an operation with several."""


class Parts:
    """Cotangents of several results, by number."""

    __slots__ = ("by_number",)
    shape = dtype = MANY

    def __init__(self, by_number: dict[int, Any]) -> None:
        self.by_number = by_number

    def __add__(self, other: Parts) -> Parts:
        total = dict(self.by_number)
        for number, cotangent in other.by_number.items():
            total[number] = total[number] + cotangent if number in total else cotangent
        return Parts(total)


class Pick(Op):
    """Picks the result of one number; its nodes stand in the graph for that result."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        super().__init__("pick", "", lambda results: results[number], {"results": lambda g: Parts({number: g})}, None)
        self.number = number

    def attribute(self, node: Node, name: str, saved: tuple[Any, ...] | None) -> Any:
        """That of the operation's node."""
        return getattr(node.edges[0], name)


_pick = cache(Pick)


class MultiOp(Op):
    """An operation whose forward gives a tuple; its rules take `gs`, a cotangent or None for each result.

    unread  the numbers of the results whose values the rules do not use
    """

    __slots__ = ("outputs", "unread")

    def __init__(
        self,
        name: str,
        node: NodeName,
        forward: Callable[..., Any],
        rules: dict[str, Rule],
        domain: Any,
        outputs: int,
        shapes_only: Sequence[str] = (),
        unread: Sequence[int] = (),
    ) -> None:
        super().__init__(name, node, forward, rules, domain, shapes_only=shapes_only)
        self.outputs = outputs
        self.unread = frozenset(unread)

    def reads(self, node: Node, slot: int, number: int = 0) -> bool:
        """As `Op.reads`."""
        return super().reads(node, slot) and not (slot == 0 and number in self.unread)

    def record_all(self, results: Sequence[Any], values: tuple[Any, ...], edges: tuple[Any, ...]) -> tuple[Tensor, ...]:
        """A Tensor for each result; those of whole numbers, such as indices, are not differentiable."""
        saved = self.kept((tuple(results), *values), edges)
        name = self.node if isinstance(self.node, str) else self.node(*values)
        node = Node(self, edges, saved, RESULTS, name)
        return tuple(
            Tensor(result, True, picked(node, number, result)) if result.dtype.kind in "fc" else Tensor(result)
            for number, result in enumerate(results)
        )

    def vjp(self, g: Any, edges: tuple[Any, ...], saved: tuple[Any, ...]) -> Sequence[Any]:
        """As `Op.vjp`, for the Parts that arrived."""
        return super().vjp([g.by_number.get(number) for number in range(self.outputs)], edges, saved)

    def tensors(self, node: Node, saved: tuple[Any, ...]) -> tuple[Any, ...]:
        """As `Op.tensors`."""
        results, *values = saved or (None,)
        again = results and tuple(
            Tensor(result, True, picked(node, number, result)) if result.dtype.kind in "fc" else result
            for number, result in enumerate(results)
        )
        return again, *map(rejoin, values, node.edges), *values[len(node.edges) :]


def picked(node: Node, number: int, result: Any) -> Node:
    """The Node that stands for one result of `node`."""
    return Node(_pick(number), (node,), (), result, node.name())


def _caller(op: Op) -> Callable[..., Any]:
    assert isinstance(op, MultiOp)
    arrays = len(op.rules)

    def call(*args: Any, **keywords: Any) -> Any:
        args = op.bind(args, keywords)
        if not any(isinstance(x, Tensor) for x in args[:arrays]):
            return op.forward(*args)
        values = tuple([x.array if isinstance(x, Tensor) else x for x in args])
        results = op.forward(*values)
        edges = tuple(source_of(x) if isinstance(x, Tensor) else None for x in args[:arrays])
        if any(edge is not None for edge in edges) and THREAD.mode.enabled:
            return op.record_all(results, values, edges)
        return tuple(map(Tensor, results))

    return call


def multi(
    name: str,
    node: NodeName,
    forward: Callable[..., Any],
    *,
    outputs: int,
    domain: Domain | tuple[Domain, ...],
    shapes_only: Sequence[str] = (),
    unread: Sequence[int] = (),
    **rules: Rule,
) -> Callable[..., Any]:
    """Declares an operation with `outputs` results; its rules take `gs`: their cotangents, None for one unused.

    shapes_only  the arguments of which the rules use just the shape
    unread       the numbers of the results whose values the rules do not use
    """
    return declare(MultiOp(name, node, forward, rules, domain, outputs, shapes_only, unread), _caller, ())
