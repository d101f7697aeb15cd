"""Checking what a user's own Python functions return."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gradcli.calculator.claims.claim import Checked
from gradcli.calculator.claims.python_function import PythonQuestion, check_python
from gradcli.calculator.claims.user_code import UserError
from gradcli.errors import InputError

SOURCE = """
import math
import numpy as np
from gradcli import torch

def right(x): return x**3, {"x": 3 * x**2}
def wrong(x): return x**3, {"x": 2 * x**2}
def single(x):
    x = np.float32(x)
    return np.sin(x), {"x": np.cos(x)}
def single_wrong(x): return single(x)[0], {"x": single(x)[1]["x"] * 1.01}
def kink(x): return abs(x), {"x": np.sign(x)}
def nan(x): return 2 * x, {"x": float("nan")}
def arrays(w, b): return np.sum(np.tanh(w) * b), {"w": (1 - np.tanh(w)**2) * b}
def transposed(w): return np.sum(w**2), {"w": (2 * w).T}
def value(x): return math.log(x)
def slope(x): return {"x": 1 / x}
def changes(x):
    x *= 2
    return float(np.sum(x)), {"x": np.full(2, 2.0)}
def raises(x): return [][x]
def text(x): return "x", {"x": 1}
def bare(x): return x
number = 3

class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, factor):
        ctx.save_for_backward(x)
        ctx.factor = factor
        return factor * x**3

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * 3 * ctx.factor * x**2, None

class Square(Cube):
    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * 3 * ctx.factor * x, None
"""


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Checked]]:
    (tmp_path / "theirs.py").write_text(SOURCE)
    (tmp_path / "broken.py").write_text("import there_is_no_such_module\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield lambda name, *at, **more: check_python(PythonQuestion(name, at=at, **more))
    sys.modules.pop("theirs", None)


@pytest.mark.parametrize(
    ("name", "at", "word"),
    [
        ("right", "x=2", "agrees"),
        ("wrong", "x=2", "mismatch"),
        ("single", "x=2", "agrees"),
        ("single_wrong", "x=2", "mismatch"),
        ("kink", "x=2", "agrees"),
        ("kink", "x=0", "kink"),
        ("nan", "x=2", "mismatch"),
        ("transposed", "w=[[1,2],[3,4]]", "mismatch"),
        ("changes", "x=[1,2]", "agrees"),
    ],
)
def test_the_word(ask: Callable[..., Checked], name: str, at: str, word: str) -> None:
    assert ask(f"theirs:{name}", at).word == word


def test_a_constant_needs_no_gradient(ask: Callable[..., Checked]) -> None:
    checked = ask("theirs:arrays", "w=[1,2]", let=("b=3",))
    assert [(part.name, part.verdict.word) for part in checked.parts] == [("w", "agrees")]


def test_value_and_gradient_may_be_two_functions(ask: Callable[..., Checked]) -> None:
    assert ask("theirs:value", "x=1e-3", gradients="theirs:slope").word == "agrees"
    assert ask("theirs:value", "x=2", gradients="theirs:slope", tol=1e-6).word == "agrees"


@pytest.mark.parametrize(("name", "word"), [("Cube", "agrees"), ("Square", "mismatch")])
def test_an_autograd_function(ask: Callable[..., Checked], name: str, word: str) -> None:
    checked = ask(f"theirs:{name}", "x=[1,2]", let=("factor=2",), cotangent="[1,3]")
    assert checked.word == word


@pytest.mark.parametrize(
    ("name", "at", "more", "message"),
    [
        ("theirs", "x=1", {}, "names no function"),
        ("nowhere:f", "x=1", {}, "there is no module 'nowhere'"),
        ("theirs:f", "x=1", {}, "theirs has no 'f'"),
        ("theirs:number", "x=1", {}, "theirs:number is no function but int"),
        ("theirs:right", "y=1", {}, "theirs:right: missing a required argument: 'x'"),
        ("theirs:bare", "x=1", {}, "must return (value, {name: gradient})"),
        ("theirs:value", "x=1", {"gradients": "theirs:bare"}, "must give the gradients by name"),
        ("theirs:text", "x=1", {}, "not a real number"),
        ("theirs:arrays", "w=[1,2], b=3", {}, "gives gradients for w; asked for w, b"),
        ("theirs:Cube", "x=[1,2]", {"let": ("factor=2",)}, "grad can be implicitly created only for scalar outputs"),
        ("theirs:Cube", "x=1", {"gradients": "theirs:slope"}, "has its own backward"),
        ("theirs:right", "x=1", {"let": ("x=1",)}, "'x' is given by --at and by --let"),
    ],
)
def test_what_cannot_be_checked(
    ask: Callable[..., Checked], name: str, at: str, more: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError) as refused:
        ask(name, at, **more)
    assert message in refused.value.message


@pytest.mark.parametrize(("name", "last"), [("theirs:raises", "TypeError"), ("broken:f", "ModuleNotFoundError")])
def test_an_exception_is_shown_as_their_traceback_only(ask: Callable[..., Checked], name: str, last: str) -> None:
    with pytest.raises(UserError) as raised:
        ask(name, "x=1")
    lines = raised.value.traceback.splitlines()
    assert sum(line.startswith('  File "') for line in lines) == 1
    assert name.partition(":")[0] + ".py" in lines[1]
    assert lines[-1].startswith(last)
