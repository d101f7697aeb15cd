"""Hunts for expressions that the calculator mishandles: random trees over the whole function table, judged and drawn.

    python tests/hunts/hunt_expressions.py --seconds 600 --seed 7

prints every finding: an exception that is no InputError, a `mismatch`, a value that SymPy contradicts, an answer slower
than two seconds. The default tests run it for a few hundred expressions.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator

from rich.console import Console

from gradcli.calculator.differentiate import differentiate
from gradcli.calculator.question import Answer, Question
from gradcli.errors import InputError
from gradcli.lang.functions import functions
from gradcli.render.diff import diff_document, diff_screen
from gradcli.verify.client import SympyWorker

ATOMS = ["x", "y", "A", "2", "0.5", "-1", "3", "pi", "[1,2]", "0", "x[0]", "A[0]", "1e3"]
OPERATORS = ["+", "-", "*", "/", "**", "%", "//", "@", "<", ">", "=="]
KEYS = ["0", "1:", "-1", ":,0", "...", "None", "[0,1]"]
POINTS = ["x=[0.3,1.2]", "x=0.7", "x=[0,1]", "x=2"]
OTHERS = ["y=1.5", "y=[2,3]"]
SLOW = 2.0


def expression(choose: random.Random, depth: int) -> str:
    """A random expression, most of which make sense."""
    roll = choose.random()
    if depth <= 0 or roll < 0.25:
        return choose.choice(ATOMS)
    if roll < 0.55:
        return f"({expression(choose, depth - 1)}){choose.choice(OPERATORS)}({expression(choose, depth - 1)})"
    if roll < 0.6:
        return f"-{expression(choose, depth - 1)}"
    if roll < 0.65:
        return f"[{expression(choose, depth - 1)},{expression(choose, depth - 1)}]"
    if roll < 0.7:
        return f"({expression(choose, depth - 1)})[{choose.choice(KEYS)}]"
    function = choose.choice([f for f in functions().values() if f.group != "creation"])
    count = sum(parameter.default is None for parameter in function.parameters) + (choose.random() < 0.15)
    return f"{function.name}({','.join(expression(choose, depth - 1) for _ in range(count))})"


def questions(seed: int) -> Iterator[Question]:
    """Questions without end."""
    choose = random.Random(seed)
    while True:
        text = expression(choose, choose.choice([1, 2, 2, 3]))
        if choose.random() < 0.6:
            text = f"sum({text})"
        yield Question(text, at=(choose.choice(POINTS), choose.choice(OTHERS), "A=[[2,1],[0.5,3]]"))


def wrong(answer: Answer) -> str:
    """What is wrong with an answer; empty if nothing is."""
    for verdict in answer.verdicts:
        if verdict.word == "mismatch" or (verdict.word == "undecided" and "differs" in verdict.methods.values()):
            return f"{verdict.word}: {verdict.detail}"
    json.dumps(diff_document(answer), allow_nan=False)
    Console(file=io.StringIO(), width=80).print(diff_screen(answer, graph=True))
    return ""


def hunt(
    seed: int, go_on: Callable[[int], bool], worker: SympyWorker, slow: float = math.inf
) -> tuple[Counter[str], list[str]]:
    """What became of the questions, counted, and the findings; an answer after `slow` seconds is one."""
    counts: Counter[str] = Counter()
    findings = []
    for number, question in enumerate(questions(seed)):
        if not go_on(number):
            return counts, findings
        start = time.perf_counter()
        try:
            answer = differentiate(question, worker)
            counts.update(verdict.word for verdict in answer.verdicts)
            finding = wrong(answer)
        except InputError as error:
            counts[error.code] += 1
            finding = ""
        except Exception as error:  # noqa: BLE001  # whatever it is, it is a finding
            finding = f"{type(error).__name__}: {error}"
        if time.perf_counter() - start > slow:
            finding = finding or f"{time.perf_counter() - start:.1f} s"
        if finding:
            findings.append(f"{question.expression}   at {', '.join(question.at)}: {finding}")
    raise AssertionError("questions have no end")


def main() -> None:
    """Hunts for the time asked for, and prints what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    end = time.monotonic() + options.seconds
    with SympyWorker() as worker:
        counts, findings = hunt(options.seed, lambda _: time.monotonic() < end, worker, SLOW)
    print("\n".join(findings))
    print(", ".join(f"{count} {word}" for word, count in counts.most_common()))


if __name__ == "__main__":
    main()
