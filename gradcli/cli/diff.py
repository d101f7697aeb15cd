"""`gradcli diff`: an expression in, a verified gradient out."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import Annotated

import typer

from gradcli.cli import options


class Peer(StrEnum):
    """Whom else to ask."""

    torch = "torch"


def diff(
    ctx: typer.Context,
    expression: options.Expression,
    at: options.At = [],
    let: options.Let = [],
    wrt: options.Wrt = [],
    order: Annotated[int, typer.Option(min=1, max=10, help="Every derivative up to this order, for one scalar variable.")] = 1,
    cotangent: options.Cotangent = None,
    dtype: options.Precision = options.Dtype.float64,
    seed: options.Seed = None,
    check: options.Check = True,
    against: Annotated[list[Peer], typer.Option(help="Ask PyTorch too, if it is installed.")] = [],
    tol: options.Tol = None,
    timeout: options.Timeout = options.TIMEOUT,
    strict: options.Strict = False,
    emit: options.Emit = None,
    certificate: options.Certificate = None,
    no_files: options.NoFiles = False,
    json: options.Json = False,
    graph: Annotated[bool, typer.Option("--graph/--no-graph", help="Print the grad_fn chain.")] = True,
) -> int:  # fmt: skip
    """Differentiate an expression and verify the gradient.

    gradcli diff "a*x**2 + b*x + c" --at x=0 --let "a=1, b=-2, c=1"

    gradcli diff "mean(3*(x+2)**2)" --at "x=ones(2,2)" --json

    gradcli diff "u = x*x; detach(u)*x" --at "x=arange(4.)" --cotangent "ones(4)"

    gradcli diff "sin(x)/x" --at x=0.5 --order 3

    gradcli diff "a*x**2 + b*x + c" --at x=0

    gradcli diff "sum(relu(x)**2)" --at "x=[-1,2]" --emit torch

    gradcli diff "sin(x)/x" --at x=0.5 --certificate derivative.json
    """
    from gradcli.calculator.kernel.differentiate import answers_to
    from gradcli.calculator.kernel.prepare import prepare
    from gradcli.calculator.kernel.question import DerivativeQuestion
    from gradcli.cli.delivery import Delivery, awaited
    from gradcli.render.diff import diff_document, diff_screen

    options.limit(ctx, timeout)
    options.keep_from_files(ctx, no_files)
    question = DerivativeQuestion(
        expression=options.one_expression(ctx, expression),
        at=tuple(at),
        let=tuple(let),
        wrt=tuple(wrt),
        order=order,
        cotangent=cotangent,
        dtype=dtype.value,
        seed=seed,
        check=check,
        against=tuple(peer.value for peer in against),
        tol=tol,
    )
    if emit is not None:
        return options.print_snippet(ctx, question, emit, json=json, certificate=certificate)
    prepared = prepare(question)
    delivery = Delivery(diff_document, partial(diff_screen, graph=graph), as_json=json, strict=strict)
    answer = awaited(delivery, answers_to(question, prepared, ctx.obj if check else None), timeout)
    if certificate is not None:
        from gradcli.calculator.commands.certificate import of_answer
        from gradcli.files import write_file

        write_file(certificate, of_answer(prepared, answer))
    return delivery(answer)
