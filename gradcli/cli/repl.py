"""`gradcli repl`: names that are kept, and gradients as expressions are typed."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from gradcli.cli import options
from gradcli.cli.exits import Exit
from gradcli.cli.overseer import overseer
from gradcli.errors import InputError


def repl(
    ctx: typer.Context,
    at: options.At = [],
    let: options.Let = [],
    dtype: options.Precision = options.Dtype.float64,
    seed: options.Seed = None,
    check: options.Check = True,
    tol: options.Tol = None,
    timeout: Annotated[
        float,
        typer.Option(metavar="SECONDS", help="How long a line may take; inf is no limit.", callback=options.positive),
    ] = options.TIMEOUT,
    strict: options.Strict = False,
    no_files: options.NoFiles = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON document for all lines, which must not be typed.")] = False,
) -> int:  # fmt: skip
    r"""Keep names, and see values and gradients as you type expressions; `:help` says how.

    Lines may also come from a pipe: it exits with 1 if a gradient disagrees, else with 4 if the time of a line was used
    up, else with 2 if a line cannot be read.

    gradcli repl --at x=3 <<< "x**2 + 1"

    gradcli repl <<< $'x = [1, 2]\nlet w = 3\ny = w*x**2\nsum(y)'

    gradcli repl --no-check --json <<< "x = 2; sin(x)/x"
    """
    from gradcli.calculator.commands.repl import Session
    from gradcli.calculator.kernel.question import DerivativeQuestion
    from gradcli.cli.repl_lines import piped_lines, terminal_lines
    from gradcli.cli.repl_talk import Talk
    from gradcli.cli.terminal import print_json
    from gradcli.render.repl import repl_document
    from gradcli.scenario.timeout import WATCHERS

    options.keep_from_files(ctx, no_files)
    typed = sys.stdin.isatty() and sys.stdout.isatty()
    if json and sys.stdin.isatty():
        raise InputError("usage", "--json needs lines from a file or a pipe", hint="gradcli repl --json < FILE")
    session = Session(
        DerivativeQuestion(
            "", tuple(at), tuple(let), dtype=dtype.value, seed=seed, check=check, tol=tol, files=not no_files
        )
    )
    talk = Talk(session, ctx.obj, check=check, typed=typed, quiet=json, limit=timeout)
    WATCHERS.append(overseer.deadline)
    try:
        talk.listen(terminal_lines(talk.words) if typed else piped_lines())
    finally:
        talk.close()
        WATCHERS.remove(overseer.deadline)
    if json:
        print_json(repl_document(talk.lines))
    return Exit.OK if typed else talk.exit(strict=strict)
