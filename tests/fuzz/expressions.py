"""Expressions over the whole function table, at points where they are smooth, break, or leave the numbers."""

from __future__ import annotations

import atexit
import io
import json
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

import numpy as np
from rich.console import Console

from gradcli.calculator.kernel.differentiate import differentiate
from gradcli.calculator.kernel.prepare import prepare
from gradcli.calculator.kernel.question import Answer, DerivativeQuestion
from gradcli.lang.functions import functions
from gradcli.render.diff import diff_document, diff_screen
from gradcli.verify.client import SympyWorker

from . import ways
from .kinds import Data, Kind
from .shrinking import smaller_text

ATOMS = ["x", "x", "y", "A", "2", "0.5", "-1", "3", "pi", "[1,2]", "0", "x[0]", "A[0]", "1e3", "1e-9", "x"]
OPERATORS = ["+", "-", "*", "/", "**", "%", "//", "@", "<", ">", "=="]
KEYS = ["0", "1:", "-1", ":,0", "...", "None", "[0,1]", "::-1"]
NUMBERS = ["0.7", "2", "0", "-0.0", "1", "-1.5", "1e308", "5e-324", "1e16", "0.1", "-3", "1e-200", "inf", "nan", "0.5"]
SHAPES = ["{}", "{}", "[{},{}]", "[{},{}]", "[{},{},{}]", "[[{},{}],[{},{}]]", "[]", "[[{}],[{}]]"]
MATRICES = ["[[2,1],[0.5,3]]", "[[1,0],[0,1]]", "[[1,2],[2,4]]", "[[0,0],[0,0]]"]
OPTIONS = {
    "axis": ["0", "-1", "1", "[0,1]"],
    "keepdims": ["True"],
    "correction": ["0", "1"],
    "min": ["0", "x"],
    "max": ["1"],
}
CONVENTION = "PyTorch's rule for"
INFINITE = " gives inf"


@cache
def sympy() -> SympyWorker:
    """One process for all questions."""
    worker = SympyWorker()
    atexit.register(worker.close)
    return worker


def expression(choose: Random, depth: int) -> str:
    """A random expression, most of which make sense."""
    roll = choose.random()
    if depth <= 0 or roll < 0.25:
        return choose.choice(ATOMS)
    if roll < 0.5:
        return f"({expression(choose, depth - 1)}){choose.choice(OPERATORS)}({expression(choose, depth - 1)})"
    if roll < 0.55:
        return f"-{expression(choose, depth - 1)}"
    if roll < 0.6:
        return f"[{expression(choose, depth - 1)},{expression(choose, depth - 1)}]"
    if roll < 0.65:
        return f"({expression(choose, depth - 1)})[{choose.choice(KEYS)}]"
    function = choose.choice([each for each in functions().values() if each.group != "creation"])
    count = sum(parameter.default is None for parameter in function.parameters) + (choose.random() < 0.15)
    arguments = [expression(choose, depth - 1) for _ in range(count)]
    arguments += [
        f"{parameter.name}={choose.choice(OPTIONS[parameter.name])}"
        for parameter in function.parameters
        if parameter.name in OPTIONS and choose.random() < 0.2
    ]
    return f"{function.name}({','.join(arguments)})"


def _value(choose: Random) -> str:
    shape = choose.choice(SHAPES)
    usual = choose.random() < 0.7
    numbers = [choose.choice(NUMBERS[:8] if usual else NUMBERS) for _ in range(shape.count("{}"))]
    return shape.format(*numbers)


def make(choose: Random) -> Data:
    """A question as `gradcli diff` is asked it."""
    text = expression(choose, choose.choice([1, 2, 2, 3]))
    if choose.random() < 0.15:
        text = f"u = {text}; {choose.choice(['u*u', 'u + x', 'detach(u)*u', 'where(u > 0, u, x)'])}"
    elif choose.random() < 0.6:
        text = f"sum({text})"
    data: Data = {"expr": text, "x": _value(choose), "y": _value(choose), "A": choose.choice(MATRICES)}
    if choose.random() < 0.2:
        data["dtype"] = "float32"
    if choose.random() < 0.15:
        data["order"] = choose.choice([2, 2, 3, 5])
    return data


def question(data: Data) -> DerivativeQuestion:
    """The question that the data are; names that the expression does not use have no values."""
    order = data.get("order", 1)
    given = {name: data[name] for name in "xyA" if name in data}
    used = prepare(
        DerivativeQuestion(data["expr"], tuple(f"{name}={text}" for name, text in given.items()), check=False)
    ).at
    at = tuple(f"{name}={text}" for name, text in given.items() if name in used)
    return DerivativeQuestion(
        data["expr"], at, wrt=at and (at[0][0],) if order > 1 else (), order=order, dtype=data.get("dtype", "float64")
    )


def judge(data: Data) -> str:
    """What is wrong with the answer, and with what other ways say."""
    asked = question(data)
    if not asked.at:
        return ""
    answer = differentiate(asked, sympy())
    return contradicted(answer) or unexplained(answer) or unwritten(answer) or ways.different(asked, answer, sympy())


def contradicted(answer: Answer) -> str:
    """A number that the verdict calls wrong, or methods that contradict each other.

    Where the rule that is PyTorch's too makes the number wrong, the verdict names it, and that is no finding; nor is
    it where the point itself is not finite, and so has no derivative.
    """
    with np.errstate(over="ignore"):
        finite = all(np.all(np.isfinite(np.asarray(each.point, answer.dtype))) for each in answer.derivatives)
    for name, verdict in answer.named_verdicts:
        if verdict is None or not finite or CONVENTION in verdict.detail:
            continue
        if INFINITE in verdict.detail:  # a root's slope at 0 times 0 is NaN with PyTorch too
            continue
        open_ = verdict.word == "undecided" and "differs" in verdict.methods.values()
        if verdict.word.is_wrong or open_:
            return f"{verdict.word} of {'the value' if name == 'value' else 'a gradient'}: {name}: {verdict.detail}"
    return ""


def unexplained(answer: Answer) -> str:
    """A number that is not finite, of which the verdict says that all is well."""
    numbers: list[tuple[str, Any, Any]] = [("value", answer.value, answer.value_verdict)]
    numbers += [(each.name, each.gradient, each.verdict) for each in answer.derivatives]
    for name, array, verdict in numbers:
        if array is not None and verdict is not None and verdict.word.is_settled and not np.all(np.isfinite(array)):
            return f"not finite and {verdict.word}: {name}: {array}"
    return ""


def unwritten(answer: Answer) -> str:
    """Nothing, unless the answer cannot be shown or written, which raises."""
    json.dumps(diff_document(answer), allow_nan=False)
    Console(file=io.StringIO(), width=80).print(diff_screen(answer, graph=True))
    return ""


def smaller(data: Data) -> Iterator[Data]:
    """Simpler expressions, and simpler points."""
    for name in ("dtype", "order"):
        if name in data:
            yield {key: value for key, value in data.items() if key != name}
    for name in ("y", "A"):
        if name in data and name not in data["expr"]:
            yield {key: value for key, value in data.items() if key != name}
    for text in smaller_text(data["expr"]):
        yield data | {"expr": text}
    for name in "xyA":
        if name in data:
            for text in smaller_text(data[name]):
                yield data | {name: text}


KIND = Kind(make, judge, smaller)
