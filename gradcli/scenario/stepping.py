"""A scenario step by step: where the reader is, what has been run, and what is asked. Knows nothing of a terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from gradcli.engine.structure import GraphNode, structure
from gradcli.engine.tensor import Tensor
from gradcli.scenario import progress
from gradcli.scenario.judgement import Judgement
from gradcli.scenario.labelled import judged
from gradcli.scenario.markdown import Scenario, Step
from gradcli.scenario.questions import Asked, asked
from gradcli.scenario.results import StepResult
from gradcli.scenario.runner import Session

if TYPE_CHECKING:
    from gradcli.verify.client import SympyWorker

NamedGraph = tuple[str, tuple[GraphNode, ...]]


class Walk:
    """A reader's way through a scenario, which begins where the reader stopped.

    begin    starts a session: to run a step, those before it are run first
    place    the index of the step that the reader is at
    results  of the steps that have been run, in order
    unsaved  why the place could not be written down, if it could not
    finished  whether the reader has come through
    """

    def __init__(self, scenario: Scenario, begin: Callable[[], Session], worker: SympyWorker | None = None) -> None:
        self.scenario = scenario
        self.begin = begin
        self.worker = worker
        self.place = progress.load(scenario).place
        self.results: list[StepResult] = []
        self.unsaved: str | None = None
        self.finished = False
        self.session = begin()
        self._asked: dict[int, Asked] = {each.step: each for each in asked(scenario)}

    @property
    def step(self) -> Step:
        return self.scenario.steps[self.place]

    @property
    def raised(self) -> bool:
        """Whether this step was run and raised: no other can be run after it."""
        return self.place < len(self.results) and self.results[self.place].error is not None

    @property
    def question(self) -> Asked | None:
        """What is asked before this step is shown; None once it is answered or given up, and where the code raised."""
        return None if self.raised else self._asked.get(self.place)

    def answer(self, text: str) -> Judgement:
        """The judgement on an answer to the question. Raises InputError for one that cannot be read."""
        question = self.question
        assert question is not None, "nothing is asked"
        judgement = judged(question, text, self.worker)
        if judgement.right:
            self.give_up()
        return judgement

    def give_up(self) -> None:
        """The question is asked no more."""
        self._asked.pop(self.place, None)

    def result(self) -> StepResult:
        """What comes of this step. If one before it raises, the reader is put there, and its result is given."""
        self._run(self.place + 1)
        self._remember()
        return self.results[self.place]

    def catch_up(self) -> None:
        """Runs the steps before this one, where that has not been done; if one raises, the reader is put there."""
        self._run(self.place)
        self._remember()

    def forward(self) -> bool:
        """Goes to the next step; False at the last one, and at one that raised."""
        if self.raised or self.place + 1 == len(self.scenario.steps):
            return False
        self.place += 1
        self._remember()
        return True

    def back(self) -> bool:
        """Goes to the step before; False at the first one."""
        if self.place == 0:
            return False
        self.place -= 1
        self._remember()
        return True

    def again(self) -> StepResult:
        """Runs everything up to this step again, in a new session: alone, a step would meet what it left behind."""
        self.session = self.begin()
        self.results = []
        return self.result()

    def graphs(self) -> list[NamedGraph]:
        """The grad_fn chains of this step's backward passes; without any, that of the Tensor that was named last."""
        if self.place < len(self.results) and self.results[self.place].backwards:
            records = self.results[self.place].backwards
            return [pair for record in records for pair in zip(record.roots, record.graphs, strict=True)]
        tensors = {name: value for name, value in self.session.namespace.items() if isinstance(value, Tensor)}
        names = {id(tensor): name for name, tensor in tensors.items()}
        made = [(name, tensor.grad_fn) for name, tensor in tensors.items() if tensor.grad_fn is not None]
        return [(name, tuple(structure(grad_fn, names))) for name, grad_fn in made[-1:]]

    def finish(self) -> None:
        """The reader is through: what was passed is written down, and next time begins at the first step."""
        self.finished = True
        self.place = 0
        self._remember()

    def _run(self, count: int) -> None:
        """Runs steps until there are `count` results, or one has raised: then the reader is put there."""
        while len(self.results) < count and not self._stuck:
            self.results.append(self.session.run(self.scenario.steps[len(self.results)]))
        if self._stuck:
            self.place = min(self.place, len(self.results) - 1)

    @property
    def _stuck(self) -> bool:
        """Whether the last step that was run raised."""
        return bool(self.results) and self.results[-1].error is not None

    def _remember(self) -> None:
        known = progress.load(self.scenario)
        seen, run = max(known.seen, self.place + 1), max(known.run, len(self.results))
        try:
            progress.save(self.scenario, replace(known, place=self.place, seen=seen, run=run))
            if self.finished:
                progress.note_run(self.scenario, self.results)
        except OSError as error:
            self.unsaved = str(error)
