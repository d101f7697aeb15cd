"""Texts that are nearly right: expressions, values, claims, pages of Markdown. Each is answered or refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from random import Random

import numpy as np

from gradcli.calculator.claims.stream import Settings, check_lines
from gradcli.calculator.kernel.compute import compute
from gradcli.calculator.kernel.prepare import maker_of, prepare
from gradcli.calculator.kernel.question import DerivativeQuestion
from gradcli.lang.values import read_values
from gradcli.scenario import library
from gradcli.scenario.markdown import parse_scenario
from tests.hunts.claims.judge import WRONG
from tests.hunts.claims.stream import KINDS as CLAIM_KINDS
from tests.hunts.claims.stream import one

from . import expressions
from .kinds import Data, Kind
from .shrinking import smaller_text

SIGNS = "()[]{},;:=<>!+-*/^%@._#'\"\\\n\t ²³√π∞−×÷·≤≥≠\u00a0\u200b\u202e\ufeff\ud800\x00\x1b0123456789eExyAijnan"
WORDS = [
    "1e999",
    "1e-999",
    "0x1f",
    "1_000",
    "1..2",
    "**",
    "None",
    "True",
    "lambda",
    "inf",
    "nan",
    "9" * 40,
    "ones(9999,9999)",
]
WORDS += [
    "x[::0]",
    "x[1e9]",
    "[[1],[2,3]]",
    "@",
    "()",
    "sum(x,axis=9)",
    "reshape(x,-1,-1)",
    "((((((",
    "if",
    "not",
    "u=1;",
]
LARGEST = 4000
"""Characters of a text."""


def damaged(choose: Random, text: str) -> str:
    """The text after a few edits."""
    for _ in range(choose.choice([1, 1, 2, 4, 8])):
        start = choose.randrange(len(text) + 1)
        end = min(len(text), start + choose.choice([0, 0, 1, 1, 3, 10]))
        new = choose.choice(
            ["", choose.choice(SIGNS), choose.choice(WORDS), text[start:end] * 2, text[: choose.randrange(1, 30)]]
        )
        text = text[:start] + new + text[end:]
    return text[:LARGEST]


def _kind(make: Callable[[Random], str], judge: Callable[[str], str | None]) -> Kind:
    def smaller(data: Data) -> Iterator[Data]:
        return ({"text": text} for text in smaller_text(data["text"]))

    return Kind(lambda choose: {"text": make(choose)}, lambda data: judge(data["text"]) or "", smaller)


def _expression(choose: Random) -> str:
    return damaged(choose, expressions.expression(choose, choose.choice([1, 2, 3])))


def _computed(text: str) -> None:
    prepared = prepare(DerivativeQuestion(text, at=("x=[0.3,1.2], y=2",), let=("A=[[2,1],[0.5,3]]",), check=False))
    with np.errstate(all="ignore"):
        compute(prepared, 1)


def _assignments(choose: Random) -> str:
    values = [f"{name}={expressions._value(choose)}" for name in choose.sample(["x", "y", "A", "lr"], 2)]
    made = choose.choice(["x=ones(2,2)", "x=linspace(0,2*pi,25)", "x=arange(4.)", "x=rand(3)", "x=2*pi, y=[1,2]"])
    text = damaged(choose, choose.choice([made, ", ".join(values)]))
    return text.replace("@", "")  # which names files


def _values(text: str) -> None:
    read_values([text], "--at", maker_of(DerivativeQuestion("x")))


def _claim(choose: Random) -> str:
    return damaged(choose, _true_claim(choose)).replace("@", "").replace("\n", " ")


def _true_claim(choose: Random) -> str:
    kinds = [name for name in CLAIM_KINDS if name != "deep"]
    return json.dumps(one(choose.choice(kinds), choose.randrange(10**6), choose.randrange(10**6)))


def _checked(text: str) -> str:
    """What `gradcli check -` says of a line, held to what is known of it."""
    given = (1, text.encode("utf-8", "surrogatepass"))
    (outcome,) = check_lines([[given]], expressions.sympy(), Settings())
    if outcome.error is not None and outcome.error.code == "internal":
        return f"claim {outcome.error.message.split(': ')[1]}: {outcome.error.message}"
    return ""


def _judged(text: str) -> str:
    """The same of a claim whose truth is in its name."""
    given = (1, text.encode())
    (outcome,) = check_lines([[given]], expressions.sympy(), Settings())
    truth = str(outcome.name).split("/")[1]
    return f"{truth} claim {outcome.word}: {outcome.name}" if (truth, outcome.word) in WRONG else _checked(text)


@cache
def _pages() -> list[str]:
    return [path.read_text(encoding="utf-8") for path in library.available().values()]


def _page(choose: Random) -> str:
    text = choose.choice(_pages())
    start = choose.randrange(len(text)) if choose.random() < 0.3 else 0
    text = damaged(choose, text[:600] + text[start : start + 1200])
    return text.replace("\ud800", "")  # which no file holds


def _parsed(text: str) -> None:
    parse_scenario(text, "page", "page.md")


KINDS = {
    "text": _kind(_expression, _computed),
    "values": _kind(_assignments, _values),
    "claim": _kind(_claim, _checked),
    "true claim": _kind(_true_claim, _judged),
    "page": _kind(_page, _parsed),
}
"""By name. A claim of known truth is not made smaller by text: its truth would be another."""
KINDS["true claim"] = Kind(KINDS["true claim"].make, KINDS["true claim"].judge, lambda data: iter(()))
