"""The lines `key: value` between the first two lines `---` of a scenario."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gradcli.scenario.document import Block, Document

TRACKS = ("start", "tensors", "basics", "gradients", "graph", "training")
"""In the order in which they are listed."""

FIELDS = ("title", "track", "minutes", "aim")
"""What must be said."""

OPTIONAL = ("order", "needs", "next", "covers")
"""What may be said."""

LAST = 1000
"""The place in its track of a scenario that does not name one."""

_NAMES = re.compile(r"[\w.-]+(\s*,\s*[\w.-]+)*")


@dataclass(frozen=True)
class FrontMatter:
    """What is said about a scenario.

    minutes  how long it takes
    aim      what the reader can do afterwards, one sentence
    order    the place in the track, from 1
    needs    the scenarios to know before
    next     those that go on from here; none is the one that follows in the list
    covers   the sections of documents that it teaches, for instance S2.softmax
    """

    title: str
    track: str
    minutes: int
    aim: str
    order: int
    needs: tuple[str, ...]
    next: tuple[str, ...]
    covers: tuple[str, ...]


def front_matter(document: Document) -> tuple[FrontMatter, int]:
    """The front matter, and the index of the line after it. Raises InputError, with its line, for what is wrong."""
    fields, end = _fields(document)
    track = fields["track"]
    if track.text not in TRACKS:
        raise document.error("front-matter", f"unknown track {track.text!r}", track.line, f"one of {', '.join(TRACKS)}")
    return FrontMatter(
        title=fields["title"].text,
        track=track.text,
        minutes=_whole(document, fields["minutes"], "minutes"),
        aim=fields["aim"].text,
        order=_whole(document, fields["order"], "order") if "order" in fields else LAST,
        needs=_names(document, fields, "needs"),
        next=_names(document, fields, "next"),
        covers=_names(document, fields, "covers"),
    ), end


def _fields(document: Document) -> tuple[dict[str, Block], int]:
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


def _whole(document: Document, field: Block, key: str) -> int:
    if not field.text.isdecimal() or int(field.text) == 0:
        message = f"{key} must be a whole number from 1 on, not {field.text!r}"
        raise document.error("front-matter", message, field.line)
    return int(field.text)


def _names(document: Document, fields: dict[str, Block], key: str) -> tuple[str, ...]:
    if key not in fields:
        return ()
    field = fields[key]
    if not _NAMES.fullmatch(field.text):
        raise document.error("front-matter", f"{key} must be names with commas between them", field.line)
    return tuple(name.strip() for name in field.text.split(","))
