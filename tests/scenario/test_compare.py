"""What counts as the same output, and what does not."""

from __future__ import annotations

import pytest

from gradcli.scenario.compare import difference


@pytest.mark.parametrize(
    ("expected", "printed"),
    [
        ("", ""),
        ("tensor(4.5000)", "tensor(4.5000)\n"),
        ("a\nb", "a\nb\n\n"),
        ("1.0000", "0.99996"),
        ("-2.25", "-2.2549999"),
        ("1.0e-05", "1.04e-05"),
        ("tensor([1.5, nan, inf])", "tensor([1.5, nan, inf])"),
        ("<AddBackward0 object at 0x7f12ab>", "<AddBackward0 object at 0x55aa00cc>"),
        ("blanks", "blanks   "),
        ("2.4", "2.45000"),
    ],
)
def test_the_same(expected: str, printed: str) -> None:
    assert difference(expected, printed) is None


@pytest.mark.parametrize(
    ("expected", "printed"),
    [
        ("4.5000", "4.5001"),
        ("4.5000", "4.5"),
        ("4.5000", "4.499949"),
        ("28", "29"),
        ("28", "28.4"),
        ("28.", "28.4"),
        ("28.", "28"),
        ("3", "3.0"),
        ("nan", "inf"),
        ("-1.0", "1.0"),
        ("1.0e-05", "1.0e-06"),
        ("tensor(1.5, grad_fn=<MulBackward0>)", "tensor(1.5, grad_fn=<DivBackward0>)"),
        ("[1.5,  2.5]", "[1.5, 2.5]"),
        ("a", "a\nb"),
        ("a\nb", "a"),
        ("", "printed"),
        ("expected", ""),
        ("x1.5", "x1.51"),
    ],
)
def test_different(expected: str, printed: str) -> None:
    assert difference(expected, printed) is not None


def test_the_diff_names_both_sides_and_shows_only_what_differs() -> None:
    text = difference("1.0000\n2.0000\nsame", "0.99999\n3.0000\nsame")
    assert text.split("\n")[:2] == ["--- document", "+++ printed"]
    assert [line for line in text.split("\n")[2:] if line[0] in "+-"] == ["-2.0000", "+3.0000"]


def test_without_an_output_block_nothing_may_be_printed() -> None:
    assert difference(None, "") is None
    assert "no output block" in difference(None, "1\n")
