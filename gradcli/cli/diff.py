"""`gradcli diff`: an expression in, a verified gradient out."""

from __future__ import annotations

import difflib
import re
import sys
from enum import StrEnum
from typing import Annotated

import typer

from gradcli.cli.exits import Exit
from gradcli.errors import InputError

OPTIONS = (
    "--at --let --wrt --order --cotangent --gradient --dtype --seed --check --no-check --against --tol --strict --json "
    "--no-graph --help"
).split()
SETTLED = ("proved", "agrees")


class Dtype(StrEnum):
    """The precision of the computation."""

    float64 = "float64"
    float32 = "float32"


class Peer(StrEnum):
    """Whom else to ask."""

    torch = "torch"


def diff(
    ctx: typer.Context,
    expression: Annotated[list[str], typer.Argument(help='The expression, in quotes; "-" reads it from standard input.')],
    at: Annotated[list[str], typer.Option(metavar="NAME=VALUE", help="Where to differentiate; repeatable, or several: 'x=0, y=[1,2]'.")] = [],
    let: Annotated[list[str], typer.Option(metavar="NAME=VALUE", help="A constant; repeatable.")] = [],
    wrt: Annotated[list[str], typer.Option(metavar="NAME", help="Report only these variables, in this order; repeatable.")] = [],
    order: Annotated[int, typer.Option(min=1, max=10, help="Every derivative up to this order, for one scalar variable.")] = 1,
    cotangent: Annotated[str | None, typer.Option("--cotangent", "--gradient", metavar="VALUE", help="The weights of a non-scalar result: PyTorch's gradient=.")] = None,
    dtype: Annotated[Dtype, typer.Option(help="The precision of the computation.")] = Dtype.float64,
    seed: Annotated[int | None, typer.Option(help="Seeds rand(), randn() and randint() as torch.manual_seed does.")] = None,
    check: Annotated[bool, typer.Option("--check/--no-check", help="Compare with SymPy and with differences.")] = True,
    against: Annotated[list[Peer], typer.Option(help="Ask PyTorch too, if it is installed.")] = [],
    tol: Annotated[float | None, typer.Option(min=0, help="The largest error to accept, relative to max(1, |expected|).")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 3 where a verdict is neither proved nor agrees.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")] = False,
    graph: Annotated[bool, typer.Option("--graph/--no-graph", help="Print the grad_fn chain.")] = True,
) -> int:  # fmt: skip
    """Differentiate an expression and verify the gradient.

    gradcli diff "a*x**2 + b*x + c" --at x=0 --let "a=1, b=-2, c=1"

    gradcli diff "mean(3*(x+2)**2)" --at "x=ones(2,2)" --json

    gradcli diff "u = x*x; detach(u)*x" --at "x=arange(4.)" --cotangent "ones(4)"

    gradcli diff "sin(x)/x" --at x=0.5 --order 3

    gradcli diff "a*x**2 + b*x + c" --at x=0
    """
    from gradcli.calculator.differentiate import differentiate
    from gradcli.calculator.question import Question
    from gradcli.cli.terminal import print_json, say, show
    from gradcli.render.diff import diff_document, diff_screen

    question = Question(
        expression=_expression(expression),
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
    answer = differentiate(question, ctx.obj if check else None)
    for note in answer.notes:
        say(note)
    if json:
        print_json(diff_document(answer))
    else:
        show(diff_screen(answer, graph=graph))
    if any(verdict.word == "mismatch" for verdict in answer.verdicts):
        return Exit.FAILED
    unsettled = not all(d.verdict and d.verdict.word in SETTLED for d in answer.derivatives)
    return Exit.UNDECIDED if strict and unsettled else Exit.OK


def _expression(words: list[str]) -> str:
    """The one expression among the arguments. An expression may start with a minus sign, so options are checked here."""
    for word in words:
        if re.match(r"--[a-zA-Z]", word):
            option = word.partition("=")[0]
            close = difflib.get_close_matches(option, OPTIONS, n=1)
            raise InputError(
                "usage",
                f"no such option: {option}",
                hint=f"did you mean {close[0]}?" if close else "see gradcli diff --help",
            )
    if len(words) > 1:
        raise InputError("usage", "give one expression, in quotes", hint=f'gradcli diff "{" ".join(words)}"')
    if words[0] != "-":
        return words[0]
    try:
        return sys.stdin.buffer.read(2**20).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError("encoding", f"standard input is not UTF-8 text (byte {error.start})") from None
