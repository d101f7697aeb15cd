"""Every example in the READMEs and in --help is run, and shows what the README says it shows.

In a ```console block of the README a line that begins with `$ ` is a command, which exits with 0 or the code in its
comment `# exits with 3`. The lines below it, if there are any, are all that it prints, errors and notes included.
"""

from __future__ import annotations

import html
import os
import re
import runpy
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from gradcli.cli.app import COMMANDS, application

ROOT = Path(__file__).parent.parent
SCREENS = ROOT / "docs" / "screens"


@dataclass(frozen=True)
class Example:
    """A command line, the exit code and the output it should have; None where no output is given."""

    command: str
    code: int = 0
    output: str | None = None


def examples_in(markdown: str) -> list[Example]:
    """The examples in the ```console blocks of a document."""
    examples = []
    for block in re.findall(r"^```console\n(.*?)^```$", markdown, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, output = part.partition("\n")
            command, _, code = line.partition("   # exits with ")
            examples.append(Example(command, int(code or 0), output.rstrip() or None))
    return examples


def examples_in_help() -> list[Example]:
    """The lines of the commands' docstrings that are commands."""
    texts = [command.callback.__doc__ or "" for command in application().registered_commands if command.callback]
    lines = [line.strip() for text in texts for line in text.splitlines()]
    return [Example(line) for line in lines if line.startswith("gradcli ")]


def shell(command: str, folder: Path) -> tuple[int, str]:
    """The exit code of a command line run in a folder, and all that it prints, without blanks at the ends of lines."""
    functions = f'gradcli() {{ "{sys.executable}" -m gradcli "$@"; }}; python3() {{ "{sys.executable}" "$@"; }}'
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "FORCE_COLOR")}
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{functions}; {command}"],
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        env=environment,
        cwd=folder,
    )
    return done.returncode, "\n".join(line.rstrip() for line in done.stdout.splitlines()).rstrip()


README = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh.md").read_text(encoding="utf-8")
EXAMPLES = list(dict.fromkeys([*examples_in(README), *examples_in(CHINESE), *examples_in_help()]))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.command)
def test_example(example: Example, tmp_path: Path) -> None:
    code, output = shell(example.command, tmp_path)
    assert code == example.code, output
    if example.output is not None:
        assert output == example.output


def test_every_command_has_an_example_in_its_help() -> None:
    shown = {example.command.split()[1] for example in examples_in_help()}
    assert shown == COMMANDS.keys()


def test_the_first_example_is_the_main_job() -> None:
    for readme in (README, CHINESE):
        first = readme.index("gradcli diff")
        main_job = readme[first : readme.index("\n", first)]
        assert main_job in [example.command for example in examples_in(readme)]
    assert examples_in(README)[0].command == main_job


def test_what_an_example_is() -> None:
    text = "```console\n$ gradcli a | b   # exits with 3\nout\n\nput\n$ gradcli c\n```\n\n```sh\n$ no\n```\n"
    assert examples_in(text) == [Example("gradcli a | b", 3, "out\n\nput"), Example("gradcli c")]


def text_of(svg: str) -> str:
    """What stands in a picture, without how it looks."""
    return html.unescape(re.sub(r"<style>.*?</style>|<[^>]+>", "", svg, flags=re.DOTALL)).replace("\xa0", " ")


MAKE_SCREENS = SimpleNamespace(**runpy.run_path(str(ROOT / "docs" / "make_screens.py")))


@pytest.mark.parametrize("name", MAKE_SCREENS.COMMANDS)
def test_picture_shows_what_the_command_prints(name: str) -> None:
    committed = (SCREENS / f"{name}.svg").read_text(encoding="utf-8")
    assert text_of(committed).split() == text_of(MAKE_SCREENS.svg(name)).split()
    assert "@font-face" not in committed  # nothing is loaded from elsewhere


def test_every_picture_is_made_by_the_script() -> None:
    assert {path.stem for path in SCREENS.glob("*.svg")} == MAKE_SCREENS.COMMANDS.keys()
