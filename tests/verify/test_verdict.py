"""The verdict where there are enclosures: every word of it, and what the other methods change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from problems import Case

from gradcli.verify.problem import Problem, Verdict
from gradcli.verify.verdict import Claimed, check_value, judge
from gradcli.verify.worker import respond

NO_SYMPY = {"error": "timed out after 10 s"}


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    with np.errstate(all="ignore"):
        yield


def verdicts(text: str, symbolic: Any = None, **values: Any) -> dict[str, Verdict]:
    case = Case(text, **values)
    return judge(case.problem, *case.run(), symbolic or respond(case.request()))


def verdict(text: str, symbolic: Any = None, **values: Any) -> Verdict:
    """The verdict on the gradient for x."""
    return verdicts(text, symbolic, **values)["x"]


def claimed(text: str, number: Any, **values: Any) -> Verdict:
    """The verdict on a number that somebody claims."""
    case = Case(text, **values)
    value, engine = case.run()
    return judge(case.problem, value, {"x": np.asarray(number, case.dtype)}, NO_SYMPY, claim=Claimed(engine))["x"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a*x**2 + b*x + c", {"x": 0.5, "a": 1.0, "b": -2.0, "c": 1.0}),
        ("mean(3*(x + 2)**2)", {"x": np.ones((2, 2))}),
        ("e**x", {"x": 50.0}),
        ("x*abs(x)", {"x": 0.0}),
        ("relu(x)**2", {"x": 0.0}),
        ("relu(x) - relu(-x) + x*0", {"x": 0.5}),
        ("where(x > 0, log(x), x)", {"x": -1.0}),
        ("sinc(x)", {"x": 0.0}),
        ("detach(x*x)*x", {"x": 3.0}),
        ("(x + 1e16) - 1e16", {"x": 1.0}),
        ("sigmoid(w @ x + b)", {"x": [1.0, 2.0], "w": [0.1, 0.2], "b": 0.3}),
        ("sum(w*x)", {"x": [1.0, 2.0], "w": [0.1, 0.2], "dtype": "float32"}),
        ("2*x", {"x": [1.0, 2.0], "cotangent": [0.5, -3.0]}),
        ("exp(0.1*x)", {"x": 0.7, "dtype": "float32"}),
    ],
    ids=str,
)
def test_proved(text: str, values: dict[str, Any]) -> None:
    for name, found in verdicts(text, **values).items():
        assert found.word == "proved", (name, found)
        assert found.error is not None
        assert found.methods["enclosure"] == "agrees"
        assert found.methods["sympy"] in ("agrees", "has no number here")
        assert found.shape == np.shape(values[name])
        assert all(element.ulps is not None and element.ulps <= 4 for element in found.elements)


@pytest.mark.parametrize(
    ("text", "x"), [("sum(sin(x)/x)", np.linspace(1, 20, 1000)), ("exp(x)*sin(1/x)", 0.01), ("tanh(x)", 10.0)]
)
def test_rounding_that_leaves_six_digits_is_proved_and_said(text: str, x: Any) -> None:
    found = verdict(text, x=x)
    assert found.word == "proved"
    assert "which rounding explains" in found.detail
    assert len(found.elements) == np.size(x)


@pytest.mark.parametrize(
    ("text", "x", "derivative", "reason"),
    [
        ("(1 - cos(x))/x**2", 1e-8, -1e-8 / 12, "0 digits can be trusted"),
        ("exp(x)/exp(x) - sin(x)/x", 1e-7, 1e-7 / 3, "0 digits can be trusted"),
        ("log(exp(x))", 800.0, 1.0, "exp gives 1e347, which overflows"),
        ("relu(3*x - 0.03)", 0.01, 3.0, "3 in exact arithmetic, 0 along the branch that floating point takes"),
    ],
)
def test_ill_conditioned(text: str, x: float, derivative: float, reason: str) -> None:
    found = verdict(text, x=x)
    assert found.word == "ill-conditioned"
    assert reason in found.detail
    assert found.expected == pytest.approx(derivative, rel=1e-6)


@pytest.mark.parametrize(
    ("text", "x", "left", "right", "libraries"),
    [
        ("abs(x)", 0.0, -1, 1, "PyTorch 0, JAX 1, TensorFlow 0"),
        ("abs(x - 3)", 3.0, -1, 1, "PyTorch 0, JAX 1, TensorFlow 0"),
        ("relu(x)", 0.0, 0, 1, "PyTorch 0, JAX 0, TensorFlow 0"),
        ("leaky_relu(x)", 0.0, 0.01, 1, "PyTorch 0.01, JAX 1, TensorFlow 0.01"),
        ("elu(x, alpha=2)", 0.0, 2, 1, "PyTorch 2, JAX 2, TensorFlow 2"),
        ("maximum(x, 1)", 1.0, 0, 1, "PyTorch 0.5, JAX 0.5, TensorFlow 1"),
        ("minimum(x, 1)", 1.0, 1, 0, "PyTorch 0.5, JAX 0.5, TensorFlow 1"),
        ("clamp(x, -1, 1)", 1.0, 1, 0, "PyTorch 1, JAX 0.5, TensorFlow 1"),
        ("clamp(x, -1, 1)", -1.0, 0, 1, "PyTorch 1, JAX 0.5, TensorFlow 1"),
        ("where(x > 0, x, 0)", 0.0, 0, 1, "PyTorch 0, JAX 0, TensorFlow 0"),
        ("max([x, 1])", 1.0, 0, 1, "PyTorch 0.5, JAX 0.5, TensorFlow 0.5"),
        ("exp(abs(x)) + x", 0.0, 0, 2, "PyTorch 1, JAX 2, TensorFlow 1"),
        ("maximum(x, x**2)", 1.0, 1, 2, "PyTorch 1.5, JAX 1.5, TensorFlow 1"),
        ("norm([x])", 0.0, -1, 1, "PyTorch 0, JAX nan, TensorFlow nan"),
        # A piece that is not taken gets a cotangent of 0, of which the infinite slope of the root makes NaN
        ("where(x*x > 0, sqrt(x*x), 0)", 0.0, -1, 1, "PyTorch nan, JAX nan, TensorFlow 0"),
        ("where(x >= 0, 0, sqrt(x*x))", 0.0, -1, 0, "PyTorch nan, JAX nan, TensorFlow 0"),
        ("relu(sqrt(x*x))", 0.0, -1, 1, "PyTorch nan, JAX nan, TensorFlow 0"),
        ("abs(x) + maximum(sqrt(x*x), 1)", 0.0, -1, 1, "PyTorch nan, JAX nan, TensorFlow 0"),
        ("abs(x) + floor(sqrt(x*x) + 0.5)", 0.0, -1, 1, "PyTorch nan, JAX 1, TensorFlow 0"),
    ],
)
def test_kink(text: str, x: float, left: float, right: float, libraries: str) -> None:
    found = verdict(text, x=x)
    (element,) = found.elements
    assert (found.word, element.sides) == ("kink", (left, right))
    assert f"the convention used here gives {found.found:g}; {libraries}" in found.detail
    assert found.methods == {"enclosure": "kink", "sympy": "there is no derivative"}


@pytest.mark.parametrize(
    ("text", "x", "values"),
    [
        ("sign(x)", 0.0, (-1, 0, 1)),
        ("floor(x)", 2.0, (1, 2, 2)),
        ("ceil(x)", -1.0, (-1, -1, 0)),
        ("round(x)", 0.5, (0, 0, 1)),
        ("trunc(x)", 1.0, (0, 1, 1)),
        ("frac(x)", 1.0, (1, 0, 0)),
        ("x % 1", 2.0, (1, 0, 0)),
        ("where(x > 10, x, 0)", 10.0, (0, 0, 10)),
        ("where(x == 2, 7, x)", 2.0, (2, 7, 2)),
        ("atan2(x, -1)", 0.0, (-np.pi, np.pi, np.pi)),
    ],
)
def test_jump(text: str, x: float, values: tuple[float, ...]) -> None:
    found = verdict(text, x=x)
    left, at, right = values
    assert found.word == "jump"
    assert found.elements[0].sides == pytest.approx((left, right))
    assert f"{left:.6g} from the left, {at:.6g} at the point, {right:.6g} from the right" in found.detail


@pytest.mark.parametrize(
    ("text", "x", "reason"),
    [
        ("log(x)", -1.0, "the logarithm of a number that is not positive"),
        ("sqrt(x)", 0.0, "there is no value to the left"),
        ("1/x", 0.0, "division by 0"),
        ("x**0.5", -2.0, "a power of a negative number"),
        ("sqrt(abs(x))", 0.0, "no finite slope"),
        ("exp(x)", 710.0, "the derivative does not fit float64"),
    ],
)
def test_domain(text: str, x: float, reason: str) -> None:
    found = verdict(text, x=x)
    assert found.word == "domain"
    assert reason in found.detail


def test_the_operation_to_blame_is_named_at_the_end_of_a_domain() -> None:
    case = Case("log(x)", x=-1.0)
    value, gradients = case.run()
    found = judge(case.problem, value, gradients, case.symbolic(), trouble="log(x) is nan")["x"]
    assert found.detail.endswith("; log(x) is nan")


def test_one_sided_derivatives_at_the_end_of_a_domain_are_shown() -> None:
    found = verdict("x**1.5", x=0.0)
    assert (found.word, found.elements[0].sides) == ("domain", (None, 0.0))


@pytest.mark.parametrize("x", [-np.inf, [0.0, -np.inf]])
def test_there_is_no_derivative_at_infinity(x: Any) -> None:
    found = verdict("sum(exp(x))", x=x)
    assert (found.word, found.detail) == ("domain", "x itself is -inf: there is no derivative there")


def test_each_element_has_its_own_word_and_the_worst_is_named() -> None:
    found = verdict("sum(abs(x)) + floor(x[3])", x=[1.0, -2.0, 0.0, 2.0, 0.0])
    assert [element.word for element in found.elements] == ["proved", "proved", "kink", "jump", "kink"]
    assert (found.word, found.worst, found.shape) == ("jump", (3,), (5,))
    assert found.detail.startswith("at x[3]: the value jumps")
    assert found.detail.endswith("(1 jump, 2 kink, 2 proved)")


def test_of_elements_that_are_off_by_as_many_units_the_larger_error_is_named() -> None:
    found = claimed("sum(x**3)", [2.0, 8.0], x=[1.0, 2.0])
    assert found.detail == "at x[1]: the claimed 8 should be 12 (2 mismatch)"


def test_kink_is_found_in_a_large_array() -> None:
    x = np.linspace(-1, 2, 300)
    x[217] = 0
    found = verdict("sum(relu(x))", x=x)
    assert (found.word, found.worst) == ("kink", (217,))
    assert found.detail.endswith("(1 kink, 299 proved)")


@pytest.mark.parametrize(
    ("text", "x", "number", "word"),
    [
        ("x**2", 3.0, 6.0, "proved"),
        ("x**2", 3.0, 6 + 1e-9, "mismatch"),
        ("x**2", 3.0, np.nan, "mismatch"),
        ("abs(x)", 0.0, 0.3, "kink"),
        ("abs(x)", 0.0, 1.0, "kink"),
        ("abs(x)", 0.0, 1 + 1e-7, "mismatch"),
        ("sum(abs(x))", [0.0, 1.0], [0.0, 1 + 1e-7], "mismatch"),
        ("sum(x**2)", [5e15, 0.5], [1e16, 2.0], "mismatch"),
        ("floor(x)", 2.0, 0.0, "jump"),
        ("relu(3*x - 0.03)", 0.01, 3.0, "proved"),
        ("log(exp(x))", 800.0, 1.0, "proved"),
        ("exp(-x**2)", 40.0, 0.0, "proved"),  # -80*exp(-1600) is less than half of the smallest double
        ("sin(pi*x)", 1.0, -np.pi, "proved"),
        ("log(x)", -1.0, -1.0, "domain"),
    ],
)
def test_claims(text: str, x: Any, number: Any, word: str) -> None:
    assert claimed(text, number, x=x).word == word


@pytest.mark.parametrize(("library", "number", "word"), [("torch", 0.0, "agrees"), ("jax", 0.0, "mismatch")])
def test_a_claim_held_to_a_library(library: Any, number: float, word: str) -> None:
    case = Case("abs(x)", x=0.0)
    value, engine = case.run()
    claim = Claimed(engine, convention=library)
    assert judge(case.problem, value, {"x": np.asarray(number)}, NO_SYMPY, claim=claim)["x"].word == word


def test_the_enclosure_alone_proves() -> None:
    found = verdict("exp(sin(x))", NO_SYMPY, x=0.7)
    assert (found.word, found.methods) == ("proved", {"enclosure": "agrees", "sympy": "timed out after 10 s"})


def altered(case: Case, text: str) -> dict[str, Any]:
    """SymPy's answer with another formula for the derivative."""
    symbolic = case.symbolic()
    symbolic["derivatives"]["x"][0]["elements"] = [[[], text]]
    return symbolic


def test_where_sympy_contradicts_a_third_method_tells() -> None:
    case = Case("sin(x)", x=0.7)
    value, gradients = case.run()
    found = judge(case.problem, value, gradients, altered(case, "0.5"))["x"]
    assert found.word == "proved"
    assert found.methods == {"enclosure": "agrees", "sympy": "differs", "numeric": "agrees"}
    assert "SymPy's formula gives 0.5" in found.detail

    silent = replace(case.problem, evaluate=lambda values: np.float64(np.nan))
    found = judge(silent, value, gradients, altered(case, "0.5"))["x"]
    assert (found.word, found.methods["sympy"]) == ("undecided", "differs")
    assert "no third method tells" in found.detail


def test_sympy_proves_nothing_that_the_enclosure_refutes() -> None:
    case = Case("sin(x)", x=0.7)
    value, _ = case.run()
    found = judge(case.problem, value, {"x": np.asarray(0.5)}, altered(case, "0.5"))["x"]
    assert (found.word, found.methods["enclosure"]) == ("mismatch", "differs")


@pytest.mark.parametrize(
    "text", ["floor(exp(log(x)))", "sign(exp(log(x)) - 2)", "abs(exp(log(x)) - 2)", "where(exp(log(x)) > 2, x, 0)"]
)
def test_where_a_break_cannot_be_told_sympy_does_not_decide(text: str) -> None:
    found = verdict(text, x=2.0)
    assert (found.word, found.methods["sympy"]) == ("undecided", "agrees")


def test_pytorch_is_one_more_voice() -> None:
    case = Case("sin(x)", x=0.7)
    value, gradients = case.run()
    for number, outcome in ((np.cos(0.7), "agrees"), (0.5, "differs")):
        found = judge(case.problem, value, gradients, case.symbolic(), torch={"x": np.asarray(number)})["x"]
        assert found.word == "proved"
        assert found.methods == {"enclosure": "agrees", "sympy": "agrees", "torch": outcome}


def test_tolerance_given() -> None:
    case = Case("sin(x)", x=0.7)
    value, gradients = case.run()
    off = {"x": gradients["x"] + 1e-6}
    assert judge(case.problem, value, off, NO_SYMPY, tol=1e-5)["x"].word == "agrees"
    assert judge(case.problem, value, off, NO_SYMPY, tol=1e-7)["x"].word == "mismatch"
    assert judge(case.problem, value, off, NO_SYMPY)["x"].word == "mismatch"
    assert judge(case.problem, value, gradients, NO_SYMPY, tol=1e-9)["x"].word == "proved"
    assert judge(case.problem, value, gradients, NO_SYMPY, tol=0.0)["x"].word == "mismatch"


def derived(case: Case, first: Any, second: float) -> Problem:
    """The problem of a second derivative, for a first one that is known."""
    x = case.values["x"]
    return replace(
        case.problem,
        evaluate=lambda values: first(values["x"]),
        perturbed=lambda seed: (first(x), {"x": np.asarray(second)}),
    )


def test_higher_orders() -> None:
    case = Case("sin(x)", x=0.7, order=2)
    problem = derived(case, np.cos, -np.sin(0.7))
    for number, word in ((-np.sin(0.7), "proved"), (np.sin(0.7), "mismatch")):
        found = judge(problem, np.cos(0.7), {"x": np.asarray(number)}, case.symbolic())["x"]
        assert (found.word, found.methods["sympy"]) == (word, "agrees")


@pytest.mark.parametrize(
    ("text", "word"), [("abs(x)", "kink"), ("x*abs(x)", "kink"), ("floor(x)", "jump"), ("log(x)", "domain")]
)
def test_the_second_derivative_has_the_word_of_the_order_that_fails(text: str, word: str) -> None:
    case = Case(text, x=0.0, order=2)
    found = judge(derived(case, np.sign, 0.0), np.asarray(0.0), {"x": np.asarray(0.0)}, NO_SYMPY)["x"]
    assert found.word == word


@pytest.mark.parametrize(
    ("text", "x", "word"),
    [
        ("sin(x)", 0.7, "proved"),
        ("sin(x)", np.linspace(0, 1, 100), "proved"),
        ("(x + 1e16) - 1e16", 1.0, "ill-conditioned"),
        ("log(x)", -1.0, "domain"),
        ("abs(x)", 0.0, "proved"),
        ("floor(x)", 2.0, "proved"),
    ],
    ids=str,
)
def test_check_value(text: str, x: Any, word: str) -> None:
    case = Case(text, x=x, cotangent=np.ones_like(x) if np.ndim(x) else None)
    value, _ = case.run()
    assert check_value(case.problem, value, NO_SYMPY).word == word


def test_a_wrong_value_is_a_mismatch() -> None:
    case = Case("sin(x)", x=0.7)
    assert check_value(case.problem, np.float64(0.7), case.symbolic()).word == "mismatch"


def test_an_array_without_elements_is_proved() -> None:
    assert verdict("sum(x**2)", x=np.ones(0)).word == "proved"
