"""Where output goes: answers to stdout, everything else to stderr."""

from __future__ import annotations

import json
import os
import re
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rich.console import RenderableType

    from gradcli.errors import InputError

PIPE_WIDTH = 120


class PipeClosed(Exception):
    """The reader of stdout has gone (`| head`)."""


def show(renderable: RenderableType) -> None:
    """Something for the reader on stdout, obeying NO_COLOR and FORCE_COLOR.

    In a pipe it is wide, has no colours, and no blanks that only fill a line up.
    """
    from rich.console import Console

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPE_WIDTH
    out = Console(width=width, highlight=False, markup=False, emoji=False)
    if out.is_terminal:
        out.print(renderable)
        return
    with out.capture() as captured:
        out.print(renderable)
    _write(re.sub(r" +$", "", captured.get(), flags=re.MULTILINE))


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise PipeClosed from None


def print_text(text: str) -> None:
    """Text on stdout as it is, for other programs."""
    _write(text)


def print_bytes(data: bytes) -> None:
    """A file on stdout, for other programs. Raises InputError for a picture on a terminal."""
    from gradcli.errors import InputError

    if sys.stdout.isatty() and b"\0" in data:
        raise InputError("usage", "the output is no text", hint="write a file with -o, or lead it into one")
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
    except BrokenPipeError:
        raise PipeClosed from None


def json_text(document: dict[str, Any]) -> str:
    """A document as strict JSON."""
    return json.dumps(document, allow_nan=False, ensure_ascii=False, indent=2) + "\n"


def print_json(document: dict[str, Any]) -> None:
    """One strict JSON document on stdout."""
    _write(json_text(document))


def say(message: str, kind: str = "note") -> None:
    """A note or a warning on stderr."""
    print(f"{kind}: {message}", file=sys.stderr)


def deliver(
    notes: Iterable[str], document: Callable[[], dict[str, Any]], screen: Callable[[], RenderableType], *, as_json: bool
) -> None:
    """An answer: its notes on stderr, then on stdout its JSON document or its screen, whichever is asked for."""
    for note in notes:
        say(note)
    if as_json:
        print_json(document())
    else:
        show(screen())


def print_error(error: InputError) -> None:
    """The error on stderr: what, the line with a caret, what to do instead."""
    lines = [f"error: {error.message}"]
    if error.span is not None:
        lines += _excerpt(error)
    if error.hint:
        lines.append(f"hint: {error.hint}")
    text = "\n".join(lines)
    print(text.encode("utf-8", "replace").decode("utf-8"), file=sys.stderr)


def _excerpt(error: InputError, width: int = 76) -> list[str]:
    """The line that the error is in, cut around it, with carets below."""
    span = error.span
    assert span is not None
    start = span.text.rfind("\n", 0, span.start) + 1
    end = span.text.find("\n", span.start)
    line = span.text[start : len(span.text) if end < 0 else end].replace("\t", " ")
    column = span.start - start
    length = max(1, min(span.end, start + len(line)) - span.start)
    cut = max(0, column - width // 2)
    shown = ("…" if cut else "") + line[cut : cut + width] + ("…" if len(line) > cut + width else "")
    carets = " " * (column - cut + bool(cut)) + "^" * min(length, width - (column - cut))
    place = (
        f"{span.source}, line {span.line}, column {span.column}"
        if "\n" in span.text
        else f"{span.source}, column {span.column}"
    )
    return [f"  {place}:", f"  {shown}", f"  {carets}"]


def error_document(command: str, error: InputError) -> dict[str, Any]:
    """The error as JSON."""
    from gradcli.render.errors import error_body
    from gradcli.render.schemas import tag

    return {"schema": tag(command), "error": error_body(error)}
