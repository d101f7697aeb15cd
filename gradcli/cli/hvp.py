"""`gradcli hvp`: how the gradient changes along a direction."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from gradcli.cli import options


def hvp(
    ctx: typer.Context,
    expression: options.Expression,
    at: options.At = [],
    let: options.Let = [],
    wrt: options.Wrt = [],
    vector: Annotated[list[str], typer.Option(metavar="NAME=VALUE", help="The vector; repeatable. It is 0 for a variable without one.")] = [],
    dtype: options.Precision = options.Dtype.float64,
    seed: options.Seed = None,
    check: options.Check = True,
    tol: options.Tol = None,
    timeout: options.Timeout = options.TIMEOUT,
    strict: options.Strict = False,
    no_files: options.NoFiles = False,
    json: options.Json = False,
) -> int:  # fmt: skip
    """The Hessian times a vector, without the Hessian: the gradient of the slope along the vector; verified.

    gradcli hvp "sum(x**3)*y" --at "x=[1,2,3], y=2" --vector "x=[1,0,0]"

    gradcli hvp "sum(exp(x))" --at "x=linspace(0,1,1000)" --vector "x=ones(1000)" --json
    """
    from gradcli.calculator.commands.products import hvp as answered
    from gradcli.calculator.kernel.question import DerivativeQuestion
    from gradcli.cli.delivery import Delivery, awaited
    from gradcli.render.product import hvp_document, product_screen

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
    screen = partial(product_screen, heading="variable", labels=("at", "hvp"))
    delivery = Delivery(hvp_document, screen, as_json=json, strict=strict)
    return delivery(awaited(delivery, answered(question, tuple(vector), ctx.obj if check else None), timeout))
