"""The formulas that `gradcli explain` shows, against the engine's rules: every one that an expression can reach."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest

from gradcli.calculator.commands.derivative_rules import WHOLE, Rule, rule_of
from gradcli.calculator.commands.tape import Argument, Step, Tape
from gradcli.calculator.commands.traced_rules import CONSTANTS, traced, tracing
from gradcli.calculator.kernel.compute import constants_of, leaves_of, value_of
from gradcli.calculator.kernel.differentiate import differentiate
from gradcli.calculator.kernel.prepare import prepare
from gradcli.calculator.kernel.question import DerivativeQuestion
from gradcli.engine.domain import REAL
from gradcli.engine.graph import unbroadcast
from gradcli.engine.op import OPS, Op
from gradcli.engine.random import Generator
from gradcli.engine.tensor import Tensor
from gradcli.lang.creation import Maker, hoist
from gradcli.lang.evaluate import evaluate
from gradcli.lang.folding import folded
from gradcli.lang.functions import find, functions
from gradcli.lang.parser import parse
from gradcli.lang.tree import Name, NoFormError, Number, Program, postorder
from gradcli.lang.unparse import unparse

X = "x=[[0.3, 0.8], [0.6, 0.45]]"
BIG = "x=[[1.3, 2.8], [1.6, 3.45]]"
AB = "a=[0.4, 1.7, 0.9], b=[1.2, 0.5, -0.8]"
ONE = [name for name, f in functions().items() if f.pointwise and [p.name for p in f.parameters] == ["x"]]
TWO = [
    name
    for name, f in functions().items()
    if f.pointwise and len(f.parameters) == 2 and f.parameters[1].default is None and name != "polygamma"
]
REDUCTIONS = ("sum", "mean", "prod", "max", "min", "amax", "amin", "var", "std", "norm", "logsumexp")
COMPARED = ("lt", "le", "gt", "ge", "eq", "ne", "logical_and", "logical_or")
NO_GRADIENT = {"logical_not(x)": "where(not (x > 0.5), x, 2*x)", "detach(x)": "detach(x)*x"}

CALLS = [
    *((NO_GRADIENT.get(f"{name}(x)", f"{name}(x)"), BIG if name == "acosh" else X) for name in ONE),
    *((f"{name}(a, b)", "a=[0.4, 1.7, 0.9], b=[1.2, 0.5, 0.8]") for name in TWO if name not in COMPARED),
    *((f"where({name}(a > 0.5, b > 0), a, b)", AB) for name in COMPARED),
    ("polygamma(0, x)", X), ("polygamma(2, x)", X),
    ("2 - x", X), ("2/x", X), ("x**3", X), ("x**-2", X), ("x**0.5", X), ("2**x", X), ("x % 0.4", X),
    ("x + a", f"{X}, a=[1, 2]"),
    ("x*a", f"{X}, a=2"), ("2*x", X), ("leaky_relu(x - 0.5)", X), ("leaky_relu(x - 0.5, 0.2)", X),
    ("elu(x - 0.5)", X), ("elu(x - 0.5, 2)", X), ("relu(x - 0.5)", X), ("abs(x - 0.5)", X),
    ("clamp(x, 0.4, 0.7)", X), ("clamp(x, 0.4)", X), ("clamp(x, max=0.5)", X),
    ("clamp(x, a, b)", f"{X}, a=[0.4, 0.5], b=[0.7, 0.4]"), ("clamp(x, a)", f"{X}, a=0.5"),
    ("clamp(x, max=a)", f"{X}, a=0.5"),
    ("where(x > 0.5, x, a)", f"{X}, a=2"), ("[x[0, 0], 2, x[1, 1]]", X),
    *((f"{name}(x)", X) for name in REDUCTIONS),
    *(
        (f"{name}(x, axis={axis}, keepdims={keep})", X)
        for name in REDUCTIONS
        for axis, keep in ((0, "False"), (-1, "True"), (1, "False"))
    ),
    ("sum(x, axis=[0, 1])", X), ("max(x, axis=1)", "x=[[1, 1], [2, 3]]"), ("max(x)", "x=[[3, 1], [2, 3]]"),
    ("norm(x, 1)", X), ("norm(x, 3)", X), ("norm(x, inf)", X), ("norm(x, 0)", X), ("var(x, correction=0)", X),
    ("softmax(x)", X), ("softmax(x, 0)", X), ("log_softmax(x)", X), ("cumsum(x, 1)", X), ("cumprod(x, 0)", X),
    ("dot(a, b)", AB), ("a @ b", AB), ("outer(a, b)", AB), ("cross(a, b)", AB), ("x @ x", X),
    ("x @ a", f"{X}, a=[1, 2]"),
    ("a @ x", f"{X}, a=[1, 2]"), ("c @ x", f"{X}, c=[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]"),
    ("x @ c", f"{X}, c=[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]"), ("c @ c", "c=[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]"),
    ("trace(x)", X), ("det(x)", X), ("logdet(x*[[4], [1]])", X),
    ("det(c)", "c=[[[1, 2], [3, 4]], [[5, 6], [7, 9]]]"), ("inv(x)", X), ("solve(x, a)", f"{X}, a=[1, 2]"),
    ("solve(x, x + 1)", X),
    ("diag(x)", X), ("diag(a)", AB), ("diag(a, 1)", AB), ("tril(x)", X), ("triu(x, 1)", X), ("reshape(x, 4)", X),
    ("flatten(x)", X), ("flatten(x.T)", X), ("expand(a, 2, 3)", AB), ("squeeze(unsqueeze(x, 0))", X),
    ("unsqueeze(x, 1)", X),
    ("x.T", X), ("transpose(x, 0, 1)", X), ("permute(x, 1, 0)", X),
    ("permute(c, 2, 0, 1)", "c=[[[1, 2, 3], [3, 4, 5]]]"),
    ("flip(x, 0)", X), ("stack([a, b])", AB), ("stack([a, b], axis=1)", AB), ("cat([a, b])", AB),
    ("cat([x, x], axis=1)", X),
    ("x[0]", X), ("x[:, 1]", X), ("x[0:1]", X), ("x[[1, 0]]", X), ("x[...]", X),
]  # fmt: skip


def taped(expression: str, at: str) -> Tape:
    """The tape of an expression whose result has a cotangent of unlike elements."""
    tape = Tape()
    weighted = DerivativeQuestion(f"u = {expression}; sum(u*w)", at=(at,), let=(weights(expression, at),), check=False)
    differentiate(weighted, None, tape.compute)
    return tape


def weights(expression: str, at: str) -> str:
    """A value for w, of the shape of the expression's."""
    prepared = prepare(DerivativeQuestion(expression, at=(at,)))
    shape = value_of(prepared, leaves_of(prepared) | constants_of(prepared)).array.shape
    return f"w={np.linspace(0.5, 1.5, int(np.prod(shape))).reshape(shape).tolist()}"


def formula_value(argument: Argument, step: Step, tape: Tape) -> Any:
    """What the formula comes to, evaluated as any expression is."""
    assert tape.prepared is not None
    assert not isinstance(argument.rule.formula, str)
    arrays = {**tape.prepared.at, **tape.prepared.fixed, **tape.constants, **{s.name: s.value for s in tape.steps}}
    arrays[tape.cotangent] = step.upstream
    source = parse("0", find).source
    maker = Maker(Generator(0), np.dtype("float64"))
    program, made = hoist(Program((), argument.rule.formula), source, maker)
    found = evaluate(program, {name: Tensor(np.asarray(array)[()]) for name, array in (arrays | made).items()}, source)
    return np.asarray(found.array if isinstance(found, Tensor) else found)


def agree(tape: Tape) -> None:
    """Asserts that each formula of a tape gives what the engine gave."""
    assert tape.prepared is not None
    shapes = {step.name: step.value.shape for step in tape.steps}
    shapes |= {name: np.shape(array) for name, array in tape.prepared.at.items()}
    for step in tape.steps:
        for argument in step.arguments:
            if isinstance(argument.rule.formula, str):
                assert not argument.rule.local
                continue
            with np.errstate(all="ignore"):
                found = formula_value(argument, step, tape)
                if argument.rule.local:
                    local = np.broadcast_to(found, step.value.shape)
                    np.testing.assert_allclose(local, argument.local, rtol=1e-12, atol=1e-300)
                    found = found * step.upstream
                fitted = unbroadcast(found, shapes[argument.operand])
            fitted = np.broadcast_to(fitted, argument.contribution.shape)
            np.testing.assert_allclose(fitted, argument.contribution, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(("expression", "at"), CALLS)
def test_formulas_give_what_the_engine_gives(expression: str, at: str) -> None:
    tape = taped(expression, at)
    assert all(step.arguments for step in tape.steps)
    agree(tape)


SPECIAL = (0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 1e-9, -1e-9, 0.1, 0.4, 1e300, -1e300, 1e-300, math.inf, -math.inf, math.nan)
PAIRS = [*product(SPECIAL, SPECIAL)]
SPECIAL_X = f"x={[*SPECIAL]}"
SPECIAL_AB = f"a={[a for a, _ in PAIRS]}, b={[b for _, b in PAIRS]}"
POINTWISE = [
    *(NO_GRADIENT.get(f"{name}(x)", f"{name}(x)") for name in ONE),
    *(f"{name}(a, b)" for name in TWO if name not in COMPARED),
    *("polygamma(0, x)", "polygamma(2, x)", "2 - x", "2/x", "x**3", "x**2", "x**0", "x**-2", "x**0.5", "2**x", "0**x"),
    *("x % 0.4", "leaky_relu(x, 0.2)", "elu(x, 2)", "clamp(x, 0.4, 1)", "clamp(x, 0.4)", "clamp(x, max=0.5)"),
    *("clamp(a, 0, b)", "clamp(0.5, a, b)", "where(a > b, a, b)"),
]


@pytest.mark.parametrize("expression", POINTWISE)
def test_traced_formulas_give_what_the_engine_gives_at_special_points(expression: str) -> None:
    two = "a" in parse(expression, find, bound={"x", "a", "b"}).program.free
    agree(taped(expression, SPECIAL_AB if two else SPECIAL_X))


WHOLE_CALLS = [
    *(f"{name}(x{axis})" for name in REDUCTIONS for axis in ("", ", axis=0", ", axis=1, keepdims=True")),
    *(f"norm(x, {order}{axis})" for order in ("0", "1", "3", "0.5", "-1", "inf", "-inf") for axis in ("", ", axis=1")),
    *("var(x, correction=0)", "softmax(x)", "softmax(x, 0)", "log_softmax(x)", "cumsum(x, 1)", "cumprod(x, 0)"),
    *("cumprod(x, 1)", "x @ x", "trace(x)", "det(x)", "logdet(x)"),
]
SPECIAL_MATRICES = {
    "zeros": "[[0, 0], [0, -0.0]]", "one zero": "[[1, 0], [2, 3]]", "zeros in a row": "[[-2, 2], [0, -0.0]]",
    "ties": "[[1, 1], [1, -1]]", "inf": "[[inf, 1], [2, inf]]", "-inf": "[[-inf, -inf], [-inf, 1]]",
    "all -inf": "[[-inf, -inf], [-inf, -inf]]", "nan": "[[nan, 1], [2, 3]]",
    "large": "[[1e300, 1e300], [1e-9, -1e300]]",
    "small": "[[1e-300, 1e-9], [0, 1]]", "alike": "[[1e-200, 2e-200], [3e-200, 1e-200]]",
}  # fmt: skip


@pytest.mark.parametrize("matrix", SPECIAL_MATRICES.values(), ids=SPECIAL_MATRICES)
@pytest.mark.parametrize("expression", WHOLE_CALLS)
def test_written_formulas_give_what_the_engine_gives_at_special_points(expression: str, matrix: str) -> None:
    agree(taped(expression, f"x={matrix}"))


def test_every_function_of_the_language_is_called() -> None:
    called = set()
    for expression, _ in CALLS:
        program = parse(expression, find, bound={"x", "a", "b", "c"}).program
        called |= {getattr(node, "function", None) for node in postorder(program.result)}
    wanted = {name for name, function in functions().items() if function.group != "creation"}
    assert wanted <= called


def test_every_written_formula_is_reached_and_belongs_to_an_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    reached = set()

    def watched(op: Op, argument: str, *rest: Any) -> Any:
        if op.name in WHOLE:
            reached.add((op.name, argument))
        return rule_of(op, argument, *rest)

    monkeypatch.setattr("gradcli.calculator.commands.tape.rule_of", watched)
    for expression, at in CALLS:
        taped(expression, at)
    assert reached == {(op, argument) for op, rules in WHOLE.items() for argument in rules}


def test_a_singular_matrix_has_no_formula() -> None:
    tape = taped("det(x)", "x=[[1, 2], [2, 4]]")
    (argument,) = tape.steps[0].arguments
    assert argument.rule == Rule(False, "g times the cofactors of x")
    assert argument.contribution.tolist() == [[2.0, -1.0], [-1.0, 0.5]]  # the cotangent is 0.5


@pytest.mark.parametrize(
    ("expression", "formula"),
    [
        ("x**2", "2*x"),
        ("x**3", "3*x**2"),
        ("x**1", "1"),
        ("x**-1", "-x**-2"),
        ("softmax(x*[1, 2])", "constant_1"),
        ("polygamma(2, x)", "polygamma(3, x)"),
    ],
)
def test_formulas_are_tidy(expression: str, formula: str) -> None:
    (argument,) = taped(expression, "x=[2, 3]").steps[0].arguments
    assert not isinstance(argument.rule.formula, str)
    assert unparse(argument.rule.formula) == formula


@pytest.mark.parametrize(
    ("expression", "formulas"),
    [
        ("x**a", ["where(a == 0, 0, a*x**(a - 1))", "where(x == 0 and a >= 0, 0, v1*log(x))"]),
        ("xlogy(x, a)", ["where(x == 0 and a <= 0, 0, log(a))", "x/a"]),
        ("x/a", ["1/a", "-x/a/a"]),
        ("1/x", ["-v1**2"]),
        ("relu(x)", ["where(v1 <= 0, 0, 1)"]),
        ("elu(x)", ["where(x > 0, 1, exp(minimum(x, 0)))"]),
        ("softplus(x)", ["sigmoid(x)"]),
        ("sigmoid(x)", ["v1*(1 - v1)"]),
        ("tanh(x)", ["1 - v1**2"]),
        ("3**x", ["v1*log(3)"]),
        ("erfc(x)", ["-2/sqrt(pi)*exp(-x**2)"]),
        ("log10(x)", ["1/(x*log(10))"]),
        ("logsigmoid(x)", ["sigmoid(-x)"]),
        ("clamp(x, 2.5)", ["where(x >= 2.5, 1, 0)"]),
    ],
)
def test_traced_formulas_read_well(expression: str, formulas: list[str]) -> None:
    written = [argument.rule.formula for argument in taped(expression, "x=[2, 3], a=[4, 5]").steps[0].arguments]
    assert [each if isinstance(each, str) else unparse(each) for each in written] == formulas


def test_a_rule_says_what_it_does_in_each_dtype() -> None:
    def formula(dtype: str) -> Any:
        tape = Tape()
        differentiate(DerivativeQuestion("asin(x)", at=("x=0.5",), dtype=dtype, check=False), None, tape.compute)
        return tape.steps[0].arguments[0].rule.formula

    assert [unparse(formula(dtype)) for dtype in ("float32", "float64")] == [
        "1/sqrt(1 - x**2)",
        "1/sqrt((1 - x)*(1 + x))",
    ]


@pytest.mark.parametrize(("value", "text"), CONSTANTS.items(), ids=CONSTANTS.values())
def test_constants_are_named_to_the_last_bit(value: float, text: str) -> None:
    tree = folded(parse(text, find).program, ()).result
    assert isinstance(tree, Number)
    assert tree.value == value


def test_operations_are_themselves_again_after_a_trace() -> None:
    before = {op: op.forward for op in OPS.values()}
    with tracing():
        assert OPS["sin"].forward is not before[OPS["sin"]]
        assert OPS["sin"].forward(np.float64(0)) == 0
    assert before == {op: op.forward for op in OPS.values()}


@pytest.mark.parametrize("function", [np.isinf, np.nan_to_num, np.add.reduce])
def test_a_step_without_a_form_is_refused(function: Any) -> None:
    op = Op("f", "F", lambda x: x, {"x": lambda g, x: g * function(x)}, REAL)
    slots = {"result": np.ones(2), "x": np.ones(2)}
    with tracing(), pytest.raises(NoFormError):
        traced(op, "x", slots, {name: Name(name) for name in slots})
