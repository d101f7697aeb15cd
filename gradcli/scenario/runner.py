"""Runs a scenario step by step, and watches every backward pass."""

from __future__ import annotations

import contextlib
import itertools
import os
import traceback
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from importlib.util import find_spec
from threading import RLock
from types import ModuleType
from typing import Any, Protocol

import numpy as np

from gradcli import torch
from gradcli.datasets import data_folder
from gradcli.engine import autograd
from gradcli.engine.graph import Node, ordered, source_of
from gradcli.engine.hooks import hears
from gradcli.engine.memory import tick
from gradcli.engine.modes import EVERYWHERE, THREAD, record_all, reset
from gradcli.engine.once import forget
from gradcli.engine.packing import Packing
from gradcli.engine.random import DEFAULT_SEED
from gradcli.engine.structure import structure
from gradcli.engine.tensor import Tensor
from gradcli.errors import InputError
from gradcli.plot.figure import Figure
from gradcli.plot.lacking import lacks
from gradcli.plot.pyplot import keeping, rcdefaults
from gradcli.scenario.capture import TOO_MUCH, OutputLimitError, Streams
from gradcli.scenario.document import Block
from gradcli.scenario.imports import Modules
from gradcli.scenario.magics import as_python
from gradcli.scenario.markdown import Scenario, Step
from gradcli.scenario.results import BackwardRecord, StepResult, concluded
from gradcli.scenario.shown import contradiction
from gradcli.scenario.surroundings import Signals, Surroundings
from gradcli.scenario.telling import each_warning, stopped, traceback_of
from gradcli.scenario.timeout import TimeLimitError, time_limit
from gradcli.torch.autograd.function_node import Call
from gradcli.torch.nn import Module
from gradcli.torch.utils.data.dataloader import followed
from gradcli.verify.problem import Verdict
from gradcli.verify.recorded import Recorded, apart, recorded
from gradcli.words import said

MAX_FOLLOWED = 5
"""How many backward passes of a step are recorded and judged: a training loop has thousands that are alike."""

EXTRA = "pip install 'gradcli[plot]'"

MAX_WORK = 1_000_000_000
"""Of large passes so many are judged as cost, together, about so many products a run (`verify/replay.py`)."""

Check = Callable[[Recorded], dict[str, Verdict]]
"""The verdict on each gradient, by the name of the leaf."""


class Follower(Protocol):
    """Is told how a step goes while it runs."""

    def begin(self, source: str, step: Step) -> None:
        """A step of the scenario in this file begins to run."""

    def backward(self, passes: int, loss: float | None) -> None:
        """Another backward pass has begun; `loss` is what it starts from, if that is one number."""

    def batch(self, position: int, length: int | None) -> None:
        """A DataLoader has given its batch number `position` of `length`, if that is known."""

    def drawn(self, figure: Figure) -> None:
        """The code has drawn a figure that it may draw again."""

    def end(self) -> None:
        """It has ended, in whatever way."""


class Session:
    """A scenario under way: its blocks share one namespace, one `torch` and the modules beside the file.

    check     reaches the verdicts on a backward pass; None checks nothing
    limit     seconds that a block may take; None is no limit
    follower  is told how it goes
    """

    def __init__(
        self,
        scenario: Scenario,
        check: Check | None = None,
        limit: float | None = None,
        follower: Follower | None = None,
    ) -> None:
        self.scenario = scenario
        self.check = check
        self.limit = limit
        self.follower = follower
        self.past: list[Step] = []
        self.matplotlib: ModuleType | None = None
        self.lack = ""
        """What the code that ran last wanted of our face of matplotlib, in vain."""
        self.begin()

    def begin(self, installed: Collection[str] = ()) -> None:
        """Nothing has been run yet; these libraries are imported themselves, and not our faces of them."""
        self.meagre: list[tuple[int, int]] = []
        self.modules = Modules(self.scenario.original.parent, installed)
        self.namespace: dict[str, Any] = vars(self.modules.main)
        self.streams = Streams()
        self.surroundings = Surroundings()
        _reset()

    def run(self, step: Step) -> StepResult:
        """What comes of a step, run as if its code stood where it stands in the document.

        What our face of matplotlib lacks is drawn by matplotlib, if that is installed.
        """
        result = self._run(step)
        if result.error is not None and self.lack and self.matplotlib is None:
            if find_spec("matplotlib") is None:
                hint = said("matplotlib itself draws what is lacking, if it is there: {command}", command=EXTRA)
                result = replace(result, error=f"{result.error}{hint}\n")
            else:
                result = self._run_with_matplotlib(step)
        self.past.append(step)
        return result

    def _run_with_matplotlib(self, step: Step) -> StepResult:
        """The same in a session that has come to this step anew, with matplotlib in the place of our face."""
        from gradcli.plot import installed

        lack, check, follower = self.lack, self.check, self.follower
        self.begin(["matplotlib"])
        self.matplotlib = installed
        installed.begin()
        self.check = self.follower = None
        for earlier in self.past:
            self._run(earlier)
        self.check, self.follower = check, follower
        result = self._run(step)
        note = said("drawn by matplotlib {version}, since here {lack}", version=installed.version, lack=lack)
        return replace(result, notes=f"{note}\n{result.notes}")

    def _run(self, step: Step) -> StepResult:
        if step.code is None:
            return StepResult(step)
        if step.needs:
            return StepResult.as_recorded(step)
        watch, signals = _Watch(self.namespace, self.follower, self.meagre), Signals()
        if self.follower is not None:
            self.follower.begin(self.scenario.source, step)
        try:
            with (
                self.streams.given(),
                each_warning(),
                np.errstate(all="ignore"),
                record_all(threads=True),
                watch.watching(),
                keeping(None if self.follower is None else self.follower.drawn) as figures,
                signals.heard(),  # also before the code begins, and after it
            ):
                error = self._execute(step.code, signals)
                if self.matplotlib is not None:
                    self.matplotlib.show()
            if self.streams.lost and not error:
                error = f"{TOO_MUCH}\n"
        finally:
            if self.follower is not None:
                self.follower.end()
        own = step.embedded and data_folder() is not None
        printed, notes = self.streams.taken()
        result = concluded(step, printed, notes, error, tuple(figures), own_data=own)
        if result.error is None and step.question is not None:
            shown = contradiction(step.question, self.namespace, result.printed)
            result = replace(result, contradiction=shown)
        backwards = tuple(watch.judged(self.check))
        return replace(result, backwards=backwards, unfollowed=watch.count - len(backwards))

    def _execute(self, code: Block, signals: Signals) -> str | None:
        """Runs the code; the traceback if it raises."""
        source, self.lack = self.scenario.source, ""
        # Empty lines in front give the code the line numbers it has in the document.
        text = "\n" * (code.line - 1) + as_python(code.text)
        place = f"the code at {source}, line {code.line},"
        files, process = {source}, os.getpid()
        try:
            try:
                with (
                    self.modules.importable(),
                    time_limit(self.limit, place),
                    self.surroundings.entered(),
                ):
                    exec(compile(text, source, "exec"), self.namespace)  # noqa: S102  # a scenario is a program
            finally:
                files |= self.modules.files()
                if os.getpid() != process:  # the code has forked, and this is not the process that runs the scenario
                    os._exit(0)
        except (TimeLimitError, OutputLimitError) as error:
            return stopped(error, files, self.limit)
        except InputError as wrong:  # what the code reads is the user's, as a data folder's files are
            frames = [frame for frame in traceback.extract_tb(wrong.__traceback__) if frame.filename == source]
            line = frames[-1].lineno if frames else code.line
            raise InputError(wrong.code, f"{source}, line {line}: {wrong.message}", hint=wrong.hint) from wrong
        except BaseException as raised:  # whatever it raises is its result, but for what comes from outside
            if signals.outside(raised):
                raise
            if lacks(raised):
                self.lack = str(raised).partition(";")[0]
            return traceback_of(raised, files)
        return None


def run(
    scenario: Scenario, check: Check | None, limit: float | None = None, follower: Follower | None = None
) -> Iterator[StepResult]:
    """The steps' results, one after another. A step that raises is the last. Arguments as for Session."""
    session = Session(scenario, check, limit, follower)
    for step in scenario.steps:
        result = session.run(step)
        yield result
        if result.error is not None:
            return


def _reset() -> None:
    """The state that PyTorch code can change, as it is in a fresh process."""
    torch.manual_seed(DEFAULT_SEED)
    torch.set_printoptions(profile="default")
    torch.set_default_dtype(torch.float32)
    torch.autograd.set_detect_anomaly(False)
    rcdefaults()
    reset()
    forget()


class _Watch:
    """Follows the backward passes of a step, and keeps what it takes to judge the first of them.

    meagre  between which numbers nodes of the session keep only what their rules need, and cannot be read back
    """

    def __init__(self, namespace: dict[str, Any], follower: Follower | None, meagre: list[tuple[int, int]]) -> None:
        self.namespace = namespace
        self.follower = follower
        self.meagre = meagre
        self.started: int | None = None
        self.count = 0
        self.passes: list[tuple[BackwardRecord, list[Recorded]]] = []
        self._lock = RLock()

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Inside, it follows."""
        with autograd.witness(self._note, everywhere=True), contextlib.ExitStack() as stack:
            if self.follower is not None:
                stack.enter_context(followed(self.follower.batch))
            try:
                yield
            finally:
                if self.started is not None:
                    self.meagre.append((self.started, tick()))

    def judged(self, check: Check | None) -> Iterator[BackwardRecord]:
        """The passes that were kept, with their verdicts; without, once enough work has gone into that."""
        work = 0
        for record, parts in self.passes:
            work += sum(found.replay.work for found in parts if found.problem is None)
            checked = [] if check is None or work > MAX_WORK else map(check, parts)
            yield replace(record, verdicts={name: one for part in checked for name, one in part.items()})

    def _note(
        self, roots: Sequence[Tensor], cotangents: Sequence[Tensor], inputs: Sequence[Tensor], differentiable: bool
    ) -> None:
        with self._lock:  # passes of other threads are followed too
            self._follow(roots, cotangents, inputs, differentiable=differentiable)

    def _follow(
        self, roots: Sequence[Tensor], cotangents: Sequence[Tensor], inputs: Sequence[Tensor], *, differentiable: bool
    ) -> None:
        starts = [source_of(root) for root in roots]
        if self.count < MAX_FOLLOWED:
            nodes = ordered(starts)
            if any(node.saved is None for node in nodes):
                return  # freed by an earlier pass: the engine is about to say so
            own = any(_calls_own(node, differentiable=differentiable) for node in nodes)
            if not own and not any(start < node.seq < end for node in nodes for start, end in self.meagre):
                self._record(starts, roots, cotangents, inputs)
        self.count += 1
        if self.count == MAX_FOLLOWED:
            THREAD.mode.keep_all = EVERYWHERE.keep_all = False  # nothing that is recorded from here on is read back
            self.started = tick()
        if self.follower is not None:
            alone = len(roots) == 1 and roots[0].array.size == 1
            self.follower.backward(self.count, float(roots[0].array.reshape(())) if alone else None)

    def _record(
        self, starts: Sequence[Any], roots: Sequence[Tensor], cotangents: Sequence[Tensor], inputs: Sequence[Tensor]
    ) -> None:
        """Keeps what it takes to judge a pass. Raises what the pass is about to raise."""
        names = _names(self.namespace)
        asked = _asked(inputs, names)
        parts = [recorded(roots, cotangents, {**names, **asked}, part) for part in apart(inputs)]
        found = {name: gradient for part in parts for name, gradient in part.gradients.items()}
        gradients = {name: found[name] for name in asked.values() or found if name in found}
        graphs = tuple(tuple(structure(start, names)) for start in starts)
        titles = tuple(names.get(id(root), "") for root in roots)
        parts = [part for part in parts if part.gradients]
        record = BackwardRecord(
            titles, graphs, gradients, asked=bool(inputs), hooked=any(map(hears, autograd.reached(starts)))
        )
        self.passes.append((record, parts))


def _calls_own(node: Node, *, differentiable: bool) -> bool:
    """Whether to go back through a node before the block does would call the block's own functions once more.

    What those of autograd.Function give is kept for the block's pass, unless that is recorded: it needs another graph.
    """
    op: Any = node.op
    return isinstance(op, Packing) or (differentiable and isinstance(op, Call) and not op.function.runs_hooks)


def _asked(inputs: Sequence[Tensor], names: dict[int, str]) -> dict[int, str]:
    """The name of each input by its id(): its own if the expression language can read that, or input_1, input_2, ..."""
    free = (name for number in itertools.count(1) if (name := f"input_{number}") not in names.values())
    own = {id(x): names.get(id(x), "") for x in inputs}
    return {key: name if name and name.isascii() else next(free) for key, name in own.items()}


def _names(namespace: dict[str, Any]) -> dict[int, str]:
    """The name of each Tensor by its id(): the first that the code gave it, or its place in a module: net_0_weight."""
    names: dict[int, str] = {}
    namespace = dict(namespace)  # which other threads of the block may change
    for name, value in namespace.items():
        if isinstance(value, Tensor):
            names.setdefault(id(value), name)
    for name, value in namespace.items():
        if isinstance(value, Module):
            for inner, parameter in value.named_parameters():
                names.setdefault(id(parameter), f"{name}_{inner.replace('.', '_')}")
    return names
