from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from problems import Case

from gradcli.engine.op import OPS
from gradcli.verify.problem import Verdict
from gradcli.verify.verdict import check_value, judge
from gradcli.verify.worker import respond

NO_SYMPY = {"error": "timed out after 10 s"}


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    with np.errstate(all="ignore"):
        yield


def verdicts(
    text: str, symbolic: Any = None, *, options: dict[str, Any] | None = None, **values: Any
) -> dict[str, Verdict]:
    case = Case(text, **values)
    value, gradients = case.run()
    return judge(case.problem, value, gradients, symbolic or respond(case.request()), **(options or {}))


def verdict(text: str, symbolic: Any = None, **values: Any) -> Verdict:
    """The verdict on the gradient for x."""
    return verdicts(text, symbolic, **values)["x"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a*x**2 + b*x + c", {"x": 0.5, "a": 1.0, "b": -2.0, "c": 1.0}),
        ("mean(3*(x + 2)**2)", {"x": np.ones((2, 2))}),
        ("sum(sin(x)/x)", {"x": np.linspace(0.1, 6, 64)}),
        ("e**x", {"x": 50.0}),
        ("exp(x)*sin(1/x)", {"x": 0.01}),
        ("x*abs(x)", {"x": 0.0}),
        ("relu(x)**2", {"x": 0.0}),
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
        assert found.tolerance is not None
        assert found.error <= found.tolerance
        assert found.methods is not None
        assert found.methods["sympy"] == "agrees"


@pytest.mark.parametrize("name", ["sin", "exp", "div", "mul", "tanh", "log", "sum", "pow_number", "sigmoid"])
@pytest.mark.parametrize("factor", [-1.0, 1.0001])
def test_a_wrong_rule_is_a_mismatch(monkeypatch: pytest.MonkeyPatch, name: str, factor: float) -> None:
    op = OPS[name]
    wrong = tuple([lambda g, slots, pull=pull: factor * pull(g, slots) for pull in op.pulls])
    monkeypatch.setattr(op, "pulls", wrong)
    text = {"div": "sin(x)/x", "mul": "x*x", "sum": "sum([x, 1])", "pow_number": "x**3"}.get(name, f"{name}(x)")
    found = verdict(text, x=0.7)
    assert found.word == "mismatch"
    assert found.methods == {"sympy": "differs", "numeric": "differs"}
    assert found.found == pytest.approx(factor * (found.expected or 0), rel=1e-12)


def test_the_worst_element_of_a_mismatch_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    op = OPS["sin"]
    wrong = lambda g, slots: np.where(np.arange(4) == 2, -1, 1) * pull(g, slots)  # noqa: E731
    (pull,) = op.pulls
    monkeypatch.setattr(op, "pulls", (wrong,))
    found = verdict("sum(sin(x))", x=[0.1, 0.2, 0.3, 0.4])
    assert (found.word, found.worst) == ("mismatch", (2,))
    assert found.expected == pytest.approx(np.cos(0.3))
    assert found.found == pytest.approx(-np.cos(0.3))
    assert "[2]" in found.detail


@pytest.mark.parametrize(
    ("text", "x", "left", "right", "sympy"),
    [
        ("abs(x)", 0.0, "-1", "1", "0"),
        ("abs(x - 3)", 3.0, "-1", "1", "0"),
        ("sign(x)", 0.0, "inf", "inf", "0"),
        ("relu(x)", 0.0, "0", "1", "0.5"),
        ("leaky_relu(x)", 0.0, "0.01", "1", "0.01"),
        ("elu(x, alpha=2)", 0.0, "2", "1", "2"),
        ("maximum(x, 1)", 1.0, "0", "1", "0.5"),
        ("minimum(x, 1)", 1.0, "1", "0", "0.5"),
        ("clamp(x, -1, 1)", 1.0, "1", "0", "0.5"),
        ("clamp(x, -1, 1)", -1.0, "0", "1", "0.5"),
        ("where(x > 0, x, 0)", 0.0, "0", "1", "0"),
        ("floor(x)", 2.0, "inf", "0", "0"),
        ("ceil(x)", -1.0, "0", "inf", "0"),
        ("round(x)", 0.5, "0", "inf", "0"),
        ("trunc(x)", 1.0, "inf", "0", "0"),
        ("frac(x)", 1.0, "-inf", "1", "1"),
        ("x % 1", 2.0, "-inf", "1", "1"),
        ("max([x, 1])", 1.0, "0", "1", "0.5"),
        ("exp(abs(x)) + x", 0.0, "0", "2", "1"),
    ],
)
def test_kink(text: str, x: float, left: str, right: str, sympy: str) -> None:
    found = verdict(text, x=x)
    assert found.word == "kink"
    assert f"{left} from the left and {right} from the right" in found.detail
    assert f"SymPy {sympy}" in found.detail
    assert f"PyTorch's convention, used here, gives {found.found:g}" in found.detail


@pytest.mark.parametrize(
    ("text", "x", "jax"),
    [("abs(x)", 0.0, "JAX 1"), ("clamp(x, -1, 1)", 1.0, "JAX 0.5"), ("maximum(x, x**2)", 1.0, "JAX: not known")],
)
def test_what_jax_returns_is_said_where_it_is_known(text: str, x: float, jax: str) -> None:
    assert jax in verdict(text, x=x).detail


def test_kink_is_found_without_sympy_and_named_in_an_array() -> None:
    for symbolic in (None, NO_SYMPY):
        found = verdict("sum(abs(x))", symbolic, x=[1.0, -2.0, 0.0])
        assert (found.word, found.worst, found.found) == ("kink", (2,), 0.0)
        assert "x[2]" in found.detail


def test_kink_is_found_in_a_large_array() -> None:
    x = np.linspace(-1, 2, 300)
    x[217] = 0
    found = verdict("sum(relu(x))", x=x)
    assert (found.word, found.worst) == ("kink", (217,))


@pytest.mark.parametrize("x", [-np.inf, [0.0, -np.inf]])
def test_there_is_no_derivative_at_infinity(x: Any) -> None:
    found = verdict("sum(exp(x))", x=x)
    assert (found.word, found.detail) == ("domain", "x itself is -inf: there is no derivative there")


@pytest.mark.parametrize(
    ("text", "x"), [("log(x)", -1.0), ("sqrt(x)", 0.0), ("1/x", 0.0), ("x**0.5", -2.0), ("norm([x])", 0.0)]
)
def test_domain(text: str, x: float) -> None:
    trouble = "sqrt(x) is nan"
    case = Case(text, x=x)
    value, gradients = case.run()
    if np.isfinite(gradients["x"]):
        gradients = {"x": np.asarray(np.nan)}
    found = judge(case.problem, value, gradients, case.symbolic(), trouble=trouble)["x"]
    assert (found.word, found.detail) == ("domain", trouble)
    assert judge(case.problem, value, gradients, case.symbolic())["x"].detail.endswith("does not exist here")


@pytest.mark.parametrize(
    ("text", "x"),
    [("(1 - cos(x))/x**2", 1e-8), ("tanh(x)", 10.0), ("exp(x)/exp(x) - sin(x)/x", 1e-7), ("log(1 + x)", 1e-17)],
)
def test_ill_conditioned(text: str, x: float) -> None:
    found = verdict(text, x=x)
    if text.startswith("log"):  # well-conditioned for the gradient: 1/(1 + x)
        assert found.word == "proved"
        return
    assert found.word == "ill-conditioned"
    assert "digits can be trusted" in found.detail
    assert found.methods is not None
    assert found.methods["sympy"] == "differs by no more than rounding explains"


def test_agrees_by_differences_alone() -> None:
    found = verdict("exp(sin(x))", NO_SYMPY, x=0.7)
    assert found.word == "agrees"
    assert found.methods == {"sympy": "timed out after 10 s", "numeric": "agrees"}
    assert found.error is not None
    assert found.tolerance is not None
    assert found.error <= found.tolerance < 1e-10


@pytest.mark.parametrize("size", [300, 100_001])
def test_agrees_by_samples(size: int) -> None:
    found = verdict("sum(sin(x)/x)", x=np.linspace(1, 20, size))
    assert found.word == "agrees"
    assert found.methods is not None
    assert found.methods["numeric"] == "agrees"


def test_a_removable_singularity_agrees_by_differences() -> None:
    found = verdict("sinc(x)", x=0.0)
    assert (found.word, found.found) == ("agrees", 0.0)
    assert found.methods == {"sympy": "undefined here", "numeric": "agrees"}


def test_a_checker_that_fails_alone_is_no_mismatch() -> None:
    case = Case("sin(x)", x=0.7)
    value, gradients = case.run()
    symbolic = case.symbolic()
    symbolic["derivatives"]["x"][0]["elements"] = [[[], "0.5"]]
    found = judge(case.problem, value, gradients, symbolic)["x"]
    assert found.word == "undecided"
    assert found.methods == {"sympy": "differs", "numeric": "agrees"}
    assert "should be 0.5" in found.detail

    broken = replace(case.problem, evaluate=lambda values: np.cos(values["x"]))
    found = judge(broken, value, gradients, NO_SYMPY)["x"]
    assert found.word == "undecided"
    assert found.methods == {"sympy": "timed out after 10 s", "numeric": "differs"}
    assert judge(broken, value, gradients, case.symbolic())["x"].word == "proved"


def test_undecided_if_no_method_answers() -> None:
    case = Case("x*x", x=0.7)
    found = judge(replace(case.problem, unprobed="not tried"), *case.run(), NO_SYMPY)["x"]
    assert found.word == "undecided"
    assert found.methods == {"sympy": "timed out after 10 s", "numeric": "not tried"}
    found = verdict("(x + 1e16) - 1e16", NO_SYMPY, x=1.0)
    assert found.word == "undecided"
    assert "too noisy" in found.detail


def test_pytorch_is_a_third_voice() -> None:
    case = Case("sin(x)", x=0.7)
    value, gradients = case.run()
    right, wrong = {"x": np.cos(0.7)}, {"x": np.asarray(0.5)}
    found = judge(case.problem, value, gradients, case.symbolic(), torch=right)["x"]
    assert found.methods == {"sympy": "agrees", "numeric": "agrees", "torch": "agrees"}
    assert judge(case.problem, value, gradients, NO_SYMPY, torch=wrong)["x"].word == "undecided"
    assert judge(case.problem, value, wrong, NO_SYMPY, torch=right)["x"].word == "mismatch"
    kink = Case("abs(x)", x=0.0)
    found = judge(kink.problem, *kink.run(), kink.symbolic(), torch={"x": np.asarray(0.0)})["x"]
    assert "PyTorch itself 0" in found.detail


def test_tolerance_given() -> None:
    case = Case("sin(x)", x=0.7)
    value, gradients = case.run()
    off = {"x": gradients["x"] + 1e-6}
    tolerant = judge(case.problem, value, off, case.symbolic(), tol=1e-5)["x"]
    assert tolerant.word == "agrees"
    assert tolerant.tolerance == pytest.approx(1e-5)
    assert judge(case.problem, value, off, case.symbolic(), tol=1e-7)["x"].word == "mismatch"
    assert judge(case.problem, value, off, case.symbolic())["x"].word == "mismatch"
    assert judge(case.problem, value, gradients, case.symbolic(), tol=1e-9)["x"].word == "proved"
    assert judge(case.problem, value, gradients, case.symbolic(), tol=0.0)["x"].word == "ill-conditioned"


def test_higher_orders() -> None:
    case = Case("sin(x)", x=0.7, order=2)
    first = replace(
        case.problem,
        evaluate=lambda values: np.cos(values["x"]),
        perturbed=lambda seed: (np.cos(0.7), {"x": -np.sin(0.7)}),
    )
    second = {"x": np.asarray(-np.sin(0.7))}
    found = judge(first, np.cos(0.7), second, case.symbolic(), order=2)["x"]
    assert found.word == "proved"
    assert found.methods == {"sympy": "agrees", "numeric": "agrees"}
    assert judge(first, np.cos(0.7), {"x": -second["x"]}, case.symbolic(), order=2)["x"].word == "mismatch"


def test_second_derivative_of_a_kink_is_a_jump() -> None:
    case = Case("abs(x)", x=0.0, order=2)
    first = replace(
        case.problem,
        evaluate=lambda values: np.sign(values["x"]),
        perturbed=lambda seed: (np.asarray(0.0), {"x": np.asarray(0.0)}),
    )
    found = judge(first, np.asarray(0.0), {"x": np.asarray(0.0)}, case.symbolic(), order=2)["x"]
    assert found.word == "kink"
    assert "JAX: not known" in found.detail


@pytest.mark.parametrize(
    ("text", "x", "word"),
    [
        ("sin(x)", 0.7, "proved"),
        ("sin(x)", [0.7, 0.8], "proved"),
        ("sin(x)", np.linspace(0, 1, 100), "agrees"),
        ("(x + 1e16) - 1e16", 1.0, "ill-conditioned"),
        ("log(x)", -1.0, "domain"),
        ("abs(x)", 0.0, "proved"),
    ],
    ids=str,
)
def test_check_value(text: str, x: Any, word: str) -> None:
    case = Case(text, x=x, cotangent=np.ones_like(x) if np.ndim(x) else None)
    value, _ = case.run()
    assert check_value(case.problem, value, case.symbolic()).word == word
    assert check_value(case.problem, value, NO_SYMPY).word == ("domain" if word == "domain" else "undecided")


def test_check_value_contradicts_alone() -> None:
    case = Case("sin(x)", x=0.7)
    found = check_value(case.problem, np.float64(0.7), case.symbolic())
    assert found.word == "undecided"
    assert found.methods == {"sympy": "differs"}


def test_empty_array_agrees() -> None:
    found = verdict("sum(x**2)", x=np.ones(0))
    assert found.word in ("proved", "agrees")
