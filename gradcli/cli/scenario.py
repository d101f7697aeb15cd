"""`gradcli scenario`: the tutorials, run and checked."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Annotated, Any

import typer

from gradcli.cli.exits import Exit


def scenario(
    ctx: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(help="Names of scenarios, or paths of Markdown files.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")] = False,
) -> int:
    """List the scenarios, or run some: prose, code, output compared with the document's, gradients checked.

    gradcli scenario

    gradcli scenario mean-of-squares

    gradcli scenario mean-of-squares quadratic --json
    """
    from gradcli.cli.terminal import print_json, show
    from gradcli.render import scenario as render
    from gradcli.scenario import library

    if not names:
        known = library.every()
        if json:
            print_json(render.scenarios_document((each, None) for each in known))
        else:
            show(render.scenario_list(known))
        return Exit.OK

    from gradcli.verify.client import SympyWorker

    with nullcontext(ctx.obj) if ctx.obj else SympyWorker() as worker:  # it imports SymPy beside what follows
        from gradcli.scenario.runner import run
        from gradcli.verify.recorded import verdicts

        def tell(build: Callable[..., Any], *data: Any) -> None:
            if not json:
                show(build(*data))

        runs = []
        for chosen in [library.load(name) for name in names]:
            tell(render.scenario_head, chosen)
            results = []
            for result in run(chosen, partial(verdicts, worker=worker)):
                results.append(result)
                tell(render.step_screen, result)
            tell(render.scenario_summary, chosen, results)
            runs.append((chosen, results))
    if json:
        print_json(render.scenarios_document(runs))
    return Exit.FAILED if any(result.failed for _, results in runs for result in results) else Exit.OK
