"""`gradcli scenario FILE --step` in a real terminal, and --answers, --fresh and --seed."""

from __future__ import annotations

import os
import re
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pexpect
import pytest

from gradcli.render.schemas import schema_of

ROOT = Path(__file__).parent.parent.parent
SCENARIO = """\
---
title: A square
track: gradients
minutes: 5
aim: Know the slope of a square.
---
The first step.

```python
import torch
x = torch.tensor(3.0, requires_grad=True)
y = x**2
print(y)
```

```output
tensor(9., grad_fn=<PowBackward0>)
```

The second step.

```question
ask: What is the slope of x squared at 3?
kind: gradient
of: x**2
at: x=3
answer: 2*x
fresh: x=2..9
hint: The exponent comes down.
```

```python
y.backward()
print(x.grad)
```

```output
tensor(6.)
```

The third step.

```python
print("done")
```

```output
done
```
"""
STYLE = r"\x1b\[[\d;]*m"
ARROWS = {"up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D"}

Start = Callable[..., Any]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "square.md"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


@pytest.fixture
def start(tmp_path: Path, path: Path) -> Iterator[Start]:
    """`start(columns)`: the command in a terminal of that width; the state is the test's own."""
    env = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES", "FORCE_COLOR")}
    env |= {"PYTHONPATH": str(ROOT), "TERM": "xterm", "NO_COLOR": "1", "HOME": str(tmp_path)}
    env["XDG_STATE_HOME"] = str(tmp_path / "state")
    terminals = []

    def spawn(columns: int = 80) -> Any:
        command = ["-m", "gradcli", "scenario", str(path), "--step"]
        terminal = pexpect.spawn(
            sys.executable, command, env=env, dimensions=(40, columns), timeout=30, encoding="utf-8"
        )
        terminals.append(terminal)
        return terminal

    yield spawn
    for terminal in terminals:
        terminal.close(force=True)


def see(terminal: Any, text: str) -> None:
    """Waits until the words of the text have been printed, in whatever style and lines."""
    terminal.expect(rf"(?:{STYLE}|\s)*".join(map(re.escape, text.split())))


def ended(terminal: Any) -> int:
    """The exit code."""
    terminal.expect(pexpect.EOF)
    terminal.close()
    return int(terminal.exitstatus)


def saved(folder: Path) -> dict[str, str]:
    (file,) = (folder / "state").rglob("*.txt")
    return dict(line.split(": ") for line in file.read_text("utf-8").splitlines())


def test_a_session(start: Start, tmp_path: Path) -> None:
    terminal = start()
    see(terminal, "The first step")
    see(terminal, "tensor(9., grad_fn=<PowBackward0>)")
    see(terminal, "[1/3] n next")
    terminal.send("g")
    see(terminal, "PowBackward0")
    see(terminal, "AccumulateGrad")
    terminal.send("n")
    see(terminal, "The second step")
    see(terminal, "What is the slope of x squared at 3")
    assert "6." not in terminal.before  # the answer is not shown
    see(terminal, "[2/3] a answer")
    terminal.send("h")
    see(terminal, "hint: The exponent comes down")
    terminal.send("a")
    see(terminal, "answer:")
    terminal.sendline("3*(")
    see(terminal, "cannot be read: '(' is never closed")
    terminal.send("a")
    see(terminal, "answer:")
    terminal.sendline("-6")
    see(terminal, "Not right")
    see(terminal, "Only the sign is wrong")
    terminal.send("b")
    see(terminal, "The first step")
    terminal.send(ARROWS["right"])
    see(terminal, "What is the slope")
    terminal.send("\r")
    see(terminal, "answer:")
    terminal.sendline("2x")
    see(terminal, "Right. It is the derivative everywhere; SymPy finds no difference either")
    see(terminal, "tensor(6.)")
    see(terminal, "proved")
    terminal.send("q")
    assert ended(terminal) == 0
    assert saved(tmp_path)["place"] == "1"

    terminal = start()
    see(terminal, "You go on at step 2")
    see(terminal, "What is the slope")
    terminal.send("s")
    see(terminal, "Answer: 2*x")
    see(terminal, "tensor(6.)")
    terminal.send("r")
    see(terminal, "tensor(6.)")  # not 12: everything is run again
    terminal.send(" ")
    see(terminal, "The third step")
    terminal.send("n")
    see(terminal, "3 of 3 outputs as documented")
    assert ended(terminal) == 0
    assert (saved(tmp_path)["place"], saved(tmp_path)["passed"]) == ("0", "yes")


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_ctrl_c_and_the_end_of_the_input_keep_the_place(start: Start, tmp_path: Path, key: str) -> None:
    terminal = start()
    before = termios.tcgetattr(terminal.child_fd)
    see(terminal, "n next")
    terminal.send("n")
    see(terminal, "a answer")
    terminal.send(key)
    terminal.expect(pexpect.EOF)
    assert termios.tcgetattr(terminal.child_fd) == before
    assert ended(terminal) == (130 if key == "\x03" else 0)
    assert saved(tmp_path)["place"] == "1"


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_the_same_while_answering(start: Start, tmp_path: Path, key: str) -> None:
    terminal = start()
    see(terminal, "n next")
    terminal.send("na")
    see(terminal, "answer:")
    terminal.send(key)
    assert ended(terminal) == (130 if key == "\x03" else 0)
    assert saved(tmp_path)["place"] == "1"


def test_ctrl_c_while_a_step_runs(start: Start, path: Path, tmp_path: Path) -> None:
    path.write_text(SCENARIO.replace('print("done")', "import time\ntime.sleep(60)"), encoding="utf-8")
    terminal = start()
    see(terminal, "n next")
    terminal.send("nsn")
    see(terminal, "The third step")
    terminal.sendintr()
    assert ended(terminal) == 130
    assert saved(tmp_path)["place"] == "2"


def test_keys_that_mean_nothing_and_help(start: Start) -> None:
    terminal = start()
    see(terminal, "n next")
    terminal.send("xyza1")
    terminal.send("?")
    see(terminal, "the step before")
    terminal.send(ARROWS["up"])
    see(terminal, "This is the first step")
    terminal.send("q")
    assert ended(terminal) == 0


def test_what_is_typed_ahead_is_not_lost(start: Start) -> None:
    terminal = start()
    see(terminal, "n next")
    terminal.send("na6\r")
    see(terminal, "Right. ")
    see(terminal, "tensor(6.)")
    terminal.send("q")
    assert ended(terminal) == 0


def test_what_is_typed_while_a_step_runs_waits_unseen(start: Start, path: Path) -> None:
    slow = "import time\nprint('begun', flush=True)\ntime.sleep(1)\nprint(y)"
    path.write_text(SCENARIO.replace("print(y)", slow).replace("tensor(9.", "begun\ntensor(9."), encoding="utf-8")
    terminal = start()
    see(terminal, "The first step")
    terminal.send("n")
    terminal.send("?")
    see(terminal, "n next")
    assert not re.search(r"^n\?", terminal.before, re.MULTILINE)
    see(terminal, "a answer")
    see(terminal, "the step before")
    terminal.send("q")
    assert ended(terminal) == 0


def test_forty_columns(start: Start) -> None:
    terminal = start(40)
    see(terminal, "n next")
    terminal.send("n")
    see(terminal, "a answer")
    terminal.send("?")
    see(terminal, "you go on here later")
    terminal.send("s")
    see(terminal, "n next")
    terminal.send("q")
    text = terminal.before
    assert ended(terminal) == 0
    assert max(map(len, re.sub(STYLE, "", text).splitlines())) <= 40


def test_a_step_that_raises_is_the_last(start: Start, path: Path) -> None:
    path.write_text(SCENARIO.replace("print(y)", "1/0"), encoding="utf-8")
    terminal = start()
    see(terminal, "ZeroDivisionError")
    see(terminal, "n next")
    terminal.send("n")
    see(terminal, "what follows cannot be run")
    terminal.send("q")
    assert ended(terminal) == 1


# --- without a terminal


@pytest.fixture
def run(gradcli: Callable[..., Any], tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    """`run("--fresh")`: the command's outcome; `run("--answers", answers="2x")` with a file of answers."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def call(*arguments: str, answers: str | None = None) -> Any:
        if answers is not None:
            file = tmp_path / "answers.txt"
            file.write_text(answers, encoding="utf-8")
            arguments = ("--answers", str(file), *arguments)
        return gradcli("scenario", str(path), *arguments)

    return call


def test_questions_are_shown_with_their_answers(run: Start) -> None:
    for arguments in ((), ("--step",)):
        outcome = run(*arguments)
        assert outcome.code == 0
        assert "Question: What is the slope of x squared at 3?" in outcome.out
        assert "Answer: 2*x" in outcome.out


@pytest.mark.parametrize(
    ("answers", "code", "words"),
    [
        ("2x", 0, "Right. It is the derivative everywhere"),
        ("-6", 1, "Only the sign"),
        ("", 1, "It was not answered"),
        ("# nothing yet", 1, "It was not answered"),
        ("square:\n6", 0, "Right."),
    ],
)
def test_answers_from_a_file(run: Start, answers: str, code: int, words: str) -> None:
    outcome = run(answers=answers or "square:")
    assert (outcome.code, words in outcome.out) == (code, True)


def test_an_answer_in_a_file_that_cannot_be_read_is_wrong(run: Start, tmp_path: Path) -> None:
    outcome = run(answers="2*(x")
    assert outcome.code == 1
    said = f"Not right. Line 1 of {tmp_path / 'answers.txt'} cannot be read: '(' is never closed"
    assert said in " ".join(outcome.out.split())


def test_judgements_in_json(run: Start) -> None:
    outcome = run("--json", answers="-6")
    jsonschema.validate(outcome.document, schema_of("scenario"))
    (scenario,) = outcome.document["scenarios"]
    assert [step["question"] is None for step in scenario["steps"]] == [True, False, True]
    question = scenario["steps"][1]["question"]
    assert (question["of"], question["at"], question["answer"]) == ("x**2", "x=3", "2*x")
    assert question["judgement"] == {
        "answer": "-6",
        "right": False,
        "why": "It is not the derivative with respect to x.",
        "misconception": "sign",
        "hint": "Only the sign is wrong.",
        "read": None,
    }
    assert not scenario["passed"]
    assert run("--json").document["scenarios"][0]["steps"][1]["question"]["judgement"] is None


def test_fresh_numbers(run: Start) -> None:
    points = [
        run("--fresh", "--seed", seed, "--json").document["scenarios"][0]["steps"][1]["question"]["at"]
        for seed in ("1", "1", "2")
    ]
    assert points[0] == points[1] != points[2]
    assert run("--fresh", "--seed", "2", answers="2x").code == 0
    assert run("--fresh", "--seed", "2", answers="6").code == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--seed", "1"), "--seed needs --fresh"),
        (("--step", "--answers", "f"), "--step and --answers exclude each other"),
        (("--answers", "nowhere.txt"), "there is no file 'nowhere.txt'"),
    ],
)
def test_wrong_usage(run: Start, arguments: tuple[str, ...], message: str) -> None:
    outcome = run(*arguments)
    assert (outcome.code, message in outcome.err) == (2, True)
