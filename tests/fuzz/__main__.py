"""Hunts for inputs that are mishandled, and prints the smallest, each as a line of the corpus and as a test to paste.

    python -m tests.fuzz --minutes 10 --seed 7
    python -m tests.fuzz --minutes 2 --kind file --kind page

A finding is an exception that is no InputError, an input that takes too long or ends the process, a number that is
certainly wrong or not finite without a word, and ways that contradict each other. The same seed gives the same inputs
in the same order. Exit code 1 if anything was found.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter

from .child import Child, case
from .every import KINDS, SHARES
from .kinds import Data, signature
from .shrinking import smallest

PASTE = """\
def test_found():
    assert KINDS[{kind!r}].tried({data!r}) == ""
"""


def hunt(child: Child, seed: int, end: float, kinds: list[str], first: int = 0) -> tuple[Counter[str], dict[str, str]]:
    """How many inputs of each kind were tried until `end`, and the lines of the corpus of what was found."""
    counts: Counter[str] = Counter()
    found: dict[str, str] = {}
    number = first
    while time.monotonic() < end:
        for kind in (name for name in kinds for _ in range(SHARES[name])):
            number += 1
            data = case(kind, seed, number)
            counts[kind] += 1
            finding = child.tried(kind, data)
            if finding and (key := f"{kind}: {signature(finding)}") not in found:
                data, finding = smallest(KINDS[kind], data, finding, child.bound(kind))
                found[key] = json.dumps({"kind": kind, "data": data, "found": finding})
                report(kind, data, finding, f"seed {seed}, number {number}")
            if time.monotonic() > end:
                break
    return counts, found


def report(kind: str, data: Data, finding: str, place: str) -> None:
    """Prints a finding."""
    print(f"\n{kind} ({place}): {finding[:500]}")
    print(json.dumps({"kind": kind, "data": data, "found": signature(finding)}))
    print(PASTE.format(kind=kind, data=data), flush=True)


def main() -> int:
    """Hunts for the time asked for; 1 if anything was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="the number to begin with")
    parser.add_argument("--kind", action="append", choices=KINDS, help="all, if none is given")
    options = parser.parse_args()
    end = time.monotonic() + 60 * options.minutes
    with Child() as child:
        counts, found = hunt(child, options.seed, end, options.kind or [*KINDS], options.first)
    tried = ", ".join(f"{count} of kind {kind}" for kind, count in counts.items())
    print(f"tried {counts.total():,}: {tried}; found {len(found)}")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
