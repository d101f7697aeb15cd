"""`gradcli batch`: the gradient at every row of a table."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from math import inf
from typing import Annotated, BinaryIO, cast

import typer

from gradcli.cli import options
from gradcli.cli.exits import Exit, verdict_exit
from gradcli.cli.streams import StdoutBytes
from gradcli.errors import InputError


class TableFormat(StrEnum):
    """How a table is written."""

    csv = "csv"
    tsv = "tsv"
    jsonl = "jsonl"
    npy = "npy"
    parquet = "parquet"
    arrow = "arrow"


def batch(
    ctx: typer.Context,
    expression: options.Expression,
    data: Annotated[str, typer.Option(metavar="FILE", help='The table, whose columns are the variables; "-" reads it from standard input.')],
    output: Annotated[str, typer.Option("--output", "-o", metavar="FILE", help='Where the gradients go; "-" is standard output.')] = "-",
    let: options.Let = [],
    wrt: options.Wrt = [],
    rename: Annotated[list[str], typer.Option(metavar="COLUMN=NAME", help="Another name for a column; repeatable.")] = [],
    columns: Annotated[str, typer.Option(metavar="NAME,NAME", help="The names of the columns, for a table that has none.")] = "",
    data_format: Annotated[TableFormat | None, typer.Option(help="The table's format, where its name does not tell; of standard input csv.")] = None,
    format: Annotated[TableFormat | None, typer.Option(help="The output's format, where its name does not tell; of standard output the table's, or csv.")] = None,
    dtype: options.Precision = options.Dtype.float64,
    seed: options.Seed = None,
    check: options.Check = True,
    tol: options.Tol = None,
    timeout: options.Timeout = inf,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 where a row has no gradient, 3 where a verdict is neither proved nor agrees.")] = False,
    no_files: options.NoFiles = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON document that sums up, on standard output; the gradients need -o.")] = False,
) -> int:  # fmt: skip
    r"""The gradient at every row of a table of any length.

    For each row, in order: the value, the gradients (grad_x), and a status: ok, domain or unreadable.

    Where a row has no gradient, its numbers say so (nan, inf); some rows are verified, as gradcli diff does it.

    gradcli batch "a*x**2" --let a=3 --data - <<< $'x\n1\n2'

    gradcli batch "log(x*y)" --wrt x --data - --data-format jsonl <<< '{"x": 1, "y": 2}'

    gradcli batch "sin(t)" --rename "T (s)=t" --data - --format tsv <<< 'T (s)'

    gradcli batch "x/y" --columns x,y --data - -o /dev/null --format npy --json <<< 1,2
    """
    from gradcli.calculator.commands.batch import BatchQuestion
    from gradcli.calculator.commands.batch import batch as answered
    from gradcli.cli.terminal import print_json, say
    from gradcli.render.batch import batch_document, batch_screen

    options.keep_from_files(ctx, no_files)
    options.limit(ctx, timeout)
    if json and output == "-":
        raise InputError("usage", "--json sums up on standard output: the gradients need a file", hint="-o FILE")
    if data == "-" and "-" in expression:
        raise InputError("usage", 'the expression and the table cannot both be standard input ("-")')
    target = None if format is None else format.value
    if output == "-" and target in ("npy", "parquet", "arrow") and sys.stdout.isatty():
        raise InputError("usage", f"{target} is no text for a terminal", hint="-o FILE")
    question = BatchQuestion(
        expression=options.one_expression(ctx, expression),
        data=data,
        output=output,
        data_format=None if data_format is None else data_format.value,
        output_format=target,
        columns=columns,
        rename=tuple(rename),
        let=tuple(let),
        wrt=tuple(wrt),
        dtype=dtype.value,
        seed=seed,
        check=check,
        tol=tol,
    )
    with _progress(rows_shown=output == "-" and sys.stdout.isatty()) as follow:
        answer = answered(question, ctx.obj if check else None, cast("BinaryIO", StdoutBytes()), follow)
    for note in answer.notes:
        say(note)
    for kind, sentence in batch_screen(answer):
        say(sentence, kind)
    if json:
        print_json(batch_document(answer))
    if strict and answer.counts["ok"] < answer.rows:
        return Exit.FAILED
    verdicts = [each.verdict for each in answer.verdicts]
    return verdict_exit(verdicts, verdicts, strict=strict)


@contextmanager
def _progress(*, rows_shown: bool) -> Iterator[Callable[[int, float | None], None]]:
    """What shows on stderr how many rows are done, in a terminal on which they are not shown themselves."""
    if rows_shown or not sys.stderr.isatty():
        yield lambda rows, part: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    shown = (TextColumn("{task.description}"), BarColumn(20), TimeElapsedColumn(), TimeRemainingColumn())
    screen = Console(file=sys.stderr)
    # The rows on stdout must not be sent to the screen.
    with Progress(*shown, console=screen, transient=True, redirect_stdout=False, redirect_stderr=False) as bar:
        task = bar.add_task("0 rows", total=None)

        def follow(rows: int, part: float | None) -> None:
            bar.update(task, description=f"{rows:,} rows", total=part and 1.0, completed=part or 0.0)

        yield follow
