"""`gradcli scenario`: the tutorials, run and checked."""

from __future__ import annotations

import math
import os
import sys
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from gradcli import words
from gradcli.cli import options
from gradcli.cli.completion import scenario_names, track_names
from gradcli.errors import InputError


class Form(StrEnum):
    """What a scenario can be taken away as."""

    py = "py"
    ipynb = "ipynb"
    html = "html"


class Lang(StrEnum):
    """The languages of the pages."""

    en = "en"
    zh = "zh"


class Peer(StrEnum):
    """With whom outputs are compared."""

    torch = "torch"


class Engine(StrEnum):
    """What runs a page's code."""

    gradcli = "gradcli"
    torch = "torch"


def scenario(
    ctx: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="[NAME]...", help="Names of scenarios, or paths of Markdown files; `new NAME` begins one.", autocompletion=scenario_names)] = [],
    everything: Annotated[bool, typer.Option("--all", help="Run every scenario and print a summary table.")] = False,
    track: Annotated[str | None, typer.Option(metavar="TRACK", help="Run one track: start, tensors, basics, gradients, graph or training.", autocompletion=track_names)] = None,
    lang: Annotated[Lang | None, typer.Option(help="The language of the pages and of what is said about them; else that of the locale.")] = None,
    timeout: Annotated[float, typer.Option(min=0, metavar="SECONDS", help="How long a step may take; 0 is no limit.")] = 60,
    watch: Annotated[bool, typer.Option("--watch", help="Run a file again whenever it is saved, and show what changed.")] = False,
    update: Annotated[bool, typer.Option("--update", help="Write what is printed into the files' output blocks.")] = False,
    lint: Annotated[bool, typer.Option("--lint", help="Hold scenarios (all, if none is named) to the rules for them.")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Forget what you have done with scenarios (with all, if none is named).")] = False,
    step: Annotated[bool, typer.Option("--step", help="One step at a time, by single keys, from where you stopped; questions are asked.")] = False,
    answers: Annotated[Path | None, typer.Option(metavar="FILE", help="Judge the answers in a file: a line an answer; `name:` before those of a scenario.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Fresh numbers in the questions that allow it.")] = False,
    seed: Annotated[int | None, typer.Option(help="Seeds --fresh.")] = None,
    against: Annotated[Peer | None, typer.Option(help="Compare the outputs with those of PyTorch itself.")] = None,
    engine: Annotated[Engine, typer.Option(help="What runs the code: torch is PyTorch itself, whose gradients are not checked.")] = Engine.gradcli,
    emit: Annotated[Form | None, typer.Option(help="Write a scenario as a script, a notebook or a page: to -o, or on stdout.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where --emit writes; of several scenarios, a folder.")] = None,
    data: Annotated[str | None, typer.Option(metavar="DIR", help="The folder with your own data: Fashion-MNIST or MNIST (IDX), CIFAR-10 (Python batches), resnet18 weights (.safetensors, .npz).")] = None,
    json: options.Json = False,
) -> int:  # fmt: skip
    """List the scenarios, or run some: prose, code, output compared with the document's, gradients checked.

    A scenario is a program: run one only if you trust where it comes from.

    gradcli scenario

    gradcli scenario mean-of-squares

    gradcli scenario mean-of-squares quadratic --json

    gradcli scenario sine-graph --emit html -o sine-graph.html
    """
    words.use(lang or _language())

    from gradcli.cli import scenario_tasks as tasks
    from gradcli.scenario import library
    from gradcli.scenario.template import RESERVED

    modes = {"--watch": watch, "--update": update, "--lint": lint, "--reset": reset, "--step": step}
    modes |= {"--answers": answers is not None, "--fresh": fresh and not step and answers is None}
    modes |= {"--against": against is not None, "--emit": emit is not None}
    chosen = [option for option, given in modes.items() if given]
    if len(chosen) > 1:
        raise InputError("usage", f"{' and '.join(chosen)} exclude each other")
    on_torch = engine is Engine.torch
    if on_torch and set(chosen) - {"--answers", "--fresh"}:
        raise InputError("usage", f"--engine torch runs scenarios from start to end, without {chosen[0]}")
    if seed is not None and not fresh:
        raise InputError("usage", "--seed needs --fresh")
    if output is not None and emit is None:
        raise InputError("usage", "--output needs --emit")
    if names[:1] == [RESERVED]:
        return tasks.create(names[1:], json=json)
    if reset:
        return tasks.reset(library.select(names, track, everything=everything) or None, json=json)
    found = library.select(names, track, everything=everything or (lint and not (names or track)))
    if not found and not chosen:
        return tasks.show_list(json=json)
    if not found:
        raise InputError(
            "usage", f"{chosen[0]} needs a name, --track or --all", hint="`gradcli scenario` lists the names"
        )

    from gradcli.cli import scenario_runs as runs
    from gradcli.cli.guard import Guard, guarded
    from gradcli.datasets.folder import using_folder
    from gradcli.scenario import questions

    brief = everything or track is not None
    for each in [] if lint or watch else found:  # these two tell all that is wrong, and go on
        questions.check(each)
    asked = [questions.with_fresh_numbers(each, seed) for each in found] if fresh else found
    if math.isnan(timeout):
        raise InputError("usage", "--timeout is a number of seconds", hint="0 is no limit")

    def run(guard: Guard) -> int:
        with (
            using_folder(data),
            runs.Runner(guard, ctx.obj, timeout or None, json=json, brief=brief, on_torch=on_torch) as runner,
        ):
            ways = {"--watch": runner.watch, "--update": runner.update, "--lint": runner.lint, "--step": runner.step}
            ways |= {"--against": runner.against, "--emit": partial(runner.emit, form=emit or Form.py, output=output)}
            way = ways.get("".join(chosen), partial(runner.run, answers=answers))
            return way(asked)

    return guarded(run, json=json)


def _language() -> str:
    """The language of the locale; English where the terminal cannot write the other one."""
    language = words.of_locale(os.environ)
    try:
        words.SAMPLES[language].encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        return words.ORIGINAL
    return language
