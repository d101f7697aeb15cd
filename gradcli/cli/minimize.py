"""`gradcli minimize`: an optimiser walks down an expression."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gradcli.cli import options
from gradcli.cli.exits import Exit

if TYPE_CHECKING:
    from gradcli.calculator.commands.minimize import Place

TRACES = (".jsonl", ".csv")


class Optimizer(StrEnum):
    """The methods."""

    sgd = "sgd"
    momentum = "momentum"
    nesterov = "nesterov"
    adam = "adam"
    rmsprop = "rmsprop"
    adagrad = "adagrad"
    lbfgs = "lbfgs"


def minimize(
    ctx: typer.Context,
    expression: options.Expression,
    start: Annotated[list[str], typer.Option("--start", "--at", metavar="NAME=VALUE", help="Where to begin; repeatable, or several: 'x=0, y=[1,2]'.")] = [],
    let: options.Let = [],
    optimizer: Annotated[Optimizer, typer.Option(help="How to walk; as in torch.optim, momentum and nesterov with 0.9, lbfgs with a line search.")] = Optimizer.sgd,
    lr: Annotated[float | None, typer.Option(min=0, help="The learning rate; 0.01, for adam 0.1, adagrad 0.5, lbfgs 1.", show_default=False)] = None,
    steps: Annotated[int, typer.Option(min=0, max=10_000_000, help="The most steps to take.")] = 500,
    gtol: Annotated[float, typer.Option(min=0, help="Stop where no element of the gradient is larger.")] = 1e-8,
    trace: Annotated[Path | None, typer.Option(metavar="FILE", help="Write every step to a file: .jsonl or .csv.")] = None,
    dtype: options.Precision = options.Dtype.float64,
    seed: options.Seed = None,
    check: options.Check = True,
    tol: options.Tol = None,
    timeout: options.Timeout = options.TIMEOUT,
    strict: options.Strict = False,
    no_files: options.NoFiles = False,
    json: options.Json = False,
    plot: Annotated[bool, typer.Option("--plot/--no-plot", help="Draw the path.")] = True,
) -> int:  # fmt: skip
    """Walk down an expression with an optimiser of torch.optim, and verify the gradient where it ends.

    Exits with 1 if the walk diverges. Ctrl-C ends it with the best place so far, and 130.

    gradcli minimize "x**2 - 2*x + 1" --start x=0 --lr 0.1

    gradcli minimize "(1-x)**2 + 100*(y-x**2)**2" --start "x=-1, y=1" --optimizer lbfgs

    gradcli minimize "sum((A@x - b)**2)" --start "x=zeros(2)" --let "A=[[2,1],[1,3]], b=[3,5]" --optimizer adam --json
    """
    from gradcli.calculator.commands.minimize import Search, minimum, walk
    from gradcli.calculator.kernel.question import DerivativeQuestion
    from gradcli.cli.delivery import Delivery, awaited
    from gradcli.render.minimize import minimize_document, minimize_screen

    options.limit(ctx, timeout)
    options.keep_from_files(ctx, no_files)
    question = DerivativeQuestion(
        expression=options.one_expression(ctx, expression),
        at=tuple(start),
        let=tuple(let),
        dtype=dtype.value,
        seed=seed,
        check=check,
        tol=tol,
    )
    search = Search(optimizer.value, lr, steps, gtol, landscape=plot and not json)
    with ExitStack() as stack:
        tell = [stack.enter_context(_bar(steps))]
        if trace is not None:
            tell.append(stack.enter_context(_trace(trace)))
        pressed = stack.enter_context(_interrupts())

        def watch(place: Place) -> bool:
            for told in tell:
                told(place)
            return pressed()

        walked = walk(question, search, watch)
    delivery = Delivery(minimize_document, partial(minimize_screen, plot=plot), as_json=json, strict=strict)
    answer = awaited(delivery, minimum(question, search, walked, ctx.obj if check else None), timeout)
    code = delivery(answer)
    return {"interrupted": Exit.INTERRUPTED, "diverged": Exit.FAILED}.get(answer.outcome, code)


@contextmanager
def _interrupts() -> Iterator[Callable[[], bool]]:
    """What says whether Ctrl-C was pressed, which ends the walk after a step; the second time it ends the program.

    Where Ctrl-C is ignored, as in what a script runs in the background, it stays so: it was meant for another program.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        yield lambda: False
        return
    times = 0

    def note(*_: object) -> None:
        nonlocal times
        times += 1
        signal.signal(signal.SIGINT, signal.default_int_handler)

    former = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: times > 0
    finally:
        signal.signal(signal.SIGINT, former)


@contextmanager
def _trace(path: Path) -> Iterator[Callable[[Place], object]]:
    """What writes each place to a file, which is there, whole, at the end of the block."""
    from gradcli.cli.files import ending_of, new_file
    from gradcli.render.minimize import csv_line, jsonl_line

    line = csv_line if ending_of(path, TRACES) == ".csv" else jsonl_line
    with new_file(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        yield lambda place: file.write(line(place))


@contextmanager
def _bar(steps: int) -> Iterator[Callable[[Place], object]]:
    """What shows each place on stderr, if that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda place: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(20), MofNCompleteColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=steps)
        yield lambda place: bar.update(task, completed=place.step, description=f"value {place.value:.4g}")
