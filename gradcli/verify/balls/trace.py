"""A program as a list of operations on single numbers, each written once: what the passes over balls walk.

`Trace` is an algebra for `Builder`: the forms of the function table are called with it in the place of SymPy, and leave
their operations here. Equal operations are one node, so that `maximum(sin(x), sin(x))` has no tie. A trace knows shapes
and literals, no point: it serves every point of its program.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product
from math import inf, isfinite, nan, prod
from typing import Any

from gradcli.lang.building import Builder, flattened
from gradcli.lang.functions.table import Function
from gradcli.lang.tree import NoFormError, Program
from gradcli.verify.balls.numbers import Rounded
from gradcli.verify.balls.operations import BREAKS, OPERATIONS, Operation
from gradcli.verify.conventions import variant

MAX_NODES = 300_000
_PACKED = {"float16": "e", "float32": "f", "float64": "d"}
_MAX_MATRIX = 64
_CONSTANTS: dict[str, Callable[[Trace], Any]] = {
    "pi": lambda trace: trace.pi,
    "e": lambda trace: trace.exp(1),
    "tau": lambda trace: trace.pi * 2,
    "inf": lambda trace: inf,
    "nan": lambda trace: nan,
}
_RELATIONS = {"Lt": "<", "Le": "<=", "Gt": ">", "Ge": ">=", "Eq": "==", "Ne": "!="}

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
        return self.trace.And(self, other)


class Trace:
    """The operations of one program.

    program  with its constant parts folded
    shapes   of the names that have a value
    wrt      the names that are variables
    dtype    to which literals are rounded
    given    what stands for itself: arrays of whole numbers and of conditions, by name
    """

    oo = inf
    Integer, Rational = staticmethod(int), Fraction

    def __init__(
        self, program: Program, shapes: dict[str, Shape], wrt: Sequence[str], dtype: str, given: dict[str, Any]
    ) -> None:
        self.dtype = dtype
        self.nodes: list[Node] = []
        self.known: dict[Any, Node] = {}
        self.function = ""
        self.leaves: dict[str, list[Node]] = {}
        self.names = {name: self._bound(name, shape, name in wrt) for name, shape in shapes.items()}
        constants = {name: constant(self) for name, constant in _CONSTANTS.items() if name in program.free}
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
        return self.Ne(value, 0)

    def as_number(self, condition: Any) -> Node:
        """1 and 0."""
        return self.Piecewise((1, condition), (0, True))

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

    def __getattr__(self, name: str) -> Any:
        if name in _RELATIONS:
            return lambda a, b: self.relation(_RELATIONS[name], self.lift(a), self.lift(b))
        if name in _UNARY:
            return lambda x: self.node(_UNARY[name], self.lift(x))
        raise AttributeError(name)

    def relation(self, relation: str, a: Node, b: Node) -> Node:
        """A comparison; of a node with itself it is decided."""
        if a is b:
            return self.node("truth", data=relation in ("<=", ">=", "=="))
        return self.node("compare", a, b, data=relation)

    def Add(self, *terms: Any) -> Node:
        return self.node("add", *map(self.lift, terms)) if terms else self.constant(0)

    def Mul(self, *factors: Any) -> Node:
        result = self.constant(1)
        for i, factor in enumerate(factors):
            result = result * factor if i else self.lift(factor)
        return result

    def Max(self, *xs: Any) -> Node:
        return self.extreme("max", xs)

    def Min(self, *xs: Any) -> Node:
        return self.extreme("min", xs)

    def extreme(self, name: str, xs: Sequence[Any]) -> Node:
        """The largest or the smallest. Equal nodes count once, unless that is a function with ties to share."""
        nodes = list(dict.fromkeys(map(self.lift, xs)))
        return nodes[0] if len(nodes) == 1 else self.node(name, *nodes)

    def Piecewise(self, first: Any, second: Any) -> Node:
        (a, condition), (b, _) = first, second
        a, b, condition = self.lift(a), self.lift(b), self.lift(condition)
        if condition.op.name == "truth":
            return a if condition.data else b
        return a if a is b else self.node("select", condition, a, b)

    def And(self, a: Any, b: Any) -> Node:
        return self.node("and", self.lift(a), self.lift(b))

    def Or(self, a: Any, b: Any) -> Node:
        return self.node("or", self.lift(a), self.lift(b))

    def Not(self, a: Any) -> Node:
        return self.node("not", self.lift(a))

    def ceiling(self, x: Any) -> Node:
        negative: Node = self.floor(-self.lift(x))
        return -negative

    def round(self, x: Any) -> Node:
        """To the nearest whole number, ties to the even one."""
        x, half = self.lift(x), Fraction(1, 2)
        half_up = self.floor(x + half)
        is_odd = self.Ne(half_up, 2 * self.floor(half_up * half))
        return self.Piecewise((half_up - 1, self.And(self.Eq(half_up - x, half), is_odd)), (half_up, True))

    def xlogy(self, x: Any, y: Any) -> Node:
        """x*log(y), which is 0 where x is, whatever y is."""
        return self.Piecewise((0, self.Eq(x, 0)), (self.lift(x) * self.log(y), True))

    @property
    def pi(self) -> Node:
        """The number."""
        return self.node("pi")

    def polygamma(self, n: Any, x: Any) -> Node:
        return self.node("polygamma", self.lift(x), data=int(self.plain(n)))

    def digamma(self, x: Any) -> Node:
        return self.polygamma(0, x)

    def atan2(self, a: Any, b: Any) -> Node:
        return self.node("atan2", self.lift(a), self.lift(b))

    def sympify(self, value: Any) -> Any:
        """A number of which no digit is lost."""
        return Fraction(value) if isinstance(value, float) and isfinite(value) else value

    def Matrix(self, rows: Any) -> _Matrix:
        return _Matrix(self, rows)


class _Matrix:
    """A square matrix of nodes: what the forms of `det` and `inv` make."""

    def __init__(self, trace: Trace, rows: Any) -> None:
        self.trace = trace
        self.n = len(rows)
        if any(len(row) != self.n for row in rows):
            raise NoFormError("the matrix is not square")
        if self.n > _MAX_MATRIX:
            raise NoFormError(f"too large: a matrix with more than {_MAX_MATRIX} rows")
        self.entries = [trace.lift(entry) for row in rows for entry in row]

    def det(self, method: str = "") -> Node:
        return self.trace.node("det", *self.entries) if self.n else self.trace.constant(1)

    def inv(self, method: str = "") -> _Matrix:
        whole = self.trace.node("inv", *self.entries)
        found = _Matrix(self.trace, [])
        found.n = self.n
        found.entries = [self.trace.node("entry", whole, data=i) for i in range(self.n * self.n)]
        return found

    def tolist(self) -> list[list[Node]]:
        return [self.entries[i * self.n : (i + 1) * self.n] for i in range(self.n)]


_UNARY = {name: name for name in (*"exp log sqrt sin cos tan asin acos atan sinh cosh tanh".split(), "sinc")} | {
    "asinh": "asinh", "acosh": "acosh", "atanh": "atanh", "erf": "erf", "erfc": "erfc", "loggamma": "lgamma",
    "Abs": "abs", "sign": "sign", "floor": "floor", "detached": "detach",
}  # fmt: skip
"""The operation that each function of the forms is."""


def _shaped(nodes: list[Node], shape: Shape) -> Any:
    if not shape:
        return nodes[0]
    import numpy as np

    array = np.empty(shape, object)
    for index, node in zip(product(*map(range, shape)), nodes, strict=True):
        array[index] = node
    return array
