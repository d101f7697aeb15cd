"""`gradcli vjp`: a cotangent of the result, pulled back to the variables."""

from __future__ import annotations

import typer

from gradcli.cli import options


def vjp(
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
    """A vector times the Jacobian, in one backward pass: what backward(gradient=...) adds to the leaves; verified.

    gradcli vjp "[x*y, sin(x)]" --at "x=1, y=2" --cotangent "[1, 10]"

    gradcli vjp "x**2" --at "x=arange(4.)" --cotangent "ones(4)" --json
    """
    from gradcli.calculator.commands.products import vjp as answered
    from gradcli.calculator.kernel.question import DerivativeQuestion
    from gradcli.cli.delivery import Delivery, awaited
    from gradcli.render.product import vjp_document, vjp_screen

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
    delivery = Delivery(vjp_document, vjp_screen, as_json=json, strict=strict)
    return delivery(awaited(delivery, answered(question, ctx.obj if check else None), timeout))
