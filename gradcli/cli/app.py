"""The application: its commands, and the one place where errors become messages and exit codes."""

from __future__ import annotations

import inspect
import os
import re
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gradcli import __version__
from gradcli.cli.completion import command_to_complete
from gradcli.cli.exits import Exit
from gradcli.cli.terminal import PipeClosed, error_document, print_error, print_json
from gradcli.errors import InputError

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
    command = next((word for word in arguments if not word.startswith("-")), "gradcli")
    try:
        code = application(arguments[0] if arguments else command_to_complete())(
            arguments, prog_name="gradcli", standalone_mode=False, obj=worker
        )
        sys.stdout.flush()
        return code or Exit.OK
    except InputError as error:
        return _report(error, command, "--json" in arguments)
    except UsageError as error:
        return _report(_usage(error.format_message(), command), command, "--json" in arguments)
    except PipeClosed:
        # What is left in the buffer must not raise again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    finally:
        if worker is not None:
            worker.close()


def _usage(message: str, command: str) -> InputError:
    """Wrong usage, in Typer's words; empty where it has printed the help instead."""
    hint = f"see gradcli {command} --help" if command in COMMANDS else "see gradcli --help"
    return InputError("usage", message.rstrip("."), hint=hint)


def _report(error: InputError, command: str, as_json: bool) -> int:
    if not error.message:
        return Exit.USAGE
    if as_json:
        print_json(error_document(command, error))
    else:
        print_error(error)
    return Exit.USAGE
