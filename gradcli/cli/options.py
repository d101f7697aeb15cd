"""Options and arguments that several commands take: each is described once."""

from __future__ import annotations

import difflib
import re
from enum import StrEnum
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gradcli.cli.completion import value_files
from gradcli.cli.exits import Exit
from gradcli.cli.overseer import overseer
from gradcli.cli.streams import reading_stdin
from gradcli.errors import InputError

if TYPE_CHECKING:
    from gradcli.calculator.kernel.question import DerivativeQuestion

NAMING = ("FILE", "MODULE:FUNCTION")
"""What the help calls the value of an option that names a file."""
OPENING = ("--open",)
"""Options without a value that write a file."""
AT_FILE = re.compile(r"(?:^|=)\s*@")
"""In a value, or in NAME=VALUE."""
MAX_INPUT = 2**20
"""How many bytes of standard input an expression may have."""


TIMEOUT = 60.0
"""Seconds that a command may take, if nothing else is said."""
SHARE = 0.5
"""Of that time, what SymPy gets at most for one question."""


class Dtype(StrEnum):
    """The precision of the computation."""

    float64 = "float64"
    float32 = "float32"


class Library(StrEnum):
    """Where a snippet is to run."""

    torch = "torch"
    jax = "jax"
    numpy = "numpy"


def _each_name(texts: list[str]) -> list[str]:
    """The names in "y, x" and the like."""
    return [name.strip() for text in texts for name in text.split(",")]


def positive(seconds: float) -> float:
    """For an option: raises typer.BadParameter for what is no length of time."""
    if not seconds > 0:
        raise typer.BadParameter("give more than 0 seconds, or inf")
    return seconds


Expression = Annotated[
    list[str],
    typer.Argument(
        metavar="EXPRESSION",
        help='The expression, in quotes; "-" reads it from standard input.',
        autocompletion=value_files,
    ),
]
At = Annotated[
    list[str],
    typer.Option(
        metavar="NAME=VALUE",
        help="Where to differentiate; repeatable, or several: 'x=0, y=[1,2]'.",
        autocompletion=value_files,
    ),
]
Let = Annotated[
    list[str],
    typer.Option(metavar="NAME=VALUE", help="A constant; repeatable.", autocompletion=value_files),
]
Wrt = Annotated[
    list[str],
    typer.Option(
        metavar="NAME",
        help="Report only these variables, in this order; repeatable, or several: 'y, x'.",
        callback=_each_name,
    ),
]
Cotangent = Annotated[
    str | None,
    typer.Option(
        "--cotangent", "--gradient", metavar="VALUE", help="The weights of a non-scalar result: PyTorch's gradient=."
    ),
]
Precision = Annotated[Dtype, typer.Option(help="The precision of the computation.")]
Seed = Annotated[int | None, typer.Option(help="Seeds rand(), randn() and randint() as torch.manual_seed does.")]
Check = Annotated[bool, typer.Option("--check/--no-check", help="Compare with SymPy and with differences.")]
Tol = Annotated[float | None, typer.Option(min=0, help="The largest error to accept, relative to max(1, |expected|).")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit 3 where a verdict is neither proved nor agrees.")]
Emit = Annotated[
    Library | None, typer.Option(help="Print a program that computes the same there, and compute nothing here.")
]
Certificate = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write there what is proved, for gradcli check to prove it again.")
]
Timeout = Annotated[
    float,
    typer.Option(
        metavar="SECONDS", help="How long it may take; what is not verified by then is undecided.", callback=positive
    ),
]
NoFiles = Annotated[
    bool,
    typer.Option("--no-files", help="Refuse @FILE and each option that names a file or a module: for input of others."),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]


def limit(ctx: typer.Context, seconds: float) -> None:
    """Tells the process that watches how long the command may take, and SymPy to leave time for the others."""
    if isfinite(seconds):
        overseer.limit(seconds)
    if ctx.obj is not None:
        ctx.obj.patience = seconds * SHARE


def keep_from_files(ctx: typer.Context, asked: bool) -> None:
    """Raises InputError, if that is asked for, for each option that would read or write a file, or run a module."""
    options = [each for each in ctx.command.params if each.param_type_name == "option"] if asked else []
    for option in options:
        given: Any = ctx.params.get(option.name or "")
        texts = [text for text in (given if isinstance(given, list | tuple) else [given]) if isinstance(text, str)]
        names_one = getattr(option, "metavar", None) in NAMING and given not in (None, "-")
        if names_one or (option.opts[0] in OPENING and given) or any(map(AT_FILE.search, texts)):
            raise InputError("usage", f"{option.opts[0]} reads or writes a file, which --no-files forbids")


def one_expression(ctx: typer.Context, words: list[str]) -> str:
    """The one expression among the arguments, read from standard input for "-".

    An expression may start with a minus sign, so options that nobody knows arrive here. Raises InputError for one, for
    several expressions, and for input that is no text.
    """
    for word in words:
        if re.match(r"--[a-zA-Z]", word):
            raise _no_such_option(ctx, word.partition("=")[0])
    if len(words) > 1:
        quoted = f'gradcli {ctx.info_name} "{" ".join(words)}"'
        raise InputError("usage", "give one expression, in quotes", hint=quoted)
    return text_of(words[0])


def print_snippet(
    ctx: typer.Context, question: DerivativeQuestion, library: Library, *, json: bool, certificate: Path | None = None
) -> Exit:
    """Prints the program that computes what the command would. Raises InputError where a document was asked for too."""
    from gradcli.calculator.commands.emit import emit
    from gradcli.cli.terminal import print_program

    if json:
        raise InputError("usage", "--emit prints a program, --json a document: give one of them")
    if certificate is not None:
        raise InputError("usage", "--emit prints a program, and computes nothing to certify")
    print_program(emit(question, ctx.info_name or "", library.value, ctx.obj if question.check else None))
    return Exit.OK


def text_of(word: str) -> str:
    """The word, or standard input for "-". Raises InputError where that is no UTF-8 text."""
    if word != "-":
        return word
    try:
        with reading_stdin() as stdin:
            return stdin.read(MAX_INPUT).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError("encoding", f"standard input is not UTF-8 text (byte {error.start})") from None


def _no_such_option(ctx: typer.Context, option: str) -> InputError:
    known: list[Any] = [
        name for parameter in ctx.command.params for name in (*parameter.opts, *parameter.secondary_opts)
    ]
    close = difflib.get_close_matches(option, known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"see gradcli {ctx.info_name} --help"
    return InputError("usage", f"no such option: {option}", hint=hint)
