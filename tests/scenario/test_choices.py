"""Questions with answers to choose from: how they are written, judged and shown."""

from __future__ import annotations

import pytest
from rich.console import Console, RenderableType

from gradcli.errors import InputError
from gradcli.render.page import page
from gradcli.render.questions import question_document, question_screen, solution_screen
from gradcli.scenario.export.notebook import notebook
from gradcli.scenario.export.script import script
from gradcli.scenario.markdown import Scenario, parse_scenario
from gradcli.scenario.questions import asked, judge
from gradcli.scenario.questions_format import Option, Question
from gradcli.scenario.runner import run
from gradcli.scenario.sound import problems

HEAD = "---\ntitle: A title\ntrack: basics\nminutes: 5\naim: An aim.\n---\n"
TEXT = """ask: Why does y.backward() raise an error?
kind: choice
a: y has *no* grad_fn.
not a: It has one: y was computed from x.
b: It is not said how much each element of y counts,
   and there are two.
c: The graph is gone.
answer: b
hint: What would it give for a single number?
shown: "b"
"""
OPTIONS = (
    Option("a", "y has *no* grad_fn.", "It has one: y was computed from x."),
    Option("b", "It is not said how much each element of y counts, and there are two."),
    Option("c", "The graph is gone."),
)


def parse(text: str) -> Scenario:
    return parse_scenario(f"{HEAD}```question\n{text}```\n```python\npass\n```\n", "mine", "mine.md")


@pytest.fixture
def question() -> Question:
    found = parse(TEXT).steps[0].question
    assert found is not None
    return found


def test_the_options_in_order(question: Question) -> None:
    assert question.options == OPTIONS
    assert question.answer == "b"
    assert question.solution == "b) It is not said how much each element of y counts, and there are two."
    assert [problems(each) for each in asked(parse(TEXT))] == [[]]


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("b: ", "d: ", 7, "a question of kind choice needs options 'a', 'b' …, no two alike"),
        (
            "c: The graph is gone.",
            "c: y has *no* grad_fn.",
            7,
            "a question of kind choice needs options 'a', 'b' …, no two alike",
        ),
        ("c: The", "d: The", 14, "a question of kind choice has no key 'd'"),
        ("not a", "not d", 11, "a question of kind choice has no key 'not d'"),
        ("answer: b", "answer: d", 15, "there is no option 'd'"),
        ("not a", "not b", 15, "'not b' says that the answer is wrong"),
        ("kind: choice", "kind: value", 10, "a question of kind value has no key 'a'"),
    ],
)
def test_options_that_make_no_choice(old: str, new: str, line: int, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(TEXT.replace(old, new))
    assert caught.value.message == message
    assert caught.value.span is not None
    assert caught.value.span.line == line


@pytest.mark.parametrize(
    "answer",
    [
        "b",
        "B",
        "b)",
        "(b)",
        "ｂ",
        "选 b",
        "选项b",
        "Option b",
        " it is not said how much  each element of y counts, and there are two",
    ],
)
def test_the_letter_or_the_text_is_the_answer(question: Question, answer: str) -> None:
    judgement = judge(question, answer)
    assert (judgement.right, judgement.hint) == (True, None)


def test_a_wrong_option_says_why_or_the_hint_is_given(question: Question) -> None:
    assert judge(question, "a").hint == "It has one: y was computed from x."
    assert judge(question, "the graph is gone").hint == question.hint
    assert judge(question, "c").why == "It is not c."


@pytest.mark.parametrize("answer", ["", "d", "RuntimeError"])
def test_what_is_no_option_is_not_wrong(question: Question, answer: str) -> None:
    with pytest.raises(InputError):
        judge(question, answer)


def test_the_code_shows_the_letter_or_the_text() -> None:
    results = list(run(parse(TEXT), None))
    assert results[0].contradiction is None
    results = list(run(parse(TEXT.replace('shown: "b"', 'shown: "The graph is gone."')), None))
    assert results[0].contradiction == 'the answer is b, but "The graph is gone." is The graph is gone.'


def screen(shown: RenderableType) -> str:
    with (console := Console(width=80)).capture() as captured:
        console.print(shown)
    return captured.get()


def test_how_it_is_shown(question: Question) -> None:
    assert "    c) The graph is gone." in screen(question_screen(question))
    assert "Answer: b) It is not said" in screen(solution_screen(question))
    document = question_document(question, None)
    assert document["options"][0] == {"letter": "a", "text": OPTIONS[0].text, "why": OPTIONS[0].why}
    assert (document["answer"], len(document["options"])) == ("b", 3)


def test_on_the_page_in_a_notebook_and_in_a_script() -> None:
    scenario = parse(TEXT)
    results = list(run(scenario, None))
    assert '<ol type="a"><li>y has <em>no</em> grad_fn.</li>' in page(scenario, results)
    assert "- a) y has *no* grad_fn." in notebook(scenario, results)
    text = script(scenario)
    assert "#     c) The graph is gone." in text
    assert "# Answer: b) It is not said" in text
