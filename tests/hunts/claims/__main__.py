"""Claims of known truth: written as JSON lines, or put to a gradcli and judged.

    python -m tests.hunts.claims --count 1000 --seed 7 --out claims.jsonl
    python -m tests.hunts.claims --count 5000 --seed 7 --kind tie --kind break --judge
    python -m tests.hunts.claims --claims claims.jsonl --judge --gradcli ../other/bin/gradcli

A claim's name is "kind/truth/number". Its truth is one of

    right   the claimed derivative is the derivative, correctly rounded, or a formula that equals it
    wrong   it differs from the derivative somewhere where the expression is smooth
    kink    the claim lies between two different one-sided derivatives, ends included
    beyond  it lies beyond both of them
    none    there is no derivative: no value, an infinite slope, a jump

Exit code 1 for a wrong verdict or a claim without an answer.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from .judge import judge
from .stream import KINDS, claims


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", action="append", choices=[*KINDS], default=[], help="all, if none is given")
    parser.add_argument("--claims", type=Path, help="lines made before, instead of new ones")
    parser.add_argument("--out", type=Path, help="the file to write; standard output if there is none")
    parser.add_argument("--judge", action="store_true")
    parser.add_argument(
        "--gradcli", default=shutil.which("gradcli", path=str(Path(sys.executable).parent)) or "gradcli"
    )
    parser.add_argument("--chunk", type=int, default=3000, help="claims that are put to one gradcli")
    return parser.parse_args()


def main() -> int:
    given = options()
    if given.claims:
        lines = iter(given.claims.read_text(encoding="utf-8").splitlines())
    else:
        lines = claims(given.count, given.seed, given.kind)
    if given.judge:
        found = judge(lines, given.gradcli, given.chunk)
        print(found.report())
        return int(found.fails)
    with given.out.open("w", encoding="utf-8") if given.out else sys.stdout as file:
        file.writelines(f"{line}\n" for line in lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
