"""Proofs that a formula is the derivative, and proofs that are refused."""

from __future__ import annotations

from typing import Any

import pytest

from gradcli.lang.tree import NoFormError
from gradcli.verify.identity import identical


def asked(program: str, formula: str, held: list[str] | None = None, **values: Any) -> bool:
    shapes = {name: [len(value)] if isinstance(value, list) else [] for name, value in values.items()}
    entries = {
        name: {"shape": shapes[name], "values": value if isinstance(value, list) else [value]}
        for name, value in values.items()
    }
    request = {"program": program, "values": entries, "wrt": ["x"], "cotangent": None, "order": 1, "dtype": "float64"}
    answer = identical({**request, "formulas": {"x": formula}, "held": held or []})
    found: bool = answer["identical"]["x"]
    return found


@pytest.mark.parametrize(
    ("program", "formula", "expected"),
    [
        ("tan(x)", "1 + tan(x)**2", True),
        ("tanh(x)", "1/cosh(x)**2", True),
        ("log(x)", "1/x", True),
        ("sqrt(x**2 + 1)", "x/sqrt(x**2 + 1)", True),
        ("abs(x)", "x/x", False),  # the same for positive numbers only
        ("x**2", "2*x + 1e-9*sin(x)", False),
        ("sin(x)", "cos(x) + 1e-40", False),
    ],
)
def test_identical(program: str, formula: str, expected: bool) -> None:
    assert asked(program, formula, x=0.7) is expected


def test_given_values_are_put_in_only_if_they_are_held() -> None:
    assert asked("a*x**2", "6*x", ["a"], x=2.0, a=3.0)
    assert not asked("a*x**2", "6*x", [], x=2.0, a=3.0)


def test_arrays_element_by_element() -> None:
    assert asked("sum(x**3)", "3*x**2", x=[1.0, 2.0])
    assert not asked("sum(x**3)", "3*x**2*[1, 1.5]", x=[1.0, 2.0])


def test_a_formula_of_another_shape() -> None:
    with pytest.raises(NoFormError):
        asked("sum(x**3)", "[1, 2, 3]", x=[1.0, 2.0])
