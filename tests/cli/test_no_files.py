"""Which files are read and written is up to who writes the command line; with --no-files, none is."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, get_type_hints

import pytest
import typer

from gradcli.cli import options
from gradcli.cli.app import COMMANDS, application
from gradcli.scenario import library

Run = Callable[..., Any]
INSIDE = "what stands in the file 0x5ec4e7"
WITHOUT = {"functions", "scenario", "schema"}  # they take no values; a scenario is a program
REQUIRED = {
    "batch": ["--data", "-"],
    "plot": ["--over", "x=0:1"],
    "check": ["--grad", "x=2*x"],
    "jvp": ["--tangent", "x=1"],
    "hvp": ["--vector", "x=1"],
}


@pytest.fixture
def secret(tmp_path: Path) -> str:
    path = tmp_path / "secret"
    path.write_text(INSIDE)
    return str(path)


@pytest.fixture
def run_with_input(gradcli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """`run_with_input(text, *arguments)`: as `gradcli`, with this on standard input."""
    with ExitStack() as opened:

        def call(text: str, *arguments: str) -> Any:
            path = tmp_path / "input"
            path.write_text(text)
            monkeypatch.setattr(sys, "stdin", opened.enter_context(path.open()))
            return gradcli(*arguments)

        yield call


def commands() -> dict[str, Any]:
    group: Any = typer.main.get_command(application())
    return {name: group.commands[name] for name in COMMANDS}


def test_every_command_that_takes_values_has_the_option() -> None:
    having = {name for name, command in commands().items() if any("--no-files" in p.opts for p in command.params)}
    assert having == COMMANDS.keys() - WITHOUT


def test_what_names_a_file_is_known_to_the_option() -> None:
    """A new option for a file must be called FILE, which is what the refusal looks at."""
    for command in application().registered_commands:
        name = command.callback.__name__
        paths = {key for key, hint in get_type_hints(command.callback).items() if "Path" in str(hint)}
        for parameter in commands()[name].params:
            if parameter.name in paths and name not in WITHOUT:
                assert parameter.metavar in options.NAMING, (name, parameter.opts)


def refused() -> Iterator[tuple[str, str, list[str]]]:
    """Command, option, and how it would be given a file."""
    for name in sorted(COMMANDS.keys() - WITHOUT):
        for parameter in commands()[name].params:
            metavar = getattr(parameter, "metavar", None) or ""
            option = parameter.opts[0]
            if metavar in options.NAMING:
                yield name, option, [option, "{file}"]
            elif option in options.OPENING:
                yield name, option, [option]
            elif metavar.startswith("NAME=") or metavar == "VALUE":
                yield name, option, [option, "@{file}" if metavar == "VALUE" else "x = @{file}"]
                yield name, option, [option, "@-" if metavar == "VALUE" else "y=[1,2], x=@-"]


@pytest.mark.parametrize(("command", "option", "given"), list(refused()))
def test_no_option_reads_or_writes_a_file(
    gradcli: Run, secret: str, command: str, option: str, given: list[str]
) -> None:
    given = [word.format(file=secret) for word in given]
    expression = [] if command == "repl" else ["x**2"]
    needed = [] if REQUIRED.get(command, [""])[0] == option else REQUIRED.get(command, [])
    outcome = gradcli(command, *expression, *needed, *given, "--no-files")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == f"error: {option} reads or writes a file, which --no-files forbids\n"
    assert Path(secret).read_text() == INSIDE


def test_without_a_file_the_answer_is_the_same(gradcli: Run) -> None:
    line = ["diff", "x**2 @ x", "--at", "x=[1, 2]", "--json"]
    assert gradcli(*line, "--no-files").out == gradcli(*line).out


NAMED = "names a file, and data must not"
CLAIMS = [
    ({"expr": "x**2", "grad": {"x": "@{file}"}}, NAMED),
    ({"expr": "x**2", "grad": "x=@{file}"}, NAMED),
    ({"expr": "x**2", "grad": {"x": 6}, "at": {"x": "@{file}"}}, NAMED),
    ({"expr": "x**2", "grad": {"x": 6}, "at": "x = @{file}"}, NAMED),
    ({"expr": "x**2", "grad": {"x": 6}, "at": {"x": "@-"}}, NAMED),
    ({"expr": "a*x**2", "grad": {"x": 6}, "at": {"x": 3}, "let": {"a": "@{file}"}}, NAMED),
    ({"expr": "a*x**2", "grad": {"x": 6}, "at": {"x": 3}, "let": "a=@{file}"}, NAMED),
    ({"expr": "x**2", "grad": {"x": "2*x"}, "over": {"x": "@{file}"}}, NAMED),
    ({"expr": "x**2", "grad": {"x": 6}, "at": {"x": 3}, "cotangent": "@{file}"}, NAMED),
    ({"expr": "x**2", "grad": {"x": ["@{file}"]}}, "not a number or nested lists of numbers"),
    ({"expr": "x**2", "grad": {"x": " @{file}"}}, ""),
    ({"expr": "@{file}", "grad": {"x": 6}}, ""),
]


@pytest.mark.parametrize(("claim", "message"), CLAIMS, ids=str)
def test_a_claim_names_no_file(run_with_input: Run, secret: str, claim: dict[str, Any], message: str) -> None:
    outcome = run_with_input(json.dumps(claim).replace("{file}", secret) + "\n", "check", "-", "--format", "json")
    assert (outcome.code, INSIDE in outcome.out + outcome.err) == (2, False)
    assert message in json.loads(outcome.out)["error"]["message"]


def test_the_command_line_reads_files(gradcli: Run, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("1,2,3\n")
    (tmp_path / "grad.csv").write_text("2,4,6\n")
    at, grad = f"x=@{tmp_path / 'x.csv'}", f"x=@{tmp_path / 'grad.csv'}"
    assert gradcli("check", "sum(x**2)", "--at", at, "--grad", grad).code == 0


def test_lines_of_the_repl(run_with_input: Run, tmp_path: Path, secret: str) -> None:
    (tmp_path / "x.csv").write_text("1,2,3\n")
    lines = f"x = @{tmp_path / 'x.csv'}\nlet c = @{secret}\nx = 2\nx**2\n"
    outcome = run_with_input(lines, "repl", "--no-files", "--json")
    assert outcome.code == 2
    errors = [line["error"] for line in outcome.document["lines"]]
    assert ["names a file" in (error or {}).get("message", "") for error in errors] == [True, True, False, False]
    assert INSIDE not in outcome.out
    assert "names a file" not in run_with_input(lines, "repl", "--json").out


HEAD = "---\ntitle: A title\ntrack: basics\nminutes: 5\naim: An aim.\n---\n"


def test_a_question_of_a_page_names_no_file(gradcli: Run, tmp_path: Path, secret: str) -> None:
    page = tmp_path / "page.md"
    block = f"```question\nask: ?\nkind: gradient\nof: x**2\nat: x=@{secret}\nanswer: 2*x\n```\n"
    page.write_text(HEAD + block + "```python\nprint(1)\n```\n")
    outcome = gradcli("scenario", str(page))
    assert outcome.code == 2
    assert "names a file, and data must not" in outcome.err
    assert INSIDE not in outcome.err


@pytest.mark.parametrize("answer", ["@{file}", "x=@{file}", "[@{file}]"])
def test_an_answer_names_no_file(gradcli: Run, tmp_path: Path, secret: str, answer: str) -> None:
    answers = tmp_path / "answers"
    answers.write_text(answer.format(file=secret) + "\n")
    outcome = gradcli("scenario", "mean-of-squares", "--answers", str(answers))
    assert INSIDE not in outcome.out + outcome.err
    assert "cannot be read" not in outcome.err


@pytest.mark.parametrize("name", ["../README", "../../etc/passwd", "/etc/passwd", "mean-of-squares/../quadratic", "."])
def test_a_name_of_a_scenario_is_no_path(name: str) -> None:
    with pytest.raises(Exception, match="there is no scenario"):
        library.load(name)
