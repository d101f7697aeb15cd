from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_table import parse, tree

from gradcli.errors import InputError
from gradcli.lang.tree import OPERATORS, Assign, Call, Expr, Index, List, Literal, Name, Number, Program, Slice
from gradcli.lang.unparse import unparse


@pytest.mark.parametrize(
    "text",
    [
        "a*x**2 + b*x + c",
        "(-2)**2",
        "-2**2",
        "(-x)**2",
        "2**-1",
        "2**-x**2",
        "2**(-x)**2",
        "(2**-x)**3",
        "(a**b)**c",
        "a**b**c",
        "a - (b - c)",
        "a - b - c",
        "a + (b + c)",
        "a/(b*c)",
        "a/b*c",
        "a*(b/c)",
        "a*-b",
        "a - -b",
        "--x",
        "-(a*b)",
        "-a*b",
        "-(a + b)",
        "a//b%c@d",
        "a < b",
        "(a < b) < c",
        "a < (b < c)",
        "(a < b) + c",
        "not a < b",
        "(not a) < b",
        "a == (not b)",
        "-(not a)",
        "not -a",
        "not not a",
        "not (a and b)",
        "not a and b",
        "(a or b) and c",
        "a or b and c",
        "a or (b or c)",
        "sum(x + 1, axis=0, keepdims=True)",
        "where(x > 0 and y > 0, x, -x)",
        "seed()",
        "add(x=a, y=b)",
        "[1, [2., 1e5], []]",
        "x[0]",
        "(x + y)[0]",
        "(-x)[0]",
        "-x[0]",
        "[1, 2][0]",
        "sin(x)[0][1]",
        "x[1:2, ::-1, :, 1:, :n + 1, ..., None, True]",
        "u = x*x; v = 2*u; u + v",
        "y = x; y",
    ],
)
def test_minimal_text_is_a_fixed_point(text: str) -> None:
    assert unparse(parse(text).program) == text


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("2x^2+3x", "2*x**2 + 3*x"),
        ("1/2x", "1/2*x"),
        ("((x))", "x"),
        ("(x*y)*z", "x*y*z"),
        ("x**(y**z)", "x**y**z"),
        ("x*(-y)", "x*-y"),
        ("x.sum(dim=0)", "sum(x, axis=0)"),
        ("x.T", "transpose(x)"),
        ("ln(x)", "log(x)"),
        ("√(x)÷π", "sqrt(x)/pi"),
        ("add(x, mul(y, z))", "x + y*z"),
        ("+x", "x"),
        ("1_000", "1000"),
        ("x[::]", "x[:]"),
        ("x[None:2]", "x[:2]"),
        ("y = 2x", "y = 2*x; y"),
    ],
)
def test_what_was_typed_is_shown_plainly(typed: str, shown: str) -> None:
    assert unparse(parse(typed).program) == shown


def test_a_long_sum() -> None:
    text = " + ".join(f"x**{power}" for power in range(5_000))
    assert unparse(tree(text)) == text


NAMES = st.sampled_from(["x", "y", "alpha", "e", "θ", "sum"])
ATOMS = st.one_of(
    st.sampled_from(["0", "12", "4.", ".5", "1e5", "2.5e-3"]).map(Number),
    NAMES.map(Name),
    st.sampled_from([True, False, None]).map(Literal),
)


def calls(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    def operator_call(operator_index: int, left: Expr, right: Expr) -> Call:
        operator = OPERATORS[operator_index]
        return Call(operator.function, (left,) if operator.associativity == "prefix" else (left, right))

    def sum_call(x: Expr, axis: Expr | None, keepdims: Expr | None) -> Call:
        keywords = {"axis": axis, "keepdims": keepdims}
        return Call("sum", (x,), tuple((name, value) for name, value in keywords.items() if value is not None))

    maybe = st.none() | inner
    return st.one_of(
        st.builds(operator_call, st.integers(0, len(OPERATORS) - 1), inner, inner),
        st.builds(sum_call, inner, maybe, maybe),
        st.builds(Call, st.just("maximum"), st.lists(inner, min_size=1, max_size=3).map(tuple)),
    )


def compounds(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    item = st.one_of(inner, st.just(Literal(...)), st.builds(Slice, inner, inner, inner))
    return st.one_of(
        calls(inner),
        calls(inner),
        st.builds(List, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Index, inner, st.lists(item, min_size=1, max_size=3).map(tuple)),
    )


TREES: st.SearchStrategy[Expr] = st.recursive(ATOMS, compounds, max_leaves=15)


@settings(max_examples=400)
@given(st.lists(st.builds(Assign, NAMES, TREES), max_size=2), TREES)
def test_every_tree_survives_the_round_trip(assignments: list[Assign], result: Expr) -> None:
    program = Program(tuple(assignments), result)
    assert parse(unparse(program)).program == program


@settings(max_examples=400)
@given(TREES)
def test_no_bracket_is_superfluous(result: Expr) -> None:
    text = unparse(result)
    for opening, character in enumerate(text):
        if character != "(" or (opening and (text[opening - 1].isalnum() or text[opening - 1] == "_")):
            continue
        closing = matching(text, opening)
        shorter = text[:opening] + text[opening + 1 : closing] + text[closing + 1 :]
        try:
            assert tree(shorter) != result
        except InputError:
            pass


def matching(text: str, opening: int) -> int:
    depth = 0
    for position in range(opening, len(text)):
        depth += (text[position] == "(") - (text[position] == ")")
        if depth == 0:
            return position
    raise AssertionError("unbalanced")


def texts(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    symbols = [
        "+",
        " - ",
        "*",
        "/",
        "//",
        "%",
        "@",
        "^",
        "**",
        "×",
        "÷",
        "−",
        " < ",
        "≥",
        " == ",
        " and ",
        " or ",
        ")(",
    ]
    shapes = [
        "({})",
        "-{}",
        "2({})",
        "not {}",
        "({})y",
        "{}²",
        "sin({})",
        "({}).sum(dim=0)",
        "x[{}, :]",
        "[{}]",
        "x(1/2{})",
    ]
    return st.one_of(
        st.builds("{}{}{}".format, inner, st.sampled_from(symbols), inner),
        st.builds(str.format, st.sampled_from(shapes), inner),
    )


@settings(max_examples=400)
@given(st.recursive(st.sampled_from(["x", "y", "2", ".5", "3x", "π", "2e3x", "√(x)", "x.T"]), texts, max_leaves=10))
def test_every_text_that_parses_survives_the_round_trip(text: str) -> None:
    try:
        program = parse(text).program
    except InputError:  # a chain of comparisons, x²2 and the like
        return
    assert parse(unparse(program)).program == program
