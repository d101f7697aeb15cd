"""How fast claims are certified, on one core, from the first answer to the last.

Each round of each figure has a process of its own, which keeps to one core where the system lets it. Beside the time of
the clock, which other programs on the machine lengthen, stands the processor's.
"""

from __future__ import annotations

import gc
import io
import json
import math
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from statistics import median
from typing import Any

import numpy as np
from contest import arguments

from gradcli.__main__ import GC_THRESHOLD
from gradcli.calculator.claims.check import AtPoint
from gradcli.calculator.claims.claim import Claim, read_claim
from gradcli.calculator.claims.stream import Settings, batches, check_lines
from gradcli.lang.functions import find
from gradcli.lang.parser import parse
from gradcli.render.check import outcome_line
from gradcli.verify.balls.ranges import prove
from gradcli.verify.certified import enclose
from gradcli.verify.client import SympyWorker

CLAIMS, FORMULAS, WARM_UP = 5000, 100, 20
Taken = tuple[float, float]
"""Seconds of the clock, and of the processor."""


@dataclass(frozen=True)
class Figure:
    """Something to measure: `measure(seed)` gives what one round takes, for all that `count` counts.

    target  as many a second, at least; or without a count as many seconds, at most; None where there is none
    """

    name: str
    measure: Callable[[int], Taken]
    count: int | None = None
    target: float | None = None

    def shown(self, seconds: float) -> float:
        """What is printed: so many a second, or the seconds."""
        return seconds if self.count is None else self.count / seconds


class Clocks:
    """Both clocks, from now on."""

    def __init__(self) -> None:
        self.started = time.perf_counter(), time.process_time()

    def taken(self) -> Taken:
        """What has gone by since."""
        return time.perf_counter() - self.started[0], time.process_time() - self.started[1]


# Streams


def right_claims(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Claims about expressions that are all different, each with its derivative as a formula in x, and a place."""
    draw = random.Random(seed)  # noqa: S311  # reproducible
    for number in range(count):
        a, b, n = (round(draw.uniform(0.5, 3), 4), round(draw.uniform(0.5, 3), 4), draw.randint(2, 6))
        expression, derivative = (
            (f"sin({a}*x)**{n}", f"{n}*sin({a}*x)**{n - 1}*cos({a}*x)*{a}"),
            (f"exp(-{a}*x**2) + {b}*x", f"{b} - 2*{a}*x*exp(-{a}*x**2)"),
            (f"log({a} + x**{2 * n})", f"{2 * n}*x**{2 * n - 1}/({a} + x**{2 * n})"),
            (f"({a}*x + {b})**{n}/{n}", f"{a}*({a}*x + {b})**{n - 1}"),
            (f"tanh({a}*x) - cos(x)*{b}", f"{a}*(1 - tanh({a}*x)**2) + sin(x)*{b}"),
            (f"x*atan({a}*x/{b})", f"atan({a}*x/{b}) + x*({a}/{b})/(1 + ({a}*x/{b})**2)"),
        )[number % 6]
        yield {"expr": expression, "grad": {"x": derivative}, "at": {"x": draw.uniform(0.2, 1.5)}}


def at_a_point(claim: dict[str, Any]) -> dict[str, Any]:
    """The same claim with the derivative's number."""
    names = {name: getattr(math, name) for name in ("sin", "cos", "exp", "log", "tanh", "atan")}
    return claim | {"grad": {"x": eval(claim["grad"]["x"], names | claim["at"])}}  # noqa: S307  # made here


def stream(claims: list[dict[str, Any]]) -> Taken:
    """All of them as JSON lines, each answered by a line. Raises RuntimeError if a right claim does not hold."""
    text = "\n".join(map(json.dumps, claims)).encode()
    with SympyWorker(at_once=False) as worker:
        outcomes = check_lines(batches(io.BytesIO(text)), worker, Settings())
        first = next(outcomes)
        clocks = Clocks()
        lines = [(outcome.word, outcome_line(outcome).plain) for outcome in chain([first], outcomes)]
        taken = clocks.taken()
    wrong = [line for word, line in lines if word != "holds"]
    if wrong:
        raise RuntimeError(f"{len(wrong)} right claims do not hold: {wrong[0]}")
    return taken


def different(seed: int) -> Taken:
    """Expressions that are all different, at a point each."""
    stream([at_a_point(claim) for claim in right_claims(WARM_UP, -1)])
    return stream([at_a_point(claim) for claim in right_claims(CLAIMS, seed)])


def the_same(seed: int) -> Taken:
    """One expression at so many points."""
    draw = random.Random(seed)  # noqa: S311  # reproducible
    claim = next(right_claims(1, seed))
    return stream([at_a_point(claim | {"at": {"x": draw.uniform(0.2, 1.5)}}) for _ in range(CLAIMS)])


def formulas(seed: int) -> Taken:
    """All different too, and claimed for every value."""
    everywhere = [{"expr": claim["expr"], "grad": claim["grad"]} for claim in right_claims(FORMULAS, seed)]
    stream([at_a_point(claim) for claim in right_claims(WARM_UP, -1)])
    return stream(everywhere)


# Single questions


def verdict(expression: str, at: Any, gradient: Any) -> Taken:
    """A claim of an array, every element judged."""
    claim = Claim(expression, {"x": gradient}, {"x": at})
    clocks = Clocks()
    case = read_claim(claim)
    found = AtPoint(case, case.template).verdicts(alone=True)["x"]
    taken = clocks.taken()
    if any(element.word not in ("proved", "kink") for element in found.elements):
        raise RuntimeError(found.detail)
    return taken


def elements(seed: int) -> Taken:
    """A long sum."""
    x = np.random.default_rng(seed).normal(size=1000)
    return verdict("sum(tanh(x)**2)", x.tolist(), (2 * np.tanh(x) / np.cosh(x) ** 2).tolist())


def with_breaks(seed: int) -> Taken:
    """A hundred kinks among many elements."""
    x = np.random.default_rng(seed).normal(size=10_000)
    x[::100] = 0
    return verdict("sum(abs(x)*x + abs(x))", x.tolist(), (2 * np.abs(x) + np.sign(x)).tolist())


def determinant(seed: int) -> Taken:
    """A matrix, far enough from singular for ten digits whatever order a BLAS adds in."""
    x = np.random.default_rng(seed).normal(size=(20, 20)) + 10 * np.eye(20)
    return verdict("det(x)", x.tolist(), (np.linalg.det(x) * np.linalg.inv(x).T).tolist())


def enclosed(expression: str, x: Any) -> Any:
    """The enclosures of an expression in x."""
    return enclose(parse(expression, find, bound={"x"}).program, {"x": x}, ("x",), "float64")


def hessian(seed: int) -> Taken:
    """Row by row."""
    x = np.random.default_rng(seed).normal(size=20)
    clocks = Clocks()
    found = enclosed("exp(-sum(x**2)/20)*sum(sin(x)) + sum(x[1:]*x[:-1])", x)
    rows = [found.gradient(found.goal(tangents={"x": unit}))["x"] for unit in np.eye(20)]
    taken = clocks.taken()
    return _certain(taken, [one for row in rows for one in row])


def orders(seed: int) -> Taken:
    """One after the other, with as many bits as it takes."""
    x = np.float64(random.Random(seed).uniform(0.5, 3))  # noqa: S311  # reproducible
    clocks = Clocks()
    found = enclosed("sin(x)**2/x", x)
    derivatives = found.orders(found.goal(order=10))
    return _certain(clocks.taken(), derivatives)


def _certain(taken: Taken, numbers: list[Any]) -> Taken:
    if any(one.kind != "number" for one in numbers):
        raise RuntimeError("a derivative is not certified")
    return taken


def ranges(seed: int) -> Taken:
    """The median over some claims on whole ranges."""
    found = []
    for claim in right_claims(24, seed):
        program, formula = (parse(text, find, bound={"x"}).program for text in (claim["expr"], claim["grad"]["x"]))
        clocks = Clocks()
        proof = prove(program, formula, "x", {"x": (0.19, 2.9)}, {}, "float64")
        found.append(clocks.taken())
        if proof.word != "proved":
            raise RuntimeError(f"{claim['expr']}: {proof.reason}")
    return median(clock for clock, _ in found), median(processor for _, processor in found)


FIGURES = (
    Figure("different scalar claims at a point", different, CLAIMS, 2000),
    Figure("claims on one expression at a point", the_same, CLAIMS, 5000),
    Figure("formulas for every value", formulas, FORMULAS, 20),
    Figure("1,000 elements of sum(tanh(x)**2)", elements, None, 0.05),
    Figure("Hessian of 20 variables", hessian, None, 0.1),
    Figure("10,000 elements with 100 breaks", with_breaks, None, 2),
    Figure("orders 1 to 10 of sin(x)**2/x", orders),
    Figure("det of 20x20, every element", determinant),
    Figure("a formula on [0.19, 2.9]", ranges),
)


def one_round(number: int, seed: int) -> None:
    """Measures one figure in this process, and prints the seconds."""
    gc.set_threshold(GC_THRESHOLD)  # as the command does
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    verdict("sum(x**2)", [1.0, 2.0], [2.0, 4.0])  # imports everything
    print(json.dumps(FIGURES[number].measure(seed)))


def rounds_of(number: int, rounds: int) -> list[Taken]:
    """What the rounds of a figure take, each in a process of its own."""
    command = [sys.executable, __file__, "--one-round", str(number)]
    runs = (
        subprocess.run([*command, str(seed)], capture_output=True, text=True, check=False) for seed in range(rounds)
    )
    found = []
    for run in runs:
        if run.returncode:
            raise SystemExit(run.stderr)
        found.append(tuple(json.loads(run.stdout)))
    return found


def main() -> None:
    """Measures and prints."""
    options = arguments("How fast claims are certified.", rounds=5)
    table = []
    for number, figure in enumerate(FIGURES):
        taken = rounds_of(number, options.rounds)
        clock, processor = (figure.shown(median(column)) for column in zip(*taken, strict=True))
        unit = "s" if figure.count is None else "a second"
        table.append(
            {"figure": figure.name, "unit": unit, "clock": clock, "processor": processor, "target": figure.target}
        )
        if not options.json:
            bound = "" if figure.target is None else f"  ({'≤' if unit == 's' else '≥'} {figure.target:,g})"
            digits = "12.4f" if unit == "s" else "12,.0f"
            print(f"{figure.name:38} {clock:{digits}} {processor:{digits}} {unit}{bound}", flush=True)
    if options.json:
        print(json.dumps(table, indent=2))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one-round"]:
        one_round(*map(int, sys.argv[2:4]))
    else:
        main()
