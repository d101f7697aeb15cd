"""Chinese in lines: where a line may end, and where the end of one in a source stands for no blank."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

NEVER_FIRST = frozenset("，。、；：？！）」』】》〉〕］｝…—·～”’,.;:?!)]}%")
"""Signs that belong to what is before them,"""
NEVER_LAST = frozenset("（「『【《〈〔［｛“‘([{")
"""and those that belong to what follows."""

_QUOTES = frozenset("“”‘’…—·")
"""Signs of both scripts: beside a Chinese one they are Chinese."""

_BLOCK = re.compile(r" {4}|\s*(?:[-+*]\s|\d+[.)]\s|[|>#])")
"""How a line begins that does not go on with the one before: code, an item of a list, a row, a quotation, a heading."""


def pieces(word: str) -> Iterator[str]:
    """The parts of a word between which a line may end: beside a Chinese sign, unless the two belong together."""
    start = 0
    for place in range(1, 0 if word.isascii() else len(word)):
        before, after = word[place - 1], word[place]
        if (_is_wide(before) or _is_wide(after)) and before not in NEVER_LAST and after not in NEVER_FIRST:
            yield word[start:place]
            start = place
    yield word[start:]


def joined(text: str) -> str:
    """Markdown without the ends of lines that stand for no blank."""
    first, *rest = text.split("\n")
    lines = [first]
    for line in rest:
        if _BLOCK.match(line) or lines[-1].startswith("#") or not _belong(lines[-1], line):
            lines.append(line)
        else:
            lines[-1] += line.lstrip()
    return "\n".join(lines)


def continued(text: str, line: str) -> str:
    """The text, going on with the line: a blank is between them, unless both are Chinese there."""
    return f"{text}{'' if _belong(text, line) else ' '}{line}"


def _belong(before: str, after: str) -> bool:
    """Whether no blank is between the end of a line and the next one; marks of emphasis do not count."""
    last, first = before.rstrip("*_")[-1:], after.lstrip().lstrip("*_")[:1]
    if not last or not first or last == " " or first == " ":
        return False
    if _is_wide(last) and _is_wide(first):
        return True
    if any(_is_wide(sign) and unicodedata.category(sign)[0] == "P" for sign in (last, first)):
        return True
    return (_is_wide(last) and first in _QUOTES) or (last in _QUOTES and _is_wide(first))


def _is_wide(sign: str) -> bool:
    return unicodedata.east_asian_width(sign) in ("W", "F")
