"""Makes docs/reference.md and the manual page docs/gradcli.1 from the commands.

After a change of a command, run `python docs/make_reference.py` from the checkout.
"""

from __future__ import annotations

import ast
import inspect
import re
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any

from typer.models import ArgumentInfo

import gradcli
from gradcli.cli import exits
from gradcli.cli.app import COMMANDS, application
from gradcli.render.schemas import names

DOCS = Path(__file__).parent
SCRIPT = "docs/make_reference.py"
LEAD = "Gradients you can trust: an expression in, its verified gradient out; and autograd tutorials that run."


@dataclass(frozen=True)
class Parameter:
    """An argument or an option: how it is written, and what it is."""

    written: str
    help: str
    argument: bool


@dataclass(frozen=True)
class Command:
    """What is known of a command. `prose` is a list of paragraphs, `schema` the tag of its document if it has one."""

    name: str
    prose: list[str]
    parameters: list[Parameter]
    examples: list[str]
    schema: str | None

    @property
    def usage(self) -> str:
        """The command line in one."""
        written = [parameter.written for parameter in self.parameters if parameter.argument]
        return " ".join(["gradcli", self.name, *written, "[OPTIONS]"])


def commands() -> Iterator[Command]:
    """Every command, in the order of `gradcli --help`."""
    described = {command.callback.__name__: command.callback for command in application().registered_commands}
    for name in COMMANDS:
        function = described[name]
        paragraphs = re.split(r"\n\s*\n", inspect.getdoc(function) or "")
        examples = [text for text in paragraphs if text.startswith("gradcli ")]
        prose = [" ".join(text.split()) for text in paragraphs if text not in examples]
        yield Command(
            name, prose, list(parameters(function)), examples, f"gradcli/{name}/1" if name in names() else None
        )


def parameters(function: Callable[..., Any]) -> Iterator[Parameter]:
    """The arguments, then the options, of a command's function."""
    found = []
    for parameter in inspect.signature(function, eval_str=True).parameters.values():
        if typing.get_origin(parameter.annotation) is not typing.Annotated:
            continue  # the context
        kind, info = typing.get_args(parameter.annotation)[:2]
        argument = isinstance(info, ArgumentInfo)
        optional = parameter.default is not inspect.Parameter.empty
        name = parameter.name
        written = argument_text(name, info, optional=optional) if argument else option_text(name, kind, info)
        found.append(Parameter(written, help_text(info, kind, parameter.default), argument))
    yield from sorted(found, key=lambda parameter: not parameter.argument)


def argument_text(name: str, info: Any, *, optional: bool) -> str:
    """An argument as the usage shows it."""
    written = str(info.metavar or name.upper())
    return f"[{written}]" if optional and not written.startswith("[") else written


def option_text(name: str, kind: Any, info: Any) -> str:
    """An option's names, and what follows them."""
    dashed = "--" + name.replace("_", "-")
    # Of the names in Annotated[..., typer.Option("--output", "-o")] Typer keeps the first where a default would be.
    declared = [text for text in (info.default, *(info.param_decls or ())) if isinstance(text, str)]
    named = [part for text in declared for part in text.split("/")]
    if not named:
        named = [dashed, f"--no-{dashed[2:]}"] if kind is bool else [dashed]
    value = "" if kind is bool else " " + (info.metavar or value_text(kind))
    return ", ".join(named) + value


def value_text(kind: Any) -> str:
    """What the values of a type are: choices, or the type."""
    inner = inner_type(kind)
    if issubclass(inner, Enum):
        return "|".join(str(member.value) for member in inner)
    return {int: "INTEGER", float: "NUMBER", Path: "FILE"}.get(inner, "TEXT")


def inner_type(kind: Any) -> type:
    """int for `int`, `int | None` and `list[int]`."""
    if typing.get_origin(kind) in (list, UnionType, typing.Union):
        return inner_type(typing.get_args(kind)[0])
    found: type = kind
    return found


def help_text(info: Any, kind: Any, default: Any) -> str:
    """The line of help, with the bounds and the default."""
    bounds = [f"{word} {bound:,}" for word, bound in (("from", info.min), ("to", info.max)) if bound is not None]
    shown = getattr(default, "value", default)
    plain = kind is bool or default is inspect.Parameter.empty or shown in (None, [], "") or info.show_default is False
    extra = [" ".join(bounds)] if bounds else []
    extra += [] if plain else [f"default {shown}"]
    return f"{info.help} ({', '.join(extra)})" if extra else str(info.help)


def exit_codes() -> Iterator[tuple[int, str]]:
    """Each exit code with the text below it in the code."""
    (enum,) = [node for node in ast.parse(inspect.getsource(exits.Exit)).body if isinstance(node, ast.ClassDef)]
    for code, text in zip(exits.Exit, ast_texts(enum), strict=True):
        yield int(code), text


def ast_texts(enum: ast.ClassDef) -> list[str]:
    """The strings that stand below the members of a class, without its docstring."""
    expressions = [node.value for node in enum.body[1:] if isinstance(node, ast.Expr)]
    return [" ".join(str(text.value).split()) for text in expressions if isinstance(text, ast.Constant)]


def reference() -> str:
    """The text of reference.md."""
    parts = [
        f"# Reference\n\n{LEAD}\n\nMade by `{SCRIPT}` from the commands; `gradcli COMMAND --help` says the same.\n"
    ]
    parts += [markdown(command) for command in commands()]
    codes = "\n".join(f"| {code} | {text} |" for code, text in exit_codes())
    parts.append(f"## Exit codes\n\n| code | means |\n|---|---|\n{codes}\n")
    return "\n".join(parts)


def markdown(command: Command) -> str:
    """The section of a command."""
    rows = [f"| `{escaped(p.written)}` | {escaped(p.help)} |" for p in command.parameters]
    lines = [f"## gradcli {command.name}", "", "\n\n".join(command.prose), "", "```sh", command.usage, "```", ""]
    lines += ["| argument or option | what it is |", "|---|---|", *rows, ""]
    lines += ["```sh", *command.examples, "```", ""]
    if command.schema:
        lines += [f"Document under `--json`: `{command.schema}`, described by `gradcli schema {command.name}`.", ""]
    return "\n".join(lines)


def escaped(text: str) -> str:
    """The text in a cell of a table in Markdown."""
    return text.replace("|", "\\|")


def manual() -> str:
    """The manual page, in roff with the macros of man."""
    lines = [
        f'.TH GRADCLI 1 "" "gradcli {gradcli.__version__}"',
        ".SH NAME",
        "gradcli \\- verified gradients in the shell",
    ]
    lines += [".SH SYNOPSIS", *(f".B {roff(command.usage)}\n.br" for command in commands())]
    lines += [".SH DESCRIPTION", roff(LEAD), ".SH COMMANDS"]
    for command in commands():
        lines += [f".SS {roff(command.name)}", "\n.PP\n".join(map(roff, command.prose))]
        lines += [f".TP\n.B {roff(p.written)}\n{roff(p.help)}" for p in command.parameters]
        lines += [".PP", *(f".nf\n{roff(example)}\n.fi" for example in command.examples)]
    lines += [".SH EXIT STATUS", *(f".TP\n.B {code}\n{roff(text)}" for code, text in exit_codes())]
    return "\n".join(lines) + "\n"


def roff(text: str) -> str:
    """The text for roff: backslashes and hyphens are its own, and so is a dot that begins a line."""
    return re.sub(r"^(?=[.'])", r"\\&", text.replace("\\", "\\e").replace("-", "\\-"), flags=re.MULTILINE)


FILES = {"reference.md": reference, "gradcli.1": manual}

if __name__ == "__main__":
    for name, text in FILES.items():
        (DOCS / name).write_text(text(), encoding="utf-8")
