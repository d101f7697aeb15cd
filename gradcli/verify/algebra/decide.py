"""Whether formulas are the derivatives of a program, for every value of its variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from time import monotonic
from typing import Any

import numpy as np
from flint import arb

from gradcli.lang.tree import NoFormError, Program
from gradcli.verify.algebra.analytic import Analytic
from gradcli.verify.algebra.cases import Numbers, cases
from gradcli.verify.algebra.domain import domain
from gradcli.verify.algebra.field import Element, Field, Memory, NoValueError, OpenError, RefinedError
from gradcli.verify.algebra.readings import DOUBLES, EXACT, Joint, read
from gradcli.verify.algebra.witness import BITS, Witness, points
from gradcli.verify.balls.context import working
from gradcli.verify.balls.trace import Node, Shape

IDENTICAL, DIFFERENT, OPEN = "identical", "different", "open"
SECONDS = 2.0
_RESTARTS = 12


@dataclass(frozen=True)
class Decision:
    """What is decided of a formula.

    word     "identical": it is the derivative wherever both exist and the domain says so; "different": at some point
             it is not; "open"
    domain   the stated common domain, in words
    reason   why a formula is not identical
    reading  "doubles": constants are what the engine folds them to; "exact": they are what is written, log(2) and 0.1
    point    where the formula differs, by name
    """

    word: str
    domain: str
    reason: str = ""
    reading: str = DOUBLES
    point: Mapping[str, Sequence[float]] | None = None


def decide(
    program: Program,
    claims: Mapping[str, Program],
    values: Mapping[str, Any],
    shapes: Mapping[str, Shape],
    dtype: str = "float64",
    *,
    cotangent: Any = None,
    seconds: float = SECONDS,
) -> dict[str, Decision]:
    """What is decided of each formula, by the name of the variable whose derivative it is.

    values     the names that have a value, which is part of the claim
    shapes     of the names that have none: the formula is claimed for all values of them
    cotangent  the weights of the results' derivatives; 1 each, where None
    """
    arrays = {name: np.asarray(array) for name, array in values.items()}
    asked = _Question(program, claims, arrays, shapes, dtype, cotangent, monotonic() + seconds)
    found = asked.answered(DOUBLES)
    if any(one.word != IDENTICAL for one in found.values()) and asked.has_two_readings:
        exact = asked.answered(EXACT)
        found = {name: one if one.word == IDENTICAL else exact[name] for name, one in found.items()}
    return found


class _Question:
    """The arguments of `decide`."""

    def __init__(
        self,
        program: Program,
        claims: Mapping[str, Program],
        values: Mapping[str, Any],
        shapes: Mapping[str, Shape],
        dtype: str,
        cotangent: Any,
        deadline: float,
    ) -> None:
        self.program = program
        self.claims = claims
        floats = {name: array for name, array in values.items() if array.dtype.kind == "f"}
        self.given = {name: array for name, array in values.items() if name not in floats}
        self.numbers: Numbers = {name: array.reshape(-1).tolist() for name, array in floats.items()}
        self.shapes = {name: array.shape for name, array in floats.items()} | dict(shapes)
        self.dtype = dtype
        self.cotangent = cotangent
        self.deadline = deadline
        self.bound = [*self.shapes, *self.given]

    @property
    def has_two_readings(self) -> bool:
        """Whether constants are folded to anything but what is written."""
        return self.doubles != self.exact

    @cached_property
    def doubles(self) -> dict[str, Program]:
        """The claims by name, and the program itself as "", with constants as doubles."""
        return self._read(DOUBLES)

    @cached_property
    def exact(self) -> dict[str, Program]:
        """The same with exact constants."""
        return self._read(EXACT)

    def _read(self, reading: str) -> dict[str, Program]:
        return {name: read(one, self.bound, reading) for name, one in {"": self.program, **self.claims}.items()}

    def answered(self, reading: str) -> dict[str, Decision]:
        """What is decided in one reading."""
        claims = dict(self.doubles if reading == DOUBLES else self.exact)
        program = claims.pop("")
        found = {
            name: Decision(OPEN, domain((self.doubles[""], self.doubles[name])), reading=reading) for name in claims
        }
        try:
            with working(BITS):
                trace = Joint(program, claims, self.shapes, self.given, self.dtype)
                answers = _Proof(self, trace).answers
        except (NoFormError, OpenError) as error:
            return {name: replace(one, reason=str(error)) for name, one in found.items()}
        return {
            name: replace(one, word=answers[name][0], reason=answers[name][1], point=answers[name][2])
            for name, one in found.items()
        }

    def weights(self, trace: Joint) -> dict[int, Any]:
        """By the place of a result, its weight."""
        flat = [1.0] * len(trace.results) if self.cotangent is None else np.ravel(self.cotangent).tolist()
        found: dict[int, Any] = {}
        for node, weight in zip(trace.results, flat, strict=True):
            if weight:
                found[node.index] = found.get(node.index, 0) + weight
        return found


class _Proof:
    """The attempt at a proof of each formula of a trace.

    answers  by name: the word, the reason, and a point at which the formula differs
    """

    def __init__(self, asked: _Question, trace: Joint) -> None:
        self.asked = asked
        self.trace = trace
        self.weights = asked.weights(trace)
        self.answers: dict[str, tuple[str, str, Any]] = {}
        for name, error in trace.errors.items():
            self.answers[name] = OPEN, error, None
        for name, (_, shape) in trace.formulas.items():
            if shape not in ((), asked.shapes[name]):
                self.answers[name] = OPEN, "the formula has another shape", None
        for name in self.answers:
            trace.formulas.pop(name, None)
        if trace.formulas:
            self._prove()

    def _prove(self) -> None:
        asked, trace = self.asked, self.trace
        balls = {index: arb(weight) for index, weight in self.weights.items()}
        seen = Witness(trace, balls, points(asked.shapes, asked.numbers), asked.deadline)
        left = set()
        for name in trace.formulas:
            if name in seen.beaten:
                self.answers[name] = DIFFERENT, "another number at a point", seen.beaten[name]
            elif not seen.seen[name]:
                self.answers[name] = OPEN, "no point was found at which program and formula exist", None
            else:
                left.add(name)
        try:
            failed = self._failures(left, seen)
        except OpenError as error:
            failed = dict.fromkeys(left, str(error))
        for name in left:
            self.answers[name] = (OPEN, failed[name], None) if name in failed else (IDENTICAL, "", None)

    def _failures(self, names: set[str], seen: Witness) -> dict[str, str]:
        """By name, why a formula is not proved; those that are left out are."""
        numbers = self.asked.numbers
        seen.analytic = Analytic(self.trace, lambda node: node.op.name != "leaf" and _is_put_in(node, numbers))
        memory = Memory(self.asked.deadline)
        for _ in range(_RESTARTS):
            try:
                return self._tried(names, Field(memory), seen)
            except RefinedError:
                continue
        raise OpenError("too many refinements of kernels")

    def _tried(self, names: set[str], field: Field, seen: Witness) -> dict[str, str]:
        failed: dict[str, str] = {}
        for case in cases(field, self.asked.numbers, seen.is_nowhere_zero):
            try:
                slopes = case.gradient(self.weights, self.trace.nodes)
            except NoValueError:
                continue
            for name in names - failed.keys():
                nodes, _ = self.trace.formulas[name]
                leaves = self.trace.leaves[name]
                claimed = list(nodes) * (len(leaves) if len(nodes) == 1 else 1)
                for leaf, node in zip(leaves, claimed, strict=True):
                    if not _is_equal(case, slopes.get(leaf.index), node):
                        failed[name] = "the difference is not zero as a quotient of polynomials"
            if len(failed) == len(names):
                break
        return failed


def _is_equal(case: Any, slope: Element | None, node: Node) -> bool:
    """Whether a slope is the value of an operation, where that has one."""
    try:
        value = case.at(node)
    except NoValueError:
        return True
    return bool(value.equals(slope or case.number(0)))


def _is_put_in(node: Node, numbers: Numbers) -> bool:
    return node.op.name != "held" or node.data[0] in numbers
