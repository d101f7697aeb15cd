"""The parser of scenarios: steps, line numbers, and every way in which a document can be out of order."""

from __future__ import annotations

import pytest

from gradcli.errors import InputError
from gradcli.scenario.document import Block
from gradcli.scenario.markdown import Scenario, Step, parse_scenario
from gradcli.scenario.questions_format import Question

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
    assert (scenario.needs, scenario.next, scenario.covers) == ((), (), ())


def test_what_comes_before_and_after() -> None:
    scenario = parse("", HEAD.replace("minutes: 5", "minutes: 5\nneeds: one, two\nnext: three\ncovers: S2.softmax"))
    assert (scenario.needs, scenario.next, scenario.covers) == (("one", "two"), ("three",), ("S2.softmax",))


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
        (HEAD.replace("minutes: 5", "minutes: 5\nneeds: a b"), 5, "commas between"),
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
        ("~~~python\nx\n```\n", 7, "not closed"),
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


ASKED = "```question\nask: How much is\n  one and one?\nkind: value\nanswer: 2\n```\n"
CODE = "```python\nprint(1 + 1)\n```\n"


def test_a_question_stands_before_its_code() -> None:
    first, second = parse("Prose.\n\n" + ASKED + "\n" + CODE + "```output\n2\n```\n" + CODE).steps
    question = Question(10, "How much is one and one?", "value", "2")
    assert first == Step("Prose.", Block("print(1 + 1)", 17), Block("2", 20), question)
    assert second.question is None


def test_all_keys_of_a_question() -> None:
    text = "ask: a: b\nkind: gradient\nof: x**2\nat: x=3\nwrt: x\ncotangent: 1\nfresh: x=1..9\nanswer: 2*x\nhint: h"
    (step,) = parse(f"```question\n{text}\n```\n{CODE}").steps
    assert step.question == Question(8, "a: b", "gradient", "2*x", "h", "x**2", "x=3", "x", "1", "x=1..9")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("kind: value\nanswer: 2", 7, "lacks 'ask'"),
        ("ask: a\nanswer: 2", 7, "lacks 'kind'"),
        ("ask: a\nkind: value", 7, "lacks 'answer'"),
        ("ask: a\nkind: number\nanswer: 2", 9, "unknown kind 'number'"),
        ("ask: a\nkind: value\nanswer: 2\nwrong: 3", 11, "no key 'wrong'"),
        ("ask: a\nkind: value\nanswer: 2\nof: x", 11, "a question of kind value has no key 'of'"),
        ("ask: a\nkind: gradient\nanswer: 2\nof: x", 7, "kind gradient needs 'at'"),
        ("ask: a\nask: b", 9, "given twice"),
        ("  ask: a", 8, "no line before"),
        ("ask: a\n\nkind", 10, "key: value"),
        ("ask: a\nkind:\nanswer: 2", 9, "'kind' has no value"),
    ],
)
def test_broken_questions(text: str, line: int, words: str) -> None:
    error = refused(f"```question\n{text}\n```\n{CODE}")
    assert words in error.message
    assert (error.code, error.span.line) == ("question", line)


@pytest.mark.parametrize("after", ["", "Prose.\n" + CODE, ASKED + CODE, "```output\n1\n```\n"])
def test_a_question_without_its_code(after: str) -> None:
    error = refused(ASKED + after)
    assert "needs a python block directly after it" in error.message
    assert error.span.line == 7


def test_a_form_feed_ends_no_line() -> None:
    (step,) = parse("```python\na = '\f'\nb = 1\n```\n").steps
    assert step.code == Block("a = '\f'\nb = 1", 8)


def test_the_line_of_the_prose() -> None:
    first, second = parse("\n\nOne.\n```python\n```\n  \n    indented\n").steps
    assert (first.line, second.line, second.prose) == (9, 13, "    indented")
