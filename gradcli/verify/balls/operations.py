"""The operations of a trace: what each gives for balls, with its slopes, and for jets.

An operation has two functions. `tape(run, node, *values)` gives the value and the slope for each argument: 1 for all
of them if the slopes are None. `jet(line, node, *jets)` gives the expansion near a point. A value is a ball, a
condition is a `Truth`; what has none is a Poison, and most operations need not know of that: arithmetic with one gives
it back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flint import arb

from gradcli.verify.balls import breaks, jets, matrices, powers
from gradcli.verify.balls.jets import Jet
from gradcli.verify.balls.kinds import Slopes, Tape, Truth, broken, finite, head, lifted
from gradcli.verify.balls.numbers import NAN, Poison
from gradcli.verify.balls.smooth import SMOOTH, Smooth, polygamma

if TYPE_CHECKING:
    from gradcli.verify.balls.lines import Line
    from gradcli.verify.balls.tape import Run
    from gradcli.verify.balls.trace import Node


@dataclass(frozen=True)
class Operation:
    """An operation by its name; `condition` is True for what is true or false."""

    name: str
    tape: Tape
    jet: Callable[..., Any]
    condition: bool = False


# Arithmetic


def _add(_run: Run, _node: Node, first: Any, *rest: Any) -> tuple[Any, Slopes]:
    return sum(rest, first), None


def _div(_run: Run, _node: Node, a: Any, b: Any) -> tuple[Any, Slopes]:
    if type(b) is not Poison and head(b).contains(0):
        return (Poison("domain", "division by 0") if head(b).is_zero() else Poison("open", "division by about 0")), ()
    quotient = a / b
    return quotient, (1 / b, -quotient / b)


# Smooth functions


def _smooth(function: Smooth) -> Tape:
    def tape(run: Run, node: Node, x: Any) -> tuple[Any, Slopes]:
        for margin in function.margins(head(x)):
            if margin > 0:
                continue
            if margin < 0 or (margin.is_zero() and not function.edge):
                return Poison("domain", function.says), ()
            if not margin.is_zero():
                return Poison("open", function.says), ()
            edge = getattr(head(x), node.op.name)()
            slope = run.at_edge(node, x)
            return broken(edge, (x,), (slope,)), (slope,)
        value, slope = lifted(function.series, x)
        if not finite(value, slope):
            return Poison("open", f"{node.op.name} of a number too large or too wide"), ()
        return value, (slope,)

    return tape


def _smooth_jet(name: str, function: Smooth) -> Callable[..., Any]:
    def jet(line: Line, _node: Node, u: Jet) -> Any:
        edge = False
        for margin in function.margins(u):  # arithmetic, which jets have too
            at = line.sign(margin) if isinstance(margin, Jet) else bool(margin > 0)
            if at < 0 or (at == 0 and not function.edge):
                return Poison("domain", function.says)
            edge = edge or at == 0 or (isinstance(margin, Jet) and not margin.terms[0] > 0)
        if not edge:
            return jets.compose(function.series, u)
        return _EDGES[name](u) if function.edge else Poison("open", "a pole next to the point")

    return jet


def _root(u: Any) -> Any:
    """The root of a jet that is not negative, and may begin with zeros."""
    if isinstance(u, Poison):
        return u
    return jets.power(u, arb(0.5)) if not (u.terms[0] > 0) else jets.compose(SMOOTH["sqrt"].series, u)


def _acos(u: Jet) -> Any:
    """By the half angle, where the inverse cosine has its infinite slopes (DLMF 4.24)."""
    if u.terms[0] > 0:
        return 2 * jets.compose(SMOOTH["atan"].series, _root((1 - u) / (1 + u)))
    return jets.compose(lambda s: arb.pi() + 0 * s, u) - _acos(-u)


_EDGES: dict[str, Callable[[Jet], Any]] = {
    "sqrt": _root,
    "acos": _acos,
    "asin": lambda u: arb.pi() / 2 - _acos(u),
    "acosh": lambda u: jets.compose(SMOOTH["log"].series, u + _root((u - 1) * (u + 1))),
}
"""The functions that have a value where their slope is infinite, on jets that begin there."""


# The table


def _op(name: str, tape: Tape, jet: Callable[..., Any], *, condition: bool = False) -> Operation:
    return Operation(name, tape, jet, condition)


def _truth_jet(function: Callable[..., tuple[Truth, Slopes]]) -> Callable[..., Any]:
    return lambda line, node, *truths: function(line, node, *truths)[0]


def _still(_line: Line, _node: Node, *_: Any) -> Any:
    raise AssertionError("what does not vary has no jet of its own")


OPERATIONS: dict[str, Operation] = {
    operation.name: operation
    for operation in (
        _op("leaf", lambda run, node: (run.leaf(node), ()), _still),
        _op("held", lambda run, node: (run.leaf(node), ()), _still),
        _op("const", lambda run, node: (run.number(run.constant(node.data)), ()), _still),
        _op("pi", lambda run, node: (run.number(arb.pi()), ()), _still),
        _op("truth", lambda run, node: (Truth(node.data), ()), _still, condition=True),
        _op("add", _add, lambda line, node, first, *rest: sum(rest, first)),
        _op("sub", lambda run, node, a, b: (a - b, (1, -1)), lambda line, node, a, b: a - b),
        _op("neg", lambda run, node, x: (-x, (-1,)), lambda line, node, x: -x),
        _op("mul", lambda run, node, a, b: (a * b, (b, a)), lambda line, node, a, b: a * b),
        _op("div", _div, lambda line, node, a, b: a / b),
        _op("whole_power", powers.whole_power, lambda line, node, x: jets.whole_power(x, node.data)),
        _op("power", powers.power, powers.power_jet),
        _op("power_of", powers.power_of, powers.power_of_jet),
        *(_op(name, _smooth(function), _smooth_jet(name, function)) for name, function in SMOOTH.items()),
        _op(
            "polygamma",
            lambda run, node, x: _smooth(polygamma(node.data))(run, node, x),
            lambda line, node, u: _smooth_jet("polygamma", polygamma(node.data))(line, node, u),
        ),
        _op("abs", breaks.absolute, breaks.absolute_jet),
        _op("max", breaks.extreme(largest=True), breaks.extreme_jet(largest=True)),
        _op("min", breaks.extreme(largest=False), breaks.extreme_jet(largest=False)),
        _op("floor", breaks.floor, breaks.floor_jet),
        _op("sign", breaks.sign_of, breaks.sign_of_jet),
        _op("compare", breaks.compare, breaks.compare_jet, condition=True),
        _op("and", breaks.conjunction, _truth_jet(breaks.conjunction), condition=True),
        _op("or", breaks.disjunction, _truth_jet(breaks.disjunction), condition=True),
        _op(
            "not",
            lambda run, node, a: (breaks.negation(a), (NAN,)),
            lambda line, node, a: breaks.negation(a),
            condition=True,
        ),
        _op("select", breaks.select, breaks.select_jet),
        _op("atan2", breaks.atan2, breaks.atan2_jet),
        _op("detach", lambda run, node, x: (x, (None,)), lambda line, node, u: line.still(node)),
        _op("det", matrices.det, matrices.det_jet),
        _op("inv", matrices.inv, matrices.inv_jet),
        _op("entry", lambda run, node, whole: (whole[node.data], ()), lambda line, node, whole: whole[node.data]),
    )
}
"""By name."""

BREAKS = {"abs", "max", "min", "floor", "sign", "select", "atan2", "power", "power_of"} | {
    name for name, function in SMOOTH.items() if function.edge
}
"""The operations that may have no slope where they have a value."""
