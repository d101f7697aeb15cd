"""`gradcli functions`: what the language knows."""

from __future__ import annotations

from typing import Annotated

import typer

from gradcli.cli import options
from gradcli.cli.completion import function_names


def functions(
    name: Annotated[str | None, typer.Argument(help="Show just this function.", autocompletion=function_names)] = None,
    json: options.Json = False,
) -> None:
    """List the functions of the expression language.

    gradcli functions

    gradcli functions softmax
    """
    from gradcli.cli.terminal import print_json, show
    from gradcli.render.functions import functions_document, functions_table

    if json:
        print_json(functions_document(name))
    else:
        show(functions_table(name))
