from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcli.errors import InputError
from gradcli.lang.tokens import MAX_DEPTH, MAX_TEXT, MAX_TOKENS, MAX_WORD, Source, tokenize


def kinds_and_texts(text: str) -> list[tuple[str, str]]:
    return [(token.kind, token.text) for token in tokenize(Source(text))[:-1]]


def error(text: str) -> InputError:
    with pytest.raises(InputError) as caught:
        tokenize(Source(text, "--at x"))
    assert caught.value.span is not None
    assert caught.value.span.source == "--at x"
    return caught.value


@pytest.mark.parametrize("text", ["0", "12", "007", "4.", ".5", "1.5", "1e5", "1E+5", "2.e-3", ".5e2"])
def test_a_number_is_one_token(text: str) -> None:
    assert kinds_and_texts(text) == [("number", text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1_000.5_0", [("number", "1000.50")]),
        ("2e", [("number", "2"), ("name", "e")]),
        ("2e3x", [("number", "2e3"), ("name", "x")]),
        ("2e+x", [("number", "2"), ("name", "e"), ("+", "+"), ("name", "x")]),
        ("10x1", [("number", "10"), ("name", "x1")]),
        ("0x", [("number", "0"), ("name", "x")]),
        ("2jx", [("number", "2"), ("name", "jx")]),
        ("1..2", [("number", "1."), ("number", ".2")]),
        ("2.5.sum", [("number", "2.5"), (".", "."), ("name", "sum")]),
        ("x[...]", [("name", "x"), ("[", "["), ("...", "..."), ("]", "]")]),
    ],
)
def test_numbers_end_where_they_should(text: str, expected: list[tuple[str, str]]) -> None:
    assert kinds_and_texts(text) == expected


@pytest.mark.parametrize("text", ["0x10", "0xF", "0b11", "0o17", "1j", "2.5J", "1e3j", "1_", "1__0", "1.5_"])
def test_other_notations_are_refused_rather_than_multiplied(text: str) -> None:
    refused = error(text)
    assert refused.code == "syntax"
    assert "is not a number" in refused.message
    assert refused.hint is not None and "put * between" in refused.hint


@pytest.mark.parametrize(
    ("pasted", "kind"),
    [
        ("^", "**"),
        ("−", "-"),
        ("–", "-"),
        ("×", "*"),
        ("·", "*"),
        ("⋅", "*"),
        ("÷", "/"),
        ("≤", "<="),
        ("≥", ">="),
        ("≠", "!="),
        ("**", "**"),
        ("//", "//"),
        ("==", "=="),
    ],
)
def test_symbols(pasted: str, kind: str) -> None:
    assert kinds_and_texts(f"a{pasted}b") == [("name", "a"), (kind, kind), ("name", "b")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("π", [("name", "pi")]),
        ("τ", [("name", "tau")]),
        ("∞", [("name", "inf")]),
        ("√x", [("name", "sqrt"), ("name", "x")]),
        ("πr²", [("name", "pi"), ("name", "r"), ("superscript", "2")]),
        ("x¹²", [("name", "x"), ("superscript", "12")]),
        ("𝑥₁", [("name", "x1")]),
        ("θ_0", [("name", "θ_0")]),
        ("x̂", [("name", "x̂")]),
        ("x\u00a0+\u2009y\u200b", [("name", "x"), ("+", "+"), ("name", "y")]),
        ("\ufeffx\t", [("name", "x")]),
        ("x # a + b", [("name", "x")]),
        ("True and not None", [("literal", "True"), ("and", "and"), ("not", "not"), ("literal", "None")]),
        ("android nothing", [("name", "android"), ("name", "nothing")]),
    ],
)
def test_names_and_blanks_as_people_paste_them(text: str, expected: list[tuple[str, str]]) -> None:
    assert kinds_and_texts(text) == expected


@pytest.mark.parametrize("text", ["𝜋𝑟", "x½", "\u0958"])
def test_a_name_that_could_not_be_typed_again_is_refused(text: str) -> None:
    assert error(text).message == f"'{text}' is not a name"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\u2028"])
def test_newlines_separate_outside_brackets_only(newline: str) -> None:
    assert [kind for kind, _ in kinds_and_texts(f"x{newline}y")].count("newline") == len(newline)
    assert "newline" not in [kind for kind, _ in kinds_and_texts(f"[x,{newline}(y{newline}){newline}]")]


def test_tokens_know_their_place() -> None:
    assert [token.extent for token in tokenize(Source("ab + 1_0"))] == [(0, 2), (3, 4), (5, 8), (8, 8)]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("|x|", "abs(x)"),
        ("a & b", "'and'"),
        ("a || b", "'or'"),
        ("~a", "'not'"),
        ("x!", "factorial"),
        ("'x'", "quoted"),
        ("f'(x)", "primes"),
        ('"x"', "quoted"),
        ("{x}", "( )"),
        ("a \\\n b", "inside brackets"),
    ],
)
def test_foreign_characters_get_a_hint(text: str, hint: str) -> None:
    assert error(text).code == "syntax"
    assert hint in (error(text).hint or "")


@pytest.mark.parametrize("text", ["\x00", "x \ud800", "½", "😀", "①x", "٣"])
def test_other_characters_are_named_printably(text: str) -> None:
    assert error(text).code == "syntax"
    assert error(text).message.isprintable()


@pytest.mark.parametrize(
    ("text", "message", "start"),
    [
        ("sin(x + (1)", "'(' is never closed", 3),
        ("[1, (2", "'(' is never closed", 4),
        ("x)", "')' closes no bracket", 1),
        ("(x]", "expected ')', found ']'", 2),
    ],
)
def test_unbalanced_brackets(text: str, message: str, start: int) -> None:
    refused = error(text)
    assert (refused.code, refused.message) == ("syntax", message)
    assert refused.span is not None and refused.span.start == start


@pytest.mark.parametrize(
    ("fits", "too_large", "limit"),
    [
        (" " * MAX_TEXT, " " * (MAX_TEXT + 1), "65,536"),
        ("+" * MAX_TOKENS, "+" * (MAX_TOKENS + 1), "20,000"),
        ("(" * MAX_DEPTH + ")" * MAX_DEPTH, "(" * (MAX_DEPTH + 1) + ")" * (MAX_DEPTH + 1), "100"),
        ("." + "1" * (MAX_WORD - 1), "." + "1" * MAX_WORD, "400"),
        ("x" * MAX_WORD, "x" * (MAX_WORD + 1), "400"),
        ("1e308", "1e309", "1.8e308"),
        ("9" * 308, "9" * 310, "1.8e308"),
        ("x" + "⁹" * 308, "x" + "⁹" * 310, "1.8e308"),
    ],
)
def test_each_bound_holds_and_is_named(fits: str, too_large: str, limit: str) -> None:
    tokenize(Source(fits))
    assert error(too_large).code == "too-large"
    assert limit in error(too_large).message


@given(st.text())
def test_tokens_cover_all_but_blanks_and_comments(text: str) -> None:
    try:
        tokens = tokenize(Source(text))
    except InputError:
        return
    for before, after in pairwise(tokens):
        between = text[before.end : after.start]
        assert before.end <= after.start
        assert "#" in between or not between.strip("\u200b\u2060\ufeff \t\n\r\x85\u2028\u2029").strip()
