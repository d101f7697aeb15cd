"""The verdict where nothing can be enclosed: SymPy, differences, PyTorch and the engine, none of which proves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from problems import Case

from gradcli.engine.op import OPS
from gradcli.verify.certified import MISSING
from gradcli.verify.problem import Verdict
from gradcli.verify.verdict import Claimed, check_value, judge

NO_SYMPY = {"error": "timed out after 10 s"}


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    with np.errstate(all="ignore"):
        yield


def unenclosed(text: str, **values: Any) -> Case:
    """A case of which nothing is enclosed."""
    case = Case(text, **values)
    case.problem = replace(case.problem, enclosures=MISSING)
    return case


def verdict(text: str, symbolic: Any = None, **values: Any) -> Verdict:
    """The verdict on the gradient for x."""
    case = unenclosed(text, **values)
    return judge(case.problem, *case.run(), symbolic or case.symbolic())["x"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a*x**2 + b*x + c", {"x": 0.5, "a": 1.0, "b": -2.0, "c": 1.0}),
        ("sum(sin(x)/x)", {"x": np.linspace(0.1, 6, 64)}),
        ("exp(x)*sin(1/x)", {"x": 0.01}),
        ("2*x", {"x": [1.0, 2.0], "cotangent": [0.5, -3.0]}),
        ("exp(0.1*x)", {"x": 0.7, "dtype": "float32"}),
    ],
    ids=str,
)
def test_however_many_agree_nothing_is_proved(text: str, values: dict[str, Any]) -> None:
    found = verdict(text, **values)
    assert found.word == "agrees"
    assert found.methods == {"sympy": "agrees", "numeric": "agrees"}
    assert found.error is not None
    assert found.tolerance is not None
    assert found.error <= found.tolerance


@pytest.mark.parametrize("size", [300, 100_001])
def test_large_arrays_agree_by_samples(size: int) -> None:
    found = verdict("sum(sin(x)/x)", NO_SYMPY, x=np.linspace(1, 20, size))
    assert (found.word, found.methods["numeric"]) == ("agrees", "agrees")


@pytest.mark.parametrize("factor", [-1.0, 1.0001])
def test_two_contradict(monkeypatch: pytest.MonkeyPatch, factor: float) -> None:
    (pull,) = OPS["sin"].pulls
    monkeypatch.setattr(OPS["sin"], "pulls", (lambda g, slots: factor * pull(g, slots),))
    found = verdict("sin(x)", x=0.7)
    assert (found.word, found.methods) == ("mismatch", {"sympy": "differs", "numeric": "differs"})
    assert found.found == pytest.approx(factor * np.cos(0.7))
    assert verdict("sin(x)", NO_SYMPY, x=0.7).word == "undecided"


def test_one_alone_does_not_contradict() -> None:
    case = unenclosed("sin(x)", x=0.7)
    symbolic = case.symbolic()
    symbolic["derivatives"]["x"][0]["elements"] = [[[], "0.5"]]
    found = judge(case.problem, *case.run(), symbolic)["x"]
    assert (found.word, found.methods) == ("undecided", {"sympy": "differs", "numeric": "agrees"})
    assert "should be 0.5" in found.detail


def test_of_unknown_code_differences_refute_a_claim() -> None:
    case = unenclosed("sin(x)", x=0.7)
    value, gradients = case.run()
    for number, word in ((gradients["x"], "agrees"), (np.asarray(0.5), "mismatch")):
        found = judge(case.problem, value, {"x": number}, {"error": "not asked"}, claim=Claimed())["x"]
        assert found.word == word


@pytest.mark.parametrize(("number", "word"), [(0.3, "kink"), (-1.0, "kink"), (2.0, "mismatch")])
def test_a_claim_at_a_kink_lies_between_the_slopes(number: float, word: str) -> None:
    case = unenclosed("abs(x)", x=0.0)
    value, engine = case.run()
    claim = Claimed(engine)
    assert judge(case.problem, value, {"x": np.asarray(number)}, NO_SYMPY, claim=claim)["x"].word == word


def test_a_kink_is_found_by_differences() -> None:
    found = verdict("sum(abs(x))", NO_SYMPY, x=[1.0, -2.0, 0.0])
    assert (found.word, found.worst, found.found) == ("kink", (2,), 0.0)
    assert "-1 from the left and 1 from the right at x[2]" in found.detail


@pytest.mark.parametrize(("text", "x"), [("log(x)", -1.0), ("sqrt(x)", 0.0), ("1/x", 0.0)])
def test_domain(text: str, x: float) -> None:
    case = unenclosed(text, x=x)
    value, gradients = case.run()
    if np.isfinite(gradients["x"]):
        gradients = {"x": np.asarray(np.nan)}
    assert judge(case.problem, value, gradients, NO_SYMPY, trouble="it is nan")["x"].detail == "it is nan"
    found = judge(case.problem, value, gradients, NO_SYMPY)["x"]
    assert found.word == "domain"
    assert found.detail.endswith("does not exist here")


def test_undecided_if_no_method_answers() -> None:
    case = unenclosed("x*x", x=0.7)
    found = judge(replace(case.problem, unprobed="not tried"), *case.run(), NO_SYMPY)["x"]
    assert (found.word, found.methods) == ("undecided", {"sympy": "timed out after 10 s", "numeric": "not tried"})
    assert "too noisy" in verdict("(x + 1e16) - 1e16", NO_SYMPY, x=1.0).detail


def test_pytorch_is_a_third_voice() -> None:
    case = unenclosed("sin(x)", x=0.7)
    value, gradients = case.run()
    right, wrong = {"x": np.cos(0.7)}, {"x": np.asarray(0.5)}
    found = judge(case.problem, value, gradients, case.symbolic(), torch=right)["x"]
    assert found.methods == {"sympy": "agrees", "numeric": "agrees", "torch": "agrees"}
    assert judge(case.problem, value, gradients, NO_SYMPY, torch=wrong)["x"].word == "undecided"
    assert judge(case.problem, value, wrong, NO_SYMPY, torch=right)["x"].word == "mismatch"


def test_tolerance_given() -> None:
    case = unenclosed("sin(x)", x=0.7)
    value, gradients = case.run()
    off = {"x": gradients["x"] + 1e-6}
    tolerant = judge(case.problem, value, off, case.symbolic(), tol=1e-5)["x"]
    assert (tolerant.word, tolerant.tolerance) == ("agrees", pytest.approx(1e-5))
    assert judge(case.problem, value, off, case.symbolic(), tol=1e-7)["x"].word == "mismatch"


@pytest.mark.parametrize(
    ("text", "x", "word"), [("sin(x)", 0.7, "agrees"), ("sin(x)", [0.7, 0.8], "agrees"), ("log(x)", -1.0, "domain")]
)
def test_check_value(text: str, x: Any, word: str) -> None:
    case = unenclosed(text, x=x, cotangent=np.ones_like(x) if np.ndim(x) else None)
    value, _ = case.run()
    assert check_value(case.problem, value, case.symbolic()).word == word
    assert check_value(case.problem, value, NO_SYMPY).word == ("domain" if word == "domain" else "undecided")


def test_a_value_that_sympy_alone_contradicts_is_undecided() -> None:
    case = unenclosed("sin(x)", x=0.7)
    found = check_value(case.problem, np.float64(0.7), case.symbolic())
    assert (found.word, found.methods) == ("undecided", {"sympy": "differs"})
