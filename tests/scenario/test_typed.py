"""Answers as people type them: how they are read, and which are refused because they can be meant in two ways."""

from __future__ import annotations

import pytest

from gradcli.errors import InputError
from gradcli.scenario.questions import judge
from gradcli.scenario.questions_format import Question
from gradcli.scenario.typed import typed

AXES = {"G": 2, "B": 2, "x": 1, "a": 0}
AT = "A=[[1,2],[3,4]], B=[[0,1],[2,5]], G=[[3,1],[0,2]]"
NAMES = ("a", "b", "x", "x1", "x2", "n", "s", "λ")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("18, 36", "[18, 36]"),
        ("(18, 36)", "[18, 36]"),
        ("((1, 2), (3, 4))", "[[1, 2], [3, 4]]"),
        ("tensor([18., 36.])", "[18., 36.]"),
        ("torch.tensor([[1, 2]], dtype=torch.float64)", "[[1, 2]]"),
        ("tensor([1., 2.], grad_fn=<MulBackward0>)", "[1., 2.]"),
        ("array([1, 2])", "[1, 2]"),
        ("2ax + b", "2a*x + b"),
        ("2 a x", "2 a *x"),
        ("x1x2", "x1*x2"),
        ("axb", "a*x*b"),
        ("2πx", "2π*x"),
        ("√x", "√(x)"),
        ("½", "(1/2)"),
        ("2½ + ¾x", "(2+1/2) + (3/4)x"),
        ("1-tanh²(x)", "1-(tanh(x))²"),
        ("2sin²(2(x+1))/a", "2(sin(2(x+1)))²/a"),
        ("x sin²(x)", "x *(sin(x))²"),
        ("1-tanh^2(s)", "1-(tanh(s))^2"),
        ("1-2tanh**2(s+1)", "1-2(tanh(s+1))**2"),
        ("2xeˣ+x²eˣ", "2x*e**(x)+x²e**(x)"),
        ("xe^x(x+2)", "x*e^x(x+2)"),
        ("exp(x)", "exp(x)"),
        ("ln2", "ln(2)"),
        ("2ln2/3", "2ln(2)/3"),
        ("ln2.5", "ln2.5"),
        ("2ax+b。", "2a*x+b"),
        ("√x/2", "√(x)/2"),
        ("1/(2√x) + 1/√x", "1/(2√(x)) + 1/√(x)"),
        ("ln 10", "ln(10)"),
        ("2 cos a", "2 cos(a)"),
        ("x sin 2x + 1", "x *sin(2x) + 1"),
        ("1/cos x", "1/cos(x)"),
        ("b**a ln b", "b**a *ln(b)"),
        ("bᵃ", "b**(a)"),
        ("a·xᵃ⁻¹", "a·x**(a−1)"),
        ("x⁻¹", "x**(−1)"),
        ("2eˣ", "2e**(x)"),
        ("e⁻ˣ/(1+e⁻ˣ)²", "e**(−x)/(1+e**(−x))²"),
        ("xˢ + x⁽ⁿ⁺¹⁾", "x**(s) + x**((n+1))"),
        ("xᶻ + xᵝ + xᴬ", "x**(z) + x**(β) + x**(A)"),
        ("2·xᵀx", "2·x.T@x"),
        ("xᵀ(a + b) + xᵀ", "x.T@(a + b) + x.T"),
        ("σ(x)(1 − σ(x))", "sigmoid(x)(1 − sigmoid(x))"),
        ("σ²(x)", "(sigmoid(x))²"),
        ("λx", "λ*x"),
        ("x² + x¹²", "x² + x¹²"),
        ("３·（ｘ＋１）", "3·(x+1)"),
        ("［１，－２］", "[1,-2]"),
        ("【1、2】", "[1,2]"),
        ("0。5", "0.5"),
        ("sum(x, axis=0)", "sum(x, axis=0)"),
        ("2*x.T", "2*x.T"),
        ("exp(a*x)", "exp(a*x)"),
        ("2(x + 1)", "2(x + 1)"),
        ("q + 1", "q + 1"),
    ],
)
def test_what_is_read(text: str, read: str) -> None:
    assert typed(text, NAMES) == read


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("1/ax", "how far does / reach?", "put what belongs to / in brackets"),
        ("1/2ax", "how far does / reach?", "put what belongs to / in brackets"),
        ("2**ax", "how far does ** reach?", "put what belongs to ** in brackets"),
        ("cos x/2", "how far does cos reach?", "put its argument in brackets: cos(…)"),
        ("cos x²", "how far does cos reach?", "put its argument in brackets: cos(…)"),
        ("tanh^-1(x)", "how far does tanh reach?", "put its argument in brackets: tanh(…)"),
        ("cos^2 x", "how far does cos reach?", "put its argument in brackets: cos(…)"),
        ("2^xe", "how far does ** reach?", "put what belongs to ** in brackets"),
        ("cos -x", "how far does cos reach?", "put its argument in brackets: cos(…)"),
        ("√2x", "how far does √ reach?", "put its argument in brackets: sqrt(…)"),
        ("1/2√x", "how far does / reach?", "put what belongs to / in brackets"),
        ("x/2√(a)", "how far does / reach?", "put what belongs to / in brackets"),
        ("√x²", "how far does √ reach?", "put its argument in brackets: sqrt(…)"),
    ],
)
def test_what_can_be_meant_in_two_ways_is_refused(text: str, message: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        typed(text, NAMES)
    assert (caught.value.message, caught.value.hint) == (message, hint)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2,048", "2048"),
        ("−16,777,217.5", "−16777217.5"),
        ("２，０４８", "2048"),
        ("2,04", "[2,04]"),
        ("0,048", "[0,048]"),
        ("2048,100", "[2048,100]"),
        ("2, 048", "[2, 048]"),
        ("(2 > 1) and 2 < 3", "(2 > 1) and 2 < 3"),
        ("True or False", "True or False"),
    ],
)
def test_where_one_number_is_asked_for(text: str, read: str) -> None:
    assert typed(text, NAMES, is_array=False) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1,200", "[1,200]"),
        ("0.1 and 0.5", "[0.1, 0.5]"),
        ("1, 2, and a", "[1, 2, a]"),
        ("0.1 和 0.5", "[0.1, 0.5]"),
        ("0.1、0.5以及1", "[0.1,0.5, 1]"),
        ("x > 1 and x < 2", "x > 1 and x < 2"),
    ],
)
def test_where_an_array_is_asked_for(text: str, read: str) -> None:
    assert typed(text, NAMES) == read


@pytest.mark.parametrize("text", ["3 and 5", "3 or 1", "(3 and 5) > 2", "where(2 > 1 and 3, 1, 2)", "3 > 2 and 5"])
def test_numbers_are_not_joined_as_conditions_are(text: str) -> None:
    with pytest.raises(InputError, match=r"'(and|or)' stands between numbers"):
        typed(text, NAMES, is_array=False)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (Question(1, "What?", "value", "5130"), Question(1, "What?", "value", "[5, 130]")),
        (
            Question(1, "What?", "gradient", "5130", of="5130*x", at="x=1"),
            Question(1, "What?", "gradient", "[5, 130]", of="x", at="x=[1,1]", cotangent="[5,130]"),
        ),
    ],
)
def test_whether_one_number_is_asked_for(one: Question, two: Question) -> None:
    assert all(judge(one, answer).right for answer in ("5130", "5,130"))
    assert all(judge(two, answer).right for answer in ("5,130", "5 and 130"))
    with pytest.raises(InputError, match="'and' stands between numbers"):
        judge(one, "5130 and 2")


def test_letters_of_the_question_keep_their_meaning() -> None:
    assert typed("σ(x)", ("σ", "x")) == "σ(x)"
    assert typed("xᵀ", ("x", "T")) == "x**(T)"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("GBᵀ", "G@B.T"),
        ("2 G Bᵀ", "2 G @B.T"),
        ("G·Bᵀ", "G@B.T"),
        ("G*Bᵀ", "G*B.T"),
        ("BᵀG", "B.T@G"),
        ("Bᵀ·G", "B.T@G"),
        ("Bᵀ*G", "B.T*G"),
        ("aGBᵀ + a·Bᵀ", "a*G@B.T + a·B.T"),
        ("GB + G·B", "G*B + G·B"),
        ("Bᵀ·(G + 1)", "B.T@(G + 1)"),
        ("xᵀ·x", "x.T@x"),
        ("det(G)·inv(G)ᵀ", "det(G)·inv(G).T"),
        ("(a + 1)·Bᵀ + det(G)Bᵀ", "(a + 1)·B.T + det(G)B.T"),
        ("inv(G)^T", "inv(G).T"),
        ("G**T", "G.T"),
        ("x⁻¹ + a⁻¹", "x**(−1) + a**(−1)"),
        ("G**-1", "G**-1"),
    ],
)
def test_products_with_a_transposed_array_are_those_of_matrices(text: str, read: str) -> None:
    assert typed(text, AXES, axes=AXES) == read


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("x·xᵀ", "write outer(x, x) or x*x"),
        ("xxᵀ", "write outer(x, x) or x*x"),
        ("(G + a)Bᵀ", "write (…)@B.T or (…)*B.T"),
        ("(2(G + 1))·Bᵀ", "write (…)@B.T or (…)*B.T"),
        ("(G⁻¹)ᵀ", "write inv(G) or 1/G"),
        ("aG^(-1)", "write inv(G) or 1/G"),
        ("G ^ -1", "write inv(G) or 1/G"),
    ],
)
def test_what_is_ambiguous_of_arrays_is_refused(text: str, hint: str) -> None:
    with pytest.raises(InputError, match="can be read in several ways") as caught:
        typed(text, AXES, axes=AXES)
    assert caught.value.hint == hint


def test_the_axes_of_a_questions_names_are_known() -> None:
    product = Question(1, "What?", "gradient", "G@B.T", of="sum(G*(A@B))", at=AT, wrt="A")
    assert all(judge(product, answer).right for answer in ("GBᵀ", "G·Bᵀ", "G Bᵀ"))
    called = Question(1, "What?", "gradient", "G@B.T", of="sum(G*(A@B))", at=AT, wrt="A", let="H = 2*G; s = sum(G)")
    assert all(judge(called, answer).right for answer in ("½HBᵀ", "H·Bᵀ/2", "sG·Bᵀ/s"))
    value = Question(1, "What?", "value", "[[3, 4], [6, 8]]", let="G = [[1, 0], [0, 2]]; B = [[3, 3], [4, 4]]; a = 2")
    assert judge(value, "GBᵀ").right
    assert judge(value, "a GBᵀ / a").right


def test_a_word_that_splits_in_two_ways_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        typed("aaa", ("a", "aa"))
    assert caught.value.message == "'aaa' can be read in several ways"
    assert caught.value.hint == "write a*a*a or a*aa"
    assert typed("aa", ("a", "aa")) == "aa"
    assert typed("a" * 400, ("a", "aa")) == "a" * 400


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        ("2ax+b", "2*a*x + b"),
        ("2*a*x+b", None),
        ("2 a x + b", "2*a*x + b"),
        ("2（a·x）＋b", "2*(a*x) + b"),
        ("1/2 a*4x + b", "1/2*a*4*x + b"),
    ],
)
def test_what_is_not_as_typed_is_echoed(answer: str, read: str | None) -> None:
    question = Question(1, "What?", "gradient", "2*a*x + b", of="a*x**2 + b*x + c", at="x=2, a=1, b=-2, c=1", wrt="x")
    judgement = judge(question, answer)
    assert (judgement.right, judgement.read) == (True, read)


def test_a_value_is_echoed_too() -> None:
    question = Question(1, "What?", "value", "log(10)")
    judgement = judge(question, "ln 10")
    assert (judgement.right, judgement.read) == (True, "log(10)")
