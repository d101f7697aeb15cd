"""The functions of the language that have no form, as operations of a trace: what its forms are made of."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import inf, nan
from typing import TYPE_CHECKING, Any

from gradcli.lang.tree import NoFormError

if TYPE_CHECKING:
    from gradcli.verify.balls.trace import Node, Trace

MAX_ROWS = 64


class Matrix:
    """A square matrix of nodes: what the forms of `det` and `inv` make."""

    def __init__(self, trace: Trace, rows: Any) -> None:
        self.trace = trace
        self.n = len(rows)
        if any(len(row) != self.n for row in rows):
            raise NoFormError("the matrix is not square")
        if self.n > MAX_ROWS:
            raise NoFormError(f"too large: a matrix with more than {MAX_ROWS} rows")
        self.entries = [trace.lift(entry) for row in rows for entry in row]

    def det(self, method: str = "") -> Node:  # SymPy's choice of a way
        """The determinant."""
        return self.trace.node("det", *self.entries) if self.n else self.trace.constant(1)

    def inv(self, method: str = "") -> Matrix:  # as in `det`
        """The inverse."""
        whole = self.trace.node("inv", *self.entries)
        found = Matrix(self.trace, [])
        found.n = self.n
        found.entries = [self.trace.node("entry", whole, data=i) for i in range(self.n * self.n)]
        return found

    def tolist(self) -> list[list[Node]]:
        """The entries by rows."""
        return [self.entries[i * self.n : (i + 1) * self.n] for i in range(self.n)]


def _operation(name: str) -> Callable[..., Node]:
    return lambda trace, *args: trace.node(name, *map(trace.lift, args))


def _relation(symbol: str) -> Callable[..., Node]:
    return lambda trace, a, b: trace.relation(symbol, a, b)


def _extreme(name: str) -> Callable[..., Node]:
    """The largest or the smallest of what is given. Equal nodes count once."""

    def apply(trace: Trace, *xs: Any) -> Node:
        nodes = list(dict.fromkeys(trace.lift(x) for x in xs if x is not None))
        return nodes[0] if len(nodes) == 1 else trace.node(name, *nodes)

    return apply


def _sum(trace: Trace, *terms: Any) -> Node:
    return trace.node("add", *map(trace.lift, terms)) if terms else trace.constant(0)


def _product(trace: Trace, *factors: Any) -> Node:
    result = trace.constant(1)
    for i, factor in enumerate(factors):
        result = result * factor if i else trace.lift(factor)
    return result


def _floor(trace: Trace, x: Any) -> Node:
    return trace.node("floor", trace.lift(x))


def _round(trace: Trace, x: Any) -> Node:
    """To the nearest whole number, ties to the even one."""
    x, half = trace.lift(x), Fraction(1, 2)
    half_up = _floor(trace, x + half)
    is_odd = trace.relation("!=", half_up, 2 * _floor(trace, half_up * half))
    return trace.where(trace.node("and", trace.relation("==", half_up - x, half), is_odd), half_up - 1, half_up)


def _xlogy(trace: Trace, x: Any, y: Any) -> Node:
    """x*log(y), which is 0 where x is, whatever y is."""
    return trace.where(trace.relation("==", x, 0), 0, trace.lift(x) * trace.node("log", trace.lift(y)))


def _polygamma(trace: Trace, n: Any, x: Any) -> Node:
    return trace.node("polygamma", trace.lift(x), data=int(trace.plain(n)))


_OPERATIONS = (
    "exp log sqrt sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh erf erfc lgamma "
    "abs sign floor detach"
).split()
_RELATIONS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
PRIMITIVES: dict[str, Callable[..., Node]] = {
    **{name: _operation(name) for name in _OPERATIONS},
    **{f"logical_{name}": _operation(name) for name in ("and", "or", "not")},
    **{name: _relation(symbol) for name, symbol in _RELATIONS.items()},
    "ceil": lambda trace, x: -_floor(trace, -trace.lift(x)),
    "round": _round,
    "where": lambda trace, condition, a, b: trace.where(condition, a, b),
    "maximum": _extreme("max"),
    "minimum": _extreme("min"),
    "sinc": lambda trace, x: trace.node("sinc", trace.node("pi") * x),
    "xlogy": _xlogy,
    "polygamma": _polygamma,
    "digamma": lambda trace, x: _polygamma(trace, 0, x),
    "sum": _sum,
    "prod": _product,
}
"""By the language's name: what makes a trace's node, of nodes and plain numbers."""
CONSTANTS: dict[str, Callable[[Trace], Any]] = {
    "pi": lambda trace: trace.node("pi"),
    "e": lambda trace: trace.node("exp", trace.lift(1)),
    "tau": lambda trace: trace.node("pi") * 2,
    "inf": lambda _trace: inf,
    "nan": lambda _trace: nan,
}
"""The constants, by name."""
