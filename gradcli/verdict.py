"""The words of a verdict and of a claim: their order, what they mean for an exit code, and how they look."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Word(StrEnum):
    """One word on a number, from the best to the worst. docs/architecture.md says what each of them means."""

    PROVED = "proved"
    AGREES = "agrees"
    ILL_CONDITIONED = "ill-conditioned"
    KINK = "kink"
    JUMP = "jump"
    DOMAIN = "domain"
    UNDECIDED = "undecided"
    MISMATCH = "mismatch"
    VERIFYING = "verifying…"
    """Not a verdict: on a screen, while there is none yet."""

    @property
    def rank(self) -> int:
        """0 for the best."""
        return _RANKS[self]

    @property
    def is_settled(self) -> bool:
        """Whether the number is right, as far as the word goes."""
        return self in (Word.PROVED, Word.AGREES)

    @property
    def is_wrong(self) -> bool:
        """Whether the number is certainly not the derivative."""
        return self is Word.MISMATCH

    @property
    def style(self) -> str:
        """For the screen, as Rich writes styles."""
        if self.is_settled:
            return "bold green" if self is Word.PROVED else "green"
        return "bold red" if self.is_wrong else "yellow"


class Settled(StrEnum):
    """What became of a claim, in one word."""

    HOLDS = "holds"
    REFUTED = "refuted"
    UNDECIDED = "undecided"
    ERROR = "error"

    @classmethod
    def of(cls, word: Word) -> Settled:
        """What a verdict says of the claim."""
        return cls.REFUTED if word.is_wrong else cls.HOLDS if word.is_settled else cls.UNDECIDED

    @property
    def style(self) -> str:
        """For the screen, as Rich writes styles."""
        return {Settled.HOLDS: "green", Settled.UNDECIDED: "yellow"}.get(self, "bold red")


_RANKS = {word: rank for rank, word in enumerate(Word)}


def worst(words: Iterable[Word]) -> Word:
    """The worst of some words; there must be one."""
    return max(words, key=lambda word: word.rank)
