"""A block's output against what the document shows.

Lines must be equal character for character, except that

- a number with a decimal point agrees if, rounded to as many digits as the document shows, it is the document's number;
- addresses (0x7f…), the codes that colour a terminal, and blanks at the end of a line do not count;
- of a traceback only its last line counts.

A block that the document shows no output for must print nothing.
"""

from __future__ import annotations

import difflib
import re
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from itertools import zip_longest

_TRACEBACK = "Traceback (most recent call last):"
_COLOURS = re.compile(r"\x1b\[[\d;]*m")
_ADDRESS = re.compile(r"0x[0-9a-f]+")
_NUMBER = re.compile(r"(?<![\w.])\d+\.\d*(?:e[+-]?\d+)?(?![\w.])")


def difference(expected: str | None, printed: str) -> str | None:
    """A unified diff from what the document shows (None for nothing) to what was printed; None if they agree."""
    wanted, got = _lines(expected or ""), _lines(printed)
    # A line that agrees is not shown as a difference because of its last digits.
    pairs = zip_longest(wanted, got)
    shown = [want if want is not None and line is not None and agree(want, line) else line for want, line in pairs]
    got = [line for line in shown if line is not None]
    if wanted == got:
        return None
    name = "document" if expected is not None else "document (no output block)"
    return "\n".join(difflib.unified_diff(wanted, got, name, "printed", lineterm=""))


def agree(expected: str, printed: str) -> bool:
    """True if a printed line is the document's line by the rules above."""
    if _NUMBER.sub("#", expected) != _NUMBER.sub("#", printed):
        return False
    return all(map(_same_number, _NUMBER.findall(expected), _NUMBER.findall(printed)))


def is_traceback(text: str) -> bool:
    """True if a traceback stands in it."""
    return _TRACEBACK in text.split("\n")


def without_colours(text: str) -> str:
    """The text without the codes that colour a terminal."""
    return _COLOURS.sub("", text)


def _lines(text: str) -> list[str]:
    lines, inside = [], False
    for line in text.split("\n"):
        line = _ADDRESS.sub("0x…", without_colours(line).rstrip())
        inside = line == _TRACEBACK or (inside and line.startswith(" "))
        if not inside:
            lines.append(line)
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _same_number(expected: str, printed: str) -> bool:
    """The printed number, rounded to the digits of the expected one, is that number."""
    if expected == printed:
        return True
    shown, exact = Decimal(expected), Decimal(printed)
    digits = int(shown.as_tuple().exponent)
    if digits >= 0 or int(exact.as_tuple().exponent) > digits:
        return False  # the document's number is whole, or more exact than the printed one
    with localcontext(prec=400):
        return exact.quantize(Decimal(1).scaleb(digits), ROUND_HALF_EVEN) == shown
