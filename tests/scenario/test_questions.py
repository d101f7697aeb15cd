"""Questions: what is right, where a wrong answer comes from, fresh numbers, and what is wrong with a question."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from gradcli import words
from gradcli.errors import InputError
from gradcli.render.questions import details
from gradcli.scenario import library
from gradcli.scenario.answers import judge_all, read_answers
from gradcli.scenario.derivative import Derivative
from gradcli.scenario.markdown import Scenario, parse_scenario
from gradcli.scenario.misconceptions import Passes
from gradcli.scenario.questions import Asked, asked, fresh, judge, solution, with_fresh_numbers
from gradcli.scenario.questions_format import Question
from gradcli.scenario.sound import problems
from gradcli.verify.client import SympyWorker

HEAD = "---\ntitle: A title\ntrack: basics\nminutes: 5\naim: An aim.\n---\n"


def gradient(of: str, at: str, answer: str, **more: str) -> Question:
    return Question(1, "What is it?", "gradient", answer, of=of, at=at, **more)


def alone(question: Question, code: str = "", earlier: str = "") -> Asked:
    return Asked(question, 0, None, code, earlier)


def fact(kind: str, answer: str, **more: str) -> Question:
    return Question(1, "What is it?", kind, answer, **more)


MEAN = gradient("mean(3*(x+2)**2)", "x=ones(2,2)", "3*(x+2)/2", hint="Use the chain rule.", fresh="x=1..9")
SINE = gradient("sin(2*x+1)", "x=0.3", "2*cos(2*x+1)")
CUBE = gradient("x**3", "x=2", "3*x**2")
PRODUCT = gradient("x*exp(x)", "x=1", "exp(x)*(1+x)")
QUOTIENT = gradient("sin(x)/x", "x=2", "cos(x)/x - sin(x)/x**2")
BROADCAST = gradient("sum(x*y)", "x=[1,2,3], y=[[1,2,3],[4,5,6]]", "[5,7,9]", wrt="x")
DETACHED = gradient("u = x*x; detach(u)*x", "x=arange(4.)", "x**2", cotangent="ones(4)")
PARABOLA = gradient("a*x**2 + b*x + c", "x=0, a=1, b=-2, c=1", "2*a*x + b", wrt="x")
WEIGHTED = gradient("x**2", "x=[1,2]", "[0.2,0.04]", cotangent="[0.1,0.01]")
MATRIX = gradient("sum(x@w)", "x=[[1,2],[3,4]], w=[[1,0],[2,5]]", "ones(2,2)@w.T", wrt="x")
ROW = gradient("x@w", "x=[[1,2]], w=[1,3]", "[[1,3]]", wrt="x", cotangent="[1]")
SOFTMAX = gradient("softmax(x)[0]", "x=[1.,2,3]", "softmax(x)[0]*([1,0,0]-softmax(x))")
SMALL = gradient("x**2", "x=0.0001", "2*x")
SQUARES = gradient("sum(x**2)", "x=[1,2]", "2*x")
NEGATIVE = gradient("x*abs(x)", "x=-3", "6")
FULL = gradient("sum(full(2, 1.5)*x**2)", "x=[1,2]", "3*x")


@pytest.fixture(scope="module")
def worker() -> Iterator[SympyWorker]:
    with SympyWorker() as worker:
        yield worker


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (MEAN, "4.5"),
        (MEAN, "[[4.5, 4.5], [4.5, 4.5]]"),
        (MEAN, "3(x+2)/2"),
        (SINE, "2*cos(1.6)"),
        (SINE, "-0.0584"),
        (PRODUCT, "2e"),
        (PRODUCT, "5.437"),
        (SOFTMAX, "[0.0819, -0.0220, -0.0599]"),
        (SMALL, "0.0002"),
        (BROADCAST, "sum(y, axis=0)"),
        (DETACHED, "[0, 1, 4, 9]"),
        (PARABOLA, "2x - 2"),
        (PARABOLA, "b"),
        (PARABOLA, "-2"),
        (WEIGHTED, "2*x*[0.1, 0.01]"),
        (NEGATIVE, "-2x"),
        (gradient("sum(x/sqrt(sum(x**2)))", "x=[3,4]", "[0.032, -0.024]"), "[0.032, -0.024]"),
        (gradient("log(x)", "x=0", "inf"), "inf"),
    ],
)
def test_right_answers(question: Question, answer: str) -> None:
    judgement = judge(question, answer)
    assert judgement.right, judgement.why
    assert (judgement.misconception, judgement.hint) == (None, None)


@pytest.mark.parametrize(
    ("question", "answer", "why"),
    [
        (MEAN, "1.5x + 3", "It is the derivative everywhere; SymPy finds no difference either."),
        (SINE, "2cos(1 + 2x)", "It is the derivative everywhere; SymPy finds no difference either."),
        (DETACHED, "x*x", "It is the derivative everywhere; SymPy finds no difference either."),
        (WEIGHTED, "[0.2, 0.02]*x", "It is the derivative everywhere; SymPy finds no difference either."),
        (
            BROADCAST,
            "sum(y, axis=0)",
            "It is the derivative everywhere; SymPy finds no difference either.",
        ),
        (PARABOLA, "2x - 2", "It is the derivative everywhere, for these a, b, c."),
        (PARABOLA, "b", "It is right at the point, but not at b=0, x=1."),
        (FULL, "full(2, 3)*x", "It is the derivative everywhere."),
        (NEGATIVE, "2*abs(x)", "It is the derivative where x != 0."),
        (NEGATIVE, "-2x", "It is right at the point, but not at x=1."),
    ],
)
def test_why_a_formula_is_right(question: Question, answer: str, why: str, worker: SympyWorker) -> None:
    judgement = judge(question, answer, worker=worker)
    assert (judgement.right, judgement.why) == (True, why)


def test_without_a_proof_sympy_is_believed(worker: SympyWorker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gradcli.verify.algebra.decide", None)
    assert judge(SINE, "2cos(1 + 2x)", worker=worker).why == "SymPy finds no difference from the derivative."
    assert judge(SINE, "2cos(1 + 2x)").why == "It has the values of the derivative, there and at random points."


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (CUBE, "3*x**2*(1 + 1e-7)"),
        (CUBE, "3*x**2 + 1e-7"),
        (CUBE, "where(x == 2, 0, 3*x**2)"),
        (CUBE, "where(x == 2, 12.0000001, 3*x**2)"),
        (SOFTMAX, "softmax(x)[0]*([1,0,1e-8]-softmax(x))"),
        (PARABOLA, "2*a*x + b + 1e-8*c"),
    ],
)
def test_a_formula_that_is_nearly_right_is_wrong(question: Question, answer: str) -> None:
    judgement = judge(question, answer)
    assert (judgement.right, judgement.misconception) == (False, None)


@pytest.mark.parametrize(
    ("of", "at", "right", "wrong"),
    [
        ("abs(x)", "x=0", ["0", "sign(x)"], ["0.5", "x/2 + 0.5", "1"]),
        ("relu(x)", "x=0", ["0", "where(x > 0, 1, 0)"], ["1", "where(x >= 0, 1, 0)"]),
        ("floor(x)", "x=2", ["0", "0*x"], ["1", "x"]),
    ],
)
def test_without_a_derivative_pytorchs_number_is_right(of: str, at: str, right: list[str], wrong: list[str]) -> None:
    question = gradient(of, at, "0")
    assert [judge(question, answer).right for answer in (*right, *wrong)] == [True] * len(right) + [False] * len(wrong)


@pytest.mark.parametrize(
    ("of", "at", "right", "wrong"),
    [
        ("relu(x) - relu(-x)", "x=0", ["1", "1 + 0*x"], ["0", "where(x > 0, 1, 0) + where(-x > 0, 1, 0)"]),
        ("(log(1 + x*1e-100)*1e100)**2", "x=1", ["2", "2*x"], ["0", "0*x"]),
    ],
)
def test_the_derivative_is_right_where_the_engine_has_another_number(
    of: str, at: str, right: list[str], wrong: list[str]
) -> None:
    question = gradient(of, at, right[0])
    assert [judge(question, answer).right for answer in (*right, *wrong)] == [True] * len(right) + [False] * len(wrong)
    assert solution(question)[1] == float(right[0])


@pytest.mark.parametrize(
    ("question", "answer", "misconception"),
    [
        (MEAN, "-4.5", "sign"),
        (MEAN, "9", "twice"),
        (MEAN, "9/4", "power-rule"),
        (gradient("exp(x)", "x=[1,2]", "exp(x)", cotangent="ones(2)"), "exp(x)/2", "half"),
        (MEAN, "18", "mean"),
        (MEAN, "6(x+2)", "mean"),
        (MEAN, "27", "value"),
        (MEAN, "(x+2)**3/4", "integrated"),
        (MEAN, "3/2", "constant-factor"),
        (MEAN, "x/2 + 1", "constant-factor"),
        (gradient("x**2/2", "x=3", "x"), "2x", "constant-factor"),
        (gradient("sum(x*detach(x))", "x=[1,2]", "x"), "2x", "detached"),
        (gradient("mean(x**2)", "x=[1,2]", "x"), "2x", "mean"),
        (gradient("x*y", "x=3, y=2", "y", wrt="x"), "x", "other-variable"),
        (gradient("x*y", "x=3, y=2", "y", wrt="x"), "x + y", "both-variables"),
        (SINE, "cos(2x+1)", "inner-derivative"),
        (SINE, "2", "outer-derivative"),
        (SINE, "sin(2x+1)", "value"),
        (SINE, "-2cos(2x+1)", "sign"),
        (SINE, "-cos(2x+1)/2", "integrated"),
        (CUBE, "x**4/4", "integrated"),
        (CUBE, "3x**3", "power-rule"),
        (CUBE, "x**2", "power-rule"),
        (PRODUCT, "exp(x)", "one-term"),
        (PARABOLA, "2ax", "one-term"),
        (PARABOLA, "ax + b", "power-rule"),
        (PRODUCT, "x*exp(x)", "one-term"),
        (QUOTIENT, "cos(x)/x", "one-term"),
        (BROADCAST, "y", "broadcast"),
        (BROADCAST, "[2.5, 3.5, 4.5]", "broadcast"),
        (BROADCAST, "21", "summed"),
        (SQUARES, "6", "summed"),
        (DETACHED, "3x**2", "detached"),
        (WEIGHTED, "2x", "cotangent"),
        (MATRIX, "w@ones(2,2)", "transposed"),
        (ROW, "[1,3]", "shape"),
        (gradient("1/x", "x=0", "-1/x**2"), "inf", "sign"),
    ],
)
def test_wrong_answers_are_recognised(question: Question, answer: str, misconception: str) -> None:
    judgement = judge(question, answer)
    assert (judgement.right, judgement.misconception) == (False, misconception)
    assert judgement.hint


def test_the_gradient_before_added_to_this_one() -> None:
    passes = Passes(Derivative(gradient("x**2", "x=1", "2*x")))
    assert judge(CUBE, "14", passes=passes).misconception == "accumulated"
    assert judge(CUBE, "14").misconception is None


def test_a_doubled_gradient_is_two_passes_only_where_there_was_one_before() -> None:
    assert judge(CUBE, "6x**2", passes=Passes()).misconception == "accumulated"
    assert judge(CUBE, "6x**2").misconception == "twice"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (gradient("x1*x2", "x1=1, x2=2", "x2", wrt="x1"), "1"),  # the factor x2 left out, or the derivative by x2
        (gradient("mean(x**2)", "x=[1,2]", "x"), "0"),
        (gradient("x**2 - 2*x", "x=0", "2*x - 2"), "1"),
    ],
)
def test_no_mistake_is_told_where_several_are_as_likely(question: Question, answer: str) -> None:
    judgement = judge(question, answer)
    assert (judgement.right, judgement.misconception, judgement.hint) == (False, None, question.hint)


def test_an_integral_in_numbers() -> None:
    assert judge(gradient("x**3", "x=3", "27"), "20.25").misconception == "integrated"


@pytest.mark.parametrize(
    ("question", "answer"),
    [(MEAN, "7"), (MEAN, "[4.5, 4.5]"), (SINE, "cos(2)"), (PRODUCT, "5.45"), (SINE, "nan"), (SMALL, "0")],
)
def test_other_wrong_answers_get_the_hint_of_the_question(question: Question, answer: str) -> None:
    judgement = judge(question, answer)
    assert (judgement.right, judgement.misconception, judgement.hint) == (False, None, question.hint)


@pytest.mark.parametrize(
    ("question", "answer", "right", "why"),
    [
        (PRODUCT, "5.44", True, "These are its values at the point, rounded."),
        (PRODUCT, "5.4", False, "It is close."),
        (PRODUCT, "5", False, "It is not the derivative with respect to x."),
        (SOFTMAX, "[0.0819, -0.022, -0.0599]", True, "These are its values at the point."),
        (SOFTMAX, "[0.082, -0.022, -0.060]", False, "It is close."),
        (SOFTMAX, "[0.082, -0.022, -0.05]", False, "It is not the derivative with respect to x."),
        (gradient("500*x**2", "x=[1, 1.2345]", "1000*x", cotangent="ones(2)"), "[1000, 1.23e3]", True, None),
        (gradient("500*x**2", "x=[1, 1.2345]", "1000*x", cotangent="ones(2)"), "[1000, 1230]", False, None),
        (fact("value", "2.302585"), "2.30", True, "That is its value, rounded."),
        (fact("value", "2.302585"), "2.3", False, "It is close."),
        (fact("value", "2.71"), "3", False, "That is not its value."),
        (fact("value", "10*log(2)"), "6.931", True, "That is its value."),
        (
            gradient("2**n", "n=3", "2**n*log(2)"),
            "0.6931*2**n",
            True,
            "It is the derivative, with a rounded number in it.",
        ),
        (gradient("2**n", "n=3", "2**n*log(2)"), "0.69*2**n", False, "It is not the derivative with respect to n."),
        (gradient("2**n", "n=3", "2**n*log(2)"), "0.7931*2**n", False, "It is not the derivative with respect to n."),
        (
            gradient("b**n", "n=3, b=2", "b**n*log(b)", wrt="n"),
            "0.6931b**n",
            True,
            "It is right at the point, but not at every other one.",
        ),
        (fact("value", "[0.09, 0.24]"), "tensor([[0.09, 0.24]])", True, "That is its value."),
        (fact("value", "[[0.09, 0.24]]"), "[0.09, 0.24]", True, "That is its value."),
        (fact("value", "[[1], [2]]"), "[1, 2]", False, "This has shape (2,); the value has another."),
    ],
)
def test_rounded_answers(question: Question, answer: str, right: bool, why: str | None) -> None:
    judgement = judge(question, answer)
    assert (judgement.right, why or judgement.why) == (right, judgement.why)
    assert judgement.hint == ("Give four digits." if judgement.why == "It is close." else None)


@pytest.mark.parametrize(
    ("truth", "right", "wrong"),
    [
        ("4.04", "4.04 4.0400 4.04+0", "4.041 4.0396 4.0 4.0401 4.04001+0"),
        ("2.6", "2.6 2.60", "2.6013 2.601 3"),
        ("400", "400 400.0 4e2", "400.1 401 399.9"),
        ("15", "15 15.", "15.0004 15.001"),
        ("16777216", "2**24 1.68e7", "16777217 16777215"),
        ("0.3", "0.3 0.30000001192092896", "0.3001 0.30002"),
        ("log(2)", "0.6931 0.693 0.693147 0.69314718 ln2 1.0*0.6931", "0.6932 0.694 0.693148 0.69"),
        ("1/3", "0.3333 0.333 1/3", "0.3334 0.33334 0.334"),
        ("[0.5, 1/3]", "[0.5,0.3333]", "[0.5001,0.3333]"),
        ("[36, 0]", "[36,0] [36.,0.]", "[36.01,0] [36,0.0001]"),
    ],
)
@pytest.mark.parametrize("kind", ["value", "gradient"])
def test_a_number_is_right_to_the_digits_that_it_is_written_with(kind: str, truth: str, right: str, wrong: str) -> None:
    is_array = "[" in truth
    at, cotangent = ("x=ones(2)", "ones(2)") if is_array else ("x=1", None)
    asked = {"value": fact("value", truth), "gradient": gradient(f"{truth}*x", at, truth, cotangent=cotangent)}
    question = asked[kind]
    assert [each for each in right.split() if not judge(question, each).right] == []
    assert [each for each in wrong.split() if judge(question, each).right] == []


@pytest.mark.parametrize(
    ("of", "at", "right", "wrong"),
    [
        ("3*a**3", "a=2", "9.000*a**2", "9.004*a**2 9.0001*a**2 9*a**2.0001"),
        ("mean(3*(x+2)**2)", "x=ones(2)", "3*x+6 3.000*x+6.000", "3.0005*x+6 3.0004*(x+2)"),
        ("2**n", "n=3", "0.6931*2**n 0.69314718*2**n 0.6931*exp(0.6931*n)", "0.6932*2**n 0.69315*2.0001**n"),
    ],
)
def test_a_rounded_number_in_a_formula_is_the_true_one_rounded(of: str, at: str, right: str, wrong: str) -> None:
    question = gradient(of, at, "0")
    assert [each for each in right.split() if not judge(question, each).right] == []
    assert [each for each in wrong.split() if judge(question, each).right] == []


@pytest.mark.parametrize(
    ("answer", "right"), [("π/4", True), ("0.785398", True), ("0.7853", False), ("0.78546", False)]
)
def test_more_digits_than_the_page_prints(answer: str, right: bool) -> None:
    assert judge(fact("value", "0.7854"), answer).right is right


def test_no_mistake_is_told_of_a_number_that_is_not_what_it_leads_to() -> None:
    assert judge(CUBE, "-12.003").misconception is None
    assert judge(fact("value", "4.04"), "-4.041").misconception is None


def test_hints_that_are_true_of_the_question() -> None:
    constant = judge(fact("grad_fn", "None"), "AccumulateGrad")
    assert "no tensor has it as its grad_fn" in str(constant.hint)
    assert "its elements are added up here" in str(judge(SQUARES, "6").hint)
    assert "the value has each of them" in str(judge(fact("value", "[4, 6]"), "10").hint)


@pytest.mark.parametrize("answer", ["无", "没有", "None。", "None."])
def test_none_may_be_said_in_chinese(answer: str) -> None:
    assert judge(fact("value", "None"), answer).right
    assert judge(fact("grad_fn", "None"), answer).right


@pytest.mark.parametrize("stop", [".", "。", "．"])
def test_a_full_stop_may_stand_at_the_end(stop: str) -> None:
    assert judge(fact("grad_fn", "AddmmBackward0"), f"addmm{stop}").right
    assert judge(fact("shape", "(2, 3)"), f"(2, 3){stop}").right
    assert judge(fact("error", "RuntimeError"), f"RuntimeError{stop}").right
    assert judge(PARABOLA, f"2ax+b{stop}").right


def test_an_answer_that_is_right_at_the_point_says_so() -> None:
    product = gradient("prod(d)", "d=[[1.,2.],[3.,4.]]", "prod(d)/d")
    judgement = judge(product, "24/d")
    assert (judgement.right, judgement.why) == (
        True,
        "It is right at the point, but not at d=[[1.5, -0.5], [0.5, -1.0]].",
    )
    assert "derivative where d" in judge(product, "prod(d)/d").why


@pytest.mark.parametrize(
    ("answer", "right", "why"),
    [
        ("2x", True, "It is the derivative everywhere."),
        ("6", False, "A formula is asked for, and not its value at a point."),
        ("5", False, "A formula is asked for, and not its value at a point."),
        ("x + 3", False, "It is right at the point, but not at x=0."),
    ],
)
def test_where_a_formula_is_asked_for_no_number_is_right(answer: str, right: bool, why: str) -> None:
    judgement = judge(gradient("x**2", "x=3", "2*x", form="formula"), answer)
    assert (judgement.right, judgement.why) == (right, why)


@pytest.mark.parametrize(
    ("of", "at", "answer", "right", "other"),
    [
        ("x**2", "x=3", "abs(2x)", False, "x=-1"),
        ("x**2", "x=3", "2x + 0*log(x)", True, ""),
        ("x**2", "x=3", "where(x < 1000, 2x, 0)", False, "x=1000"),
        ("(x-1)**2", "x=0.5", "-2*abs(x-1)", False, "x=2"),
        ("(x-1)**2", "x=0.5", "where(x<1, 2*(x-1), 0)", False, "x=2"),
        ("(x-1)**2", "x=0.5", "minimum(2*(x-1), 0)", False, "x=2"),
        ("(x-1)**2", "x=0.5", "-2*relu(1-x)", False, "x=2"),
        ("(x-1)**2", "x=0.5", "2(x-1) + floor(x/3)", False, "x=-1"),
        ("(x-1)**2", "x=0.5", "2*(x-1)*sign(1-x)", False, "x=2"),
        ("log(x)", "x=3", "exp(-log(x))", True, ""),
        ("abs(x)", "x=3", "x/abs(x)", True, ""),
        ("abs(x)", "x=3", "where(x > 0, 1, -1)", True, ""),
        ("abs(x)", "x=3", "x/x", False, "x=-1"),
        ("abs(x)", "x=3", "1 + 0*x", False, "x=-1"),
        ("log(2)*x**2", "x=-3", "1.3863x", True, ""),
        ("log(2)*x**2", "x=-3", "-1.3863*abs(x)", False, "every other one"),
        ("sum(x**2)/2", "x=ones(10,10)", "abs(x)", False, "every other one"),
    ],
)
def test_a_formula_is_right_on_both_sides_and_far_away(of: str, at: str, answer: str, right: bool, other: str) -> None:
    in_general = judge(gradient(of, at, "", form="formula"), answer)
    assert in_general.right is right
    assert judge(gradient(of, at, ""), answer).right
    if not right:
        assert in_general.why == f"It is right at the point, but not at {other}."


def test_a_formula_without_the_variable_is_none() -> None:
    assert judge(PARABOLA, "b").right
    assert not judge(replace(PARABOLA, form="formula"), "b").right


def test_a_question_says_that_it_asks_for_a_formula() -> None:
    assert details(replace(PARABOLA, form="formula"))[-1] == ("as", "a formula in a, x, b")
    text = f"{HEAD}```question\nask: What?\nkind: gradient\nof: x**2\nat: x=3\nform: number\nanswer: 2*x\n```\n"
    with pytest.raises(InputError, match="there is no form 'number'"):
        parse_scenario(f"{text}```python\npass\n```\n", "mine", "mine.md")


def test_the_value_of_the_question_before_is_told() -> None:
    before, this = fact("value", "-12"), fact("value", "12", hint="H.")
    assert Asked(this, 0, before, "", "").judge("-12").misconception == "before"
    assert Asked(this, 0, before, "", "").judge("-13").hint == "H."
    assert alone(this).judge("-12").misconception == "sign"


@pytest.mark.parametrize("answer", ["v*u", "v*x**2", "vu", "w/y", "3*v*t/(3*x)"])
def test_an_answer_may_use_the_aliases(answer: str) -> None:
    let = "v=[1,10]; u=x**2; w=v*y*u"
    question = gradient("t = x**3; t/3 + 0*y", "x=[1.,2.], y=2", "v*u", wrt="x", cotangent="[1,10]", let=let)
    assert judge(question, answer).right
    assert not judge(question, "t").right
    assert problems(alone(replace(question, hint="H."))) == []


def test_facts_may_use_the_aliases_too() -> None:
    question = fact("value", "17", let="g0 = 2; g = 3")
    assert judge(question, "g0 + 5g").right
    assert not judge(question, "g0 + g").right
    with pytest.raises(InputError, match="the question has no name 'g0'"):
        judge(fact("value", "17"), "g0 + 5g")


@pytest.mark.parametrize(
    ("let", "message"),
    [
        ("3", "`let` is made of assignments"),
        ("u = x; u", "`let` is made of assignments"),
        ("x = 2", "`let` gives 'x', which has a value already"),
        ("t = 2", "`let` gives 't', which has a value already"),
        ("u =", "expected an expression after '=', found the end"),
    ],
)
def test_let_is_made_of_assignments(let: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        judge(gradient("t = x; t**2", "x=2", "2*x", let=let), "4")
    assert caught.value.message == message


def test_a_formula_must_be_right_beside_the_point_too() -> None:
    at_two = gradient("x**2", "x=2", "2*x")
    assert judge(at_two, "4").right
    assert judge(at_two, "x**2").misconception == "value"
    assert not judge(gradient("x*y", "x=2, y=2", "y", wrt="x"), "x").right


@pytest.mark.parametrize(
    ("answer", "message", "start"),
    [
        ("", "the expression is empty", 0),
        ("3*(x+", "'(' is never closed", 2),
        ("q + 1", "the question has no name 'q'", None),
        ("y = 2*x", "an answer is one expression", None),
        ("sine(x)", "'sine' is no function", 0),
        ("sum(ones(200, 200))*x", "an answer may make arrays of up to 10,000 elements", None),
        ("x > 1", "the result is a condition, not a number", None),
    ],
)
def test_an_answer_that_cannot_be_read_is_not_wrong(answer: str, message: str, start: int | None) -> None:
    with pytest.raises(InputError) as caught:
        judge(MEAN, answer)
    assert caught.value.message == message
    span = caught.value.span
    assert (span and (span.source, span.start)) == (None if start is None else ("answer", start))


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (fact("value", "102400"), "100*2**10"),
        (fact("value", "0.62245933"), "0.6225"),
        (fact("value", "[1, 5, 9]"), "[1, 5, 9]"),
        (fact("shape", "(2, 3)"), "[2, 3]"),
        (fact("shape", "(2, 3)"), "2,3"),
        (fact("shape", "(1,)"), "torch.Size([1])"),
        (fact("shape", "()"), "[]"),
        (fact("shape", "(3, 4)"), "3x4"),
        (fact("shape", "(784, 10)"), "(28*28, 10)"),
        (fact("shape", "(784, 10)"), "28 · 28 × 10"),
        (fact("value", "0.1"), "10%"),
        (fact("value", "[0.125, 0.5]"), "[12.5 %, ５０％]"),
        (fact("value", "1"), "7 % 2"),
        (fact("value", "-1.6921"), "约 -1.692"),
        (fact("value", "-1.6921"), "Approximately −1.692"),
        (fact("value", "-1.6921"), "≈-1.692"),
        (fact("shape", "(3, 4)"), "3 × 4"),
        (fact("shape", "(3, 4)"), "（３，４）"),
        (fact("shape", "(3, 4)"), "torch.Size([3, 4])"),
        (fact("value", "None"), "None"),
        (fact("value", "[18, 36]"), "tensor([18., 36.])"),
        (fact("error", "RuntimeError"), "runtimeerror"),
        (fact("error", "RuntimeError"), "runtime error"),
        (fact("error", "RuntimeError"), "builtins.RuntimeError()"),
        (
            fact("error", "RuntimeError"),
            "RuntimeError: grad can be implicitly created only for scalar outputs, see x.y",
        ),
        (fact("error", "RuntimeError"), "RuntimeError('a. b')"),
        (fact("error", "RuntimeError"), "a RuntimeError"),
        (fact("error", "RuntimeError"), "一个 RuntimeError"),
        (fact("grad_fn", "MulBackward0"), "MulBackward0 ()"),
        (fact("grad_fn", "MulBackward0"), "<MulBackward0>"),
        (fact("grad_fn", "MulBackward0"), "一个 MulBackward0"),
        (fact("grad_fn", "MulBackward0"), "mul"),
        (fact("grad_fn", "NllLossBackward0"), "nll_loss"),
        (fact("grad_fn", "MulBackward0"), "<MulBackward0 object at 0x7f>"),
        (fact("grad_fn", "None"), "none"),
        (fact("grad_fn", "PowBackward0"), "PowBackward"),
        (fact("grad_fn", "None"), "nothing"),
    ],
)
def test_right_facts(question: Question, answer: str) -> None:
    assert judge(question, answer).right


@pytest.mark.parametrize(
    ("question", "answer", "misconception"),
    [
        (fact("value", "28"), "-28", "sign"),
        (fact("value", "[[1,2],[3,4]]"), "[[1,3],[2,4]]", "transposed"),
        (fact("value", "[1,2]"), "3", "summed"),
        (fact("shape", "(2, 3)"), "(3, 2)", "transposed"),
        (fact("shape", "(2, 3, 4)"), "(3, 2, 4)", "order"),
        (fact("shape", "(2, 3)"), "6", "elements"),
        (fact("shape", "(4, 5)"), "2", "axes"),
        (fact("shape", "(3, 1)"), "(3,)", "length-1"),
        (fact("shape", "(2, 3)"), "()", "number-of-axes"),
        (fact("error", "RuntimeError"), "no error", "no-error"),
        (fact("error", "RuntimeError"), "Exception", "too-general"),
        (fact("error", "RuntimeError"), "ValueError", None),
        (fact("error", "RuntimeError"), "ValueError: RuntimeError", None),
        (fact("grad_fn", "MulBackward0"), "multiply", "forward-name"),
        (fact("grad_fn", "MulBackward0"), "PowBackward0", "operand"),
        (fact("grad_fn", "MulBackward0"), "None", "leaf"),
        (fact("grad_fn", "None"), "AddBackward0", "computed"),
        (fact("grad_fn", "MulBackward0"), "SinBackward0", None),
        (fact("grad_fn", "PowBackward0"), "PowBackward1", "number"),
        (fact("grad_fn", "PowBackward1"), "<PowBackward0 object at 0x7f>", "number"),
        (fact("value", "None"), "0", None),
        (fact("value", "0"), "None", None),
    ],
)
def test_wrong_facts(question: Question, answer: str, misconception: str | None) -> None:
    judgement = judge(question, answer, code="z = 3 * x**2")
    assert (judgement.right, judgement.misconception) == (False, misconception)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("value", ""),
        ("shape", ""),
        ("shape", "two"),
        ("shape", "2**3"),
        ("shape", "1" * 5000),
        ("error", ""),
        ("error", "what?"),
        ("grad_fn", "+"),
        ("grad_fn", "DivBackward0 is MulBackward0"),
        ("value", "x"),
    ],
)
def test_facts_that_cannot_be_read(kind: str, answer: str) -> None:
    right = {"value": "1", "shape": "()", "error": "ValueError", "grad_fn": "None"}
    with pytest.raises(InputError):
        judge(fact(kind, right[kind]), answer)


@pytest.mark.parametrize(
    ("ask", "names"),
    [
        ("What is `v`?", ["v"]),
        ("What is the gradient of u·x?", ["u"]),
        ("out = sum(u). Which is it for the a of 3a² + u?", ["out", "u", "a"]),
        ("x is a leaf. What is a slope of this result, y.grad?", ["y"]),
        ("What does u(x) give?", []),
    ],
)
def test_an_answer_may_use_what_the_question_speaks_of(ask: str, names: list[str]) -> None:
    question = replace(CUBE, ask=ask, hint="H.")
    found = problems(alone(question, code="u = a = slope = result = 1", earlier="y = 1"))
    assert found == [
        f"it speaks of {name!r}, which an answer may not use: `let` can say what that is" for name in names
    ]
    aliases = "; ".join(f"{name} = 1" for name in names)
    assert problems(alone(replace(question, let=aliases or None), code="u = a = 1", earlier="y = 1")) == []


@pytest.mark.parametrize(
    ("hint", "names"),
    [
        ("It is p − q, for λ and any n.", ["p", "q", "λ"]),
        ("x₂² is its square, and the slope of e⁻ᵗ or 1/(r + 1) is another.", ["x2", "r"]),
        ("Only `t *= 10` changes that, says a well-known f(x), with 3π/4.", []),
    ],
)
def test_an_answer_may_use_the_letters_of_a_formula_in_the_hint(hint: str, names: list[str]) -> None:
    told = [f"it speaks of {name!r}, which an answer may not use: `let` can say what that is" for name in names]
    assert problems(alone(replace(CUBE, hint=hint))) == told
    assert problems(alone(fact("value", "1", hint=hint))) == told


@pytest.mark.parametrize(
    ("answer", "printed", "is_told"),
    [
        ("-1.692", "w: -1.6921, b: -0.8460", True),
        ("-1.6921", "w: -1.6921", False),
        ("4.04", "4.04 4.0401", False),
        ("[1.25, 3.14]", "tensor([1.2500, 3.1416])", True),
        ("0.1", "0.0972", False),
    ],
)
def test_an_answer_of_fewer_decimals_than_are_printed_is_told(answer: str, printed: str, is_told: bool) -> None:
    told = problems(replace(alone(fact("value", answer, hint="H.")), printed=printed))
    assert [("give it all the digits" in each) for each in told] == [True] * is_told


@pytest.mark.parametrize("ask", ["What is it in general?", "A formula in x?", "x², whatever x is?", "无论 x 是多少？"])
def test_a_question_for_a_formula_says_that_it_is_one(ask: str) -> None:
    question = replace(CUBE, ask=ask, at="x=5", hint="H.")
    assert problems(alone(question)) == [
        "it asks for a formula, and takes numbers: `form: formula` says that it does not"
    ]
    assert problems(alone(replace(question, form="formula"))) == []


def test_fresh_numbers_move_the_point_and_the_truth() -> None:
    drawn = fresh(MEAN, Random(4))
    assert drawn == fresh(MEAN, Random(4))
    assert drawn.at != fresh(MEAN, Random(5)).at
    _, values = solution(drawn)
    assert drawn.at is not None
    assert values.shape == (2, 2)
    assert judge(drawn, "3*(x+2)/2").right
    assert judge(drawn, str(values.tolist())).right
    assert not judge(drawn, "4.5").right


@pytest.mark.parametrize(
    ("of", "at", "answer", "found"),
    [
        ("x**2 + x", "x=0", "2*x + 1", ["the one from `x**2` is missing", "goes down by one", "comes down", "'x + 1'"]),
        ("x**2 + x", "x=3", "2*x + 1", []),
        ("x1*x2", "x1=1, x2=2", "x2", ["This is the value"]),
        ("x1*x2", "x1=3, x2=2", "x2", []),
        ("(w*x + b)**2", "w=1, x=3, b=-2", "2*x*(w*x + b)", ["goes down by one", "'2*x*(x + b)'", "'2*x'"]),
        ("exp(x)", "x=1", "exp(x)", []),  # its value is its derivative everywhere
        ("sum(x**3)", "x=ones(2,2)", "3*x**2", ["goes down by one", "'3*x'", "'3'"]),
    ],
)
def test_a_point_at_which_mistakes_do_not_show_is_told(of: str, at: str, answer: str, found: list[str]) -> None:
    question = gradient(of, at, answer, hint="H.", wrt=at.partition("=")[0])
    told = problems(alone(question))
    assert len(told) == len(found), told
    for message, part in zip(told, found, strict=True):
        assert part in message


@pytest.mark.parametrize("ask", ["What is it at x = 3?", "What is it at x=[1, 2]?", "What is it for x = −2?"])
def test_words_that_fresh_numbers_make_false(ask: str) -> None:
    question = replace(gradient("x**2", "x=3", "2*x", hint="Think.", fresh="x=1..9"), ask=ask)
    assert problems(alone(question)) == ["it has fresh numbers for 'x', but its words say which it is"]


def test_fresh_numbers_stay_in_their_range() -> None:
    question = gradient("a*x**2", "x=1, a=2", "2*a*x", wrt="x", fresh="x=-1..-1, a=7..8")
    assert {fresh(question, Random(seed)).at for seed in range(20)} == {"x=-1, a=7", "x=-1, a=8"}


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        (MEAN, None),
        (fact("shape", "(2, 3)", hint="Think."), None),
        (fact("shape", "(2, 3)"), "it has no hint"),
        (gradient("x**2", "x=3", "3*x"), "its own answer '3*x' does not solve it at x=3"),
        (gradient("x**2", "x=3", "6", fresh="x=1..9", hint="Think."), "its own answer '6' does not solve it"),
        (gradient("x + x", "x=3", "2", fresh="x=1..9", hint="Think."), "needs a formula"),
        (gradient("x**2", "x=3", "2*x", fresh="x=1..9"), "it has no hint"),
        (gradient("x**2", "x=3", "2*x", fresh="y=1..9", hint="Think."), "`fresh` names 'y', but `at` does not"),
        (gradient("x**2", "x=3", "2*x", fresh="x=9..1", hint="Think."), "`fresh` is made of ranges, not 'x=9..1'"),
        (gradient("x*y", "x=3", "y"), "no value for y"),
        (gradient("x*y", "x=3, y=1", "y"), "by which of x, y? `wrt` says it"),
        (gradient("x*", "x=3", "1"), "expected an expression after '*', found the end"),
        (fact("shape", "two"), "a shape is a list of lengths"),
    ],
)
def test_problems(question: Question, problem: str | None) -> None:
    found = problems(alone(question))
    assert found == [] if problem is None else any(problem in each for each in found), found


@pytest.mark.parametrize("name", sorted(library.available()))
def test_the_questions_of_our_scenarios_are_sound(name: str) -> None:
    for each in asked(library.load(name)):
        assert problems(each) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_one_neuron_says_may_be_answered(language: str) -> None:
    words.use(language)
    _, square, slope, product = asked(library.load("one-neuron"))
    assert square.judge("2(a - t)").right
    assert slope.judge("1 - a²").right
    assert slope.judge("1 - tanh^2(s)").right
    assert product.judge("2*(a-t)*(1-a²)*x").right


# --- files of answers


def scenario(*answers: str, name: str = "mine", code: str = "pass") -> Scenario:
    blocks = [
        f"```question\nask: What?\nkind: gradient\nof: x**{answer}\nat: x=1\nfresh: x=2..9\nhint: H.\n"
        f"answer: {answer}*x**({answer}-1)\n```\n```python\n{code}\n```\n"
        for answer in answers
    ]
    return parse_scenario(HEAD + "\n".join(blocks), name, f"{name}.md")


def file(folder: Path, text: str) -> Path:
    path = folder / "answers.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_answers_in_order(tmp_path: Path) -> None:
    lines = read_answers(file(tmp_path, "# the first\n2x\n\n  -3 \n"), ["mine"])
    judged = judge_all(scenario("2", "3", "4"), lines["mine"])
    assert [(each.answer, each.right) for each in judged.values()] == [("2x", True), ("-3", False), ("", False)]
    assert judged[1].misconception == "sign"


def test_an_answer_is_judged_after_the_question_before_it() -> None:
    first, second = asked(scenario("2", "3", code="y.backward()"))
    assert second.judge("5").misconception is None  # nobody made x
    made = replace(second, earlier="x = torch.ones(1)\ny = x**2\ny.backward()")
    assert made.judge("5").misconception == "accumulated"
    assert made.judge("6").misconception == "accumulated"
    assert replace(made, code="print(x.grad)").judge("5").misconception is None
    assert replace(made, code="x = x + 1\ny.backward()").judge("5").misconception is None
    assert first.judge("5").misconception is None


def test_answers_to_several_scenarios(tmp_path: Path) -> None:
    lines = read_answers(file(tmp_path, "b:\n2\na:\n3\n4\n"), ["a", "b"])
    assert {name: [line.text for line in each] for name, each in lines.items()} == {"b": ["2"], "a": ["3", "4"]}


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("2\n3\n4\n5\n", "mine has 2 questions, no more", 3, 1),
        ("other:\n2\n", "'other' is not among the scenarios to be run", 1, 1),
    ],
)
def test_answers_that_cannot_be_used(tmp_path: Path, text: str, message: str, line: int, column: int) -> None:
    path = file(tmp_path, text)
    with pytest.raises(InputError) as caught:
        judge_all(scenario("2", "3"), read_answers(path, ["mine"])["mine"])
    assert caught.value.message == message
    span = caught.value.span
    assert span is not None
    assert (span.source, span.line, span.column) == (str(path), line, column)


@pytest.mark.parametrize(
    ("unread", "why"), [("3*(x", "'(' is never closed"), ("q", "the question has no name 'q'"), ("1/ax", "")]
)
def test_an_answer_that_cannot_be_read_is_not_right_and_the_others_are_judged(
    tmp_path: Path, unread: str, why: str
) -> None:
    path = file(tmp_path, f"\n{unread}\n3x**2\n")
    judged = judge_all(scenario("2", "3"), read_answers(path, ["mine"])["mine"])
    assert [(each.answer, each.right) for each in judged.values()] == [(unread, False), ("3x**2", True)]
    assert judged[0].why.startswith(f"Line 2 of {path} cannot be read: {why}")


def test_whose_answers(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="which scenario"):
        read_answers(file(tmp_path, "2\n"), ["a", "b"])
    with pytest.raises(InputError, match="there is no file"):
        read_answers(tmp_path / "nowhere", ["a"])


def test_a_scenario_with_fresh_numbers() -> None:
    before = scenario("2", "3")
    after = with_fresh_numbers(before, 1)
    assert after == with_fresh_numbers(before, 1)
    assert [each.question.at for each in asked(before)] == ["x=1", "x=1"]
    assert all(each.question.at != "x=1" for each in asked(after))


@pytest.mark.parametrize("answer", ["False", "0", "nan", "[1, 2]"])
def test_a_wrong_answer_to_a_question_of_truth(answer: str) -> None:
    assert not judge(fact("value", "True"), answer).right
    assert judge(fact("value", "True"), "True").right
