"""Lines of Chinese text on the screen: Rich ends lines at blanks only, and moves a whole sentence to the next one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from rich import _wrap

from gradcli.words.lines import pieces


@cache
def wrap_chinese() -> None:
    """Makes Rich end lines between Chinese characters as well, wherever it wraps text."""
    words = _wrap.words

    def parts(text: str) -> Iterable[tuple[int, int, str]]:
        for start, _, word in words(text):
            for piece in pieces(word):
                yield start, start + len(piece), piece
                start += len(piece)

    _wrap.words = parts
