"""`gradcli graph`: the graph that autograd records."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gradcli.cli import options
from gradcli.cli.exits import Exit
from gradcli.errors import InputError

if TYPE_CHECKING:
    from gradcli.calculator.commands.graph import Drawing


class DrawingFormat(StrEnum):
    """How a graph is written."""

    tree = "tree"
    dot = "dot"
    mermaid = "mermaid"
    svg = "svg"
    png = "png"
    json = "json"


ENDINGS = {
    ".svg": DrawingFormat.svg, ".png": DrawingFormat.png, ".dot": DrawingFormat.dot, ".gv": DrawingFormat.dot, ".mmd": DrawingFormat.mermaid,
    ".json": DrawingFormat.json, ".txt": DrawingFormat.tree,
}  # fmt: skip
"""The format that a file's name asks for."""
PICTURES = (DrawingFormat.svg, DrawingFormat.png)


def graph(
    ctx: typer.Context,
    expression: options.Expression,
    at: options.At = [],
    let: options.Let = [],
    format: Annotated[DrawingFormat | None, typer.Option(help="tree; with -o, what the file's name ends in.")] = None,
    values: Annotated[bool, typer.Option("--values", help="Show the value of each node.")] = False,
    grads: Annotated[bool, typer.Option("--grads", help="Show the gradient that arrives at each node.")] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write a file.")] = None,
    open: Annotated[bool, typer.Option("--open", help="Show a picture in the browser.")] = False,
    cotangent: options.Cotangent = None,
    dtype: options.Precision = options.Dtype.float64,
    seed: options.Seed = None,
    timeout: options.Timeout = options.TIMEOUT,
    no_files: options.NoFiles = False,
    json: options.Json = False,
) -> int:
    """Draw the graph that autograd records: backward functions, joined by arrows in the direction of the forward pass.

    gradcli graph "3*a**3 - b**2" --at "a=[2,3], b=[6,4]"

    gradcli graph "x*y + sin(x)" --at "x=1, y=2" --values --grads

    gradcli graph "mean(3*(x+2)**2)" --at "x=ones(2,2)" --format mermaid

    gradcli graph "3*a**3 - b**2" --at "a=[2,3], b=[6,4]" --format svg > /dev/null
    """
    from gradcli.calculator.commands.graph import drawing
    from gradcli.calculator.kernel.question import DerivativeQuestion
    from gradcli.cli.files import open_on_desktop
    from gradcli.cli.terminal import print_bytes, say, show
    from gradcli.files import write_file
    from gradcli.render.graph import graph_tree

    options.limit(ctx, timeout)
    options.keep_from_files(ctx, no_files)
    chosen = _format(format, output, json=json, open=open)
    question = DerivativeQuestion(
        expression=options.one_expression(ctx, expression),
        at=tuple(at),
        let=tuple(let),
        cotangent=cotangent,
        dtype=dtype.value,
        seed=seed,
        check=False,
    )
    found = drawing(question, values=values, grads=grads)
    for note in found.notes:
        say(note)
    if chosen == DrawingFormat.tree and output is None:
        show(graph_tree(found.nodes, found.values, found.grads))
        return Exit.OK
    data = _written(found, chosen)
    if open:
        say(f"shown in the browser: {open_on_desktop(data, f'.{chosen}')}")
    if output is not None:
        write_file(output, data)
    elif not open:
        print_bytes(data)
    return Exit.OK


def _format(given: DrawingFormat | None, output: Path | None, *, json: bool, open: bool) -> DrawingFormat:
    """The format that the options ask for. Raises InputError where they contradict one another."""
    from gradcli.cli.files import ending_of

    if json and given not in (None, DrawingFormat.json):
        raise InputError("usage", f"--json and --format {given} are different outputs: give one of them")
    if json and open:
        raise InputError("usage", "--open shows a picture, and --json is none: give one of them")
    chosen = given or (DrawingFormat.json if json else None)
    if chosen is None and output is not None:
        chosen = ENDINGS[ending_of(output, tuple(ENDINGS))]
    chosen = chosen or (DrawingFormat.svg if open else DrawingFormat.tree)
    if open and chosen not in PICTURES:
        raise InputError("usage", f"--open shows a picture, and {chosen} is none", hint="leave out --format")
    return chosen


def _written(found: Drawing, chosen: DrawingFormat) -> bytes:
    """The graph in a format, as the bytes of a file."""
    from gradcli.cli.terminal import json_text
    from gradcli.render.graph import graph_tree
    from gradcli.render.graph_text import dot, drawing_document, mermaid, picture

    if chosen in PICTURES:
        return picture(found, chosen.value)
    if chosen == DrawingFormat.json:
        return json_text(drawing_document(found)).encode()
    if chosen == DrawingFormat.tree:
        return f"{graph_tree(found.nodes, found.values, found.grads).plain}\n".encode()
    return (dot if chosen == DrawingFormat.dot else mermaid)(found).encode()
