"""How long `gradcli diff` takes, the whole process, beside what cannot be avoided.

Without the check the rival is the smallest command that imports what a command with a table of numbers needs; with it,
an interpreter that imports SymPy and does nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from contest import arguments, report, result, times

ROOT = Path(__file__).parent.parent
EXPRESSION = ["a*x**2 + b*x + c", "--at", "x=0", "--let", "a=1, b=-2, c=1"]
DIFF = [sys.executable, "-c", "from gradcli.__main__ import main; main()", "diff", *EXPRESSION]
SYMPY = [sys.executable, "-c", "import sympy"]
SMALL_COMMAND = """
import numpy, rich, rich.table, typer
def main(expression: str, at: str = "", let: str = ""):
    table = rich.table.Table("variable", "gradient")
    table.add_row("x", str(numpy.float64(-2.0)))
    rich.print(table)
typer.run(main)
"""
SMALL = [sys.executable, "-c", SMALL_COMMAND, *EXPRESSION]


def process(command: list[str]) -> Callable[[], float]:
    """Runs the command on this checkout and says how many seconds it took. Raises CalledProcessError if it fails."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installation has its bytecode; the warm-up writes it here

    def run() -> float:
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, env=environment)
        return time.perf_counter() - start

    return run


def main() -> None:
    """Measures and prints."""
    options = arguments("The time of whole processes.", rounds=21)
    commands = [[*DIFF, "--no-check"], SMALL, DIFF, SYMPY]
    unchecked, small, checked, sympy = times([process(command) for command in commands], options.rounds)
    results = [
        result("gradcli diff --no-check", "a five-line Typer command", unchecked, small, 1.25),
        result("gradcli diff", 'python -c "import sympy"', checked, sympy, 1.5),
    ]
    report(results, as_json=options.json, unit="ms", scale=1e3)


if __name__ == "__main__":
    main()
