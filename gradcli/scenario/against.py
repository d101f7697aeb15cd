"""A scenario's outputs compared with those that PyTorch itself gives, when it is installed."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from gradcli.child import Child, EndedError
from gradcli.errors import InputError
from gradcli.scenario.compare import difference
from gradcli.scenario.magics import as_python
from gradcli.scenario.markdown import Scenario
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


def check_installed() -> None:
    """Raises InputError if PyTorch is not installed."""
    if find_spec("torch") is None:
        message = "--against torch needs PyTorch, which is not installed"
        raise InputError("missing-extra", message, hint="pip install torch")


def compared(scenario: Scenario, results: Sequence[StepResult], limit: float | None = None) -> Compared:
    """Runs the scenario's code on PyTorch, and compares step by step, up to the first that raised on either side.

    limit  seconds that a block may take; None is no limit

    Raises InputError if PyTorch is not installed or cannot be imported, or its process ends before its time.
    """
    check_installed()
    ran = [(index, result) for index, result in enumerate(results) if result.step.code is not None]
    version, theirs = _on_pytorch(scenario, [_code(result) for _, result in ran], limit)
    found = []
    for (index, result), their in zip(ran, theirs, strict=False):
        ours = _text(result.printed, result.error and result.error.rstrip("\n").split("\n")[-1])
        found.append(Comparison(index, ours, their, difference(their, ours)))
    return Compared(version, tuple(found))


def _code(result: StepResult) -> str:
    assert result.step.code is not None
    return as_python(result.step.code.text)


def _text(printed: str, error: str | None) -> str:
    return printed if error is None else f"{printed}{error}\n"


def _on_pytorch(scenario: Scenario, blocks: Sequence[str], limit: float | None) -> tuple[str, list[str]]:
    """The version of PyTorch, and what the blocks print on it, in a process of its own: this one never imports it."""
    # Where this process found its modules, the other one finds them, in whatever folder they are, except "", which is
    # the current one. One thread: in operations as small as a scenario's, several wait longer than they work.
    path = os.pathsep.join(str(Path(folder).absolute()) for folder in sys.path if folder)
    environment = {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
    printed: list[str] = []
    with tempfile.TemporaryFile() as stderr:
        child = Child("gradcli.scenario.peer", environment, stderr)
        try:
            begun = child.ask({"folder": str(scenario.original.parent.resolve())})
            if "error" in begun:
                raise InputError("pytorch", f"PyTorch cannot be imported: {begun['error']}")
            for block in blocks:
                answer = child.ask({"code": block, "limit": limit})
                printed.append(_text(answer["printed"], answer["error"]))
                if answer["error"] is not None:
                    break
        except EndedError as ended:
            where = f"{scenario.name}: PyTorch's process ended in its block {len(printed) + 1}"
            raise InputError("pytorch", f"{where}: {_last_line(stderr) or ended}") from None
        finally:
            child.close()
    return begun["version"], printed


def _last_line(stderr: Any) -> str:
    stderr.seek(0)
    lines = stderr.read().decode("utf-8", "replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "")
