from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_table import parse, tree

from gradcli.errors import InputError
from gradcli.lang.tokens import MAX_DEPTH
from gradcli.lang.tree import Assign, Call, Expr, Index, List, Literal, Name, Number, Slice, fold, free_names, postorder

X, Y, Z = Name("x"), Name("y"), Name("z")
ONE, TWO, THREE = Number("1"), Number("2"), Number("3")
NONE = Literal(None)


def add(a: Expr, b: Expr) -> Call:
    return Call("add", (a, b))


def mul(a: Expr, b: Expr) -> Call:
    return Call("mul", (a, b))


def div(a: Expr, b: Expr) -> Call:
    return Call("div", (a, b))


def power(a: Expr, b: Expr) -> Call:
    return Call("pow", (a, b))


def neg(a: Expr) -> Call:
    return Call("neg", (a,))


def call(function: str, *args: Expr, **keywords: Expr) -> Call:
    return Call(function, args, tuple(keywords.items()))


def error(text: str, bound: tuple[str, ...] = ()) -> InputError:
    with pytest.raises(InputError) as caught:
        parse(text, bound)
    assert caught.value.span is not None
    return caught.value


# --- trees


@pytest.mark.parametrize(
    ("symbol", "function"),
    [
        ("+", "add"),
        ("-", "sub"),
        ("*", "mul"),
        ("/", "div"),
        ("//", "floor_divide"),
        ("%", "remainder"),
        ("**", "pow"),
        ("^", "pow"),
        ("@", "matmul"),
        ("<", "lt"),
        ("<=", "le"),
        (">", "gt"),
        (">=", "ge"),
        ("==", "eq"),
        ("!=", "ne"),
        ("and", "logical_and"),
        ("or", "logical_or"),
    ],
)
def test_operators_are_calls(symbol: str, function: str) -> None:
    assert tree(f"x {symbol} y") == Call(function, (X, Y))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x+y*z", add(X, mul(Y, Z))),
        ("x-y-z", call("sub", call("sub", X, Y), Z)),
        ("x/y*z", mul(div(X, Y), Z)),
        ("x//y%z@x", call("matmul", call("remainder", call("floor_divide", X, Y), Z), X)),
        ("x**y**z", power(X, power(Y, Z))),
        ("-x**2", neg(power(X, TWO))),
        ("(-2)**2", power(neg(TWO), TWO)),
        ("2**-1", power(TWO, neg(ONE))),
        ("2**-x**2", power(TWO, neg(power(X, TWO)))),
        ("2**-x*3", mul(power(TWO, neg(X)), THREE)),
        ("-x*y", mul(neg(X), Y)),
        ("x*-y+z", add(mul(X, neg(Y)), Z)),
        ("--x", neg(neg(X))),
        ("+x - +y", call("sub", X, Y)),
        ("x+1 < y", call("lt", add(X, ONE), Y)),
        ("(x<y)<z", call("lt", call("lt", X, Y), Z)),
        ("not x < y", call("logical_not", call("lt", X, Y))),
        ("not x and y or z", call("logical_or", call("logical_and", call("logical_not", X), Y), Z)),
        ("x or y and z", call("logical_or", X, call("logical_and", Y, Z))),
        ("x and not y", call("logical_and", X, call("logical_not", Y))),
        ("((x))", X),
        ("True", Literal(True)),
        ("-2", neg(TWO)),
    ],
)
def test_precedence_and_associativity(text: str, expected: Expr) -> None:
    assert tree(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2x", mul(TWO, X)),
        ("2 x", mul(TWO, X)),
        ("2(x+1)", mul(TWO, add(X, ONE))),
        ("3sin(x)", mul(THREE, call("sin", X))),
        ("(x+1)(y)", mul(add(X, ONE), Y)),
        ("(x+1)x", mul(add(X, ONE), X)),
        ("sin(x)cos(x)", mul(call("sin", X), call("cos", X))),
        ("x(y)", mul(X, Y)),
        ("2x^2", mul(TWO, power(X, TWO))),
        ("x^2y", mul(power(X, TWO), Y)),
        ("2^3x", mul(power(TWO, THREE), X)),
        ("1/2x", mul(div(ONE, TWO), X)),
        ("-2x", mul(neg(TWO), X)),
        ("2x*y", mul(mul(TWO, X), Y)),
        ("2e", mul(TWO, Name("e"))),
        ("2pi", mul(TWO, Name("pi"))),
        ("2e3x", mul(Number("2e3"), X)),
        ("x²", power(X, TWO)),
        ("-x²", neg(power(X, TWO))),
        ("2x³y", mul(mul(TWO, power(X, THREE)), Y)),
        ("y**x²", power(Y, power(X, TWO))),
        ("√(x)", call("sqrt", X)),
        ("2π×x", mul(mul(TWO, Name("pi")), X)),
        ("lambda", Name("lambda")),
        ("2if", mul(TWO, Name("if"))),
    ],
)
def test_textbook_notation(text: str, expected: Expr) -> None:
    assert tree(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sum(x)", call("sum", X)),
        ("sum(x, 0,)", call("sum", X, Number("0"))),
        ("x.sum(0)", call("sum", X, Number("0"))),
        ("x.sum().sin()", call("sin", call("sum", X))),
        ("-x.sum()**2", neg(power(call("sum", X), TWO))),
        ("x.T", call("transpose", X)),
        ("x.mT@y", call("matmul", call("transpose", X), Y)),
        ("ln(x)", call("log", X)),
        ("x.clamp(max=1, min=2)", call("clip", X, min=TWO, max=ONE)),
        ("sum(x, keepdim=True, dim=1)", call("sum", X, axis=ONE, keepdims=Literal(True))),
        ("sum(input=x)", call("sum", x=X)),
        ("maximum(x)", call("maximum", X)),
        ("maximum(x, y, z)", call("maximum", X, Y, Z)),
        ("maximum([x, y])", call("maximum", List((X, Y)))),
        ("concatenate(x, y, dim=1)", call("concatenate", X, Y, axis=ONE)),
        ("seed()", call("seed")),
        ("sum(\n  x,\n  axis=0\n)", call("sum", X, axis=Number("0"))),
        ("[1, 2]", List((ONE, TWO))),
        ("[[1], [],]", List((List((ONE,)), List(())))),
        ("x[1]", Index(X, (ONE,))),
        ("x[1][2]", Index(Index(X, (ONE,)), (TWO,))),
        ("x[1:2]", Index(X, (Slice(ONE, TWO, NONE),))),
        ("x[:, ::-1]", Index(X, (Slice(NONE, NONE, NONE), Slice(NONE, NONE, neg(ONE))))),
        ("x[1:, :2]", Index(X, (Slice(ONE, NONE, NONE), Slice(NONE, TWO, NONE)))),
        ("x[..., None, [1]]", Index(X, (Literal(...), NONE, List((ONE,))))),
        ("2x[1]", mul(TWO, Index(X, (ONE,)))),
    ],
)
def test_calls_lists_and_indices(text: str, expected: Expr) -> None:
    assert tree(text) == expected


def test_statements() -> None:
    program = parse("# the square\nu = x*x;;\n\nv = 2u  # twice\nu + v").program
    assert program.assignments == (Assign("u", mul(X, X)), Assign("v", mul(TWO, Name("u"))))
    assert program.result == add(Name("u"), Name("v"))


def test_a_last_assignment_is_the_result() -> None:
    program = parse("y = x; y = 2y").program
    assert program.assignments == (Assign("y", X), Assign("y", mul(TWO, Y)))
    assert program.result == Y


def test_spans_reach_over_brackets() -> None:
    parsed = parse("2*(x + 1) + sum(y)[0]")
    texts = [parsed.source.text[slice(*node.span)] for node in postorder(parsed.program.result)]
    assert texts == ["2", "x", "1", "(x + 1)", "2*(x + 1)", "y", "sum(y)", "0", "sum(y)[0]", "2*(x + 1) + sum(y)[0]"]


def test_values_of_numbers() -> None:
    assert (Number("12").value, Number("1.").value, Number("1e2").value) == (12, 1.0, 100.0)
    assert [type(Number(text).value) for text in ("12", "1.", "1e2")] == [int, float, float]


def test_free_names_in_order_of_first_use() -> None:
    assert free_names(parse("a = x*b; x = 1; b = a + c; a + x + b + c + d").program) == ("x", "b", "c", "d")
    assert free_names(parse("x = x + 1").program) == ("x",)


def test_equality_and_hash_ignore_spans_but_nothing_else() -> None:
    assert tree("x+1") == tree("(x)  + 1")
    assert hash(tree("x+1")) == hash(tree("(x)  + 1"))
    different = ["x", "y", "1", "1.", "[x]", "[x, x]", "[[x], x]", "x[x]", "[x][x]", "sin(x)", "cos(x)", "sum(x)"]
    different += ["sum(x, x)", "sum(x, axis=x)", "sum(x, keepdims=x)", "x[x:]", "x[:x]", "True", "None", "x+x"]
    assert len({tree(text) for text in different}) == len(different)
    assert tree("x") != "x"


def test_repr_shows_the_tree() -> None:
    assert repr(tree("sum(2x, axis=None)")) == (
        "Call('sum', 'axis', Call('mul', Number('2'), Name('x')), Literal(None))"
    )


# --- notes


@pytest.mark.parametrize(
    ("text", "messages", "place"),
    [
        ("1/2x", ["a/b c was read as (a/b)*c"], "2x"),
        ("1/2(x)", ["a/b c was read as (a/b)*c"], "2("),
        ("z + y % 2x", ["a%b c was read as (a%b)*c"], "2x"),
        ("x(y)", ["x(...) was read as x*(...): 'x' is no function"], "x"),
        ("rate(y)", ["rate(...) was read as rate*(...): 'rate' is no function"], "rate"),
        ("sum(y)", ["sum(...) was read as a call, not as sum*(...)"], "sum"),
    ],
)
def test_readings_that_may_surprise_leave_a_note(text: str, messages: list[str], place: str) -> None:
    notes = parse(text, bound=("rate", "sum")).notes
    assert [note.message for note in notes] == messages
    assert text[notes[0].span.start : notes[0].span.end] == place


@pytest.mark.parametrize("text", ["2x", "x*y/2", "x^2y", "2*3x", "1/(2x)", "2x/3", "1/2*x", "sin(x)", "x.sum()"])
def test_plain_readings_leave_none(text: str) -> None:
    assert parse(text).notes == ()


def test_an_assigned_name_multiplies() -> None:
    parsed = parse("rate = 3; rate(x + 1)")
    assert parsed.program.result == mul(Name("rate"), add(X, ONE))
    assert len(parsed.notes) == 1


# --- errors


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("", "the expression is empty", ""),
        (" # nothing\n;", "the expression is empty", ""),
        ("1 +", "expected an expression after '+', found the end", ""),
        ("* 3", "expected an expression, found '*'", "*"),
        ("2 * / 3", "expected an expression after '*', found '/'", "/"),
        ("()", "expected an expression after '(', found ')'", ")"),
        ("y = \n1", "expected an expression after '=', found the end of the line", "\n"),
        ("x y", "expected an operator between 'x' and 'y'", "y"),
        ("a<b<c", "comparisons do not chain", "<"),
        ("a == b != c", "comparisons do not chain", "!="),
        ("a == not b", "'not' needs brackets here", "not"),
        ("x+1; y", "only the last statement may be without a name", "x+1"),
        ("True = 1", "'True' cannot be assigned to", "True"),
        ("x[]", "the index is empty", "[]"),
        ("x[,]", "expected an expression after '[', found ','", ","),
        ("x[1:2:3:4]", "expected an operator, ',' or ']', found ':'", ":"),
        ("...", "expected an expression, found '...'", "..."),
        ("sum(x y)", "expected an operator between 'x' and 'y'", "y"),
        ("sum(x; y)", "expected an operator, ',' or ')', found ';'", ";"),
        ("sum(axis=0, x)", "expected a keyword argument after a keyword argument, found 'x'", "x"),
        ("x.", "expected the name of a method, found the end", ""),
        ("x.and(y)", "expected the name of a method, found 'and'", "and"),
        ("x.shape", "'.shape' is no attribute", ".shape"),
        ("x.where(y, z)", "'where' is no method", "where"),
        ("np.sin(x)", "functions and constants are written without a module", "np"),
        ("1; )", "')' closes no bracket", ")"),
    ],
)
def test_syntax_errors(text: str, message: str, place: str) -> None:
    refused = error(text)
    assert (refused.code, refused.message) == ("syntax", message)
    assert refused.span is not None and text[refused.span.start : refused.span.end] == place


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("x y", "write x*y to multiply"),
        ("x 2", "write x*2 to multiply"),
        ("2 3", "write 2*3 to multiply"),
        ("(x) 2", "write (x)*2 to multiply"),
        ("x.T y", "write x.T*y to multiply"),
        ("x[0](y)", "write x[0]*(...) to multiply"),
        (f"({'+'.join('x' * 50)}) 2", "write (...)*2 to multiply"),
        ("(x # \ud800\n) 2", "write (...)*2 to multiply"),
        ("sin x", "write sin(x)"),
        ("√2", "write sqrt(2)"),
        ("sin²(x)", "write sin(...)**2"),
        ("2sin^2(x)", "write sin(...)**2"),
        ("sin^-1(x)", "write sin(...)**2"),
        ("a<b<c", "for a<b<c write (a<b) and (b<c)"),
        ("x = y = 2", "== compares; an assignment 'name = value' is a statement of its own"),
        ("f(x) = 2", "== compares; an assignment 'name = value' is a statement of its own"),
        ("(1, 2)", "a list is written [1, 2]"),
        ("x.sum", "write .sum(...)"),
        ("torch.pi", "write pi"),
    ],
)
def test_hints(text: str, hint: str) -> None:
    refused = error(text)
    assert (refused.code, refused.hint) == ("syntax", hint)


@pytest.mark.parametrize(
    ("text", "message", "hint", "place"),
    [
        ("sin(x, y, z)", "sin() takes 1 argument, not 3", "sin(x)", "y"),
        ("seed(x)", "seed() takes no arguments, not 1", "seed()", "x"),
        ("x.sum(0, True, 2)", "sum() takes at most 3 arguments, not 4", "sum(x, axis=None, keepdims=False)", "2"),
        ("1 + sin()", "sin() needs 'x'", "sin(x)", "sin()"),
        ("where(x, y)", "where() needs 'y'", "where(condition, x, y)", "where(x, y)"),
        ("maximum()", "maximum() needs at least one argument", "maximum(*xs)", "maximum()"),
        ("maximum(input=x)", "maximum() has no parameter 'input'", "maximum(*xs)", "input"),
        ("maximum(xs=x)", "maximum() has no parameter 'xs'", "maximum(*xs)", "xs"),
        ("seed(input=x)", "seed() has no parameter 'input'", "seed()", "input"),
        ("sin(x, dim=0)", "sin() has no parameter 'dim'", "sin(x)", "dim"),
        ("sum(x, 0, dim=1)", "sum() is given 'axis' twice", "sum(x, axis=None, keepdims=False)", "dim"),
        ("sum(x, dim=0, axis=1)", "sum() is given 'axis' twice", "sum(x, axis=None, keepdims=False)", "axis"),
        ("sum(x, input=y)", "sum() is given 'x' twice", "sum(x, axis=None, keepdims=False)", "input"),
    ],
)
def test_arity_errors_show_the_signature(text: str, message: str, hint: str, place: str) -> None:
    refused = error(text)
    assert (refused.code, refused.message, refused.hint) == ("arity", message, hint)
    assert refused.span is not None and text[refused.span.start : refused.span.end] == place


@pytest.mark.parametrize(
    ("text", "name", "hint"),
    [
        ("2sine(x)", "sine", "did you mean 'sin'?"),
        ("sqr(x)", "sqr", "did you mean 'sqrt'?"),
        ("EXP(x)", "EXP", "did you mean 'exp'?"),
        ("x.summ()", "summ", "did you mean 'sum'?"),
        ("x.zzz()", "zzz", "x.f(y) is another way to write f(x, y)"),
        ("momentum(x)", "momentum", "if it is a variable, write momentum*(...)"),
        ("__import__(os)", "__import__", "if it is a variable, write __import__*(...)"),
    ],
)
def test_unknown_functions(text: str, name: str, hint: str) -> None:
    refused = error(text)
    assert (refused.code, refused.message, refused.hint) == ("unknown-function", f"'{name}' is no function", hint)
    assert refused.span is not None and text[refused.span.start : refused.span.end] == name


def test_the_power_of_a_bound_name_multiplies() -> None:
    assert tree("sin²(x)", bound=("sin",)) == mul(power(Name("sin"), TWO), X)


@pytest.mark.parametrize(("text", "bound"), [("t(1 - t)", ()), ("t(x)", ("t",)), ("t = 2; 3t(x)", ())])
def test_a_variable_named_like_an_alias_is_not_called(text: str, bound: tuple[str, ...]) -> None:
    refused = error(text, bound)
    assert refused.message == "'t' is both a variable and another name of the function 'transpose'"
    assert refused.hint == "write t*(...) to multiply, or transpose(...)"


def test_an_alias_is_called_where_it_is_no_variable() -> None:
    assert tree("t(x)") == call("transpose", X)
    assert tree("x.t()*t") == mul(call("transpose", X), Name("t"))


def test_a_bound_name_is_no_module() -> None:
    assert tree("np.sum()", bound=("np",)) == call("sum", Name("np"))


# --- bounds


@pytest.mark.parametrize(
    "nest",
    [
        lambda n: "(" * n + "x" + ")" * n,
        lambda n: "[" * n + "x" + "]" * n,
        lambda n: "sin(" * n + "x" + ")" * n,
        lambda n: "x[1:" * n + "x" + "]" * n,
        lambda n: "x.sum(axis=" * n + "x" + ")" * n,
        lambda n: "-" * n + "x",
        lambda n: "not " * n + "x",
        lambda n: "2**" * n + "x",
        lambda n: "2**-" * (n // 2) + "2**" * (n % 2) + "x",
    ],
)
def test_the_depth_is_bounded(nest: Callable[[int], str]) -> None:
    def parse_deep_in_the_stack(text: str, frames: int) -> None:
        if frames:
            parse_deep_in_the_stack(text, frames - 1)
        else:
            parse(text)

    parse_deep_in_the_stack(nest(MAX_DEPTH), 200)
    refused = error(nest(MAX_DEPTH + 1))
    assert refused.code == "too-large"
    assert "100" in refused.message


def test_long_chains_are_not_deep() -> None:
    terms = 5_000
    parsed = parse(" + ".join(["x"] * terms))
    count: int = fold(parsed.program.result, lambda node, counts: sum(counts) + isinstance(node, Name))
    assert count == terms
    assert parsed.program == parse("+".join(["x"] * terms)).program
    assert repr(parsed.program.result).count("Name") == terms


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000,
        "x" * 100_000,
        "1" * 60_000,
        "x+" * 9_999 + "x",
        "1/2x" + "/2x" * 4_000,
        "x(" * 90 + "x" + ")" * 90,
        "[" + "1," * 9_000 + "]",
        "maximum(" + "1," * 9_000 + "1)",
        ";" * 19_000,
        "\n" * 60_000,
        "1_" * 30_000,
        "." * 60_000,
        "a=1;" * 4_900,
        "#" * 65_000,
    ],
    ids=lambda text: f"{text[:8]!r}",
)
def test_large_inputs_are_answered_quickly(text: str) -> None:
    start = time.process_time()
    try:
        parse(text)
    except InputError:
        pass
    assert time.process_time() - start < 2.0


TOKENS = [*"+-*/%@^<>=()[],;:.!|&~'\"{}\\#\n\x00 ²³√π−×·÷≤", "**", "//", "==", "...", "and", "or", "not", "x", "yy"]
TOKENS += ["sin", "sum", "maximum", "where", "seed", "axis", "dim", "input", "T", "np", "True", "None", "1", "2.5"]
TOKENS += ["0x10", "1e999", "1j", "2e", "x(", "sin(", ".sum(", "axis=", "\ud800", "x₁", "½", "𝑥"]


@settings(max_examples=400)
@given(st.one_of(st.text(), st.lists(st.sampled_from(TOKENS), max_size=25).map("".join)))
def test_nothing_but_input_errors(text: str) -> None:
    try:
        parsed = parse(text, bound=("x", "sum"))
    except InputError as refused:
        assert refused.code in ("syntax", "arity", "unknown-function", "too-large")
        assert refused.span is not None
        assert 0 <= refused.span.start <= refused.span.end <= len(text)
        (refused.message + (refused.hint or "")).encode()
    else:
        for note in parsed.notes:
            note.message.encode()
