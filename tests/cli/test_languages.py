"""`gradcli scenario` in the reader's language."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pexpect
import pytest

from gradcli import words

Run = Callable[..., Any]

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.GBK"}, "zh"),
        ({"LANG": "zh-TW"}, "zh"),
        ({"LANG": "zhx"}, "en"),
        ({"LANG": "de_DE"}, "en"),
        ({"LANG": "zh_CN", "LC_MESSAGES": "en_GB"}, "en"),
        ({"LANG": "en_GB", "LC_MESSAGES": "", "LC_ALL": "zh"}, "zh"),
        ({"LANG": "zh_CN", "LC_ALL": "C"}, "en"),
        ({"LANGUAGE": "zh"}, "en"),
    ],
)
def test_the_language_of_a_locale(environment: dict[str, str], expected: str) -> None:
    assert words.of_locale(environment) == expected


def test_the_option_and_the_locale(gradcli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "抛物线的斜率" in gradcli("scenario", "quadratic", "--lang", "zh").out
    assert "The slope of a parabola" in gradcli("scenario", "quadratic").out
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "抛物线的斜率" in gradcli("scenario", "quadratic").out
    assert "The slope of a parabola" in gradcli("scenario", "quadratic", "--lang", "en").out


def test_what_is_said_around_a_page(gradcli: Run) -> None:
    out = gradcli("scenario", "mean-of-squares", "--lang", "zh").out
    for each in ("问题：", "答案：", "从 out 开始反向传播", "叶子张量", "本次梯度", "proved（已证明）"):
        assert each in out
    assert "5 处输出，5 处与文档一致；梯度：1 个 proved（已证明）" in out
    assert "接下来：gradcli scenario" in out
    assert "--lang zh" in out.splitlines()[-1]


def test_the_list_and_the_table(gradcli: Run) -> None:
    assert "先对自变量、再对各个系数" in gradcli("scenario", "--lang", "zh").out
    assert "篇教程" in gradcli("scenario", "--track", "graph", "--lang", "zh").out.splitlines()[-1]


def test_json_says_the_language(gradcli: Run) -> None:
    (chinese,) = gradcli("scenario", "quadratic", "--lang", "zh", "--json").document["scenarios"]
    assert (chinese["lang"], chinese["title"]) == ("zh", "抛物线的斜率")
    (english,) = gradcli("scenario", "quadratic", "--json").document["scenarios"]
    assert english["lang"] == "en"


def test_answers_under_a_name_with_a_chinese_colon(gradcli: Run, tmp_path: Path) -> None:
    answers = tmp_path / "answers"
    answers.write_text("＃ 说明\nmean-of-squares：\n3*(x+2)/2\n", encoding="utf-8")
    done = gradcli("scenario", "mean-of-squares", "--answers", str(answers), "--lang", "zh")
    assert (done.code, "答对 1 个" in done.out, "正确。" in done.out) == (0, True, True)


@pytest.mark.parametrize(
    ("locale", "encoding", "title"),
    [
        ("zh_CN.GBK", "gbk", "抛物线的斜率"),
        ("zh_CN.UTF-8", "utf-8", "抛物线的斜率"),
        ("zh_CN", "ascii", "The slope of a parabola"),
    ],
)
def test_an_encoding_without_chinese_gets_english(locale: str, encoding: str, title: str) -> None:
    environment = {
        **os.environ,
        "LC_ALL": locale,
        "PYTHONIOENCODING": encoding,
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "40",
    }
    done = subprocess.run(
        [sys.executable, "-m", "gradcli", "scenario", "quadratic"], capture_output=True, env=environment, check=True
    )
    assert title in done.stdout.decode(encoding)
    assert done.stderr == b""


def test_full_width_keys_while_stepping() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80"}
    command = ["-m", "gradcli", "scenario", "mean-of-squares", "--step", "--lang", "zh"]
    terminal = pexpect.spawn(sys.executable, command, env=environment, encoding="utf-8", timeout=30)  # type: ignore[arg-type]  # as os.environ is
    terminal.expect_exact("[1/6]")
    terminal.send("ｎ")
    terminal.expect_exact("[2/6]")
    terminal.send("？")
    terminal.expect_exact("空格")
    terminal.expect_exact("[2/6]")
    terminal.send("Ｑ")
    terminal.expect_exact("进度已保存")
    terminal.expect(pexpect.EOF)
