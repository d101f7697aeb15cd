"""The text of a question block: lines `key: value`, as a Question.

```question
ask: What is the derivative of out with respect to one x?
kind: gradient
of: mean(3*(x+2)**2)
at: x=ones(2,2)
answer: 3*(x+2)/2
hint: The outer derivative
      times the inner one.
```

A line that begins with blanks continues the line before. A question of kind choice has its options as keys, `a`, `b`
and so on, and `not a` says why that one is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from string import ascii_lowercase

from gradcli.scenario.document import Block, Document
from gradcli.words.lines import continued

ALWAYS = ("ask", "kind", "answer")
EXTRA: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "gradient": (("of", "at"), ("wrt", "cotangent", "let", "fresh", "form", "hint")),
    "value": ((), ("let", "shown", "hint")),
    "shape": ((), ("shown", "hint")),
    "error": ((), ("shown", "hint")),
    "grad_fn": ((), ("shown", "hint")),
    "choice": ((), ("shown", "hint")),
}
"""By kind: the keys that it needs beside those that every question needs, and those that it may have."""
FORMULA = "formula"


@dataclass(frozen=True)
class Option:
    """One of the answers to choose from.

    letter  a, b, c …
    why     why it is wrong; None for the right one, and where nothing is said
    """

    letter: str
    text: str
    why: str | None = None

    def __str__(self) -> str:
        return f"{self.letter}) {self.text}"


@dataclass(frozen=True)
class Question:
    """What the reader is asked before the step's code shows it.

    line       the 1-based line of the document on which the question's text begins
    kind       a key of EXTRA
    answer     the right answer, as its kind has it
    of, at, wrt, cotangent, fresh
               of kind gradient: what is differentiated, where, with respect to what, weighted by what, and the ranges
               from which fresh numbers come; in the expression language
    form       of kind gradient: FORMULA where no numbers are right, but a formula only
    let        names that an answer may use, by assignments in the expression language
    shown      a Python expression that has the answer's value when the step's code has run
    options    of kind choice: what there is to choose from, in order; the answer is the letter of one
    """

    line: int
    ask: str
    kind: str
    answer: str
    hint: str | None = None
    of: str | None = None
    at: str | None = None
    wrt: str | None = None
    cotangent: str | None = None
    fresh: str | None = None
    form: str | None = None
    let: str | None = None
    shown: str | None = None
    options: tuple[Option, ...] = ()

    @property
    def solution(self) -> str:
        """The right answer as it is shown: of kind choice with the text of the option."""
        return next((str(option) for option in self.options if option.letter == self.answer), self.answer)


def parse_question(document: Document, block: Block) -> Question:
    """The question in a block. Raises InputError with file and line for a key that is unknown, missing or repeated."""
    fields = _fields(document, block)
    for key in ALWAYS:
        if key not in fields:
            raise document.error("question", f"the question lacks {key!r}", block.line - 1)
    kind = fields["kind"]
    if kind.text not in EXTRA:
        raise document.error("question", f"unknown kind {kind.text!r}", kind.line, f"one of {', '.join(EXTRA)}")
    needed, allowed = EXTRA[kind.text]
    options = _options(document, block, fields) if kind.text == "choice" else ()
    keys = (*ALWAYS, *needed, *allowed)
    for key, value in fields.items():
        if key not in keys:
            message = f"a question of kind {kind.text} has no key {key!r}"
            raise document.error("question", message, value.line, f"the keys are {', '.join(keys)}")
    for key in needed:
        if key not in fields:
            raise document.error("question", f"a question of kind {kind.text} needs {key!r}", block.line - 1)
    form = fields.get("form")
    if form is not None and form.text != FORMULA:
        raise document.error("question", f"there is no form {form.text!r}", form.line, f"form: {FORMULA}")
    return Question(block.line, **{key: value.text for key, value in fields.items()}, options=options)


def _options(document: Document, block: Block, fields: dict[str, Block]) -> tuple[Option, ...]:
    """The options, which are taken out of the fields."""
    options = []
    for letter in takewhile(fields.__contains__, ascii_lowercase):
        why = fields.pop(f"not {letter}", None)
        options.append(Option(letter, fields.pop(letter).text, None if why is None else why.text))
    if len({option.text for option in options}) < max(2, len(options)):
        raise document.error(
            "question", "a question of kind choice needs options 'a', 'b' …, no two alike", block.line - 1
        )
    answer = fields["answer"]
    right = next((option for option in options if option.letter == answer.text), None)
    if right is None:
        hint = f"one of {', '.join(option.letter for option in options)}"
        raise document.error("question", f"there is no option {answer.text!r}", answer.line, hint)
    if right.why is not None:
        raise document.error("question", f"'not {right.letter}' says that the answer is wrong", answer.line)
    return tuple(options)


def _fields(document: Document, block: Block) -> dict[str, Block]:
    """The values by their keys, each with the line on which it begins."""
    fields: dict[str, Block] = {}
    last = ""
    for number, line in enumerate(block.text.split("\n"), block.line):
        if not line.strip():
            continue
        if line[0].isspace():
            if not last:
                raise document.error("question", "there is no line before that this one could continue", number)
            fields[last] = Block(continued(fields[last].text, line.strip()).lstrip(), fields[last].line)
            continue
        key, colon, value = (part.strip() for part in line.partition(":"))
        if not colon:
            raise document.error("question", "a question is made of lines `key: value`", number)
        if key in fields:
            raise document.error("question", f"{key!r} is given twice", number)
        fields[key] = Block(value, number)
        last = key
    for key, field in fields.items():
        if not field.text:
            raise document.error("question", f"{key!r} has no value", field.line)
    return fields
