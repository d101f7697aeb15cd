"""What the rules of PyTorch, JAX and TensorFlow make of a break, for passes over traces: table of `conventions`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from flint import arb

from gradcli.verify.balls.kinds import head
from gradcli.verify.balls.numbers import NAN, NoRuleError
from gradcli.verify.conventions import GATED, LOCAL, Library, divided, rule

if TYPE_CHECKING:
    from gradcli.verify.balls.tape import Run
    from gradcli.verify.balls.trace import Node

Slopes = Sequence[Any]


def conventions(library: Library) -> Callable[[Run, Node, Sequence[Any]], Slopes | None]:
    """For `Run`: the slopes that a library takes where an operation has a break; None for those of the formula.

    A slope that is None lets nothing through, not even an infinite or NaN cotangent. Raises NoRuleError.
    """

    def slopes(_run: Run, node: Node, xs: Sequence[Any]) -> Slopes | None:
        if node.op.name == "abs":
            return [_slope(rule("abs", library))]
        if node.op.name in ("max", "min"):
            return _extreme(node, xs, library)
        if node.op.name == "select":
            return _select(node, library)
        if node.op.name == "atan2":
            return [_slope(rule("atan2", library))] * 2 if all(head(x).is_zero() for x in xs) else None
        return [_root(node, library)]

    return slopes


def _slope(number: Any) -> Any:
    return arb(number) if number == number else NAN  # noqa: PLR0124  # NaN alone is not itself


def _extreme(node: Node, xs: Sequence[Any], library: Library) -> Slopes:
    """Of arguments that tie, by the function that the operation is part of."""
    heads = [head(x) if node.op.name == "max" else -head(x) for x in xs]
    ties = [not any(other > one for other in heads) for one in heads]
    key = node.function
    if key == "relu":
        return [None] * len(xs)
    if key.startswith("clamp"):
        given = rule("clamp min" if node.op.name == "max" else "clamp max", library)
        if str(given).startswith("where"):  # x itself is kept at its bounds
            return [1 if place == 0 else None for place in range(len(xs))]
        key = "maximum"
    halved = key == "norm inf" and library == "jax" and all(one.is_zero() for one in heads)
    shares = divided(rule(key if key in LOCAL and not key.startswith("norm") else "amax", library), ties)
    gated = key in GATED[library]
    return [None if not share and gated else arb(share / 2 if halved else share) for share in shares]


def _select(node: Node, library: Library) -> Slopes | None:
    """By the condition, and by both pieces: those of the piece that the library takes at the break."""
    if node.function in ("leaky_relu", "elu"):
        return [None, 1, None] if rule(node.function, library) == "above" else [None, None, 1]
    if node.function == "xlogy":
        return [None, None, 1] if rule("xlogy.x positive", library) == "formula" else [None, 1, None]
    return None


def _root(node: Node, library: Library) -> Any:
    """By what has a value where its slope is infinite, or is at the end of its domain."""
    key = node.function
    given = rule(key, library) if key in LOCAL else "formula"
    if given == "zero":
        return None if key in GATED[library] else arb(0)
    if key == "hypot" and given != "formula" and library == "jax":
        raise NoRuleError
    if key == "pow" and node.op.name == "power_of":
        raise NoRuleError
    if node.op.name == "power" and node.data > 1:
        return arb(0)
    return -arb("inf") if node.op.name == "acos" else arb("inf")
