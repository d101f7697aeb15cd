"""The verdict that differences along directions give on the gradients of a recorded graph.

This is for what has no form in the expression language, and for what is too large to be enclosed. Along a direction
through all leaves one number is compared, which costs a few dozen forward passes however many elements there are. In it
every leaf, and every element of a leaf, weighs about as much as any other. Along every other direction all
contributions have one sign, so that an error common to all adds up; along those between, the signs are drawn.

Two gradients are held against the differences: the one that was recorded, and what the same rules make of the graph in
float64, where an error of a rule is not lost in the rounding of a smaller dtype. One direction that contradicts may be
an accident of the differences; two that were drawn independently are a mismatch.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gradcli.verdict import Word
from gradcli.verify.methods import AGREES, DIFFERS
from gradcli.verify.numeric import EPS, derivative, has_kink
from gradcli.verify.problem import Verdict
from gradcli.verify.replay import NotReplayedError, Replay

Array = Any
Arrays = Mapping[str, Array]

WORK = 500_000_000
"""Products that one run may cost: counted, not timed, so that a verdict does not depend on how busy the machine is."""
SINGLED = 20_000_000_000
"""Products that it may cost to look at every leaf by itself, to tell which one is wrong."""

_RUNS = 128  # of the graph, that a direction may take
_MOST = 4  # directions
_ENOUGH = 2  # that agree or contradict
_CLOSE = 1000  # units in the last place of the sum of the contributions' sizes, or
_SMALL = 2e-10  # of that sum: no error of a rule is so small, but what cancels in one, as p - y, left 5e-11 of it
_NOISY = 1e-3  # an estimate with a larger error, relative to that sum, says nothing
_LEAST = 1e-4  # a leaf's contribution, relative to the usual one, below which it is rounding
_APART = 8.0  # times the error of one-sided derivatives: they may be one
_SAME = 1e-3  # by how much the first run may differ from what was recorded, relative to its size


@dataclass(frozen=True)
class _Compared:
    """What was found along one direction: a word and a sentence, and how far which gradient is off."""

    word: Word
    detail: str
    error: float | None = None
    tolerance: float | None = None


class _Directions:
    """The gradients of a recorded graph, and the directions along which they are held against differences."""

    def __init__(self, replay: Replay, leaves: Arrays, gradients: Arrays) -> None:
        self.replay = replay
        self.gradients = gradients
        self.point = {name: np.asarray(array, np.float64) for name, array in leaves.items()}
        with np.errstate(all="ignore"):
            self.noise = EPS * replay.size(self.point)  # terms may cancel
        self.held = [("gives", gradients)]
        again = replay.gradients(self.point)
        if any(gradient.dtype != np.float64 for gradient in gradients.values()) and _is_finite(again):
            self.held.append(("gives in float64", again))

    def compared(self, names: Iterable[str]) -> list[_Compared]:
        """What is found along directions through these leaves, until enough of them agree or contradict."""
        found: list[_Compared] = []
        random = np.random.default_rng(0)
        for number in range(_MOST):
            found.append(self._along(_way(self.point, {name: self.gradients[name] for name in names}, random, number)))
            words = [one.word for one in found]
            if max(words.count(word) for word in words) >= _ENOUGH:
                break
        return found

    def _along(self, way: Arrays) -> _Compared:
        """What is found along one direction, which moves some leaves."""

        def along(t: float) -> float:
            moved = {name: self.point[name] + t * length for name, length in way.items()}
            try:
                with np.errstate(all="ignore"):
                    return self.replay(self.point | moved)
            except NotReplayedError:  # it is not defined there
                return math.nan

        estimate = derivative(along, noise=self.noise)
        told = [_held(which, gradients, way, estimate) for which, gradients in self.held]
        worst = max(told, key=lambda one: one.word.rank)
        apart = abs(estimate.left - estimate.right)
        smooth = worst.tolerance is None or apart <= _APART * estimate.side_error + worst.tolerance
        if (worst.word.is_wrong or not smooth) and has_kink(along, noise=self.noise):
            sides = f"the derivative is {estimate.left:.6g} from the left and {estimate.right:.6g} from the right"
            return replace(worst, word=Word.KINK, detail=f"along a direction {sides}")
        return worst


def directional(replay: Replay, leaves: Arrays, gradients: Arrays, value: float) -> dict[str, Verdict]:
    """The verdict on each gradient; `leaves` are the arrays, `value` the scalar that was recorded."""
    if replay.work > WORK:
        return _undecided(gradients, f"too large for differences: about {replay.work:,} products a run")
    try:
        again = replay({name: np.asarray(array, np.float64) for name, array in leaves.items()})
        if not abs(again - value) <= _SAME * max(1.0, abs(value)):
            return _undecided(gradients, f"in float64 it is {again:.6g}, not {value:.6g}: it cannot be run again")
        return _told(_Directions(replay, leaves, gradients))
    except NotReplayedError as error:
        return _undecided(gradients, str(error))


def _told(directions: _Directions) -> dict[str, Verdict]:
    """The same verdict on all; if it is a mismatch, on each by itself, where that can be."""
    names = list(directions.gradients)
    together = _concluded(directions.compared(names), "all leaves")
    cost = len(names) * _MOST * _RUNS * directions.replay.work
    if not together.word.is_wrong or len(names) == 1 or cost > SINGLED:
        return dict.fromkeys(names, together)
    each = {name: _concluded(directions.compared([name]), name) for name in names}
    return each if any(verdict.word.is_wrong for verdict in each.values()) else dict.fromkeys(names, together)


def _held(which: str, gradients: Arrays, way: Arrays, estimate: Any) -> _Compared:
    """A gradient held against differences along one direction."""
    parts = [np.asarray(gradients[name], np.float64) * way[name] for name in way]
    found, size = (float(sum(np.sum(f(part)) for part in parts)) for f in (np.asarray, np.abs))
    eps = max(float(np.finfo(gradients[name].dtype).eps) for name in way)
    if not estimate.error <= _NOISY * max(size, abs(estimate.value)):
        noise = f"{estimate.value:.6g} may be off by {estimate.error:.1g}"
        return _Compared(Word.UNDECIDED, f"differences are too noisy: {noise}")
    off, tolerance = abs(found - estimate.value), 4 * estimate.error + max(_CLOSE * eps, _SMALL) * size
    sides = f"the engine {which} {found:.6g} along a direction, differences {estimate.value:.6g}"
    return _Compared(
        Word.MISMATCH if off > tolerance else Word.AGREES, f"{sides} (tolerance {tolerance:.2g})", off, tolerance
    )


def _concluded(found: list[_Compared], through: str) -> Verdict:
    """The verdict from what was found along the directions through some leaves."""
    by_word = {word: [one for one in found if one.word is word] for word in (Word.MISMATCH, Word.AGREES, Word.KINK)}
    for some in by_word.values():
        if len(some) >= _ENOUGH:
            worst = max(some, key=lambda one: one.error or 0.0)
            return _verdict(worst, through, len(some))
    if by_word[Word.MISMATCH]:
        detail = f"{by_word[Word.MISMATCH][0].detail}, but no second direction through {through} confirms it"
        return Verdict(Word.UNDECIDED, detail, methods={"numeric": DIFFERS})
    return Verdict(Word.UNDECIDED, next(one.detail for one in found if one.word is not Word.AGREES))


def _verdict(worst: _Compared, through: str, count: int) -> Verdict:
    detail = f"{worst.detail}: {count} directions through {through} tell"
    if worst.word is Word.AGREES:
        detail = f"along {count} directions through {through}: error {worst.error:.2g}, tolerance {worst.tolerance:.2g}"
    outcome = {Word.AGREES: AGREES, Word.MISMATCH: DIFFERS}.get(worst.word, "the one-sided derivatives differ")
    return Verdict(worst.word, detail, worst.error, worst.tolerance, {"numeric": outcome})


def _way(point: Arrays, gradients: Arrays, random: np.random.Generator, number: int) -> dict[str, Array]:
    """A direction along which no contribution of a leaf is lost beside another leaf's.

    All contributions have one sign along those of an even number.
    """
    way, reach = {}, {}
    for name, gradient in gradients.items():
        scale = float(np.max(np.abs(point[name]), initial=0.0)) or 1.0
        drawn = random.choice([-1.0, 1.0], gradient.shape)
        signs = drawn if number % 2 else np.where(gradient == 0, drawn, np.sign(gradient))
        way[name] = signs * random.uniform(0.5, 1.5, gradient.shape) * scale
        reach[name] = float(np.sum(np.abs(gradient * way[name])))
    some = [length for length in reach.values() if length]
    least = max(min(reach.values()), _LEAST * float(np.median(some))) if some else 0.0
    return {name: array * min(1.0, least / reach[name]) if reach[name] else array for name, array in way.items()}


def _is_finite(arrays: Arrays) -> bool:
    return all(np.all(np.isfinite(array)) for array in arrays.values())


def _undecided(gradients: Arrays, detail: str) -> dict[str, Verdict]:
    return {name: Verdict(Word.UNDECIDED, detail) for name in gradients}
