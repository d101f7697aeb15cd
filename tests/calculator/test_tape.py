"""The tape behind `gradcli explain`, and forward mode on it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gradcli.calculator.commands.explain import MAX_PASSES, Explanation, explain
from gradcli.calculator.kernel.question import DerivativeQuestion
from gradcli.calculator.kernel.steps import last
from gradcli.errors import InputError
from gradcli.lang.unparse import unparse


def explained(expression: str, *at: str, forward: bool = True, **more: Any) -> Explanation:
    return last(explain(DerivativeQuestion(expression, at=at, check=False, **more), None, forward=forward))


def steps(explanation: Explanation) -> list[tuple[str, str, str]]:
    return [(step.name, unparse(step.expression), step.node) for step in explanation.tape.steps]


def test_the_steps_of_the_quadratic() -> None:
    found = explained("a*x**2 + b*x + c", "x=3", let=("a=1, b=-2, c=1",))
    assert steps(found) == [
        ("v1", "x**2", "PowBackward0"),
        ("v2", "a*v1", "MulBackward0"),
        ("v3", "b*x", "MulBackward0"),
        ("v4", "v2 + v3", "AddBackward0"),
        ("v5", "v4 + c", "AddBackward0"),
    ]
    assert [float(step.value) for step in found.tape.steps] == [9.0, 9.0, -6.0, 3.0, 4.0]
    assert [(source, float(array)) for source, array in found.tape.arrivals["x"]] == [("v3", -2.0), ("v1", 6.0)]


EXPRESSIONS = [
    ("x*y + sin(x)", "x=1, y=2", None),
    ("sum(softmax(x)*log(x))", "x=[1, 2, 3]", None),
    ("x @ y", "x=[[1, 2], [3, 4]], y=[5, 6]", "[1, 10]"),
    ("sum(where(x > 1, x**2, y)*cumsum(x))", "x=[1, 2], y=3", None),
    ("mean(det(x)*inv(x))", "x=[[1, 2], [3, 5]]", None),
    ("x", "x=3", None),
    ("norm(cat([x, 2*x]))", "x=[1, 2]", None),
]


@pytest.mark.parametrize(("expression", "at", "cotangent"), EXPRESSIONS)
def test_contributions_add_up_to_what_diff_gives(expression: str, at: str, cotangent: str | None) -> None:
    found = explained(expression, at, cotangent=cotangent)
    for derivative in found.answer.derivatives:
        several = found.tape.arrivals.get(derivative.name)
        if several is not None:
            assert sum(array for _, array in several) == pytest.approx(derivative.gradient, rel=1e-15)
    for step in found.tape.steps[:-1]:
        assert sum(array for _, array in found.tape.arrivals[step.name]) == pytest.approx(step.upstream, rel=1e-15)


@pytest.mark.parametrize(("expression", "at", "cotangent"), EXPRESSIONS)
def test_forward_mode_gives_the_same_gradient_one_element_a_pass(
    expression: str, at: str, cotangent: str | None
) -> None:
    found = explained(expression, at, cotangent=cotangent)
    gradients = {derivative.name: np.asarray(derivative.gradient) for derivative in found.answer.derivatives}
    assert len(found.passes) == found.inputs == sum(gradient.size for gradient in gradients.values())
    for one in found.passes:
        assert one.slope == pytest.approx(gradients[one.variable][one.index], rel=1e-12)
        assert one.tangents.keys() == {step.name for step in found.tape.steps}


def test_only_the_first_passes_are_made() -> None:
    found = explained("sum(x**2)", "x=arange(100.)")
    assert (len(found.passes), found.inputs) == (MAX_PASSES, 100)
    assert explained("sum(x**2)", "x=arange(100.)", forward=False).passes == ()


@pytest.mark.parametrize(
    ("at", "let", "names"),
    [("x=2", (), ["v1", "v2"]), ("x=2", ("v1=5",), ["w1", "w2"]), ("x=2", ("v7=1, w1=2",), ["u1", "u2"])],
)
def test_steps_have_names_that_no_variable_has(at: str, let: tuple[str, ...], names: list[str]) -> None:
    assert [step.name for step in explained("sin(x**2)", at, let=let).tape.steps] == names


def test_a_variable_g_is_not_the_cotangent() -> None:
    found = explained("sum(g*x)", "g=[1, 2], x=3")
    assert found.tape.cotangent == "grad"
    assert unparse(found.tape.steps[-1].arguments[0].rule.formula) == "grad"  # type: ignore[arg-type]  # it is a formula


def test_constants_have_names_or_are_numbers() -> None:
    found = explained("sum(where(x > 0.5, x, 2)*rand(2) + [1, 2]*a*0.1)", "x=[0.2, 0.7]", let=("a=3",))
    assert [text for _, text, _ in steps(found)] == [
        "where(constant_1, x, 2)",
        "v1*rand_1",
        "v2 + constant_2",
        "sum(v3)",
    ]
    assert found.tape.constants["constant_1"].tolist() == [False, True]
    assert found.tape.constants["constant_2"] == pytest.approx([0.3, 0.6])
    assert found.tape.constants["rand_1"].shape == (2,)


def test_contributions_are_fitted_to_their_arguments() -> None:
    found = explained("sum(x*y)", "x=[[1, 2], [3, 4]], y=[5, 6]")
    product, total = found.tape.steps
    assert [argument.fitted for argument in product.arguments] == ["", "summed"]
    assert [argument.fitted for argument in total.arguments] == ["spread"]
    assert product.arguments[1].contribution.tolist() == [4.0, 6.0]


def test_a_name_without_a_value() -> None:
    with pytest.raises(InputError, match="no value for a") as raised:
        explained("a*x", "x=1")
    assert raised.value.code == "missing-value"


def test_a_result_that_depends_on_nothing() -> None:
    found = explained("detach(x)*2", "x=3")
    assert found.tape.steps == []
    assert found.answer.derivatives[0].gradient == 0
    assert found.passes[0].slope == 0
