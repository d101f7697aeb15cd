"""`gradcli plot`: an expression and its derivatives over an interval."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gradcli.cli import options
from gradcli.cli.exits import verdict_exit


def plot(
    ctx: typer.Context,
    expression: options.Expression,
    over: Annotated[str, typer.Option(metavar="NAME=START:STOP[:COUNT]", help="The interval, and at how many points of it to compute.")],
    derivatives: Annotated[int, typer.Option(min=0, max=10, help="Draw the derivatives up to this order too.")] = 0,
    let: options.Let = [],
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the figure to a file too: .svg, .html, .png or .pdf.")] = None,
    seed: options.Seed = None,
    check: options.Check = True,
    tol: options.Tol = None,
    timeout: options.Timeout = options.TIMEOUT,
    strict: options.Strict = False,
    no_files: options.NoFiles = False,
    json: options.Json = False,
) -> int:  # fmt: skip
    """Draw an expression of one variable, and its derivatives; poles, jumps and gaps are left open.

    Some of the numbers drawn, all over the interval and beside poles and jumps, are verified as gradcli diff does it.

    gradcli plot "sin(x)*exp(-x/5)" --over "x=0:4*pi" --derivatives 1

    gradcli plot "tan(x)" --over "x=0:2*pi:300"

    gradcli plot "[relu(x), log(1 + exp(a*x))/a]" --over x=-3:3 --let a=2 --json
    """
    from gradcli.calculator.commands.plot import plot as answered
    from gradcli.calculator.kernel.question import DerivativeQuestion
    from gradcli.cli.figures import write_figure
    from gradcli.cli.terminal import print_json, say, show
    from gradcli.render.plot import plot_document, plot_figure, plot_screen, plot_sentences

    options.limit(ctx, timeout)
    options.keep_from_files(ctx, no_files)
    question = DerivativeQuestion(
        expression=options.one_expression(ctx, expression), let=tuple(let), seed=seed, check=check, tol=tol
    )
    answer = answered(question, over, derivatives, ctx.obj if check else None)
    for note in answer.notes:
        say(note)
    for kind, sentence in plot_sentences(answer):
        say(sentence, kind)
    if output is not None:
        write_figure(plot_figure(answer), output)
        say(f"wrote {output}")
    if json:
        print_json(plot_document(answer))
    else:
        show(plot_screen(answer))
    verdicts = [each.verdict for each in answer.verdicts]
    return verdict_exit(verdicts, verdicts, strict=strict)
