"""`gradcli hvp`: how the gradient changes along a direction."""

from __future__ import annotations

from typing import Annotated

import typer

from gradcli.cli import options
from gradcli.cli.exits import verdict_exit


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
    strict: options.Strict = False,
    no_files: options.NoFiles = False,
    json: options.Json = False,
) -> int:  # fmt: skip
    """The Hessian times a vector, without the Hessian: the gradient of the slope along the vector; verified.

    gradcli hvp "sum(x**3)*y" --at "x=[1,2,3], y=2" --vector "x=[1,0,0]"

    gradcli hvp "sum(exp(x))" --at "x=linspace(0,1,1000)" --vector "x=ones(1000)" --json
    """
    from gradcli.calculator.products import hvp as answered
    from gradcli.calculator.question import Question
    from gradcli.cli.terminal import deliver
    from gradcli.render.product import hvp_document, product_screen

    options.keep_from_files(ctx, no_files)
    question = Question(
        expression=options.one_expression(ctx, expression),
        at=tuple(at),
        let=tuple(let),
        wrt=tuple(wrt),
        dtype=dtype.value,
        seed=seed,
        check=check,
        tol=tol,
    )
    answer = answered(question, tuple(vector), ctx.obj if check else None)
    deliver(
        answer.notes,
        lambda: hvp_document(answer),
        lambda: product_screen(answer, "variable", ("at", "hvp")),
        as_json=json,
    )
    return verdict_exit(answer.verdicts, [entry.verdict for entry in answer.entries], strict=strict)
