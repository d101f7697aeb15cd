"""A scenario's Markdown as steps: prose, a block of code, and the output that the document shows.

---
title: The mean of squares
track: basics
minutes: 5
aim: what you can do afterwards, one sentence
---
Prose.

```python
print(1 + 1)
```

```output
2
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gradcli.errors import InputError, Span

TRACKS = ("basics", "gradients", "graph", "training", "tensors")
"""In the order in which they are listed."""

FIELDS = ("title", "track", "minutes", "aim")
FENCES = ("python", "output")

_FENCE = re.compile(r"(?P<indent>\s*)(?P<ticks>`{3,})\s*(?P<kind>[^`]*?)\s*")


@dataclass(frozen=True)
class Block:
    """The text of a fenced block, and the 1-based line of the document on which that text begins."""

    text: str
    line: int


@dataclass(frozen=True)
class Step:
    """Prose, which may be empty, and what follows it: the code to run and the output to expect, if there are any."""

    prose: str
    code: Block | None = None
    output: Block | None = None


@dataclass(frozen=True)
class Scenario:
    """One tutorial. `name` is that of its file without ".md", `source` the path by which it was found."""

    name: str
    source: str
    title: str
    track: str
    minutes: int
    aim: str
    steps: tuple[Step, ...]


def parse_scenario(text: str, name: str, source: str) -> Scenario:
    """The scenario in `text`. Raises InputError with file and line for front matter or fences that are not in order."""
    document = _Document(text, source)
    fields, start = _front_matter(document)
    return Scenario(
        name=name,
        source=source,
        title=fields["title"].text,
        track=_track(document, fields["track"]),
        minutes=_minutes(document, fields["minutes"]),
        aim=fields["aim"].text,
        steps=tuple(_steps(document, start)),
    )


class _Document:
    """The lines of a text, and errors that name them."""

    def __init__(self, text: str, source: str) -> None:
        self.text = text
        self.source = source
        self.lines = text.splitlines()

    def error(self, code: str, message: str, line: int, hint: str | None = None) -> InputError:
        """An error in the given 1-based line."""
        before = self.text.splitlines(keepends=True)[: line - 1]
        start = sum(map(len, before))
        end = start + (len(self.lines[line - 1]) if line <= len(self.lines) else 0)
        return InputError(code, message, span=Span(self.text, start, end, self.source), hint=hint)


def _front_matter(document: _Document) -> tuple[dict[str, Block], int]:
    """The fields between the first two `---` lines, and the index of the line after them."""
    lines = document.lines
    if not lines or lines[0].rstrip() != "---":
        raise document.error("front-matter", "a scenario begins with front matter", 1, f"---, {', '.join(FIELDS)}, ---")
    fields: dict[str, Block] = {}
    for number, line in enumerate(lines[1:], 2):
        if line.rstrip() == "---":
            break
        key, colon, value = (part.strip() for part in line.partition(":"))
        if not colon or not value:
            raise document.error("front-matter", "front matter is made of lines `key: value`", number)
        if key not in FIELDS:
            raise document.error("front-matter", f"unknown key {key!r}", number, f"the keys are {', '.join(FIELDS)}")
        if key in fields:
            raise document.error("front-matter", f"{key!r} is given twice", number)
        fields[key] = Block(value, number)
    else:
        raise document.error("front-matter", "the front matter is not closed by a line ---", 1)
    missing = [key for key in FIELDS if key not in fields]
    if missing:
        raise document.error("front-matter", f"the front matter lacks {missing[0]!r}", 1)
    return fields, number


def _track(document: _Document, field: Block) -> str:
    if field.text not in TRACKS:
        raise document.error("front-matter", f"unknown track {field.text!r}", field.line, f"one of {', '.join(TRACKS)}")
    return field.text


def _minutes(document: _Document, field: Block) -> int:
    if not field.text.isdecimal() or int(field.text) == 0:
        message = f"minutes must be a whole number from 1 on, not {field.text!r}"
        raise document.error("front-matter", message, field.line)
    return int(field.text)


def _steps(document: _Document, start: int) -> Iterator[Step]:
    """Each block of code closes a step: with the prose before it and the output that follows it."""
    prose: list[str] = []
    code: Block | None = None
    for kind, block in _blocks(document, start):
        if kind == "output":
            if code is None:
                raise document.error("output", "an output block needs a python block before it", block.line - 1)
            yield Step("\n".join(prose).strip(), code, block)
            prose, code = [], None
        elif kind == "python":
            if code is not None:
                yield Step("\n".join(prose).strip(), code)
                prose = []
            code = block
        elif block.text.strip():
            if code is not None:
                yield Step("\n".join(prose).strip(), code)
                prose, code = [], None
            prose.append(block.text)
    if code is not None or prose:
        yield Step("\n".join(prose).strip(), code)


def _blocks(document: _Document, start: int) -> Iterator[tuple[str, Block]]:
    """The parts of the document in order: "prose", "python" and "output"."""
    kind, ticks, first, begun = "prose", "", start, start
    for i, line in enumerate(document.lines[start:], start):
        fence = _FENCE.fullmatch(line)
        if kind != "prose":
            if fence and not fence["kind"] and len(fence["ticks"]) >= len(ticks):
                yield kind, Block("\n".join(document.lines[first:i]), first + 1)
                kind, first = "prose", i + 1
        elif fence:
            if fence["kind"] not in FENCES or fence["indent"]:
                found = repr(fence["kind"]) if fence["kind"] not in FENCES else "an indented one"
                raise document.error("fence", f"a fence must say python or output, not {found}", i + 1)
            yield kind, Block("\n".join(document.lines[first:i]), first + 1)
            kind, ticks, first, begun = fence["kind"], fence["ticks"], i + 1, i
    if kind != "prose":
        raise document.error("fence", "this fence is not closed", begun + 1, "a line ``` closes it")
    yield kind, Block("\n".join(document.lines[first:]), first + 1)
