"""The application: its commands, and the one place where errors become messages and exit codes."""

from __future__ import annotations

import errno
import inspect
import re
import sys
import traceback
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gradcli import __version__
from gradcli.cli.completion import command_to_complete
from gradcli.cli.exits import Exit
from gradcli.cli.streams import OutputLost, PipeClosed
from gradcli.cli.terminal import command_of, print_error, report
from gradcli.errors import InputError, UnfinishedError

if TYPE_CHECKING:
    from gradcli.verify.client import SympyWorker

COMMANDS = {
    "diff": "expression",
    "jacobian": "expression",
    "hessian": "expression",
    "jvp": "expression",
    "vjp": "expression",
    "hvp": "expression",
    "explain": "expression",
    "graph": "expression",
    "eps": "expression",
    "minimize": "expression",
    "plot": "expression",
    "profile": "expression",
    "check": "expression",
    "batch": "expression",
    "repl": "words",
    "functions": "words",
    "scenario": "words",
    "schema": "words",
}
"""Each command, which is the function of its name in the module of its name, and what its arguments are."""

# An expression may start with a minus sign, which must not be taken for an option.
SETTINGS: dict[str, dict[str, Any]] = {"expression": {"ignore_unknown_options": True}, "words": {}}

WRONG_FILE = frozenset(
    {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ELOOP}
)
"""Errors of a file that are a matter of which file was named; others are one of the system."""

UsageError: Any = typer.BadParameter.__base__


def _version(asked: bool) -> None:
    if asked:
        print(f"gradcli {__version__}")
        raise typer.Exit


def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Gradients you can trust."""


def application(wanted: str | None = None) -> typer.Typer:
    """The application with the one command that is wanted, or with all: to describe a command to Typer takes time."""
    app = typer.Typer(
        name="gradcli",
        help="Gradients you can trust: an expression in, its verified gradient out; and autograd tutorials that run.",
        no_args_is_help=True,
        add_completion=True,
        pretty_exceptions_enable=False,
    )
    app.callback()(main)
    for name in [wanted] if wanted in COMMANDS else COMMANDS:
        command = getattr(import_module(f"gradcli.cli.{name}"), name)
        # Typer's help is Rich markup, to which a list of names looks like a style.
        text = re.sub(r"\[(?=[a-z#/@])", r"\\[", inspect.getdoc(command) or "")
        app.command(context_settings=SETTINGS[COMMANDS[name]], help=text)(command)
    return app


def run(arguments: list[str], worker: SympyWorker | None = None) -> int:
    """Runs a command line; the exit code. `worker` is a SymPy process that has been started for it."""
    try:
        return _run(arguments, worker)
    except PipeClosed:
        return Exit.OK
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except OutputLost as error:
        print_error(UnfinishedError("output", str(error)))
        return Exit.UNFINISHED
    finally:
        if worker is not None:
            worker.close()


def _run(arguments: list[str], worker: SympyWorker | None) -> int:
    try:
        code = application(arguments[0] if arguments else command_to_complete())(
            arguments, prog_name="gradcli", standalone_mode=False, obj=worker
        )
        sys.stdout.flush()
        return code or Exit.OK
    except (PipeClosed, OutputLost, KeyboardInterrupt):
        raise
    except Exception as error:  # noqa: BLE001  # the boundary: nobody else is left to tell it
        command = command_of(arguments)
        return report(_told(error, command), command, as_json="--json" in arguments)


def _told(error: Exception, command: str) -> InputError:
    """What an error of any kind is to a user."""
    if isinstance(error, InputError):
        return error
    if isinstance(error, UsageError):
        return _usage(error.format_message(), command)
    if isinstance(error, MemoryError):
        return UnfinishedError("memory", "there is too little memory for this", hint="smaller arrays, or fewer of them")
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename is not None else ""
        kind = InputError if error.errno in WRONG_FILE else UnfinishedError
        return kind("file", f"{place}{error.strerror}")
    if isinstance(error, ImportError) and not isinstance(error, ModuleNotFoundError):
        return UnfinishedError(
            "import", f"a library cannot be loaded: {error}", hint="it is broken, or memory is short"
        )
    from gradcli.child import debugging

    if debugging():
        traceback.print_exception(error)
    hint = "this is a mistake in gradcli: please report it, with the command and what GRADCLI_DEBUG=1 adds"
    return UnfinishedError("internal", f"internal error: {type(error).__name__}: {error}", hint=hint)


def _usage(message: str, command: str) -> InputError:
    """Wrong usage, in Typer's words; empty where it has printed the help instead."""
    hint = f"see gradcli {command} --help" if command in COMMANDS else "see gradcli --help"
    return InputError("usage", message.rstrip("."), hint=hint)
