"""`gradcli jvp`: how the outputs change along a direction."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from gradcli.cli import options


def jvp(
    ctx: typer.Context,
    expression: options.Expression,
    at: options.At = [],
    let: options.Let = [],
    tangent: Annotated[list[str], typer.Option(metavar="NAME=VALUE", help="The direction; repeatable. A variable without one stays where it is.")] = [],
    dtype: options.Precision = options.Dtype.float64,
    seed: options.Seed = None,
    check: options.Check = True,
    tol: options.Tol = None,
    timeout: options.Timeout = options.TIMEOUT,
    strict: options.Strict = False,
    no_files: options.NoFiles = False,
    json: options.Json = False,
) -> int:  # fmt: skip
    """The Jacobian times a vector, in one forward-mode pass; verified along the direction.

    gradcli jvp "[x*y, sin(x)]" --at "x=1, y=2" --tangent x=1

    gradcli jvp "x**2" --at "x=arange(4.)" --tangent "x=ones(4)" --json
    """
    from gradcli.calculator.commands.products import jvp as answered
    from gradcli.calculator.kernel.question import DerivativeQuestion
    from gradcli.cli.delivery import Delivery, awaited
    from gradcli.render.product import jvp_document, product_screen

    options.limit(ctx, timeout)
    options.keep_from_files(ctx, no_files)
    question = DerivativeQuestion(
        expression=options.one_expression(ctx, expression),
        at=tuple(at),
        let=tuple(let),
        dtype=dtype.value,
        seed=seed,
        check=check,
        tol=tol,
    )
    screen = partial(product_screen, heading="output", labels=("value", "jvp"))
    delivery = Delivery(jvp_document, screen, as_json=json, strict=strict)
    return delivery(awaited(delivery, answered(question, tuple(tangent), ctx.obj if check else None), timeout))
