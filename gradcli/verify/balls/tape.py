"""One pass over a trace at a point: the value of every operation as a ball with its slopes, and then the way back.

Where an operation has no slope, it has NaN for one, and NaN reaches just those variables that the missing slope
matters to. `lines` looks at these more closely.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any

from flint import arb

from gradcli.verify.balls import matrices
from gradcli.verify.balls.jets import Jet
from gradcli.verify.balls.kinds import SHUT, finite, head, nowhere
from gradcli.verify.balls.numbers import Ball, Poison, Rounded, exactly, poisoned, ulp_of
from gradcli.verify.balls.trace import Node, Trace

if TYPE_CHECKING:
    from gradcli.verify.balls.libraries import Conventions

_OFTEN = 256  # operations between two looks at the clock


class LateError(Exception):
    """The time is used up."""


class Run:
    """A pass at a point.

    point     the doubles of each name, flat
    hulls     whether a break that cannot be told gives all that it may, as rounding may make of it; else it is open
    forced    by the place of an operation, which of its branches is taken where there is doubt
    conventions  the rules of a library where an operation has a break
    tied      with hulls, the operations that are at a break indeed: there the conventions hold
    loose     the dtype in which computed constants may be off by a unit in the last place; empty if they are exact
    moved     by name and place, how fast variables move: numbers are jets of two terms then
    """

    def __init__(
        self,
        trace: Trace,
        point: Mapping[str, Sequence[float]],
        *,
        hulls: bool = False,
        forced: Mapping[int, int] | None = None,
        conventions: Conventions | None = None,
        tied: frozenset[int] = frozenset(),
        loose: str = "",
        moved: Mapping[tuple[str, int], float] | None = None,
        deadline: float | None = None,
    ) -> None:
        self.trace = trace
        self.point = point
        self.hulls = hulls
        self.forced = forced or {}
        self.conventions = conventions
        self.tied = tied
        self.loose = loose
        self.moved = moved
        self.deadline = deadline
        self.doubtful: dict[int, bool] = {}
        self.fractions: dict[int, Any] | None = None  # for `lines`: made once, when a line needs them
        self.values: list[Any] = []
        self.slopes: list[Any] = []
        self._walk()

    @property
    def certain(self) -> bool:
        """Whether a slope must be proved."""
        return self.conventions is None and not self.hulls

    def _walk(self) -> None:
        values, slopes = self.values, self.slopes
        for node in self.trace.nodes:
            args = [values[arg.index] for arg in node.args]
            try:
                value, slope = node.op.tape(self, node, *args)
            except (ValueError, ZeroDivisionError):  # python-flint's, for a series that may begin with 0
                value, slope = Poison("open", f"{node.op.name} of a number too wide"), ()
            except (TypeError, AttributeError):
                value, slope = poisoned(args), ()
                if value is None:
                    raise
            if type(value) is Poison and value.place < 0:
                value = self._placed(value, node)
            values.append(value)
            slopes.append(slope)
            if self.deadline is not None and not len(values) % _OFTEN and monotonic() > self.deadline:
                raise LateError

    def _placed(self, poison: Poison, node: Node) -> Poison:
        """With its place; nothing is open where an argument is infinite or NaN, as only such constants make it."""
        given = [self.values[arg.index] for arg in node.args]
        if poison.kind == "open" and any(type(value) in (arb, Jet) and not finite(value) for value in given):
            return Poison("domain", "an argument that is no finite number", node.index)
        return Poison(poison.kind, poison.reason, node.index)

    # What operations ask

    def leaf(self, node: Node) -> Any:
        """The number of a name; a jet where it is the one that moves."""
        name, place = node.data
        number = arb(self.point[name][place])
        if self.moved is None:
            return number
        return Jet([number, arb(self.moved.get(node.data, 0.0))])

    def constant(self, number: Any) -> Ball:
        """A constant; with its neighbours, if it is rounded, where constants are loose."""
        ball = exactly(number)
        return arb(ball, ulp_of(float(number), self.loose)) if self.loose and isinstance(number, Rounded) else ball

    def number(self, ball: Ball) -> Any:
        """A constant, of the kind of number of this pass."""
        return ball if self.moved is None else Jet([ball, arb(0)])

    def at_tie(self, node: Node, x: Any, slopes: Ball, exact: bool) -> Any:  # known or not
        """The slope of a function at a kink: all between those of both sides."""
        found = self.convention(node, (x,), exact)
        return found[0] if found is not None else slopes if type(x) is not Jet else nowhere(x)

    def at_ties(self, node: Node, xs: Sequence[Any], rivals: Sequence[int], exact: bool) -> Sequence[Any]:
        """The slopes of the largest of some numbers, where several are."""
        found = self.convention(node, xs, exact)
        if found is not None:
            return found
        if type(xs[0]) is Jet:
            return [nowhere(xs[0]) if i in rivals else None for i in range(len(xs))]
        return [arb(0.5, 0.5) if i in rivals else None for i in range(len(xs))]

    def at_jump(self, node: Node, x: Any) -> Any:
        """The slope of a function at a jump: there is none, but rules give 0."""
        self.doubtful[node.index] = True
        return nowhere(x) if self.certain else self.untaken(node)

    def at_edge(self, node: Node, x: Any) -> Any:
        """The slope of a function where it is infinite, or at the end of the domain."""
        found = self.convention(node, (x,), exact=True)
        return nowhere(x) if found is None else found[0]

    def convention(self, node: Node, xs: Sequence[Any], exact: bool) -> Sequence[Any] | None:
        """The slopes that a library takes at a break; None where none is asked, or it takes those of the formula."""
        self.doubtful[node.index] = exact
        if self.conventions is None or (self.hulls and node.index not in self.tied):
            return None
        return self.conventions.slopes(node, xs)

    def untaken(self, node: Node) -> Any:
        """The slope by what the value does not depend on, beside a break or away from it."""
        return None if self.conventions is None or self.hulls else self.conventions.untaken(node)

    # The way back

    def pulled(self, cotangents: Mapping[int, Any]) -> dict[int, Any]:
        """The cotangents of the leaves, by their places, from those of some operations."""
        nodes, slopes = self.trace.nodes, self.slopes
        known: dict[int, Any] = dict(cotangents)
        found: dict[int, Any] = {}
        for index in range(max(known, default=-1), -1, -1):
            g = known.pop(index, None)
            node = nodes[index]
            if g is None or not node.varies:
                continue
            name = node.op.name
            if name == "leaf":
                found[index] = g
            elif name == "entry":
                known.setdefault(node.args[0].index, {})
                entries = known[node.args[0].index]
                entries[node.data] = g + entries[node.data] if node.data in entries else g
            else:
                for arg, part in self._contributions(node, g, slopes[index]):
                    known[arg] = known[arg] + part if arg in known else part
            if self.deadline is not None and not index % _OFTEN and monotonic() > self.deadline:
                raise LateError
        return found

    def _contributions(self, node: Node, g: Any, slopes: Any) -> list[tuple[int, Any]]:
        if type(self.values[node.index]) is Poison:
            return [(arg.index, nowhere(g)) for arg in node.args if arg.varies]
        if node.op.name == "inv":
            parts = matrices.pulled(self.values[node.index], g)
            return [(arg.index, part) for arg, part in zip(node.args, parts, strict=True) if arg.varies]
        if slopes is None:
            return [(arg.index, g) for arg in node.args if arg.varies]
        spared = self.conventions is not None and self.conventions.spares(node) and head(g).is_zero()
        return [
            (arg.index, self.number(arb(0)) if slope is SHUT or spared else g * slope)
            for arg, slope in zip(node.args, slopes, strict=True)
            if arg.varies and slope is not None
        ]


def total(run: Run, weights: Mapping[int, Ball]) -> Any:
    """The sum of results, weighted; a Poison if one has no value."""
    values = [run.values[index] * weight for index, weight in weights.items()]
    first, *rest = values or [arb(0)]
    return sum(rest, first)
