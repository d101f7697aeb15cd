"""Where output goes: answers to stdout, everything else to stderr."""

from __future__ import annotations

import json
import os
import re
import sys
from typing import TYPE_CHECKING, Any

from gradcli.cli.exits import Exit
from gradcli.cli.streams import is_unicode, tell, write, write_bytes
from gradcli.errors import InputError, UnfinishedError

if TYPE_CHECKING:
    from rich.console import RenderableType

PIPE_WIDTH = 120
MAX_WIDTH = 1000
"""Columns of a screen that is believed."""


def mend_environment() -> None:
    """Makes of the variables that Rich reads what their writer meant: no colours by FORCE_COLOR=0, no endless lines."""
    if os.environ.get("FORCE_COLOR", "").lower() in ("0", "false", "no"):
        del os.environ["FORCE_COLOR"]
    for name in ("COLUMNS", "LINES"):
        number = os.environ.get(name, "")
        if name in os.environ and not (number.isascii() and number.isdigit() and 0 < int(number[:10]) <= MAX_WIDTH):
            del os.environ[name]


def show(renderable: RenderableType) -> None:
    """Something for the reader on stdout, obeying NO_COLOR and FORCE_COLOR."""
    write(rendered(renderable))


def rendered(renderable: RenderableType) -> str:
    """The same as text. In a pipe it is wide, has no colours, and no blanks that only fill a line up."""
    from rich.console import Console

    from gradcli.render.wrapping import wrap_chinese

    wrap_chinese()
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPE_WIDTH
    out = Console(width=width, highlight=False, markup=False, emoji=False)
    with out.capture() as captured:
        out.print(renderable)
    text = captured.get()
    return text if out.is_terminal else re.sub(r" +$", "", text, flags=re.MULTILINE)


def print_text(text: str) -> None:
    """Text on stdout, for a reader."""
    write(text)


def print_program(text: str) -> None:
    """Text on stdout for another program: in UTF-8, whatever a reader's encoding is."""
    if sys.stdout.isatty() or not hasattr(sys.stdout, "buffer"):
        write(text)
    else:
        write_bytes(text.encode("utf-8"))


def print_bytes(data: bytes) -> None:
    """A file on stdout, for other programs. Raises InputError for a picture on a terminal."""
    if sys.stdout.isatty() and b"\0" in data:
        raise InputError("usage", "the output is no text", hint="write a file with -o, or lead it into one")
    write_bytes(data)


def json_text(document: dict[str, Any], indent: int | None = 2) -> str:
    """A document as strict JSON, with signs that stdout can write."""
    ascii_only = not is_unicode(sys.stdout)
    return json.dumps(document, allow_nan=False, ensure_ascii=ascii_only, indent=indent) + "\n"


def print_json(document: dict[str, Any], indent: int | None = 2) -> None:
    """One strict JSON document on stdout."""
    write(json_text(document, indent))


def say(message: str, kind: str = "note") -> None:
    """A note or a warning on stderr."""
    tell(f"{kind}: {message}")


def report(error: InputError, command: str, *, as_json: bool) -> Exit:
    """Tells an error of a command; the exit code."""
    if error.message:
        if as_json:
            print_json(error_document(command, error))
        else:
            print_error(error)
    return Exit.UNFINISHED if isinstance(error, UnfinishedError) else Exit.USAGE


def command_of(arguments: list[str]) -> str:
    """The name of the command in a command line."""
    return next((word for word in arguments if not word.startswith("-")), "gradcli")


def print_error(error: InputError) -> None:
    """The error on stderr: what, the line with a caret, what to do instead."""
    lines = [f"error: {error.message}"]
    if error.span is not None:
        lines += _excerpt(error)
    if error.hint:
        lines.append(f"hint: {error.hint}")
    tell("\n".join(lines))


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
