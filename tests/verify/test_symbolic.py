from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from array_examples import ARRAY_EXAMPLES, MATRIX
from flint import arb
from problems import Case

from gradcli.engine.op import OPS
from gradcli.lang import evaluate
from gradcli.lang.functions import find, functions
from gradcli.lang.parser import parse
from gradcli.lang.tree import NoFormError, free_names
from gradcli.verify.balls.context import working
from gradcli.verify.balls.enclosures import DOMAIN, NUMBER, Enclosed
from gradcli.verify.balls.formulas import exact_value
from gradcli.verify.forms import CONSTANTS
from gradcli.verify.problem import symbolic_request
from gradcli.verify.symbolic import MAX_ELEMENTS, SAMPLE, answer

SCALAR = [function for function in functions().values() if function.pointwise]


def close(found: Any, text: str, case: Case, tolerance: float = 1e-13) -> bool:
    expected = number(text, case)
    return abs(float(found) - expected) <= tolerance * max(1.0, abs(expected))


def number(text: str, case: Case) -> float:
    """The number that a formula stands for at the point."""
    enclosed = exact_value(text, case.values)
    assert enclosed.kind == NUMBER, enclosed
    return float(enclosed.ball)


def template(text: str, **values: float) -> dict[str, Any]:
    """A request in which all other names stay symbols."""
    names = free_names(parse(text, find, bound=set(values)).program)
    entries = {name: np.asarray(value) for name, value in values.items()}
    return symbolic_request(text, entries, tuple(values) or names, None, 1, "float64")


def check(case: Case) -> None:
    """The engine's value and gradients are those of SymPy."""
    value, gradients = case.run()
    symbolic = case.symbolic()
    assert symbolic["value"]["complete"]
    for index, text in symbolic["value"]["elements"]:
        assert close(value[tuple(index)], text, case), ("value", index, text)
    for name, gradient in gradients.items():
        (entry,) = symbolic["derivatives"][name]
        assert entry["complete"]
        for index, text in entry["elements"]:
            assert close(gradient[tuple(index)], text, case), (name, index, text)


def arguments(name: str, count: int) -> list[float]:
    """A point inside the domain of the function's arguments, away from kinks."""
    function = functions()[name]
    op = OPS.get(function.engine or name)
    domains = () if op is None else op.domain if isinstance(op.domain, tuple) else (op.domain,)
    points = []
    for i, fraction in enumerate((0.37, 0.61, 0.83)[:count]):
        domain = domains[i] if i < len(domains) else None
        low = domain.low if domain and math.isfinite(domain.low) else 0.2
        high = domain.high if domain and math.isfinite(domain.high) else low + 1.5
        points.append(low + fraction * (high - low))
    return points


CONDITIONS = {"lt", "le", "gt", "ge", "eq", "ne", "logical_and", "logical_or", "logical_not"}


@pytest.mark.parametrize("function", SCALAR, ids=lambda function: function.name)
def test_scalar_form_agrees_with_the_engine(function: Any) -> None:
    required = [parameter.name for parameter in function.parameters if parameter.default is None]
    if function.name == "clamp":
        required = ["x", "min", "max"]
    call = f"{function.name}({', '.join(required)})"
    if function.name == "polygamma":
        required, call = ["x"], "polygamma(2, x)"
    if function.name in ("floor_divide", "detach"):  # the engine has no gradient for these alone
        call = f"{call} + x" if function.name == "detach" else f"detach({call})*a*b"
    if function.name in CONDITIONS:
        compared = {"logical_and": "a > 0 and b < 0", "logical_or": "a > 0 or b < 0", "logical_not": "not (x > 0)"}
        call = f"where({compared.get(function.name, call)}, 2*{required[0]}, {required[0]}**2)"
    if function.name == "where":
        required, call = ["a", "b"], "where(a < b, a, b)"
    check(Case(call, **dict(zip(required, arguments(function.name, len(required)), strict=True))))


def test_every_array_form_has_an_example() -> None:
    whole = {name for name, function in functions().items() if not function.pointwise and function.group != "creation"}
    assert whole == ARRAY_EXAMPLES.keys()


@pytest.mark.parametrize(
    ("text", "values"), [pair for examples in ARRAY_EXAMPLES.values() for pair in examples], ids=lambda x: str(x)[:40]
)
def test_array_form_agrees_with_the_engine(text: str, values: dict[str, Any]) -> None:
    values = values or {"x": MATRIX}
    used = {name: value for name, value in values.items() if name in text.replace("tan", "")}
    shape = Case(text, **used).evaluate({name: np.asarray(value) for name, value in used.items()}).shape
    cotangent = None if shape == () else np.linspace(0.5, 2.0, math.prod(shape)).reshape(shape)
    check(Case(text, cotangent=cotangent, **used))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("leaky_relu(x, 0.2)", {"x": -1.5}),
        ("elu(x, alpha=0.7)", {"x": -1.5}),
        ("clamp(x, max=2)", {"x": 1.5}),
        ("clamp(x, min=2)", {"x": 1.5}),
        ("round(x)", {"x": 2.6}),
        ("trunc(x)*x + frac(x)", {"x": -2.6}),
        ("x % 3 + detach(x // 2)*x", {"x": -4.7}),
        ("(x > 1)*x**2", {"x": 1.5}),
        ("sum(x > 0)*x[0]", {"x": [1.5, -2.0, 3.0]}),
        ("where([True, False], x, 2*x).sum()", {"x": [1.5, -2.0]}),
        ("where((x > 0) and not (x > 2), sin(x), cos(x)).sum()", {"x": [1.5, -2.0, 3.0]}),
        ("x[0]*x[-1] + sum(x[1:]) + x[::2].sum() + x[[0, 0, 2]].sum()", {"x": [1.5, -2.0, 3.0]}),
        ("x[1, :] @ x[:, 0] + x[..., 1].sum() + x[None].sum()", {"x": MATRIX}),
        ("y = [x, x**2, 3]; y @ y", {"x": 0.7}),
        ("sum([[x, 1], [2, x]] @ [x, x])", {"x": 0.7}),
        ("a = x*2; a = a*a; b = a + x; a*b", {"x": 0.7}),
        ("pi*x + e**x + tau", {"x": 0.7}),
        ("x**0.1 + 0.1*x + 1.5**x", {"x": 0.7}),
        ("exp(x)/1e3 + 1e-3*x", {"x": 0.7}),
        ("w*x + b", {"w": 2.0, "x": 3.0, "b": 1.0}),
        ("sum(sigmoid(w @ x + b))", {"w": MATRIX, "x": [0.1, 0.2, 0.3], "b": [1.0, 2.0, 3.0]}),
    ],
    ids=lambda x: str(x)[:40],
)
def test_program_agrees_with_the_engine(text: str, values: dict[str, Any]) -> None:
    check(Case(text, **values))


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("a*x**2 + b*x + c", {"x": 0.0, "a": 1.0, "b": 1.0, "c": 1.0}, "2*a*x + b"),
        ("mean(3*(x + 2)**2)", {"x": np.ones((2, 2))}, "3*x/2 + 3"),
        ("sum(sin(x)/x)", {"x": np.ones(70)}, "cos(x)/x - sin(x)/x**2"),
        ("x[0]*x[1]", {"x": [1.0, 2.0]}, "[x[1], x[0]]"),
        ("x[0, 1]*x[1, 0]", {"x": np.ones((2, 2))}, "[[0, x[1, 0]], [x[0, 1], 0]]"),
        ("sum(x**3)*x[0]", {"x": np.ones(9)}, "[2"),
        ("0.1*x**2 + 0.2*x**5 + 0.5*x**2", {"x": 1.0}, "x**4 + 1.2*x"),
        ("0.1*x**2", {"x": 1.0, "dtype": "float32"}, "0.2*x"),
        ("3.14159*x", {"x": 1.0}, "3.14159"),
        ("pi*x", {"x": 1.0}, "pi"),
        ("e**x", {"x": 1.0}, "exp(x)"),
        ("e*x", {"x": 1.0}, "e"),
        ("abs(x)", {"x": 1.0}, "sign(x)"),
        ("relu(x)", {"x": 1.0}, "where(x > 0, 1, 0)"),
        ("minimum(x, 3)", {"x": 1.0}, "where(3 > x, 1, 0)"),
        ("where(x >= 0, log(x), x**2)", {"x": 1.0}, "where(x >= 0, 1/x, 2*x)"),
        ("where(x > 0 and x < 3, x, -x)", {"x": 1.0}, "where((x > 0) and (x < 3), 1, -1)"),
        ("lgamma(x)", {"x": 1.0}, "digamma(x)"),
        ("digamma(x)", {"x": 1.0}, "polygamma(1, x)"),
        ("polygamma(2, x*digamma(1))", {"x": 1.0}, "digamma(1)*polygamma(3, x*digamma(1))"),
        ("sqrt(x)", {"x": 1.0}, "1/(2*sqrt(x))"),
        ("x**n", {"x": 1.0, "n": 2.0}, "n*x**(n - 1)"),
        ("detach(x**2)*x", {"x": 1.0}, "x**2"),
        ("detach(x*detach(x))*x + detach(3*x)", {"x": 1.0}, "x**2"),
        ("w*x", {"x": [1.0, 2.0], "w": [3.0, 4.0], "cotangent": [1.0, 1.0]}, "w"),
        ("7", {"x": 1.0}, "0"),
    ],
)
def test_formula(text: str, values: dict[str, Any], expected: str) -> None:
    found = Case(text, **values).symbolic()["derivatives"]["x"][0]["text"]
    assert found == expected or (len(expected) < 3 and found.startswith("[") and found.endswith(", …]"))


@pytest.mark.parametrize(
    "text",
    [
        "sin(x)**2/x",
        "exp(-x**2)*erf(x)",
        "relu(x - 1)*abs(x)",
        "atan2(x, 2)",
        "x**x",
        "sinc(x)",
        "logit(x/5)",
        "tanh(x)",
    ],
)
def test_formula_can_be_typed_in_again(text: str) -> None:
    case = Case(text, x=1.3)
    (derivative,) = case.symbolic()["derivatives"]["x"]
    again = Case(derivative["text"], x=1.3)
    assert float(again.run()[0]) == pytest.approx(float(case.run()[1]["x"]), rel=1e-14)


def test_whole_numbers_in_an_array_are_no_names() -> None:
    request = Case("sum(x**3)", x=[1.0, 2.0]).request()
    request["program"] = "sum(n*x**3)"
    request["values"]["n"] = {"shape": [2], "values": [3, 3]}
    assert answer(request)["derivatives"]["x"][0]["text"] == "9*x**2"


def test_names_without_a_value_stay_symbols() -> None:
    symbolic = answer(template("a*x**2 + b*x + c", x=0.0))
    (derivative,) = symbolic["derivatives"]["x"]
    assert derivative == {"text": "2*a*x + b", "at": "b", "elements": [[[], "2*a*x + b"]], "complete": True}
    assert symbolic["value"]["at"] == "c"


def test_without_any_value() -> None:
    symbolic = answer(template("sin(x)*y"))
    assert [symbolic["derivatives"][name][0]["text"] for name in "xy"] == ["y*cos(x)", "sin(x)"]


def test_every_order_up_to_the_one_asked_for() -> None:
    case = Case("x**4 + detach(x)*x", x=2.0, order=5)
    orders = case.symbolic()["derivatives"]["x"]
    assert [entry["text"] for entry in orders] == ["4*x**3 + x", "12*x**2", "24*x", "24", "0"]
    assert [number(entry["elements"][0][1], case) for entry in orders] == [34, 48, 48, 24, 0]


def test_detached_values_are_constants_of_every_order() -> None:
    case = Case("detach(x**3)*x**2", x=2.0, order=2)
    orders = case.symbolic()["derivatives"]["x"]
    assert [number(entry["elements"][0][1], case) for entry in orders] == [32, 16]


def test_the_derivative_along_a_direction_is_differentiated() -> None:
    case = Case("x**3*y + detach(x)*y", x=2.0, y=3.0)
    request = case.request()
    request["tangents"] = {"x": {"shape": [], "values": [10.0]}, "y": {"shape": [], "values": [0.0]}}
    found = answer(request)["derivatives"]
    assert [found[name][0]["text"] for name in "xy"] == ["60*x*y", "30*x**2"]
    assert [number(found[name][0]["elements"][0][1], case) for name in "xy"] == [360, 120]


def test_large_array_is_sampled() -> None:
    size = 500
    (entry,) = Case("sum(x**2)", x=np.arange(float(size))).symbolic()["derivatives"]["x"]
    assert not entry["complete"]
    assert len({index for (index,), _ in entry["elements"]}) == SAMPLE
    assert all(text == f"2*x[{index}]" for (index,), text in entry["elements"])
    assert Case("sum(x**2)", x=np.ones(MAX_ELEMENTS)).symbolic()["derivatives"]["x"][0]["complete"]


@pytest.mark.parametrize(
    ("text", "values", "reason"),
    [
        ("9**9**9**9*x", {"x": 1.0}, "no exact form: a power of numbers is too large"),
        ("x + 10**-99999", {"x": 1.0}, "no exact form: a power of numbers is too large"),
        (
            "sum(exp(sin(x)))",
            {"x": np.ones(10_000)},
            "too large for SymPy: about 40,000 operations on single elements",
        ),
        ("x[x > 0].sum()", {"x": [1.0, 2.0]}, "no symbolic form: an index that depends on a variable"),
        ("2*x", {"x": [1.0, 2.0]}, "the result is an array, and there is no cotangent"),
        ("rand(3)", {"x": 1.0}, "no symbolic form: rand"),
    ],
)
def test_no_form(text: str, values: dict[str, Any], reason: str) -> None:
    with pytest.raises(NoFormError) as error:
        Case(text, **values).symbolic()
    assert str(error.value) == reason


def value(text: str, **values: Any) -> Enclosed:
    """What SymPy's formula for the value stands for at the point."""
    case = Case(text, **values)
    return exact_value(case.symbolic()["value"]["elements"][0][1], case.values)


@pytest.mark.parametrize(
    ("text", "x", "expected"),
    [
        # From the Taylor series 1/2 - x**2/24, whose next term is 1e-35.
        ("(1 - cos(x))/x**2", 1e-8, "0.499999999999999995833333333333"),
        ("(x + 1e16) - 1e16", 1.0, "1"),
        ("(x + 1e300) - 1e300", 1.0, "1"),
        ("exp(-x)", 1000.0, "5.0759588975494567652918094795743369193055992829e-435"),
        ("where(x > 0, 1/x, 5)", 0.0, "5"),
        ("0.1*x", 1.0, "0.1000000000000000055511151231257827021181583404541015625"),
        ("sin(pi)*x", 1.0, "1.2246467991473531772260659322749979970830540e-16"),
    ],
)
def test_no_digit_is_lost(text: str, x: float, expected: str) -> None:
    found = value(text, x=x)
    assert found.kind == NUMBER
    with working(256):
        assert abs(found.ball - arb(expected)) < arb(10) ** -25 * arb(expected)


@pytest.mark.parametrize(
    ("text", "x"), [("1/x", 0.0), ("log(x)", 0.0), ("log(x)", -1.0), ("x**0.5", -1.0), ("x*log(x)", 0.0)]
)
def test_formulas_without_a_value(text: str, x: float) -> None:
    assert value(text, x=x).kind == DOMAIN


def test_literals_are_those_of_the_dtype() -> None:
    assert float(value("0.1*x", x=1.0, dtype="float32").ball) == np.float32(0.1)


def test_a_formula_that_is_too_long_is_left_out() -> None:
    text = "; ".join(["y = x", *["y = y*sin(y) + exp(y)"] * 6, "y"])
    (element,) = Case(text, x=0.5).symbolic()["derivatives"]["x"][0]["elements"]
    assert element == [[], None]


def test_constants_are_those_of_the_evaluator() -> None:
    assert CONSTANTS.keys() == evaluate.CONSTANTS.keys()


def test_formulas_use_functions_of_the_language() -> None:
    """No formula of a first derivative names what cannot be parsed."""
    for function in SCALAR:
        if function.name in {*CONDITIONS, "where", "detach"}:
            continue
        names = [parameter.name for parameter in function.parameters if parameter.default is None]
        call = f"{function.name}({', '.join(names)})"
        if function.name == "polygamma":
            names, call = ["x"], "polygamma(2, x)"
        derivatives = Case(call).symbolic()["derivatives"]
        for name in names:
            parse(derivatives[name][0]["text"], find, bound=set(names))


@pytest.mark.parametrize("text", ["sqrt(x - acosh(0.7))", "log(-2)*x", "exp(x*acosh(0.5))"])
def test_what_is_complex_has_no_formula(text: str) -> None:
    """Our numbers are real, and the imaginary unit is no name of the language."""
    (derivative,) = Case(text, x=3.0).symbolic()["derivatives"]["x"]
    assert derivative["text"] is None
