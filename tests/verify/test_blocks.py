"""The verdict on a block, from those on its rows."""

from __future__ import annotations

from typing import Any

import pytest

from gradcli.verdict import Word
from gradcli.verify.blocks import verdict_on_block
from gradcli.verify.problem import Verdict

PROVED = Verdict(Word.PROVED, "two ulps", error=1e-17, tolerance=1e-15, worst=(3,))


@pytest.mark.parametrize("word", list(Word))
def test_the_worst_row_decides_and_is_named(word: Word) -> None:
    worst = Verdict(word, "why", error=1e-16, tolerance=1e-16, worst=(2,))
    found = verdict_on_block({(0,): PROVED, (1,): worst, (2,): PROVED}, 3)
    assert (found.word, found.worst) == (word, (1, 2))
    assert found.detail == ("why" if word.is_settled else "row [1]: why")


def test_of_equal_words_the_larger_error_decides() -> None:
    far = Verdict(Word.PROVED, "far", error=1e-15, tolerance=1e-15)
    assert verdict_on_block({(0,): PROVED, (1,): far}, 2).detail == "far"


@pytest.mark.parametrize(
    ("rows", "size", "word", "detail"),
    [
        ({(): PROVED}, 1, "proved", "two ulps"),
        ({(0,): PROVED, None: PROVED}, 9, "agrees", "1 of 9 rows"),
        (
            {None: Verdict(Word.MISMATCH, "why", worst=(0,)), (0,): PROVED},
            9,
            "mismatch",
            "a weighted sum of the 9 rows: why",
        ),
        ({(0,): PROVED, None: Verdict(Word.AGREES, "error 1e-9")}, 9, "agrees", "error 1e-9"),
    ],
)
def test_nothing_is_proved_unless_each_row_is(rows: Any, size: int, word: str, detail: str) -> None:
    found = verdict_on_block(rows, size)
    assert found.word == word
    assert detail in found.detail
