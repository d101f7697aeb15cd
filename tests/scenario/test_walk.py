"""A reader's way through a scenario, without a terminal."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from gradcli.scenario import progress
from gradcli.scenario.markdown import Scenario, parse_scenario
from gradcli.scenario.runner import Session
from gradcli.scenario.stepping import Walk

HEAD = "---\ntitle: A title\ntrack: basics\nminutes: 5\naim: An aim.\n---\n"
QUESTION = "```question\nask: What?\nkind: value\nanswer: 2\nshown: n\n```\n"


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(progress, "folder", lambda: tmp_path / "scenarios")


def scenario(*codes: str, question: str = "") -> Scenario:
    blocks = [f"```python\n{code}\n```\n" for code in codes]
    blocks[-1] = question + blocks[-1]
    return parse_scenario(HEAD + "\n".join(blocks), "mine", "mine.md")


def walk(chosen: Scenario) -> Walk:
    return Walk(chosen, partial(Session, chosen))


def test_there_and_back() -> None:
    way = walk(scenario("n = 1", "n = n + 1", "n = 2*n"))
    assert not way.back()
    way.result()
    assert way.forward()
    assert way.forward()
    way.result()
    assert (way.session.namespace["n"], len(way.results)) == (4, 3)
    assert not way.forward()
    assert way.back()
    way.result()
    assert way.session.namespace["n"] == 4  # nothing is run twice


def test_again_runs_everything_up_to_here_once_more() -> None:
    way = walk(scenario("n = 1", "n = n + 1", "n = 2*n"))
    way.forward()
    way.result()
    way.again()
    assert (way.session.namespace["n"], len(way.results)) == (2, 2)


def test_a_later_walk_goes_on_where_this_one_stopped() -> None:
    chosen = scenario("n = 1", "n = n + 1", "n = 2*n")
    walk(chosen).forward()
    later = walk(chosen)
    assert later.place == 1
    later.result()
    assert later.session.namespace["n"] == 2
    assert walk(scenario("n = 1")).place == 0  # a text that has become shorter


def test_a_step_before_the_place_that_raises() -> None:
    chosen = scenario("n = 1", "1/0", "n = 2", question=QUESTION)
    progress.save(chosen, replace(progress.load(chosen), place=2))
    way = walk(chosen)
    assert way.question is not None
    way.catch_up()
    assert (way.place, way.raised, way.question) == (1, True, None)
    assert not way.forward()


def test_a_question_is_asked_until_it_is_settled() -> None:
    way = walk(scenario("n = 2", question=QUESTION))
    assert not way.answer("3").right
    assert way.question is not None
    assert way.answer("1 + 1").right
    assert way.question is None


def test_coming_through() -> None:
    chosen = scenario("n = 1", "n = 2")
    way = walk(chosen)
    way.forward()
    way.result()
    assert not progress.load(chosen).passed
    way.finish()
    assert progress.load(chosen) == progress.Progress(place=0, seen=2, run=2, passed=True)


def test_the_graph_of_what_was_named_last() -> None:
    way = walk(scenario("import torch\nx = torch.ones(2, requires_grad=True)", "y = x * 2\nz = y.sin()"))
    way.result()
    assert way.graphs() == []
    way.forward()
    way.result()
    ((name, graph),) = way.graphs()
    assert (name, [node.name for node in graph]) == ("z", ["SinBackward0", "MulBackward0", "AccumulateGrad"])


def test_a_place_that_cannot_be_written_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setattr(progress, "folder", lambda: tmp_path / "file" / "scenarios")
    way = walk(scenario("n = 1"))
    assert not way.result().failed
    assert way.unsaved
