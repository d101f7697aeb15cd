"""`gradcli eps`: how far difference quotients are off, step size by step size."""

from __future__ import annotations

import typer

from gradcli.cli import options


def eps(
    ctx: typer.Context,
    expression: options.Expression,
    at: options.At = [],
    let: options.Let = [],
    wrt: options.Wrt = [],
    cotangent: options.Cotangent = None,
    dtype: options.Precision = options.Dtype.float64,
    seed: options.Seed = None,
    check: options.Check = True,
    tol: options.Tol = None,
    timeout: options.Timeout = options.TIMEOUT,
    strict: options.Strict = False,
    no_files: options.NoFiles = False,
    json: options.Json = False,
) -> int:
    """Show why the step of a difference quotient matters: its error against the gradient, for steps 1e-1 to 1e-16.

    Large steps miss the curvature, small ones drown in rounding: the error is a V, and theory knows where its foot is.

    gradcli eps "exp(x)" --at x=1

    gradcli eps "sin(x)*y" --at "x=2, y=3" --wrt x --dtype float32

    gradcli eps "sum(x**3)" --at "x=[1,2]" --json
    """
    from gradcli.calculator.commands.eps import eps as answered
    from gradcli.calculator.kernel.question import DerivativeQuestion
    from gradcli.cli.delivery import Delivery, awaited
    from gradcli.render.eps import eps_document, eps_screen

    options.limit(ctx, timeout)
    options.keep_from_files(ctx, no_files)
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
    delivery = Delivery(eps_document, eps_screen, as_json=json, strict=strict)
    return delivery(awaited(delivery, answered(question, ctx.obj if check else None), timeout))
