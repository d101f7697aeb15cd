"""`gradcli vjp`: a cotangent of the result, pulled back to the variables."""

from __future__ import annotations

import typer

from gradcli.cli import options
from gradcli.cli.exits import verdict_exit


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
    strict: options.Strict = False,
    no_files: options.NoFiles = False,
    json: options.Json = False,
) -> int:
    """A vector times the Jacobian, in one backward pass: what backward(gradient=...) adds to the leaves; verified.

    gradcli vjp "[x*y, sin(x)]" --at "x=1, y=2" --cotangent "[1, 10]"

    gradcli vjp "x**2" --at "x=arange(4.)" --cotangent "ones(4)" --json
    """
    from gradcli.calculator.products import vjp as answered
    from gradcli.calculator.question import Question
    from gradcli.cli.terminal import deliver
    from gradcli.render.product import vjp_document, vjp_screen

    options.keep_from_files(ctx, no_files)
    question = Question(
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
    answer = answered(question, ctx.obj if check else None)
    deliver(answer.notes, lambda: vjp_document(answer), lambda: vjp_screen(answer), as_json=json)
    return verdict_exit(answer.verdicts, [derivative.verdict for derivative in answer.derivatives], strict=strict)
