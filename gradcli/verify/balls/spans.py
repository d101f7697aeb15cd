"""A trace over a whole box: the Taylor coefficients of its result at every point of the box, as balls.

The head of a series is a ball that holds the variable's whole range; then each coefficient holds what it is anywhere in
the range. With one number for a head it is the expansion there. A branch is taken where a comparison holds on the whole
box; where it does not, and wherever something is not smooth, the operation is a Poison, and the box is to be divided.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from time import monotonic
from typing import Any

from flint import arb, arb_series

from gradcli.verify.balls import matrices
from gradcli.verify.balls.breaks import HOLDS, both, chosen, either, negation
from gradcli.verify.balls.kinds import Truth
from gradcli.verify.balls.models import Rows, compose
from gradcli.verify.balls.numbers import Ball, OpenError, Poison, exactly, poisoned, repeated, sign
from gradcli.verify.balls.smooth import SMOOTH, Smooth, polygamma
from gradcli.verify.balls.tape import LateError, Run
from gradcli.verify.balls.trace import Node, Trace

_OFTEN = 64  # operations between two looks at the clock


def head(value: Any) -> Ball:
    """The values that it has on the box."""
    if type(value) is arb_series:
        return value[0]
    return value.head if type(value) is Rows else value


class Spans:
    """A trace of one number, to be laid over boxes.

    point     the doubles of each name, flat; those of the leaves that move do not matter
    deadline  after which LateError comes
    """

    def __init__(self, trace: Trace, point: Mapping[str, Sequence[float]], deadline: float) -> None:
        self.run = Run(trace, point, deadline=deadline)
        self.deadline = deadline
        (result,) = trace.results
        self.result = result
        self.steps = [node for node in _ancestors(result) if node.varies and node.op.name != "leaf"]
        self.detaches = any(node.op.name == "detach" for node in self.steps)

    def over(self, leaves: Mapping[int, Any]) -> Any:
        """The result, of these leaves by their places: a series, Rows or a ball that does not move; or a Poison."""
        known: dict[int, Any] = dict(leaves)
        values = self.run.values
        for count, node in enumerate(self.steps, 1):
            args = [known[i] if (i := arg.index) in known else values[i] for arg in node.args]
            known[node.index] = _applied(node, args)
            if not count % _OFTEN and monotonic() > self.deadline:
                raise LateError
        return known.get(self.result.index, values[self.result.index])


def _ancestors(result: Node) -> list[Node]:
    seen, stack = {result.index: result}, [result]
    while stack:
        for arg in stack.pop().args:
            if arg.index not in seen:
                seen[arg.index] = arg
                stack.append(arg)
    return [seen[index] for index in sorted(seen)]


def _applied(node: Node, args: list[Any]) -> Any:
    name = node.op.name
    if name != "select" and not node.op.condition and (found := poisoned(args)):
        return found
    try:
        return _SPANS[name](node, *args)
    except (OpenError, ValueError, ZeroDivisionError):  # python-flint's, for a series that cannot be inverted
        return Poison("open", f"what {node.function or name} does on the box")
    except (TypeError, AttributeError):
        if found := poisoned(args):
            return found
        raise


def _div(_node: Node, a: Any, b: Any) -> Any:
    return Poison("domain", "division by 0") if not sign(head(b)) else a / b


def _whole_power(node: Node, x: Any, n: int) -> Any:
    return _div(node, arb(1), repeated(x, -n)) if n < 0 else repeated(x, n)


def _power(node: Node, x: Any) -> Any:
    p: Fraction = node.data
    at = sign(head(x))
    if at < 0:
        return Poison("domain", "a power of a negative number")
    if at == 0:
        return x if p > 0 else Poison("domain", "0 to a negative power")
    if p.denominator == 2:
        return repeated(compose(SMOOTH["sqrt"].series, x), p.numerator)
    return _raised(x, exactly(p))


def _raised(base: Any, exponent: Any) -> Any:
    return compose(SMOOTH["exp"].series, exponent * compose(SMOOTH["log"].series, base))


def _power_of(node: Node, a: Any, b: Any) -> Any:
    whole = b.unique_fmpz() if type(b) is arb and b.is_exact() else None
    if whole is not None:
        return _whole_power(node, a, int(whole))
    at = sign(head(a))
    if at > 0:
        return _raised(a, b)
    if at == 0 or head(b).contains_integer():
        raise OpenError
    return Poison("domain", "a power of a negative number")


def _smooth(name: str, function: Smooth) -> Callable[..., Any]:
    def span(_node: Node, u: Any) -> Any:
        at = min((sign(margin) for margin in function.margins(head(u))), default=1)
        if at > 0:
            return compose(function.series, u)
        if at < 0 or not function.edge:
            return Poison("domain", function.says)
        return 0 * u + getattr(head(u), name)()  # the same on the whole box

    return span


def _abs(_node: Node, u: Any) -> Any:
    return -u if sign(head(u)) < 0 else u


def _extreme(largest: bool) -> Callable[..., Any]:
    def span(_node: Node, best: Any, *rest: Any) -> Any:
        for other in rest:
            at = sign(head(other) - head(best))
            best = other if (at > 0 if largest else at < 0) else best
        return best

    return span


def _floor(_node: Node, u: Any) -> Any:
    at = head(u)
    whole = at.floor().unique_fmpz()
    if whole is None or (not at.is_exact() and at.contains_integer()):
        raise OpenError
    return arb(whole)


def _compare(node: Node, a: Any, b: Any) -> Truth:
    try:
        return Truth(HOLDS[node.data](sign(head(a) - head(b))))
    except OpenError:
        return Truth(None)


def _atan2(_node: Node, y: Any, x: Any) -> Any:
    atan = SMOOTH["atan"].series
    if head(x) > 0:
        return compose(atan, y / x)
    return sign(head(y)) * arb.pi() / 2 - compose(atan, x / y)


def _detach(_node: Node, u: Any) -> Any:
    """Of Rows, what does not move with s; alone it is the number itself."""
    return Rows.constant(u.rows[0], len(u.rows)) if type(u) is Rows else u


_SPANS: dict[str, Callable[..., Any]] = {
    "add": lambda node, first, *rest: sum(rest, first),
    "sub": lambda node, a, b: a - b,
    "neg": lambda node, x: -x,
    "mul": lambda node, a, b: a * b,
    "div": _div,
    "whole_power": lambda node, x: _whole_power(node, x, node.data),
    "power": _power,
    "power_of": _power_of,
    **{name: _smooth(name, function) for name, function in SMOOTH.items()},
    "polygamma": lambda node, u: _smooth("polygamma", polygamma(node.data))(node, u),
    "abs": _abs,
    "max": _extreme(largest=True),
    "min": _extreme(largest=False),
    "floor": _floor,
    "sign": lambda node, x: arb(sign(head(x))),
    "compare": _compare,
    "and": lambda node, a, b: both(a, b),
    "or": lambda node, a, b: either(a, b),
    "not": lambda node, a: negation(a),
    "select": lambda node, truth, a, b: chosen(truth, a, b),
    "atan2": _atan2,
    "detach": _detach,
    "det": lambda node, *entries: matrices.without_pivots(matrices.rows(entries))[0],
    "inv": lambda node, *entries: _inverse(*matrices.without_pivots(matrices.rows(entries))),
    "entry": lambda node, whole: whole[node.data],
}
"""What each operation of a trace gives on a box."""


def _inverse(determinant: Any, adjugate: list[list[Any]]) -> Any:
    if not sign(head(determinant)):
        return Poison("domain", "the inverse of a singular matrix")
    return [entry / determinant for row in adjugate for entry in row]
