"""`gradcli explain`: the derivation, step by step."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import Annotated

import typer

from gradcli.cli import options
from gradcli.errors import InputError


class Mode(StrEnum):
    """The way in which derivatives are passed on."""

    reverse = "reverse"
    forward = "forward"


def explain(
    ctx: typer.Context,
    expression: options.Expression,
    at: options.At = [],
    let: options.Let = [],
    wrt: options.Wrt = [],
    mode: Annotated[Mode, typer.Option(help="Backward from the result, or forward from the inputs.")] = Mode.reverse,
    cotangent: options.Cotangent = None,
    dtype: options.Precision = options.Dtype.float64,
    seed: options.Seed = None,
    check: options.Check = True,
    tol: options.Tol = None,
    timeout: options.Timeout = options.TIMEOUT,
    strict: options.Strict = False,
    latex: Annotated[bool, typer.Option("--latex", help="LaTeX (amsmath) instead of text.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Markdown tables instead of text.")] = False,
    no_files: options.NoFiles = False,
    json: options.Json = False,
) -> int:
    """Derive a gradient step by step, read off the tape that computed it.

    gradcli explain "a*x**2 + b*x + c" --at x=3 --let "a=1, b=-2, c=1"

    gradcli explain "mean(3*(x+2)**2)" --at "x=ones(2,2)"

    gradcli explain "x*y + sin(x)" --at "x=1, y=2" --mode forward

    gradcli explain "log(1 + exp(x))" --at x=0 --latex

    gradcli explain "sum(softmax(x)*w)" --at "x=[1,2,3]" --let "w=[0,0,1]" --markdown
    """
    from gradcli.calculator.commands.explain import explain as derive
    from gradcli.calculator.kernel.question import DerivativeQuestion
    from gradcli.cli.delivery import Delivery, awaited
    from gradcli.render.explain import explain_screen
    from gradcli.render.explain_document import explain_document
    from gradcli.render.explain_text import explain_latex, explain_markdown

    options.limit(ctx, timeout)
    options.keep_from_files(ctx, no_files)
    if latex + markdown + json > 1:
        raise InputError("usage", "--latex, --markdown and --json are different outputs: give one of them")
    question = DerivativeQuestion(
        expression=options.one_expression(ctx, expression),
        at=tuple(at),
        let=tuple(let),
        wrt=tuple(wrt),
        cotangent=cotangent,
        dtype=dtype.value,
        seed=seed,
        check=check,
        tol=tol,
    )
    forward = mode == Mode.forward
    written = explain_latex if latex else explain_markdown if markdown else None
    delivery = Delivery(
        partial(explain_document, mode=mode.value),
        partial(explain_screen, forward=forward),
        None if written is None else partial(written, forward=forward),
        as_json=json,
        strict=strict,
    )
    return delivery(awaited(delivery, derive(question, ctx.obj if check else None, forward=forward), timeout))
