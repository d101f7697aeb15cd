"""What is written down of the reader: seen, run and passed are different things."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from gradcli.scenario import library, progress
from gradcli.scenario.markdown import Scenario
from gradcli.scenario.progress import Progress
from gradcli.scenario.results import StepResult

TEXT = (
    "---\ntitle: A title\ntrack: basics\nminutes: 5\naim: An aim.\n---\n```python\na = 1\n```\n```python\nb = 1\n```\n"
)


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scenario:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "mine.md"
    path.write_text(TEXT, encoding="utf-8")
    return library.read(path)


def results(scenario: Scenario, errors: list[str | None]) -> list[StepResult]:
    return [StepResult(step, error=error) for step, error in zip(scenario.steps, errors, strict=False)]


def files() -> list[Path]:
    return list(progress.folder().iterdir()) if progress.folder().exists() else []


def test_nothing_is_known_at_first(scenario: Scenario) -> None:
    assert progress.load(scenario) == Progress()


def test_what_is_saved_is_loaded(scenario: Scenario) -> None:
    for each in (Progress(1, 2, 0, passed=False), Progress(0, 2, 2, passed=True)):
        progress.save(scenario, each)
        assert progress.load(scenario) == each
    assert len(files()) == 1


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ([None, None], Progress(0, 2, 2, passed=True)),
        ([None, "it raised"], Progress(0, 2, 2, passed=False)),
        (["it raised"], Progress(0, 1, 1, passed=False)),
    ],
)
def test_a_run(scenario: Scenario, errors: list[str | None], expected: Progress) -> None:
    progress.note_run(scenario, results(scenario, errors))
    assert progress.load(scenario) == expected


def test_a_changed_text_is_not_passed(scenario: Scenario) -> None:
    progress.save(scenario, Progress(1, 2, 2, passed=True))
    path = Path(scenario.source)
    path.write_text(TEXT.replace("a = 1", "a = 2"), encoding="utf-8")
    assert progress.load(library.read(path)) == Progress(1, 2, 0, passed=False)


def test_a_run_that_fails_takes_passed_away(scenario: Scenario) -> None:
    progress.note_run(scenario, results(scenario, [None, None]))
    progress.note_run(scenario, results(scenario, ["it raised"]))
    assert progress.load(scenario) == Progress(0, 2, 2, passed=False)


@pytest.mark.parametrize(
    "text", ["", "rubbish", "place: -1\nseen: many\nrun: 1e9", "content: x\nplace: 99", "\xff\x00"]
)
def test_a_file_that_says_nothing_useful(scenario: Scenario, text: str) -> None:
    progress.save(scenario, Progress())
    (file,) = files()
    file.write_bytes(text.encode("latin-1"))
    found = progress.load(scenario)
    assert found.place < len(scenario.steps)
    assert replace(found, place=0) == Progress()


def test_files_of_one_name_are_kept_apart(scenario: Scenario, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere" / "mine.md"
    other.parent.mkdir()
    other.write_text(TEXT, encoding="utf-8")
    progress.save(scenario, Progress(seen=2))
    assert progress.load(library.read(other)) == Progress()


def test_forgetting(scenario: Scenario) -> None:
    ours = library.load("mean-of-squares")
    for each in (scenario, ours):
        progress.save(each, Progress(seen=1))
    assert progress.forget([scenario]) == 1
    assert progress.load(scenario) == Progress()
    assert progress.load(ours) == Progress(seen=1)
    assert (progress.forget(None), progress.forget(None)) == (1, 0)


def test_two_runners_at_once(scenario: Scenario) -> None:
    states = [Progress(0, 1, 1, passed=False), Progress(1, 2, 2, passed=True)]

    def work(state: Progress) -> set[Progress]:
        seen = set()
        for _ in range(100):
            progress.save(scenario, state)
            seen.add(progress.load(scenario))
        return seen

    with ThreadPoolExecutor() as pool:
        assert set().union(*pool.map(work, states)) == set(states)
    assert len(files()) == 1
