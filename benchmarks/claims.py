"""How many claims a second `gradcli check -` answers once it knows their expressions.

The lines are about a few expressions at random points, as a test suite dumps them. Two processes share the work,
SymPy's and the parent; so beside the claims a second of the clock, which other programs on the machine slow down, the
program prints the processor time that each of them needs for one claim: the larger one is the limit on a machine of its
own.
"""

from __future__ import annotations

import io
import json
import math
import random
import time
from dataclasses import dataclass
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median

from contest import arguments

from gradcli.calculator.claims import Settings, batches, check_lines
from gradcli.verify.client import SympyWorker

CLAIMS = 2000
WARM_UP = 100
TARGET = 1000  # claims a second


@dataclass(frozen=True)
class Round:
    """What one round took, in seconds a claim: of the clock, of this process, and of SymPy's."""

    clock: float
    parent: float
    sympy: float


def claims(count: int, seed: int) -> bytes:
    """Claims about five expressions, all right, as JSON lines."""
    draw = random.Random(seed)  # noqa: S311  # reproducible
    lines = []
    for number in range(count):
        x, y = draw.uniform(-2, 2), draw.uniform(0.5, 2)
        lines.append(
            (
                {"expr": "sin(x)**2", "at": {"x": x}, "grad": {"x": 2 * math.sin(x) * math.cos(x)}},
                {"expr": "x*y + log(y)", "at": {"x": x, "y": y}, "grad": {"x": y, "y": x + 1 / y}},
                {"expr": "a*x**2 + b*x", "at": {"x": x}, "let": {"a": y, "b": 2}, "grad": {"x": 2 * y * x + 2}},
                {"expr": "exp(-x**2)", "at": {"x": x}, "grad": {"x": -2 * x * math.exp(-x * x)}},
                {"expr": "sum(x**2)", "at": {"x": [x, y, 1]}, "grad": {"x": [2 * x, 2 * y, 2]}},
            )[number % 5]
        )
    return "\n".join(map(json.dumps, lines)).encode()


def measure(count: int, seed: int) -> Round:
    """One round, timed once the expressions are known. Raises RuntimeError if a right claim does not hold."""
    children = getrusage(RUSAGE_CHILDREN).ru_utime
    with SympyWorker() as worker:
        list(check_lines(batches(io.BytesIO(claims(WARM_UP, seed))), worker, Settings()))
        text, clock, parent = claims(count, seed), time.perf_counter(), time.process_time()
        words = [outcome.word for outcome in check_lines(batches(io.BytesIO(text)), worker, Settings())]
        clock, parent = time.perf_counter() - clock, time.process_time() - parent
    if words != ["holds"] * count:
        raise RuntimeError("a claim that is right does not hold")
    whole = getrusage(RUSAGE_CHILDREN).ru_utime - children
    return Round(clock / count, parent / count, whole / count)


def main() -> None:
    """Measures and prints."""
    options = arguments("Claims a second.", rounds=5)
    rounds = []
    for seed in range(options.rounds):
        started = measure(1, seed)  # what starting SymPy costs
        found = measure(CLAIMS, seed)
        rounds.append(Round(found.clock, found.parent, found.sympy - started.sympy / CLAIMS))
    clock, parent, sympy = (median(getattr(each, name) for each in rounds) for name in ("clock", "parent", "sympy"))
    figures = {"claims_a_second": 1 / clock, "parent_ms": parent * 1e3, "sympy_ms": sympy * 1e3, "target": TARGET}
    if options.json:
        print(json.dumps(figures, indent=2))
        return
    print(f"{1 / clock:,.0f} claims a second (target ≥ {TARGET:,})")
    print(f"processor time a claim: {parent * 1e3:.2f} ms here, {sympy * 1e3:.2f} ms in SymPy's process")
    print(f"alone on two cores: about {1 / max(parent, sympy):,.0f} claims a second")


if __name__ == "__main__":
    main()
