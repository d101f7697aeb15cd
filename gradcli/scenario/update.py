"""Writes what the code prints into a scenario's file: its output blocks, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from gradcli.errors import InputError
from gradcli.files import MOST_TEXT, read_bytes, write_file
from gradcli.scenario.document import Block
from gradcli.scenario.markdown import EMBEDDED, Scenario
from gradcli.scenario.results import StepResult
from gradcli.scenario.written import Written, written

_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def update(scenario: Scenario, results: Sequence[StepResult]) -> int:
    """Brings the output blocks up to date; how many changed. A block that agrees with what is printed stays as it is.

    Output that stands in the code itself, in a string or in comments, becomes a block.

    results  of all steps, none of which raised
    Raises InputError if the file was changed since it was read, or cannot be written.
    """
    changed = [result for result in results if result.difference is not None or _written(result)]
    if not changed:
        return 0
    path = Path(scenario.source)
    lines = _LINE.findall(read_bytes(path, MOST_TEXT))
    for result in reversed(changed):  # so that the lines before keep their numbers
        _replace(scenario, lines, result)
    write_file(path, b"".join(lines))
    return len(changed)


def _replace(scenario: Scenario, lines: list[bytes], result: StepResult) -> None:
    """Puts a step's output in the place of its block; takes the block away if nothing is printed."""
    code, output = result.step.code, result.step.output
    assert code is not None
    end = first = _end(scenario, lines, code)
    if output is not None:
        end = _end(scenario, lines, output)
    printed = [line.rstrip() for line in result.printed.rstrip().split("\n")]
    if not any(printed):
        lines[first:end] = []
        return
    fence = "`" * max([3, *(1 + len(ticks) for line in printed for ticks in re.findall(r"^\s*(`+)", line))])
    newline = re.sub(rb"[^\r\n]", b"", lines[0])
    if not lines[first - 1].endswith((b"\r", b"\n")):
        lines[first - 1] += newline
    block = ["", f"{fence}{EMBEDDED if result.step.embedded else 'output'}", *printed, fence]
    lines[first:end] = [line.encode() + newline for line in block]
    for part in reversed([part for part in _written(result) if not part.kept]):
        begin, last = code.line - 1 + part.first, code.line - 1 + part.last
        rest = lines[begin].decode()[: part.column].rstrip()
        rest = "  ".join(filter(None, [rest, f"# {part.note}" if part.note else ""]))
        lines[begin : last + 1] = [rest.encode() + newline] if rest else []


def _written(result: StepResult) -> list[Written]:
    """The output that stands in the code, where there is no block that it would repeat."""
    code, output = result.step.code, result.step.output
    return [] if code is None or output is not None else written(code.text, result.printed)


def _end(scenario: Scenario, lines: Sequence[bytes], block: Block) -> int:
    """The index of the line after a block. Raises InputError if the block is not where it was."""
    inside = _text(lines[block.line - 1 :]).split("\n")
    ticks = re.match(r"`+|~+", _text(lines[block.line - 2 : block.line - 1]))
    if ticks is not None:
        for length, line in enumerate(inside):
            fence = re.fullmatch(r"\s*(`{3,}|~{3,})\s*", line)
            if fence and fence[1].startswith(ticks[0]):
                if "\n".join(inside[:length]) != block.text:
                    break
                return block.line + length
    raise InputError("changed", f"{scenario.source!r} was changed while it ran", hint="run it again")


def _text(lines: Sequence[bytes]) -> str:
    return re.sub(r"\r\n|\r", "\n", b"".join(lines).decode("utf-8", "replace"))
