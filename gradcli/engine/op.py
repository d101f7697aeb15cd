"""How an operation is declared, once: its forward on NumPy values and one derivative rule per array argument.

    mul = op("mul", "MulBackward0", operator.mul, domain=..., a=lambda g, b: g * b, b=lambda g, a: g * a)

A rule takes the cotangent `g` and then, by name, just what it needs: `result`, or any argument. That list of names is
also what a recorded node keeps. Rules are plain NumPy: on arrays they give a first-order gradient; on Tensors, which
answer NumPy's dispatch protocols, the very same line records a graph, so gradients of any order follow from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from numpy import float64, ndarray

from gradcli.engine.domain import Domain
from gradcli.engine.dtypes import align as align_operands
from gradcli.engine.dtypes import align_arrays, align_floats, as_float
from gradcli.engine.errors import refusal, uncomputed
from gradcli.engine.graph import Node, source_of
from gradcli.engine.layout import laid
from gradcli.engine.modes import THREAD
from gradcli.engine.rules import Rule, parameters, pull_of, refuse, signature
from gradcli.engine.staleness import FREED
from gradcli.engine.tensor import NUMPY, Tensor

NodeName = str | Callable[..., str]

OPS: dict[str, Op] = {}
"""Every declared operation, by name."""
SAVED = {"_saved_result": 0, "_saved_self": 1, "_saved_other": 2, "_saved_mat2": 2, "_saved_exponent": 2}
"""PyTorch's names for what a node saved, with the slots that hold it."""


def not_differentiable(g: Any) -> Any:
    """The rule of an argument that has no derivative by its nature: a condition, an index. It is never run."""
    raise AssertionError(g)


def missing(g: Any) -> Any:
    """The rule of an argument whose derivative is not implemented; in its place stands one that says so."""
    raise NotImplementedError


class Op:
    """One declared operation.

    name      "mul"
    node      the name of its nodes, "MulBackward0", or a function of the call's arguments that gives it
    forward   the function on NumPy values; looked up at every call, so that a profiler can stand in for it
    slots     "result", then the names of the arguments in order
    defaults  the default values of the last arguments, by name
    rules     the derivative rules of the array arguments, which come first among the arguments
    align     brings two operands to one dtype, where they have not the same
    constants the places of the array arguments that have no derivative by their nature
    pulls     the rules as functions of the cotangent and all slots
    keeps     per set of arguments that need a gradient (a bit mask): for each slot, whether a node keeps it
    domain    where to sample the array arguments (see `domain.py`)
    kinks     a function of the arguments' arrays, True where one-sided derivatives differ; None if nowhere
    elementwise  an element of the result comes of one element of each argument, which broadcast
    floating  integers are taken as floats (what needs a gradient is floating anyway)
    frees     whether a backward pass frees what its nodes saved: not if the rules read no values, as for a sum
    shapes_only  the slots of which the rules use just the shape: it does not matter if their values change
    """

    __slots__ = (
        "_tail", "align", "constants", "defaults", "domain", "elementwise", "floating", "forward", "frees", "keeps",
        "kinks", "name", "node", "pulls", "rules", "shapes_only", "slots",
    )  # fmt: skip
    module = ""
    """What stands before the name of its nodes where they are printed."""

    def __init__(
        self,
        name: str,
        node: NodeName,
        forward: Callable[..., Any],
        rules: dict[str, Rule],
        domain: Any,
        kinks: Any = None,
        floating: bool = False,
        shapes_only: Sequence[str] = (),
        align: Callable[[Any, Any], tuple[Any, Any]] | None = None,
    ) -> None:
        self.name = name
        self.align = align or (align_floats if floating else align_operands)
        self.node = node
        self.forward = forward
        self.domain = domain
        self.kinks = kinks
        self.floating = floating
        self.elementwise = False
        arguments, self.defaults = signature(forward, tuple(rules))
        self._tail = tuple(self.defaults.values())
        self.slots = ("result", *arguments)
        self.shapes_only = frozenset(self.slots.index(name) for name in shapes_only)
        self.rules = tuple(refuse(name, argument) if rule is missing else rule for argument, rule in rules.items())
        self.constants = frozenset(i for i, rule in enumerate(self.rules) if rule is not_differentiable)
        needs = [[self.slots.index(need) for need in parameters(rule)[1:]] for rule in self.rules]
        self.pulls = tuple(pull_of(rule, need) for rule, need in zip(self.rules, needs, strict=True))
        self.keeps = tuple(self._kept(mask, needs) for mask in range(2 ** len(rules)))
        self.frees = any(self.keeps[-1][slot] for slot in range(len(rules) + 1) if slot not in self.shapes_only)

    def _kept(self, mask: int, needs: list[list[int]]) -> tuple[bool, ...]:
        needed = {slot for i, need in enumerate(needs) if mask >> i & 1 for slot in need}
        return tuple(slot in needed or slot > len(self.rules) for slot in range(len(self.slots)))

    def bind(self, args: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[Any, ...]:
        """All arguments in order, defaults filled in. Raises TypeError as a Python call would."""
        names = self.slots[1:]
        lacking = len(names) - len(args)
        if not keywords and 0 <= lacking <= len(self.defaults):
            return args + self._tail[len(self._tail) - lacking :]
        given = dict(zip(names, args, strict=False)) | keywords
        wrong = [name for name in keywords if name not in names[len(args) :]]
        if wrong or lacking < 0:
            raise TypeError(f"{self.name}() got an unexpected argument {wrong[0] if wrong else args[len(names)]!r}")
        values = self.defaults | given
        missing_name = next((name for name in names if name not in values), None)
        if missing_name is not None:
            raise TypeError(f"{self.name}() missing required argument: {missing_name!r}")
        return tuple(values[name] for name in names)

    def record(self, result: Any, values: tuple[Any, ...], edges: tuple[Any, ...]) -> Tensor:
        """The result as a Tensor whose Node keeps, of the result and the `values` given, what the rules need."""
        name = self.node if isinstance(self.node, str) else self.node(*values)
        return Tensor(result, True, Node(self, edges, self.kept((result, *values), edges), result, name))

    def kept(self, slots: tuple[Any, ...], edges: tuple[Any, ...]) -> tuple[Any, ...]:
        """What a node with these edges keeps of its slots: what its rules need, None in the other places."""
        if THREAD.mode.keep_all:
            return slots
        return tuple([x if kept else None for x, kept in zip(slots, self.keeps[_mask(edges)], strict=True)])

    def reads(self, node: Node, slot: int, number: int = 0) -> bool:
        """Whether the rules read the values of what a node has in that slot, under a number if it has several there."""
        return slot not in self.shapes_only and self.keeps[_mask(node.edges)][slot]

    def vjp(self, g: Any, edges: tuple[Any, ...], saved: tuple[Any, ...]) -> Sequence[Any]:
        """The contributions of cotangent `g` to the arguments; None where there is no edge.

        On arrays they are arrays; on Tensors, Tensors with a graph. Raises NotImplementedError for a missing rule.
        """
        if len(edges) == 1 and edges[0] is not None:  # most nodes, which a comprehension would slow down
            return [self.pulls[0](g, saved)]
        # strict=True would cost time in the hot loop
        return [None if edge is None else pull(g, saved) for edge, pull in zip(edges, self.pulls)]  # noqa: B905

    def sources(self, node: Node) -> tuple[Any, ...]:
        """Where the first of what a node saved came from."""
        return node, *node.edges

    def attribute(self, node: Node, name: str, saved: tuple[Any, ...] | None) -> Any:
        """The attribute that one of its nodes has by PyTorch's `name`: a `saved` value. Raises AttributeError."""
        slot = SAVED.get(name, len(self.slots))
        if slot < len(self.slots):
            if saved is None:
                raise RuntimeError(FREED)
            if saved[slot] is not None:
                return self.tensors(node, saved)[slot]
        raise AttributeError(f"'{node.name()}' object has no attribute '{name}'", name=name)

    def tensors(self, node: Node, saved: tuple[Any, ...]) -> tuple[Any, ...]:
        """What the node `saved`, with Tensors that lead on into the graph in the places of its arrays."""
        result, *values = saved or (None,)
        return rejoin(result, node), *map(rejoin, values, node.edges), *values[len(node.edges) :]


class SequenceOp(Op):
    """An operation on a sequence of arrays, such as `cat`; its one rule gives the cotangents of all of them."""

    __slots__ = ()

    def record(self, result: Any, values: tuple[Any, ...], edges: tuple[Any, ...]) -> Tensor:
        """As `Op.record`."""
        return Tensor(result, True, Node(self, edges, (result, *values), result, str(self.node)))

    def reads(self, node: Node, slot: int, number: int = 0) -> bool:
        """As `Op.reads`: the same whichever arguments need a gradient."""
        return self.keeps[-1][slot] and slot not in self.shapes_only

    def vjp(self, g: Any, edges: tuple[Any, ...], saved: tuple[Any, ...]) -> Sequence[Any]:
        """As `Op.vjp`."""
        return list(self.pulls[0](g, saved))

    def tensors(self, node: Node, saved: tuple[Any, ...]) -> tuple[Any, ...]:
        """As `Op.tensors`."""
        result, arrays, *rest = saved or (None, ())
        return rejoin(result, node), [*map(rejoin, arrays, node.edges)], *rest


def _mask(edges: tuple[Any, ...]) -> int:
    """The arguments that need a gradient, as the bits of a number."""
    return sum(1 << i for i, edge in enumerate(edges) if edge is not None)


def rejoin(array: Any, edge: Any) -> Any:
    """A saved array as the Tensor it was: the leaf, or one whose cotangent goes where its went."""
    if edge is None or array is None:
        return array
    return Tensor(array, True, edge) if type(edge) is Node else edge.tensor(array)


def unary(op: Op) -> Callable[..., Any]:
    """The caller of an operation with one array argument, first, and any number of others."""
    node, others, floating, named = op.node, len(op.slots) - 2, op.floating, isinstance(op.node, str)
    keep_result, keep_x = op.keeps[1][:2]
    recorded = not_differentiable not in op.rules

    def call(x: Any, *rest: Any, **keywords: Any) -> Any:
        if keywords or len(rest) != others:
            x, *rest = op.bind((x, *rest), keywords)  # type: ignore[assignment]
        if not isinstance(x, Tensor):
            return op.forward(x, *rest)
        array = x.array
        try:
            if not (recorded and x.tracked and (mode := THREAD.mode).enabled):
                return Tensor(op.forward(as_float(array) if floating else array, *rest))
            result = op.forward(array, *rest)
        except (TypeError, ValueError, RuntimeError, KeyError) as error:
            raise uncomputed(array) or error from None
        keep = mode.keep_all
        saved = (result if keep_result or keep else None, array if keep_x or keep else None)
        if rest:
            saved = (*saved, *rest)
        name: Any = node if named else node(array, *rest)  # type: ignore[operator]
        return Tensor(result, True, Node(op, (x.grad_fn or source_of(x),), saved, result, name))

    return call


def _binary(op: Op) -> Callable[[Any, Any], Any]:
    """The caller of an element-wise operation with two arguments, which broadcast and are promoted."""
    node, keeps, floating, align = str(op.node), op.keeps, op.floating, op.align
    recorded = not_differentiable not in op.rules

    def call(a: Any, b: Any) -> Any:
        x, y, edge_a, edge_b = a, b, None, None
        if isinstance(a, Tensor):
            x = a.array
            if a.tracked:
                edge_a = a.grad_fn or source_of(a)
        if isinstance(b, Tensor):
            y = b.array
            if b.tracked:
                edge_b = b.grad_fn or source_of(b)
        elif x is a:
            return op.forward(a, b)
        else:
            y = float(b) if type(b) is float64 else b  # for the dtype, NumPy's float is Python's
        kind = type(x)
        track = recorded and (edge_a is not None or edge_b is not None) and (mode := THREAD.mode).enabled
        try:
            if kind is not type(y) or (kind is ndarray and x.dtype is not y.dtype):
                x, y = (align_arrays if ndarray in (type(a), type(b)) else align)(x, y)
            if floating and not track:
                x, y = as_float(x), as_float(y)
            result = op.forward(x, y)
            if kind is ndarray and not x.flags.c_contiguous:
                result = laid(result, getattr(a, "array", x), getattr(b, "array", y))
        except (TypeError, ValueError) as error:
            raise refusal(op.name, x, y) or error from None
        if not track:
            return Tensor(result)
        kept = 1 if edge_b is None else 2 if edge_a is None else 3
        keep_result, keep_x, keep_y = (True, True, True) if mode.keep_all else keeps[kept]
        saved = (result if keep_result else None, x if keep_x else None, y if keep_y else None)
        return Tensor(result, True, Node(op, (edge_a, edge_b), saved, result, node))

    return call


def _general(op: Op) -> Callable[..., Any]:
    """The caller of an operation with several array arguments, first, and any number of others."""
    arrays = len(op.rules)

    def call(*args: Any, **keywords: Any) -> Any:
        args = op.bind(args, keywords)
        if not any(isinstance(x, Tensor) for x in args[:arrays]):
            return op.forward(*args)
        values = tuple([x.array if isinstance(x, Tensor) else x for x in args])
        try:
            result = op.forward(*values)
        except (TypeError, ValueError, RuntimeError, KeyError) as error:
            raise uncomputed(*values) or error from None
        edges = tuple(
            source_of(x) if isinstance(x, Tensor) and rule is not not_differentiable else None
            for x, rule in zip(args, op.rules, strict=False)
        )
        if any(edge is not None for edge in edges) and THREAD.mode.enabled:
            return op.record(result, values, edges)
        return Tensor(result)

    return call


def _sequence(op: Op) -> Callable[..., Any]:
    """The caller of an operation on a sequence of arrays."""

    def call(*args: Any, **keywords: Any) -> Any:
        sequence, *rest = op.bind(args, keywords)
        if not any(isinstance(x, Tensor) for x in sequence):
            return op.forward(sequence, *rest)
        arrays = [x.array if isinstance(x, Tensor) else x for x in sequence]
        try:
            result = op.forward(arrays, *rest)
        except (TypeError, ValueError, RuntimeError, KeyError) as error:
            raise uncomputed(*arrays) or error from None
        edges = tuple(source_of(x) if isinstance(x, Tensor) else None for x in sequence)
        if any(edge is not None for edge in edges) and THREAD.mode.enabled:
            return op.record(result, (arrays, *rest), edges)
        return Tensor(result)

    return call


def declare(op: Op, caller: Callable[[Op], Callable[..., Any]], numpy: Sequence[Any]) -> Callable[..., Any]:
    """Enters an operation in the tables; the function that applies it, which `caller` makes."""
    OPS[op.name] = op
    function = caller(op)
    function.__name__ = function.__qualname__ = op.name
    for known in (op.forward, *numpy):
        NUMPY.setdefault(known, function)
    return function


def elementwise(
    name: str,
    node: str,
    forward: Callable[..., Any],
    *,
    domain: Domain | tuple[Domain, ...],
    kinks: Callable[..., Any] | None = None,
    floating: bool = False,
    align: Callable[[Any, Any], tuple[Any, Any]] | None = None,
    numpy: Sequence[Any] = (),
    **rules: Rule,
) -> Callable[..., Any]:
    """Declares an element-wise operation with one argument, or two that broadcast; `numpy` are its synonyms there."""
    op = Op(name, node, forward, rules, domain, kinks, floating, align=align)
    op.elementwise = True
    return declare(op, unary if len(rules) == 1 else _binary, numpy)


def general(
    name: str,
    node: NodeName,
    forward: Callable[..., Any],
    *,
    domain: Domain | tuple[Domain, ...],
    kinks: Callable[..., Any] | None = None,
    shapes_only: Sequence[str] = (),
    numpy: Sequence[Any] = (),
    **rules: Rule,
) -> Callable[..., Any]:
    """Declares an operation whose array arguments come first and may be followed by others, such as an axis.

    shapes_only  the arguments of which the rules use just the shape
    """
    op = Op(name, node, forward, rules, domain, kinks, shapes_only=shapes_only)
    return declare(op, unary if len(rules) == 1 else _general, numpy)


def of_sequence(
    name: str,
    node: NodeName,
    forward: Callable[..., Any],
    *,
    domain: Domain,
    shapes_only: Sequence[str] = (),
    numpy: Sequence[Any] = (),
    **rules: Rule,
) -> Callable[..., Any]:
    """Declares an operation whose first argument is a sequence of arrays. `shapes_only` as in `general`."""
    return declare(SequenceOp(name, node, forward, rules, domain, shapes_only=shapes_only), _sequence, numpy)
