"""The derivative that a question asks for, and answers to it, as functions of the point."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcli.calculator.kernel.compute import compute, constants_of, value_of
from gradcli.calculator.kernel.prepare import Prepared, prepare
from gradcli.calculator.kernel.question import DerivativeQuestion
from gradcli.engine.modes import no_grad
from gradcli.engine.tensor import Tensor
from gradcli.errors import InputError
from gradcli.lang.tree import Assign, Call, List, Name, Program, free_names
from gradcli.lang.unparse import unparse
from gradcli.scenario.aliases import aliases, expanded, read_let
from gradcli.scenario.questions_format import Question
from gradcli.scenario.rounded import is_array, is_rounded
from gradcli.scenario.typed import echo, typed
from gradcli.verify.certified import enclose
from gradcli.verify.problem import symbolic_request
from gradcli.words import said

if TYPE_CHECKING:
    from gradcli.verify.client import SympyWorker

Array = Any
Point = dict[str, Array]
AtPoint = Callable[[Point], Array]

EXACT = 1e-6
"""The relative error up to which a formula is near enough to tell what it is meant to be; a right one is certified."""
PATIENCE = 10.0
"""Seconds that SymPy is given."""
MAX_MADE = 10_000
"""Elements of an array that an answer makes itself."""
POINTS = 3
"""Other points at which a formula is tried."""


class Derivative:
    """What a question of kind gradient asks for. Raises InputError for a question that cannot be computed.

    point  where, by name
    name   the variable that it is the derivative by
    truth  the gradient there, an array of that variable's shape
    form   as in Question
    aliases  what an answer may use beside the names of the point
    """

    def __init__(self, question: Question) -> None:
        self.calculation = DerivativeQuestion(
            expression=question.of or "",
            at=(question.at or "",),
            wrt=(question.wrt,) if question.wrt else (),
            cotangent=question.cotangent,
            files=False,
        )
        with source("of"):
            self.prepared = prepare(self.calculation)
        if self.prepared.missing:
            raise InputError("question", f"no value for {', '.join(self.prepared.missing)}: `at` gives every name one")
        if len(self.prepared.wrt) != 1:
            raise InputError("question", f"by which of {', '.join(self.prepared.wrt)}? `wrt` says it")
        (self.name,) = self.prepared.wrt
        self.point: Point = self.prepared.at
        assigned = self.prepared.parsed.program.assignments
        taken = (*self.point, *(step.name for step in assigned))
        self.aliases = aliases((*assigned, *read_let(question.let, taken)))
        self.truth = self.exact(self.point)
        self.form = question.form

    @property
    def program(self) -> Program:
        return self.prepared.program

    def gradient(self, point: Point, program: Program | None = None, cotangent: Array = None) -> Array:
        """The gradient at a point, of another program or with another cotangent if they are given."""
        given = self.prepared.cotangent if cotangent is None else cotangent
        prepared = replace(self.prepared, at=point, program=program or self.program, cotangent=given)
        return np.asarray(compute(prepared, 1).gradients[self.name][0])

    def exact(self, point: Point) -> Array:
        """The gradient at a point: what is certified, and the engine's numbers where there is no derivative."""
        gradient = self.gradient(point)
        enclosures = enclose(self.program, point | self.prepared.fixed, (self.name,), self.calculation.dtype)
        if isinstance(enclosures, str):
            return gradient
        found = enclosures.gradient(enclosures.goal(self.prepared.cotangent))[self.name]
        numbers = [
            float(one.ball) if one.kind == "number" else number
            for one, number in zip(found, gradient.reshape(-1).tolist(), strict=True)
        ]
        return np.array(numbers, gradient.dtype).reshape(gradient.shape)

    def value(self, point: Point) -> Array:
        """The value of what is differentiated."""
        return value_at(self.prepared, point)

    @cached_property
    def axes(self) -> dict[str, int]:
        """How many axes each name has that an answer may use."""
        found = {name: np.ndim(array) for name, array in self.point.items()}
        for name, tree in self.aliases.items():
            with suppress(InputError):  # a condition is no value
                prepared = prepare(replace(self.calculation, expression=unparse(tree), wrt=(), cotangent=None))
                found[name] = np.ndim(value_at(prepared, prepared.at))
        return found

    def read(self, answer: str) -> Reply:
        """The answer. Raises InputError for one that is no expression in the question's names."""
        text = typed(answer, {*self.point, *self.aliases}, is_array=self.truth.ndim > 0, axes=self.axes)
        with source("answer"):
            expression = expanded(text, self.aliases, self.point)
            prepared = prepare(replace(self.calculation, expression=expression, wrt=(), cotangent=None))
            if prepared.parsed.program.assignments:
                hint = said("write what stands right of the =")
                raise InputError("answer", said("an answer is one expression"), hint=hint)
            if any(np.size(array) > MAX_MADE for array in prepared.made.values()):
                message = said("an answer may make arrays of up to {most} elements", most=f"{MAX_MADE:,}")
                raise InputError("too-large", message)
            if prepared.missing:
                unknown = said("the question has no name {name}", name=repr(prepared.missing[0]))
                hint = said("it has {names}", names=", ".join((*self.point, *self.aliases)))
                raise InputError("unknown-variable", unknown, hint=hint)
            return Reply(prepared, echo(answer, text))


class Reply:
    """An answer that has been read.

    names   those of the point on which it depends: none for an answer in numbers
    read    as what it was read, where that is not as it was typed
    points  where it is tried: at the point, and near it, where just these names have other values; so an answer may
            keep the name of a constant, or have its value put in
    """

    def __init__(self, prepared: Prepared, read: str | None = None) -> None:
        self.prepared = prepared
        self.read = read
        self.names = [name for name in free_names(prepared.program) if name in prepared.at]
        self.value = self(prepared.at)

    def __call__(self, point: Point) -> Array:
        return value_at(self.prepared, point)

    @cached_property
    def points(self) -> list[Point]:
        return [self.prepared.at, *(self.moved(self.names) if self.names else [])]

    def moved(self, names: Sequence[str]) -> list[Point]:
        """Points near the question's, where these names have other values."""
        random = np.random.default_rng(0)
        here = self.prepared.at
        return [here | {name: _moved(here[name], random) for name in names} for _ in range(POINTS)]

    def agrees(self, expected: AtPoint) -> bool:
        """Whether the answer has the values of `expected`, at every point; numbers may be as PyTorch prints them."""
        if not self.names:
            return is_array(self.prepared.program.result, self.value, expected(self.prepared.at))
        return agree(self, expected, self.points)

    def is_rounded(self, expected: AtPoint, points: Sequence[Point]) -> bool:
        """Whether the answer has the values of `expected` at these points up to the rounding of numbers in it."""
        try:
            truths = [np.asarray(expected(point)) for point in points]

            def evaluate(program: Program) -> Array:
                prepared = replace(self.prepared, program=program)
                values = (value_at(prepared, point) for point in points)
                return np.concatenate(
                    [np.broadcast_to(value, truth.shape).ravel() for value, truth in zip(values, truths, strict=True)]
                )

            return is_rounded(self.prepared.program, evaluate, np.concatenate([truth.ravel() for truth in truths]))
        except (InputError, ValueError):  # not defined at one of them, or of another shape
            return False

    def rises_by(self, name: str, expected: AtPoint) -> bool:
        """Whether the slope of the answer along a name, element by element, has the values of `expected`."""
        total = Program((), _call("sum", self.prepared.program.result))
        prepared = replace(self.prepared, program=total, wrt=(name,))
        slope = lambda point: compute(replace(prepared, at=point), 1).gradients[name][0]  # noqa: E731
        return agree(slope, expected, self.points)


def agree(found: AtPoint, expected: AtPoint, points: Sequence[Point]) -> bool:
    """Whether both are the same at the first point, and at those of the others at which both exist."""
    first, *others = points
    if not same(found(first), expected(first)):
        return False
    for point in others:
        try:
            pair = found(point), expected(point)
        except InputError:
            continue
        if all(np.all(np.isfinite(array)) for array in pair) and not same(*pair):
            return False
    return True


def same(found: Array, expected: Array, error: float = EXACT) -> bool:
    """Whether two arrays are one, up to a relative error; one number stands for an array of equal ones."""
    found, expected = np.asarray(found), np.asarray(expected)
    if found.shape not in ((), expected.shape):
        return False
    sizes = np.abs(expected[np.isfinite(expected) & (expected != 0)])
    near_zero = 1e-9 * (float(np.max(sizes, initial=0.0)) or 1.0)
    return bool(np.all(np.isclose(found, expected, rtol=error, atol=near_zero, equal_nan=True)))


def value_at(prepared: Prepared, point: Point) -> Array:
    """The value of a program."""
    with no_grad():
        leaves = {name: Tensor(array) for name, array in point.items()}
        return np.asarray(value_of(prepared, constants_of(prepared) | leaves).array)


def identical(derivative: Derivative, reply: Reply, worker: SympyWorker) -> bool:
    """Whether SymPy finds that the answer is the derivative, whatever the values of the names.

    What they differ by is the derivative of f(x) - detach(answer)*x.
    """
    asked = derivative.prepared.parsed.program
    product = _call("mul", _call("detach", reply.prepared.parsed.program.result), Name(derivative.name))
    both = _call("cat", List((_call("flatten", asked.result), Name(_CLAIM))))
    program = Program((Assign(_CLAIM, _call("flatten", product)), *asked.assignments), both)
    prepared = prepare(replace(derivative.calculation, expression=unparse(program), cotangent=None))
    given = derivative.prepared.cotangent
    weights = np.append([1.0] if given is None else given, -np.ones(derivative.truth.size))
    values = prepared.at | prepared.fixed
    request = symbolic_request(prepared.program, values, prepared.wrt, weights, 1, derivative.calculation.dtype)
    found = worker.ask(request, PATIENCE).get("derivatives", {})
    return any(order["text"] == "0" for order in found.get(derivative.name, ()))


_CLAIM = "_claim"


def _call(function: str, *args: Any) -> Call:
    return Call(function, args)


def _moved(array: Array, random: np.random.Generator) -> Array:
    """Values near those of the array, with their signs; zeros become any numbers up to 1."""
    array = np.asarray(array)
    near = array * random.uniform(0.75, 1.25, array.shape)
    return np.where(array == 0, random.uniform(-1, 1, array.shape), near)[()]


@contextmanager
def source(name: str) -> Iterator[None]:
    """Errors in an expression are shown under the name that the reader knows it by."""
    try:
        yield
    except InputError as error:
        if error.span is None or error.span.source != "expression":
            raise
        span = replace(error.span, source=name)
        raise InputError(error.code, error.message, span=span, hint=error.hint) from None
