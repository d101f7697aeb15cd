"""Runs a scenario step by step, and watches every backward pass."""

from __future__ import annotations

import contextlib
import io
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from gradcli.engine import autograd, printing, random
from gradcli.engine.graph import ordered, source_of
from gradcli.engine.modes import MODE, record_all
from gradcli.engine.structure import GraphNode, structure
from gradcli.engine.tensor import Tensor
from gradcli.scenario.compare import difference
from gradcli.scenario.imports import scenario_builtins
from gradcli.scenario.markdown import Block, Scenario, Step
from gradcli.verify.problem import Verdict
from gradcli.verify.recorded import Recorded, recorded

Check = Callable[[Recorded], dict[str, Verdict]]
"""The verdict on each gradient, by the name of the leaf."""


@dataclass(frozen=True)
class BackwardRecord:
    """One backward pass.

    roots      the names of the Tensors that it started from; "" for one without a name
    graphs     the grad_fn chain of each root
    gradients  what this pass computes for each leaf, by name: `.grad` grows by that much
    verdicts   by the same names; empty where nothing was checked
    """

    roots: tuple[str, ...]
    graphs: tuple[tuple[GraphNode, ...], ...]
    gradients: dict[str, Any]
    verdicts: dict[str, Verdict] = field(default_factory=dict)


@dataclass(frozen=True)
class StepResult:
    """What came of a step.

    printed     the text on standard output
    notes       the text on standard error, and warnings: shown, not compared
    error       the traceback, if the code raised
    difference  a unified diff, if the output is not the document's
    backwards   in order
    """

    step: Step
    printed: str = ""
    notes: str = ""
    error: str | None = None
    difference: str | None = None
    backwards: tuple[BackwardRecord, ...] = ()

    @property
    def failed(self) -> bool:
        """True if the code raised, the output differs, or a gradient is wrong."""
        words = {verdict.word for backward in self.backwards for verdict in backward.verdicts.values()}
        return self.error is not None or self.difference is not None or "mismatch" in words


def run(scenario: Scenario, check: Check | None) -> Iterator[StepResult]:
    """The steps' results, one after another, all in one namespace. A step that raises is the last.

    check  reaches the verdicts on a backward pass; None checks nothing
    """
    _reset()
    namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": scenario_builtins()}
    for step in scenario.steps:
        if step.code is None:
            yield StepResult(step)
            continue
        result = _run_block(step, step.code, scenario.source, namespace, check)
        yield result
        if result.error is not None:
            return


def _reset() -> None:
    """The state that PyTorch code can change, as it is in a fresh process."""
    random.default_generator.manual_seed(random.DEFAULT_SEED)
    printing.set_printoptions(profile="default")
    MODE.enabled = True


def _run_block(step: Step, code: Block, source: str, namespace: dict[str, Any], check: Check | None) -> StepResult:
    """Runs one block as if it stood where it stands in the document."""
    printed, notes = io.StringIO(), io.StringIO()
    passes: list[tuple[BackwardRecord, Recorded]] = []
    error: str | None = None

    def watch(roots: Sequence[Tensor], cotangents: Sequence[Tensor]) -> None:
        starts = [source_of(root) for root in roots]
        if any(node.saved is None for node in ordered(starts)):
            return  # freed by an earlier pass: the engine is about to say so
        names = _names(namespace)
        found = recorded(roots, cotangents, names)
        graphs = tuple(tuple(structure(start, names)) for start in starts)
        titles = tuple(names.get(id(root), "") for root in roots)
        passes.append((BackwardRecord(titles, graphs, found.gradients), found))

    with _captured(printed, notes), np.errstate(all="ignore"), record_all(), autograd.witness(watch):
        try:
            # Empty lines in front give the code the line numbers it has in the document.
            program = compile("\n" * (code.line - 1) + code.text, source, "exec")
            exec(program, namespace)  # noqa: S102  # a scenario is a program, run because the user asked for it
        except (Exception, SystemExit) as raised:  # noqa: BLE001  # whatever it raises is its result
            error = _traceback(raised, source)
    backwards = tuple(replace(record, verdicts={} if check is None else check(found)) for record, found in passes)
    expected = None if step.output is None else step.output.text
    differs = None if error is not None else difference(expected, printed.getvalue())
    return StepResult(step, printed.getvalue(), notes.getvalue(), error, differs, backwards)


@contextlib.contextmanager
def _captured(printed: io.StringIO, notes: io.StringIO) -> Iterator[None]:
    """Standard output into `printed`; standard error and warnings, a line each, into `notes`."""

    def show(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
        notes.write(f"{category.__name__}: {message}\n")

    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(notes), warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = show
        yield


def _names(namespace: dict[str, Any]) -> dict[int, str]:
    """The name of each Tensor by its id(): the first that the code gave it."""
    names: dict[int, str] = {}
    for name, value in namespace.items():
        if isinstance(value, Tensor):
            names.setdefault(id(value), name)
    return names


def _traceback(error: BaseException, source: str) -> str:
    """The traceback as if the block had been run by itself: only the frames of the document."""
    summary = traceback.TracebackException.from_exception(error)
    links: list[traceback.TracebackException | None] = [summary]
    while links:
        link = links.pop()
        if link is not None:
            link.stack = traceback.StackSummary.from_list([frame for frame in link.stack if frame.filename == source])
            links += [link.__cause__, link.__context__]
    return "".join(summary.format())
