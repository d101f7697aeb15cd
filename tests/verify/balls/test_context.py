"""python-flint's global precision and series length have one owner, and threads do not disturb each other."""

from __future__ import annotations

import ast
import os
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flint import ctx
from programs import enclosures

import gradcli
from gradcli.verify.balls.context import LONGEST, working

PACKAGE = Path(gradcli.__file__).parent
OWNER = PACKAGE / "verify/balls/context.py"
VERDICTS = int(os.environ.get("GRADCLI_THREADED_VERDICTS", "4000"))
"""How many verdicts are asked of all threads together; 100000 is what an evening allows."""


def settings_used(source: str) -> list[int]:
    """The lines on which a module gets hold of python-flint's context."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module in ("flint", "gradcli.verify.balls.context"):
            named = any(alias.name in ("ctx", "*") for alias in node.names)
        elif isinstance(node, ast.Import):  # of the whole library: its context would come with it
            named = any(alias.name.partition(".")[0] == "flint" for alias in node.names)
        else:
            named = isinstance(node, ast.Attribute) and node.attr in ("cap", "workprec", "extraprec")
        lines += [node.lineno] if named else []
    return lines


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_else_sets_it(path: Path) -> None:
    assert (settings_used(path.read_text()) == []) == (path != OWNER)


@pytest.mark.parametrize(
    "source",
    ["from flint import arb, ctx", "import flint", "import flint.types.arb", "from flint import *", "c.cap = 3"],
)
def test_wrong_uses_are_found(source: str) -> None:
    assert settings_used(source) == [1]


def test_settings_are_put_back() -> None:
    before = ctx.prec, ctx.cap
    with working(300):
        assert (ctx.prec, ctx.cap) == (300, LONGEST)
        with working(77):
            assert ctx.prec == 77
        assert ctx.prec == 300
    with pytest.raises(ZeroDivisionError), working(300):
        raise ZeroDivisionError
    assert (ctx.prec, ctx.cap) == before


def questions() -> list[tuple[str, float, int]]:
    """Programs of different orders, at points that need different precisions."""
    source = random.Random(0)
    texts = [
        "sin(x)**2/x",
        "x*abs(x - 1)",
        "exp(-x)*cos(20*x)",
        "(log(1 + x*1e-30)*1e30)**2",
        "x**2.5 + tanh(x)",
        "lgamma(x)",
        "floor(x)*x",
        "where(x > 1, x**3, x)",
        "(1 - cos(x*1e-20))/x**2*1e40",
    ]
    points = [0.5, 1.0, 2.0, 3.7]
    return [(source.choice(texts), source.choice(points), source.choice([1, 1, 2, 3, 4])) for _ in range(VERDICTS)]


def told(question: tuple[str, float, int]) -> list[Any]:
    """All that is found, to the last bit."""
    text, x, order = question
    whole = enclosures(text, x=x)
    found = whole.gradient()["x"] if order == 1 else whole.orders(whole.goal(order=order))
    return [
        (one.kind, *(None if ball is None else ball.str(60) for ball in (one.ball, one.left, one.right)))
        for one in found
    ]


def test_threads_get_the_answers_that_one_alone_gets() -> None:
    asked = questions()
    alone = {question: told(question) for question in set(asked)}
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(told, asked))
    different = [question for question, found in zip(asked, together, strict=True) if found != alone[question]]
    assert different == []
