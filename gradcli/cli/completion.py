"""What a shell completes where neither Typer nor the shell itself knows: names of functions and of scenarios.

Where a file is expected nothing is offered, so that the shell offers its files. NumPy, SymPy and Rich are not imported.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator

import typer


def function_names(incomplete: str) -> Iterator[tuple[str, str]]:
    """The functions of the language that begin so, each with its line of help."""
    from gradcli.lang.functions import names

    for name, function in names().items():
        if name.startswith(incomplete):
            yield name, function.help


def scenario_names(incomplete: str) -> Iterator[str]:
    """The scenarios that begin so; the shell offers files beside them only where no name does."""
    from gradcli.scenario.library import available

    return (name for name in available() if name.startswith(incomplete))


def schema_names(incomplete: str) -> Iterator[str]:
    """The commands that have a document."""
    from gradcli.render.schemas import names

    return (name for name in names() if name.startswith(incomplete))


def track_names(incomplete: str) -> Iterator[str]:
    """The tracks that begin so."""
    from gradcli.scenario.front_matter import TRACKS

    return (name for name in TRACKS if name.startswith(incomplete))


def value_files(ctx: typer.Context, incomplete: str) -> Iterator[str]:
    """The files that begin so behind the @ of NAME=@FILE.

    To bash = ends a word: of x=@p it hands over just @p, which then looks like a part of the expression.
    """
    before, sign, start = incomplete.rpartition("@")
    words = ctx.params.get("expression") or [""]
    if sign and (before or words[-1]).endswith("="):
        for path in sorted(glob.glob(f"{glob.escape(start)}*")):  # noqa: PTH207  # what was typed is kept as it is
            yield f"{before}@{path}/" if os.path.isdir(path) else f"{before}@{path}"  # noqa: PTH112  # likewise


def command_to_complete() -> str | None:
    """The command whose line a shell asks to complete, which is the second word; None where there is no such line.

    Bash cuts x=@p before the p and replaces what follows the =, so the @ is moved to where Typer completes it.
    """
    if "_GRADCLI_COMPLETE" not in os.environ:
        return None
    if "COMP_WORDS" in os.environ:
        os.environ["COMP_WORDS"] = os.environ["COMP_WORDS"].replace("=@\n", "=\n@")
    line = os.environ.get("COMP_WORDS") or os.environ.get("_TYPER_COMPLETE_ARGS") or ""
    words = re.split(r"\s", line.lstrip())
    return words[1] if len(words) > 2 else None
