"""A scenario's outputs compared with those that PyTorch itself gives, when it is installed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gradcli.scenario.compare import difference
from gradcli.scenario.markdown import Scenario
from gradcli.scenario.pytorch import PyTorch
from gradcli.scenario.results import StepResult


@dataclass(frozen=True)
class Comparison:
    """What a step printed here, and on PyTorch; an error is the last line of what would be printed.

    difference  a unified diff from PyTorch's to ours, None if they agree
    """

    step: int
    ours: str
    theirs: str
    difference: str | None


@dataclass(frozen=True)
class Compared:
    """The comparisons of a scenario's steps, and the version of the PyTorch that ran them."""

    version: str
    steps: tuple[Comparison, ...]


def compared(scenario: Scenario, results: Sequence[StepResult], limit: float | None = None) -> Compared:
    """Runs the scenario's code on PyTorch, and compares step by step, up to the first that raised on either side.

    limit  seconds that a block may take; None is no limit

    Raises InputError if PyTorch cannot be imported, or its process ends before its time.
    """
    found = []
    with PyTorch(scenario, limit, descriptors=False) as pytorch:
        for index, result in enumerate(results):
            if result.step.code is None or not pytorch.can_run(result.step):
                continue
            ran = pytorch.run(result.step.code)
            ours, theirs = _text(result.printed, result.error), _text(ran.printed, ran.error)
            found.append(Comparison(index, ours, theirs, difference(theirs, ours)))
            if ran.error is not None:
                break
    return Compared(pytorch.version, tuple(found))


def _text(printed: str, error: str | None) -> str:
    """What would be printed: of a traceback the last line."""
    return printed if error is None else "{}{}\n".format(printed, error.rstrip("\n").split("\n")[-1])
