"""docs/reference.md and the manual page say what the commands are."""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer

from gradcli.cli.app import COMMANDS, application
from gradcli.cli.exits import Exit
from gradcli.render.schemas import names

DOCS = Path(__file__).parent.parent / "docs"
MAKE = SimpleNamespace(**runpy.run_path(str(DOCS / "make_reference.py")))


@pytest.mark.parametrize("name", MAKE.FILES)
def test_it_is_up_to_date(name: str) -> None:
    assert MAKE.FILES[name]() == (DOCS / name).read_text("utf-8"), "run docs/make_reference.py"


def test_every_command_option_example_and_document_is_in_it() -> None:
    """Told from Typer's own description of the commands, which the script does not look at."""
    described = typer.main.get_command(application())
    for name in COMMANDS:
        section = re.search(rf"^## gradcli {name}\n.*?(?=^## )", MAKE.reference(), re.MULTILINE | re.DOTALL)[0]
        for parameter in described.commands[name].params:
            if parameter.opts[0].startswith("-"):
                names_of_it = [option for option in (*parameter.opts, *parameter.secondary_opts) if option != "--help"]
                row = re.search(rf"^\| `{re.escape(names_of_it[0])}\b.*", section, re.MULTILINE)[0]
                assert all(option in row for option in names_of_it)
                assert row.split("`")[1].count("--") == sum(option.startswith("--") for option in names_of_it)
        assert f"\ngradcli {name} " in section
        assert (f"`gradcli/{name}/1`" in section) is (name in names())


def test_every_exit_code_is_explained() -> None:
    codes = dict(MAKE.exit_codes())
    assert codes.keys() == {int(code) for code in Exit}
    assert codes[2] == "Wrong usage, or an input that cannot be read."


def test_a_default_and_bounds_are_told() -> None:
    (row,) = [row for row in MAKE.reference().splitlines() if row.startswith("| `--order INTEGER`")]
    assert row.endswith("(from 1 to 10, default 1) |")


def test_the_manual_page_is_one() -> None:
    """mandoc and groff both take a dot at the start of a line for a request."""
    page = MAKE.manual()
    requests = {line.split()[0] for line in page.splitlines() if line.startswith(".")}
    assert requests == {".TH", ".SH", ".SS", ".B", ".br", ".PP", ".TP", ".nf", ".fi"}
    if shutil.which("man"):
        shown = subprocess.run(
            ["man", "--warnings", "-l", "-"], input=page, check=True, capture_output=True, encoding="utf-8"
        )
        assert shown.stderr == ""
        assert "--cotangent, --gradient VALUE" in shown.stdout


def test_what_starts_a_request_is_no_text() -> None:
    assert MAKE.roff(".5 - a\\n\n'x'") == "\\&.5 \\- a\\en\n\\&'x'"
