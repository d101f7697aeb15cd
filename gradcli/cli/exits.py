"""What the exit codes mean."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.verify.problem import Verdict


class Exit(IntEnum):
    """The exit codes of every command."""

    OK = 0
    """Done; an answer that is no plain one says so."""
    FAILED = 1
    """A check failed: a gradient disagrees, a scenario's output differs."""
    USAGE = 2
    """Wrong usage, or an input that cannot be read."""
    UNDECIDED = 3
    """Undecided, under --strict."""
    UNFINISHED = 4
    """Could not finish: out of time, memory or disk, standard output closed, or an error of gradcli's own."""
    INTERRUPTED = 130
    """Ended by Ctrl-C."""


def verdict_exit(every: Iterable[Verdict], asked: Iterable[Verdict | None], *, strict: bool) -> Exit:
    """The exit code for verdicts: FAILED where any is a mismatch, UNDECIDED where, under --strict, one asked for is open."""
    if any(verdict.word.is_wrong for verdict in every):
        return Exit.FAILED
    unsettled = any(verdict is None or not verdict.word.is_settled for verdict in asked)
    return Exit.UNDECIDED if strict and unsettled else Exit.OK
