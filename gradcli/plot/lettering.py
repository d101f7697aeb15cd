"""How much room a text takes, where nobody can ask the font that a reader will have."""

from __future__ import annotations

import unicodedata

NARROW, COMMON, CAPITAL, BROAD, FULL = 0.42, 0.66, 0.8, 1.02, 1.05
"""Widths, as shares of the font's size, in the widest sans-serif fonts that browsers choose (DejaVu Sans, Verdana)."""

_NARROW = frozenset("iIjltfr.,:;|!'`()[]{}/\\ -")
_BROAD = frozenset("mMwW@%—…")


def text_width(text: str, size: float) -> float:
    """The width in pixels that a line of text has at most, at a font size in pixels."""
    return size * sum(map(_share, text))


def fitted(text: str, size: float, room: float) -> str:
    """The text, cut with an ellipsis where it is wider than `room` pixels."""
    if text_width(text, size) <= room:
        return text
    kept = len(text)
    while kept and text_width(f"{text[:kept]}…", size) > room:
        kept -= 1
    return f"{text[:kept]}…"


def _share(character: str) -> float:
    if character in _NARROW:
        return NARROW
    if character in _BROAD:
        return BROAD
    if unicodedata.east_asian_width(character) in "WF":
        return FULL
    if unicodedata.combining(character):
        return 0.0
    return CAPITAL if character.isupper() else COMMON
