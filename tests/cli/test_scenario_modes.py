"""`gradcli scenario` beyond one run: progress, many at once, new files, updates, rules, limits."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pexpect
import pytest

from gradcli.render.schemas import schema_of
from gradcli.scenario import library

Run = Callable[..., Any]

ROOT = Path(__file__).parent.parent.parent
HEAD = "---\ntitle: A title\ntrack: basics\nminutes: 5\naim: An aim.\n---\n"


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two scenarios, which are all there are."""
    folder = tmp_path / "scenarios"
    folder.mkdir()
    for name in ("mean-of-squares", "quadratic"):
        shutil.copy(library.available()[name], folder)
    monkeypatch.setattr(library, "folder", lambda: folder)
    return folder


def of_code(code: str, path: str = "mine.md") -> str:
    Path(path).write_text(f"{HEAD}```python\n{code}\n```\n", encoding="utf-8")
    return path


def items(gradcli: Run, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
    outcome = gradcli("scenario", *arguments, "--json")
    assert outcome.code == code, outcome.out
    jsonschema.validate(outcome.document, schema_of("scenario"))
    return outcome.document["scenarios"]


def progress(gradcli: Run, name: str) -> dict[str, Any]:
    return next(item["progress"] for item in items(gradcli) if item["name"] == name)


class TestMany:
    def test_all(self, gradcli: Run, two: Path) -> None:
        outcome = gradcli("scenario", "--all")
        assert (outcome.code, outcome.err) == (0, "")
        assert [line.split()[0] for line in outcome.out.splitlines()[1:3]] == ["mean-of-squares", "quadratic"]
        assert outcome.out.splitlines()[-1] == "2 of 2 scenarios passed"

    def test_all_where_one_differs(self, gradcli: Run, two: Path) -> None:
        path = two / "quadratic.md"
        path.write_text(path.read_text().replace("tensor(-2.)", "tensor(-3.)"))
        outcome = gradcli("scenario", "--all")
        assert outcome.code == 1
        assert "-tensor(-3.)" in outcome.out
        assert outcome.out.splitlines()[-1] == "1 of 2 scenarios passed"
        assert [item["passed"] for item in items(gradcli, "--all", code=1)] == [True, False]

    def test_a_track(self, gradcli: Run, two: Path) -> None:
        assert [item["name"] for item in items(gradcli, "--track", "gradients")] == ["quadratic"]

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["--track", "basic"], "there is no track 'basic'"),
            (["quadratic", "--all"], "give names, or --track, or --all"),
            (["quadratic", "--lint", "--update"], "--update and --lint exclude each other"),
            (["--update"], "--update needs a name, --track or --all"),
            (["--watch", "--all"], "--watch shows one file"),
            (["quadratic", "--watch", "--json"], "--watch shows one file"),
            (["new"], "give one name"),
            (["quadratic", "--timeout", "-1"], "--timeout"),
        ],
    )
    def test_wrong_usage(self, gradcli: Run, two: Path, arguments: list[str], words: str) -> None:
        outcome = gradcli("scenario", *arguments)
        assert outcome.code == 2
        assert words in outcome.err + outcome.out


class TestProgress:
    def test_a_run_is_remembered_until_it_is_reset(self, gradcli: Run, two: Path) -> None:
        assert not progress(gradcli, "quadratic")["passed"]
        gradcli("scenario", "quadratic")
        done = progress(gradcli, "quadratic")
        assert done["passed"]
        assert done["steps"] == done["seen"] == done["run"]
        assert "passed" in next(line for line in gradcli("scenario").out.splitlines() if "quadratic" in line)
        assert not progress(gradcli, "mean-of-squares")["passed"]
        (item,) = items(gradcli, "quadratic", "--reset")
        assert item["progress"] == progress(gradcli, "quadratic")
        assert item["progress"]["seen"] == 0

    def test_reset_of_everything(self, gradcli: Run, two: Path) -> None:
        gradcli("scenario", "quadratic", of_code("a = 1"))
        assert gradcli("scenario", "--reset").out == "forgot 2 scenarios\n"
        assert gradcli("scenario", "--reset").out == "forgot 0 scenarios\n"

    def test_a_folder_that_cannot_be_written_is_told(self, gradcli: Run, two: Path, tmp_path: Path) -> None:
        (tmp_path / "state").write_text("a file, not a folder")
        outcome = gradcli("scenario", "quadratic")
        assert outcome.code == 0
        assert outcome.err.startswith("warning: what you have done cannot be written")


class TestNewUpdateLint:
    def test_a_new_scenario_is_in_order(self, gradcli: Run) -> None:
        assert gradcli("scenario", "new", "chain-rule").code == 0
        assert gradcli("scenario", "chain-rule.md").code == 0
        (item,) = items(gradcli, "chain-rule.md", "--lint")
        assert item["problems"] == []

    def test_nothing_is_overwritten(self, gradcli: Run) -> None:
        Path("mine.md").write_text("precious")
        outcome = gradcli("scenario", "new", "mine.md")
        assert (outcome.code, Path("mine.md").read_text()) == (2, "precious")
        assert "is there already" in outcome.err

    @pytest.mark.parametrize("name", ["new", "A name", "a/../-b", ".md"])
    def test_names_that_are_none(self, gradcli: Run, name: str) -> None:
        outcome = gradcli("scenario", "new", name)
        assert outcome.code == 2
        assert "cannot be the name of a scenario" in outcome.err
        assert list(Path().glob("*.md")) == []

    def test_update(self, gradcli: Run) -> None:
        path = of_code("print(1)")
        assert gradcli("scenario", path).code == 1
        assert gradcli("scenario", path, "--update").out == "mine.md: 1 output block changed\n"
        assert gradcli("scenario", path).code == 0
        (item,) = items(gradcli, path, "--update")
        assert item["updated"] == 0

    def test_code_that_raises_is_not_written_down(self, gradcli: Run) -> None:
        path = of_code("print(1)\n1 / 0")
        before = Path(path).read_bytes()
        outcome = gradcli("scenario", path, "--update")
        assert (outcome.code, Path(path).read_bytes()) == (1, before)
        assert "ZeroDivisionError" in outcome.out
        assert outcome.out.endswith("mine.md: nothing was written, since a block raises\n")

    def test_lint(self, gradcli: Run) -> None:
        question = "```question\nask: What is 2?\nkind: value\nanswer: 3\nshown: two\n```\n"
        Path("mine.md").write_text(
            f"{HEAD}See [this](gone.md), [that](mine.md#here), [the web](https://example.org) and\n"
            f"`gradcli scenario nowhere`, `gradcli scenario quadratic`, `gradcli scenario --all`.\n\n{question}"
            "```python\ntwo = 2\nprint(two)\n```\n```python\n1 / 0\n```\n```python\n```\n"
        )
        (item,) = items(gradcli, "mine.md", "--lint", code=1)
        assert [(problem["line"], problem["message"].split(":")[0]) for problem in item["problems"]] == [
            (7, "the link leads to 'gone.md', which is not there"),
            (8, "there is no scenario 'nowhere'"),
            (11, "it has no hint"),
            (11, "the answer is 3, but two is 2"),
            (17, "the code prints something"),
            (21, "the code raises"),
            (24, "this code was not executed"),
        ]
        outcome = gradcli("scenario", "mine.md", "--lint")
        assert outcome.out.splitlines()[0] == "mine.md:7: the link leads to 'gone.md', which is not there"
        assert outcome.out.splitlines()[-1] == "1 scenario, 7 problems"


def test_an_endless_loop_is_told_with_its_line(gradcli: Run) -> None:
    outcome = gradcli("scenario", of_code("a = 1\nwhile True:\n    a += 1"), "--timeout", "0.3")
    assert outcome.code == 1
    assert 'File "mine.md", line ' in outcome.out
    assert "stopped after 0.3 s (--timeout)" in outcome.out


def start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "gradcli", "scenario", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


INTERRUPTED_IMPORT = """
import sys
from gradcli.__main__ import main

unlucky = sys.argv.pop()

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == unlucky:
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupting())
main()
"""


@pytest.mark.parametrize("module", ["gradcli.verify.client", "typer", "gradcli.scenario.runner"])
def test_an_interrupt_while_modules_are_imported(module: str) -> None:
    command = [sys.executable, "-c", INTERRUPTED_IMPORT, "scenario", "mean-of-squares", module]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "")


def test_an_interrupt_leaves_no_traceback_and_what_was_written(gradcli: Run) -> None:
    slow = "import pathlib, time\npathlib.Path('begun').touch()\ntime.sleep(60)"
    process = start(of_code("a = 1", "first.md"), of_code(slow, "second.md"))
    while not Path("begun").exists():
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, "")
    (state,) = Path("state").rglob("*.txt")
    assert "passed: yes" in state.read_text()
    assert list(Path("state").rglob(".*")) == []


class TestTerminal:
    TRAINING = (
        "import time, torch\nfrom torch.utils.data import DataLoader\nw = torch.ones(3, requires_grad=True)\n"
        "for batch in DataLoader(torch.ones(20, 3), batch_size=2):\n"
        "    (w * batch).sum().backward()\n    time.sleep(0.25)"
    )

    def test_a_long_step_has_a_bar(self) -> None:
        path = of_code(self.TRAINING)
        terminal = pexpect.spawn(
            sys.executable, ["-m", "gradcli", "scenario", path], encoding="utf-8", timeout=30, dimensions=(30, 100)
        )
        terminal.expect(r"\d+ backward passes, loss 6")
        terminal.expect("mine: 1 of 1 output as documented")
        terminal.expect(pexpect.EOF)
        terminal.close()
        assert terminal.exitstatus == 0

    def test_a_pipe_has_none(self) -> None:
        process = start(of_code(self.TRAINING))
        out, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, "")
        assert "loss" not in out.replace("loss)", "")
        assert "5 backward passes not checked" in " ".join(out.split())

    def test_watch(self) -> None:
        path = of_code("a = 1\nprint(a)\n```\n\n```output\n1\n```\n\n```python\nb = a")
        terminal = pexpect.spawn(
            sys.executable, ["-m", "gradcli", "scenario", path, "--watch"], encoding="utf-8", timeout=30
        )
        terminal.expect("watching mine.md; Ctrl-C ends it")
        text = Path(path).read_text()
        Path(path).write_text(text.replace("a = 1", "a = 2"))
        terminal.expect(r"-1\S*\s+\S*\+2")  # and colours
        terminal.expect("1 of 2 outputs")
        assert "b = a" not in terminal.before
        Path(path).write_text(text.replace("```output", "```outptu"))
        terminal.expect("a fence must say")
        Path(path).write_text(text)
        terminal.expect("2 of 2 outputs")
        terminal.sendintr()
        terminal.expect(pexpect.EOF)
        terminal.close()
        assert terminal.exitstatus == 130
        assert "Traceback" not in terminal.before


def test_the_documents_of_errors(gradcli: Run) -> None:
    error = json.loads(gradcli("scenario", "new", "new", "--json").out)["error"]
    assert error["code"] == "name"
