"""The one call behind `gradcli explain`: the answer of `diff`, with the tape that it was computed on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcli.calculator.commands.tape import Tape
from gradcli.calculator.kernel.compute import constants_of, leaves_of, value_of
from gradcli.calculator.kernel.differentiate import answers_to
from gradcli.calculator.kernel.prepare import Array, Prepared, prepare, refuse_missing
from gradcli.calculator.kernel.question import Answer, DerivativeQuestion
from gradcli.calculator.kernel.steps import Steps, mapped
from gradcli.engine.forward import Level
from gradcli.engine.graph import ordered
from gradcli.engine.tensor import Tensor
from gradcli.verify.problem import Verdict

if TYPE_CHECKING:
    from gradcli.verify.client import SympyWorker

MAX_PASSES = 8
"""Passes of forward mode that are made; more would only be more of the same."""


@dataclass(frozen=True)
class Pass:
    """One pass of forward mode, which moves one element of one variable at speed 1.

    tangents  the speed of every step, by its name
    slope     that of the result, weighted by its cotangent: one element of the gradient
    """

    variable: str
    index: tuple[int, ...]
    tangents: dict[str, Array]
    slope: float


@dataclass(frozen=True)
class Explanation:
    """A derivation.

    answer  as `diff` gives it
    tape    the tape that it was computed on
    passes  of forward mode, if that was asked for: one for each element of the variables, but no more than MAX_PASSES
    inputs  how many elements the variables have
    """

    answer: Answer
    tape: Tape
    passes: tuple[Pass, ...]
    inputs: int

    @property
    def notes(self) -> tuple[str, ...]:
        """Those of the answer."""
        return self.answer.notes

    @property
    def verdicts(self) -> list[Verdict]:
        """Every verdict that was reached."""
        return self.answer.verdicts

    @property
    def asked(self) -> list[Verdict | None]:
        """The verdicts on what was asked for."""
        return self.answer.asked

    def judged(self, verdict: Verdict) -> Explanation:
        """The same with this said of every number."""
        return replace(self, answer=self.answer.judged(verdict))


def explain(question: DerivativeQuestion, worker: SympyWorker | None, *, forward: bool = False) -> Steps[Explanation]:
    """The derivation of an answer; `worker` is the SymPy process to ask; None if nothing is to be checked.

    Raises InputError for an input that cannot be used, with its place, and for a name without a value.
    """
    return explanation_of(question, prepare(question), worker, forward=forward)


def explanation_of(
    question: DerivativeQuestion, prepared: Prepared, worker: SympyWorker | None, *, forward: bool = False
) -> Steps[Explanation]:
    """The derivation of the answer to a question that has been read; arguments and errors as above."""
    refuse_missing(prepared)
    tape = Tape()
    points = {name: np.asarray(prepared.at[name]) for name in prepared.wrt}
    inputs = sum(point.size for point in points.values())

    def explained(answer: Answer) -> Explanation:
        passes = tuple(islice(_passes(prepared, tape, points), MAX_PASSES)) if forward else ()
        return Explanation(answer, tape, passes, inputs)

    return (yield from mapped(answers_to(question, prepared, worker, tape.compute), explained))


def _passes(prepared: Prepared, tape: Tape, points: dict[str, Array]) -> Iterator[Pass]:
    for name, point in points.items():
        for index in np.ndindex(point.shape):
            yield _pass(prepared, tape, name, index)


def _pass(prepared: Prepared, tape: Tape, variable: str, index: tuple[int, ...]) -> Pass:
    """The dual numbers of one pass: beside its value, each step has the tangent that the derivative rules give."""
    leaves = leaves_of(prepared)
    seeds = {name: np.zeros_like(np.asarray(leaf.array)) for name, leaf in leaves.items()}
    seeds[variable][index] = 1
    with Level() as level:
        duals = {name: level.dual(leaf, Tensor(seeds[name][()])) for name, leaf in leaves.items()}
        result = value_of(prepared, constants_of(prepared) | duals)
        root = result.grad_fn
        moving: Mapping[Any, Any] = {} if root is None else level.tangents(root)
        nodes = [node for node in ordered([root]) if node not in level.entries][::-1]
        speeds = [_speed(moving.get(node), step.value) for step, node in zip(tape.steps, nodes, strict=True)]
        moved = _speed(moving.get(root), result.array)
    tangents = {step.name: speed for step, speed in zip(tape.steps, speeds, strict=True)}
    weights = 1 if prepared.cotangent is None else prepared.cotangent
    return Pass(variable, index, tangents, float(np.sum(moved * weights)))


def _speed(tangent: Tensor | None, value: Array) -> Array:
    """The array of a tangent; zeros for what does not move."""
    return np.zeros_like(value) if tangent is None else np.asarray(tangent.array)
