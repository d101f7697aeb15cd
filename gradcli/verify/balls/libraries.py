"""What the rules of PyTorch, JAX and TensorFlow make of a break, for passes over traces: table of `conventions`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flint import arb

from gradcli.verify.balls.kinds import SHUT, head
from gradcli.verify.balls.numbers import NAN, NoRuleError
from gradcli.verify.conventions import CUT, GATED, LOCAL, SPARED, Library, divided, is_expression, rule

if TYPE_CHECKING:
    from gradcli.verify.balls.trace import Node

Slopes = Sequence[Any]

_WHOLE = frozenset("where sign floor ceil trunc round floor_divide".split())
"""Functions that are flat pieces themselves."""


@dataclass(frozen=True)
class Conventions:
    """A library's rules, for `Run`."""

    library: Library

    def slopes(self, node: Node, xs: Sequence[Any]) -> Slopes | None:
        """What the library takes where an operation has a break; None for those of the formula.

        A slope that is None lets nothing through, SHUT lets a 0 through. Raises NoRuleError.
        """
        if node.op.name == "abs":
            return [_slope(rule("abs", self.library))]
        if node.op.name in ("max", "min"):
            return _extreme(node, xs, self.library)
        if node.op.name == "select":
            return _select(node, self.library)
        if node.op.name == "atan2":
            return [_slope(rule("atan2", self.library))] * 2 if all(head(x).is_zero() for x in xs) else None
        return [_root(node, self.library)]

    def untaken(self, node: Node) -> Any:
        """The slope by what the value does not depend on here. It gets a 0, of which an infinite slope makes NaN.

        Only a function of the caller's is known to send that 0; not a condition, a step or a sign in a formula of ours.
        """
        part = node.op.name not in ("max", "min") and node.function not in _WHOLE
        return None if part else _flat(node.function, self.library)

    def spares(self, node: Node) -> bool:
        """Whether a cotangent of 0 gives 0, even where the slope is infinite."""
        return node.function in SPARED[self.library]


def _flat(function: str, library: Library) -> Any:
    """A slope of 0, as a library's function has it; None of one that is only part of another's formula.

    Raises NoRuleError where the library has no such function.
    """
    key = "clamp min" if function.startswith("clamp") else function
    given = rule(key, library) if key in LOCAL else ""
    if given is None:
        raise NoRuleError
    if is_expression(given):
        key = str(given).partition("(")[0]
    if key in GATED[library]:
        return SHUT
    return arb(0) if key in LOCAL and key not in CUT[library] else None


def _slope(number: Any) -> Any:
    return arb(number) if number == number else NAN  # noqa: PLR0124  # NaN alone is not itself


def _extreme(node: Node, xs: Sequence[Any], library: Library) -> Slopes:
    """Of arguments that tie, by the function that the operation is part of."""
    heads = [head(x) if node.op.name == "max" else -head(x) for x in xs]
    ties = [not any(other > one for other in heads) for one in heads]
    key = node.function
    if key == "relu":
        return [SHUT] * len(xs)
    if key.startswith("clamp"):
        given = rule("clamp min" if node.op.name == "max" else "clamp max", library)
        if str(given).startswith("where"):  # x itself is kept at its bounds
            return [1 if place == 0 else SHUT for place in range(len(xs))]
        key = "maximum"
    halved = key == "norm inf" and library == "jax" and all(one.is_zero() for one in heads)
    shares = divided(rule(key if key in LOCAL and not key.startswith("norm") else "amax", library), ties)
    flat = _flat(key, library)
    return [arb(share / 2 if halved else share) if share else flat for share in shares]


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
        return _flat(key, library)
    if key == "hypot" and given != "formula" and library == "jax":
        raise NoRuleError
    if key == "pow" and node.op.name == "power_of":
        raise NoRuleError
    if node.op.name == "power" and node.data > 1:
        return arb(0)
    return -arb("inf") if node.op.name == "acos" else arb("inf")
