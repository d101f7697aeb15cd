"""The verdict on a block, from those on its rows."""

from __future__ import annotations

from typing import Any

import pytest

from gradcli.verify.blocks import WORST_FIRST, verdict_on_block
from gradcli.verify.problem import Verdict

PROVED = Verdict("proved", "thirty digits", error=1e-17, tolerance=1e-15, worst=(3,))


@pytest.mark.parametrize("word", WORST_FIRST)
def test_the_worst_row_decides_and_is_named(word: str) -> None:
    worst = Verdict(word, "why", error=1e-16, tolerance=1e-16, worst=(2,))
    found = verdict_on_block({(0,): PROVED, (1,): worst, (2,): PROVED}, 3)
    assert (found.word, found.worst) == (word, (1, 2))
    assert found.detail == ("why" if word in ("proved", "agrees") else "row [1]: why")


def test_of_equal_words_the_larger_error_decides() -> None:
    far = Verdict("proved", "far", error=1e-15, tolerance=1e-15)
    assert verdict_on_block({(0,): PROVED, (1,): far}, 2).detail == "far"


@pytest.mark.parametrize(
    ("rows", "size", "word", "detail"),
    [
        ({(): PROVED}, 1, "proved", "thirty digits"),
        ({(0,): PROVED, None: PROVED}, 9, "agrees", "1 of 9 rows"),
        (
            {None: Verdict("mismatch", "why", worst=(0,)), (0,): PROVED},
            9,
            "mismatch",
            "a weighted sum of the 9 rows: why",
        ),
        ({(0,): PROVED, None: Verdict("agrees", "error 1e-9")}, 9, "agrees", "error 1e-9"),
    ],
)
def test_nothing_is_proved_unless_each_row_is(rows: Any, size: int, word: str, detail: str) -> None:
    found = verdict_on_block(rows, size)
    assert found.word == word
    assert detail in found.detail
