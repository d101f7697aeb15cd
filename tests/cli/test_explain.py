"""`gradcli explain` as a user meets it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from gradcli.cli.exits import Exit
from gradcli.render.schemas import schema_of

Run = Callable[..., Any]
QUADRATIC = ("a*x**2 + b*x + c", "--at", "x=3", "--let", "a=1, b=-2, c=1")


def test_both_passes_and_the_verdict(gradcli: Run) -> None:
    outcome = gradcli("explain", *QUADRATIC)
    assert (outcome.code, outcome.err) == (Exit.OK, "")
    lines = [" ".join(line.split()) for line in outcome.out.splitlines()]
    assert "v1 x**2 PowBackward0 9.0" in lines
    assert "v1 PowBackward0 1.0 ∂v1/∂x = 2*x 6.0 x += 6.0" in lines
    assert "x: (-2.0) from v3 + 6.0 from v1 = 4.0" in lines
    assert "x () 3.0 4.0 2*a*x + b proved" in lines
    order = [line.split()[0] for line in lines if line.startswith("v") and "+=" in line]
    assert order == ["v5", "v4", "v3", "v2", "v1"]


def test_a_narrow_terminal_has_the_rules_below_one_another(gradcli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    out = gradcli("explain", "mean(x**2)", "--at", "x=[1, 2]", "--no-check").out
    assert "v2  MeanBackward0, g = 1.0\n  v1 += g/2\n  v1 += [0.5000, 0.5000] (spread)\n" in out
    assert "  ∂v1/∂x = 2*x = [2., 4.]\n  x += [1., 2.]\n" in out
    assert max(map(len, out.splitlines())) <= 40


def test_the_last_lines_are_those_of_diff(gradcli: Run) -> None:
    said = gradcli("diff", *QUADRATIC, "--no-graph").out
    assert gradcli("explain", *QUADRATIC).out.endswith(said[said.index("variable") :])


def test_cotangents_of_steps_add_up(gradcli: Run) -> None:
    out = gradcli("explain", "u = x**2; u*sin(u)", "--at", "x=1", "--no-check", "--markdown").out
    assert "0.8414709848078965 + 0.5403023058681398 = 1.3817732906760363" in out


@pytest.mark.parametrize(("width", "digits"), [("80", 6), ("70", 4)])
def test_a_table_that_would_not_fit_has_rounded_numbers(
    gradcli: Run, monkeypatch: pytest.MonkeyPatch, width: str, digits: int
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    out = gradcli("explain", "log(1 + exp(-x))*tanh(w*x)", "--at", "x=0.5, w=2", "--no-check").out
    lines = [" ".join(line.split()) for line in out.splitlines()]
    local, given = (f"{number:.{digits}g}" for number in (0.41997434161402614, 0.1991001693054034))
    assert any(line.endswith(f"∂v6/∂v5 = 1 - v6**2 {local} v5 += {given}") for line in lines)
    assert f"Numbers are rounded to {digits} digits here; --json has all." in lines
    assert max(map(len, out.splitlines())) <= int(width)


@pytest.mark.parametrize("width", ["100", "40"])
def test_forward_mode(gradcli: Run, monkeypatch: pytest.MonkeyPatch, width: str) -> None:
    monkeypatch.setenv("COLUMNS", width)
    outcome = gradcli("explain", "x*y + sin(x)", "--at", "x=1, y=2", "--mode", "forward", "--no-check")
    words = " ".join(outcome.out.split())
    assert "d/dx" in words
    assert "a pass for each of the inputs, here 2" in words
    assert "2.5403023058681398" in words
    assert max(map(len, outcome.out.splitlines())) <= int(width)


def test_forward_mode_of_many_inputs_says_what_it_leaves_out(gradcli: Run) -> None:
    words = " ".join(gradcli("explain", "sum(x**2)", "--at", "x=arange(20.)", "--mode", "forward").out.split())
    assert "here 20" in words
    assert "The first 8 are shown." in words


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize(
    "arguments",
    [
        QUADRATIC,
        ("sum(where(x > 0.5, x, 2)*rand(2))", "--at", "x=[0.2, 0.7]"),
        ("log(x)", "--at", "x=0"),
        ("abs(x)", "--at", "x=0"),
        ("x", "--at", "x=2"),
        ("sum(x[1:])", "--at", "x=zeros(1)"),
        ("detach(x)", "--at", "x=1"),
        ("x*y", "--at", "x=[1, 2], y=3", "--cotangent", "[1, 10]", "--wrt", "y", "--dtype", "float32"),
        ("a*x", "--at", "x=1"),
    ],
)
def test_documents_are_valid(gradcli: Run, arguments: tuple[str, ...], mode: str) -> None:
    outcome = gradcli("explain", *arguments, "--mode", mode, "--json")
    jsonschema.validate(outcome.document, schema_of("explain"))
    assert outcome.code == (Exit.USAGE if "error" in outcome.document else Exit.OK)


def test_what_is_empty_is_spread_not_summed(gradcli: Run) -> None:
    assert "x += [] (spread)" in gradcli("explain", "sum(x)", "--at", "x=zeros(0)").out


def test_the_document_says_what_the_screen_says(gradcli: Run) -> None:
    document = gradcli("explain", "mean(3*(x+2)**2)", "--at", "x=ones(2,2)", "--json").document
    assert [step["expression"] for step in document["forward"]] == ["x + 2", "v1**2", "v2*3", "mean(v3)"]
    assert [step["step"] for step in document["backward"]] == ["v4", "v3", "v2", "v1"]
    (mean,) = document["backward"][0]["contributions"]
    assert (mean["to"], mean["kind"], mean["formula"], mean["fitted"]) == ("v3", "contribution", "g/4", "spread")
    (power,) = document["backward"][2]["contributions"]
    assert (power["formula"], power["local"]) == ("2*v1", [[6.0, 6.0], [6.0, 6.0]])
    assert document["gradients"]["x"]["value"] == [[4.5, 4.5], [4.5, 4.5]]
    assert document["gradients"]["x"]["verdict"]["word"] == "proved"


def test_markdown_is_made_of_tables(gradcli: Run) -> None:
    out = gradcli("explain", "norm(x, 3)*x[0]", "--at", "x=[1, 2]", "--markdown").out
    assert out.startswith("## `norm(x, 3)*x[0]`\n")
    tables = [line for line in out.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in tables} == {5, 7}
    assert "**Gradient for `x`**" in out
    assert out.endswith(", proved\n")


def test_latex_balances(gradcli: Run) -> None:
    out = gradcli("explain", "sum(where(x > 1, exp(x), x**2)/sqrt(x))", "--at", "x=[1, 2]", "--latex").out
    assert out.count("{") == out.count("}")
    assert out.count(r"\left") == out.count(r"\right")
    assert out.count(r"\begin{align*}") == out.count(r"\end{align*}") == 3
    assert r"\bar{v_{2}} \cdot \frac{\partial v_{2}}{\partial x} = \bar{v_{2}} \cdot \left(2 \cdot x\right)" in out


def test_latex_of_forward_mode(gradcli: Run) -> None:
    out = gradcli("explain", "x*y", "--at", "x=2, y=3", "--mode", "forward", "--latex").out
    assert r"\dot{x} &= 1" in out
    assert r"\dot{v_{1}} &= 3.0" in out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("x*y", "--at", "x=1"), "missing-value", "no value for y"),
        (("x**2", "--at", "x=[1, 2]"), "cotangent", "only for scalar outputs"),
        (("sin(x", "--at", "x=1"), "syntax", ""),
        (("x > 1", "--at", "x=1"), "result", "condition"),
        (("x", "--at", "x=1", "--wrt", "z"), "wrt", "no variable 'z'"),
        (("x", "--at", "x=1", "--latex"), "usage", "different outputs"),
    ],
)
def test_bad_input(gradcli: Run, arguments: tuple[str, ...], code: str, message: str) -> None:
    outcome = gradcli("explain", *arguments, "--json")
    assert outcome.code == Exit.USAGE
    jsonschema.validate(outcome.document, schema_of("explain"))
    assert outcome.document["error"]["code"] == code
    assert message in outcome.document["error"]["message"]


def test_a_long_derivation_is_cut_on_the_screen_alone(gradcli: Run) -> None:
    text = "+".join(["x"] * 300)
    out = gradcli("explain", text, "--at", "x=1", "--no-check").out
    assert "more rows (--json has them all)" in out
    assert len(gradcli("explain", text, "--at", "x=1", "--no-check", "--json").document["forward"]) == 299


def test_strict_at_a_kink(gradcli: Run) -> None:
    outcome = gradcli("explain", "abs(x)", "--at", "x=0", "--strict")
    assert outcome.code == Exit.UNDECIDED
    assert "kink" in outcome.out


@pytest.mark.parametrize(
    ("expression", "at", "reason"),
    [
        ("abs(x)", "x=0", "x: kink: the derivative is -1 from the left and 1 from the right"),
        ("floor(x)", "x=2", "x: jump: the value jumps: 1 from the left, 2 at the point, 2 from the right"),
        ("log(x)", "x=-1", "value: domain: the logarithm of a number that is not positive"),
        ("relu(3*x-0.03)", "x=0.01", "x: ill-conditioned: what relu compares is 1.7e-18 apart"),
        ("relu(x)-relu(-x)", "x=0", "x: mismatch: the engine's 0 should be 1; PyTorch's rule for relu"),
    ],
)
@pytest.mark.parametrize("form", ["--markdown", "--latex", "--mode=reverse"])
def test_the_reason_of_a_verdict_is_given(gradcli: Run, expression: str, at: str, reason: str, form: str) -> None:
    outcome = gradcli("explain", expression, "--at", at, form)
    assert reason in " ".join(outcome.out.replace("`", "").split())
    assert outcome.code == (Exit.FAILED if "mismatch" in reason else Exit.OK)
