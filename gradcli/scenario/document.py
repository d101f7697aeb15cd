"""A text as numbered lines, its fenced blocks, and errors that name the line."""

from __future__ import annotations

from dataclasses import dataclass

from gradcli.errors import InputError, Span


@dataclass(frozen=True)
class Block:
    """The text of a fenced block, and the 1-based line of the document on which that text begins."""

    text: str
    line: int


class Document:
    """The lines of a text. `source` is the path by which it was found."""

    def __init__(self, text: str, source: str) -> None:
        self.text = text
        self.source = source
        self.lines = text.removesuffix("\n").split("\n")  # as Python numbers lines: a form feed does not end one

    def error(self, code: str, message: str, line: int, hint: str | None = None) -> InputError:
        """An error in the given 1-based line."""
        start = sum(len(before) + 1 for before in self.lines[: line - 1])
        end = start + (len(self.lines[line - 1]) if line <= len(self.lines) else 0)
        return InputError(code, message, span=Span(self.text, start, end, self.source), hint=hint)
