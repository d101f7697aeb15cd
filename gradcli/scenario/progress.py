"""How far the reader has come: a small text file for each scenario, in the platform's folder for such things.

content: 3f0c9d1e5a7b2468
place: 2
seen: 3
run: 5
passed: yes

Each file is written whole and then renamed, so that neither an interruption nor a second runner leaves half of one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gradcli.errors import InputError
from gradcli.files import read_bytes, write_whole
from gradcli.scenario import library
from gradcli.scenario.markdown import Scenario
from gradcli.scenario.results import StepResult
from gradcli.scenario.state import state_folder

MOST_BYTES = 2**12
"""Of a file that we wrote."""


@dataclass(frozen=True)
class Progress:
    """What the reader has done with a scenario.

    place   the index of the step to go on with
    seen    how many of its steps have been shown
    run     how many of them have been run
    passed  every step was run, in its present wording, and none failed
    """

    place: int = 0
    seen: int = 0
    run: int = 0
    passed: bool = False


def folder() -> Path:
    """Where the files are. Raises OSError where the user has no place for them."""
    return state_folder() / "scenarios"


def load(scenario: Scenario) -> Progress:
    """What is known. A text that has changed since then has been seen, but neither run nor passed."""
    try:
        lines = read_bytes(_file(scenario), MOST_BYTES).decode("utf-8", "replace").splitlines()
    except (InputError, OSError):  # most often there is none; and a reader without a home has none at all
        return Progress()
    known = dict(line.split(": ", 1) for line in lines if ": " in line)
    steps = len(scenario.steps)
    place, seen, run = (_number(known.get(key, ""), steps) for key in ("place", "seen", "run"))
    place = min(place, max(steps - 1, 0))
    if known.get("content") != scenario.content:
        return Progress(place, seen)
    return Progress(place, seen, run, passed=known.get("passed") == "yes")


def save(scenario: Scenario, progress: Progress) -> None:
    """Writes it down. Raises OSError where that cannot be done."""
    fields = {
        "content": scenario.content,
        "place": progress.place,
        "seen": progress.seen,
        "run": progress.run,
        "passed": "yes" if progress.passed else "no",
    }
    folder().mkdir(parents=True, exist_ok=True)
    write_whole(_file(scenario), "".join(f"{key}: {value}\n" for key, value in fields.items()).encode())


def note_run(scenario: Scenario, results: Sequence[StepResult]) -> None:
    """Writes down that the scenario was run from its beginning, with these results. Raises OSError."""
    before = load(scenario)
    passed = len(results) == len(scenario.steps) and not any(result.failed for result in results)
    steps = len(results)
    save(scenario, replace(before, seen=max(before.seen, steps), run=max(before.run, steps), passed=passed))


def forget(scenarios: Sequence[Scenario] | None) -> int:
    """Forgets all about these scenarios, or about every one there ever was; the number that something was known of."""
    files = [_file(scenario) for scenario in scenarios] if scenarios is not None else [*_every_file()]
    known = [file for file in files if file.exists()]
    for file in known:
        file.unlink(missing_ok=True)
    return len(known)


def _every_file() -> Iterator[Path]:
    return folder().glob("*.txt")


def _file(scenario: Scenario) -> Path:
    """By its name for a scenario of ours; by its path, of which a few letters suffice, for one of the reader's.

    A translation is the same scenario.
    """
    path = scenario.original.resolve()
    if path.parent == library.folder().resolve():
        return folder() / f"{scenario.name}.txt"
    mark = hashlib.sha256(str(path).encode()).hexdigest()[:8]
    return folder() / f"{scenario.name}-{mark}.txt"


def _number(text: str, most: int) -> int:
    """A whole number up to `most`; 0 for anything else that stands there."""
    return min(int(text), most) if text.isascii() and text.isdecimal() else 0
