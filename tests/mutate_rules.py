"""Alters every derivative rule in turn: the verdict must say `mismatch`. Run as `python -m tests.mutate_rules`.

The mutants are those of `mutants/`. Each is tried in every scene of its operation: at smooth points, at breaks, in
arrays and alone, in a recorded backward pass as scenarios have it and as a question to the calculator. One scene in
which its numbers are others and the verdict is not `mismatch` is one too many; so is one where nothing was altered.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

for folder in ("engine", "mutants"):
    sys.path.insert(0, str(Path(__file__).parent / folder))
from alterations import Mutant, mutants  # noqa: E402  # programs that lie beside the tests
from scenes import OPS, Judged, RememberingWorker, Scene, SequenceOp, rules, scenes  # noqa: E402

from gradcli.engine.op import Op, not_differentiable  # noqa: E402
from gradcli.engine.rules import refuse  # noqa: E402

CAUGHT, SAME, REFUSED, SURVIVED = "caught", "the same numbers", "raises", "SURVIVED"
DECLARED = "equivalent"
WORDS = (CAUGHT, REFUSED, SAME, DECLARED, SURVIVED)
REFUSING = refuse("", "").__code__
"""Of a rule that only says that there is none."""
QUICK = 6
"""Operations of a sample."""

_NAN = "it gives NaN, of which is told where it comes from"
REASONS: dict[tuple[str, str], str] = {
    **{(name, f"-{axis} -> {axis}"): _NAN for name in ("svd", "eigh") for axis in (1, 2)},
    (
        "polygamma",
        "factor 1 + 1e-9",
    ): "of order 10, balls of double precision leave 8 digits: no well-conditioned point",
}
"""Mutants whose numbers differ by no more than the verdict can know, by operation and name."""
AT_TIES = "an operation without a form in the language: a tie is told as a kink, where every number is convention"
NO_FORM = frozenset(["median", "nanmedian", "max_pool", "copysign"])
"""Operations of which that is the reason why mutants are not told at their ties."""


@dataclass
class Outcome:
    """What became of one mutant in all the scenes of its operation."""

    op: str
    argument: str
    name: str
    seen: Counter[str] = field(default_factory=Counter)
    survived: list[str] = field(default_factory=list)

    @property
    def reason(self) -> str:
        """Why it may survive, if it may."""
        if self.op in NO_FORM and all(one.startswith("break") for one in self.survived):
            return AT_TIES
        return REASONS.get((self.op, self.name), "")

    @property
    def word(self) -> str:
        """The outcome as a whole: one scene that it survives is one too many."""
        if self.survived:
            return DECLARED if self.reason else SURVIVED
        return next(word for word in (CAUGHT, REFUSED, SAME) if self.seen[word])


def outcomes(op: Op, worker: Any) -> Iterator[Outcome]:
    """Of every mutant of every rule of an operation."""
    found: dict[tuple[str, str], Outcome] = {}
    for call, here in scenes(op, worker):
        for scene in here:
            right = scene.judged()
            if any(word.is_wrong for word in right.words.values()):
                alarm = found.setdefault(("", "unaltered"), Outcome(op.name, "", "unaltered"))
                alarm.survived.append(f"{scene.label}: {right.details}")
                continue
            for mutant in _mutants_at(op, call):
                argument = op.slots[1 + mutant.place]
                key = (argument, mutant.name)
                outcome = found.setdefault(key, Outcome(op.name, *key))
                word, detail = tried(op, mutant, scene, right)
                outcome.seen[word] += 1
                if word == SURVIVED:
                    outcome.survived.append(f"{scene.label}: {detail}")
    yield from found.values()


def places(op: Op) -> list[int]:
    """The arguments that have a derivative, and a rule for it."""
    return [
        place for place, rule in enumerate(op.rules) if rule is not not_differentiable and rule.__code__ is not REFUSING
    ]


def _mutants_at(op: Op, call: Any) -> Iterator[Mutant]:
    breaks = None
    if op.kinks is not None:
        with np.errstate(all="ignore"):
            breaks = np.asarray(op.kinks(*call.values))
        breaks = breaks if breaks.any() else None
    for place in places(op):
        shape = None if isinstance(op, SequenceOp) else np.shape(call.values[place])
        yield from mutants(op, place, shape, breaks)


def tried(op: Op, mutant: Mutant, scene: Scene, right: Judged) -> tuple[str, str]:
    """What becomes of a mutant in a scene, and what is said of its numbers."""
    pulls = tuple(mutant.pull if i == mutant.place else pull for i, pull in enumerate(op.pulls))
    with rules(op, pulls):
        try:
            numbers = scene.numbers()
        except Exception:  # noqa: BLE001  # a rule that raises is seen by everybody
            return REFUSED, ""
        changed = [name for name, array in numbers.items() if not same(array, right.numbers[name])]
        if not changed:
            return SAME, ""
        try:
            judged = scene.judged()
        except Exception as error:  # noqa: BLE001  # reported
            return SURVIVED, f"the verdict raises {error!r}"
    if any(word.is_wrong for word in judged.words.values()):
        return CAUGHT, ""
    told = "; ".join(f"{name}: {judged.words[name]} ({judged.details[name]})" for name in changed)
    return SURVIVED, told


def same(found: Any, right: Any) -> bool:
    """Whether two arrays are the same but for rounding."""
    found, right = np.asarray(found), np.asarray(right)
    near = abs(found - right) <= 64 * np.finfo(right.dtype).eps * np.max(abs(right), initial=0.0)
    return found.shape == right.shape and bool(np.all(near | (np.isnan(found) & np.isnan(right)) | (found == right)))


def sample(seed: int) -> list[str]:
    """A few operations, drawn at random."""
    return random.Random(seed).sample(with_rules(), QUICK)


def with_rules() -> list[str]:
    """The operations that have a rule."""
    return [name for name, op in OPS.items() if places(op)]


def table(names: list[str], *, quick: bool = False) -> Counter[str]:
    """Prints a line for each operation, and for each mutant that nobody caught. `quick`: SymPy is not asked."""
    worker, total = RememberingWorker(0) if quick else RememberingWorker(), Counter[str]()
    print(f"{'operation':28}", *(f"{word:>16}" for word in WORDS))
    with np.errstate(all="ignore"):
        for name in names:
            found = list(outcomes(OPS[name], worker))
            counts = Counter(outcome.word for outcome in found)
            total += counts
            print(f"{name:28}", *(f"{counts[word] or '':>16}" for word in WORDS), flush=True)
            for outcome in found:
                if outcome.survived:
                    why = outcome.reason or outcome.survived[0]
                    print(f"    {outcome.argument}: {outcome.name}: {outcome.word}: {why}")
    worker.close()
    print(f"{'all':28}", *(f"{total[word]:>16}" for word in WORDS))
    return total


def main() -> int:
    """Prints the table; 1 if any mutant survived."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--op", action="append", choices=with_rules(), metavar="NAME", help="only this; may be repeated"
    )
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} operations, drawn at random")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    options = parser.parse_args()
    total = table(options.op or (sample(options.seed) if options.quick else with_rules()), quick=options.quick)
    print(f"caught/all: {total[CAUGHT]}/{total[CAUGHT] + total[SURVIVED]}")
    return 1 if total[SURVIVED] else 0


if __name__ == "__main__":
    sys.exit(main())
