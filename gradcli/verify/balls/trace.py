"""A program as a list of operations on single numbers, each written once: what the passes over balls walk.

`Trace` is an algebra for `Builder`: the forms of the functions are called with it in the place of SymPy, and leave
their operations here. Equal operations are one node, so that `maximum(sin(x), sin(x))` has no tie. A trace knows shapes
and literals, no point: it serves every point of its program.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from itertools import product
from math import inf, isfinite, prod
from typing import Any

from gradcli.catalogue import Function
from gradcli.lang.building import Builder, flattened
from gradcli.lang.tree import NoFormError, Program
from gradcli.verify.balls.numbers import Rounded
from gradcli.verify.balls.operations import BREAKS, OPERATIONS, Operation
from gradcli.verify.balls.primitives import CONSTANTS, PRIMITIVES, Matrix
from gradcli.verify.conventions import variant

MAX_NODES = 300_000
_PACKED = {"float16": "e", "float32": "f", "float64": "d"}

Shape = tuple[int, ...]


class Node:
    """One operation of a trace.

    op        what it does
    args      the nodes it works on
    data      what it is told beside: a number, a name, a relation
    function  the function of the language that it is part of, where it may have a break
    index     its place in the trace
    varies    whether it depends on a variable
    """

    __slots__ = ("args", "data", "function", "index", "op", "trace", "varies")

    def __init__(self, trace: Trace, op: Operation, args: tuple[Node, ...], data: Any, function: str) -> None:
        self.trace = trace
        self.op = op
        self.args = args
        self.data = data
        self.function = function
        self.index = len(trace.nodes)
        self.varies: bool = op.name == "leaf"
        for arg in args:
            if arg.varies:
                self.varies = True
                break

    @property
    def is_condition(self) -> bool:
        """Whether it is true or false, and no number."""
        return self.op.condition

    def __add__(self, other: Any) -> Any:
        return self.trace.call("add", self, other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self.trace.call("sub", self, other)

    def __rsub__(self, other: Any) -> Any:
        return self.trace.call("sub", other, self)

    def __mul__(self, other: Any) -> Any:
        return self.trace.call("mul", self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        return self.trace.call("div", self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return self.trace.call("div", other, self)

    def __neg__(self) -> Node:
        if self.op.name == "const":
            return self.trace.constant(type(self.data)(-self.data))
        return self.trace.node("neg", self)

    def __pow__(self, other: Any) -> Any:
        return self.trace.power(self, other)

    def __rpow__(self, other: Any) -> Any:
        return self.trace.power(other, self)

    def __gt__(self, other: Any) -> Node:
        return self.trace.relation(">", self, self.trace.lift(other))

    def __and__(self, other: Any) -> Node:
        return self.trace.node("and", self, self.trace.lift(other))


class Trace:
    """The operations of one program.

    program  with its constant parts folded
    shapes   of the names that have a value
    wrt      the names that are variables
    dtype    to which literals are rounded
    given    what stands for itself: arrays of whole numbers and of conditions, by name
    """

    def __init__(
        self, program: Program, shapes: dict[str, Shape], wrt: Sequence[str], dtype: str, given: dict[str, Any]
    ) -> None:
        self.dtype = dtype
        self.nodes: list[Node] = []
        self.known: dict[Any, Node] = {}
        self.function = ""
        self.leaves: dict[str, list[Node]] = {}
        self.names = {name: self._bound(name, shape, name in wrt) for name, shape in shapes.items()}
        constants = {name: constant(self) for name, constant in CONSTANTS.items() if name in program.free}
        self.names |= {name: self._given(array) for name, array in given.items()}
        found = Builder(constants | self.names, self).build(program)
        flat, self.shape = flattened(found)
        if flat and self.is_condition(flat[0]):
            raise NoFormError("the result is a condition")
        self.results = [self.as_result(one) for one in flat]
        self._users: list[list[int]] | None = None

    def finish(self) -> None:
        """Lets go of what only the making needed: without cycles, traces are freed at once."""
        self.known.clear()
        for node in self.nodes:
            del node.trace

    @property
    def users(self) -> list[list[int]]:
        """By node, the nodes that work on it."""
        if self._users is None:
            self._users = [[] for _ in self.nodes]
            for node in self.nodes:
                for arg in node.args:
                    self._users[arg.index].append(node.index)
        return self._users

    def dependents(self, leaf: int) -> list[int]:
        """The nodes that work on a leaf, or on what does, in their order."""
        seen: set[int] = set()
        stack = [leaf]
        while stack:
            for user in self.users[stack.pop()]:
                if user not in seen:
                    seen.add(user)
                    stack.append(user)
        return sorted(seen)

    def _bound(self, name: str, shape: Shape, varies: bool) -> Any:
        kind = "leaf" if varies else "held"
        self.leaves[name] = [self.node(kind, data=(name, i)) for i in range(prod(shape))]
        return _shaped(self.leaves[name], shape)

    def _given(self, array: Any) -> Any:
        return _shaped([self.lift(value) for value in array.reshape(-1).tolist()], array.shape)

    # Nodes

    def node(self, name: str, *args: Node, data: Any = None) -> Node:
        """The node that does this; a new one, if there is none."""
        function = self.function if name in BREAKS else ""
        key = (name, tuple(arg.index for arg in args), type(data), data, function)
        found = self.known.get(key)
        if found is None:
            if len(self.nodes) >= MAX_NODES:
                raise NoFormError(f"too large: more than {MAX_NODES:,} operations on single numbers")
            found = self.known[key] = Node(self, OPERATIONS[name], args, data, function)
            self.nodes.append(found)
        return found

    def call(self, name: str, *args: Any) -> Any:
        """The node for arguments that may be plain numbers; NotImplemented for what cannot be lifted."""
        lifted = [arg if type(arg) is Node else self._maybe(arg) for arg in args]
        known = [node for node in lifted if node is not None]
        return self.node(name, *known) if len(known) == len(args) else NotImplemented

    def _maybe(self, value: Any) -> Node | None:
        return self.constant(value) if isinstance(value, (int, float, Fraction)) else None

    def constant(self, value: Any) -> Node:
        """A number that is the same everywhere."""
        return self.node("const", data=value)

    def power(self, a: Any, b: Any) -> Any:
        """a**b, by what is known of b."""
        base, exponent = (x if type(x) is Node else self._maybe(x) for x in (a, b))
        if base is None or exponent is None:
            return NotImplemented
        if exponent.op.name != "const" or not isfinite(exponent.data):
            return self.node("power_of", base, exponent)
        if exponent.data == int(exponent.data):
            return self.node("whole_power", base, data=int(exponent.data))
        if isinstance(exponent.data, Rounded):
            return self.node("power", base, data=exponent.data)
        return self.node("power", base, data=Fraction(exponent.data))

    # What `Builder` asks for

    def number(self, value: float) -> Node:
        """A literal, rounded to the dtype; one that a double holds exactly stays whole."""
        if isfinite(value) and (self.dtype != "float64" or type(value) is float):
            packed = _PACKED[self.dtype]
            try:
                (rounded,) = struct.unpack(packed, struct.pack(packed, value))
            except OverflowError:
                rounded = inf
            value = int(value) if type(value) is int and rounded == value else rounded
        return self.constant(value)

    def computed(self, value: float) -> Node:
        """A number that floating point has computed; a whole one is exact."""
        literal = self.number(value)
        whole = not isfinite(literal.data) or literal.data == int(literal.data)
        return literal if whole else self.constant(Rounded(literal.data))

    def lift(self, value: Any) -> Node:
        """What a form gives, as a node."""
        if isinstance(value, bool):
            return self.node("truth", data=value)
        return value if type(value) is Node else self.constant(value)

    def is_condition(self, value: Any) -> bool:
        """Whether it is true or false, and no number."""
        return isinstance(value, bool) or (type(value) is Node and value.is_condition)

    def as_condition(self, value: Any) -> Any:
        """A number as a condition."""
        return self.relation("!=", value, 0)

    def as_number(self, condition: Any) -> Node:
        """1 and 0."""
        return self.where(condition, 1, 0)

    def as_result(self, value: Any) -> Node:
        """What a program gives, as a number."""
        return self.as_number(value) if self.is_condition(value) else self.lift(value)

    def plain(self, value: Any) -> Any:
        """A Python number, where it is a constant."""
        return value.data if type(value) is Node and value.op.name in ("const", "truth") else value

    def entering(self, function: Function, args: Sequence[Any]) -> None:
        """Notes which function the next nodes belong to."""
        names = (parameter.name for parameter in function.parameters)
        self.function = variant(function.name, dict(zip(names, args, strict=False)))

    # What the forms ask for, beside arithmetic

    def primitive(self, name: str) -> Any:
        """The function or the constant of that name, for nodes and plain numbers."""
        return partial(PRIMITIVES[name], self) if name in PRIMITIVES else CONSTANTS[name](self)

    def exact(self, value: Any) -> Any:
        """A number of which no digit is lost."""
        return Fraction(value) if isinstance(value, float) and isfinite(value) else value

    def matrix(self, rows: Any) -> Matrix:
        """A square matrix of nodes."""
        return Matrix(self, rows)

    def relation(self, relation: str, a: Any, b: Any) -> Node:
        """A comparison; of a node with itself it is decided."""
        a, b = self.lift(a), self.lift(b)
        if a is b:
            return self.node("truth", data=relation in ("<=", ">=", "=="))
        return self.node("compare", a, b, data=relation)

    def where(self, condition: Any, a: Any, b: Any) -> Node:
        """One of two, by a condition; what is certain is chosen at once."""
        condition, a, b = self.lift(condition), self.lift(a), self.lift(b)
        if condition.op.name == "truth":
            a = b = a if condition.data else b
        return a if a is b else self.node("select", condition, a, b)


def _shaped(nodes: list[Node], shape: Shape) -> Any:
    if not shape:
        return nodes[0]
    import numpy as np

    array = np.empty(shape, object)
    for index, node in zip(product(*map(range, shape)), nodes, strict=True):
        array[index] = node
    return array
