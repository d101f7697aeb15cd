"""PyTorch itself, in a process of its own, which runs a scenario's blocks: this one never imports it."""

from __future__ import annotations

import os
import pickle
import sys
import tempfile
from base64 import b64decode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from gradcli.child import Child, EndedError
from gradcli.datasets import data_folder
from gradcli.errors import InputError
from gradcli.scenario.document import Block
from gradcli.scenario.export.needs import imported
from gradcli.scenario.magics import as_python
from gradcli.scenario.markdown import CUDA, Scenario, Step
from gradcli.scenario.results import StepResult, concluded
from gradcli.words import said

if TYPE_CHECKING:
    from gradcli.plot.figure import Figure

VISION = "torchvision"


def installed_for(scenarios: Sequence[Scenario], option: str) -> tuple[list[Scenario], list[Scenario]]:
    """The scenarios for which all is installed that they need beside PyTorch, and the others.

    That is torchvision: ours makes our tensors. The plot face, which draws anything's, is there for PyTorch too.

    option  what needs PyTorch

    Raises InputError if PyTorch is not installed, or no scenario can be run.
    """
    if find_spec("torch") is None:
        message = f"{option} torch needs PyTorch, which is not installed"
        raise InputError("missing-extra", message, hint="pip install torch")
    lacking = [] if find_spec(VISION) else [scenario for scenario in scenarios if VISION in imported(scenario)]
    if lacking == [*scenarios]:
        raise not_run(lacking)
    return [scenario for scenario in scenarios if scenario not in lacking], lacking


def not_run(lacking: Sequence[Scenario]) -> InputError:
    """The error that tells which scenarios were not run, for want of torchvision."""
    names = said(", ").join(scenario.name for scenario in lacking)
    message = said("not run, since {library} is not installed beside PyTorch: {names}", library=VISION, names=names)
    return InputError("missing-extra", message, hint=f"pip install {VISION}")


@dataclass(frozen=True)
class Ran:
    """What came of a block: what it printed on standard output and on standard error, its traceback, its figures."""

    printed: str
    notes: str
    error: str | None
    figures: tuple[Figure, ...]


class PyTorch:
    """The process, and the namespace in it that a scenario's blocks share.

    limit        seconds that a block may take; None is no limit
    descriptors  whether what a block writes past Python, by other processes for instance, is its output too
    version      of PyTorch
    cuda         whether it has a graphics card

    Raises InputError if PyTorch cannot be imported, or its process ends before its time.
    """

    def __init__(self, scenario: Scenario, limit: float | None = None, *, descriptors: bool = True) -> None:
        self.scenario = scenario
        self.limit = limit
        self.descriptors = descriptors
        self.blocks = 0
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `close`
        # Where this process found its modules, the other one finds them, in whatever folder they are, except "", which
        # is the current one. One thread: in operations as small as a scenario's, several wait longer than they work.
        path = os.pathsep.join(str(Path(folder).absolute()) for folder in sys.path if folder)
        self._child = Child("gradcli.scenario.peer", {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"}, stderr=self._stderr)
        try:
            self.version, self.cuda = self._begin(str(scenario.original.parent.resolve()))
        except InputError:
            self.close()
            raise

    def _begin(self, folder: str) -> tuple[str, bool]:
        begun = self._asked({"folder": folder, "source": self.scenario.source})
        if "error" in begun:
            raise InputError("pytorch", f"PyTorch cannot be imported: {begun['error']}")
        return begun["version"], begun["cuda"]

    def run(self, block: Block) -> Ran:
        """What comes of a block."""
        self.blocks += 1
        how = {"limit": self.limit, "descriptors": self.descriptors}
        answer = self._asked({"code": as_python(block.text), "line": block.line, **how})
        figures = pickle.loads(b64decode(answer["figures"]))  # noqa: S301  # of a page, which is a program anyway
        return Ran(answer["printed"], answer["notes"], answer["error"], figures)

    def can_run(self, step: Step) -> bool:
        """Whether it has what a step's code needs."""
        return step.needs != CUDA or self.cuda

    def _asked(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._child.ask(request)
        except EndedError as ended:
            where = f"{self.scenario.name}: PyTorch's process ended in its block {self.blocks}"
            raise InputError("pytorch", f"{where}: {_last_line(self._stderr) or ended}") from None

    def close(self) -> None:
        """Ends the process."""
        self._child.close()
        self._stderr.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def run(pytorch: PyTorch) -> Iterator[StepResult]:
    """The steps' results on PyTorch, one after another. A step that raises is the last. No gradient is checked."""
    for step in pytorch.scenario.steps:
        if step.code is None:
            yield StepResult(step)
        elif not pytorch.can_run(step):
            yield StepResult.as_recorded(step)
        else:
            ran = pytorch.run(step.code)
            own = step.embedded and data_folder() is not None
            result = concluded(step, ran.printed, ran.notes, ran.error, ran.figures, own_data=own)
            yield result
            if result.error is not None:
                return


def _last_line(stderr: Any) -> str:
    stderr.seek(0)
    lines = stderr.read().decode("utf-8", "replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "")
