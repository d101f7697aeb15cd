"""`gradcli jacobian`: the derivative of every output by every variable."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from gradcli.cli import options


class Mode(StrEnum):
    """How the matrix is computed."""

    auto = "auto"
    reverse = "reverse"
    forward = "forward"


def jacobian(
    ctx: typer.Context,
    expression: options.Expression,
    at: options.At = [],
    let: options.Let = [],
    wrt: options.Wrt = [],
    mode: Annotated[Mode, typer.Option(help="Row by row in reverse, column by column forward, or what is cheaper.")] = Mode.auto,
    sparsity: Annotated[bool, typer.Option("--sparsity", help="Show which entries are not 0, here and at random points nearby.")] = False,
    dtype: options.Precision = options.Dtype.float64,
    seed: options.Seed = None,
    check: options.Check = True,
    tol: options.Tol = None,
    timeout: options.Timeout = options.TIMEOUT,
    strict: options.Strict = False,
    emit: options.Emit = None,
    certificate: options.Certificate = None,
    no_files: options.NoFiles = False,
    json: options.Json = False,
) -> int:  # fmt: skip
    """Every output's derivative by every variable, block by block, verified.

    gradcli jacobian "[x*y, sin(x)]" --at "x=1, y=2"

    gradcli jacobian "f = x*y; g = sin(x); [f, g]" --at "x=1, y=2" --mode forward

    gradcli jacobian "x*cumsum(x)" --at "x=[1,2,3]" --sparsity

    gradcli jacobian "[r*cos(t), r*sin(t)]"

    gradcli jacobian "W @ x" --at "W=randn(3,2), x=[1,-1]" --wrt x --json

    gradcli jacobian "[x*y, sin(x)]" --at "x=1, y=2" --emit numpy
    """
    from gradcli.calculator.commands.jacobian import JacobianQuestion, matrix_of
    from gradcli.calculator.kernel.prepare import prepare
    from gradcli.cli.delivery import Delivery, awaited
    from gradcli.render.matrix import jacobian_document, jacobian_screen

    options.limit(ctx, timeout)
    options.keep_from_files(ctx, no_files)
    question = JacobianQuestion(
        expression=options.one_expression(ctx, expression),
        at=tuple(at),
        let=tuple(let),
        wrt=tuple(wrt),
        dtype=dtype.value,
        seed=seed,
        check=check,
        tol=tol,
        mode=mode.value,
        sparsity=sparsity,
    )
    if emit is not None:
        return options.print_snippet(ctx, question, emit, json=json, certificate=certificate)
    prepared = prepare(question)
    delivery = Delivery(jacobian_document, jacobian_screen, as_json=json, strict=strict)
    answer = awaited(delivery, matrix_of(question, prepared, ctx.obj if check else None), timeout)
    if certificate is not None:
        from gradcli.calculator.commands.certificate import of_matrix
        from gradcli.files import write_file

        write_file(certificate, of_matrix(prepared, answer))
    return delivery(answer)
