"""What counts as a success of `gradcli scenario`: something was checked, and all of it was right; and who runs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

HEAD = "---\ntitle: T\ntrack: basics\nminutes: 1\naim: See it.\n---\n"
QUESTION = (
    "```question\nask: What is 1 + 1?\nkind: value\nanswer: 2\nhint: Count.\n```\n\n"
    "```python\nprint(1 + 1)\n```\n\n```output\n2\n```\n"
)
AS_NOBODY = (
    "setpriv --reuid 54321 --regid 54321 --clear-groups --inh-caps +dac_read_search --ambient-caps +dac_read_search"
)
WITHOUT_ENTRY = "import pwd; pwd.getpwuid = lambda number: {}[number]; from gradcli.__main__ import main; main()"


def nobody() -> list[str]:
    """Begins a command as a user without an entry; or, where only root can do that, as one whose entry is not found."""
    if os.geteuid() == 0 and shutil.which("setpriv"):
        return [*AS_NOBODY.split(), sys.executable, "-m", "gradcli"]
    return [sys.executable, "-c", WITHOUT_ENTRY]


def page(folder: Path, text: str) -> str:
    path = folder / "page.md"
    path.write_text(HEAD + text, "utf-8")
    return str(path)


@pytest.mark.parametrize("option", [[], ["--json"]])
def test_a_page_without_code_is_no_success(gradcli: Run, tmp_path: Path, option: list[str]) -> None:
    outcome = gradcli("scenario", page(tmp_path, "Only prose.\n"), *option)
    assert outcome.code == 2
    assert "there is no code in it" in outcome.out + outcome.err
    assert "as documented" not in outcome.out


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (False, 1, "page: 1 of 2 outputs as documented"),
        (True, 0, "page: 1 of 1 output as documented; 1 of your own data"),
    ],
)
def test_outputs_of_the_readers_own_data_are_not_compared(
    gradcli: Run, tmp_path: Path, data: bool, code: int, words: str
) -> None:
    text = "```python\nprint(1)\n```\n\n```output embedded\n2\n```\n\n```python\nprint(3)\n```\n\n```output\n3\n```\n"
    outcome = gradcli("scenario", page(tmp_path, text), *(["--data", str(tmp_path)] if data else []))
    assert (outcome.code, words in outcome.out) == (code, True)


def test_a_large_gradient_is_summarised(gradcli: Run, tmp_path: Path) -> None:
    text = "```python\nimport torch\nx = torch.ones(20, 20, requires_grad=True)\nx.sum().backward()\n```\n"
    assert "1., 1., 1.,  ..., 1., 1., 1." in gradcli("scenario", page(tmp_path, text)).out


def test_it_can_be_taken_away(gradcli: Run, tmp_path: Path) -> None:
    assert gradcli("scenario", page(tmp_path, "Only prose.\n"), "--emit", "html").code == 0


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [("2", 0, "1 of 1 answer right"), ("3", 1, "0 of 1 answer right"), ("2*(", 1, "0 of 1 answer right")],
)
def test_answers_are_counted(gradcli: Run, tmp_path: Path, answer: str, code: int, words: str) -> None:
    answers = tmp_path / "answers.txt"
    answers.write_text(answer + "\n", "utf-8")
    outcome = gradcli("scenario", page(tmp_path, QUESTION), "--answers", str(answers))
    assert outcome.code == code
    assert outcome.out.rstrip().endswith(f"page: 1 of 1 output as documented; {words}")


def test_a_user_without_a_home_runs_scenarios(tmp_path: Path) -> None:
    path = page(tmp_path, QUESTION)
    env = {key: value for key, value in os.environ.items() if key not in ("HOME", "XDG_STATE_HOME")}
    command = [*nobody(), "scenario", path]
    found = subprocess.run(command, capture_output=True, text=True, env=env, cwd=tmp_path, check=False, timeout=60)
    assert "1 of 1 output as documented" in found.stdout
    assert found.stderr == "warning: what you have done cannot be written down: [Errno 2] there is no home folder\n"
    assert found.returncode == 0
