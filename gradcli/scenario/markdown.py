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
from pathlib import Path

from gradcli import words
from gradcli.scenario.document import Block, Document
from gradcli.scenario.expected import expected
from gradcli.scenario.front_matter import FrontMatter, front_matter
from gradcli.scenario.questions_format import Question, parse_question

EMBEDDED = "output embedded"
"""The fence of an output that the embedded data have: with the reader's own data there is another one."""

CUDA = "cuda"
NEEDS = {"python": "", "python torch": "torch", "python cuda": CUDA}
"""What the code of a block needs, by its fence: PyTorch itself, or PyTorch and a graphics card. `Step.needs` has it."""

FENCES = ("question", *NEEDS, "output", EMBEDDED)

_LEADING = re.compile(r"(?:[ \t]*\n)*")  # empty lines
_FENCE = re.compile(r"(?P<indent>\s*)(?P<ticks>`{3,}|~{3,})\s*(?P<kind>[^`]*?)\s*")


@dataclass(frozen=True)
class Step:
    """Prose, which may be empty, and what follows it: the code to run and the output to expect, if there are any.

    question  what to ask before the code is shown
    line      the 1-based line of the document on which the prose begins
    embedded  True if the output is that of the embedded data
    needs     what the code needs and not every engine has: "", "torch" or "cuda"
    """

    prose: str
    code: Block | None = None
    output: Block | None = None
    question: Question | None = None
    line: int = field(default=0, compare=False)
    embedded: bool = False
    needs: str = ""

    def expected(self, printed: str) -> str | None:
        """The output that the document shows, in a block or in the code, which has printed this; None for none."""
        if self.output is not None or self.code is None:
            return None if self.output is None else self.output.text
        return expected(self.code.text, printed)


@dataclass(frozen=True)
class Scenario(FrontMatter):
    """One tutorial. `name` is that of its file without ".md", `source` the path by which it was found.

    A page in a folder `zh` is the Chinese translation of the page of the same name in the folder above.
    """

    name: str
    source: str
    steps: tuple[Step, ...]

    @property
    def lang(self) -> str:
        """The language of its prose."""
        folder = Path(self.source).absolute().parent.name
        return folder if folder in words.TRANSLATIONS else words.ORIGINAL

    @property
    def original(self) -> Path:
        """The file that this is a translation of, or its own. Beside it are the modules that its code may import."""
        path = Path(self.source).absolute()
        return path if self.lang == words.ORIGINAL else path.parent.parent / path.name

    @property
    def content(self) -> str:
        """What tells its code, outputs and answers from any others; in every language it is the same."""
        parts = [(step.code and step.code.text, step.output and step.output.text) for step in self.steps]
        answers = [step.question and step.question.answer for step in self.steps]
        return hashlib.sha256(repr((parts, answers)).encode()).hexdigest()[:16]


def parse_scenario(text: str, name: str, source: str) -> Scenario:
    """The scenario in `text`. Raises InputError with file and line for front matter or fences that are not in order."""
    document = Document(text, source)
    about, start = front_matter(document)
    return Scenario(**vars(about), name=name, source=source, steps=tuple(_steps(document, start)))


def _steps(document: Document, start: int) -> Iterator[Step]:
    """Each block of code closes a step: with the prose and the question before it, and the output that follows it."""
    prose, line = "", 0
    question: Question | None = None
    code: Block | None = None
    needs = ""
    for kind, block in _blocks(document, start):
        if kind == "prose" and not block.text.strip():
            continue
        if question is not None and code is None and kind not in NEEDS:
            raise document.error("question", "a question needs a python block directly after it", question.line - 1)
        if kind in ("output", EMBEDDED):
            if code is None:
                raise document.error("output", "an output block needs a python block before it", block.line - 1)
            yield Step(prose, code, block, question, line, kind == EMBEDDED, needs)
            prose, line, question, code = "", 0, None, None
            continue
        if code is not None or (kind == "prose" and prose):
            yield Step(prose, code, None, question, line, needs=needs if code is not None else "")
            prose, line, question, code = "", 0, None, None
        if kind == "prose":
            leading = _LEADING.match(block.text)
            assert leading is not None
            prose, line = block.text[leading.end() :].rstrip(), block.line + leading[0].count("\n")
        elif kind == "question":
            question = parse_question(document, block)
        else:
            code, needs = block, NEEDS[kind]
    if question is not None and code is None:
        raise document.error("question", "a question needs a python block directly after it", question.line - 1)
    if code is not None or prose:
        yield Step(prose, code, None, question, line, needs=needs if code is not None else "")


def _blocks(document: Document, start: int) -> Iterator[tuple[str, Block]]:
    """The parts of the document in order: "prose" and those of FENCES."""
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
                raise document.error("fence", f"a fence must say question, python or output, not {found}", i + 1)
            yield kind, Block("\n".join(document.lines[first:i]), first + 1)
            kind, ticks, first, begun = fence["kind"], fence["ticks"], i + 1, i
    if kind != "prose":
        raise document.error("fence", "this fence is not closed", begun + 1, "a line ``` closes it")
    yield kind, Block("\n".join(document.lines[first:]), first + 1)
