"""The recorded graph read back as a program of the expression language.

The program says what was computed, not how it is differentiated: a method that differentiates it is independent of the
engine's rules. It needs nodes that keep every argument (`modes.record_all`).
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from gradcli.engine.graph import AccumulateGrad, Node
from gradcli.engine.memory import version, version_at
from gradcli.engine.op import Op, SequenceOp
from gradcli.engine.tensor import Tensor
from gradcli.lang.functions import find
from gradcli.lang.tree import (
    Assign,
    Call,
    Expr,
    Index,
    List,
    Name,
    NoFormError,
    Program,
    Slice,
    literal,
)
from gradcli.lang.written import WRITTEN, arguments_of, key_of, written

Array = Any


class GraphReader:
    """Turns nodes into assignments, the earliest first.

    is_written  whether some are compositions, for want of a function
    """

    def __init__(self, names: Mapping[int, str]) -> None:
        self.names = names
        self.values: dict[str, Array] = {}
        self.assignments: list[Assign] = []
        self.known: dict[Any, str] = {}
        self.taken = set(names.values())
        self.is_written = False

    def read(self, node: Node) -> None:
        """Adds what the node computes; its inputs must have been read. Raises NoFormError."""
        expression = self.expression(node)
        self.known[node] = self.fresh("node")
        self.assignments.append(Assign(self.known[node], expression))

    def program(self, starts: Sequence[Any], cotangents: Sequence[Array]) -> tuple[Program, Array]:
        """The whole, and the cotangent of its result. Several roots become one: their sum, weighted."""
        ends = [self.operand(start, None, None) for start in starts]
        if len(ends) == 1:
            (cotangent,) = cotangents
            one = cotangent.ndim == 0 and cotangent == 1
            return Program(tuple(self.assignments), ends[0]), None if one else np.array(cotangent)
        weighed = [
            Call("sum", (Call("mul", (end, self.constant(weight, weight.dtype))),))
            for end, weight in zip(ends, cotangents, strict=True)
        ]
        return Program(tuple(self.assignments), functools.reduce(_add, weighed)), None

    def fresh(self, stem: str) -> str:
        """A name that is not in use."""
        name = next(name for k in itertools.count(1) if (name := f"{stem}_{k}") not in self.taken)
        self.taken.add(name)
        return name

    def leaf(self, end: AccumulateGrad) -> str:
        """The name of a leaf, which is bound to its array."""
        return self.held(end, end.variable)

    def held(self, end: Any, tensor: Tensor) -> str:
        """The name of what is bound to its array: a leaf, or the result of a node that is not read."""
        if end not in self.known:
            name = self.names.get(id(tensor), "")
            # the language reads π as pi
            self.known[end] = name if name.isascii() and name else self.fresh("leaf")
            self.values[self.known[end]] = np.array(tensor.array)
        return self.known[end]

    def changed_since(self, node: Node, edge: Any, value: Any) -> bool:
        """True if `value`, which no node that is read computes, is no longer what it was when `node` was made."""
        held = type(edge) is not Node or self.known.get(edge) in self.values
        return held and version(value) != version_at(value, node.seq)

    def constant(self, value: Any, dtype: Any) -> Expr:
        """An argument that needs no gradient: a literal, or a bound name for an array, in the dtype it is used in."""
        if not isinstance(value, (np.ndarray, np.generic)):
            return literal(value)
        name, array = self.fresh("constant"), np.array(value)
        self.values[name] = array.astype(dtype) if array.dtype.kind == "f" else array
        return Name(name)

    def operand(self, edge: Any, value: Any, dtype: Any) -> Expr:
        """An argument: a leaf, the result of another node, or a constant."""
        if edge is None:
            return self.constant(value, dtype)
        return Name(self.leaf(edge) if isinstance(edge, AccumulateGrad) else self.known[edge])

    def expression(self, node: Node) -> Expr:
        """What the node computes. Raises NoFormError."""
        assert node.saved is not None
        if type(node.op) not in (Op, SequenceOp):
            raise NoFormError(f"{node.name()} has no form in the expression language")
        if any(edge is not None and edge.dtype.itemsize > node.dtype.itemsize for edge in node.edges):
            raise NoFormError(f"{node.op.name}() rounds to {node.dtype}, which has no form in the expression language")
        if any(map(functools.partial(self.changed_since, node), node.edges, _arrays(node))):
            raise NoFormError(f"an argument of {node.op.name}() was changed in place after it was used")
        _, *values = node.saved
        args: list[Expr]
        if isinstance(node.op, SequenceOp):
            items = zip(node.edges, values[0], strict=True)
            args, rest = [List(tuple(self.operand(edge, item, node.dtype) for edge, item in items))], values[1:]
        else:
            arrays = zip(node.edges, values, strict=False)
            args = [self.operand(edge, value, node.dtype) for edge, value in arrays]
            rest = values[len(node.edges) :]
        key = key_of(node.op.name, dict(zip(node.op.slots[1:], values, strict=False)))
        if key in WRITTEN:
            return self.written(key, node, args, rest)
        form = FORMS.get(node.op.name)
        if form is not None:
            return form(self, node, args, rest)
        return self.call(node, args, rest)

    def written(self, key: str, node: Node, args: list[Expr], rest: Sequence[Any]) -> Expr:
        """What is written in the language for want of a function."""
        self.is_written = True
        names, used = node.op.slots[1:], arguments_of(key)
        options = zip(names[len(args) :], rest, strict=False)
        known = {name: self.constant(value, node.dtype) for name, value in options if name in used}
        return written(key, dict(zip(names, args, strict=False)) | known)

    def call(self, node: Node, args: list[Expr], rest: Sequence[Any]) -> Expr:
        """The call of the language's function of the same name, whose parameters stand in the same order."""
        function = find(node.op.name)
        if function is None:
            raise NoFormError(f"{node.op.name}() has no form in the expression language")
        parameters = function.parameters[len(args) :]
        unheard = list(rest[len(parameters) :])
        if unheard and unheard != list(node.op.defaults.values())[-len(unheard) :]:
            raise NoFormError(f"{node.op.name}() with these arguments has no form in the expression language")
        keywords = []
        for parameter, value in zip(parameters, rest, strict=False):
            if parameter.variadic:
                args += map(literal, value)
            else:
                keywords.append((parameter.name, literal(value)))
        return Call(function.name, tuple(args), tuple(keywords))


def _arrays(node: Node) -> Sequence[Any]:
    """What the node saved of its array arguments, by edge."""
    assert node.saved is not None
    return node.saved[1] if isinstance(node.op, SequenceOp) else node.saved[1 : len(node.edges) + 1]


def _add(a: Call, b: Call) -> Call:
    return Call("add", (a, b))


Form = Callable[[GraphReader, Node, list[Expr], Sequence[Any]], Expr]


def _operator(function: str, *, swapped: bool = False) -> Form:
    """A call of two arguments, in this order or swapped; a plain number comes after the arrays in an op's arguments."""

    def form(reader: GraphReader, node: Node, args: list[Expr], rest: Sequence[Any]) -> Expr:
        both = (*args, *(reader.constant(value, node.dtype) for value in rest))
        return Call(function, both[::-1] if swapped else both)

    return form


def _same(_reader: GraphReader, _node: Node, args: list[Expr], _rest: Sequence[Any]) -> Expr:
    return args[0]


def _reshape(_reader: GraphReader, node: Node, args: list[Expr], _rest: Sequence[Any]) -> Expr:
    return Call("reshape", (args[0], literal(list(node.shape))))


def _expand(_reader: GraphReader, node: Node, args: list[Expr], _rest: Sequence[Any]) -> Expr:
    return Call("expand", (args[0], literal(list(node.shape))))


def _permute(_reader: GraphReader, node: Node, args: list[Expr], rest: Sequence[Any]) -> Expr:
    ndim = len(node.shape)
    axes = reversed(range(ndim)) if not rest or rest[0] is None else rest[0]
    return Call("permute", (args[0], literal([axis % ndim for axis in axes])))


def _select(_reader: GraphReader, node: Node, args: list[Expr], rest: Sequence[Any]) -> Expr:
    axis, index = rest
    return _indexed(args[0], axis % (len(node.shape) + 1), literal(index))


def _slice(_reader: GraphReader, node: Node, args: list[Expr], rest: Sequence[Any]) -> Expr:
    axis, *bounds = rest
    return _indexed(args[0], axis % len(node.shape), _slice_of(bounds))


def _index(_reader: GraphReader, _node: Node, args: list[Expr], rest: Sequence[Any]) -> Expr:
    items = [item for item in rest[0] if item is not Ellipsis]  # which stands last, where it says nothing
    return Index(args[0], tuple(map(_item, items)))


def _addmm(_reader: GraphReader, _node: Node, args: list[Expr], _rest: Sequence[Any]) -> Expr:
    bias, *factors = args
    return Call("add", (bias, Call("matmul", tuple(factors))))


def _copy_slices(reader: GraphReader, node: Node, args: list[Expr], rest: Sequence[Any]) -> Expr:
    """What was written in the places, and what is there elsewhere. Raises NoFormError for several computed elements."""
    places = rest[-1]
    written = np.zeros(node.shape, bool)
    written.reshape(-1)[places] = True
    value = args[1]
    if node.edges[1] is None:
        whole = np.zeros(node.shape, node.dtype)
        whole.reshape(-1)[places] = node.saved[2] if node.saved else 0
        value = reader.constant(whole, node.dtype)
    elif np.size(places) > 1:
        raise NoFormError("computed values written to several places have no form in the expression language")
    return Call("where", (reader.constant(written, written.dtype), value, args[0]))


def _indexed(base: Expr, axis: int, item: Expr) -> Expr:
    """`base[:, :, item]`, with as many full slices as there are axes before `axis`."""
    return Index(base, (*[_slice_of((None, None, None))] * axis, item))


def _slice_of(bounds: Sequence[int | None]) -> Expr:
    return Slice(*map(literal, bounds))


def _item(item: Any) -> Expr:
    """An item of an index: a slice, a number, or an array of whole numbers or truth values."""
    if isinstance(item, slice):
        return _slice_of((item.start, item.stop, item.step))
    return literal(item.tolist() if isinstance(item, (np.ndarray, np.generic)) else item)


FORMS: dict[str, Form] = {
    "pow_number": _operator("pow"),
    "pow_tensor": _operator("pow"),
    "number_pow": _operator("pow", swapped=True),
    "polygamma": _operator("polygamma", swapped=True),
    "rsub": _operator("sub", swapped=True),
    "remainder_number": _operator("remainder"),
    "remainder_tensor": _operator("remainder"),
    "clamp_tensor": lambda _reader, _node, args, _rest: Call("clamp", tuple(args)),
    "addmm": _addmm,
    "mm": _operator("matmul"),
    "mv": _operator("matmul"),
    "bmm": _operator("matmul"),
    "alias": _same,
    "cast": _same,
    "clone": _same,
    "expand": _expand,
    "permute": _permute,
    "t": _permute,
    "reshape": _reshape,
    "squeeze": _reshape,
    "squeeze_": _reshape,
    "unsqueeze": _reshape,
    "unsafe_view": _reshape,
    "select": _select,
    "unbind_part": _select,
    "split_part": lambda reader, node, args, rest: _slice(reader, node, args, rest[:4]),
    "slice_axis": _slice,
    "index": _index,
    "copy_slices": _copy_slices,
}
"""The operations whose form in the language is not the function of the same name."""
