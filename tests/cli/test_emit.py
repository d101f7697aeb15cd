"""--emit: the programs that the commands print. Those for NumPy are run."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any

import numpy as np
import pytest

from gradcli.cli.exits import Exit

Run = Callable[..., Any]


def printed(source: str) -> dict[str, Any]:
    """What the program prints: the numbers of each line `label: numbers`, in order."""
    out = io.StringIO()
    with redirect_stdout(out), np.printoptions(precision=17):
        exec(source, {})  # noqa: S102  # the program that is tested
    entries = re.findall(r"^([^\n:]+): ([^:]*)$", out.getvalue(), re.MULTILINE)
    return {label: [float(number) for number in re.findall(r"-?[\d.]+(?:e[+-]?\d+)?", text)] for label, text in entries}


def flat(value: Any) -> list[float]:
    return [float(number) for number in np.ravel(value)]


@pytest.mark.parametrize(
    ("arguments", "how"),
    [
        (["a*x**2 + sin(y)", "--at", "x=3, y=0.5", "--let", "a=2"], "formulas"),
        (["where(x > 0, x**2, x)", "--at", "x=3"], "formulas"),
        (["a*x**2 + sin(y)", "--at", "x=3, y=0.5", "--let", "a=2", "--no-check"], "differences"),
        (["sum(relu(x)**2)*y", "--at", "x=[-1,2], y=3"], "differences"),
        (["x @ [1, 2]", "--at", "x=[[1,2],[3,4]]", "--cotangent", "[1, -1]"], "differences"),
        (["[x*y, x]", "--at", "x=2, y=3", "--cotangent", "[1, 10]"], "differences"),
        (["lambda*np", "--at", "lambda=2, np=3", "--no-check"], "differences"),
        (["sum(x*rand(3))", "--at", "x=rand(3)", "--seed", "7"], "differences"),
    ],
)
def test_numpy_programs_print_the_gradient(gradcli: Run, arguments: list[str], how: str) -> None:
    document = gradcli("diff", *arguments, "--json").document
    outcome = gradcli("diff", *arguments, "--emit", "numpy")
    assert (outcome.code, how in outcome.out) == (Exit.OK, True)
    found = printed(outcome.out)
    assert found["value"] == pytest.approx(flat(document["value"]), rel=1e-12)
    for name, gradient in document["gradients"].items():
        tolerance = {"rel": 1e-12} if how == "formulas" else {"rel": 1e-8, "abs": 1e-8}
        assert found[f"gradient for {name}"] == pytest.approx(flat(gradient["value"]), **tolerance)


@pytest.mark.parametrize(
    "arguments",
    [["[x*y, sin(x)]", "--at", "x=1, y=2"], ["[sum(x)*y, x**2]", "--at", "x=[1,2], y=3"], ["x**2", "--at", "x=[1,2]"]],
)
def test_numpy_programs_print_the_jacobian(gradcli: Run, arguments: list[str]) -> None:
    blocks = gradcli("jacobian", *arguments, "--json").document["blocks"]
    found = printed(gradcli("jacobian", *arguments, "--emit", "numpy").out)
    assert list(found) == [f"{block['output']} by {block['variable']}" for block in blocks]
    for block, numbers in zip(blocks, found.values(), strict=True):
        assert numbers == pytest.approx(flat(block["value"]), rel=1e-8, abs=1e-8)


@pytest.mark.parametrize("arguments", [["x**2*y", "--at", "x=1, y=2"], ["sum(x**3)*y", "--at", "x=[1,2], y=3"]])
def test_numpy_programs_print_the_hessian(gradcli: Run, arguments: list[str]) -> None:
    blocks = gradcli("hessian", *arguments, "--json").document["blocks"]
    found = printed(gradcli("hessian", *arguments, "--emit", "numpy").out)
    assert list(found) == [f"d2/d{block['variables'][0]} d{block['variables'][1]}" for block in blocks]
    for block, numbers in zip(blocks, found.values(), strict=True):
        assert numbers == pytest.approx(flat(block["value"]), rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("target", ["torch", "jax"])
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ["diff", "x*sin(y)", "--at", "x=1, y=2"],
            {"torch": "torch.func.vjp(f, x, y)", "jax": "jax.vjp(f, x, y)"},
        ),
        (["diff", "sin(x)", "--at", "x=1", "--order", "3"], {"torch": "range(1, 4)", "jax": "range(1, 4)"}),
        (
            ["jacobian", "[x, y]", "--at", "x=1, y=2"],
            {"torch": "functional.jacobian(f, (x, y,))", "jax": "argnums=(0, 1)"},
        ),
        (
            ["hessian", "x*y", "--at", "x=1", "--let", "y=2"],
            {"torch": "functional.hessian(f, (x,))", "jax": "jax.hessian(f"},
        ),
        (["diff", "x", "--at", "x=inf", "--dtype", "float32"], {"torch": "torch.float32", "jax": "dtype='float32'"}),
    ],
)
def test_programs_for_the_others(gradcli: Run, arguments: list[str], target: str, expected: dict[str, str]) -> None:
    outcome = gradcli(*arguments, "--emit", target)
    assert (outcome.code, outcome.err) == (Exit.OK, "")
    compile(outcome.out, target, "exec")
    assert expected[target] in outcome.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["diff", "a*x", "--at", "x=1", "--emit", "torch"], "no value for a"),
        (["diff", "3", "--emit", "torch"], "there is no variable"),
        (["diff", "x", "--at", "x=1", "--emit", "torch", "--json"], "give one of them"),
        (["diff", "x", "--at", "x=1", "--emit", "tensorflow"], "tensorflow"),
        (["diff", "digamma(x)", "--at", "x=1", "--emit", "numpy"], "digamma() has no form in numpy"),
        (["diff", "sin(x)", "--at", "x=1", "--order", "2", "--emit", "numpy"], "gives first derivatives"),
        (["diff", "sum(x)", "--at", "x=ones(20000)", "--emit", "jax"], "x has 20,000 elements"),
    ],
)
def test_bad_inputs(gradcli: Run, arguments: list[str], message: str) -> None:
    outcome = gradcli(*arguments)
    assert outcome.code == Exit.USAGE
    assert message in outcome.err + outcome.out
