"""The parser of scenarios: steps, line numbers, and every way in which a document can be out of order."""

from __future__ import annotations

import pytest

from gradcli.errors import InputError
from gradcli.scenario.markdown import Block, Scenario, Step, parse_scenario

HEAD = "---\ntitle: A title\ntrack: basics\nminutes: 5\naim: To see: it works.\n---\n"


def parse(body: str, head: str = HEAD) -> Scenario:
    return parse_scenario(head + body, "name", "folder/name.md")


def refused(body: str, head: str = HEAD) -> InputError:
    with pytest.raises(InputError) as caught:
        parse(body, head)
    assert caught.value.span is not None
    assert caught.value.span.source == "folder/name.md"
    return caught.value


def test_front_matter() -> None:
    scenario = parse("")
    assert (scenario.name, scenario.title, scenario.track) == ("name", "A title", "basics")
    assert (scenario.minutes, scenario.aim, scenario.steps) == (5, "To see: it works.", ())


def test_prose_and_code_with_its_line() -> None:
    (step,) = parse("One.\n\nTwo.\n```python\na = 1\n\nprint(a)\n```\n").steps
    assert step == Step("One.\n\nTwo.", Block("a = 1\n\nprint(a)", 11))


def test_output_belongs_to_the_code_before_it() -> None:
    steps = parse("Prose.\n\n```python\nprint(1)\n```\n\n```output\n1\n```\n\nAfter.\n").steps
    assert steps == (Step("Prose.", Block("print(1)", 10), Block("1", 14)), Step("After."))


def test_code_without_output_and_prose() -> None:
    steps = parse("```python\na = 1\n```\n```python\nb = 2\n```\n").steps
    assert steps == (Step("", Block("a = 1", 8)), Step("", Block("b = 2", 11)))


def test_longer_fences_may_hold_shorter_ones() -> None:
    (step,) = parse("````python\nprint('''\n```\n''')\n````\n").steps
    assert step.code == Block("print('''\n```\n''')", 8)


@pytest.mark.parametrize(
    ("head", "line", "words"),
    [
        ("No front matter.\n", 1, "begins with front matter"),
        ("---\ntitle: x\n", 1, "not closed"),
        ("---\ntitle x\n---\n", 2, "key: value"),
        ("---\ntitle:\n---\n", 2, "key: value"),
        ("---\ntitle: x\nauthor: y\n---\n", 3, "unknown key 'author'"),
        ("---\ntitle: x\ntitle: y\n---\n", 3, "given twice"),
        (HEAD.replace("aim: To see: it works.\n", ""), 1, "lacks 'aim'"),
        (HEAD.replace("basics", "advanced"), 3, "unknown track 'advanced'"),
        (HEAD.replace("5", "five"), 4, "whole number"),
        (HEAD.replace("5", "0"), 4, "whole number"),
    ],
)
def test_broken_front_matter(head: str, line: int, words: str) -> None:
    error = refused("", head)
    assert words in error.message
    assert error.span.line == line


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("```pyhton\nx\n```\n", 7, "'pyhton'"),
        ("Prose.\n\n```\nx\n```\n", 9, "''"),
        ("  ```python\n  x\n  ```\n", 7, "indented"),
        ("```output\nx\n```\n", 7, "needs a python block"),
        ("```python\nx\n```\nBetween.\n```output\nx\n```\n", 11, "needs a python block"),
        ("Prose.\n```python\nx\n", 8, "not closed"),
        ("```python\nx\n```\n```output\n1\n```\n```output\n2\n```\n", 13, "needs a python block"),
    ],
)
def test_broken_fences(body: str, line: int, words: str) -> None:
    error = refused(body)
    assert words in error.message
    assert error.span.line == line
