"""Which operations of a trace are analytic on a connected domain, by its form alone.

Such a function is 0 on no open set, if it is not 0 at some point: the identity theorem, for a domain that is an
intersection of half-spaces.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

from gradcli.verify.balls.trace import Node, Trace

_EVERYWHERE = frozenset(
    "leaf held const pi add sub neg mul exp expm1 sin cos sinh cosh tanh asinh atan erf erfc sinc".split()
)
_POSITIVE = frozenset(("log", "log2", "log10", "sqrt", "power", "power_of"))
"""Where the argument is positive."""
_BOUNDED = frozenset(("asin", "acos", "acosh", "atanh"))
"""On an interval."""


class Sign(IntEnum):
    """What is known of a value, wherever there is one."""

    UNKNOWN = 0
    NOT_NEGATIVE = 1
    POSITIVE = 2


class Analytic:
    """What is known of each operation of a trace.

    is_number  whether an operation is the same number everywhere
    """

    def __init__(self, trace: Trace, is_number: Callable[[Node], bool]) -> None:
        self.signs: list[Sign] = []
        self.numbers: list[bool] = []
        self.affine: list[bool] = []
        self.found: list[bool] = []
        for node in trace.nodes:
            self.numbers.append(is_number(node) if not node.args else all(self.numbers[arg.index] for arg in node.args))
            self.signs.append(self._sign(node))
            self.affine.append(self._is_affine(node))
            self.found.append(self._is_analytic(node))

    def __getitem__(self, node: Node) -> bool:
        return self.found[node.index]

    def _sign(self, node: Node) -> Sign:
        name, args = node.op.name, [self.signs[arg.index] for arg in node.args]
        found = Sign.POSITIVE if name in ("exp", "cosh", "pi") else Sign.UNKNOWN
        if name == "const":
            found = Sign.POSITIVE if node.data > 0 else Sign.NOT_NEGATIVE if node.data == 0 else Sign.UNKNOWN
        elif name == "add":
            found = max(args) if min(args) else Sign.UNKNOWN
        elif name in ("mul", "div"):
            found = min(args)
        elif name in ("sqrt", "power", "abs", "power_of") or (name == "whole_power" and node.data % 2 == 0):
            found = max(args[0], Sign.NOT_NEGATIVE)
        elif name == "whole_power":
            found = args[0]
        return found

    def _is_affine(self, node: Node) -> bool:
        name, args = node.op.name, [self.affine[arg.index] for arg in node.args]
        if self.numbers[node.index] or name in ("leaf", "held"):
            return True
        if name in ("add", "sub", "neg"):
            return all(args)
        if name == "mul":
            return all(args) and any(self.numbers[arg.index] for arg in node.args)
        return name == "div" and args[0] and self.numbers[node.args[1].index]

    def _is_analytic(self, node: Node) -> bool:
        name = node.op.name
        if not all(self.found[arg.index] for arg in node.args):
            return False
        if name in _EVERYWHERE:
            return True
        if name == "whole_power":
            return bool(node.data >= 0 or self.signs[node.args[0].index] == Sign.POSITIVE)
        if name == "div":
            below = node.args[1].index
            return self.numbers[below] or self.signs[below] == Sign.POSITIVE
        if name in _POSITIVE:
            return self.signs[node.args[0].index] == Sign.POSITIVE or self.affine[node.args[0].index]
        return name in _BOUNDED and self.affine[node.args[0].index]
