"""The two calls behind `gradcli minimize`, `walk` and `minimum`: the optimisers of the face walk down an expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcli.calculator.commands.landscape import DRAWN, Landscape, landscape
from gradcli.calculator.kernel.compute import constants_of, gradients_of, value_of
from gradcli.calculator.kernel.differentiate import answers_to
from gradcli.calculator.kernel.field import scalar_cotangent
from gradcli.calculator.kernel.prepare import Array, Prepared, prepare, refuse_missing
from gradcli.calculator.kernel.question import Answer, DerivativeQuestion
from gradcli.calculator.kernel.steps import Steps, mapped
from gradcli.engine.tensor import Tensor
from gradcli.errors import InputError
from gradcli.lang.unparse import unparse
from gradcli.torch import optim
from gradcli.verify.problem import Verdict

if TYPE_CHECKING:
    from gradcli.verify.client import SympyWorker

MOMENTUM = 0.9
LBFGS_TRIALS = 25
"""How often a line search may look at the expression."""
RUNAWAY = 1e12
"""Rising above its start by so many times its size (or 1), a value is lost, though it is still a number."""


@dataclass(frozen=True)
class Method:
    """One of the face's optimisers, the learning rate it has by default, and its other options."""

    optimizer: Callable[..., optim.Optimizer]
    lr: float
    options: Mapping[str, Any]


METHODS = {
    "sgd": Method(optim.SGD, 0.01, {}),
    "momentum": Method(optim.SGD, 0.01, {"momentum": MOMENTUM}),
    "nesterov": Method(optim.SGD, 0.01, {"momentum": MOMENTUM, "nesterov": True}),
    "adam": Method(optim.Adam, 0.1, {}),
    "rmsprop": Method(optim.RMSprop, 0.01, {}),
    "adagrad": Method(optim.Adagrad, 0.5, {}),
    # One iteration a step; when to stop is decided here, as for the others.
    "lbfgs": Method(
        optim.LBFGS,
        1.0,
        {
            "max_iter": 1,
            "max_eval": LBFGS_TRIALS,
            "line_search_fn": "strong_wolfe",
            "tolerance_grad": 0.0,
            "tolerance_change": 0.0,
        },
    ),
}


@dataclass(frozen=True)
class Search:
    """How to walk.

    optimizer  a name in METHODS
    lr         None for the method's own
    steps      the most that are taken
    gtol       no element of the gradient being larger than this, the walk ends
    landscape  evaluate the expression around the path too, for a picture
    """

    optimizer: str = "sgd"
    lr: float | None = None
    steps: int = 500
    gtol: float = 1e-8
    landscape: bool = True


@dataclass(frozen=True)
class Place:
    """Where the walk was after so many steps: the value, the gradient's largest element, and the variables."""

    step: int
    value: float
    slope: float
    point: dict[str, Array]


Watch = Callable[[Place], bool]


@dataclass(frozen=True)
class Variable:
    """One variable: where it began, where it ended, and the gradient there with its verdict."""

    name: str
    start: Array
    end: Array
    gradient: Array
    verdict: Verdict | None


@dataclass(frozen=True)
class Minimum:
    """How the walk went.

    outcome  "converged" (the gradient is within gtol), "steps" (they were used up), "stalled" (a step changed nothing),
             "diverged" or "interrupted"
    steps    how many were taken
    end      the last place; the best one where the walk diverged or was interrupted
    values   the value after each step, the start's first
    value_verdict  on the value at the end
    """

    understood: str
    notes: tuple[str, ...]
    dtype: str
    optimizer: str
    lr: float
    gtol: float
    outcome: str
    steps: int
    start: Place
    end: Place
    values: tuple[float, ...]
    value_verdict: Verdict | None
    variables: tuple[Variable, ...]
    landscape: Landscape | None

    @property
    def verdicts(self) -> list[Verdict]:
        """Every verdict that was reached."""
        return [verdict for _, verdict in self.named_verdicts if verdict is not None]

    @property
    def named_verdicts(self) -> list[tuple[str, Verdict | None]]:
        """The verdict on the value at the end, and on the gradient by each name."""
        return [("value", self.value_verdict), *((each.name, each.verdict) for each in self.variables)]

    @property
    def asked(self) -> list[Verdict | None]:
        """The verdicts on the gradient."""
        return [each.verdict for each in self.variables]

    def judged(self, verdict: Verdict) -> Minimum:
        """The same with this said of every number."""
        variables = tuple(replace(each, verdict=verdict) for each in self.variables)
        return replace(self, value_verdict=verdict, variables=variables)


@dataclass(frozen=True)
class Walked:
    """A walk that has ended: the question it began from, the method's learning rate, where it was, and why it ended."""

    prepared: Prepared
    lr: float
    outcome: str
    first: Place
    last: Place
    end: Place
    values: tuple[float, ...]
    path: Sequence[Array]


def walk(question: DerivativeQuestion, search: Search, watch: Watch = lambda place: False) -> Walked:
    """Walks from the question's point, which `at` gives.

    watch  is told each place, the start first; where it returns True, the walk is interrupted
    Raises InputError for an input that cannot be used, with its place, and for a result that is no scalar.
    """
    prepared = _read(question)
    method = METHODS[search.optimizer]
    lr = method.lr if search.lr is None else search.lr
    walk = _Walk(prepared, method, lr)
    outcome = walk.run(search, watch)
    end = walk.best if outcome in ("diverged", "interrupted") else walk.last
    return Walked(prepared, lr, outcome, walk.first, walk.last, end, tuple(walk.values), walk.path)


def minimum(question: DerivativeQuestion, search: Search, walked: Walked, worker: SympyWorker | None) -> Steps[Minimum]:
    """How the walk went. `worker` is the SymPy process to check the end; None for no check."""
    prepared = walked.prepared
    picture = landscape(prepared, walked.path) if search.landscape else None
    there = replace(prepared, at=walked.end.point)

    def told(answer: Answer) -> Minimum:
        return Minimum(
            understood=unparse(prepared.parsed.program),
            notes=prepared.notes,
            dtype=question.dtype,
            optimizer=search.optimizer,
            lr=walked.lr,
            gtol=search.gtol,
            outcome=walked.outcome,
            steps=walked.last.step,
            start=walked.first,
            end=walked.end,
            values=walked.values,
            value_verdict=answer.value_verdict,
            variables=tuple(
                Variable(found.name, prepared.at[found.name], found.point, found.gradient, found.verdict)
                for found in answer.derivatives
            ),
            landscape=picture,
        )

    return (yield from mapped(answers_to(question, there, None if walked.outcome == "interrupted" else worker), told))


def _read(question: DerivativeQuestion) -> Prepared:
    """The question. Raises InputError for missing values, and where there is nothing to move."""
    prepared = prepare(question)
    refuse_missing(prepared, "begin somewhere: --start, or fix it: --let")
    if not prepared.at:
        raise InputError("missing-value", "there is no variable to move", hint="begin somewhere: --start x=0")
    return prepared


class _Walk:
    """The walk of one optimiser, and what it has seen so far.

    slope  the gradient's largest element where the closure was called last
    path   the points one by one, where there are few enough coordinates for a picture
    """

    def __init__(self, prepared: Prepared, method: Method, lr: float) -> None:
        self.prepared = prepared
        self.constants = constants_of(prepared)
        self.leaves = {name: Tensor(np.array(array), True) for name, array in prepared.at.items()}
        self.optimizer = method.optimizer(list(self.leaves.values()), lr=lr, **method.options)
        self.drawn = sum(leaf.array.size for leaf in self.leaves.values()) in DRAWN
        self.slope = 0.0
        self.values: list[float] = []
        self.path: list[Array] = []
        self.first = self.last = self.best = self.look()

    def run(self, search: Search, watch: Watch) -> str:
        """Walks until there is a reason to stop; the reason."""
        moved = True
        while True:
            stop = watch(self.last)
            if _lost(self.last, self.first):
                return "diverged"
            if self.last.slope <= search.gtol:
                return "converged"
            if not moved:
                return "stalled"
            if self.last.step == search.steps:
                return "steps"
            if stop:
                return "interrupted"
            before = self.last.point
            self.optimizer.step(self.closure)
            self.last = self.look()
            if self.last.value < self.best.value and not _lost(self.last, self.first):
                self.best = self.last
            moved = any(not np.array_equal(before[name], self.last.point[name]) for name in before)

    def closure(self) -> float:
        """The value here; the leaves get their gradients."""
        result = value_of(self.prepared, self.constants | self.leaves)
        gradients = gradients_of(result, scalar_cotangent(result), self.leaves, create_graph=False)
        for name, leaf in self.leaves.items():
            leaf.grad = gradients[name]
        self.slope = float(np.max([np.max(np.abs(each.array), initial=0.0) for each in gradients.values()]))
        return float(result.array)

    def look(self) -> Place:
        """The place that was reached."""
        value = self.closure()
        point = {name: np.array(leaf.array)[()] for name, leaf in self.leaves.items()}
        place = Place(len(self.values), value, self.slope, point)
        self.values.append(value)
        if self.drawn:
            self.path.append(np.concatenate([np.ravel(array) for array in point.values()]))
        return place


def _lost(place: Place, first: Place) -> bool:
    """Whether there is no way back: nothing finite, or far above the start."""
    finite = np.isfinite(place.value) and np.isfinite(place.slope)
    return not finite or place.value - first.value > RUNAWAY * max(1.0, abs(first.value))
