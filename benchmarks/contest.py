"""Contests: what is measured is a ratio of times, taken in interleaved rounds of one run.

A machine that others use as well is slower in one second than in the next. Contestants that take turns suffer alike, so
the ratio of two times of the same round is steadier than the times are, and the median over the rounds steadier still.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Result:
    """What a contest between two showed.

    seconds, rival_seconds  medians over the rounds
    ratio                   the median of the rounds' ratios, ours by the rival's
    target                  the largest ratio to aim for; None where there is none
    """

    contestant: str
    rival: str
    seconds: float
    rival_seconds: float
    ratio: float
    target: float | None


def times(contestants: Sequence[Callable[[], float]], rounds: int) -> list[list[float]]:
    """The seconds that each contestant takes by its own account, by contestant and round, after a round to warm up."""
    taken = [[contestant() for contestant in contestants] for _ in range(rounds + 1)]
    return [list(column) for column in zip(*taken[1:], strict=True)]


def result(contestant: str, rival: str, ours: Sequence[float], theirs: Sequence[float], target: float | None) -> Result:
    """The medians of the times of two contestants."""
    ratio = median(own / other for own, other in zip(ours, theirs, strict=True))
    return Result(contestant, rival, median(ours), median(theirs), ratio, target)


def arguments(description: str, rounds: int) -> argparse.Namespace:
    """The options of a benchmark: `rounds` and `json`."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rounds", type=int, default=rounds, help=f"interleaved rounds (default {rounds})")
    parser.add_argument("--quick", action="store_const", const=1, dest="rounds", help="one round: does it run at all?")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args()


def report(results: Sequence[Result], *, as_json: bool, unit: str, scale: float) -> None:
    """Prints the results, times in `unit`, of which a second has `scale`."""
    if as_json:
        print(json.dumps([asdict(found) for found in results], indent=2))
        return
    table = Table("contestant", unit, "rival", unit, "ratio", "target", box=None)
    for found in results:
        target = "" if found.target is None else f"≤ {found.target}"
        ours, theirs = (f"{seconds * scale:.2f}" for seconds in (found.seconds, found.rival_seconds))
        table.add_row(found.contestant, ours, found.rival, theirs, f"{found.ratio:.2f}", target)
    Console(highlight=False).print(table)
