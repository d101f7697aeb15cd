"""A scenario's outputs compared with those that PyTorch itself gives, when it is installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from gradcli.errors import InputError
from gradcli.scenario.compare import difference
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


def pytorch_version() -> str:
    """The version of PyTorch. Raises InputError if it is not installed."""
    if find_spec("torch") is None:
        message = "--against torch needs PyTorch, which is not installed"
        raise InputError("missing-extra", message, hint="pip install torch")
    return version("torch")


def compared(scenario: Scenario, results: Sequence[StepResult], limit: float | None = None) -> list[Comparison]:
    """Runs the scenario's code on PyTorch, and compares step by step, up to the first that raised on either side.

    limit  seconds that a block may take; None is no limit

    Raises InputError if PyTorch is not installed, or its process ends before its time.
    """
    pytorch_version()
    ran = [(index, result) for index, result in enumerate(results) if result.step.code is not None]
    theirs = _on_pytorch(scenario, [_code(result) for _, result in ran], limit)
    found = []
    for (index, result), their in zip(ran, theirs, strict=False):
        ours = _text(result.printed, result.error and result.error.rstrip("\n").split("\n")[-1])
        found.append(Comparison(index, ours, their, difference(their, ours)))
    return found


def _code(result: StepResult) -> str:
    assert result.step.code is not None
    return result.step.code.text


def _text(printed: str, error: str | None) -> str:
    return printed if error is None else f"{printed}{error}\n"


def _on_pytorch(scenario: Scenario, blocks: Sequence[str], limit: float | None) -> list[str]:
    """What the blocks print on PyTorch, in a process of its own: this one never imports it."""
    asked = {"folder": str(Path(scenario.source).parent.resolve()), "limit": limit, "blocks": blocks}
    # Where this process found its modules, the other one finds them, in whatever folder they are. One thread: in
    # operations as small as a scenario's, several wait for each other longer than they work.
    path = os.pathsep.join(map(os.path.abspath, sys.path))
    environment = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", "from gradcli.scenario.peer import main; main()"],
        input=json.dumps(asked),
        capture_output=True,
        encoding="utf-8",
        env=environment,
        check=False,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode:
        last = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]
        raise InputError("pytorch", f"{scenario.name}: PyTorch's process ended in its block {len(answers) + 1}: {last}")
    return [_text(answer["printed"], answer["error"]) for answer in answers]
