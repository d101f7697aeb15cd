"""What can be wrong with an input, or stop an answer. Nothing here knows of terminals, exit codes or JSON."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` (exclusive) of `text`, which is named `source` ("expression", "--at x", a file)."""

    text: str
    start: int
    end: int
    source: str = "expression"

    @property
    def line(self) -> int:
        """The 1-based line of the first character."""
        return self.text.count("\n", 0, self.start) + 1

    @property
    def column(self) -> int:
        """The 1-based column of the first character in its line."""
        return self.start - (self.text.rfind("\n", 0, self.start) + 1) + 1


class InputError(Exception):
    """An input that cannot be read or used.

    code     a stable kebab-case word for scripts, for instance "syntax" or "unknown-function"
    message  what was wrong, one sentence
    span     where, if the error has a place in a text
    hint     what to do instead
    """

    def __init__(self, code: str, message: str, *, span: Span | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.span = span
        self.hint = hint

    def __reduce__(self) -> tuple[Any, tuple[str, str]]:
        return partial(type(self), span=self.span, hint=self.hint), (self.code, self.message)


class UnfinishedError(InputError):
    """What could not be finished, whatever the input: time, memory or disk are used up, or gradcli itself is wrong."""
