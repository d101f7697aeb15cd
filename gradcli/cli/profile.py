"""`gradcli profile`: where the time of an expression and its gradient goes."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gradcli.cli import options
from gradcli.cli.exits import Exit


class Sort(StrEnum):
    """What the rows are sorted by."""

    self = "self"
    total = "total"
    mean = "mean"
    calls = "calls"


def profile(
    ctx: typer.Context,
    expression: options.Expression,
    at: options.At = [],
    let: options.Let = [],
    cotangent: options.Cotangent = None,
    repeat: Annotated[int, typer.Option(min=1, max=10_000, help="How often to compute value and gradient.")] = 10,
    shapes: Annotated[bool, typer.Option("--shapes", help="Tell an operation's calls apart by the shapes of its arguments.")] = False,
    memory: Annotated[bool, typer.Option("--memory", help="Show what is kept for the backward pass.")] = False,
    sort: Annotated[Sort, typer.Option(help="The column that the rows are sorted by.")] = Sort.self,
    limit: Annotated[int, typer.Option(min=1, help="The most rows to show.")] = 30,
    trace: Annotated[Path | None, typer.Option(metavar="FILE", help="Write every event to a .json file for chrome://tracing or Perfetto.")] = None,
    dtype: options.Precision = options.Dtype.float64,
    seed: options.Seed = None,
    timeout: options.Timeout = options.TIMEOUT,
    no_files: options.NoFiles = False,
    json: options.Json = False,
) -> int:  # fmt: skip
    """Measure an expression and its gradient, operation by operation.

    The share of an operation is its own time ("self"), without what it called.

    gradcli profile "sum(tanh(A @ x)**2)" --at "x=rand(300)" --let "A=rand(300,300)" --memory

    gradcli profile "sum(x*x) + sum(y*y)" --at "x=ones(10), y=ones(1000)" --shapes --repeat 100

    gradcli profile "mean(exp(x))" --at "x=rand(1000)" --json
    """
    from gradcli.calculator.commands.profile import profile as answered
    from gradcli.calculator.kernel.question import DerivativeQuestion
    from gradcli.cli.files import ending_of, new_file
    from gradcli.cli.terminal import print_json, say, show
    from gradcli.render.profile import profile_document, profile_screen

    options.limit(ctx, timeout)
    options.keep_from_files(ctx, no_files)
    question = DerivativeQuestion(
        expression=options.one_expression(ctx, expression),
        at=tuple(at),
        let=tuple(let),
        cotangent=cotangent,
        dtype=dtype.value,
        seed=seed,
        check=False,
    )
    if trace is not None:
        ending_of(trace, (".json",))
    answer = answered(question, repeat=repeat, shapes=shapes, memory=memory)
    for note in answer.notes:
        say(note)
    if trace is not None:
        with new_file(trace) as temporary:
            answer.events.export_chrome_trace(temporary)
        say(f"wrote {trace}")
    if json:
        print_json(profile_document(answer))
    else:
        show(profile_screen(answer, sort.value, limit))
    return Exit.OK
