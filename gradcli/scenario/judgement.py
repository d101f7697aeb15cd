"""What is said of an answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Judgement:
    """The judgement on one answer.

    answer         as it was typed
    right          whether it answers the question
    why            one sentence: how that was found, or in what the answer differs
    misconception  a stable word for the mistake that leads to just this answer; None if none was recognised
    hint           what to think of next; None for a right answer, and where there is nothing to say
    read           as what the answer was read, where that is not as it was typed
    """

    answer: str
    right: bool
    why: str
    misconception: str | None = None
    hint: str | None = None
    read: str | None = None
