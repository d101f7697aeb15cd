"""Operations that may have no slope where they have a value: extremes, steps, conditions, the angle of a point."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flint import arb, fmpq

from gradcli.verify.balls import jets
from gradcli.verify.balls.jets import Jet
from gradcli.verify.balls.kinds import Slopes, Tape, Truth, broken, head, lifted
from gradcli.verify.balls.numbers import NAN, Ball, NoRuleError, OpenError, Poison, hull, sign
from gradcli.verify.balls.smooth import SMOOTH

if TYPE_CHECKING:
    from gradcli.verify.balls.lines import Line
    from gradcli.verify.balls.tape import Run
    from gradcli.verify.balls.trace import Node


def absolute(run: Run, node: Node, x: Any) -> tuple[Any, Slopes]:
    """The size of a number; its slope is that of the sign, and any between -1 and 1 where the sign is in doubt."""
    at, choice = head(x), run.forced.get(node.index)
    if choice == 0 or (choice is None and at > 0):
        return x, (1,)
    if choice == 1 or at < 0:
        return -x, (-1,)
    slope = run.at_tie(node, x, arb(0, 1), at.is_zero())
    return broken(abs(at), (x,), (slope,)), (slope,)


def extreme(largest: bool) -> Tape:  # which of two
    """The largest, or the smallest, of some numbers; where several may be it, each has a slope from 0 to 1."""

    def tape(run: Run, node: Node, *xs: Any) -> tuple[Any, Slopes]:
        heads = [head(x) if largest else -head(x) for x in xs]
        choice = run.forced.get(node.index)
        if choice is not None:
            chosen = sorted(range(len(xs)), key=lambda i: float(heads[i]), reverse=True)[choice]
            return xs[chosen], tuple(1 if i == chosen else None for i in range(len(xs)))
        best = heads[0]
        for one in heads[1:]:
            best = max(best, one)
        rivals = [i for i, one in enumerate(heads) if not one < best]
        if len(rivals) > 1 and any(one.is_nan() for one in heads):
            return Poison("domain", "a comparison with NaN"), ()
        if len(rivals) == 1:
            rest = run.untaken(node)
            return xs[rivals[0]], tuple(1 if i == rivals[0] else rest for i in range(len(xs)))
        exact = all((heads[i] - heads[rivals[0]]).is_zero() for i in rivals)
        slopes = run.at_ties(node, xs, rivals, exact)
        value = head(xs[rivals[0]]) if exact else _beyond(heads, rivals, largest)
        return broken(value, xs, slopes), slopes

    return tape


def _beyond(heads: list[Ball], rivals: list[int], largest: bool) -> Ball:
    """A ball that holds the extreme of overlapping ones."""
    found = heads[rivals[0]]
    for i in rivals[1:]:
        found = found.max(heads[i])
    return found if largest else -found


def floor(run: Run, node: Node, x: Any) -> tuple[Any, Slopes]:
    """The whole number below: flat, with no slope at a whole number."""
    at = head(x)
    below = at.floor()
    whole = below.unique_fmpz()
    if whole is None or (not at.is_exact() and at.contains_integer()):
        if run.hulls:
            return broken(below, (x,), (None,)), (None,)
        return Poison("open", "whether a number is whole"), ()
    slope = run.at_jump(node, x) if at.is_exact() and at == below else run.untaken(node)
    return broken(arb(whole), (x,), (slope,)), (slope,)


def sign_of(run: Run, node: Node, x: Any) -> tuple[Any, Slopes]:
    """-1, 0 or 1: flat, with no slope at 0."""
    at = head(x)
    try:
        found = sign(at)
    except OpenError:
        if run.hulls:
            return broken(arb(0, 1), (x,), (None,)), (None,)
        return Poison("open", "the sign of a number about 0"), ()
    slope = run.untaken(node) if found else run.at_jump(node, x)
    return broken(arb(found), (x,), (slope,)), (slope,)


HOLDS: dict[str, Callable[[int], bool]] = {
    "<": lambda s: s < 0, "<=": lambda s: s <= 0, ">": lambda s: s > 0, ">=": lambda s: s >= 0,
    "==": lambda s: s == 0, "!=": lambda s: s != 0,
}  # fmt: skip


def compare(run: Run, node: Node, a: Any, b: Any) -> tuple[Truth, Slopes]:
    """Whether a relation holds, and whether the two are equal there, so that it may change beside."""
    a, b = head(a), head(b)
    if a.is_nan() or b.is_nan():
        return Truth(node.data == "!="), (None, None)
    try:
        at = sign(a - b) if a.is_finite() or b.is_finite() else bool(a > 0) - bool(b > 0)
    except OpenError:
        return Truth(None), (NAN, NAN)
    edge = at == 0 and node.varies
    return Truth(HOLDS[node.data](at), edge), (NAN, NAN) if edge and run.certain else (None, None)


def conjunction(_run: Run, _node: Node, a: Truth, b: Truth) -> tuple[Truth, Slopes]:
    """Whether both conditions hold."""
    return both(a, b), (NAN, NAN)


def disjunction(_run: Run, _node: Node, a: Truth, b: Truth) -> tuple[Truth, Slopes]:
    """Whether one of two conditions holds, or both."""
    return either(a, b), (NAN, NAN)


def both(a: Truth, b: Truth) -> Truth:
    """Whether both hold: one that certainly fails, and not at its edge, decides alone."""
    if any(one.holds is False and not one.edge for one in (a, b)):
        return Truth(False)
    if a.holds is None or b.holds is None:
        return Truth(None)
    return Truth(a.holds and b.holds, a.edge or b.edge)


def either(a: Truth, b: Truth) -> Truth:
    """Whether one holds, or both."""
    return negation(both(negation(a), negation(b)))


def negation(a: Truth) -> Truth:
    """The opposite, with the same edge."""
    return Truth(None if a.holds is None else not a.holds, a.edge)


def select(run: Run, node: Node, truth: Any, a: Any, b: Any) -> tuple[Any, Slopes]:
    """The piece that the condition takes; what the other is, or whether it has a value, does not matter."""
    if isinstance(truth, Poison):
        return truth, ()
    choice = run.forced.get(node.index)
    holds = truth.holds if choice is None else choice == 0
    if holds is None:
        run.doubtful.setdefault(node.index, False)
        if not run.hulls or isinstance(a, Poison) or isinstance(b, Poison):
            return Poison("open", "whether a condition holds"), ()
        return hull(a, b), (None, arb(0.5, 0.5), arb(0.5, 0.5))
    if run.conventions is not None and not run.hulls and isinstance(b if holds else a, Poison):
        raise NoRuleError  # 0 times the slope of a piece without a value: some formulas make NaN of it
    if truth.edge and choice is None:
        taken = a if holds else b
        unknown = run.at_jump(node, taken)
        if run.certain:
            moving = Jet([head(taken), NAN]) if type(taken) is Jet else taken
            return moving, (unknown, unknown, unknown)
        given = run.convention(node, (a, b), exact=True)
        if given is not None:
            return broken(head(taken), (a, b), given[1:]) if type(taken) is Jet else taken, given
    rest = run.untaken(node)
    return (a, (None, 1, rest)) if holds else (b, (None, rest, 1))


# On jets


def absolute_jet(line: Line, _node: Node, u: Jet) -> Any:
    """The size of a number beside the point, where its sign is known."""
    return -u if line.sign(u) < 0 else u


def extreme_jet(largest: bool) -> Callable[..., Any]:
    """The largest, or the smallest, beside the point."""

    def jet(line: Line, _node: Node, first: Jet, *rest: Jet) -> Any:
        best = first
        for other in rest:
            at = line.sign(other - best)
            best = other if (at > 0 if largest else at < 0) else best
        return best

    return jet


def floor_jet(line: Line, _node: Node, u: Jet) -> Any:
    """The whole number below: at a whole number, it depends on where the jet goes."""
    at = u.terms[0]
    whole = at.floor().unique_fmpz()
    if whole is None or (not at.is_exact() and at.contains_integer()):
        raise OpenError
    if at.is_exact() and at == at.floor() and line.sign(u - int(whole)) < 0:
        whole -= 1
    return Jet.constant(arb(whole), line.length, fmpq(int(whole)))


def sign_of_jet(line: Line, _node: Node, u: Jet) -> Any:
    """The sign beside the point."""
    at = line.sign(u)
    return Jet.constant(arb(at), line.length, fmpq(at))


def compare_jet(line: Line, node: Node, a: Jet, b: Jet) -> Any:
    """Whether a relation holds beside the point."""
    if not (a.terms[0].is_finite() and b.terms[0].is_finite()):
        truth, _ = compare(line, node, a.terms[0], b.terms[0])  # type: ignore[arg-type]
        return truth
    return Truth(HOLDS[node.data](line.sign(a - b)))


def select_jet(_line: Line, _node: Node, truth: Any, a: Any, b: Any) -> Any:
    """The piece that the condition takes beside the point."""
    return chosen(truth, a, b)


def chosen(truth: Any, a: Any, b: Any) -> Any:
    """The piece that the condition takes. Raises OpenError where that is not known."""
    if isinstance(truth, Poison):
        return truth
    if truth.holds is None:
        raise OpenError
    return a if truth.holds else b


# The angle of a point


def atan2(run: Run, node: Node, y: Any, x: Any) -> tuple[Any, Slopes]:
    """The angle of the point (x, y); on the cut and at the origin it has no slope."""
    up, right = head(y), head(x)
    if right > 0 or up > 0 or up < 0:
        return _angle(y, x)
    if not ((right < 0 or right.is_zero()) and up.is_zero()):
        return Poison("open", "the angle of a point about the cut"), ()
    value = arb.pi() if right < 0 else arb(0)
    unknown = run.at_jump(node, y)
    if unknown is not None:
        slopes: Slopes = (unknown, unknown)
    elif right.is_zero():
        slopes = run.convention(node, (y, x), exact=True) or (None, None)
    else:
        slopes = (1 / x, None)  # what the formula gives on the cut
    return broken(value, (y, x), slopes), slopes


def _angle(y: Any, x: Any) -> tuple[Any, Slopes]:
    """The angle, and its slopes by both coordinates, where it is smooth."""
    up, right = head(y), head(x)
    atan = SMOOTH["atan"].series
    if right > 0:
        quotient = y / x
        angle, slope = lifted(atan, quotient)
        return angle, (slope / x, -slope * quotient / x)
    quotient = x / y
    angle, slope = lifted(atan, quotient)
    turn = arb.pi() / 2 if up > 0 else -arb.pi() / 2
    return turn - angle, (slope * quotient / y, -slope / y)


def atan2_jet(line: Line, _node: Node, y: Jet, x: Jet) -> Any:
    """The angle beside the point: above and below the cut it has two values."""
    atan, pi = SMOOTH["atan"].series, arb.pi()
    if x.terms[0] > 0:
        return jets.compose(atan, y / x)
    if y.terms[0] > 0 or y.terms[0] < 0:
        return (pi / 2 if y.terms[0] > 0 else -pi / 2) - jets.compose(atan, x / y)
    up, right = line.sign(y), line.sign(x)
    if not right:
        return Jet.constant(up * pi / 2, line.length)
    if not up:
        return Jet.constant(pi if right < 0 else arb(0), line.length)
    ratio = y / x
    if isinstance(ratio, Poison):
        ratio = x / y
        return up * pi / 2 - jets.compose(atan, ratio)
    return jets.compose(atan, ratio) + (0 if right > 0 else up * pi)
