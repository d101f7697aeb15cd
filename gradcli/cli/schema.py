"""`gradcli schema`: the JSON Schema of what a command prints under --json."""

from __future__ import annotations

from typing import Annotated

import typer


def schema(command: Annotated[str, typer.Argument(help="A command: diff, functions or scenario.")]) -> None:
    """Print the JSON Schema of a command's --json document.

    gradcli schema diff
    """
    from gradcli.cli.terminal import print_json
    from gradcli.render.schemas import schema_of

    print_json(schema_of(command))
