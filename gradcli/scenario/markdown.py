"""A scenario's Markdown as steps: prose, a question, a block of code, and the output that the document shows.

---
title: The mean of squares
track: basics
minutes: 5
aim: what you can do afterwards, one sentence
---
Prose.

```question
ask: How much is one and one?
kind: value
answer: 2
```

```python
print(1 + 1)
```

```output
2
```
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from gradcli.scenario.document import Block, Document
from gradcli.scenario.questions_format import Question, parse_question

TRACKS = ("basics", "gradients", "graph", "training", "tensors")
"""In the order in which they are listed."""

FIELDS = ("title", "track", "minutes", "aim")
"""What the front matter must say."""
OPTIONAL = ("order",)
"""What it may say: `order`, the place in the track, from 1."""

LAST = 1000
"""The place of a scenario that does not name one."""

FENCES = ("question", "python", "output")

_LEADING = re.compile(r"(?:[ \t]*\n)*")  # empty lines
_FENCE = re.compile(r"(?P<indent>\s*)(?P<ticks>`{3,}|~{3,})\s*(?P<kind>[^`]*?)\s*")


@dataclass(frozen=True)
class Step:
    """Prose, which may be empty, and what follows it: the code to run and the output to expect, if there are any.

    question  what to ask before the code is shown
    line      the 1-based line of the document on which the prose begins
    """

    prose: str
    code: Block | None = None
    output: Block | None = None
    question: Question | None = None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Scenario:
    """One tutorial. `name` is that of its file without ".md", `source` the path by which it was found.

    content  what tells its text from any other
    """

    name: str
    source: str
    title: str
    track: str
    minutes: int
    aim: str
    order: int
    steps: tuple[Step, ...]
    content: str


def parse_scenario(text: str, name: str, source: str) -> Scenario:
    """The scenario in `text`. Raises InputError with file and line for front matter or fences that are not in order."""
    document = Document(text, source)
    fields, start = _front_matter(document)
    return Scenario(
        name=name,
        source=source,
        title=fields["title"].text,
        track=_track(document, fields["track"]),
        minutes=_whole(document, fields, "minutes"),
        aim=fields["aim"].text,
        order=_whole(document, fields, "order") if "order" in fields else LAST,
        steps=tuple(_steps(document, start)),
        content=hashlib.sha256(text.encode()).hexdigest()[:16],
    )


def _front_matter(document: Document) -> tuple[dict[str, Block], int]:
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
        if key not in FIELDS + OPTIONAL:
            keys = ", ".join(FIELDS + OPTIONAL)
            raise document.error("front-matter", f"unknown key {key!r}", number, f"the keys are {keys}")
        if key in fields:
            raise document.error("front-matter", f"{key!r} is given twice", number)
        fields[key] = Block(value, number)
    else:
        raise document.error("front-matter", "the front matter is not closed by a line ---", 1)
    missing = [key for key in FIELDS if key not in fields]
    if missing:
        raise document.error("front-matter", f"the front matter lacks {missing[0]!r}", 1)
    return fields, number


def _track(document: Document, field: Block) -> str:
    if field.text not in TRACKS:
        raise document.error("front-matter", f"unknown track {field.text!r}", field.line, f"one of {', '.join(TRACKS)}")
    return field.text


def _whole(document: Document, fields: dict[str, Block], key: str) -> int:
    field = fields[key]
    if not field.text.isdecimal() or int(field.text) == 0:
        message = f"{key} must be a whole number from 1 on, not {field.text!r}"
        raise document.error("front-matter", message, field.line)
    return int(field.text)


def _steps(document: Document, start: int) -> Iterator[Step]:
    """Each block of code closes a step: with the prose and the question before it, and the output that follows it."""
    prose, line = "", 0
    question: Question | None = None
    code: Block | None = None
    for kind, block in _blocks(document, start):
        if kind == "prose" and not block.text.strip():
            continue
        if question is not None and code is None and kind != "python":
            raise document.error("question", "a question needs a python block directly after it", question.line - 1)
        if kind == "output":
            if code is None:
                raise document.error("output", "an output block needs a python block before it", block.line - 1)
            yield Step(prose, code, block, question, line)
            prose, line, question, code = "", 0, None, None
            continue
        if code is not None or (kind == "prose" and prose):
            yield Step(prose, code, None, question, line)
            prose, line, question, code = "", 0, None, None
        if kind == "prose":
            leading = _LEADING.match(block.text)
            assert leading is not None
            prose, line = block.text[leading.end() :].rstrip(), block.line + leading[0].count("\n")
        elif kind == "question":
            question = parse_question(document, block)
        else:
            code = block
    if question is not None and code is None:
        raise document.error("question", "a question needs a python block directly after it", question.line - 1)
    if code is not None or prose:
        yield Step(prose, code, None, question, line)


def _blocks(document: Document, start: int) -> Iterator[tuple[str, Block]]:
    """The parts of the document in order: "prose", "question", "python" and "output"."""
    kind, ticks, first, begun = "prose", "", start, start
    for i, line in enumerate(document.lines[start:], start):
        fence = _FENCE.fullmatch(line)
        if kind != "prose":
            if fence and not fence["kind"] and fence["ticks"].startswith(ticks):
                yield kind, Block("\n".join(document.lines[first:i]), first + 1)
                kind, first = "prose", i + 1
        elif fence:
            if fence["kind"] not in FENCES or fence["indent"]:
                found = repr(fence["kind"]) if fence["kind"] not in FENCES else "an indented one"
                raise document.error(
                    "fence", f"a fence must say {FENCES[0]}, {FENCES[1]} or {FENCES[2]}, not {found}", i + 1
                )
            yield kind, Block("\n".join(document.lines[first:i]), first + 1)
            kind, ticks, first, begun = fence["kind"], fence["ticks"], i + 1, i
    if kind != "prose":
        raise document.error("fence", "this fence is not closed", begun + 1, "a line ``` closes it")
    yield kind, Block("\n".join(document.lines[first:]), first + 1)
