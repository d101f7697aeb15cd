"""Wrong answers to a question of kind gradient that have the right values at its point, and only there.

Numbers are judged at the point alone, and a formula that is right there is accepted unless a known mistake leads to it:
so the point must be one at which the likely mistakes show.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from gradcli.errors import InputError
from gradcli.lang.tree import Expr, Program
from gradcli.lang.unparse import unparse
from gradcli.scenario.changed import calls, replaced
from gradcli.scenario.derivative import AtPoint, Derivative, Point, Reply, agree, same
from gradcli.scenario.misconceptions import misconceptions


def coincidences(derivative: Derivative, answer: str) -> Iterator[str]:
    """What mistakes and shortened answers have the values of the derivative at the point, but others near it."""
    reply = derivative.read(answer)
    near = reply.moved([*derivative.point])
    for mistake in misconceptions(derivative):
        # An array of equal numbers is its own transpose, and that is nobody's mistake.
        if mistake.name != "transposed" and _coincides(mistake.leads, derivative, near):
            yield f"a mistake has the right values at its point, not elsewhere: {mistake.hint}"
    if reply.names:
        for program in _shortened(reply.prepared.program):
            if _coincides(Reply(replace(reply.prepared, program=program)), derivative, near):
                yield f"{unparse(program)!r} has the right values at its point, not elsewhere"


def _coincides(found: AtPoint, derivative: Derivative, near: Sequence[Point]) -> bool:
    try:
        if not same(found(derivative.point), derivative.exact(derivative.point)):
            return False
        return not agree(found, derivative.exact, [derivative.point, *near])
    except InputError:  # what cannot be computed is nobody's answer
        return False


def _shortened(program: Program) -> Iterator[Program]:
    """The answer with one factor, divisor or exponent left out."""
    for node in calls(program):
        if node.function in ("mul", "div", "pow"):
            left, right = node.args
            rest: tuple[Expr, ...] = (left, right) if node.function == "mul" else (left,)
            for part in rest:
                yield replaced(program, node, part)
