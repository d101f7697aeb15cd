"""`gradcli hessian`: second derivatives, and whether the point is a minimum, a maximum or a saddle."""

from __future__ import annotations

import typer

from gradcli.cli import options
from gradcli.cli.exits import Exit


def hessian(
    ctx: typer.Context,
    expression: options.Expression,
    at: options.At = [],
    let: options.Let = [],
    wrt: options.Wrt = [],
    dtype: options.Precision = options.Dtype.float64,
    seed: options.Seed = None,
    check: options.Check = True,
    tol: options.Tol = None,
    timeout: options.Timeout = options.TIMEOUT,
    strict: options.Strict = False,
    emit: options.Emit = None,
    no_files: options.NoFiles = False,
    json: options.Json = False,
) -> int:
    """The Hessian of a scalar result, verified; its symmetry and the signs of its eigenvalues.

    gradcli hessian "(1-x)**2 + 100*(y-x**2)**2" --at "x=1, y=1"

    gradcli hessian "x**2 - y**2" --at "x=0, y=0"

    gradcli hessian "sum(exp(x)) + y**2" --at "x=[0,1], y=2" --json

    gradcli hessian "a*x**2 + b*x*y"

    gradcli hessian "x**2 * y" --at "x=1, y=2" --emit jax
    """
    from gradcli.calculator.commands.hessian import hessian as answered
    from gradcli.calculator.kernel.question import DerivativeQuestion
    from gradcli.cli.delivery import Delivery, awaited
    from gradcli.render.hessian import hessian_document, hessian_screen

    options.limit(ctx, timeout)
    options.keep_from_files(ctx, no_files)
    question = DerivativeQuestion(
        expression=options.one_expression(ctx, expression),
        at=tuple(at),
        let=tuple(let),
        wrt=tuple(wrt),
        dtype=dtype.value,
        seed=seed,
        check=check,
        tol=tol,
    )
    if emit is not None:
        return options.print_snippet(ctx, question, emit, json=json)
    delivery = Delivery(hessian_document, hessian_screen, as_json=json, strict=strict)
    answer = awaited(delivery, answered(question, ctx.obj if check else None), timeout)
    code = delivery(answer)
    return code if answer.form is None or answer.form.symmetric else Exit.FAILED
