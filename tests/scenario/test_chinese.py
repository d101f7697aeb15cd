"""Pages in Chinese: the same pages as in English, but for what is said in them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import pytest

from gradcli import words
from gradcli.render.page import page
from gradcli.scenario import library, progress
from gradcli.scenario.export.notebook import notebook
from gradcli.scenario.markdown import Scenario, Step, parse_scenario
from gradcli.scenario.questions_format import Question
from gradcli.scenario.results import StepResult

ENGLISH = library.available()
FOLDER = library.folder() / "zh"
CHINESE = {path.stem: path for path in sorted(FOLDER.glob("*.md"))}
BLOCKS = ("code", "output")
"""What stands on other lines, with the same text,"""
ASKED = {"line", "ask", "hint", "options"}
"""and what is another of a question."""

HEAD = "---\ntitle: 标题\ntrack: basics\nminutes: 5\naim: 目标。\n---\n"


def fixed(step: Step) -> tuple[object, ...]:
    """What is the same in every language, but for the question."""
    others = {key: value for key, value in vars(step).items() if key not in ("prose", "question", "line", *BLOCKS)}
    return bool(step.prose), others, [block and block.text for block in (step.code, step.output)]


def asked(question: Question) -> dict[str, object]:
    return {key: value for key, value in asdict(question).items() if key not in ASKED}


def references(scenario: Scenario) -> Counter[str]:
    """The targets of links, and the commands that the reader is told to try."""
    told = "\n".join(step.prose for step in scenario.steps)
    return Counter(re.findall(r"\]\(([^)]+)\)|`(gradcli [^`]+)`", told))


def test_every_page_is_there() -> None:
    assert CHINESE.keys() == ENGLISH.keys()


@pytest.mark.parametrize("name", CHINESE)
def test_a_translation_is_the_same_page(name: str) -> None:
    english, chinese = library.read(ENGLISH[name]), library.read(CHINESE[name])
    about = ("track", "minutes", "order", "needs", "next", "covers")
    assert [getattr(chinese, key) for key in about] == [getattr(english, key) for key in about]
    assert [fixed(step) for step in chinese.steps] == [fixed(step) for step in english.steps]
    pairs = [(own.question, other.question) for own, other in zip(chinese.steps, english.steps, strict=True)]
    for own, other in pairs:
        assert (own is None) == (other is None)
        if own is not None and other is not None:
            assert asked(own) == asked(other)
            assert (own.hint is None) == (other.hint is None)
            assert [(o.letter, bool(o.why)) for o in own.options] == [(o.letter, bool(o.why)) for o in other.options]
    assert references(chinese) == references(english)
    assert chinese.content == english.content
    assert (english.lang, chinese.lang) == ("en", "zh")


@pytest.mark.parametrize("name", CHINESE)
def test_a_translation_is_chinese_and_well_set(name: str) -> None:
    scenario = library.read(CHINESE[name])
    told = [scenario.title, scenario.aim]
    told += [
        text for step in scenario.steps if step.question for text in (step.question.ask, step.question.hint) if text
    ]
    assert [text for text in told if not re.search(r"[\u4e00-\u9fff]", text)] == []
    shown = page(scenario, [StepResult(step) for step in scenario.steps])
    prose = re.sub(r"<style>.*?</style>|<(pre|code).*?</\1>|<[^>]+>", "", shown, flags=re.DOTALL)
    assert "**" not in prose, "emphasis is not closed: a sign of punctuation stands inside the marks"
    assert re.findall(r".?[\u4e00-\u9fff][,;:?!].?|.?[\u4e00-\u9fff]\. .?", prose) == [], "punctuation is full-width"


def test_the_language_that_is_spoken_chooses_the_page() -> None:
    assert library.load("quadratic").lang == "en"
    words.use("zh")
    assert library.load("quadratic").lang == "zh"
    assert {scenario.name for scenario in library.every()} == ENGLISH.keys()


def test_what_is_not_translated_is_shown_in_english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "one.md").write_text(HEAD, encoding="utf-8")
    monkeypatch.setattr(library, "folder", lambda: tmp_path)
    words.use("zh")
    assert library.available() == {"one": tmp_path / "one.md"}


def test_progress_is_the_same_in_every_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    english, chinese = library.read(ENGLISH["quadratic"]), library.read(CHINESE["quadratic"])
    progress.save(chinese, progress.Progress(1, 2, 3, passed=True))
    assert progress.load(english) == progress.Progress(1, 2, 3, passed=True)


def test_modules_are_beside_the_original() -> None:
    chinese = library.read(CHINESE["quadratic"])
    assert chinese.original == ENGLISH["quadratic"].absolute()


def test_the_end_of_a_line_between_characters_is_no_blank() -> None:
    question = "```question\nask: 这是\n  什么？\nkind: value\nanswer: 1\n```"
    text = f"{HEAD}第一行\n第二行，\n`x` 的值。\n\n{question}\n\n```python\n```\n"
    scenario = parse_scenario(text, "mine", "zh/mine.md")
    assert scenario.steps[0].question is not None
    assert scenario.steps[0].question.ask == "这是什么？"
    results = [StepResult(step) for step in scenario.steps]
    assert "第一行第二行，<code>x</code> 的值。" in page(scenario, results)
    assert "第一行第二行，`x` 的值。" in notebook(scenario, results)


def test_a_page_says_its_language() -> None:
    scenario = library.read(CHINESE["quadratic"])
    words.use("zh")
    shown = page(scenario, [StepResult(step) for step in scenario.steps])
    assert '<html lang="zh-Hans">' in shown
    assert "<summary>提示</summary>" in shown
    assert '<html lang="en">' in page(library.read(ENGLISH["quadratic"]), [])
