"""Where a rule is put to the test: a recorded backward pass, as in a scenario, and the same as a calculator's question.

A scene gives the gradient numbers that the rule makes, and the words of the verdict on them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from samples import EXAMPLES, KINKS, Call, is_elementwise, make_call, outputs, weights

from gradcli.calculator.kernel.compute import compute
from gradcli.calculator.kernel.differentiate import answer_to
from gradcli.calculator.kernel.prepare import Prepared, maker_of, put_together
from gradcli.calculator.kernel.question import DerivativeQuestion
from gradcli.engine import methods
from gradcli.engine.modes import record_all
from gradcli.engine.op import OPS, Op, SequenceOp
from gradcli.engine.tensor import NUMPY, Tensor
from gradcli.errors import InputError
from gradcli.lang.unparse import unparse
from gradcli.verdict import Word
from gradcli.verify.client import SympyWorker
from gradcli.verify.recorded import Recorded, recorded, verdicts

methods.attach()

Numbers = dict[str, Any]
PATIENCE = 2.0
"""Seconds that SymPy is given: the verdict rests on enclosures."""
LONG = 20_000
"""Characters of an answer that is left out, because it takes seconds to evaluate."""


class RememberingWorker:
    """The SymPy process, asked each question once: its answers depend on no rule of the engine.

    patience  seconds that it is given; with 0 it is not asked
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self.patience = patience
        self._worker = SympyWorker() if patience else None
        self._answers: dict[str, dict[str, Any]] = {}
        self._asked: Any = None

    def ask(self, request: dict[str, Any], timeout: float) -> dict[str, Any]:
        """As the process answers."""
        self.post(request)
        return self.answer(timeout)

    def post(self, request: dict[str, Any]) -> None:
        """Notes the question."""
        self._asked = request

    def answer(self, timeout: float) -> dict[str, Any]:
        """The answer to the question noted."""
        if self._worker is None:
            return {"error": "not asked"}
        key = repr(self._asked)
        if key not in self._answers:
            answer = self._worker.ask(self._asked, min(timeout, self.patience))
            self._answers[key] = {"error": "left out"} if len(repr(answer)) > LONG else answer
        return self._answers[key]

    def close(self) -> None:
        """Ends the process."""
        if self._worker is not None:
            self._worker.close()


@dataclass(frozen=True)
class Judged:
    """The numbers of a backward pass, and the words on them."""

    numbers: Numbers
    words: dict[str, Word]
    details: dict[str, str]


class RecordedScene:
    """One call of an operation in a recorded backward pass; all its results are weighed."""

    def __init__(self, label: str, call: Call, worker: Any) -> None:
        self.label = label
        self.call = call
        self.worker = worker

    def record(self) -> Recorded:
        """The pass, with the rules as they are now."""
        leaves = [Tensor(array[()], True) for array in self.call.arrays]
        with record_all():
            found = outputs(NUMPY[self.call.op.forward](*self.call.having(leaves)))
            roots = [root for root in found if root.array.dtype.kind == "f" and root.grad_fn is not None]
            cotangents = [Tensor(weights(root.array)) for root in roots]
            return recorded(roots, cotangents, {id(leaf): f"x{i}" for i, leaf in enumerate(leaves)})

    def numbers(self) -> Numbers:
        """The gradients."""
        return self.record().gradients

    def judged(self) -> Judged:
        """The gradients with their verdicts."""
        found = self.record()
        told = verdicts(found, self.worker)
        return Judged(found.gradients, {k: v.word for k, v in told.items()}, {k: v.detail for k, v in told.items()})


class CalculatorScene:
    """The same program as it is asked of the calculator."""

    def __init__(self, label: str, question: DerivativeQuestion, prepared: Prepared, worker: Any) -> None:
        self.label = label
        self.question = question
        self.prepared = prepared
        self.worker = worker

    def numbers(self) -> Numbers:
        """The gradients of every order."""
        found = compute(self.prepared, self.question.order).gradients
        return {f"{name} {i + 1}": array for name, each in found.items() for i, array in enumerate(each)}

    def judged(self) -> Judged:
        """The gradients with their verdicts."""
        answer = answer_to(self.question, self.prepared, self.worker)
        all_of_it = {f"{one.name} {one.order}": one for one in answer.derivatives}
        told = {key: one.verdict for key, one in all_of_it.items() if one.verdict is not None}
        return Judged(
            {key: one.gradient for key, one in all_of_it.items()},
            {key: verdict.word for key, verdict in told.items()},
            {key: verdict.detail for key, verdict in told.items()},
        )


Scene = RecordedScene | CalculatorScene


def scenes(op: Op, worker: Any) -> Iterator[tuple[Call, list[Scene]]]:
    """The calls of an operation, each with the scenes that it stands in."""
    for number, example in enumerate(EXAMPLES.get(op.name, [{}])):
        yield _of_call(f"example {number}", make_call(op, example), worker)
    if is_elementwise(op) and len(op.rules) == 1:
        yield _of_call("number", make_call(op, {op.slots[1]: make_call(op, {}).arrays[0][0, 0]}), worker)
    for number, arguments in enumerate(KINKS.get(op.name, [])):
        yield _of_call(f"break {number}", at_break(op, arguments), worker)


def at_break(op: Op, arguments: tuple[Any, ...]) -> Call:
    """The call at a break, with arrays in the places of its numbers."""
    bound = op.bind(arguments, {})
    arrays = [x if x is None else np.asarray(x, np.float64)[()] for x in bound[: len(op.rules)]]
    return Call(op, (*arrays, *bound[len(op.rules) :]))


def _of_call(label: str, call: Call, worker: Any) -> tuple[Call, list[Scene]]:
    recorded_scene = RecordedScene(f"{label}, recorded", call, worker)
    found: list[Scene] = [recorded_scene]
    problem = recorded_scene.record().problem
    if problem is not None:
        found += calculated(label, call.op, problem, worker)
    return call, found


def calculated(label: str, op: Op, problem: Any, worker: Any) -> list[Scene]:
    """The program of a recorded pass as a question, if the rule has a part in it; of one number, order 2 too."""
    try:
        question = DerivativeQuestion(unparse(problem.program))
        at = {name: problem.values[name] for name in problem.wrt}
        let = {name: array for name, array in problem.values.items() if name not in at}
        if any(array.dtype.kind != "f" for array in let.values()):  # which no text of a question makes
            return []
        prepared = replace(put_together(question, at, let, maker_of(question)), cotangent=problem.cotangent)
        scene = CalculatorScene(f"{label}, calculated", question, prepared, worker)
        with counting(op) as count:
            scene.numbers()
    except InputError:
        return []
    if not count:
        return []
    if label.startswith("break"):  # of higher derivatives at a break no rules are known
        return [scene]
    one = len(at) == 1 and all(array.ndim == 0 for array in at.values()) and problem.cotangent.ndim == 0
    second = CalculatorScene(f"{label}, order 2", replace(question, order=2), prepared, worker)
    return [scene, second] if one else [scene]


@contextmanager
def counting(op: Op) -> Iterator[list[int]]:
    """A list that grows with each call of one of the operation's rules."""
    calls: list[int] = []

    def counted(pull: Any) -> Any:
        return lambda g, slots: calls.append(1) or pull(g, slots)

    with rules(op, tuple(map(counted, op.pulls))):
        yield calls


@contextmanager
def rules(op: Op, pulls: tuple[Any, ...]) -> Iterator[None]:
    """Inside, the operation has other rules."""
    former, op.pulls = op.pulls, pulls
    try:
        yield
    finally:
        op.pulls = former


__all__ = ["OPS", "Judged", "RememberingWorker", "Scene", "SequenceOp", "rules", "scenes"]
