"""`gradcli schema`: the JSON Schema of what a command prints under --json."""

from __future__ import annotations

from typing import Annotated

import typer

from gradcli.cli import options
from gradcli.cli.completion import schema_names


def schema(
    command: Annotated[
        str | None, typer.Argument(help="A command; without one, the commands are listed.", autocompletion=schema_names)
    ] = None,
    json: options.Json = False,
) -> None:
    """Print the JSON Schema of a command's --json document, or list the commands that have one.

    gradcli schema

    gradcli schema diff
    """
    from gradcli.cli.terminal import print_json, print_text
    from gradcli.render.schemas import names, schema_of, schemas_document

    if command is not None:
        print_json(schema_of(command))
    elif json:
        print_json(schemas_document())
    else:
        print_text("".join(f"{name}\n" for name in names()))
