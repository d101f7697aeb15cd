"""Lines of Chinese: where they end on a screen, and which ends of lines in a source are no blanks."""

from __future__ import annotations

import io

import pytest
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.markdown import Markdown
from rich.text import Text

from gradcli.render.wrapping import wrap_chinese
from gradcli.words.lines import NEVER_FIRST, NEVER_LAST, continued, joined, pieces

TEXT = (
    "用 `requires_grad=True` 创建的张量是**叶子张量**（leaf tensor），以它为输入的运算“都会”被记录下来；"
    "由它算出的每个值，都记得自己来自哪一个运算……"
)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("tensor(x)[0]", ["tensor(x)[0]"]),
        ("叶子张量", ["叶", "子", "张", "量"]),
        ("量，再（看）“它”。", ["量，", "再", "（看）", "“它”。"]),
        ("用x算……", ["用", "x", "算……"]),
        ("", [""]),
    ],
)
def test_where_a_line_may_end(word: str, expected: list[str]) -> None:
    assert list(pieces(word)) == expected


def lines(renderable: RenderableType, width: int) -> list[str]:
    wrap_chinese()
    out = io.StringIO()
    Console(file=out, width=width).print(renderable)
    return [line.rstrip() for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("width", [20, 33, 40, 80])
@pytest.mark.parametrize(
    "renderable",
    [Text(TEXT), Markdown(TEXT), Markdown(f"- {TEXT}\n- {TEXT}"), Markdown(f"## {TEXT}"), Markdown(f"> {TEXT}")],
)
def test_lines_are_full_and_keep_the_prohibitions(renderable: RenderableType, width: int) -> None:
    shown = lines(renderable, width)
    assert max(map(cell_len, shown)) <= width
    bare = [line.strip(" •▌") for line in shown if line.strip(" •▌")]
    assert not [line for line in bare if line[0] in NEVER_FIRST - {"`"} or line[-1] in NEVER_LAST]
    assert len(bare) <= 2 * (cell_len(TEXT) // (width - 8) + 2)


def test_a_table_is_wrapped_too() -> None:
    shown = lines(Markdown(f"| 名称 | 说明 |\n|---|---|\n| x | {TEXT} |"), 40)
    assert max(map(cell_len, shown)) <= 40


def test_english_is_wrapped_as_before() -> None:
    assert lines(Text("one two three four"), 9) == ["one two", "three", "four"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("中文\n中文", "中文中文"),
        ("中文，\nx", "中文，x"),
        ("`x`\n，中", "`x`，中"),
        ("“中文”\n中文", "“中文”中文"),
        ("**中文**\n中文", "**中文**中文"),
        ("中文\nx", "中文\nx"),
        ("English\ntext", "English\ntext"),
        ("中文：\n- 项目\n- 项目", "中文：\n- 项目\n- 项目"),
        ("中文：\n1. 项目", "中文：\n1. 项目"),
        ("# 标题\n中文", "# 标题\n中文"),
        ("中文\n\n中文", "中文\n\n中文"),
        ("中文：\n\n    公式，\n    公式", "中文：\n\n    公式，\n    公式"),
        ("中文  \n中文", "中文  \n中文"),
    ],
)
def test_which_lines_are_joined(text: str, expected: str) -> None:
    assert joined(text) == expected


def test_what_goes_on_on_the_next_line() -> None:
    assert continued("这是", "什么") == "这是什么"
    assert continued("this", "that") == "this that"
