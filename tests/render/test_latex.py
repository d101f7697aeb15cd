"""Expressions as LaTeX."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.mathtext import MathTextParser

from gradcli.lang.functions import find, functions
from gradcli.lang.parser import parse
from gradcli.lang.tree import Call, Name
from gradcli.render.latex import latex, latex_array, latex_name, latex_number


def written(text: str) -> str:
    return latex(parse(text, find, bound={"x", "y", "a", "b"}).program.result)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a/b", r"\frac{a}{b}"),
        ("(a + b)*x", r"\left(a + b\right) \cdot x"),
        ("a - (b - x)", r"a - \left(b - x\right)"),
        ("a - b - x", "a - b - x"),
        ("-x**2", "-x^{2}"),
        ("(-x)**2", r"\left(-x\right)^{2}"),
        ("a*(-b)", r"a \cdot \left(-b\right)"),
        ("-(a + b)", r"-\left(a + b\right)"),
        ("(a/b)**2", r"\left(\frac{a}{b}\right)^{2}"),
        ("(a**b)**x", r"\left(a^{b}\right)^{x}"),
        ("sqrt(x + 1)", r"\sqrt{x + 1}"),
        ("sin(x)**2", r"\sin\left(x\right)^{2}"),
        ("softplus(x)", r"\operatorname{softplus}\left(x\right)"),
        ("log_softmax(x, axis=0)", r"\operatorname{log\_softmax}\left(x, \mathrm{axis}=0\right)"),
        ("x.T @ y", r"x^{\top}\,y"),
        ("where(x > 0, a, b)", r"\begin{cases} a & x > 0 \\ b & \text{otherwise} \end{cases}"),
        ("x[0, 1:]", r"x\left[0, 1:\right]"),
        ("norm(x, 3)", r"\operatorname{norm}\left(x, 3\right)"),
    ],
)
def test_expressions(text: str, expected: str) -> None:
    assert written(text) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("x", "x"), ("v12", "v_{12}"), ("theta_1", r"\theta_{1}"), ("weight", r"\mathrm{weight}"), ("_", r"\_"),
     ("log_p", r"\mathrm{log\_p}"), ("constant_1", r"\mathrm{constant}_{1}")],
)  # fmt: skip
def test_names(name: str, expected: str) -> None:
    assert latex_name(name) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1.5, "1.5"), (1e-05, r"1 \cdot 10^{-5}"), (2.5e100, r"2.5 \cdot 10^{100}"), (-np.inf, r"-\infty"),
     (np.nan, r"\mathrm{NaN}")],
)  # fmt: skip
def test_numbers(value: float, expected: str) -> None:
    assert latex_number(value) == expected


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (3.0, "3.0"),
        ([1.0, 2.5], r"\begin{bmatrix} 1 & 2.5 \end{bmatrix}"),
        ([[1.0, 2.0], [3.0, 4.0]], r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}"),
        (np.zeros((7, 2)), r"\text{array of shape } (7, 2)"),
        (np.zeros((1, 1, 1)), r"\text{array of shape } (1, 1, 1)"),
        (np.zeros(0), r"\text{array of shape } (0,)"),
        (np.zeros((2, 0)), r"\text{array of shape } (2, 0)"),
    ],
)
def test_arrays(array: object, expected: str) -> None:
    assert latex_array(array) == expected


@pytest.mark.parametrize("name", [name for name in functions() if name != "where"])
def test_every_function_is_written_so_that_it_can_be_set(name: str) -> None:
    count = max(1, sum(parameter.default is None for parameter in functions()[name].parameters))
    text = latex(Call(name, tuple(map(Name, "abc"[:count]))))
    MathTextParser("path").parse(f"${text}$")
