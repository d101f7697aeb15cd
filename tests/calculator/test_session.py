"""The names of a session, and what a line in them comes to. SymPy is not asked here."""

from __future__ import annotations

import numpy as np
import pytest

from gradcli.calculator.commands.repl import NEEDS_NUMBER, Defined, Session, statements
from gradcli.calculator.kernel.question import DerivativeQuestion
from gradcli.errors import InputError


def talk(*lines: str, **template) -> tuple[Session, list]:
    """A session after these lines, and what came of them."""
    session = Session(DerivativeQuestion(expression="", check=False, **template))
    return session, [outcome for line in lines for outcome in run(session, line)]


def run(session: Session, line: str) -> list:
    return [outcome for statement in statements(line) for outcome in session.run(statement, None)]


def gradients(answer) -> dict[str, list]:
    return {derivative.name: derivative.gradient.tolist() for derivative in answer.derivatives}


def refused(*lines: str) -> InputError:
    session, _ = talk(*lines[:-1])
    before = (dict(session.variables), dict(session.constants), dict(session.formulas))
    with pytest.raises(InputError) as error:
        run(session, lines[-1])
    assert (session.variables, session.constants, session.formulas) == before
    return error.value


@pytest.mark.parametrize(
    ("lines", "value", "expected"),
    [
        (["x = 3", "x^2 + 1"], 10, {"x": 6}),
        (["x = 3; x**2"], 9, {"x": 6}),
        (["x = 3, y = 2", "x*y"], 6, {"x": 2, "y": 3}),
        (["let c = 2, d = 1", "x = 3", "c*x + d"], 7, {"x": 2}),
        (["x = 3", "y = x**2", "2y"], 18, {"x": 12}),
        (["x = 3", "y = x**2", "x = 4", "y"], 16, {"x": 8}),  # a formula follows
        (["x = 3", "a = 2x", "b = a*x", "a + b"], 24, {"x": 14}),  # 2x + 2x²
        (["x = 3", "y = x", "y = 5", "x*y"], 15, {"x": 5, "y": 3}),  # no formula any more
        (["x = 3", "let x = 4", "x = 5", "x"], 5, {"x": 1}),
        (["speed = 3", "speed(2)"], 6, {"speed": 2}),
        (["e = 2", "e**2"], 4, {"e": 4}),
        (["let let = 2", "let"], 2, {}),
        (["let = 2", "let"], 2, {"let": 1}),
        (["1 + 1"], 2, {}),
        (["x = 2 # a comment; nothing", "x"], 2, {"x": 1}),
        (["x = [1,\n2]", "sum(x)"], 3, {"x": [1, 1]}),
        (["x = zeros(0)", "sum(x)"], 0, {"x": []}),
    ],
)
def test_value_and_gradients(lines, value, expected) -> None:
    _, outcomes = talk(*lines)
    assert outcomes[-1].value == value
    assert gradients(outcomes[-1]) == expected


def test_a_formula_is_answered_where_it_is_defined() -> None:
    _, outcomes = talk("x = 3", "y = x**2")
    assert outcomes[0] == Defined("x", "variable")
    assert (outcomes[1].name, outcomes[1].kind) == ("y", "formula")
    assert gradients(outcomes[1].answer) == {"x": 6}


def test_an_array_has_its_value_and_a_note() -> None:
    _, (*_, answer) = talk("x = [1, 2]", "x**2")
    assert answer.value.tolist() == [1, 4]
    assert answer.derivatives == ()
    assert answer.notes == (NEEDS_NUMBER,)
    _, (answer,) = talk("[1, 2]")
    assert answer.notes == ()


def test_values_given_at_the_start() -> None:
    session, (answer,) = talk("c*x", at=("x=3",), let=("c=2",), dtype="float32")
    assert gradients(answer) == {"x": 2}
    assert session.variables["x"].dtype == np.float32
    with pytest.raises(InputError, match="'x' is given by --at and by --let"):
        talk(at=("x=3",), let=("x=2",))


def test_random_numbers_are_drawn_in_turn_and_kept() -> None:
    session, (*_, first, again) = talk("x = randn(2)", "y = randn(2)", "sum(x)", "sum(x)", seed=0)
    expected = Session(DerivativeQuestion(expression="", at=("x=randn(2), y=randn(2)",), seed=0))
    assert session.variables["y"].tolist() == expected.variables["y"].tolist()
    assert first.value == again.value


def test_a_value_from_a_file(tmp_path) -> None:
    np.save(tmp_path / "it's;x.npy", np.array([1.0, 2.0]))
    session, _ = talk(f"x = @{tmp_path}/it's;x.npy")
    assert session.variables["x"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("lines", "code", "message"),
    [
        (["x = 3", "x = x + 1"], "circular", "x = x + 1 needs x itself"),
        (["x = 3", "y = x", "z = 2y", "y = z + 1"], "circular", "y = z + 1 needs y itself"),
        (["x = 3", "y = randn(1)*x"], "random", "a formula would draw other random numbers at each use"),
        (["x = 3", "let c = 2x"], "constant", "a constant is a number, and 'x' is a name"),
        (["sin = 3"], "reserved", "'sin' has a meaning of its own and cannot be a variable"),
        (["x = 3", "sin = x"], "reserved", "'sin' has a meaning of its own and cannot be a variable"),
        (["let x = 1, x = 2"], "duplicate", "let gives 'x' twice"),
        (["a*2"], "missing-value", "no value for a"),
        (["x = [1, 2]", "y = x @ ones(3)"], "evaluation", None),
        (["x = 3", "x > 2"], "result", "the result is a condition, not a number"),
        (["3 +* 4"], "syntax", None),
        (["x = @nothing.csv"], "file", "value of x: there is no file 'nothing.csv'"),
        (["sum(1"], "syntax", "'(' is never closed"),
        (["x ="], "syntax", None),
        (["let"], "missing-value", "no value for let"),
        (["let c"], "syntax", "let wants NAME=VALUE"),
    ],
)  # fmt: skip
def test_what_is_refused_and_changes_nothing(lines, code, message) -> None:
    error = refused(*lines)
    assert error.code == code
    assert message in (None, error.message)


def test_forgetting() -> None:
    session, _ = talk("x = 3", "y = x**2")
    with pytest.raises(InputError, match=r"y = x\*\*2 uses x"):
        session.delete("x")
    with pytest.raises(InputError, match="'q' is not defined"):
        session.delete("q")
    session.delete("y")
    session.delete("x")
    assert session.known == set()


def test_graph_and_derivation() -> None:
    session, _ = talk("x = [1, 2]", "y = x**2")
    assert [node.name for node in session.drawing("y").nodes] == ["PowBackward0", "AccumulateGrad"]
    assert [step.node for step in session.explain("sum(y)", None).tape.steps] == ["PowBackward0", "SumBackward0"]
    with pytest.raises(InputError, match="gradients need a number"):
        session.explain("y", None)
    for ask in (session.drawing, lambda text: session.explain(text, None)):
        with pytest.raises(InputError, match="no value for q"):
            ask("q + 1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("# nothing", []),
        ("a; b;; c", ["a", "b", "c"]),
        ("a\nb = [1,\n 2]\n", ["a", "b = [1,\n 2]"]),
        ("x = @a;b.csv ", ["x = @a;b.csv"]),
    ],
)
def test_statements(text, expected) -> None:
    assert statements(text) == expected
