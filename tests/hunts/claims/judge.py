"""Asks a gradcli about claims of known truth, and counts its verdicts."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

WRONG = {("right", "refuted"), ("wrong", "holds"), ("beyond", "holds"), ("none", "holds"), ("kink", "holds")}
"""Verdicts that are wrong. A refuted kink is none: PyTorch's choice is refuted where another number was claimed."""
OPEN = ("undecided", "error")


@dataclass
class Judge:
    """What a gradcli has said so far."""

    gradcli: str
    matrix: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    wrong: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    right: Counter[str] = field(default_factory=Counter)
    count: int = 0
    seconds: float = 0.0

    def ask(self, lines: Sequence[str]) -> None:
        """Puts these claims to gradcli; after a run that ends early, what is left in two halves."""
        rest = self.run(lines)
        if len(lines) == 1:
            self.unanswered += rest
        elif rest:
            middle = (len(rest) + 1) // 2
            for half in filter(None, (rest[:middle], rest[middle:])):
                self.ask(half)

    def run(self, lines: Sequence[str]) -> list[str]:
        """One run of `gradcli check -`, and the claims that it left without an answer."""
        given = {json.loads(line)["name"]: line for line in lines}
        begun = time.monotonic()
        done = subprocess.run(
            [self.gradcli, "check", "-", "--format", "json"],
            input="\n".join(given.values()),
            capture_output=True,
            text=True,
            check=False,
        )
        self.seconds += time.monotonic() - begun
        answers = {answer.get("name"): answer for answer in map(json.loads, done.stdout.splitlines())}
        for name, line in given.items():
            if name in answers:
                self.note(line, answers[name])
        if "Traceback" in done.stderr and len(given) == 1:
            self.complaints.append(done.stderr.strip().rpartition("\n")[2])
        return [line for name, line in given.items() if name not in answers]

    def note(self, line: str, answer: dict[str, Any]) -> None:
        self.count += 1
        kind, truth, _ = answer["name"].split("/")
        outcome = answer["outcome"]
        words = {(part.get("verdict") or {}).get("word", "?") for part in (answer.get("gradients") or {}).values()}
        said = "+".join(sorted(words)) or outcome
        self.matrix[f"{kind}/{truth}"][said if said == outcome else f"{outcome}: {said}"] += 1
        if (truth, outcome) in WRONG:
            self.wrong.append(f"{outcome}: {said}  {line}")
        if (answer.get("error") or {}).get("code") == "internal":
            self.complaints.append(f"INTERNAL {answer['error']['message']}  {line}")
        if truth == "right":
            self.right["open" if outcome in OPEN else "agrees" if "agrees" in words else "settled"] += 1

    @property
    def fails(self) -> bool:
        return bool(self.wrong or self.unanswered or self.complaints)

    def report(self) -> str:
        rows = [f"{name:24} {counts.total():6}  {_listed(counts)}" for name, counts in sorted(self.matrix.items())]
        wrong = [f"WRONG {each}" for each in self.wrong] + [f"UNANSWERED {each}" for each in self.unanswered]
        by_kind = Counter(each.partition('"name": "')[2].rpartition("/")[0] for each in self.wrong)
        right = self.right.total() or 1
        shares = ", ".join(f"{self.right[word] / right:.2%} {text}" for word, text in SHARES.items())
        total = (
            f"{self.count} claims answered, {len(self.wrong)} wrong verdicts, {len(self.unanswered)} unanswered; of "
            f"{self.right.total()} right claims {shares}; {self.count / max(self.seconds, 1e-9):.0f} claims a second"
        )
        return "\n".join([*rows, *wrong, *self.complaints, *([f"wrong: {_listed(by_kind)}"] if by_kind else []), total])


SHARES = {"open": "stay open", "agrees": "only agree"}


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.most_common())


def judge(lines: Iterable[str], gradcli: str, chunk: int) -> Judge:
    """The verdicts on all claims, asked so many at a time; how far that is stands on stderr.

    Raises CalledProcessError for a gradcli that does not run, and RuntimeError for one that answers nothing.
    """
    subprocess.run([gradcli, "--version"], capture_output=True, check=False).check_returncode()
    found = Judge(gradcli)
    rest = iter(lines)
    while part := list(islice(rest, chunk)):
        found.ask(part)
        counts = f"{found.count:,} answered, {len(found.wrong)} wrong, {len(found.unanswered)} unanswered"
        print(counts, file=sys.stderr, flush=True)
        if found.unanswered and not found.count:
            raise RuntimeError(f"{gradcli} answers nothing")
    return found
