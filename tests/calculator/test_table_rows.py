"""Gradients of tables: rows at once and one by one, rows without a gradient or at a kink, rows that are checked."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tabulated import answer_of, rows_of

from gradcli.calculator.commands import batch_sample as rowsample
from gradcli.calculator.commands.batch import BatchQuestion, batch, elementwise
from gradcli.calculator.kernel.differentiate import differentiate
from gradcli.calculator.kernel.prepare import prepare
from gradcli.calculator.kernel.question import DerivativeQuestion
from gradcli.errors import InputError
from gradcli.lang.functions import functions

MIXING = [
    "sum([a, b])*a", "mean([a, b])", "norm([a, b])", "softmax([a, b])[0]", "[a, b] @ [b, 2]", "[a, b][1]*a",
    "cumsum([a, b])[1]", "flip([a, b], 0)[0]", "sum(a)", "mean(a*b)", "softmax(a*ones(2))[0]", "sum(c*a)", "max(c*b)",
    "reshape(a, 1)*b", "det([[a, 1], [1, b]])", "stack([a, b])[0]", "a*rand(1)", "a.sum()",
]  # fmt: skip
APART = ["a*b", "where(a > b, a, b**2)", "u = sin(a); u*detach(b)", "clamp(a, -1, 1)*pi", "7", "maximum(a, b)"]


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("expression", [*MIXING, *APART])
def test_rows_do_not_mix(table: Callable[..., Path], tmp_path: Path, expression: str) -> None:
    """Every row is what the same expression gives at that row alone."""
    points = np.random.default_rng(1).uniform(-2, 2, (7, 2))
    data = table("a,b\n" + "".join(f"{a!r},{b!r}\n" for a, b in points.tolist()))
    answer = answer_of(data, expression, let=("c=[1,2]",), wrt=("a", "b"), seed=3, output=str(tmp_path / "out.npy"))
    assert answer.one_by_one == (expression in MIXING)
    for (a, b), found in zip(points, np.load(tmp_path / "out.npy"), strict=True):
        question = DerivativeQuestion(
            expression, (f"a={float(a)!r}, b={float(b)!r}",), ("c=[1,2]",), seed=3, check=False
        )
        alone = differentiate(question, None)
        expected = [alone.value.item(), *(each.gradient for each in alone.derivatives)]
        np.testing.assert_allclose([found[name] for name in answer.columns], expected, rtol=1e-14)


CONDITIONS = ("lt", "le", "gt", "ge", "eq", "ne")


@pytest.mark.parametrize("name", [name for name, function in functions().items() if function.pointwise])
def test_every_function_of_numbers_on_whole_columns(
    table: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    logical = name.startswith("logical_")
    given = ["a > b", "b > 0.5", "a"] if logical or name == "where" else ["a", "b"]
    required = [each for each in functions()[name].parameters if each.default is None]
    if name == "polygamma":  # its order is written
        given = ["2", "a"]
    call = f"{name}({', '.join(given[: 2 if name == 'clamp' else len(required)])})"
    expression = f"where({call}, a, b)" if logical or name in CONDITIONS else call
    data = table("a,b\n0.1,0.6\n0.7,0.7\n0.8,0.2\n1,0.9\n")
    outputs = []
    for whole in (True, False):
        monkeypatch.setattr("gradcli.calculator.commands.batch.elementwise", lambda program, fixed, whole=whole: whole)
        answer_of(data, expression, output=str(tmp_path / "out.npy"), wrt=("a",))
        outputs.append(np.load(tmp_path / "out.npy"))
    for column in ("value", "grad_a"):
        np.testing.assert_allclose(outputs[0][column], outputs[1][column], rtol=1e-14)


def test_what_is_elementwise() -> None:
    def judged(expression: str, *let: str) -> bool:
        prepared = prepare(DerivativeQuestion(expression, ("x=1",), let))
        return elementwise(prepared.program, prepared.fixed)

    assert judged("a*x", "a=2")
    assert not judged("a*x", "a=[1,2]")
    assert not judged("sum(ones(2))*x")


def test_singular_matrices_are_outside_the_domain(table: Callable[..., Path]) -> None:
    answer = answer_of(table("x\n1\n2\n"), "sum(inv([[x, 1], [1, x]]))")
    assert answer.counts == {"ok": 1, "domain": 1, "unreadable": 0}
    assert "singular" in answer.troubles[0].reason


@pytest.mark.usefixtures("small_chunks")
def test_rows_keep_their_numbers(table: Callable[..., Path]) -> None:
    cells = ["1", "x", "-1", "4", "", "6", "7", "-8", "nan", "ten", "11"]
    stream = io.BytesIO()
    answer = batch(BatchQuestion("log(x)", str(table("x,y\n" + "".join(f"{c},0\n" for c in cells)))), None, stream)
    status = [row[-1] for row in rows_of(stream.getvalue())[1:]]
    assert status == [
        "ok", "unreadable", "domain", "ok", "unreadable", "ok", "ok", "domain", "domain", "unreadable", "ok",
    ]  # fmt: skip
    assert [each.row for each in answer.troubles] == [2, 3, 5, 8, 9]
    assert answer.counts == {"ok": 5, "domain": 3, "unreadable": 3}
    assert answer.troubles[1].reason == "log(x) is nan (LogBackward0)"


def test_a_column_called_like_a_constant(table: Callable[..., Path]) -> None:
    stream = io.BytesIO()
    batch(BatchQuestion("e*pi", str(table("e\n2\n"))), None, stream)
    assert rows_of(stream.getvalue())[1] == [repr(2 * np.pi), repr(np.pi), "ok"]


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("abs(x)", 2), ("relu(x - 3)*x", 1), ("maximum(x, 4)", 1), ("x**2", 0), ("clamp(x, -1, 3)", 2), ("floor(x)", 6),
        ("abs(2)*x", 0), ("abs(x) + detach(abs(x - 3))", 2), ("log(x)*abs(x)", 0), ("sum([abs(x), x])", None),
    ],
)  # fmt: skip
def test_rows_at_kinks_are_counted(table: Callable[..., Path], expression: str, expected: int | None) -> None:
    assert answer_of(table("x\n0\n-1\n0\n3\n4\n-7\nz\n"), expression).at_kink == expected


def test_every_row_has_the_same_chance_to_be_checked() -> None:
    counts = np.zeros(40)
    for seed in range(500):
        sample = rowsample.RowSample(DerivativeQuestion("x"), rowsample.SAMPLE)
        sample._random = np.random.default_rng(seed)
        for start in range(0, 40, 10):
            rows = np.arange(10)
            sample.offer(start, rows, {"x": rows}, [rows, rows])
        for _, row in sample._kept:
            counts[row.number - 1] += 1
    assert counts.sum() == 500 * rowsample.SAMPLE
    assert 60 < counts.min() <= counts.max() < 145  # 100 is expected, with a standard deviation of 9


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("[x, x]", "the result must be one number a row, and has shape (2,)"),
        ("x > 1", "the result is a condition"),
        ("2", "uses no column"),
        ("[x, 1] @ [1, 2, 3]", "inconsistent tensor size"),
        ("x +", "expected"),
        ("sin", "'sin' is a function"),
    ],
)
def test_bad_expressions_stop_at_once(table: Callable[..., Path], expression: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        answer_of(table("x\n1\n"), expression)
    assert message in caught.value.message
