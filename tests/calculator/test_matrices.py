"""Both modes of the Jacobian, and what its check notices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from gradcli.calculator.commands.jacobian import assembled, forward, reverse
from gradcli.calculator.kernel.field import outputs_of
from gradcli.calculator.kernel.prepare import prepare
from gradcli.calculator.kernel.question import DerivativeQuestion
from gradcli.calculator.kernel.rows import MAX_ROWS, Symbolic, check
from gradcli.verify.client import SympyWorker

EXPRESSIONS = [
    "sin(x)*y",
    "softmax(m, axis=1) @ x",
    "[cumsum(x), max(m, axis=0), sum(x)*s]",
    "inv(m)",
    "where(x > 0, x**2, exp(x))[1:]",
    "u = x*s; detach(u)*u",
    "cat([x, y*s])",
    "3",
    "m.T @ m / s",
    "std(m, axis=0) + logsumexp(m, axis=1)",
]
AT = ("x=[0.4, -0.7, 0.3], y=[1.5, 0.6, 2.5]", "m=[[3, 1, 0.5], [0.2, 2, -0.3], [0.7, -0.4, 1.5]], s=0.8")


@pytest.fixture(scope="module")
def worker() -> Iterator[SympyWorker]:
    with SympyWorker() as worker:
        yield worker


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_both_modes_give_the_same_matrix(expression: str) -> None:
    prepared = prepare(DerivativeQuestion(expression, at=AT))
    for field in outputs_of(prepared):
        leaves, value = field.at_point()
        rows, columns = reverse(field, leaves, value), forward(field, leaves, value)
        assert rows.keys() == columns.keys() == {"x", "y", "m", "s"}
        for name, matrix in rows.items():
            assert matrix.shape == columns[name].shape == (*value.shape, *np.shape(prepared.at[name]))
            np.testing.assert_allclose(columns[name], matrix, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("size", "word"), [(MAX_ROWS, "proved"), (MAX_ROWS + 1, "agrees"), (200, "agrees")])
def test_an_error_in_any_row_is_noticed(worker: SympyWorker, size: int, word: str) -> None:
    prepared = prepare(DerivativeQuestion("x**2", at=(f"x=linspace(1,2,{size})",)))
    (field,) = outputs_of(prepared)
    leaves, tensor = field.at_point()
    value, matrices = np.asarray(tensor.array), reverse(field, leaves, tensor)

    def found() -> Any:
        return check(field, value, matrices, Symbolic(worker), None)["x"].verdict

    assert found().word == word
    matrices["x"][size // 2, size // 2] *= 1.001
    assert found().word in ("mismatch", "undecided")


def test_the_matrix_of_all_blocks() -> None:
    point = {"x": np.zeros((2, 2)), "y": np.zeros(0), "z": np.float64(0)}
    part = {"x": np.arange(12.0).reshape(3, 2, 2), "y": np.zeros((3, 0)), "z": np.full(3, 7.0)}
    matrix = assembled([part, {name: array[:1] for name, array in part.items()}], point)
    np.testing.assert_array_equal(matrix, [[0, 1, 2, 3, 7], [4, 5, 6, 7, 7], [8, 9, 10, 11, 7], [0, 1, 2, 3, 7]])
